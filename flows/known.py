"""What the warehouse knew when the run began, asked for by the stages while the run goes on.

Answers come from the published snapshot, so that asking never meets the loader; what this run itself has found is the harvester's
business. The loader decides again when it stores, so an answer that is out of date costs a fetch and no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.records import KnownArticle, KnownEntry, RetryableEntry
from warehouse import lookups
from warehouse.connections import open_reader


class Known:
    """Lookups on one snapshot, off the event loop; a context manager. Where there is no snapshot yet, nothing is known."""

    def __init__(self, snapshot: Path) -> None:
        self._con = open_reader(snapshot) if snapshot.exists() else None
        self._one_at_a_time = asyncio.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._con:
            self._con.close()

    async def entries(self, feed: str, entry_ids: Sequence[str]) -> Mapping[str, KnownEntry]:
        """The known ones among a feed's entries, by id."""
        if not self._con:
            return {}
        async with self._one_at_a_time:
            return await asyncio.to_thread(lookups.known_entries, self._con, feed, entry_ids)

    async def articles(self, aliases: Sequence[str]) -> Mapping[str, KnownArticle]:
        """The known articles among those that `aliases` lead to, by alias."""
        if not self._con:
            return {}
        async with self._one_at_a_time:
            return await asyncio.to_thread(lookups.known_articles, self._con, aliases)

    async def due_retries(self, *, now: datetime, limit: int) -> Sequence[RetryableEntry]:
        """Entries whose page is to be asked for again by now, the longest overdue first."""
        if not self._con:
            return ()
        async with self._one_at_a_time:
            return await asyncio.to_thread(lookups.due_retries, self._con, now=now, limit=limit)
