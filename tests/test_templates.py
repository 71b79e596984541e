"""What recurs over a site's articles is its template; what articles repeat for reasons of their own stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from template_rule import template_of

from pipeline.templates import blocks_of, cut_template, restored


def story(number: int, length: int = 3) -> list[str]:
    """The paragraphs that article `number` has of its own."""
    names = ["dredger", "ferry", "tram", "lamp", "onion", "gull", "bell", "crane", "rope", "anchor", "buoy", "pier"]
    thing = names[number % len(names)] + "s" * (number // len(names))
    return [
        f"The {thing} was seen {part} by the harbour board, which wrote to the owner of it and has had no answer, though it has asked again since."
        for part in ("first", "then", "at last", "once more", "again")[:length]
    ]


BOX = "Get the harbour letter every Friday: tides, lamps and what became of the dredger."
MENU = "Port | Town | Weather"
DATE = "Published on {n} March 2026, {n}:05"


def template(articles: list[list[str]]) -> frozenset[int]:
    return template_of(map(blocks_of, articles))


@pytest.mark.parametrize(
    ("articles", "last", "kept"),
    [
        pytest.param([[*story(n), BOX] for n in range(3)], [*story(9), BOX], story(9), id="a box below"),
        pytest.param([[MENU, *story(n)] for n in range(3)], [MENU, *story(9)], story(9), id="a menu above"),
        pytest.param([[DATE.format(n=n), *story(n)] for n in range(3)], [DATE.format(n=9), *story(9)], story(9), id="a date line"),
        pytest.param([["By", f"Name {'abc'[n]}", MENU, *story(n)] for n in range(3)], ["By", "Ada Quill", MENU, *story(9)], ["Ada Quill", *story(9)], id="a byline between"),
        pytest.param([[*story(n), BOX, MENU] for n in range(3)], [*story(9), "Ten lamps", BOX, MENU], [*story(9), "Ten lamps"], id="below a line of its own"),
    ],
)  # fmt: skip
def test_what_recurs_at_the_ends_is_cut(articles: list[list[str]], last: list[str], kept: list[str]) -> None:
    assert cut_template(last, blocks_of(last), template(articles))[0] == kept


QUOTE = "“A harbour is a promise that a town makes to people it has not met,” as the old harbour master liked to say."
LINES = ["Row, row, row the dredger", "Gently to the pier"]


@pytest.mark.parametrize(
    ("articles", "last"),
    [
        pytest.param([[*story(n), BOX] for n in range(2)], [*story(9), BOX], id="two articles are too few"),
        pytest.param([[*story(0)] + [f"Edit {n}"] * n for n in range(5)], [story(0)[0], *story(9)], id="one article at five addresses"),
        pytest.param([[*story(0), "", BOX]] * 5, [*story(9), BOX], id="a repost, five times"),
        pytest.param([[story(n)[0], QUOTE, story(n)[1]] for n in range(9)], [story(9)[0], QUOTE, story(9)[1]], id="a quotation inside, however often"),
        pytest.param([[*story(n), QUOTE] if n < 4 else story(n) for n in range(20)], [*story(21), QUOTE], id="a quotation at the end of a few"),
        pytest.param([[*story(n), "I own shares in the dredger."] if n < 4 else story(n) for n in range(20)], [*story(21), "I own shares in the dredger."], id="a writer's disclaimer"),
        pytest.param([[*LINES, *story(n), *LINES] for n in range(9)], [*LINES, *story(9)], id="a refrain"),
        pytest.param([[*story(n), "Links", f"The {n}th lamp"] for n in range(9)], [*story(9), "Links", "A lamp"], id="a heading above links of its own"),
        pytest.param([[*story(n), "Conclusion", *story(n + 20)] for n in range(9)], [*story(9), "Conclusion", *story(29)], id="a section's heading"),
        pytest.param([[*story(n), BOX] for n in range(9)], [BOX], id="nothing but template"),
        pytest.param([[*story(n), QUOTE, BOX] for n in range(9)], ["The dredger has been painted again.", QUOTE, BOX], id="more template than article"),
    ],
)  # fmt: skip
def test_what_an_article_says_for_itself_stays(articles: list[list[str]], last: list[str]) -> None:
    assert cut_template(last, blocks_of(last), template(articles)) == (last, ())


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        pytest.param("Published at 10:05", "published  at 9:17", True, id="case, spaces, digits"),
        pytest.param("Ｐｏｒｔ", "port", True, id="full width"),
        pytest.param("Port", "Town", False, id="other words"),
    ],
)
def test_a_block_is_known_by_its_words(one: str, other: str, equal: bool) -> None:
    first, second = blocks_of([one, other]).keys
    assert (first == second) is equal


@pytest.mark.parametrize("paragraph", ["", " ", "word " * 61, "港" * 122])
def test_what_is_long_or_empty_has_no_key(paragraph: str) -> None:
    assert blocks_of([paragraph]).keys == (None,)


PARAGRAPHS = st.lists(st.sampled_from([*story(1), *story(2), BOX, MENU, QUOTE, "Links", "word " * 70, ""]), max_size=12)
ARTICLES = st.lists(PARAGRAPHS, max_size=8)


@given(ARTICLES, PARAGRAPHS)
def test_the_text_can_be_put_together_again_and_is_never_cut_to_nothing(articles: list[list[str]], last: list[str]) -> None:
    kept, cut = cut_template(last, blocks_of(last), template(articles))
    assert restored(kept, cut) == last
    assert bool(kept) == bool(last)


@given(st.text())
def test_a_key_fits_a_signed_column_of_64_bits(paragraph: str) -> None:
    blocks = blocks_of(paragraph.split("\n"))
    assert len(blocks.keys) == paragraph.count("\n") + 1
    assert all(-(2**63) <= key < 2**63 for key in (blocks.anchor, *blocks.once))
