"""The archive as a run uses it: off the event loop, with bodies that earlier runs have kept found in the warehouse."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flows.known import Known
from pipeline.archive import Archive, body_digest, read_body
from pipeline.records import Capture, CaptureKind, KeptBody, Response


class Keeper:
    """Keeps answers; one for a run. Keeps nothing where `archive` is None."""

    def __init__(self, archive: Archive | None, known: Known) -> None:
        self._archive = archive
        self._known = known

    async def keep(self, kind: CaptureKind, answer: Response) -> Capture | None:
        """The answer's place in the archive.

        Raises:
            ArchiveError: if the disk does not take it.
        """
        if self._archive is None:
            return None
        earlier = await self._known.captures([body_digest(answer.body)])
        return await asyncio.to_thread(self._archive.keep, kind, answer, earlier=earlier)


def kept_answer(folder: Path, kept: KeptBody) -> Response:
    """An answer as it was kept.

    Raises:
        ArchiveError: if its file is gone, or has been changed.
    """
    return Response(
        url=kept.url,
        final_url=kept.final_url,
        status=kept.http_status,
        headers=(("content-type", kept.content_type),) if kept.content_type else (),
        body=read_body(folder, kept.file, kept.offset),
        redirects=(),
        started_at=kept.fetched_at,
        duration_ms=0,
    )
