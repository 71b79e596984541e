"""Lines of text and what kind each is."""

from __future__ import annotations

import pytest

from pipeline.paragraphs import is_sentence, paragraphs_of, squeezed, word_weight


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("One\n\n  two  words \n", ["One", "two words"], id="blank lines and spaces"),
        pytest.param("e\u0301te\u0301", ["été"], id="one spelling"),
        pytest.param("a\x00b\x0bc", ["abc"], id="control characters"),
        pytest.param("One\n* * *\n}\n—\nTwo", ["One", "Two"], id="lines that say nothing"),
        pytest.param("| The whole article in one cell. |", ["The whole article in one cell."], id="a layout table"),
        pytest.param("| Port | Ships |\n|---|---|\n| Bergen | 14 |", ["Port | Ships", "Bergen | 14"], id="a table of data"),
        pytest.param("| | | x\\|y | |", ["x|y"], id="empty cells and an escaped bar"),
    ],
)
def test_text_as_paragraphs(text: str, lines: list[str]) -> None:
    assert paragraphs_of(text) == lines


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Nobody in the town can say who.", True),
        ("“Nobody in the town can say who.”", True),
        ("港口的人都不知道是谁把船停在那里的。", True),
        ("Read more!", False),
        ("Ten lamps for a dark stair and a bell", False),
    ],
)
def test_a_sentence_is_told_from_a_label(line: str, says: bool) -> None:
    assert is_sentence(line) is says


def test_lengths_are_comparable_across_scripts_and_lines_across_counts() -> None:
    assert word_weight("six words of a plain sentence") == 6
    assert word_weight("港口的人都不") == 1 + 3
    assert squeezed("3 Comments so far (12:05)") == squeezed("14 comments so far (9:41)") == "commentssofar"
