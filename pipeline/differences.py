"""How far two texts differ, cheaply: by the words that both have. Pure."""

from __future__ import annotations

from collections import Counter

from pipeline.records import Difference
from pipeline.words import words_in


def difference(before: str, after: str) -> Difference:
    """The difference of two texts. Words are counted in one spelling and without their order: a block that has moved is none."""
    old, new = (Counter(words_in(text).hashes.tolist()) for text in (before, after))
    both, total = (old & new).total(), old.total() + new.total()
    return Difference(
        is_change=before != after,
        words_before=old.total(),
        words_after=new.total(),
        similarity=2 * both / total if total else 1.0,
    )
