"""An entry keeps its id whatever its publisher does to guids."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity import content_hash, identify
from pipeline.records import Entry


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
