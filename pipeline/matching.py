"""Whether two texts are one story, told from the two alone, and the passage that shows it. Pure.

The shorter text is measured against the longer one: the share of its words that stand in passages of some length which the longer one has
as well. That finds a whole copy, a copy with lines added or dropped, and an excerpt alike, and it never depends on what else is known.

Measured on 156 pairs of real pages of 2011-12 that people labelled, in six languages, without the lines that three pages of a site share:
24 of 24 copies and 29 of 36 partial ones are found, 5 of 58 pairs about one event, none of 36 that share their site's furniture, and one
of two other pairs of a site, which have 769 words in a row in common. Passages of 5 words find 32 of the partial ones and 6 of those about
one event, passages of 12 words 26 and 2; at a share of .3 in place of .4 it is 32 and 10, at .5 25 and 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipeline.fingerprints import key_of
from pipeline.records import Match, Method, Signature
from pipeline.signatures import LEAST_WORDS, signature_of_words
from pipeline.words import (
    ALONE_WEIGHT,
    BETWEEN,
    INVISIBLE,
    Flags,
    Hashes,
    Words,
    code_points,
    kinds_of,
    runs_of,
    spelled,
    starts_of,
    words_in,
    words_of_codes,
)

# Below this many words, equal texts ("Photo gallery", "Read more on our site") say nothing: the title must be equal as well.
TITLED_BELOW = 25
# A passage is found as a run of shingles of this many words, all of which the other text has.
SHINGLE = 3
# A shorter passage is a figure of speech, a name with its title, an agency's formula.
PASSAGE_WORDS = 8
# Share of the shorter text in shared passages from which on the two are one story, and how many words that must be at least.
COVERED = 0.4
COVERED_WORDS = 30
# Pages of one site share sponsors' lines, link lists and their own earlier words: of 22 such pairs of real articles with more than .4 in
# passages 5 were one article, all at .86 or more, and 4 of them above .9; the fifth, a teaser, had the title of its article.
COVERED_ON_SITE = 0.9
COVERED_ON_SITE_TITLED = 0.6
# Texts of one site below this many words are one story under one title only, numbers in it aside: what is left of pages whose article could
# not be read is the site's disclaimer and its menu (four of real pages about finance), and is equal for all of them.
TITLED_ON_SITE_BELOW = 100
# Of a text less than this share of the other's length, it is said that it is contained in it.
WHOLE = 0.6
# Two reports made from one template (markets, weather, scores) share their sentences and differ in the numbers within. So where at least
# six words and one in 20 are numbers, shared passages must hold them as they hold words, or half as often at least.
NUMBERS_SHARE = 0.05
NUMBERS_LEAST = 6
NUMBERS_COVERED = 0.5

_LONGEST = 1 << 23
_KEY_BITS = 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Text:
    """A text made ready to be compared; made by `text_of`. About 30 kB for 700 words: kept no longer than a batch.

    What only comparisons ask for is made when the first one does: most articles are compared with nothing.

    `key` is equal for texts of the same words in the same order, and 0 where there is nothing to compare. `rank` orders texts, longest
    first: the lower one of two is the one that the other is measured against. `fingerprints` are what an index finds it by: those of
    the signature, and the key. `title` is as it was given. `read` gives the words.
    """

    signature: Signature
    key: int
    rank: int
    fingerprints: Hashes
    site: str
    title: str
    read: Callable[[], Words]

    @property
    def weight(self) -> float:
        """The length in words."""
        return self.signature.weight

    @cached_property
    def words(self) -> Words:
        """The words, in order."""
        return self.read()

    @cached_property
    def shingles(self) -> Hashes:
        """Every few words, in order."""
        return runs_of(self.words.hashes, SHINGLE)

    @cached_property
    def known(self) -> Hashes:
        """The shingles, sorted, each once."""
        return np.unique(self.shingles)

    @cached_property
    def numbers(self) -> npt.NDArray[np.intp]:
        """The count of numbers up to each word, and at the end."""
        return np.concatenate(([0], np.cumsum(self.words.is_number)))

    @cached_property
    def reach(self) -> npt.NDArray[np.float64]:
        """The length in words up to each word, and at the end."""
        return np.concatenate(([0.0], np.cumsum(np.where(self.words.is_alone, ALONE_WEIGHT, 1.0))))

    @cached_property
    def headline(self) -> str:
        """The title's letters and digits."""
        return "".join(filter(str.isalnum, spelled(self.title)))

    @cached_property
    def heading(self) -> str:
        """The title's letters without its digits."""
        return "".join(filter(str.isalpha, self.headline))


def text_of(text: str, *, title: str | None = None, site: str = "", signature: Signature | None = None) -> Text:
    """`text` made ready, by its signature where that is known.

    The title counts where the text is too short to say anything by itself, and between articles of one site.
    """
    if signature:
        return _made_ready(signature, lambda: words_in(text), title or "", site)
    return _of_words(words_in(text), title or "", site)


