"""Which entries of a feed are new, which were edited, which are as they were: pure, against what the warehouse knows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import IdentifiedEntry, KnownEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """The entries of one feed document, each in exactly one place; the two counts and `unchanged` add up to what was seen.

    `resaved` are those of `changed` that tell what they told before (`pipeline.identity.told_hash`).
    """

    new: tuple[IdentifiedEntry, ...]
    changed: tuple[IdentifiedEntry, ...]
    resaved: frozenset[str]
    unchanged: int


def sift(entries: Sequence[IdentifiedEntry], known: Mapping[str, KnownEntry], *, seen: int) -> Sifted:
    """The entries sorted by what they need. `seen` is how many items the document had: exact repeats count as unchanged."""
    new = tuple(entry for entry in entries if entry.entry_id not in known)
    changed = tuple(entry for entry in entries if entry.entry_id in known and known[entry.entry_id].content_hash != entry.content_hash)
    resaved = frozenset(entry.entry_id for entry in changed if known[entry.entry_id].told_hash == entry.told_hash)
    return Sifted(new=new, changed=changed, resaved=resaved, unchanged=seen - len(new) - len(changed))
