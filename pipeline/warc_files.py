"""WARC files of others, plain or gzip, as a stream of answers: one record in memory at a time, whatever the size of the file.

Bodies come decoded. An answer's time is WARC-Date, so that what is made of it is judged by when it was fetched.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.canonical import url_is_http
from pipeline.errors import ArchiveError
from pipeline.records import Response

_GZIP = b"\x1f\x8b"
_PIECE = 1_000_000
_LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcAnswer:
    """An answer, and the byte at which its record begins."""

    offset: int
    answer: Response


def is_warc(path: Path) -> bool:
    """True if the name says so."""
    return path.name.lower().endswith((".warc", ".warc.gz"))


def answers_in(path: Path, *, start: int = 0, max_bytes: int) -> Iterator[WarcAnswer]:
    """The http answers from byte `start` on, whatever their status; bodies larger than `max_bytes`, encoded or decoded, are left out.

    Raises:
        ArchiveError: if the file cannot be read, breaks off, or is compressed as a whole: nothing in it can be found again then.
    """
    offset = -1
    try:
        with path.open("rb") as stream:
            zipped = stream.read(2) == _GZIP
            stream.seek(start)
            for record in ArchiveIterator(
                stream, record_types=WarcRecordType.response, auto_decode="all", max_content_length=max_bytes, quirks_mode=True
            ):
                if zipped and record.stream_pos == offset:
                    raise ArchiveError(f"{path}: is compressed as a whole, not record by record: gunzip it, plain WARC is read as well")
                offset = record.stream_pos
                answer = _answer(record, max_bytes)
                if answer is not None:
                    yield WarcAnswer(offset=offset, answer=answer)
            stream.seek(max(offset, start))
            if not (_ends_with_a_member if zipped else _ends_with_a_record)(stream):
                raise ArchiveError(f"{path}: breaks off behind byte {max(offset, start)}, or is no WARC there: get it again, whole")
    except (OSError, ValueError, zlib.error) as error:
        raise ArchiveError(f"{path}: cannot be read behind byte {max(offset, 0)}: {error}") from error


def _ends_with_a_member(stream: IO[bytes]) -> bool:
    """True if whole gzip members go on to the end: FastWARC takes a file that breaks off for one that ends."""
    unpack = zlib.decompressobj(wbits=31)
    is_open = False
    while piece := stream.read(_PIECE):
        while piece:
            is_open = True
            unpack.decompress(piece)
            piece = unpack.unused_data
            if unpack.eof:
                unpack, is_open = zlib.decompressobj(wbits=31), False
    return not is_open


def _ends_with_a_record(stream: IO[bytes]) -> bool:
    """True if whole records go on to the end."""
    start = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(start)
    while first := stream.readline(_LONGEST_LINE):
        if not first.strip():
            continue
        length = None
        while (line := stream.readline(_LONGEST_LINE)).strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.strip().lower() == b"content-length" else length
        if not first.startswith(b"WARC/") or length is None or stream.seek(length, io.SEEK_CUR) > size:
            return False
    return True


def answer_at(path: Path, offset: int, *, max_bytes: int) -> Response:
    """The answer whose record begins there.

    Raises:
        ArchiveError: if there is none.
    """
    found = next(answers_in(path, start=offset, max_bytes=max_bytes), None)
    if found is None or found.offset != offset:
        raise ArchiveError(f"{path}: there is no answer at byte {offset}: the file has been changed")
    return found.answer


def _answer(record: WarcRecord, max_bytes: int) -> Response | None:
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    http = record.http_headers
    if not url_is_http(url) or http is None or http.status_code is None:
        return None
    body = record.reader.read(max_bytes + 1)
    if len(body) > max_bytes:
        return None
    at = record.record_date or datetime(1990, 1, 1, tzinfo=UTC)
    return Response(
        url=url,
        final_url=url,
        status=http.status_code,
        headers=tuple((name.lower(), value) for name, value in http),
        body=bytes(body),
        redirects=(),
        started_at=at if at.tzinfo else at.replace(tzinfo=UTC),
        duration_ms=0,
    )
