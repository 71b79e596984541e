"""One run of a kind at a time in a home folder: the lock that a second `feedhouse ingest` meets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import FeedhouseError


class RunGoingOnError(FeedhouseError):
    """Another process runs the same thing in this home folder."""


@contextmanager
def only_run(home: Path, name: str) -> Iterator[None]:
    """Holds `home`/state/`name`.lock; the operating system lets go of it when the process ends, however it ends.

    Raises:
        RunGoingOnError: at once, if another process holds it, with that process's id.
    """
    state = home / "state"
    state.mkdir(parents=True, exist_ok=True)
    owner = state / f"{name}.pid"
    lock = FileLock(state / f"{name}.lock", blocking=False)
    try:
        with lock:
            owner.write_text(f"{os.getpid()}\n")
            yield
    except Timeout:
        pid = owner.read_text().strip() if owner.exists() else "unknown"
        message = f"{home}: another {name} is running here (process {pid}): wait until it has ended, or use another --home"
        raise RunGoingOnError(message) from None
