"""What saved files are: a page and its address, a feed, a manifest that says what others are. Pure."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from pipeline.canonical import url_is_http
from pipeline.jsonfeed import is_json

_HEAD_BYTES = 200_000
_FEED_ROOT = re.compile(rb"<(?:rss|feed|(?:\w+:)?RDF)[\s>]", re.IGNORECASE)
_FEED_TYPES = ("rss", "atom", "rdf", "feed+json")
# What browsers write when they save a page, with the length of the address before it.
_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d+\)(\S+) -->")
_LANGUAGE = re.compile(rb"<html\b[^>]*?\blang\s*=\s*[\"']?([a-z]{2,3})\b", re.IGNORECASE)
_SELF = re.compile(rb"<(?:\w+:)?link\b(?=[^>]*\brel=[\"']self[\"'])[^>]*\bhref=[\"']([^\"']+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One saved page: its file, relative to the manifest, and what is known of it."""

    path: str
    url: str
    date: str | None


def is_feed(body: bytes, content_type: str | None) -> bool:
    """True if it is served as a feed, or begins like one: many servers give feeds as text/html or text/xml."""
    if any(kind in (content_type or "").lower() for kind in _FEED_TYPES):
        return True
    head = body[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"{"):
        return b"jsonfeed.org/version" in head and is_json(body)
    found = _FEED_ROOT.search(head)
    return found is not None and re.search(rb"<html\b", head[: found.start()], re.IGNORECASE) is None


def declared_language(body: bytes) -> str | None:
    """The language of the `<html>` tag, two or three letters, without reading the page."""
    found = _LANGUAGE.search(body[:4096])
    return found[1].decode().lower() if found else None


def address_of_page(body: bytes) -> str | None:
    """Where a saved page was: rel=canonical, og:url, or what a browser noted when it saved it; None where it says nothing."""
    head = body[:_HEAD_BYTES]
    try:
        page = lxml_html.document_fromstring(head)
    except (etree.ParserError, ValueError):
        return None
    base = page.xpath("string(//base/@href)").strip()
    for path in (
        "//link[translate(@rel,'CANOIL','canoil')='canonical']/@href",
        "//meta[@property='og:url']/@content",
        "//meta[@name='twitter:url']/@content",
    ):
        for found in page.xpath(path):
            address = urljoin(base, str(found).strip())
            if url_is_http(address):
                return str(address)
    noted = _SAVED_FROM.search(head)
    address = noted[1].decode("utf-8", "replace") if noted else ""
    return address if url_is_http(address) else None


def address_of_feed(body: bytes) -> str | None:
    """Where a saved feed was, by its own word: the link to itself (RFC 4287, 4.2.7.2; JSON Feed's feed_url)."""
    if body.lstrip()[:1] == b"{":
        try:
            document = json.loads(body)
        except ValueError:
            return None
        address = document.get("feed_url") if isinstance(document, Mapping) else None
        return str(address) if isinstance(address, str) and url_is_http(address) else None
    found = _SELF.search(body[:_HEAD_BYTES])
    address = found[1].decode("utf-8", "replace").replace("&amp;", "&") if found else ""
    return address if url_is_http(address) else None


def manifest_rows(text: str, *, is_csv: bool) -> Iterator[ManifestRow]:
    """The rows of a manifest: CSV with a heading, or one JSON object a line; `url` and `path`, and `date` if it is known.

    Raises:
        ValueError: at the first row that has not both, with its number.
    """
    rows: Iterator[Mapping[str, object]]
    rows = iter(csv.DictReader(text.splitlines())) if is_csv else (json.loads(line) for line in text.splitlines() if line.strip())
    for number, row in enumerate(rows, 1):
        url, path, date = (row.get(name) if isinstance(row, Mapping) else None for name in ("url", "path", "date"))
        if not isinstance(url, str) or not isinstance(path, str) or not url_is_http(url) or not path:
            raise ValueError(f"row {number} must have a url, an http address, and a path")
        yield ManifestRow(url=url, path=path, date=date if isinstance(date, str) and date.strip() else None)
