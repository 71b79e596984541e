"""The original is told by addresses, then credits, then dates, whatever order the members come in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.originals import Member, Original, OriginalReason, original_of


def member(name: str, day: int | None = None, points_to: str = "", credited: str = "") -> Member:
    """An article of the site of its name; `points_to` and `credited` are names, one letter each."""
    return Member(
        article_id=name,
        canonical_url=f"https://{name}.example/story",
        publisher=name,
        published_at=datetime(2026, 3, day, tzinfo=UTC) if day else None,
        points_to=tuple(f"https://{other}.example/story" for other in points_to),
        credited=tuple(credited),
    )


@pytest.mark.parametrize(
    ("members", "expected", "reason", "source"),
    [
        ([member("a", 1)], "a", OriginalReason.ONLY, None),
        ([member("a", 1), member("b", 2)], "a", OriginalReason.EARLIEST, None),
        ([member("a"), member("b", 2)], "b", OriginalReason.EARLIEST, None),
        ([member("b"), member("a")], "a", OriginalReason.ADDRESS, None),
        ([member("b", 1), member("a", 1)], "a", OriginalReason.ADDRESS, None),
        ([member("a", 1, points_to="b"), member("b", 2)], "b", OriginalReason.CANONICAL_URL, None),
        ([member("a", 1, points_to="b"), member("b", 2, points_to="c"), member("c", 3)], "c", OriginalReason.CANONICAL_URL, None),
        ([member("a", 2, points_to="b"), member("b", 1, points_to="a")], "b", OriginalReason.EARLIEST, None),
        ([member("a", 1, points_to="b"), member("b", 2, credited="z")], "a", OriginalReason.UNSEEN, "z"),
        (
            [member("a", 1, points_to="z", credited="y"), member("b", 2, points_to="c"), member("c", 3)],
            "c",
            OriginalReason.CANONICAL_URL,
            None,
        ),
        ([member("a", 1), member("b", 2), member("c", 3, credited="b")], "b", OriginalReason.CREDITED, None),
        ([member("a", 1, credited="z"), member("b", 2)], "b", OriginalReason.UNCREDITED, None),
        ([member("a", 1, credited="b"), member("b", 2, credited="z")], "a", OriginalReason.UNSEEN, "z"),
        ([member("a", 1, credited="y"), member("b", 2, credited="z"), member("c", 3, credited="z")], "a", OriginalReason.UNSEEN, "z"),
        ([member("a", 1, credited="z")], "a", OriginalReason.UNSEEN, "z"),
    ],
    ids=[
        "alone",
        "earliest",
        "a date that cannot be trusted",
        "no dates",
        "the same minute",
        "pointed to",
        "pointed to through another",
        "pointing in a circle",
        "pointed to, but crediting another",
        "pointing outside tells nothing",
        "credited, though later",
        "the only one without a credit",
        "credited, but crediting another",
        "never seen, credited by most",
        "alone with a credit",
    ],
)
def test_the_original(members: list[Member], expected: str, reason: OriginalReason, source: str | None) -> None:
    assert original_of(members) == Original(article_id=expected, reason=reason, source=source)


names = st.text(alphabet="abcdexyz", max_size=2)
some = st.builds(member, st.sampled_from("abcde"), st.one_of(st.none(), st.integers(1, 3)), names, names)


@given(st.lists(some, min_size=1, max_size=5, unique_by=lambda one: one.article_id), st.randoms(use_true_random=False))
def test_the_order_of_members_makes_no_difference(members: list[Member], draw: object) -> None:
    shuffled = draw.sample(members, len(members))  # type: ignore[attr-defined]
    assert original_of(shuffled) == original_of(members)
    assert original_of(members).article_id in {one.article_id for one in members}
