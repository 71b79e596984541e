"""The forms that credit lines have, as compiled from credit_forms.toml. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# With its scheme, or a host and a path without one: tinyurl.com/y7abc.
URL = r"(?:(?:https?://|www\.)[^\s<>()\"'，。）】]+|(?<![\w@./-])(?:[a-z\d-]{1,40}\.){1,3}[a-z]{2,8}/[^\s<>()\"'，。）】]{2,})"

_MONTH = (
    r"(?:jan|feb|fév|fev|mär|mar|apr|avr|abr|kwi|may|mai|maj|mag|jun|juin|giu|jul|juil|lug|aug|août|ago|sep|set|sept|oct|okt|ott|out|nov|dec|dez|déc|dic|gen|ene"
    r"|styc|lut|czerw|lip|sierp|wrze|paź|list|grud|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|ιαν|φεβ|μαρ|απρ|μαΐ|μαϊ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ)[^\W\d]*\.?"
)
DAY = (
    rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|°|\.)? (?:of |de |d['’])?{_MONTH},?(?: (?:de |del )?\d{{4}})?"
    rf"|{_MONTH} ?[/–-] ?{_MONTH} \d{{4}}|(?:spring|summer|autumn|fall|winter) \d{{4}}|{_MONTH} (?:de )?\d{{4}}"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}/\d{4}|\d{4})"
)

# What people put before a credit: arrows, brackets, stars, pictures; a label that it is a note.
_ORNAMENT = re.compile(
    r"[^\w\"“„«@©]*(?:(?:(?:(?:the )?(?:editors?|authors?|publishers?)(?:['’]s?)? )?note|disclaimer|disclosure|ed\.|n\.?b\.?|p\.?s\.?"
    r"|anm(?:erkung|\.)(?: der redaktion| d\. red\.)?|hinweis|nota(?: del editor| della redazione| do editor)?|ndlr|nota bene"
    r"|uwaga|od redakcji|от редакции|примечание)"
    r"(?: ?[:.–—-]+ ?))?",
    re.IGNORECASE,
)
# By which a line is told to be in question: the first letters of a word, a Chinese or Japanese letter.
_STEM = re.compile(r"[\u3040-\u9fff]|\b\w{1,4}")
# Where names stand in a form: how far they may reach. What stands there must read as a name as well (`pipeline.credit_parties`).
_PLACES = {
    "source": r"(?P<source>.{2,160}?)",
    "label": r"(?P<source>.{2,160}?)",
    "author": r"(?P<author>.{2,80}?)",
    "author2": r"(?P<author2>.{2,80}?)",
    "byline": r"(?P<byline>.{2,160}?)",
    "agency": r"(?P<agency>.{2,30}?)",
    "agency2": r"(?P<agency2>.{2,30}?)",
    "cjk": r"(?P<cjk>.{2,60}?)",
    "cjk2": r"(?P<cjk2>.{2,30}?)",
    "link": rf"(?P<link>{URL})",
    "date": rf"(?:(?:on|dated|am|vom|im|le|du|el|il|em|dnia|στις|от|in) )?{DAY}",
    "gap": " ?:? ",
    "comes": "(?!)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of credit: what it says, how sure it is, and the line with a group for each place of a name.

    A `bare` form names nobody: `Source link`, which says something by its link alone. One that `needs_outlet` is a mere byline without.
    """

    language: str
    kind: str
    confidence: float
    bare: bool
    needs_outlet: bool
    line: re.Pattern[str]


def forms_for(line: str) -> Iterator[Form]:
    """The forms that `line` may have, in the order in which they are to be tried."""
    stems = _STEM.findall(line.lower())
    for cues, forms in all_forms():
        if not cues or not cues.isdisjoint(stems):
            yield from forms


@cache
def all_forms() -> tuple[tuple[frozenset[str], tuple[Form, ...]], ...]:
    """The forms of each language, with the stems by which a line is told to be in question; compiled once, in half a second."""
    table = tomllib.loads(files("pipeline").joinpath("credit_forms.toml").read_text("utf-8"))
    pieces, words, every = table.pop("pieces"), table.pop("words"), table.pop("every")
    cues = {language: frozenset(_STEM.findall(listed)) for language, listed in table.pop("cues").items()}
    groups = [(language, forms, pieces) for language, forms in table.items()]
    groups += [(language, every, pieces | of_language) for language, of_language in words.items()]
    return tuple(
        (cues.get(language, frozenset()), tuple(_form(language, form, names) for form in forms)) for language, forms, names in groups
    )


def _form(language: str, form: dict[str, Any], pieces: dict[str, str]) -> Form:
    return Form(
        language=language,
        kind=form["kind"],
        confidence=form["confidence"],
        bare=form.get("bare", False),
        needs_outlet=form.get("needs_outlet", False),
        line=re.compile(rf"(?:{_filled(form['line'], pieces)})(?:[^\w!?]|\s[!?])*", re.IGNORECASE),
    )


def _filled(line: str, pieces: dict[str, str]) -> str:
    """The line with its {pieces} put in; braces that count, as in {2,80}, stay."""
    names = _PLACES | pieces
    line = line.replace(" {source}", " ?:? {source}")
    while (made := re.sub(r"\{([a-z]+2?)\}", lambda found: names[found[1]], line)) != line:
        line = made
    return line


def undecorated(line: str) -> str:
    """The line without what people put before a credit."""
    found = _ORNAMENT.match(line)
    return line[found.end() :] if found else line
