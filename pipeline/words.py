"""The words of a text as numbers, in order: what fingerprints and comparisons are made of. Pure.

A word is a run of letters, marks and digits, in one spelling (NFKC, case folded), so that punctuation, case and spacing say nothing. In
scripts that are written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) a character is a word. The text is never cut into
Python strings but stays one array of code points: with fingerprints that is six times as fast as a string and a hash for each word.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

BETWEEN, _LETTER, _DIGIT, _ALONE, INVISIBLE = range(5)
# Thai to Lao, Burmese, Khmer; kana, ideographs of every plane. Hangul is written with spaces.
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)
_IDEOGRAPHS_FROM = 0x20000

# A character without spaces counts half a word: what makes lengths comparable across scripts.
ALONE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """`hashes`: 64 bits a word, in order. `is_number`: it has a digit. `is_alone`: a character of a script without spaces."""

    hashes: Hashes
    is_number: Flags
    is_alone: Flags

    def __len__(self) -> int:
        return len(self.hashes)


def words_in(text: str) -> Words:
    """The words of `text`. Raises nothing: whatever is no word lies between words."""
    return words_of_codes(code_points(spelled(text)))


def spelled(text: str) -> str:
    """`text` in one spelling."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """`text` as an array, one number a character."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def kinds_of(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """What each character is: between words, letter, digit, a word alone, or invisible (a soft hyphen, a joiner)."""
    return _kinds()[np.minimum(codes, np.uint32(_IDEOGRAPHS_FROM))]


def starts_of(kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Where words begin, as indices into `kinds`; none of which may be invisible."""
    inside = kinds != BETWEEN
    alone = kinds == _ALONE
    begins = inside.copy()
    begins[1:] &= ~inside[:-1] | alone[1:] | alone[:-1]
    return np.flatnonzero(begins)


def words_of_codes(codes: npt.NDArray[np.uint32]) -> Words:
    """The words of a text that was spelled in one way."""
    kinds = kinds_of(codes)
    if (hidden := kinds == INVISIBLE).any():
        codes, kinds = codes[~hidden], kinds[~hidden]
    starts = starts_of(kinds)
    if not len(starts):
        return Words(hashes=np.empty(0, np.uint64), is_number=np.empty(0, np.bool_), is_alone=np.empty(0, np.bool_))
    codes, kinds, starts = codes[starts[0] :], kinds[starts[0] :], starts - starts[0]
    place = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    values = codes * _factors(64)[place & 63]
    values[kinds == BETWEEN] = 0
    return Words(
        hashes=mixed(np.add.reduceat(values, starts)),
        is_number=np.logical_or.reduceat(kinds == _DIGIT, starts),
        is_alone=kinds[starts] == _ALONE,
    )


def runs_of(hashes: Hashes, length: int) -> Hashes:
    """A hash for each run of `length` words, in order; empty where there are fewer words than that."""
    count = len(hashes) - length + 1
    if count < 1:
        return np.empty(0, np.uint64)
    factors = _factors(length)
    total = hashes[:count] * factors[0]
    for place in range(1, length):
        total += hashes[place : place + count] * factors[place]
    return mixed(total)


def mixed(values: Hashes) -> Hashes:
    """Every bit of each value spread over all 64 (the finaliser of splitmix64): a sum of products is weak in its low bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _factors(count: int) -> Hashes:
    """Odd numbers without pattern: with one for each place, the hash of a sequence is a sum of products (multilinear hashing)."""
    return mixed(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Kind by code point; the last element stands for all from `_IDEOGRAPHS_FROM` on."""
    by_category = {"L": _LETTER, "M": _LETTER, "Nd": _DIGIT, "N": _LETTER, "Cf": INVISIBLE}
    kinds = np.zeros(_IDEOGRAPHS_FROM + 1, np.uint8)
    for code in range(_IDEOGRAPHS_FROM):
        category = unicodedata.category(chr(code))
        kinds[code] = by_category.get(category, by_category.get(category[0], BETWEEN))
    for first, last in _WITHOUT_SPACES:
        span = kinds[first : last + 1]
        span[span == _LETTER] = _ALONE
    kinds[_IDEOGRAPHS_FROM] = _ALONE
    return kinds
