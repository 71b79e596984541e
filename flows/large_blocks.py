"""Large blocks of memory, given back to the system when they are freed."""

from __future__ import annotations

import ctypes

# A parameter of mallopt(3).
_M_MMAP_THRESHOLD = -3
_LARGE = 128 * 1_024


def give_back_large_blocks() -> None:
    """Has the C library map each block from 128 kB by itself, in this process, for good. Where it is not glibc, nothing is done.

    It begins so, but takes the blocks that are freed for a sign of what is to come: soon a block of megabytes (a page, a block of DuckDB's)
    lies on the heap, and whatever small thing is made behind it keeps it there: 31 MB of 370 beside 70,000 articles.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
