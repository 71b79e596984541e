"""Extraction as Prefect tasks. Imported by a run of a flow only.

What comes out are texts with their credits and signatures; whoever waits for them is the one that loads. A reprocess hands out its batches,
which are read from the archive, to the cores of this machine or to a Dask cluster; an ingest and a backfill send the pages of theirs to a
Dask cluster, if they have one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from contextvars import Context, copy_context
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.gathering import bug_failure
from flows.making import Extract, Extractors, extracted, extractors_here
from flows.remaking import Batch, Made, Makers, Remaker
from flows.settings import ConfigError
from pipeline.errors import FeedhouseError
from pipeline.records import Extraction, ExtractionInput, Failure, Stage
from pipeline.workers import WorkerPool

# Pages of one task: half a second of work, of which what Prefect and Dask do for a task takes a fifth.
PAGES_OF_A_TASK = 32
BYTES_OF_A_TASK = 4_000_000
# How long a page waits for others to be sent with.
GATHER_SECONDS = 0.2

Extracted = Sequence[Extraction | Failure]


class ClusterError(FeedhouseError):
    """The cluster did not do what it was asked for."""


@task(name="make articles again", cache_policy=NO_CACHE, persist_result=False)
async def make_again(folder: Path, batch: Batch) -> Made:
    """One batch out of the archive, in one worker process: who wants more cores gives out more batches.

    Raises:
        ConfigError: on a Dask worker that may have no such process.
    """
    async with _one_worker() as workers:
        return await Remaker(folder, workers).all_of(batch)


@task(name="extract articles", cache_policy=NO_CACHE, persist_result=False)
async def extract_all(batch: Sequence[ExtractionInput]) -> Extracted:
    """Pages, in one worker process; nothing but what is given is needed. A page that meets a bug of ours is a failure of its own.

    Raises:
        ConfigError: on a Dask worker that may have no such process.
    """
    async with _one_worker() as workers:
        return await asyncio.gather(*(_extracted_or_failed(workers, given) for given in batch))


async def _extracted_or_failed(workers: WorkerPool, given: ExtractionInput) -> Extraction | Failure:
    try:
        return await extracted(workers, given)
    except Exception as error:  # noqa: BLE001  it is told, with its traceback
        return bug_failure(Stage.EXTRACT, error, is_transient=False)


def makers_at(dask: str | None) -> Callable[[Path], AbstractAsyncContextManager[Makers]]:
    """Makers at the Dask scheduler with this address, or on the cores of this machine where it is None.

    Called by the flow itself: whatever task it is that waits for a batch, it would be sent along with it, and cannot be.
    """
    of_the_flow = copy_context()

    @asynccontextmanager
    async def makers(folder: Path) -> AsyncIterator[Makers]:
        with _running(dask) as (runner, cores):

            async def make(batch: Batch) -> Made:
                done: Made = await _done(of_the_flow, runner, make_again, _wherever_it_runs(folder, batch))
                return done

            yield Makers(make=make, at_once=2 * max(1, cores))  # so many again wait their turn, and nobody waits for the loader

    return makers


def extractors_at(dask: str | None) -> Extractors:
    """Extraction at the Dask scheduler with this address, or by the run's own workers where it is None. Called by the flow itself."""
    if dask is None:
        return extractors_here
    of_the_flow = copy_context()

    @asynccontextmanager
    async def extractors(_: WorkerPool) -> AsyncIterator[Extract]:
        with _running(dask) as (runner, _cores):

            async def extract(batch: Sequence[ExtractionInput]) -> Extracted:
                try:
                    done: Extracted = await _done(of_the_flow, runner, extract_all, {"batch": batch})
                except FeedhouseError:
                    raise
                except Exception as error:  # a worker or the scheduler is gone
                    raise ClusterError(f"dask: {dask} did not extract what it was given: {_first_line(error)}: see its log") from error
                return done

            async with _Gathering(extract) as gathering:
                yield gathering.extract

    return extractors


