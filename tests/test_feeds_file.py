"""The feeds file edited: what a person wrote in it stays, and what comes out is what was meant."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.feeds_file import FeedTable, edit_feeds_file, with_feeds, without_feed
from flows.settings import ConfigError, load_feeds_file, read_duration, write_duration

WRITTEN = """# What the port reads.
[settings]   # few
interval = "1h"

# Papers.
[[feeds]]
name = "gazette"   # since May
url = "http://gazette.example/feed"
# slow on Sundays
tags = [
    "port",   # both
    "news",
]

# A blog, with a token.
[[feeds]]
name = "blog"
url = "http://blog.example/feed"
[feeds.headers]
X-Plain = "yes"

  [[ feeds ]]   # the last
url = "http://last.example/feed"
# That is all.
"""

names = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=12)
tables = st.builds(
    FeedTable,
    name=names,
    url=st.integers(0, 99).map("http://a.example/{}?q=1&x=%22".format),
    tags=st.lists(names, max_size=3).map(tuple),
    interval=st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
)
many = st.lists(tables, max_size=5, unique_by=lambda table: table.name)


def feeds(text: str) -> list[dict[str, object]]:
    found = tomllib.loads(text).get("feeds", [])
    assert isinstance(found, list)
    return found


def meant(table: FeedTable) -> dict[str, object]:
    values: dict[str, object] = {"name": table.name, "url": table.url}
    if table.tags:
        values["tags"] = list(table.tags)
    if table.interval:
        values["interval"] = write_duration(table.interval)
    return values


@pytest.mark.parametrize(
    ("number", "gone"),
    [
        pytest.param(0, WRITTEN[WRITTEN.index("[[feeds]]") : WRITTEN.index("# A blog")], id="with a comment inside, and a list over lines"),
        pytest.param(1, WRITTEN[WRITTEN.index('[[feeds]]\nname = "blog"') : WRITTEN.index("  [[ feeds ]]")], id="with a table of its own"),
        pytest.param(2, '  [[ feeds ]]   # the last\nurl = "http://last.example/feed"\n', id="the last, written otherwise"),
    ],
)
def test_a_feed_goes_and_nothing_else(number: int, gone: str) -> None:
    assert gone in WRITTEN
    assert without_feed(WRITTEN, number) == WRITTEN.replace(gone, "")


def test_comments_stay_when_all_feeds_go() -> None:
    text = WRITTEN
    for _ in range(3):
        text = without_feed(text, 0)
    assert feeds(text) == []
    for comment in ("# What the port reads.", "# few", "# Papers.", "# A blog, with a token.", "# That is all."):
        assert comment in text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('feeds = [{ url = "http://a.example/" }]\n', id="feeds on one line"),
        pytest.param('[[feeds]]\nurl = "http://a.example/"\nname = """\n[[feeds]]\n"""\n', id="a header inside a text"),
        pytest.param('[["feeds"]]\nurl = "http://a.example/"\n', id="a quoted header"),
    ],
)
def test_what_cannot_be_cut_by_lines_is_left_alone(text: str) -> None:
    assert len(feeds(text)) == 1
    with pytest.raises(ValueError, match="0"):
        without_feed(text, 0)


@given(many, many, st.sampled_from(["", "\n", "# only a comment", WRITTEN, WRITTEN.rstrip(), WRITTEN.replace("\n", "\r\n")]))
def test_what_is_added_is_there_and_goes_without_a_trace(first: list[FeedTable], second: list[FeedTable], start: str) -> None:
    text = with_feeds(start, first) if first else start
    grown = with_feeds(text, second) if second else text
    assert feeds(grown) == feeds(start) + [meant(table) for table in (*first, *second)]
    assert ("\r\n" in grown) == ("\r\n" in start)
    assert grown.count("\n") - grown.count("\r\n") == (0 if "\r\n" in start else grown.count("\n"))
    shrunk = grown
    for _ in second:
        shrunk = without_feed(shrunk, len(feeds(text)))
    assert feeds(shrunk) == feeds(text)
    assert shrunk.rstrip() == text.rstrip()


@given(many.filter(bool), st.data())
def test_any_feed_can_be_taken_out(those: list[FeedTable], data: st.DataObject) -> None:
    text = with_feeds(WRITTEN, those)
    number = data.draw(st.integers(0, len(feeds(text)) - 1))
    expected = feeds(text)
    del expected[number]
    assert feeds(without_feed(text, number)) == expected


@given(st.integers(1, 10**8).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_duration_is_read_as_it_was_written(duration: timedelta) -> None:
    assert read_duration(write_duration(duration)) == duration


def test_an_edit_that_would_be_wrong_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(WRITTEN)
    with pytest.raises(ConfigError, match="'gazette' is used twice"):
        edit_feeds_file(path, {}, lambda _, text: with_feeds(text, [FeedTable(name="gazette", url="http://other.example/")]))
    assert path.read_text() == WRITTEN
    assert [path] == list(tmp_path.iterdir())


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "feeds.toml"
    real.write_text(WRITTEN)
    real.chmod(0o640)
    link.symlink_to(real)
    edit_feeds_file(link, {}, lambda _, text: without_feed(text, 0))
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(load_feeds_file(link, {}).feeds) == 2


def test_processes_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    command = [sys.executable, "-m", "flows.cli", "--feeds", str(path), "feeds", "add", "--unchecked"]
    running = [subprocess.Popen([*command, f"http://site{number}.example/feed"], stdout=subprocess.PIPE) for number in range(6)]
    assert [process.wait(60) for process in running] == [0] * 6
    for process in running:
        process.communicate()
    assert {feed.name for feed in load_feeds_file(path, os.environ).feeds} == {f"site{number}.example" for number in range(6)}
