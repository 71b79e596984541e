"""The archive: standard WARC files, read back by another tool, whole after a crash, each body once."""

from __future__ import annotations

import gzip
import io
import multiprocessing
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive import Archive, body_digest, close_abandoned, read_body, whole_length
from pipeline.errors import ArchiveError
from pipeline.records import Capture, CaptureKind, Response

NOW = datetime(2026, 3, 10, 12, 0, 0, 250_000, tzinfo=UTC)


def answer(url: str, body: bytes, *, at: datetime = NOW) -> Response:
    headers = (("content-type", "text/html"), ("content-encoding", "gzip"), ("x-note", "a\r\nb"))
    return Response(url=url, final_url=url + "#landed", status=200, headers=headers, body=body, redirects=(), started_at=at, duration_ms=5)


def keep(folder: Path, *bodies: bytes, run_id: str = "run1", rotate_bytes: int = 1_000_000) -> list[Capture]:
    with Archive(folder, run_id, software="Feedhouse/test", rotate_bytes=rotate_bytes) as archive:
        return [
            archive.keep(CaptureKind.PAGE, answer(f"http://a.example/{n}", body, at=NOW + timedelta(seconds=n)), earlier={})
            for n, body in enumerate(bodies)
        ]


def records(path: Path, kinds: int = WarcRecordType.any_type) -> list[tuple[WarcRecord, bytes]]:
    with path.open("rb") as file:
        return [(record, record.reader.read()) for record in ArchiveIterator(file, record_types=kinds, verify_digests=True)]


def test_a_record_says_where_it_came_from_and_when_and_has_the_body_as_it_is_used(tmp_path: Path) -> None:
    (capture,) = keep(tmp_path, b"<p>Harbour</p>")
    (_, _), (record, body) = records(tmp_path / capture.file)
    assert record.headers["WARC-Type"] == "response"
    assert record.headers["WARC-Target-URI"] == "http://a.example/0#landed"
    assert record.headers["WARC-Date"] == "2026-03-10T12:00:00.250000Z"
    assert f"sha1:{body_digest(b'<p>Harbour</p>')}" == record.headers["WARC-Payload-Digest"]
    names = dict(record.http_headers.astuples())
    assert names == {"content-type": "text/html", "X-Crawl-content-encoding": "gzip", "x-note": "a b", "Content-Length": "14"}
    assert body == b"<p>Harbour</p>"


def test_each_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    captures = keep(tmp_path, b"one", b"two")
    bytes_of_file = (tmp_path / captures[0].file).read_bytes()
    for capture, body in zip(captures, (b"one", b"two"), strict=True):
        member = bytes_of_file[capture.offset : capture.offset + capture.length]
        assert gzip.decompress(member).rstrip(b"\r\n").endswith(body)


def test_an_equal_body_is_kept_once_and_its_repeat_refers_to_it(tmp_path: Path) -> None:
    first, again = keep(tmp_path, b"same " * 1_000, b"same " * 1_000)
    assert (first.is_revisit, again.is_revisit) == (False, True)
    ((revisit, body),) = records(tmp_path / again.file, WarcRecordType.revisit)
    assert body == b""
    assert revisit.headers["WARC-Profile"].endswith("identical-payload-digest")
    assert revisit.headers["WARC-Refers-To-Target-URI"] == first.final_url
    assert revisit.headers["WARC-Refers-To-Date"] == "2026-03-10T12:00:00.250000Z"
    assert read_body(tmp_path, first.file, first.offset) == b"same " * 1_000


def test_a_run_remembers_the_last_bodies_that_it_kept_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.archive.REMEMBERED", 2)
    captures = keep(tmp_path, b"one", b"two", b"one", b"three", b"one", b"two")
    assert [capture.is_revisit for capture in captures] == [False, False, True, False, True, False]
    assert [read_body(tmp_path, one.file, one.offset) for one in (captures[1], captures[5])] == [b"two", b"two"]


def test_a_body_that_an_earlier_run_has_kept_is_not_written_again(tmp_path: Path) -> None:
    (first,) = keep(tmp_path, b"kept long ago")
    with Archive(tmp_path, "run2", software="Feedhouse/test") as archive:
        again = archive.keep(CaptureKind.FEED, answer("http://b.example/", b"kept long ago"), earlier={first.digest: first})
    assert again.is_revisit
    assert again.file != first.file


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    captures = keep(tmp_path, *(os.urandom(2_000) for _ in range(4)), rotate_bytes=3_000)
    assert len({capture.file for capture in captures}) == 2
    assert sorted({capture.file for capture in captures}) == sorted(path.name for path in tmp_path.iterdir())


def test_what_is_kept_can_be_read_while_its_run_goes_on(tmp_path: Path) -> None:
    with Archive(tmp_path, "run1", software="Feedhouse/test") as archive:
        capture = archive.keep(CaptureKind.PAGE, answer("http://a.example/", b"fresh"), earlier={})
        archive.sync()
        assert read_body(tmp_path, capture.file, capture.offset) == b"fresh"
        assert close_abandoned(tmp_path) == ()


def _keep_and_die(folder: Path) -> None:
    archive = Archive(folder, "run1", software="Feedhouse/test")
    archive.__enter__()
    archive.keep(CaptureKind.PAGE, answer("http://a.example/", b"whole"), earlier={})
    archive.sync()
    archive.keep(CaptureKind.PAGE, answer("http://a.example/torn", os.urandom(5_000)), earlier={})
    archive._file.flush()  # type: ignore[union-attr]
    archive._file.truncate(archive._file.tell() - 700)  # type: ignore[union-attr]  # the disk had not taken the rest
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_next_run_closes_what_a_killed_one_left_open_and_cuts_its_torn_record(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_keep_and_die, args=(tmp_path,))
    process.start()
    process.join()
    assert [path.suffix for path in tmp_path.iterdir()] == [".open"]
    keep(tmp_path, b"later", run_id="run2")
    left = tmp_path / "feedhouse-run1-00001.warc.gz"
    assert [body for _, body in records(left, WarcRecordType.response)] == [b"whole"]
    assert gzip.decompress(left.read_bytes())  # not a byte too many


@pytest.mark.parametrize(
    ("file", "offset", "said"),
    [
        pytest.param("gone.warc.gz", 0, "cannot be read", id="a file that is gone"),
        pytest.param("feedhouse-run1-00001.warc.gz", 10, "no whole record", id="a place where no record begins"),
    ],
)
def test_what_cannot_be_read_back_is_one_clear_line(tmp_path: Path, file: str, offset: int, said: str) -> None:
    keep(tmp_path, b"body")
    with pytest.raises(ArchiveError, match=said):
        read_body(tmp_path, file, offset)


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(0, 200))
def test_the_whole_length_of_a_cut_file_is_that_of_its_whole_members(bodies: list[bytes], cut: int) -> None:
    members = [gzip.compress(body) for body in bodies]
    data = b"".join(members)[: max(0, sum(map(len, members)) - cut)]
    ends = [sum(map(len, members[:count])) for count in range(len(members) + 1)]
    assert whole_length(io.BytesIO(data)) == max(end for end in ends if end <= len(data))
