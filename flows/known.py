"""What the warehouse knew when the run began, asked for by the stages while the run goes on.

Answers come from the published snapshot, so that asking never meets the loader; what this run itself has found is the harvester's
business. The loader decides again when it stores, so an answer that is out of date costs a fetch and no more.

Questions that come while another is being answered are answered together: one query of a thousand keys costs what one of ten does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from pipeline.identity import link_key
from pipeline.records import Capture, HostWait, IdentifiedEntry, KeptBody, KnownArticle, KnownEntry, RetryableEntry, RobotsFile
from warehouse import lookups
from warehouse.connections import open_reader

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Together(Generic[Key, Value]):
    """Answers questions about keys, gathering those that wait for the connection into one query."""

    def __init__(self, answer: Callable[[Sequence[Key]], Mapping[Key, Value]], turn: asyncio.Lock) -> None:
        self._answer = answer
        self._turn = turn
        self._waiting: list[tuple[Sequence[Key], asyncio.Future[Mapping[Key, Value]]]] = []

    async def ask(self, keys: Sequence[Key]) -> Mapping[Key, Value]:
        promise: asyncio.Future[Mapping[Key, Value]] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, promise))
        async with self._turn:
            if not promise.done():
                await self._answer_waiting()
        return promise.result()

    async def _answer_waiting(self) -> None:
        asked, self._waiting = self._waiting, []
        try:
            found = await asyncio.to_thread(self._answer, [key for keys, _ in asked for key in keys])
        except BaseException as error:
            for _, promise in asked:
                if not promise.done():
                    promise.set_exception(error)
                    promise.exception()
            raise
        for keys, promise in asked:
            promise.set_result({key: found[key] for key in keys if key in found})


class Known:
    """Lookups on one snapshot, off the event loop; a context manager. Where there is no snapshot yet, nothing is known."""

    def __init__(self, snapshot: Path) -> None:
        self._con = con = open_reader(snapshot) if snapshot.exists() else None
        self._turn = asyncio.Lock()
        self._entries: _Together[tuple[str, str], KnownEntry] = _Together(
            lambda keys: lookups.known_entries(con, keys) if con else {}, self._turn
        )
        self._linked: _Together[tuple[str, str, str], tuple[KnownEntry, ...]] = _Together(
            lambda keys: _by_whole_key(keys, lookups.linked_entries(con, keys)) if con else {}, self._turn
        )
        self._robots: _Together[str, RobotsFile] = _Together(lambda keys: lookups.robots_files(con, keys) if con else {}, self._turn)
        self._articles: _Together[str, KnownArticle] = _Together(lambda keys: lookups.known_articles(con, keys) if con else {}, self._turn)
        self._pages: _Together[str, KeptBody] = _Together(lambda keys: lookups.kept_pages(con, keys) if con else {}, self._turn)
        self._captures: _Together[str, Capture] = _Together(lambda keys: lookups.known_captures(con, keys) if con else {}, self._turn)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._con:
            self._con.close()

    async def entries(self, feed: str, entry_ids: Sequence[str]) -> Mapping[str, KnownEntry]:
        """The known ones among a feed's entries, by id."""
        found = await self._entries.ask([(feed, entry_id) for entry_id in entry_ids])
        return {entry_id: entry for (_, entry_id), entry in found.items()}

    async def linked(self, feed: str, entries: Sequence[IdentifiedEntry]) -> Mapping[str, Sequence[KnownEntry]]:
        """What is known of the feed's entries behind the links of `entries`, by `pipeline.identity.link_key`."""
        keys = [(feed, key, entry.entry.link) for entry in entries if (key := link_key(entry)) and entry.entry.link]
        found = await self._linked.ask(keys) if keys else {}
        return {alias: entries for (_, alias, _), entries in found.items()}

    async def robots_file(self, origin: str) -> RobotsFile | None:
        """The robots.txt that an earlier run was answered with."""
        return (await self._robots.ask((origin,))).get(origin)

    async def host_waits(self, *, now: datetime) -> Sequence[HostWait]:
        """Whom earlier runs were asked to leave alone until some time after now."""
        if not self._con:
            return ()
        async with self._turn:
            return await asyncio.to_thread(lookups.host_waits, self._con, now=now)

    async def articles(self, aliases: Sequence[str]) -> Mapping[str, KnownArticle]:
        """The known articles among those that `aliases` lead to, by alias."""
        return await self._articles.ask(aliases)

    async def captures(self, digests: Sequence[str]) -> Mapping[str, Capture]:
        """The captures that have the bodies with these digests, by digest."""
        return await self._captures.ask(digests)

    async def pages(self, urls: Sequence[str]) -> Mapping[str, KeptBody]:
        """The pages in the archive that were asked for under these addresses, by address."""
        return await self._pages.ask(urls)

    async def due_retries(self, *, now: datetime, limit: int) -> Sequence[RetryableEntry]:
        """Entries whose page is to be asked for again by now, the longest overdue first."""
        if not self._con:
            return ()
        async with self._turn:
            return await asyncio.to_thread(lookups.due_retries, self._con, now=now, limit=limit)


def _by_whole_key(
    keys: Sequence[tuple[str, str, str]], found: Mapping[tuple[str, str], tuple[KnownEntry, ...]]
) -> dict[tuple[str, str, str], tuple[KnownEntry, ...]]:
    return {key: found[key[:2]] for key in keys if key[:2] in found}
