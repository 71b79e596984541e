"""Clean text and metadata from a page and from an entry's own content; the better of the two. Runs in a worker process.

trafilatura is the engine. Settings by measurement on 989 pages that people marked (989 public benchmark pages in six languages, F1 of
4-token shingles): without comments .961/.863, with favor_precision .965/.881, without tables .955/.863. Beside it, resiliparse shows
where trafilatura has lost paragraphs, and renders what feeds carry, which is the article already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from urllib.parse import urljoin

import trafilatura
from lxml import html as lxml_html
from resiliparse.extract.html2text import extract_plain_text
from trafilatura.metadata import extract_metadata
from trafilatura.utils import load_html

from pipeline.attribution import copyright_credits, take_credits
from pipeline.canonical import url_is_http
from pipeline.comments import without_comments
from pipeline.decoding import decode_page
from pipeline.losses import read_without_loss
from pipeline.markup_credits import is_markup, markup_credits, unread_credits, with_links
from pipeline.old_markup import in_todays_shape
from pipeline.page_dates import published_on_page
from pipeline.paragraphs import paragraphs_of, squeezed, word_weight
from pipeline.records import Credit, DateQuality, Extraction, ExtractionInput, Failure, Stage, TextSource
from pipeline.signatures import signature_of
from pipeline.trimming import trim_head, trim_links, trim_tail
from pipeline.walls import WALL_WORDS, Wall, wall_before

EXTRACTOR = f"trafilatura {version('trafilatura')}"
FEED_EXTRACTOR = f"resiliparse {version('resiliparse')}"

# A feed's full content replaces the page's text where it has this many times the words: the page was cut, walled or misread.
FEED_SHARE = 1.5
_MANY_WORDS = 50
_LONG_WORD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A text without furniture, and what was taken out of it."""

    paragraphs: tuple[str, ...]
    credits: tuple[Credit, ...]
    trimmed: tuple[str, ...]

    @property
    def whole(self) -> str:
        """Its paragraphs, one a line."""
        return "\n".join(self.paragraphs)


def extract_article(given: ExtractionInput) -> Extraction | Failure:
    """The article: the page's text; the feed's where the page has none, or where the feed's full content has far more."""
    page = extract_page(given.page_body, given.content_type, given.url) if given.page_body is not None else None
    carried = given.content_html or given.summary_html
    feed = extract_feed_content(carried, given.url, title=given.title) if carried else None
    if isinstance(page, Extraction) and isinstance(feed, Extraction) and given.content_html:
        page_words, feed_words = word_weight(page.text), word_weight(feed.text)
        return _with_metadata_of(page, feed) if feed_words >= _MANY_WORDS and feed_words > FEED_SHARE * page_words else page
    if isinstance(page, Extraction):
        return page
    if isinstance(feed, Extraction):
        return replace(feed, page_failure=page) if isinstance(page, Failure) else feed
    return page or feed or _failure("no_text", f"{given.url}: there is neither page nor content")


def extract_page(body: bytes, content_type: str | None, url: str) -> Extraction | Failure:
    """The article on a page."""
    if not body.strip():
        return _failure("empty_page", f"{url} is empty")
    if body[:5] in {b"%PDF-", b"\x89PNG\r"} or body[:3] in {b"\xff\xd8\xff", b"GIF", b"PK\x03"}:
        return _failure("not_html", f"{url} is no text, whatever its type says")
    markup = decode_page(body, content_type)
    tree = _tree(markup)
    if tree is None:
        return _failure("not_html", f"{url} has no element that can be read")
    metadata = extract_metadata(tree, default_url=url, extensive=False)
    published_at, date_quality = published_on_page(tree, metadata.date)
    tree = without_comments(tree)
    found = read_without_loss(tree, partial(_by_trafilatura, url))
    text = _cleaned(found, metadata.title, _anchors(tree))
    if wall := _wall(markup, metadata.title, text, url):
        return Failure(stage=Stage.EXTRACT, reason=wall.reason, detail=f"{url}: {wall.detail}", is_transient=wall.is_transient)
    if not text.paragraphs:
        return _failure("no_text", f"{url} has no article text")
    canonical_href = _canonical_href(tree, url)
    return Extraction(
        text=text.whole,
        signature=signature_of(text.whole),
        title=_line(metadata.title),
        author=_line((metadata.author or "").replace("; ", ", ")),
        published_at=published_at,
        date_quality=date_quality,
        language=_language(tree),
        site_name=_line(metadata.sitename),
        keywords=_keywords(metadata.tags),
        summary=_line(metadata.description),
        image_url=_absolute(metadata.image, url),
        canonical_href=canonical_href,
        text_source=TextSource.PAGE,
        extractor=EXTRACTOR,
        credits=(*_with_lost(text, tree, url), *markup_credits(tree, markup, url, canonical_href=canonical_href)),
        trimmed=text.trimmed,
    )


def _wall(markup: str, title: str | None, text: _Text, url: str) -> Wall | None:
    """What stands where the article should be; looked for only where there is little text."""
    words = sum(map(word_weight, text.paragraphs))
    if words > WALL_WORDS:
        return None
    page_text = extract_plain_text(markup, main_content=False, alt_texts=False, noscript=True)
    return wall_before(
        title=title or _declared_title(markup),
        text="\n".join([*text.paragraphs, *text.trimmed]),
        words=words,
        page_text=page_text,
        page_words=word_weight(page_text),
        markup=markup,
        address=url,
    )


