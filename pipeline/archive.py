"""The bytes that were fetched, kept as WARC 1.1 (ISO 28500:2017): one gzip member a record, as every WARC tool reads them.

A run writes files of its own, which carry the suffix `.open` and a lock until they are closed; what a killed run left open is cut after
its last whole record and closed by the next one. Bodies are kept as the rest of the pipe sees them, decompressed: the headers that spoke
of the transfer are renamed as Common Crawl does it. A repeat of a body is a revisit record, as far as bodies are remembered. What was
sent (and with it any token) is not kept.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import os
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.articles import short_id
from pipeline.errors import ArchiveError
from pipeline.records import Capture, CaptureKind, Response

# What Common Crawl and the Internet Archive rotate at: a file that every tool can copy and a reader can scan in seconds.
ROTATE_BYTES = 1_000_000_000
# gzip's own: 1.4% more bytes than level 9 on 700 real pages, in 1.1 ms a page instead of 1.8.
_LEVEL = 6
# Bodies of one run, the last ones, of which a repeat is known again: 700 bytes each. What a site repeats (a wall, a page for what is gone)
# it repeats soon; a repeat that is not known is kept once more.
REMEMBERED = 10_000
_OPEN = ".open"
_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
# Header fields of our own (ISO 28500, 5.1: readers ignore those that they do not know): what a capture says beside its record.
_KIND = "Feedhouse-Kind"
_ASKED_FOR = "Feedhouse-Requested-URI"
# True of the transfer and no longer of the body that is kept.
_OF_THE_TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class Archive:
    """Appends to the WARC files of one run; a context manager, safe to use from several threads.

    `sync` before the warehouse is told of a capture: what the warehouse knows is then on disk.
    """

    def __init__(self, folder: Path, run_id: str, *, software: str, rotate_bytes: int = ROTATE_BYTES) -> None:
        self._folder = folder
        self._run_id = run_id
        self._software = software
        self._rotate_bytes = rotate_bytes
        self._turn = threading.Lock()
        self._file: IO[bytes] | None = None
        self._files = 0
        self._kept: dict[str, Capture] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        close_abandoned(self._folder)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._turn:
            self._close_file()

    def keep(self, kind: CaptureKind, answer: Response, *, earlier: Mapping[str, Capture]) -> Capture:
        """Writes the answer and says where. `earlier`: captures of other runs by digest; a body that one of them has is not written again.

        Raises:
            ArchiveError: if the disk does not take it.
        """
        digest = body_digest(answer.body)
        with self._turn:
            same = self._kept.get(digest) or earlier.get(digest)
            try:
                file, offset, length = self._append(_record(kind, answer, digest, same))
            except OSError as error:
                raise ArchiveError(f"{self._folder}: the archive cannot be written: {error.strerror or error}") from error
            capture = Capture(
                capture_id=short_id(f"{file}:{offset}"),
                kind=kind,
                url=answer.url,
                final_url=answer.final_url,
                fetched_at=answer.started_at,
                http_status=answer.status,
                content_type=answer.header("content-type"),
                digest=digest,
                bytes=len(answer.body),
                file=file,
                offset=offset,
                length=length,
                is_revisit=same is not None,
            )
            if same is None or digest in self._kept:
                self._kept[digest] = self._kept.pop(digest, capture)  # the last one now
                if len(self._kept) > REMEMBERED:
                    del self._kept[next(iter(self._kept))]
        return capture

    def sync(self) -> None:
        """Everything kept so far is on disk when this returns."""
        with self._turn:
            if self._file is not None:
                self._file.flush()
                os.fsync(self._file.fileno())

    def _append(self, record: WarcRecord) -> tuple[str, int, int]:
        """The file's final name, and where in it the record stands."""
        file = self._room()
        offset = file.tell()
        member = _member(record)
        file.write(member)
        file.flush()  # out of this process: what a killed run has fetched is found here by the next one
        return Path(file.name).name.removesuffix(_OPEN), offset, len(member)

    def _room(self) -> IO[bytes]:
        """The file to append to, a new one where the last is full."""
        if self._file is not None and self._file.tell() >= self._rotate_bytes:
            self._close_file()
        while self._file is None:
            self._files += 1
            path = self._folder / f"feedhouse-{self._run_id}-{self._files:05}.warc.gz{_OPEN}"
            file = path.open("xb")
            fcntl.flock(file, fcntl.LOCK_EX)
            if not path.exists():  # a run that began at this moment took it for abandoned, and closed it
                file.close()
                continue
            self._file = file
            self._file.write(_member(_description(path.name.removesuffix(_OPEN), self._software, self._run_id)))
        return self._file

    def _close_file(self) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        path = Path(self._file.name)
        path.rename(path.with_name(path.name.removesuffix(_OPEN)))
        self._file.close()
        self._file = None