def match(one: Text, other: Text) -> Match | None:
    """What the two have in common if they are one story; the order of the two makes no difference."""
    if _is_of_another_page(one, other):
        return None
    if one.key == other.key:
        return Match(method=Method.EXACT, similarity=1.0, containment=1.0) if one.key else None
    longer, shorter = sorted((one, other), key=lambda text: text.rank)
    if shorter.weight < LEAST_WORDS:
        return None
    begins, ends = _passages(shorter, longer)
    covered = float(np.sum(shorter.reach[ends] - shorter.reach[begins]))
    if covered < max(COVERED_WORDS, _least_covered(shorter, longer) * shorter.weight):
        return None
    if _is_template(shorter, int(np.sum(shorter.numbers[ends] - shorter.numbers[begins])), covered / shorter.weight):
        return None
    return Match(
        method=Method.CONTAINED if shorter.weight < WHOLE * longer.weight else Method.NEAR,
        similarity=covered / (longer.weight + shorter.weight - covered),
        containment=covered / shorter.weight,
    )


def shared_passage(text: str, other: str) -> str:
    """The longest passage of `text` that `other` has as well, as it stands in `text`; empty where it is under `PASSAGE_WORDS` words."""
    letters = [spelled(letter) for letter in text]
    codes = code_points("".join(letters))
    visible = np.flatnonzero(kinds_of(codes) != INVISIBLE)
    place = np.repeat(np.arange(len(text)), [len(several) for several in letters])[visible]
    mine = _of_words(words_of_codes(codes), "", "")
    begins, ends = _passages(mine, text_of(other))
    if not len(begins):
        return ""
    longest = int(np.argmax(mine.reach[ends] - mine.reach[begins]))
    kinds = kinds_of(codes)[visible]
    starts = starts_of(kinds)
    lengths = np.add.reduceat(kinds != BETWEEN, starts, dtype=np.intp)
    last = ends[longest] - 1
    return text[place[starts[begins[longest]]] : place[starts[last] + lengths[last] - 1] + 1]


def _of_words(words: Words, title: str, site: str) -> Text:
    return _made_ready(signature_of_words(words), lambda: words, title, site)


def _made_ready(signature: Signature, read: Callable[[], Words], title: str, site: str) -> Text:
    key = signature.key
    if signature.words < TITLED_BELOW:
        headline = key_of(words_in(title).hashes)
        key = key_of(np.array([headline, key], np.uint64)) if headline and key else 0
    return Text(
        signature=signature,
        key=key,
        rank=(_LONGEST - 1 - min(signature.words, _LONGEST - 1)) << _KEY_BITS | key >> (64 - _KEY_BITS),
        fingerprints=np.unique(np.array([*signature.fingerprints, *([key] if key else [])], np.uint64)),
        site=site,
        title=title,
        read=read,
    )


def _passages(shorter: Text, longer: Text) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where the passages of `shorter` that `longer` has as well begin and end, in words; none overlap."""
    shared = np.zeros(len(shorter.shingles) + 2, np.int8)
    shared[1:-1] = _among(shorter.shingles, longer.known)
    edges = np.flatnonzero(np.diff(shared))
    begins, ends = edges[::2], edges[1::2] + (SHINGLE - 1)
    enough = shorter.reach[ends] - shorter.reach[begins] >= PASSAGE_WORDS
    begins, ends = begins[enough], ends[enough]
    begins[1:] = np.maximum(begins[1:], ends[:-1])
    return begins, ends


def _is_of_another_page(one: Text, other: Text) -> bool:
    """True for short texts of one site under different titles."""
    if not one.site or one.site != other.site or min(one.weight, other.weight) >= TITLED_ON_SITE_BELOW:
        return False
    return bool(one.heading and other.heading and one.heading != other.heading)


def _least_covered(shorter: Text, longer: Text) -> float:
    if not shorter.site or shorter.site != longer.site:
        return COVERED
    return COVERED_ON_SITE_TITLED if shorter.headline and shorter.headline == longer.headline else COVERED_ON_SITE


def _is_template(text: Text, numbers_shared: int, words_shared: float) -> bool:
    """True for a text whose numbers are many and mostly not in what it shares."""
    numbers = int(text.numbers[-1])
    if numbers < max(NUMBERS_LEAST, NUMBERS_SHARE * text.weight):
        return False
    return numbers_shared < NUMBERS_COVERED * words_shared * numbers


def _among(values: Hashes, known: Hashes) -> Flags:
    """Which of `values` are in `known`, which is sorted."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(known, values)
    at[at == len(known)] = 0
    found: Flags = known[at] == values
    return found
