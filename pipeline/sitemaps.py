"""Sitemaps (sitemaps.org 0.9) and Google's news extension: what a document lists, and which of it can be in a range of dates. Pure.

Runs in a worker process. Entities are not expanded, nothing is loaded from elsewhere, elements are let go of as they are read, and a
document has at most `MAX_ENTRIES` of them and `MAX_BYTES` of XML (the protocol says 50,000 and 50 MB). ultimate-sitemap-parser, the
maintained library, brings its own HTTP client and its own walk of the tree, neither of which can be stopped and gone on with, and has
no bound on the size of a document handed to it; its licence is the GPL.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from lxml import etree

from pipeline.backfilling import DateRange, dates_in_url
from pipeline.canonical import url_is_http
from pipeline.dates import read_date
from pipeline.records import DateQuality, Entry, Failure, Stage

# sitemaps.org: "no more than 50,000 URLs and must be no larger than 50MB (52,428,800 bytes)", uncompressed; some are a little over.
MAX_BYTES = 60_000_000
MAX_ENTRIES = 60_000
# An index of indexes is not allowed, and is found all the same; deeper than this it is a circle.
MAX_DEPTH = 3
# Where sitemaps are when robots.txt does not say: the protocol's place, then WordPress and its plug-ins.
USUAL_PLACES = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap-index.xml", "/news-sitemap.xml", "/sitemap.xml.gz")

_ROOTS = frozenset({"urlset", "sitemapindex"})
_ITEMS = frozenset({"url", "sitemap"})
_GZIP = b"\x1f\x8b"
_LONGEST_FIELD = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """One `<url>` or `<sitemap>`. `lastmod` is the last change, so a bound on the publication, and no more."""

    url: str
    lastmod: datetime | None = None
    published_raw: str | None = None
    published_at: datetime | None = None
    date_quality: DateQuality = DateQuality.MISSING
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A sitemap document: `pages` that it lists, or further `sitemaps`."""

    pages: tuple[ListedPage, ...] = ()
    sitemaps: tuple[ListedPage, ...] = ()


_ITEM_ENDS = re.compile(rb"</(?:\w+:)?(?:url|sitemap)>")


def parse_sitemap(body: bytes, url: str, now: datetime) -> Sitemap | Failure:
    """What the document at `url` lists: XML, gzipped or not, or plain text with an address a line. What breaks off keeps what it had."""
    text = _unpacked(body)
    if text is None:
        return _failure("too_large", f"{url} is larger than {MAX_BYTES:,} bytes")
    if not text.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _plain(text, url)
    pages: list[ListedPage] = []
    sitemaps: list[ListedPage] = []
    root = ""
    try:
        for element in _elements(text[: _whole_items(text)]):
            root = root or _name(element.getroottree().getroot())
            page = _listed(element, url, now)
            if page is not None:
                (pages if _name(element) == "url" else sitemaps).append(page)
            if len(pages) + len(sitemaps) >= MAX_ENTRIES:
                break
    except etree.XMLSyntaxError as error:
        if not pages and not sitemaps:
            return _failure("not_a_sitemap", f"{url} is no sitemap: {error}")
    if root not in _ROOTS and not re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", text[:4096]):
        return _failure("not_a_sitemap", f"{url} is no sitemap")
    return Sitemap(pages=tuple(pages), sitemaps=tuple(sitemaps))


def _whole_items(text: bytes) -> int:
    """Where the last item ends: what breaks off behind it may hold half an address. The parser mends the rest."""
    ends = [found.end() for found in _ITEM_ENDS.finditer(text)]
    return ends[-1] if ends else len(text)


def _elements(text: bytes) -> Iterator[etree._Element]:
    """Each `<url>` and `<sitemap>`, let go of when the next is asked for."""
    events = etree.iterparse(
        io.BytesIO(text), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    for _, element in events:
        if _name(element) in _ITEMS:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def may_be_in(page: ListedPage, dates: DateRange) -> bool:
    """False if its own date, the date in its address, or its last change says that it is out of the range."""
    if page.published_at is not None:
        return page.published_at in dates
    if not index_may_hold(page, dates):
        return False
    named = dates_in_url(page.url)
    return named is None or dates.overlaps(*named)


def index_may_hold(page: ListedPage, dates: DateRange) -> bool:
    """False if the last change of a page, or of a whole sitemap, came before the range: nothing in it was published later."""
    return page.lastmod is None or dates.since is None or page.lastmod >= dates.since - timedelta(days=1)


def entry_of_listed(page: ListedPage) -> Entry:
    """What a sitemap says of a page, as an entry; without the news extension, the page itself must say when it was published."""
    return Entry(
        link=page.url,
        link_raw=page.url,
        title=page.title,
        published_at=page.published_at,
        published_raw=page.published_raw,
        date_quality=page.date_quality,
    )


def _unpacked(body: bytes) -> bytes | None:
    """The document without gzip; None where it is larger than it may be."""
    if not body.startswith(_GZIP):
        return body if len(body) <= MAX_BYTES else None
    unpack = zlib.decompressobj(wbits=31)
    try:
        text = unpack.decompress(body, MAX_BYTES + 1)
    except zlib.error:
        return b""
    return text if len(text) <= MAX_BYTES else None


def _listed(element: etree._Element, base: str, now: datetime) -> ListedPage | None:
    fields: dict[str, str] = {}
    for part in element.iter():
        if isinstance(part.tag, str) and part.text and len(part.text) <= _LONGEST_FIELD and _name(part) not in fields:
            fields[_name(part)] = " ".join(part.text.split())
    address = urljoin(base, fields.get("loc", ""))
    if not fields.get("loc") or not url_is_http(address):
        return None
    published_at, quality = read_date(fields.get("publication_date"), now=now)
    return ListedPage(
        url=address,
        lastmod=read_date(fields.get("lastmod"), now=now)[0],
        published_raw=fields.get("publication_date"),
        published_at=published_at,
        date_quality=quality,
        title=fields.get("title"),
    )


def _plain(text: bytes, url: str) -> Sitemap | Failure:
    lines = (line.strip() for line in text.decode("utf-8", "replace").splitlines()[:MAX_ENTRIES])
    pages = tuple(ListedPage(url=line) for line in lines if url_is_http(line))
    return Sitemap(pages=pages) if pages else _failure("not_a_sitemap", f"{url} is no sitemap")


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _failure(reason: str, detail: str) -> Failure:
    return Failure(stage=Stage.PARSE, reason=reason, detail=detail, is_transient=False)
