"""Harvests into the warehouse: gathered into batches, one short transaction each, published when it is worth it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from flows.settling import store
from pipeline.archive import Archive
from pipeline.records import Harvest
from warehouse import Warehouse

# A batch is written when it holds this much or is this old: a transaction costs 150 ms whatever it holds, and what is not yet
# written is lost to a power cut (and fetched again by the next run).
BATCH_ARTICLES = 256
BATCH_SIGHTINGS = 4_000
BATCH_SECONDS = 5.0
# Where no feed has brought anything there is nothing to lose but the time of its next poll.
QUIET_SECONDS = 30.0
# Publishing copies the file. Readers see a run's progress every 10 s, or less often where a copy takes more than 1/20 of that time.
PUBLISH_SECONDS = 10.0
PUBLISH_SHARE = 20
# Harvests waiting to be written: beyond that, polling waits for the loader.
WAITING_HARVESTS = 200


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A harvest, and what is set when it has been written if somebody waits for that."""

    harvest: Harvest
    written: asyncio.Event | None = None

    @property
    def patience(self) -> float:
        """Seconds that it may wait for others to be written with."""
        if self.written:
            return 0.0
        return BATCH_SECONDS if self.harvest.sightings or self.harvest.rejections else QUIET_SECONDS


class Loader:
    """Takes harvests from many tasks, writes them from one; an asynchronous context manager that has written all when it is left.

    A harvest is in the warehouse, whole, when `on_loaded` was called with its batch. An error of the warehouse ends the run: it is raised
    from `put` or on leaving.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        run_id: str,
        *,
        archive: Archive | None,
        now: Callable[[], datetime],
        on_loaded: Callable[[Sequence[Harvest]], None],
    ) -> None:
        self._warehouse = warehouse
        self._archive = archive
        self._run_id = run_id
        self._now = now
        self._on_loaded = on_loaded
        self._waiting: asyncio.Queue[_Waiting | None] = asyncio.Queue(WAITING_HARVESTS)
        self._last_publish = time.monotonic()
        self._publish_cost = 0.0

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._write_batches(), name="loader")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Writes what has come in, also when the run was interrupted: what was fetched is not thrown away."""
        await self._hand_over(None)
        await self._writing

    async def put(self, harvest: Harvest) -> None:
        """Hand over one harvest; waits while the loader is behind."""
        await self._hand_over(_Waiting(harvest))

    async def put_and_wait(self, harvest: Harvest) -> None:
        """Hand over one harvest, to be written at once with what waits beside it; it is in the warehouse when this returns."""
        written = asyncio.Event()
        await self._hand_over(_Waiting(harvest, written))
        await self._or_end_of_writing(written.wait())
        if not written.is_set():
            self._writing.result()

    async def _hand_over(self, item: _Waiting | None) -> None:
        await self._or_end_of_writing(self._waiting.put(item))
        if self._writing.done():
            self._writing.result()

    async def _or_end_of_writing(self, awaited: Coroutine[Any, Any, object]) -> None:
        """Waits for it, or until nothing is written any more: the writer may have failed, and then it would never come."""
        coming = asyncio.ensure_future(awaited)
        try:
            await asyncio.wait({coming, self._writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            coming.cancel()  # no effect once it has come

    async def _write_batches(self) -> None:
        open_ended = True
        while open_ended:
            batch, open_ended = await self._next_batch()
            if batch:
                await self._write(batch)

    async def _next_batch(self) -> tuple[list[_Waiting], bool]:
        """What is to be written next, and whether more may come."""
        batch: list[_Waiting] = []
        articles = sightings = 0
        deadline: float | None = None
        while articles < BATCH_ARTICLES and sightings < BATCH_SIGHTINGS:
            try:
                async with asyncio.timeout(None if deadline is None else max(0.0, deadline - time.monotonic())):
                    item = await self._waiting.get()
            except TimeoutError:
                break
            if item is None:
                return batch, False
            patience = time.monotonic() + item.patience
            deadline = min(deadline or patience, patience)
            batch.append(item)
            articles += len(item.harvest.articles)
            sightings += len(item.harvest.sightings)
        return batch, True

    async def _write(self, items: list[_Waiting]) -> None:
        batch = [item.harvest for item in items]
        started = time.monotonic()
        publish = started - self._last_publish > max(PUBLISH_SECONDS, PUBLISH_SHARE * self._publish_cost)
        if self._archive is not None:
            await asyncio.to_thread(self._archive.sync)  # before the warehouse says where bytes are kept, they are kept
        await asyncio.to_thread(store, self._warehouse, self._run_id, batch, now=self._now(), publish=publish)
        if publish:
            self._last_publish = time.monotonic()
            self._publish_cost = self._last_publish - started
        self._on_loaded(batch)
        for item in items:
            if item.written:
                item.written.set()
