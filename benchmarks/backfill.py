"""`backfill --from` a large WARC beside bare FastWARC and trafilatura on the same file: `python benchmarks/backfill.py [--megabytes 1000]`.

The file is generated as those of CC-NEWS are: gzip, a member a record, news pages of 20 to 60 kB from many sites, requests between the
responses. Ours is the program itself, in a process of its own: archive, identities, stories, warehouse and all. The baseline reads the file
with FastWARC and calls `trafilatura.extract` in as many worker processes. Memory is that of the program and its workers together, what they
share counted once (Linux: the proportional set size of each, twice a second). Run it on cores that nothing else uses, or compare CPU only.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trafilatura
from extraction import generated
from fastwarc.warc import ArchiveIterator, WarcRecordType

SITES = 300
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome:
    """What a contestant did: `articles` out of the file."""

    articles: int
    seconds: float
    cpu: float
    peak_mb: float


def write_warc(path: Path, size: int) -> int:
    """A file of about `size` bytes; gives the number of pages in it."""
    dice = random.Random(7)
    number = 0
    with path.open("wb") as file:
        for number, page in enumerate(generated(10_000_000), 1):
            at = f"{FIRST + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"
            url = f"https://paper{dice.randrange(SITES)}.example/2026/03/{number}"
            filling = base64.b64encode(dice.randbytes(3_000)) * dice.randint(1, 8)  # as scripts are: long, and alike
            body = page.page_body.replace(b"</head>", b"<script>var state='" + filling + b"'</script></head>") if page.page_body else b""
            body = body.replace(b"</head>", f"<meta property='article:published_time' content='{at}'></head>".encode())
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            request = f"GET /2026/03/{number} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\n\r\n".encode()
            for kind, block in (("request", request), ("response", answer)):
                head = (
                    f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {at}\r\nWARC-Record-ID: <urn:uuid:{number}-{kind}>\r\n"
                    f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
                )
                file.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 6))
            if file.tell() >= size:
                break
    return number


def bodies(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            yield record.reader.read()


def bare(path: Path, workers: int) -> int:
    """How many pages FastWARC and trafilatura find text in."""
    found = 0
    waiting: deque[Future[str | None]] = deque()
    with ProcessPoolExecutor(workers) as pool:
        for body in bodies(path):
            waiting.append(pool.submit(trafilatura.extract, body))
            if len(waiting) > 20 * workers:
                found += bool(waiting.popleft().result())
        return found + sum(bool(future.result()) for future in waiting)


def measured(command: list[str]) -> Outcome:
    """Runs a command that prints its number of articles as `articles_new`."""
    started, peak, cpu = time.perf_counter(), 0.0, dict[int, float]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            pids = list(family(process.pid))
            peak = max(peak, sum(map(set_size_mb, pids)))
            cpu |= {pid: seconds for pid in pids if (seconds := cpu_seconds(pid))}
            time.sleep(SAMPLE_SECONDS)
        assert process.stdout is not None
        told = process.stdout.read()
    seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{command[1:4]} ended with {process.returncode}")
    return Outcome(articles=json.loads(told)["articles_new"], seconds=seconds, cpu=sum(cpu.values()), peak_mb=peak)


def family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in children:
            yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """Those of one process; a fork server does not count what its children used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def set_size_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1_024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1_000, help="size of the file, compressed")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    workers = os.cpu_count() or 1
    if given.bare:
        print(json.dumps({"articles_new": bare(given.bare, workers)}))
        return
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "pages.warc.gz"
        pages = write_warc(path, given.megabytes * 1_000_000)
        print(f"{path.stat().st_size / 1e6:,.0f} MB with {pages:,} pages, {workers} worker processes", flush=True)
        home = str(Path(place) / "home")
        command = ["-m", "flows.cli", "--home", home, "--feeds", f"{home}.toml", "backfill", "--from", str(path), "--json"]
        results = {}
        for name, arguments in (("bare", [__file__, "--bare", str(path)]), ("feedhouse", command)):
            results[name] = measured([sys.executable, *arguments])
            line = "{articles:,} articles, {rate:.1f}/s, {cpu:.0f} CPU s, {peak_mb:.0f} MB at most"
            found = results[name]
            print(
                f"{name}: "
                + line.format(articles=found.articles, rate=found.articles / found.seconds, cpu=found.cpu, peak_mb=found.peak_mb),
                flush=True,
            )
    ours, base = results["feedhouse"], results["bare"]
    ratio = ours.articles / ours.seconds / (base.articles / base.seconds)
    print(f"feedhouse stored {ratio:.2f} of the articles per second that bare FastWARC and trafilatura read")
    print(f"CPU: {base.cpu / base.articles * 1e3:.1f} ms an article bare, {ours.cpu / ours.articles * 1e3:.1f} ms in all of feedhouse")


if __name__ == "__main__":
    main()
