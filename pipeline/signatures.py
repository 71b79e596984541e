"""The signature of a text: what the index of stories finds it by, made where the text is extracted. Pure.

It depends on the text alone, so that any worker on any machine can make it while one process loads; what is said of two texts is
`pipeline.matching`'s.
"""

from __future__ import annotations

import numpy as np

from pipeline.fingerprints import fingerprints, key_of
from pipeline.records import Signature
from pipeline.words import ALONE_WEIGHT, Words, words_in

# Texts below this length (in words; a character of a script without spaces is half a word) are one story only when they are equal.
LEAST_WORDS = 40


def signature_of(text: str) -> Signature:
    """The signature of `text`."""
    return signature_of_words(words_in(text))


def signature_of_words(words: Words) -> Signature:
    """The signature of a text whose words these are."""
    weight = len(words) - (1 - ALONE_WEIGHT) * int(np.count_nonzero(words.is_alone))
    found = fingerprints(words.hashes) if weight >= LEAST_WORDS else np.empty(0, np.uint64)
    return Signature(words=len(words), weight=weight, key=key_of(words.hashes), fingerprints=tuple(found.tolist()))
