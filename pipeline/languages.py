"""Whether a text is in one of some languages: as it declares, else as it reads. Pure."""

from __future__ import annotations

from resiliparse.parse.lang import detect_fast

# Enough for a profile of its letters; detection takes under a millisecond then.
_READ_CHARACTERS = 5_000


def is_in_languages(declared: str | None, text: str, wanted: frozenset[str]) -> bool:
    """True if the declared language, or the detected one where none is declared, is among `wanted` (two or three letters)."""
    return (declared or str(detect_fast(text[:_READ_CHARACTERS])[0])) in wanted
