"""An entry keeps its id whatever its publisher does to guids."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity import content_hash, identify, recognised, told_hash
from pipeline.records import Entry, KnownEntry


def ids(*entries: Entry) -> list[str]:
    return [item.entry_id for item in identify(entries)]


def test_a_guid_that_one_entry_has_is_its_id() -> None:
    assert ids(Entry(raw_id="a", link="http://x.example/1"), Entry(raw_id="b", link="http://x.example/2")) == ["a", "b"]


def test_a_guid_that_all_share_gives_way_to_the_link() -> None:
    entries = [Entry(raw_id="same", link=f"http://x.example/{n}", title=str(n)) for n in range(1_000)]
    assert [f"https://x.example/{n}" for n in range(1_000)] == ids(*entries)


def test_a_thousand_entries_with_one_guid_and_one_link_stay_a_thousand() -> None:
    entries = [Entry(raw_id="same", link="http://x.example/", title=str(n)) for n in range(1_000)]
    assert len(set(ids(*entries))) == 1_000


def test_exact_repeats_are_one_entry() -> None:
    entry = Entry(raw_id="a", link="http://x.example/1", title="One")
    assert ids(entry, entry, entry) == ["a"]


def test_an_entry_without_guid_and_link_is_known_by_date_and_title() -> None:
    one = Entry(title="One", published_raw="2026-03-01")
    assert ids(one) == ids(one, Entry(title="Two", published_raw="2026-03-01"))[:1]


def known(entry_id: str, **values: str) -> KnownEntry:
    return KnownEntry(entry_id=entry_id, content_hash="h", article_id=None, **values)


@pytest.mark.parametrize(
    ("entry", "old", "expected"),
    [
        pytest.param(Entry(raw_id="b", title="One", published_raw="d"), known("a", title="One", published_raw="d"), "a", id="another id"),
        pytest.param(
            Entry(raw_id="b", title="One, corrected", published_raw="d"),
            known("a", title="One", published_raw="d"),
            "a",
            id="and another title",
        ),
        pytest.param(
            Entry(raw_id="b", title="One", published_raw="e"), known("a", title="One", published_raw="d"), "a", id="and another date"
        ),
        pytest.param(
            Entry(raw_id="b", title="Two", published_raw="e"), known("a", title="One", published_raw="d"), "b", id="another entry"
        ),
        pytest.param(Entry(raw_id="b", title="Two"), known("a", title="One"), "b", id="another entry without a date"),
        pytest.param(Entry(raw_id="b"), known("a"), "a", id="nothing but the link"),
    ],
)
def test_a_strange_id_is_seen_through_by_the_link(entry: Entry, old: KnownEntry, expected: str) -> None:
    identified = identify([replace(entry, link="http://x.example/1")])
    assert [found.entry_id for found in recognised(identified, {}, {"https://x.example/1": (old,)})] == [expected]


def test_an_id_that_is_listed_itself_and_a_link_that_two_share_are_taken_by_nobody() -> None:
    linked = {"https://x.example/1": (known("a", title="One"),)}
    both = identify([Entry(raw_id="a", link="http://x.example/2"), Entry(raw_id="b", link="http://x.example/1", title="One")])
    assert recognised(both, {}, linked) == both
    twice = identify([Entry(raw_id=name, link="http://x.example/1", title="One") for name in "bc"])
    assert recognised(twice, {}, linked) == twice


def test_what_a_reader_would_not_notice_tells_nothing_else() -> None:
    before = Entry(title="One", link="http://x.example/1", content_html="<p>Text &amp; more</p>", published_raw="a")
    after = Entry(
        title="One", link="https://x.example/1/", content_html="<div class='x'>Text  & more</div><img src='/b'>", published_raw="b"
    )
    assert content_hash(before) != content_hash(after)
    assert told_hash(before) == told_hash(after)
    assert told_hash(replace(before, content_html="<p>Text & less</p>")) != told_hash(before)
    assert told_hash(replace(before, title="Two")) != told_hash(before)


ENTRY = st.builds(
    Entry,
    raw_id=st.sampled_from([None, "a", "b", "c"]),
    link=st.sampled_from([None, "http://x.example/1", "http://x.example/2"]),
    title=st.sampled_from([None, "One", "Two"]),
    published_raw=st.sampled_from([None, "2026-03-01"]),
    content_html=st.sampled_from([None, "<p>x</p>", "<p>y</p>"]),
)


@given(st.lists(ENTRY, max_size=12), st.integers(0, 1_000))
def test_ids_do_not_depend_on_the_order_of_the_document(entries: list[Entry], seed: int) -> None:
    shuffled = entries[:]
    random.Random(seed).shuffle(shuffled)
    assert {(i.entry_id, i.content_hash) for i in identify(entries)} == {(i.entry_id, i.content_hash) for i in identify(shuffled)}


@given(st.lists(ENTRY, max_size=12))
def test_no_two_entries_have_one_id(entries: list[Entry]) -> None:
    found = [item.entry_id for item in identify(entries)]
    assert len(found) == len(set(found))


def test_what_moves_by_itself_is_no_edit() -> None:
    def entry(counter: str) -> Entry:
        return Entry(
            content_html=f'<p>Text</p><img src="http://feeds.feedburner.com/~r/x/{counter}"><a href="/1?utm_source={counter}">{counter} comments</a>'
        )

    assert content_hash(entry("3")) == content_hash(entry("47"))
    assert content_hash(Entry(content_html="<p>Text</p>")) != content_hash(Entry(content_html="<p>Test</p>"))