def _declared_title(markup: str) -> str | None:
    found = re.search(r"<title[^>]*>([^<]{1,300})", markup, re.IGNORECASE)
    return _line(found[1]) if found else None


def extract_feed_content(content: str, url: str, *, title: str | None) -> Extraction | Failure:
    """The text that a feed carries: it has no page around it, so all of it is kept but the furniture at its ends."""
    tree = lxml_html.fromstring(f"<div>{content}</div>")
    text = _cleaned(_rendered(content), title, _anchors(tree))
    if not text.paragraphs:
        return _failure("no_text", f"{url}: the content in the feed has no text")
    image = re.search(r"<img[^>]+src=[\"']([^\"']+)", content, re.IGNORECASE)
    return Extraction(
        text=text.whole,
        signature=signature_of(text.whole),
        title=None,
        author=None,
        published_at=None,
        date_quality=DateQuality.MISSING,
        language=None,
        site_name=None,
        keywords=(),
        summary=None,
        image_url=_absolute(image[1], url) if image else None,
        canonical_href=None,
        text_source=TextSource.FEED,
        extractor=FEED_EXTRACTOR,
        credits=with_links(text.credits, tree, url),
        trimmed=text.trimmed,
    )


def _with_lost(text: _Text, tree: lxml_html.HtmlElement, url: str) -> tuple[Credit, ...]:
    """The text's credits, with those that extraction had dropped, and with the links of all."""
    read = {squeezed(credit.evidence) for credit in text.credits}
    lost = [credit for credit in unread_credits(tree, text.paragraphs) if squeezed(credit.evidence) not in read]
    return with_links([*text.credits, *lost], tree, url)


def _by_trafilatura(url: str, tree: lxml_html.HtmlElement, *, is_strict: bool, is_quick: bool = False) -> list[str]:
    document = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, favor_precision=is_strict, fast=is_quick, with_metadata=False
    )
    return paragraphs_of(getattr(document, "text", None) or "")


def _anchors(tree: lxml_html.HtmlElement) -> frozenset[str]:
    """The texts of the links, squeezed; single words are left out: they are names in a text as often as they are labels."""
    texts = (anchor.text_content() for anchor in tree.iter("a"))
    return frozenset(squeezed(text) for text in texts if len(text.split()) > 1 or len(text.strip()) > _LONG_WORD)


def _tree(page: str) -> lxml_html.HtmlElement | None:
    """The page as trafilatura likes it (repaired, without comments): its own loader, since another tree costs it .003 of F1.

    It leaves out what a style hides, and takes `overflow: hidden` for that: such styles go.
    """
    tree = load_html(page)
    for element in tree.xpath("//*[contains(@style, 'overflow')]") if tree is not None else ():
        del element.attrib["style"]
    return in_todays_shape(tree) if tree is not None else None


def _rendered(content: str) -> list[str]:
    text = extract_plain_text(content, preserve_formatting=True, main_content=False, list_bullets=False, alt_texts=False, links=False)
    return paragraphs_of(text)


def _cleaned(paragraphs: Sequence[str], title: str | None, anchors: frozenset[str]) -> _Text:
    """Furniture and credits off both ends, in turns: a share bar may stand above a credit, or below it."""
    kept, head = trim_head(paragraphs)
    credited: list[Credit] = []
    tail: list[str] = []
    while True:
        kept, cut = trim_tail(kept)
        kept, found, lines = take_credits(kept)
        credited += [*found, *copyright_credits(cut)]
        kept, links = trim_links(kept, anchors)
        tail = [*links, *lines, *cut, *tail]
        if not found and not links:
            break
    if title and len(kept) > 1 and kept[0].casefold() == title.casefold():
        head.append(kept.pop(0))
    return _Text(paragraphs=tuple(kept), credits=tuple(credited), trimmed=(*head, *tail))


def _with_metadata_of(page: Extraction, feed: Extraction) -> Extraction:
    found = (*feed.credits, *filter(is_markup, page.credits))
    return replace(
        page,
        text=feed.text,
        signature=feed.signature,
        text_source=feed.text_source,
        extractor=feed.extractor,
        credits=found,
        trimmed=feed.trimmed,
    )


def _language(tree: lxml_html.HtmlElement) -> str | None:
    """What the page declares, as two or three letters; nothing is guessed."""
    declared = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or ""
    if not declared:
        found = tree.xpath("//meta[translate(@http-equiv,'CONTELAGU','contelagu')='content-language' or @property='og:locale']/@content")
        declared = str(found[0]) if found else ""
    match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", declared)
    return match[1].lower() if match else None


def _canonical_href(tree: lxml_html.HtmlElement, url: str) -> str | None:
    found = tree.xpath("//link[translate(@rel,'CANOIL','canoil')='canonical']/@href")
    return _absolute(str(found[0]), url) if found else None


def _keywords(tags: Sequence[str] | None) -> tuple[str, ...]:
    """Each keyword once, in the page's order; some pages give them as one text with commas."""
    words = (_line(word) for tag in tags or () for word in re.split(r"[,;、，]", tag))
    return tuple(dict.fromkeys(word for word in words if word))


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _absolute(link: str | None, base: str) -> str | None:
    try:
        found = urljoin(base, link.strip()) if link else None
    except ValueError:
        return None
    return found if url_is_http(found) else None


def _failure(reason: str, detail: str) -> Failure:
    return Failure(stage=Stage.EXTRACT, reason=reason, detail=detail, is_transient=False)
