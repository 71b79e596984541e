"""Polling feeds that have nothing new, beside the library `reader`: `python benchmarks/polling.py` (needs `pip install .[bench]`).

A server on loopback, in a process of its own, has so many feeds, each with an ETag. Both programs read them all once, unmeasured; then
each polls them all again, in a process of its own, and every answer is 304 Not Modified. What is measured is that second process whole:
for Feedhouse a run with its lock, its rows, its batches and its published copies. CPU seconds are the process's and its children's.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ETAG = b'"v1"'
FEED = "<rss version='2.0'><channel><title>Feed {n}</title><item><guid>{n}</guid><title>Entry of {n}</title><description>Its text.</description></item></channel></rss>"


async def serve() -> None:
    """Answers /N with a feed, or with 304 where its ETag is sent; prints its port and serves until it is stopped."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()
                return
            if ETAG in head:
                writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + ETAG + b"\r\n\r\n")
            else:
                body = FEED.format(n=head.split(b" ", 2)[1].decode().strip("/")).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %b\r\nContent-Length: %d\r\n\r\n%b"
                    % (ETAG, len(body), body)
                )

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1_024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def feedhouse(place: Path, url: str, feeds: int) -> None:
    from flows.ingest import IngestOptions, run_ingest
    from flows.progress import Progress
    from flows.settings import load_feeds_file

    path = place / "feeds.toml"
    tables = "".join(f'[[feeds]]\nname = "feed{n}"\nurl = "{url}/{n}"\n' for n in range(feeds))
    path.write_text(f"[settings]\nallow_private_networks = true\nhost_delay = 0\nhost_concurrency = 64\nfull_text = false\n{tables}")
    options = IngestOptions(home=place / "home", feeds_path=path, everything=True)
    with Progress(io.StringIO()) as progress:
        summary = asyncio.run(run_ingest(options, load_feeds_file(path, {}), progress=progress, now=lambda: datetime.now(UTC)))
    assert (summary.feeds_polled, summary.feeds_failed) == (feeds, 0), summary


def peer(place: Path, url: str, feeds: int) -> None:
    from reader import make_reader

    with make_reader(str(place / "reader.sqlite")) as reader:
        for n in range(feeds):
            reader.add_feed(f"{url}/{n}", exist_ok=True)
        reader.update_feeds(workers=10, scheduled=False)  # else it leaves alone what it has just updated
        assert reader.get_feed_counts().broken == 0


CONTESTANTS = {"feedhouse": feedhouse, "reader": peer}


def measured(name: str, place: Path, url: str, feeds: int) -> dict[str, float]:
    """One polling of all feeds by one contestant, in a new process."""
    done = subprocess.run(
        [sys.executable, __file__, "--as", name, "--place", str(place), "--url", url, "--feeds", str(feeds)],
        capture_output=True, text=True, check=False, env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def contest(name: str, place: Path, url: str, feeds: int) -> None:
    started = time.perf_counter()
    CONTESTANTS[name](place, url, feeds)
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in usage)
    print(json.dumps({"seconds": time.perf_counter() - started, "cpu": cpu, "peak_mb": usage[0].ru_maxrss / 1024}))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--feeds", type=int, default=10_000)
    arguments.add_argument("--only", choices=CONTESTANTS, help="one contestant alone")
    arguments.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--as", dest="name", help=argparse.SUPPRESS)
    arguments.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--url", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.serve:
        asyncio.run(serve())
    elif given.name:
        contest(given.name, given.place, given.url, given.feeds)
    else:
        compare(given.feeds, [given.only] if given.only else list(CONTESTANTS))


def compare(feeds: int, names: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as place,
        subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            results = {}
            for name in names:
                first = measured(name, Path(place), url, feeds)
                results[name] = measured(name, Path(place), url, feeds)
                print(f"{name}: read all {feeds:,} feeds once in {first['seconds']:.1f} s; all unchanged:", end=" ")
                print("{:.0f} feeds/s, {cpu:.2f} CPU s, {peak_mb:.0f} MB at most".format(feeds / results[name]["seconds"], **results[name]))
        finally:
            server.terminate()
    if len(results) == len(CONTESTANTS):
        print(f"reader took {results['reader']['cpu'] / results['feedhouse']['cpu']:.1f} times the CPU seconds of feedhouse")


if __name__ == "__main__":
    main()
