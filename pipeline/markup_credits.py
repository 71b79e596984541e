"""Credits that stand in markup and in a feed's own fields, and the links of credits that stand in the text. Pure.

They leave the text as it is. Only what names another site is a credit: most pages name themselves. What is claimed is kept as it
stands and is not resolved; whether an article is its own site's is decided by `pipeline.articles`, which knows the site.

Confidence, as in `pipeline.attribution`: .95 where the element exists for this purpose alone, .8 where it mostly serves it, .6 where
site builders fill it in carelessly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urljoin

from lxml import html as lxml_html

from pipeline.attribution import read_credit
from pipeline.canonical import is_home_page, url_is_http
from pipeline.names import host_of, outlet_name
from pipeline.paragraphs import squeezed
from pipeline.publishers import is_shortener, linked_site, publisher_of
from pipeline.records import Credit, Entry

_CONFIDENCE = {
    "canonical": 0.8,
    "og_url": 0.6,
    "syndication_source": 0.95,  # Google News: meta syndication-source, original-source (2010 to 2013, still written by many systems)
    "original_source": 0.8,
    "cite": 0.6,
    "via_link": 0.8,  # RFC 4287, 4.2.7.2
    "based_on": 0.8,  # schema.org, isBasedOn
    "feed_source": 0.95,  # RSS 2.0 source, RFC 4287, 4.2.11
    "dc_source": 0.6,
}
_METAS = {"og:url": "og_url", "syndication-source": "syndication_source", "original-source": "original_source"}
_RELATIONS = {"cite": "cite", "via": "via_link"}
_BASED_ON = re.compile(r'"isBasedOn(?:Url)?"\s*:\s*(?:\[\s*)?(?:\{[^{}]{0,400}?"(?:@id|url)"\s*:\s*)?"(https?:[^"\s]{4,500})"')
# How far above a link the line stands that it is part of.
_LEVELS = 4
_LINE_SHARE = 2
# What may be around a link inside its line.
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "big", "cite", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u"}
)
_LINE_WORDS = 25
_LINE_PARTS = 12
# A word of nearly every credit, looked for before the forms are: a page has hundreds of lines with links.
_CUE = re.compile(
    r"\bv[ií]a\b|sou?rce|origin|appeared|publi|posted|printed|courtesy|\bh/t\b|hat.?tip|authored|submitted|full|"
    r"quelle|erschien|veröffentlicht|fuente|fonte|źródł|initialement|article|artikel|art[ií]c[uo]lo|artigo|artykuł|πηγ|άρθρο|δημοσ|"
    r"источник|материал|опубликован|来源|來源|转载|轉載|转自|出典|引用|ソース"
)
_POINTS = re.compile(
    r"^(?:here|hier|ici|aquí|aqui|qui|tutaj|εδώ|здесь|тут|link|source|original|.{0,30}(?:article|post|story|artikel|artículo|articolo|artigo|artykuł))$"
)
# A line beside a paragraph has a common parent with it, or a grandparent; so many letters tell a paragraph.
_BESIDE_LEVELS = 2
_END_LETTERS = 60
# Marks of agencies are linked to nothing but the site's own pages about them.
_UNLINKED = frozenset({"dateline", "agency", "copyright", "reporting"})


def markup_credits(tree: lxml_html.HtmlElement, markup: str, url: str, *, canonical_href: str | None) -> tuple[Credit, ...]:
    """What the page at `url` names as its source on another site, one credit a kind and address, in a fixed order."""
    claims = [("canonical", canonical_href or ""), *_claims(tree)]
    if "isBasedOn" in markup:
        claims += [("based_on", found.replace("\\/", "/")) for found in _BASED_ON.findall(markup)]
    own = linked_site(url)
    found = {
        (kind, address): _credit(kind, None, address, evidence=address)
        for kind, address in ((kind, _absolute(value, url)) for kind, value in claims)
        if address and linked_site(address) not in {None, own} and not is_home_page(address)
    }
    return tuple(found.values())


def feed_credits(entry: Entry) -> tuple[Credit, ...]:
    """What the feed itself says of where an entry comes from: `<source>`, dc:source, a link with rel=via."""
    found = []
    if entry.source_title or entry.source_url:
        found.append(_credit("feed_source", entry.source_title, entry.source_url, evidence=entry.source_title or entry.source_url or ""))
    if entry.via_url:
        found.append(_credit("via_link", None, entry.via_url, evidence=entry.via_url))
    if said := entry.dc_source:
        named = None if url_is_http(said) else outlet_name(said)
        if named or url_is_http(said):
            found.append(_credit("dc_source", named, None if named else said, evidence=said))
    return tuple(found)


def is_markup(credit: Credit) -> bool:
    """True for a credit that stands in markup, not in the text."""
    return credit.kind in _CONFIDENCE


def with_links(found: Sequence[Credit], tree: lxml_html.HtmlElement, url: str) -> tuple[Credit, ...]:
    """The credits with the addresses that their words are linked to: a link inside the credit's own line, to another site."""
    if all(credit.url or credit.kind in _UNLINKED for credit in found):
        return tuple(found)
    anchors = sorted(_anchors(tree, url), key=lambda anchor: -len(anchor[0]))
    return tuple(credit if credit.url or credit.kind in _UNLINKED else _linked(credit, anchors) for credit in found)


