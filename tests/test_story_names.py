"""A story keeps its id when its representative changes, when it grows, and with most of its members when it parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.story_names import name_stories


@pytest.mark.parametrize(
    ("stories", "before", "expected"),
    [
        ({"b": "ab"}, {"a": "one"}, {"b": "one"}),
        ({"a": "abcd"}, {"a": "one", "b": "two", "c": "two"}, {"a": "two"}),
        ({"a": "ab"}, {"a": "two", "b": "one"}, {"a": "one"}),
        ({"a": "ab", "c": "c"}, {"a": "one", "b": "one", "c": "one"}, {"a": "one"}),
        ({"a": "ab", "c": "cd"}, {"a": "one", "b": "two", "c": "two", "d": "two"}, {"a": "one", "c": "two"}),
    ],
    ids=["another representative", "two meet: the larger stays", "two of a size: the first by its letters", "one parts", "a member moves"],
)
def test_which_id_stays(stories: dict[str, str], before: dict[str, str], expected: dict[str, str]) -> None:
    named = name_stories({representative: tuple(members) for representative, members in stories.items()}, before)
    assert expected.items() <= named.items()
    assert len(set(named.values())) == len(stories)


def test_a_new_story_is_named_by_its_first_member_and_never_like_another() -> None:
    first = name_stories({"b": ("b", "a")}, {})["b"]
    assert first == name_stories({"a": ("a",)}, {})["a"]
    assert len(first) == 12
    assert name_stories({"a": ("a",)}, {}, lambda name: name == first)["a"] != first


members = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 3), st.sampled_from(["", "one", "two", "three"])), min_size=1
)


@given(members)
def test_every_story_has_an_id_of_its_own(drawn: dict[str, tuple[int, str]]) -> None:
    stories: dict[str, list[str]] = {}
    for member, (number, _) in drawn.items():
        stories.setdefault(str(number), []).append(member)
    before = {member: story_id for member, (_, story_id) in drawn.items() if story_id}
    named = name_stories(stories, before)
    assert named.keys() == stories.keys()
    assert len(set(named.values())) == len(stories)
    assert named == name_stories(dict(reversed(stories.items())), before)
    assert all(
        any(name in {before.get(member) for member in held} for held in stories.values())
        for name in set(before.values()) & set(named.values())
    )
