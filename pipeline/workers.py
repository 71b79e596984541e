"""Worker processes with a hard time limit each: a hostile page costs its own outcome and nobody else's.

pebble kills a worker from its parent when its time is up; a signal inside the worker would arrive late, since lxml holds on for as long
as it likes. The limit counts from the start of a job, not from its place in the queue.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

Result = TypeVar("Result")

# trafilatura keeps 150 to 175 MB; a page that needs ten times that is built to.
MEMORY_CAP_BYTES = 2_000_000_000
# Measured flat over 5,000 pages; recycling guards against what was not measured.
RECYCLE_AFTER = 5_000
# Pools that may break in a row under one job before it is given up: the job may be what breaks them.
_TRIES = 3
# A worker that replaces a killed one starts in milliseconds.
_PRELOAD = ["pipeline.worker_preload"]


class WorkerTimeoutError(Exception):
    """The job took longer than its limit; its worker was killed and replaced."""


class WorkerDiedError(Exception):
    """The worker died under the job: it crashed, or needed more memory than it may have."""


class WorkerPool:
    """Runs functions of pipeline/ in worker processes; an asynchronous context manager that leaves no process behind.

    A worker imports the module of what it is given: one of flows/ would cost each of them a second, and the memory of the HTTP client and
    of DuckDB.

    Workers come from a fork server, which is started clean: a fork of this process would inherit its open database and its threads.
    They notice when this process dies, however it dies.
    """

    def __init__(self, size: int | None = None, *, memory_cap_bytes: int = MEMORY_CAP_BYTES, recycle_after: int = RECYCLE_AFTER) -> None:
        self.size = size or os.cpu_count() or 1
        self._memory_cap_bytes = memory_cap_bytes
        self._recycle_after = recycle_after

    async def __aenter__(self) -> Self:
        self._pool = self._opened()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)

    async def run(self, function: Callable[..., Result], /, *args: object, seconds: float) -> Result:
        """What `function` returns or raises, from a worker, within `seconds` of its start there.

        Raises:
            WorkerTimeoutError: when its time was up.
            WorkerDiedError: when its process died.
        """
        for _ in range(_TRIES):
            if not self._pool.active:
                self._replace(self._pool)
            pool = self._pool
            try:
                return await _result(pool.schedule(function, args=args, timeout=seconds), seconds)
            except BrokenProcessPool:
                self._replace(pool)
        raise WorkerDiedError(f"the worker processes died {_TRIES} times before they had begun")

    def _opened(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOAD)
        return ProcessPool(
            max_workers=self.size,
            max_tasks=self._recycle_after,
            initializer=_begin_worker,
            initargs=[self._memory_cap_bytes],
            context=context,
        )

    def _replace(self, broken: ProcessPool) -> None:
        """A new pool for one that gave up: pebble's does when a worker dies between two jobs, as at the hands of an OOM killer."""
        if self._pool is broken:
            self._pool = self._opened()
            broken.stop()  # type: ignore[no-untyped-call]


async def _result(future: Future[Result], seconds: float) -> Result:
    """The job's result. Who stops waiting does not stop the job: pebble would kill its worker, and start another for a pool that closes."""
    waiting = asyncio.wrap_future(future)
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())  # looked at, whether or not anybody still waits
    try:
        return await asyncio.shield(waiting)
    except (TimeoutError, FutureTimeoutError) as error:
        raise WorkerTimeoutError(f"stopped after {seconds:g} s") from error
    except ProcessExpired as error:
        raise WorkerDiedError(f"the worker process died (exit code {error.exitcode})") from error
    except MemoryError as error:
        raise WorkerDiedError("more memory was needed than a worker may have") from error
    except CancelledError as error:
        raise asyncio.CancelledError from error


def _begin_worker(memory_cap_bytes: int) -> None:
    """Runs in each new worker: bounds its memory, and watches for the death of the process that it works for."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_cap_bytes, memory_cap_bytes))
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave_with_parent() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
