"""The published copy: made by a child process from the closed private file, and renamed over the last one.

A reader that is open keeps the file that it opened; a reader that opens finds the old one or the new one, whole.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipeline.errors import WarehouseError

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

    A copy has size and time of change of what it was made of, and whatever is stored later changes the time: no two transactions end in
    the same tick of the clock, since a process is started for the copy between them.
    """
    try:
        stored, copied = work.stat(), snapshot.stat()
    except FileNotFoundError:
        return False
    return (stored.st_size, stored.st_mtime_ns) == (copied.st_size, copied.st_mtime_ns)


def sweep(snapshot: Path) -> None:
    """Removes what a killed copy left behind; called with the writer's lock held, so no copy is going on."""
    for partial in snapshot.parent.glob(f"{snapshot.name}.*.partial"):
        partial.unlink(missing_ok=True)
