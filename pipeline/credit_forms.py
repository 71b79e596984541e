"""The forms that credit lines have, as compiled from credit_forms.toml. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

URL = r"(?:https?://|www\.)[^\s<>()\"'，。）】]+"

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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of credit: what it says, how sure it is, and the line with a group for each place of a name.

    A `bare` form names nobody: `Source link`, which says something by its link alone. One that `needs_outlet` is a mere byline without.
    """

    kind: str
    confidence: float
    bare: bool
    needs_outlet: bool
    line: re.Pattern[str]


def _forms() -> tuple[Form, ...]:
    table = tomllib.loads(files("pipeline").joinpath("credit_forms.toml").read_text("utf-8"))
    pieces = table.pop("pieces")
    return tuple(
        Form(
            kind=form["kind"],
            confidence=form["confidence"],
            bare=form.get("bare", False),
            needs_outlet=form.get("needs_outlet", False),
            line=re.compile(_decorated(_filled(form["line"], pieces)), re.IGNORECASE),
        )
        for language in table.values()
        for form in language
    )


def _filled(line: str, pieces: dict[str, str]) -> str:
    """The line with its {pieces} put in; braces that count, as in {2,80}, stay."""
    names = pieces | _PLACES
    line = line.replace(" {source}", " ?:? {source}")
    while (made := re.sub(r"\{([a-z]+2?)\}", lambda found: names[found[1]], line)) != line:
        line = made
    return line


def _decorated(line: str) -> str:
    """With what people put around a credit."""
    return rf"[\[(（【*~•·>→_\s–—-]*(?:{line})[\])）】*\s.。→»,]*"


FORMS = _forms()
