"""The heavy half of a reprocess: batches of articles made again out of the archive. It needs the archive and nothing else.

It knows no warehouse: so it can be done in other processes and on other machines (`flows.distributing`) while one process loads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flows.gathering import identified_again
from flows.harvesting import read_in_worker
from flows.keeping import kept_answer
from flows.making import Maker, Wanted, extracted
from pipeline.records import Article, Failure, Feed, IdentifiedEntry, KeptBody, Remakeable, Response
from pipeline.workers import WorkerPool

# Pages read and extracted at once: enough that no worker waits for the disk.
PAGES_IN_HAND = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAgain:
    """Something of the archive, and the article that it makes now."""

    item: Remakeable
    article: Article


Batch = Sequence[Remakeable]
Made = Sequence[MadeAgain | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """Whoever makes batches again, each item in its place, None where it still makes nothing; and how many batches to give them at once."""

    make: Callable[[Batch], Awaitable[Made]]
    at_once: int


@asynccontextmanager
async def makers_here(folder: Path) -> AsyncIterator[Makers]:
    """This process with a worker for each core: one batch keeps them all at work."""
    async with WorkerPool() as workers:
        yield Makers(make=Remaker(folder, workers).all_of, at_once=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """A feed document of the archive; empty where there is none, or none that can be read any more."""

    title: str | None = None
    entries: Mapping[str, IdentifiedEntry] = field(default_factory=dict)


class Remaker:
    """Reads the archive and makes what stands in it into articles again."""

    def __init__(self, folder: Path, workers: WorkerPool) -> None:
        self._folder = folder
        self._workers = workers
        self._room = asyncio.Semaphore(PAGES_IN_HAND)

    async def all_of(self, batch: Batch) -> Made:
        """What each of them makes now; None where it still makes nothing.

        Raises:
            ArchiveError: where a file of the archive is gone or has been changed.
        """
        documents = {item.document.capture_id: item.document for item in batch if item.document}
        read = dict(zip(documents, await asyncio.gather(*map(self._read, documents.values())), strict=True))
        return await asyncio.gather(
            *(self._again(item, read[item.document.capture_id] if item.document else _Document()) for item in batch)
        )

    async def _read(self, kept: KeptBody) -> _Document:
        """A feed document as it was read when it came."""
        read = await read_in_worker(self._workers, await self._answer(kept))
        if isinstance(read, Failure):
            return _Document()
        return _Document(title=read.parsed.title, entries={entry.entry_id: entry for entry in read.identified})

    async def _again(self, item: Remakeable, document: _Document) -> MadeAgain | None:
        sighting = item.sighting
        entry = document.entries.get(sighting.entry_id)
        if entry is None:
            entry = identified_again(sighting)
        wanted = Wanted(
            feed=Feed(name=sighting.feed, url=item.feed_url),
            entry=entry,
            feed_title=document.title,
            feed_capture=item.document.capture_id if item.document else None,
        )
        async with self._room:
            page = await self._answer(item.page) if item.page else None
            made = await Maker(partial(extracted, self._workers), now=lambda: item.seen_at).article_of(
                wanted, page=page, failure=None, page_capture=item.page.capture_id if item.page else None
            )
        return None if isinstance(made, Failure) else MadeAgain(item=item, article=made.article)

    async def _answer(self, kept: KeptBody) -> Response:
        return await asyncio.to_thread(kept_answer, self._folder, kept)