def body_digest(body: bytes) -> str:
    """32 letters: the SHA-1 of a body in base 32, as WARC-Payload-Digest has it. It tells equal bodies, and guards nothing."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def read_body(folder: Path, file: str, offset: int) -> bytes:
    """The body that is kept at a place in the archive.

    Raises:
        ArchiveError: if the file is gone, or no whole record stands there.
    """
    path = folder / file
    try:
        stream = (path if path.exists() else path.with_name(file + _OPEN)).open("rb")
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}: put the archive back, or leave its time out with --since") from error
    with stream:
        body = _body_at(stream, offset)
    if body is None:
        raise ArchiveError(f"{path}: there is no whole record at byte {offset}: the file has been changed or cut")
    return body


def _body_at(stream: IO[bytes], offset: int) -> bytes | None:
    """The body of the response record that begins there; None if none does, or its digest says that it is not whole."""
    stream.seek(offset)
    try:
        record = next(iter(ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=False)), None)
    except OSError:  # FastWARC's word for what is no WARC
        return None
    if record is None or record.stream_pos != offset or not record.verify_block_digest(consume=False):
        return None
    record.parse_http()
    return bytes(record.reader.read())


def close_abandoned(folder: Path) -> tuple[Path, ...]:
    """Closes the files that killed runs left open, each cut after its last whole record; gives their new names."""
    closed = []
    for path in sorted(folder.glob(f"*.warc.gz{_OPEN}")):
        try:
            with path.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                file.truncate(whole_length(file))
                os.fsync(file.fileno())
                closed.append(path.rename(path.with_name(path.name.removesuffix(_OPEN))))
        except (BlockingIOError, FileNotFoundError):  # its run is alive, or another run was quicker
            continue
    return tuple(closed)


def whole_length(file: IO[bytes]) -> int:
    """The bytes of a gzip file up to the end of its last whole member."""
    whole = position = 0
    member = zlib.decompressobj(wbits=31)
    for part in _parts(file):
        rest = part
        while rest:
            try:
                member.decompress(rest)
            except zlib.error:
                return whole
            position += len(rest) - len(member.unused_data)
            rest = member.unused_data
            if member.eof:
                whole, member = position, zlib.decompressobj(wbits=31)
    return whole


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(65_536):
        yield part


def unknown_captures(folder: Path, known_to: Mapping[str, int]) -> Iterator[Capture]:
    """What closed files hold beyond the byte that the warehouse knows of: a run was killed after it had kept it.

    `known_to`: that byte by file name; a file that it does not name is read whole.
    """
    for path in sorted(folder.glob("feedhouse-*.warc.gz")):
        start, end = known_to.get(path.name, 0), path.stat().st_size
        if start >= end:
            continue
        with path.open("rb") as stream:
            stream.seek(start)
            kinds = WarcRecordType.response | WarcRecordType.revisit
            found = [(record.stream_pos, _capture_in(record, path.name)) for record in ArchiveIterator(stream, record_types=kinds)]
        for place, (offset, capture) in enumerate(found):
            following = found[place + 1][0] if place + 1 < len(found) else end
            yield replace(capture, length=following - offset)


def _capture_in(record: WarcRecord, file: str) -> Capture:
    """A record of ours as the capture that it was; its length is not known from here."""
    http, headers = record.http_headers, record.headers
    final_url, is_revisit = headers["WARC-Target-URI"], record.record_type == WarcRecordType.revisit
    return Capture(
        capture_id=short_id(f"{file}:{record.stream_pos}"),
        kind=CaptureKind(headers[_KIND]),
        url=headers.get(_ASKED_FOR) or final_url,
        final_url=final_url,
        fetched_at=datetime.fromisoformat(headers["WARC-Date"]),
        http_status=http.status_code or 0,
        content_type=http.get("content-type"),
        digest=headers["WARC-Payload-Digest"].removeprefix("sha1:"),
        bytes=int(http["Content-Length"]),
        file=file,
        offset=record.stream_pos,
        length=0,
        is_revisit=is_revisit,
    )


def _record(kind: CaptureKind, answer: Response, digest: str, same: Capture | None) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(WarcRecordType.response if same is None else WarcRecordType.revisit)
    record.headers[_KIND] = kind.value
    if answer.url != answer.final_url:
        record.headers[_ASKED_FOR] = answer.url
    record.headers["WARC-Target-URI"] = answer.final_url
    record.headers["WARC-Date"] = _warc_date(answer.started_at)
    record.headers["WARC-Payload-Digest"] = f"sha1:{digest}"
    record.headers["Content-Type"] = "application/http; msgtype=response"
    if same is not None:
        record.headers["WARC-Profile"] = _IDENTICAL
        record.headers["WARC-Refers-To-Target-URI"] = same.final_url
        record.headers["WARC-Refers-To-Date"] = _warc_date(same.fetched_at)
    record.set_bytes_content(_http_head(answer) + (answer.body if same is None else b""))
    return record


def _http_head(answer: Response) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}"]
    for name, value in answer.headers:
        lines.append(f"{'X-Crawl-' if name in _OF_THE_TRANSFER else ''}{name}: {' '.join(value.split())}")
    lines.append(f"Content-Length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def _description(name: str, software: str, run_id: str) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(WarcRecordType.warcinfo)
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    record.set_bytes_content(
        f"software: {software}\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/specifications/"
        f"warc-format/warc-1.1/\r\ndescription: what run {run_id} fetched, bodies decompressed\r\n".encode()
    )
    return record


def _member(record: WarcRecord) -> bytes:
    """The record as one gzip member."""
    buffer = io.BytesIO()
    with GzipWriter(buffer, compression_level=_LEVEL) as writer:
        record.write(writer, checksum_data=True)
    return buffer.getvalue()


def _warc_date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
