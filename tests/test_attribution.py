"""Credits are read from their forms, field by field; prose with the same words yields none. The table is tests/data/credits.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.attribution import take_credits
from pipeline.records import Credit

TABLE = tomllib.loads((Path(__file__).parent / "data" / "credits.toml").read_text(encoding="utf-8"))
BODY = [f"Paragraph {number} says something of its own, and goes on for as long as it takes." for number in range(12)]

Read = tuple[str, str, str, str]


def told(credit: Credit) -> Read:
    return credit.kind, credit.source or "", credit.author or "", credit.url or ""


def cases() -> Iterator[tuple[str, list[str], list[Read], list[str]]]:
    """The case's name, the text, the credits that must be found in it, and what must be left of the text."""
    for line, kind, source, author, url in TABLE["lines"]:
        yield line, [*BODY, line], [(kind, source, author, url)], BODY
        yield line, [line, *BODY], [(kind, source, author, url)], BODY
    for line, kind, source, author, left in TABLE["datelines"]:
        yield line, [line, *BODY], [(kind, source, author, "")], [left, *BODY]
    for line, kind, source, author, left in TABLE["endings"]:
        yield line, [*BODY, line], [(kind, source, author, "")], [*BODY, left]
    for one, two, kind, source, author in TABLE["halves"]:
        yield f"{one} / {two}", [*BODY, one, two], [(kind, source, author, "")], BODY
    for line in TABLE["prose"]:
        yield line, [*BODY, line], [], [*BODY, line]
        yield line, [line, *BODY], [], [line, *BODY]


CASES = list(cases())


PLACED = [(name, list(places)) for name, places in groupby(CASES, key=itemgetter(0))]


@pytest.mark.parametrize("places", [places for _, places in PLACED], ids=[name[:60] for name, _ in PLACED])
def test_a_text_gives_its_credits_and_keeps_the_rest(places: list[tuple[str, list[str], list[Read], list[str]]]) -> None:
    """At its head and at its tail, where a line may stand at both."""
    for _, text, expected, left in places:
        kept, found, _ = take_credits(text)
        assert ([told(credit) for credit in found], kept) == (expected, left)


def test_the_table_is_long_enough_to_say_something() -> None:
    credited = sum(len(TABLE[part]) for part in ("lines", "datelines", "endings", "halves"))
    assert (credited >= 1200, len(TABLE["prose"]) >= 800) == (True, True)


@pytest.mark.parametrize("floor", [0.6, 0.8, 0.95])
def test_a_confidence_is_the_share_of_such_readings_that_are_right(floor: float) -> None:
    """Over every line of the table as it stands anywhere, a reading that is not what the table says counts against it."""
    right = [told(credit) in expected for _, text, expected, _ in CASES for credit in take_credits(text)[1] if credit.confidence >= floor]
    assert len(right) > 20
    assert sum(right) / len(right) >= floor


def test_credits_leave_the_text_at_its_ends_and_nowhere_else() -> None:
    lines = ["Authored by Ada Quill via Harbour Ledger,", *BODY[:6], "via Harbour Ledger", *BODY[6:], "via Harbour Ledger News Ada Quill"]
    kept, found, taken = take_credits(lines)
    assert kept == [*BODY[:6], "via Harbour Ledger", *BODY[6:]]
    assert [credit.source for credit in found] == ["Harbour Ledger", "Harbour Ledger News"]
    assert taken == [lines[0], lines[-1]]


def test_a_text_is_never_emptied() -> None:
    kept, found, _ = take_credits(["via Reuters"])
    assert (kept, found) == (["via Reuters"], [])


def test_what_left_the_text_is_given_back_word_for_word() -> None:
    lines = ["LONDON (Reuters) - The board wrote nine letters.", *BODY, "It will meet again. (AP)", "Source:", "Harbour Ledger"]
    _, found, taken = take_credits(lines)
    assert taken == ["LONDON (Reuters) -", "(AP)", "Source:", "Harbour Ledger"]
    assert [credit.evidence for credit in found] == ["LONDON (Reuters) -", "(AP)", "Source:\nHarbour Ledger"]


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        pytest.param("via ZeroHedge News Tyler Durden", "zerohedge.com", id="known by name"),
        pytest.param("Source: Harbour Ledger (https://www.gazette.example/a)", "gazette.example", id="known by its address"),
        pytest.param("Source: Harbour Ledger https://t.co/x", "harbourledger", id="a shortener says nothing"),
        pytest.param("via The Harbour Ledger", "harbourledger", id="by its name alone"),
        pytest.param("Submitted by Ada Quill", None, id="nobody but a person"),
    ],
)
def test_a_credit_says_who_the_publisher_is(line: str, publisher: str | None) -> None:
    _, found, _ = take_credits([*BODY, line])
    assert [credit.publisher for credit in found] == [publisher]


@pytest.mark.parametrize(
    "line",
    ["A-" * 5000, "A, " * 5000, "by " * 160, "via " * 120, "source: " * 60, "(Reuters) - " * 2000, "the post " * 50 + "appeared first on", "a. " * 5000, "(" * 5000, "A " * 240],
    ids=lambda line: line[:10],
)  # fmt: skip
def test_no_line_takes_long(line: str) -> None:
    """Each of these would hang on a pattern that can be tried in many ways: the suite's time limit is the test."""
    kept, _, _ = take_credits([line, *BODY, line])
    assert kept


WORDS = st.sampled_from(
    [
        "via",
        "by",
        "source",
        ":",
        "Reuters",
        "(",
        ")",
        "-",
        "—",
        "LONDON",
        "AP",
        "the",
        "Harbour",
        "Ledger",
        "Ada",
        "Quill",
        "https://t.co/x",
        ".",
        "©",
        "originally",
        "published",
        "on",
        "来源",
        "。",
        "(…)",
        "/",
        "'s",
    ]
)


@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join).filter(str.strip), min_size=1, max_size=14))
def test_nothing_is_lost_and_a_line_is_left(lines: list[str]) -> None:
    kept, found, taken = take_credits(lines)
    assert kept
    assert all(credit.evidence.strip() for credit in found)
    assert bool(found) == bool(taken)
    left = sorted(letter for line in (*kept, *taken) for letter in line if letter.isalnum())
    assert left == sorted(letter for line in lines for letter in line if letter.isalnum())
