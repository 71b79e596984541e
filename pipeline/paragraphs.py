"""Text as a list of paragraphs, one a line, and what kind of line each one is. Pure."""

from __future__ import annotations

import re
import unicodedata

# A line of furniture is a label or a title; prose is longer.
_LABEL_WORDS = 14
_LABEL_LETTERS = 160
_PROSE_WORDS = 30
_SENTENCE_WORDS = 6
_CLOSING = "”»\"'’)）」] "
_ENDS_OF_SENTENCE = ".!?…。！？"
# Categories Cc, without tab and line feed, and Cs.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSPACED = re.compile(r"[\u3040-\u9fff]")
_CELLS = re.compile(r"(?<!\\)\|")


def paragraphs_of(text: str) -> list[str]:
    """The lines of a text in one spelling (NFC), without control characters, table rules, and lines that say nothing."""
    clean = _CONTROLS.sub("", unicodedata.normalize("NFC", text))
    lines = (" ".join(_without_rules(line).split()) for line in clean.split("\n"))
    return [line for line in lines if any(map(str.isalnum, line))]


def word_weight(text: str) -> int:
    """Words, where a Chinese or Japanese character counts half a word: what makes lengths comparable across scripts."""
    return len(text.split()) + (0 if text.isascii() else len(_UNSPACED.findall(text)) // 2)


def is_label(line: str) -> bool:
    """True for a line that is too short to be a paragraph."""
    return len(line.split()) <= _LABEL_WORDS and len(line) <= _LABEL_LETTERS


def is_prose(line: str) -> bool:
    """True for a paragraph: long, or of some length and ending as a sentence does."""
    return len(line.split()) >= _PROSE_WORDS or (_ends_as_sentence(line) and (len(line) >= 120 or word_weight(line) >= _PROSE_WORDS))


def is_sentence(line: str) -> bool:
    """True for a line that reads as a sentence, however short: what is said, not what is labelled."""
    return _ends_as_sentence(line) and word_weight(line) >= _SENTENCE_WORDS


def squeezed(line: str) -> str:
    """The letters of a line in one case, without digits, spaces and punctuation: equal for lines that differ in a count or a date."""
    return "".join(filter(str.isalpha, line.casefold()))


def _ends_as_sentence(line: str) -> bool:
    return line.rstrip(_CLOSING)[-1:] in _ENDS_OF_SENTENCE if line else False


def _without_rules(line: str) -> str:
    """A row of a table as its cells: old pages lay out whole articles in tables, and a row of one cell is a paragraph."""
    row = line.strip()
    if not (row.startswith("|") and row.endswith("|")):
        return line
    cells = (cell.strip().replace("\\|", "|") for cell in _CELLS.split(row))
    return " | ".join(cell for cell in cells if any(map(str.isalnum, cell)))
