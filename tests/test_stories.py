"""Stories are a function of the set of articles: incremental equals from scratch, in any order and any batches."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story_index import MemoryStoryIndex

import pipeline.story_neighbours
from pipeline.records import Placement
from pipeline.stories import group, regroup
from pipeline.story_neighbours import Telling


def paragraph(seed: int, words: int = 30) -> str:
    draw = random.Random(seed)
    return " ".join("".join(draw.choice("aeioulmnrst") for _ in range(draw.randint(2, 8))) for _ in range(words))


PARAGRAPHS = [paragraph(seed) for seed in range(9)]


def telling(name: object, *paragraphs: int, title: str = "") -> Telling:
    return Telling(article_id=f"article-{name}", text="\n".join(PARAGRAPHS[number] for number in paragraphs), title=title)


def ingested(batches: Sequence[Sequence[Telling | str]], shared_by: int = 50) -> dict[str, Placement]:
    """Places after the batches; a string in a batch is an article to remove."""
    index = MemoryStoryIndex()
    for batch in batches:
        changed = [one for one in batch if isinstance(one, Telling)]
        removed = [one for one in batch if isinstance(one, str)]
        index.put(changed, removed, regroup(changed, removed, index, shared_by=shared_by))
    return index.places


def stories(places: dict[str, Placement]) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for place in places.values():
        found.setdefault(place.representative_id, set()).add(place.article_id.removeprefix("article-"))
    return {frozenset(several) for several in found.values()}


@pytest.mark.parametrize(
    ("articles", "expected"),
    [
        ([telling("a", 0, 1, 2), telling("b", 0, 1, 2, 3), telling("c", 4, 5)], {"ab", "c"}),
        ([telling("a", 0, 1, 2, 3), telling("b", 0, 1), telling("c", 2, 3)], {"abc"}),
        ([telling("a", 0, 1, 2, 3, 4, 5), telling("b", 4, 5, 6), telling("c", 6, 7, 8)], {"ab", "c"}),
        ([telling("a", 0, 1, 8), telling("b", 2, 3, 8), telling("c", 4, 5, 8)], {"a", "b", "c"}),
        ([telling("a", 0, title="x"), telling("b", 0, title="y"), telling("c", 0, 1)], {"ab", "c"}),
    ],
    ids=[
        "a longer copy holds",
        "excerpts of one text",
        "no chain beyond the representative",
        "a third in common is a quotation",
        "equal short texts",
    ],
)
def test_what_becomes_one_story(articles: list[Telling], expected: set[str]) -> None:
    assert stories(group(articles)) == {frozenset(story) for story in expected}
    assert ingested([articles]) == ingested([[one] for one in articles]) == group(articles)


def test_a_longer_version_that_comes_late_takes_over_and_whom_it_does_not_cover_finds_another_place() -> None:
    first, near = telling("first", 0, 1, 2, 3), telling("near", 0, 1, 2)
    tail = telling("tail", 3, 6)
    late = telling("late", 0, 1, 2, 4, 5)
    before = ingested([[first, near, tail]])
    after = ingested([[first, near, tail], [late]])
    assert {place.representative_id for place in before.values()} == {"article-first"}
    assert stories(after) == {frozenset({"first", "near", "late"}), frozenset({"tail"})}


def test_boilerplate_brings_nothing_together_but_equal_texts_are_found_all_the_same() -> None:
    reports = [templated(size, size) for size in range(60, 68)]
    late = [templated("copy", 60), templated("short", 20)]
    places = ingested([reports, late], shared_by=3)
    assert places["article-copy"].representative_id == places["article-60"].representative_id
    assert places["article-short"].match is None
    assert ingested([reports, late], shared_by=50)["article-short"].match is not None
    assert ingested([reports, late, [f"article-{size}" for size in range(63, 68)]], shared_by=3)["article-short"].match is not None


def templated(name: object, size: int) -> Telling:
    """A paragraph that they all have, and `size` words of its own: under 45, the common part is enough for a match."""
    return Telling(article_id=f"article-{name}", text=f"{PARAGRAPHS[0]} {paragraph(1000 + size, size)}")


def made(name: str, content: list[int] | int) -> Telling:
    told = templated(name, content) if isinstance(content, int) else telling(name, *content)
    return replace(told, site=f"site-{int(name) % 4}", title=f"{len(told.text) % 2}")


texts = st.one_of(st.lists(st.integers(0, 8), min_size=1, max_size=5), st.integers(11, 80))
changes = st.lists(st.tuples(st.integers(0, 13), st.one_of(st.none(), texts, texts, texts)), max_size=8, unique_by=lambda change: change[0])


@settings(max_examples=400, deadline=None)
@given(st.lists(changes, max_size=6), st.sampled_from([1, 2, 3, 50]), st.sampled_from([1, 16]))
def test_batch_by_batch_is_as_from_scratch(batches: list[list[tuple[int, list[int] | int | None]]], shared_by: int, spare: int) -> None:
    index, told = MemoryStoryIndex(), {}
    for batch in batches:
        changed = [made(f"{name:02}", content) for name, content in batch if content]
        removed = [f"article-{name:02}" for name, content in batch if not content]
        with patch.object(pipeline.story_neighbours, "_SPARE", spare):
            places = regroup(changed, removed, index, shared_by=shared_by)
        told.update({one.article_id: one for one in changed})
        for name in removed:
            told.pop(name, None)
        index.put(changed, removed, places)
        assert group(told.values(), shared_by=shared_by) == index.places


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, min_size=2, max_size=14), st.randoms(use_true_random=False), st.sampled_from([1, 3, 50]))
def test_neither_order_nor_batches_matter(articles: list[list[int] | int], draw: random.Random, shared_by: int) -> None:
    told = [made(f"{number:02}", content) for number, content in enumerate(articles)]
    shuffled = draw.sample(told, len(told))
    cuts = sorted(draw.randint(0, len(told)) for _ in range(3))
    batches = [shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] : cuts[2]], shuffled[cuts[2] :]]
    assert ingested(batches, shared_by) == group(told, shared_by=shared_by)


def test_a_batch_gives_only_what_it_changes() -> None:
    index = MemoryStoryIndex()
    first = [telling(number, number, number + 1, number + 2) for number in range(0, 6, 3)]
    index.put(first, [], regroup(first, [], index))
    late = [telling("late", 0, 1)]
    assert set(regroup(late, [], index)) == {"article-late"}
    assert regroup([], ["article-never-seen"], index) == {}
