"""Credits are read from their forms, field by field; prose with the same words yields none. The table is tests/data/credits.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

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
        yield f"tail: {line}", [*BODY, line], [(kind, source, author, url)], BODY
        yield f"head: {line}", [line, *BODY], [(kind, source, author, url)], BODY
    for line, kind, source, author, left in TABLE["datelines"]:
        yield line, [line, *BODY], [(kind, source, author, "")], [left, *BODY]
    for line, kind, source, author, left in TABLE["endings"]:
        yield line, [*BODY, line], [(kind, source, author, "")], [*BODY, left]
    for one, two, kind, source, author in TABLE["halves"]:
        yield f"{one} / {two}", [*BODY, one, two], [(kind, source, author, "")], BODY
    for line in TABLE["prose"]:
        yield f"prose at the tail: {line}", [*BODY, line], [], [*BODY, line]
        yield f"prose at the head: {line}", [line, *BODY], [], [line, *BODY]


CASES = list(cases())


@pytest.mark.parametrize(("text", "expected", "left"), [case[1:] for case in CASES], ids=[case[0][:60] for case in CASES])
def test_a_text_gives_its_credits_and_keeps_the_rest(text: list[str], expected: list[Read], left: list[str]) -> None:
    kept, found, _ = take_credits(text)
    assert ([told(credit) for credit in found], kept) == (expected, left)


