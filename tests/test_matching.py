"""Two texts are one story when the shorter one stands in passages of the longer one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import RUN, WINDOW, fingerprints, key_of
from pipeline.matching import match, shared_passage, text_of
from pipeline.records import Method
from pipeline.words import words_in


def prose(seed: int, words: int) -> str:
    """Sentences of invented words, other ones for every seed."""
    draw = random.Random(seed)
    told = ["".join(draw.choice("aeioulmnrst") for _ in range(draw.randint(2, 8))) for _ in range(words)]
    return " ".join(f"{word}." if place % 12 == 11 else word for place, word in enumerate(told))


ARTICLE = prose(1, 400)
WORDS = ARTICLE.split()
REPORT = (
    "Shares in {name} closed at {a} on {b} May, after {c} traded, {d} more than the day before. The index ended at {e}, and the board "
    "will meet on {f} June to decide on a dividend of {g} cents a share, as it has done in each of the years before this one, it said."
)


@pytest.mark.parametrize(
    ("other", "method"),
    [
        (ARTICLE.upper().replace(".", " !"), Method.EXACT),
        (f"By our desk. {prose(2, 20)} {ARTICLE} {prose(3, 25)}", Method.NEAR),
        (" ".join(WORDS[:150] + WORDS[220:]), Method.NEAR),
        (" ".join(WORDS[100:160]), Method.CONTAINED),
        (f"{prose(4, 900)} {ARTICLE}", Method.CONTAINED),
        (prose(5, 400), None),
        (f"{' '.join(WORDS[:60])} {prose(6, 300)}", None),
        (" ".join(WORDS[:30]), None),
        (" ".join(word for start in range(0, 400, 10) for word in (*WORDS[start : start + 7], "but", "indeed")), None),
    ],
    ids=[
        "same words",
        "head and tail added",
        "paragraphs dropped",
        "excerpt of 60 words",
        "inside a longer text",
        "another text",
        "a quotation",
        "too short to tell",
        "figures of speech",
    ],
)
def test_what_is_one_story(other: str, method: Method | None) -> None:
    found = match(text_of(ARTICLE), text_of(other))
    assert (found.method if found else None) == method


def test_reports_from_one_template_are_not_one_story() -> None:
    one = REPORT.format(name="Alder", a="12.10", b="3", c="9812", d="310", e="4411", f="8", g="25")
    other = REPORT.format(name="Birch", a="88.75", b="4", c="1207", d="77", e="4390", f="11", g="31")
    assert match(text_of(one), text_of(other)) is None
    assert match(text_of(one), text_of(f"{one} The report was corrected on Monday.")) is not None


def test_short_texts_are_one_story_only_under_one_title() -> None:
    assert match(text_of("Photos of the day", title="Boats"), text_of("photos of the day!", title="BOATS")) is not None
    assert match(text_of("Photos of the day", title="Boats"), text_of("Photos of the day", title="Birds")) is None
    assert match(text_of("Photos of the day"), text_of("Photos of the day")) is None
    assert match(text_of("", title="Boats"), text_of("", title="Boats")) is None


def are_one_story(texts: tuple[str, str], titles: tuple[str, str], sites: tuple[str, str]) -> bool:
    one, other = (text_of(text, title=title, site=site) for text, title, site in zip(texts, titles, sites, strict=True))
    return match(one, other) is not None


@pytest.mark.parametrize(
    ("words", "titles", "sites", "expected"),
    [
        (60, ("a", "b"), ("x", "y"), True),
        (60, ("a", "b"), ("x", "x"), False),
        (60, ("a", "A!"), ("x", "x"), True),
        (60, ("", ""), ("x", "x"), False),
        (45, ("a", "a"), ("x", "x"), False),
        (95, ("a", "b"), ("x", "x"), True),
    ],
    ids=["two sites", "one site", "one site and title", "one site, no title", "too little for a title", "nearly all"],
)
def test_pages_of_one_site_must_share_more(words: int, titles: tuple[str, str], sites: tuple[str, str], expected: bool) -> None:
    other = " ".join([*WORDS[:words], *prose(9, 100 - words).split()])
    assert are_one_story((ARTICLE, other), titles, sites) == expected


@pytest.mark.parametrize(
    ("words", "titles", "sites", "expected"),
    [
        (60, ("Boats", "Birds"), ("x", "x"), False),
        (60, ("Boats", "Birds"), ("x", "y"), True),
        (60, ("Boats 1", "boats, 2"), ("x", "x"), True),
        (60, ("Boats", ""), ("x", "x"), True),
        (110, ("Boats", "Birds"), ("x", "x"), True),
    ],
    ids=["what is left of two pages", "two sites", "one title but for numbers", "no title", "long enough"],
)
def test_short_texts_of_one_site_need_one_title(words: int, titles: tuple[str, str], sites: tuple[str, str], expected: bool) -> None:
    text = prose(3, words)
    assert are_one_story((text, text), titles, sites) == expected


def test_chinese_is_compared_by_characters() -> None:
    draw = random.Random(7)
    text = "".join(chr(draw.randrange(0x4E00, 0x8000)) for _ in range(300))
    found = match(text_of(text), text_of(text[90:240]))
    assert found is not None
    assert (found.method, found.containment) == (Method.CONTAINED, 1.0)
    assert set(fingerprints(words_in(text[90:240]).hashes).tolist()) & set(fingerprints(words_in(text).hashes).tolist())


def test_the_shares_are_of_the_shorter_text_and_of_both() -> None:
    found = match(text_of(" ".join(WORDS[:200])), text_of(ARTICLE))
    assert found is not None
    assert (found.containment, found.similarity) == (1.0, 0.5)


edited = st.lists(st.tuples(st.integers(0, 399), st.sampled_from(["drop", "word", "cut"])), max_size=12)


@given(edited, edited)
def test_a_match_does_not_depend_on_which_text_comes_first(one: list[tuple[int, str]], other: list[tuple[int, str]]) -> None:
    def applied(edits: list[tuple[int, str]]) -> str:
        words = list(WORDS)
        for place, kind in edits:
            if place < len(words):
                words[place : place + 20 if kind == "drop" else place + 1] = ["other"] if kind == "word" else []
            if kind == "cut":
                words = words[: max(50, place)]
        return " ".join(words)

    first, second = text_of(applied(one)), text_of(applied(other))
    assert match(first, second) == match(second, first)
    if found := match(first, second):
        assert 0 < found.similarity <= found.containment <= 1


@given(st.integers(0, 370), st.integers(RUN + WINDOW - 1, 100), st.integers(0, 50))
def test_a_shared_passage_of_30_words_is_a_shared_fingerprint(start: int, length: int, seed: int) -> None:
    passage = WORDS[start : start + length]
    other = " ".join([prose(seed + 10, 30), *passage, prose(seed + 100, 30)])
    shared = set(fingerprints(words_in(ARTICLE).hashes).tolist()) & set(fingerprints(words_in(other).hashes).tolist())
    assert shared or len(passage) < RUN + WINDOW - 1


def test_fingerprints_are_sorted_unique_and_about_one_for_12_words() -> None:
    found = fingerprints(words_in(prose(8, 2000)).hashes)
    assert found.tolist() == sorted(set(found.tolist()))
    assert 135 < len(found) < 185
    assert len(fingerprints(words_in("six words are not a run").hashes)) == 0


@pytest.mark.parametrize("other", ["b a", "a", "a b b", ""], ids=["order", "fewer", "more", "none"])
def test_a_key_is_of_all_words_in_their_order(other: str) -> None:
    assert key_of(words_in("a b").hashes) == key_of(words_in("A, B").hashes) != key_of(words_in(other).hashes)


def test_the_shared_passage_is_quoted_as_it_was_written() -> None:
    text = "Nobody knew. “The Harbour Board has ﬁnally written nine letters to the minis\u00adter,” it said — straße after STRASSE."
    other = "They say the harbour board has finally written nine letters to the minister, it said! But not why."
    assert shared_passage(text, other) == "The Harbour Board has ﬁnally written nine letters to the minis\u00adter,” it said"
    assert shared_passage(text, "Nothing of it.") == ""
