"""Where the feeds of a page are: those that it advertises (`<link rel="alternate">`, HTML standard, 4.6.6.5), and those that may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from pipeline.canonical import url_is_http

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_HTML = re.compile(rb"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_FEED_WORD = re.compile(r"[/._?=-](?:rss\d?|feeds?|atom|rdf)(?:[/._?=&-]|$)", re.IGNORECASE)
# WordPress and most others, Hugo and Jekyll, JSON Feed, Blogger, WordPress without pretty links.
_USUAL = ("feed/", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss", "feed.json", "feeds/posts/default", "?feed=rss2")


def is_html(body: bytes) -> bool:
    """True if the beginning of `body` looks like an HTML page."""
    return _HTML.search(body[:4096]) is not None


def advertised_feeds(body: bytes, url: str, *, most: int = 3) -> tuple[str, ...]:
    """Absolute addresses of the feeds that the page at `url` names as such, in its order."""
    links = "//link[@href and @type and contains(concat(' ', normalize-space(@rel), ' '), ' alternate ')]"
    found = (link.get("href") for link in _elements(body, links) if link.get("type").strip().lower() in _FEED_TYPES)
    return _addresses(found, url, most)


def likely_feeds(body: bytes, url: str, *, most: int) -> tuple[str, ...]:
    """Absolute addresses of what may be feeds: links of the page that look like it, then the usual places below it and on its host."""
    links = (link.get("href") for link in _elements(body, "//a[@href]"))
    usual = (f"{urljoin(url, start)}{path}" for start in (".", "/") for path in _USUAL)
    return _addresses(chain((link for link in links if _FEED_WORD.search(link)), usual), url, most)


def _elements(body: bytes, path: str) -> Iterator[lxml_html.HtmlElement]:
    try:
        page = lxml_html.document_fromstring(body)
    except (etree.ParserError, ValueError):
        return
    yield from page.xpath(path)


def _addresses(links: Iterable[str], url: str, most: int) -> tuple[str, ...]:
    absolute = (joined for link in links if (joined := _joined(url, link.strip())))
    return tuple(islice(dict.fromkeys(absolute), most))


def _joined(url: str, link: str) -> str | None:
    try:
        joined = urljoin(url, link)
    except ValueError:  # `http://[` and the like
        return None
    return joined if url_is_http(joined) else None
