"""OPML: what readers export comes in, and what goes out comes in again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.opml import Opml, OpmlFeed, read_opml, write_opml

FOLDERS = """<?xml version="1.0" encoding="ENCODING"?>
<opml version="1.0"><head><title>Küste</title></head><body>
<outline text="Häfen" title="Häfen"><outline text=" Nord  see "><outline type="rss" text="Möwe &amp; Boje" xmlUrl="http://moewe.example/feed?a=1&amp;b=2" htmlUrl="http://moewe.example/"/></outline></outline>
<outline text="Laut" xmlUrl="feed://laut.example/rss" category="lärm,Häfen/laut"/>
<outline text="Möwe again" xmlUrl="http://moewe.example/feed?a=1&amp;b=2"/>
<outline text="no address" type="rss"/>
<outline text="more" type="include" url="http://listen.example/more.opml"/>
</body></opml>"""

EXPECTED = Opml(
    feeds=(
        OpmlFeed(url="http://moewe.example/feed?a=1&b=2", title="Möwe & Boje", tags=("Häfen", "Nord see")),
        OpmlFeed(url="http://laut.example/rss", title="Laut", tags=("lärm", "Häfen", "laut")),
    ),
    lists=("http://listen.example/more.opml",),
)

words = st.text(st.characters(blacklist_categories=("C", "Z"), blacklist_characters=",/"), min_size=1, max_size=8)
subscriptions = st.lists(
    st.builds(
        OpmlFeed,
        url=st.integers(0, 99).map("http://a.example/{}?q=1&x=<y>".format),
        title=words,
        tags=st.lists(words, max_size=3, unique=True).map(tuple),
    ),
    max_size=6,
    unique_by=lambda feed: feed.url,
)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_folders_categories_and_odd_addresses_are_read(encoding: str) -> None:
    assert read_opml(FOLDERS.replace("ENCODING", encoding).encode(encoding)) == EXPECTED


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(FOLDERS.replace("ENCODING", "utf-8").partition('<outline text="no address')[0].encode() + b"<outline text='more' type='include' url='http://listen.example/more.opml'", id="cut off"),
        pytest.param(FOLDERS.replace('encoding="ENCODING"', "").encode(), id="no encoding named"),
        pytest.param(b"\xef\xbb\xbf" + FOLDERS.replace("ENCODING", "us-ascii").encode(), id="a byte order mark, and a lie"),
    ],
)  # fmt: skip
def test_what_can_be_read_of_a_broken_file_is_read(body: bytes) -> None:
    assert read_opml(body).feeds == EXPECTED.feeds


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe", b"plain words", b"<html><body><p>A page</p></body></html>", b"http://a.example/feeds.opml"]
)
def test_what_is_no_opml_lists_nothing(body: bytes) -> None:
    assert read_opml(body) == Opml(feeds=())


def test_entities_are_not_multiplied_and_no_file_is_read() -> None:
    bomb = b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]><opml><body><outline text="&b;&f;" xmlUrl="http://a.example/"/></body></opml>'
    (feed,) = read_opml(bomb).feeds
    assert len(feed.title or "") < 10


@given(subscriptions)
def test_what_is_written_is_read_again(feeds: list[OpmlFeed]) -> None:
    written = write_opml(feeds)
    assert etree.fromstring(written).tag == "opml"
    again = read_opml(written).feeds
    assert sorted(again, key=lambda feed: feed.url) == sorted(feeds, key=lambda feed: feed.url)


def test_a_tag_that_a_category_cannot_say_is_kept_as_the_folder() -> None:
    feed = OpmlFeed(url="http://a.example/", title="A", tags=("news, daily", "x"))
    assert set(read_opml(write_opml([feed])).feeds[0].tags) == {"news, daily", "x"}
