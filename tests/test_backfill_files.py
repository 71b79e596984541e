"""History from files: WARC, saved feeds, saved pages, manifests; what is filtered, and what is told of files that are not what they seem."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from test_ingest import House, item, page, rss

from flows.backfill import BackfillOptions, list_backfill, run_backfill
from flows.backfill_error import BackfillError
from flows.backfill_files import FileOptions
from flows.progress import Progress
from flows.settings import FeedsFile, Settings
from pipeline.archive import Archive
from pipeline.records import CaptureKind, Response, RunSummary

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SITES = ("north.example", "news.south.example")


def address(number: int) -> str:
    return f"http://{SITES[number % 2]}/{number}"


def dated(number: int, head: str = "", language: str = "en") -> bytes:
    """A page that says it was published `number` days after `FIRST`."""
    meta = f"<head><meta property='article:published_time' content='{(FIRST + timedelta(days=number)).isoformat()}'>{head}</head>"
    return page(number).body.replace(b"<html lang='en'>", f"<html lang='{language}'>{meta}".encode())


def answer(url: str, body: bytes, *, status: int = 200, kind: str = "text/html", **headers: str) -> Response:
    pairs = (("content-type", kind), *headers.items())
    return Response(url=url, final_url=url, status=status, headers=pairs, body=body, redirects=(), started_at=NOW, duration_ms=0)


def warc(folder: Path, *answers: Response) -> Path:
    """A gzipped WARC of these answers."""
    with Archive(folder, "made", software="tests") as archive:
        for one in answers:
            archive.keep(CaptureKind.PAGE, one, earlier={})
    (path,) = folder.glob("*.warc.gz")
    return path


def six(folder: Path) -> Path:
    """Six articles of two sites, one of them in German; a feed that lists two of them and one that was moved; what is no article."""
    feed = rss(*(item(n, link=link, guid=f"g{n}") for n, link in ((0, address(0)), (2, address(2)), (9, "http://north.example/moved"))))
    return warc(
        folder,
        *(answer(address(n), dated(n, language="de" if n == 5 else "en")) for n in range(6)),
        answer("http://north.example/feed", feed.body, kind="application/rss+xml"),
        answer("http://north.example/moved", b"", status=301, location="/4"),
        answer("http://north.example/gone", b"gone", status=404),
        answer("http://north.example/", dated(7)),
        answer("http://north.example/logo", b"\x89PNG", kind="image/png"),
    )


def backfill(home: Path, *paths: Path, since: datetime | None = None, until: datetime | None = None, **only: tuple[str, ...]) -> RunSummary:
    given = options(home, *paths, since=since, until=until, **only)
    with Progress(io.StringIO()) as progress:
        return asyncio.run(run_backfill(given, feeds_file(home), progress=progress, now=lambda: NOW))


def options(
    home: Path, *paths: Path, since: datetime | None = None, until: datetime | None = None, **only: tuple[str, ...]
) -> BackfillOptions:
    return BackfillOptions(home=home, feeds_path=home / "none.toml", since=since, until=until, files=FileOptions(paths=paths, **only))


def feeds_file(home: Path) -> FeedsFile:
    return FeedsFile(path=home / "none.toml", settings=Settings(), feeds=())


def stored(home: Path) -> list[int]:
    """The numbers of the articles."""
    rows = House(home, "").rows("SELECT url FROM articles ORDER BY published_at, url")
    return sorted(int(url.rsplit("/", 1)[-1]) for (url,) in rows)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize("is_zipped", [pytest.param(True, id="gzip"), pytest.param(False, id="plain")])
def test_a_warc_becomes_articles_of_its_feeds_and_of_its_sites(tmp_path: Path, home: Path, is_zipped: bool) -> None:
    path = six(tmp_path / "warc")
    if not is_zipped:
        plain = path.with_suffix("")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        path = plain
    summary = backfill(home, path)
    assert stored(home) == [0, 1, 2, 3, 4, 5]
    assert (summary.kind, summary.entries_new, summary.articles_new, summary.rejected) == (
        "backfill",
        7,
        6,
        0,
    )  # 4 is in the feed, under the address that moved, and a page of its own
    assert House(home, "").rows("SELECT feed, count(*) FROM sightings WHERE is_backfill GROUP BY feed ORDER BY feed") == [
        ("north.example", 4),
        ("south.example", 3),
    ]
    assert backfill(home, path).entries_seen == 0  # it was completed


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        pytest.param({"hosts": ("north.example",)}, [0, 2, 4], id="a host"),
        pytest.param({"hosts": ("south.example",)}, [1, 3, 5], id="a host and what is below it"),
        pytest.param({"languages": ("de",)}, [5], id="a language"),
        pytest.param({"since": FIRST + timedelta(days=3)}, [3, 4, 5], id="since"),
        pytest.param({"since": FIRST + timedelta(days=1), "until": FIRST + timedelta(days=3)}, [1, 2], id="since and until"),
    ],
)
def test_pages_are_filtered(tmp_path: Path, home: Path, only: dict[str, object], expected: list[int]) -> None:
    path = warc(tmp_path / "warc", *(answer(address(n), dated(n, language="de" if n == 5 else "en")) for n in range(6)))
    backfill(home, path, **only)  # type: ignore[arg-type]
    assert stored(home) == expected


def save(folder: Path, name: str, body: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return path


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(f"<link rel='canonical' href='{address(2)}'>", id="canonical"),
        pytest.param(f"<meta property='og:url' content='{address(2)}'>", id="og:url"),
        pytest.param(f"<!-- saved from url=(0023){address(2)} -->", id="as a browser saves it"),
    ],
)
def test_saved_pages_say_where_and_when_they_were_published(tmp_path: Path, home: Path, head: str) -> None:
    folder = tmp_path / "saved"
    save(folder, "a.html", dated(2, head))
    save(folder, "notes.txt", b"no page")
    backfill(home, folder)
    assert House(home, "").rows("SELECT url, published_at FROM articles") == [(address(2), FIRST + timedelta(days=2))]


def test_a_saved_feed_is_stored_with_what_it_carries(tmp_path: Path, home: Path) -> None:
    text = "The ferry went out at noon and came back with bread, mackerel and a letter for the board. " * 5
    link = "<channel><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='http://north.example/feed'/>"
    backfill(home, save(tmp_path, "feed.xml", rss(item(1, body=text), item(2)).body.replace(b"<channel>", link.encode())))
    assert House(home, "").rows("SELECT feed, entry_id, article_id IS NOT NULL FROM sightings ORDER BY 2") == [
        ("north.example", "id-1", True),
        ("north.example", "id-2", False),
    ]
    assert House(home, "").rows("SELECT reason FROM rejections") == [("not_in_files",)]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_manifest_says_what_the_pages_do_not(tmp_path: Path, home: Path, kind: str) -> None:
    save(tmp_path, "one", page(1).body)
    rows = [{"url": address(1), "path": "one", "date": "2026-03-04"}]
    text = "url,path,date\n" + ",".join(rows[0].values()) if kind == "csv" else "\n".join(map(json.dumps, rows))
    backfill(home, save(tmp_path, f"manifest.{kind}", text.encode()))
    assert House(home, "").rows("SELECT url, published_at FROM articles") == [(address(1), datetime(2026, 3, 4, tzinfo=UTC))]


def truncated(folder: Path) -> Path:
    path = six(folder / "warc")
    path.write_bytes(path.read_bytes()[:-700])
    return path


def zipped_whole(folder: Path) -> Path:
    path = six(folder / "warc")
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())))
    return path


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(truncated, r"made-00001\.warc\.gz: breaks off behind byte \d+, or is no WARC there: get it again", id="a WARC that breaks off"),
        pytest.param(zipped_whole, r"\.warc\.gz: is compressed as a whole, not record by record: gunzip it", id="a WARC in one gzip member"),
        pytest.param(lambda folder: save(folder, "a.warc", b"no WARC" * 99), r"a\.warc: breaks off behind byte 0, or is no WARC there: get it again", id="no WARC"),
        pytest.param(lambda folder: save(folder / "x", "a.txt", b"text").parent, r"x: holds no WARC, feed or page", id="a folder of text"),
        pytest.param(lambda folder: save(folder, "a.html", b"\x89PNG\r\n\x00"), r"a\.html: does not say what its address was: name it in a manifest", id="an image called HTML"),
        pytest.param(lambda folder: save(folder, "m.csv", b"url,path\nhttp://a.example/1,one"), r"m\.csv: names one, and there is no such file beside it", id="a manifest of nothing"),
        pytest.param(lambda folder: save(folder, "m.jsonl", b'{"path": "one"}'), r"m\.jsonl: is no manifest: row 1 must have a url", id="a manifest without addresses"),
        pytest.param(lambda folder: save(folder, "m.jsonl", b"url,path"), r"m\.jsonl: is no manifest: ", id="a manifest that is no JSON"),
        pytest.param(lambda folder: folder / "none.warc", r"none\.warc: there is no such file", id="nothing"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_seem_are_told_in_one_line(tmp_path: Path, home: Path, make: object, told: str) -> None:
    with pytest.raises(BackfillError, match=told) as error:
        backfill(home, make(tmp_path))  # type: ignore[operator]
    assert "\n" not in str(error.value)


def test_a_dry_run_of_files_says_how_many_and_how_old(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(list_backfill(options(home, six(tmp_path / "warc")), feeds_file(home), now=lambda: NOW))
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .startswith("feedhouse-made-00001.warc.gz (files): 2 lists, 7 entries in range, 7 of them new, ")
    )
    assert not (home / "warehouse.duckdb").exists()
