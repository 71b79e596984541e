"""Memory that is freed is the system's again."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys

import pytest

CODE = """
import ctypes, sys
from flows.large_blocks import give_back_large_blocks

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Told
libc.malloc.argtypes, libc.malloc.restype, libc.free.argtypes = [ctypes.c_size_t], ctypes.c_void_p, [ctypes.c_void_p]

def is_mapped():
    before = libc.mallinfo2().hblkhd
    block = libc.malloc(3_000_000)
    mapped = libc.mallinfo2().hblkhd - before
    libc.free(block)
    return mapped >= 3_000_000

if sys.argv[1] == "with":
    give_back_large_blocks()
print(is_mapped(), is_mapped())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="not glibc 2.33 or later")
@pytest.mark.parametrize(("way", "told"), [("without", "True False"), ("with", "True True")])
def test_a_large_block_is_mapped_by_itself_however_many_were_freed(way: str, told: str) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES" and not name.startswith("MALLOC_")}
    shown = subprocess.run([sys.executable, "-c", CODE, way], capture_output=True, text=True, check=True, env=plain).stdout
    assert shown.strip() == told
