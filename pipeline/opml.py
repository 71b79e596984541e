"""OPML, in which feed readers hand over what they follow (OPML 2.0, http://opml.org/spec2.opml): listparser reads it, broken or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import listparser
from lxml import etree

from pipeline.decoding import decode_page

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
# What stands between categories, and between the levels of one.
_BETWEEN = re.compile(r"[,/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFeed:
    """One subscription. `tags` are the folders that it lies in and its categories, outermost first."""

    url: str
    title: str | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opml:
    """A list of subscriptions, and the addresses of other lists that it includes."""

    feeds: tuple[OpmlFeed, ...]
    lists: tuple[str, ...] = ()


def read_opml(body: bytes) -> Opml:
    """What `body` lists, each address once; nothing where it is no OPML. Raises nothing.

    listparser goes by lxml's HTML parser, which knows the encoding only where the XML declaration says it, and truly.
    """
    text = _DECLARATION.sub("", decode_page(body, None))
    found = listparser.parse(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode())
    return Opml(
        feeds=tuple(OpmlFeed(url=_address(item.url), title=item.title or None, tags=_tags(item.categories)) for item in found.feeds),
        lists=tuple(item.url for item in found.lists),
    )


def write_opml(feeds: Iterable[OpmlFeed]) -> bytes:
    """An OPML document: feeds in a folder called like their first tag, all their tags as categories, in UTF-8.

    A category cannot say a comma or a slash: a tag with one is kept where it is the first.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Feedhouse"
    body = etree.SubElement(root, "body")
    folders: dict[str | None, etree._Element] = {None: body}
    for feed in feeds:
        folder = feed.tags[0] if feed.tags else None
        if folder not in folders:
            folders[folder] = etree.SubElement(body, "outline", text=folder)
        title = feed.title or feed.url
        outline = etree.SubElement(folders[folder], "outline", type="rss", text=title, title=title, xmlUrl=feed.url)
        if categories := [tag for tag in feed.tags if not _BETWEEN.search(tag)]:
            outline.set("category", ",".join(categories))
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def _address(url: str) -> str:
    """`feed:` is what some readers write before an address, or for http."""
    return re.sub(r"^feed://", "http://", re.sub(r"^feed:(?://)?(?=https?:)", "", url))


def _tags(categories: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(level.split()) for category in categories for level in category if level.strip()))
