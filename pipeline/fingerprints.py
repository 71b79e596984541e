"""Fingerprints of a text: a few numbers that any text which shares a passage with it has some of, too. Pure.

Winnowing (Schleimer, Wilkerson, Aiken: Winnowing, 2003): of the hashes of all runs of `RUN` words, the least in each window of `WINDOW`
runs. Two texts that share `RUN + WINDOW - 1` words in a row share a fingerprint for certain. They say which texts to compare, nothing more.
"""

from __future__ import annotations

import numpy as np

from pipeline.words import Hashes, mixed, runs_of

# Raise it when anything changes that changes fingerprints or what `pipeline.matching` says of two texts: stories are then told anew.
VERSION = 2
RUN = 7
# A wider window means a smaller index. Of 177 matches among 4,000 real articles 24 finds as many as 16 does, with two thirds of the
# fingerprints (35 an article); 32 and 48 lose one or two of them.
WINDOW = 24


def fingerprints(words: Hashes) -> Hashes:
    """Sorted and unique: about one for 12.5 words; none for a text of fewer than `RUN` words."""
    least = runs_of(words, RUN)
    width, reach = min(WINDOW, len(least)), 1
    while reach < width:
        step = min(reach, width - reach)
        least = np.minimum(least[:-step], least[step:])
        reach += step
    return np.unique(least)


def key_of(words: Hashes) -> int:
    """One number for all words in their order: 0 for no words."""
    if not len(words):
        return 0
    places = mixed(np.arange(1, len(words) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return int(mixed(np.add.reduce(mixed(words + places), keepdims=True))[0])
