"""Words are told alike whatever their case, spacing, punctuation and spelling, in every script."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.words import runs_of, words_in


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("— … ! ?", 0),
        ("The ferry, the harbour; and 12 boats.", 7),
        ("it’s it's", 4),
        ("港口 ferry 票价", 5),
        ("カタカナ", 4),
        ("항구 도시", 2),
        ("पानी का जहाज", 3),
        ("ท่าเรือ", 7),
        ("snake_case", 2),
        ("𠀀𠀁 boat", 3),
    ],
    ids=["empty", "signs", "english", "apostrophes", "chinese", "katakana", "korean", "hindi", "thai", "underscore", "astral"],
)
def test_words_are_counted_as_readers_of_the_script_do(text: str, count: int) -> None:
    assert len(words_in(text)) == count


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbour BOARD", "harbour, board!"),
        ("caf\u00e9", "cafe\u0301"),
        ("\ufb01ne \uff21\uff22", "fine ab"),
        ("straße", "STRASSE"),
        ("har\u00adbour", "harbour"),
        ("don’t", "don't"),
    ],
    ids=["case", "composed", "compatibility", "sharp s", "soft hyphen", "quotes"],
)
def test_one_word_has_one_hash_however_it_is_written(one: str, other: str) -> None:
    assert words_in(one).hashes.tolist() == words_in(other).hashes.tolist()


def test_numbers_and_characters_that_stand_alone_are_marked() -> None:
    words = words_in("Flight LH42 at 9.30 港")
    assert words.is_number.tolist() == [False, True, False, True, True, False]
    assert words.is_alone.tolist() == [False] * 5 + [True]


@given(st.text(alphabet=st.characters(max_codepoint=0x0CFF, categories=["L", "Nd", "Z", "P"]), max_size=80))
def test_equal_words_have_equal_hashes_and_different_words_different_ones(text: str) -> None:
    told = [word for word in unicodedata.normalize("NFKC", text).casefold().split() if word.isalpha()]
    hashes = [int(words_in(word).hashes[0]) for word in told]
    assert len(set(hashes)) == len(set(told))
    assert words_in(" ".join(told)).hashes.tolist() == hashes


@given(st.text(max_size=60))
def test_any_text_has_words_and_nothing_is_raised(text: str) -> None:
    words = words_in(text)
    assert len(words.hashes) == len(words.is_number) == len(words.is_alone)


def test_a_run_is_told_by_its_words_and_their_order() -> None:
    runs = runs_of(words_in("a b c a b c c b a").hashes, 3)
    assert len(runs) == 7
    assert runs[0] == runs[3]
    assert len(np.unique(runs)) == 6
    assert len(runs_of(words_in("a b").hashes, 3)) == 0


def test_hashes_are_the_same_in_every_process_and_version() -> None:
    expected = ["c6d180ff32fe6f0d", "c2d8e3b9e4f80445", "4948a39fcd3f2905"]
    assert [f"{value:016x}" for value in words_in("harbour 42 港").hashes.tolist()] == expected