class _Gathering:
    """Pages that come one by one, extracted in batches; an asynchronous context manager that leaves nothing under way."""

    def __init__(self, extract: Callable[[Sequence[ExtractionInput]], Awaitable[Extracted]]) -> None:
        self._extract_all = extract
        self._waiting: list[tuple[ExtractionInput, asyncio.Future[Extraction | Failure]]] = []
        self._bytes = 0
        self._sent: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timer:
            self._timer.cancel()
        for sent in self._sent:
            sent.cancel()
        await asyncio.gather(*self._sent, return_exceptions=True)

    async def extract(self, given: ExtractionInput) -> Extraction | Failure:
        """What the page holds, once its batch is done."""
        loop = asyncio.get_running_loop()
        promise: asyncio.Future[Extraction | Failure] = loop.create_future()
        self._waiting.append((given, promise))
        self._bytes += len(given.page_body or b"") + len(given.content_html or "")
        if len(self._waiting) >= PAGES_OF_A_TASK or self._bytes >= BYTES_OF_A_TASK:
            self._send()
        elif self._timer is None:
            self._timer = loop.call_later(GATHER_SECONDS, self._send)
        return await promise

    def _send(self) -> None:
        if self._timer:
            self._timer.cancel()
        batch, self._waiting, self._bytes, self._timer = self._waiting, [], 0, None
        sent = asyncio.create_task(self._answer(batch))
        self._sent.add(sent)
        sent.add_done_callback(self._sent.discard)

    async def _answer(self, batch: Sequence[tuple[ExtractionInput, asyncio.Future[Extraction | Failure]]]) -> None:
        promises = [promise for _, promise in batch]
        try:
            found = await self._extract_all([given for given, _ in batch])
            for promise, extraction in zip(promises, found, strict=True):
                if not promise.done():  # whoever waited may have been stopped
                    promise.set_result(extraction)
        except FeedhouseError as error:
            for promise in promises:
                if not promise.done():
                    promise.set_exception(error)
        finally:
            for promise in promises:
                promise.cancel()  # no effect on what is done: nobody waits for ever


@asynccontextmanager
async def _one_worker() -> AsyncIterator[WorkerPool]:
    if multiprocessing.current_process().daemon:
        raise ConfigError(
            "dask: start its workers with DASK_DISTRIBUTED__WORKER__DAEMON=False: a page that hangs is stopped in a process of its own"
        )
    async with WorkerPool(1) as workers:
        yield workers


def _wherever_it_runs(folder: Path, batch: Batch) -> dict[str, Any]:
    return {"folder": folder.absolute(), "batch": batch}


async def _done(of_the_flow: Context, runner: TaskRunner[PrefectFuture[Any]], work: Task[..., Any], given: dict[str, Any]) -> Any:
    """What the task gives, run for the flow."""
    future = of_the_flow.run(partial(runner.submit, work, given))
    await _end_of(future)
    return await asyncio.to_thread(future.result)


async def _end_of(future: PrefectFuture[Any]) -> None:
    """Waits without a thread for it: there may be hundreds of them."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        loop.call_soon_threadsafe(done.set)

    future.add_done_callback(tell)
    await done.wait()


@contextmanager
def _running(dask: str | None) -> Iterator[tuple[TaskRunner[Any], int]]:
    """Who runs the tasks, and on how many cores.

    Raises:
        ConfigError: where Dask is asked for and not installed.
        ClusterError: where there is no scheduler at that address.
    """
    if dask is None:
        cores = os.cpu_count() or 1
        with ThreadPoolTaskRunner[Any](max_workers=cores) as runner:
            yield runner, cores
        return
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        raise ConfigError('dask: needs Dask, here and on its workers: pip install "feedhouse[dask]"') from None
    with ExitStack() as stack:
        try:
            on_dask: Any = stack.enter_context(DaskTaskRunner(address=dask))
            cores = sum(on_dask.client.nthreads().values())
        except OSError as error:
            raise ClusterError(f"dask: there is no scheduler at {dask}: {_first_line(error)}: start it, or leave `dask` out") from error
        yield on_dask, cores


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
