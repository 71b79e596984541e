"""The published copy: made by a child process from the closed private file, and renamed over the last one.

A reader that is open keeps the file that it opened; a reader that opens finds the old one or the new one, whole.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipeline.errors import WarehouseError

# A DuckDB file begins with three headers of 4 KiB: one of the file, two that checkpoints write in turn.
HEADER_BYTES = 3 * 4096
_COPY = Path(__file__).with_name("copy_file.py")


def publish_copy(work: Path, snapshot: Path) -> None:
    """Makes `snapshot` a copy of `work`, which must be closed and guarded by the writer's lock.

    Raises:
        WarehouseError: if the copy could not be made: a full disk, most likely. What was stored is safe in `work`.
    """
    sweep(snapshot)
    done = subprocess.run(  # noqa: S603  our own script, by absolute path
        [sys.executable, "-I", "-S", str(_COPY), str(work.resolve()), str(snapshot.resolve())], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
        raise WarehouseError(f"{snapshot}: could not be published ({why}): make room for a copy of {work}; what was stored is safe there")


def is_published(work: Path, snapshot: Path) -> bool:
    """True if `snapshot` is a copy of all that is in `work`, which must be closed and guarded by the writer's lock.

    Each checkpoint that has something to write numbers one of the headers anew; what was committed and not yet checkpointed, when a
    process was killed, stands in the log beside the file.
    """
    try:
        same_size = work.stat().st_size == snapshot.stat().st_size  # a copy that somebody cut short is none
        return same_size and not work.with_name(f"{work.name}.wal").exists() and _headers(work) == _headers(snapshot)
    except OSError:  # no file yet, or one that cannot be read: to publish will say what is the matter
        return False


def _headers(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)


def sweep(snapshot: Path) -> None:
    """Removes what a killed copy left behind; called with the writer's lock held, so no copy is going on."""
    for partial in snapshot.parent.glob(f"{snapshot.name}.*.partial"):
        partial.unlink(missing_ok=True)