def unread_credits(tree: lxml_html.HtmlElement, paragraphs: Sequence[str]) -> list[Credit]:
    """Credits in lines that are mostly a link, beside the article's first or last paragraph, in document order.

    `<p>via <a>The Ledger</a></p>` is dropped from the text by trafilatura, as link lists are, before anybody could read it.
    """
    ends = {squeezed(paragraph)[:_END_LETTERS] for paragraph in (*paragraphs[:1], *paragraphs[-1:])} - {""}
    blocks = dict.fromkeys(block for anchor in tree.iter("a") if (block := _block(anchor)) is not None)
    found = []
    for block in blocks:
        line = " ".join(block.text_content().split()) if len(block) <= _LINE_PARTS else ""
        if not 1 < len(line.split()) <= _LINE_WORDS or not _CUE.search(line.casefold()):
            continue
        if (credit := read_credit(line)) and _stands_beside(block, ends):
            found.append(credit)
    return found


def _block(anchor: lxml_html.HtmlElement) -> lxml_html.HtmlElement | None:
    """The line that a link stands in."""
    return next((element for element in anchor.iterancestors() if element.tag not in _INLINE), None)


def _stands_beside(block: lxml_html.HtmlElement, ends: set[str]) -> bool:
    for above in list(block.iterancestors())[:_BESIDE_LEVELS]:
        letters = squeezed(above.text_content())
        if any(end in letters for end in ends):
            return True
    return False


def _linked(credit: Credit, anchors: Iterable[tuple[str, str, lxml_html.HtmlElement]]) -> Credit:
    line = squeezed(credit.evidence)
    address = next(
        (href for text, href, anchor in anchors if text in line and _is_of(text, credit, line) and _stands_in(anchor, line)), None
    )
    if address is None:
        return credit
    source = credit.source or (None if credit.author or is_shortener(address) else host_of(address))
    return replace(credit, url=address, source=source, publisher=publisher_of(source, address))


def _is_of(text: str, credit: Credit, line: str) -> bool:
    """True for a link on the outlet's name, on the whole line, on the title of what `appeared first on` it, or on a word like `here`."""
    name = squeezed(credit.source or "")
    return text in name or bool(name and name in text) or text == line or credit.kind == "first_appeared" or bool(_POINTS.search(text))


def _stands_in(anchor: lxml_html.HtmlElement, line: str) -> bool:
    for element in [anchor, *anchor.iterancestors()][:_LEVELS]:
        letters = squeezed(element.text_content())
        if line in letters:  # a line among others in one element ends at a <br>
            return len(letters) <= _LINE_SHARE * len(line) or element.find("br") is not None
    return False


def _anchors(tree: lxml_html.HtmlElement, url: str) -> Iterator[tuple[str, str, lxml_html.HtmlElement]]:
    own = linked_site(url)
    for anchor in tree.iter("a"):
        address, text = _absolute(anchor.get("href"), url), squeezed(anchor.text_content())
        if address and len(text) > 1 and linked_site(address) != own:
            yield text, address, anchor


def _claims(tree: lxml_html.HtmlElement) -> Iterator[tuple[str, str]]:
    for meta in tree.xpath("//meta[@content and (@property or @name)]"):
        name = (meta.get("property") or meta.get("name") or "").strip().casefold()
        if name in _METAS:
            yield _METAS[name], meta.get("content") or ""
    for element in tree.xpath("//*[@rel and @href]"):
        for relation in (element.get("rel") or "").casefold().split():
            if relation in _RELATIONS:
                yield _RELATIONS[relation], element.get("href") or ""


def _credit(kind: str, source: str | None, url: str | None, *, evidence: str) -> Credit:
    named = source or (host_of(url) if url else None)
    return Credit(
        kind=kind,
        source=named,
        author=None,
        url=url,
        evidence=evidence,
        confidence=_CONFIDENCE[kind],
        publisher=publisher_of(named, url),
    )


def _absolute(href: str | None, base: str) -> str | None:
    try:
        found = urljoin(base, href.strip()) if href else None
    except ValueError:
        return None
    return found if url_is_http(found) else None
