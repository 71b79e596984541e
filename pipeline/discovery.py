"""The feeds that an HTML page advertises (the `<link rel="alternate">` of the HTML standard, 4.6.6.5)."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_HTML = re.compile(rb"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)


def is_html(body: bytes) -> bool:
    """True if the beginning of `body` looks like an HTML page."""
    return _HTML.search(body[:4096]) is not None


def advertised_feeds(body: bytes, url: str, *, most: int = 3) -> tuple[str, ...]:
    """Absolute addresses of the feeds that the page at `url` names, in its order."""
    try:
        page = lxml_html.document_fromstring(body)
    except (etree.ParserError, ValueError):
        return ()
    links = page.xpath("//link[@href and @type and contains(concat(' ', normalize-space(@rel), ' '), ' alternate ')]")
    found = (urljoin(url, link.get("href").strip()) for link in links if link.get("type").strip().lower() in _FEED_TYPES)
    return tuple(dict.fromkeys(found))[:most]
