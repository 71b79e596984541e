"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def in_place(output: Path) -> Iterator[Path]:
    """A name to write to, renamed to `output` when all is written: nobody sees half a file. An `output` that is there keeps its mode."""
    partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        if output.exists():
            partial.touch()
            partial.chmod(output.stat().st_mode & 0o7777)
        yield partial
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
