"""Batches of a reprocess as Prefect tasks, on the cores of this machine or on a Dask cluster. Imported by a run of a flow only.

The task is the same in both places: it reads the archive and extracts, and gives back articles. Whoever waits for it loads them.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.remaking import Batch, Made, Makers, Remaker
from flows.settings import ConfigError
from pipeline.workers import WorkerPool


@task(name="make articles again", cache_policy=NO_CACHE, persist_result=False)
async def make_again(folder: Path, batch: Batch) -> Made:
    """One batch, in one worker process: who wants more cores gives out more batches.

    Raises:
        ConfigError: on a Dask worker that may have no such process.
    """
    if multiprocessing.current_process().daemon:
        raise ConfigError(
            "dask: start its workers with DASK_DISTRIBUTED__WORKER__DAEMON=False: a page that hangs is stopped in a process of its own"
        )
    async with WorkerPool(1) as workers:
        return await Remaker(folder, workers).all_of(batch)


def makers_at(dask: str | None) -> Callable[[Path], AbstractAsyncContextManager[Makers]]:
    """Makers at the Dask scheduler with this address, or on the cores of this machine where it is None.

    Called by the flow itself: whatever task it is that waits for a batch, it would be sent along with it, and cannot be.
    """
    of_the_flow = copy_context()

    @asynccontextmanager
    async def makers(folder: Path) -> AsyncIterator[Makers]:
        runner, cores = _runner(dask)
        with runner:

            async def make(batch: Batch) -> Made:
                future = of_the_flow.run(_submitted, runner, folder, batch)
                await _end_of(future)
                return await asyncio.to_thread(future.result)

            yield Makers(make=make, at_once=2 * max(1, cores()))  # so many again wait their turn, and nobody waits for the loader

    return makers


def _submitted(runner: TaskRunner[PrefectFuture[Any]], folder: Path, batch: Batch) -> PrefectFuture[Any]:
    return runner.submit(make_again, {"folder": folder.absolute(), "batch": batch})


async def _end_of(future: PrefectFuture[Any]) -> None:
    """Waits without a thread for it: there may be hundreds of them."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        loop.call_soon_threadsafe(done.set)

    future.add_done_callback(tell)
    await done.wait()


def _runner(dask: str | None) -> tuple[TaskRunner[Any], Callable[[], int]]:
    """Who runs the tasks, and on how many cores, which is known when it has begun.

    Raises:
        ConfigError: where Dask is asked for and not installed.
    """
    if dask is None:
        cores = os.cpu_count() or 1
        return ThreadPoolTaskRunner(max_workers=cores), lambda: cores
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        raise ConfigError('dask: needs Dask, here and on its workers: pip install "feedhouse[dask]"') from None
    on_dask: Any = DaskTaskRunner(address=dask)
    return on_dask, lambda: sum(on_dask.client.nthreads().values())
