"""What Prefect adds to an ingest: the same command with a running server configured and with none. `python benchmarks/prefect_overhead.py`.

    1. A newsroom of 300 feeds and 1,200 articles on loopback (or, with --feeds FILE, feeds of yours: HTTP_PROXY and so on are passed on).
    2. Nothing due.

Each pair runs alternately, so that whatever else the machine does falls on both. The target: at most 5% or 3 s of wall time, whichever is more.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from flows.demo_newsroom import Answer
from flows.demo_server import served
from flows.local_server import local_server

FEEDS = 300
ARTICLES = 4


def newsroom() -> dict[str, Answer]:
    answers = {}
    for feed in range(FEEDS):
        site = f"http://site{feed}.example"
        items = []
        for number in range(ARTICLES):
            items.append(f"<item><title>Article {number}</title><link>{site}/{number}</link><guid>{site}/{number}</guid></item>")
            words = [
                f"<p>Word{feed} number {number} of line {line} went over the bridge {line * feed} times and met nobody.</p>"
                for line in range(12)
            ]
            answers[f"{site}/{number}"] = Answer(
                body=f"<html><body><article>{''.join(words)}</article></body></html>".encode(), content_type="text/html"
            )
        answers[f"{site}/feed"] = Answer(
            body=f"<rss version='2.0'><channel><title>{feed}</title>{''.join(items)}</channel></rss>".encode(),
            content_type="application/rss+xml",
        )
    return answers


def feeds_file(proxy: str) -> str:
    tables = "".join(f'[[feeds]]\nurl = "http://site{feed}.example/feed"\n' for feed in range(FEEDS))
    return f'[settings]\nproxy = "{proxy}"\nhost_delay = 0\n{tables}'


def ingest(home: Path, feeds: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of wall time, and of CPU with all worker processes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), "--feeds", str(feeds), "ingest", "--json"]
    subprocess.run(command, env=dict(env), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(folder: Path, feeds: Path, api: Mapping[str, str], rounds: int) -> None:
    bare = {name: value for name, value in api.items() if name != "PREFECT_API_URL"}
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for way, env in (("without", bare), ("with", api)):
            home = folder / way
            shutil.rmtree(home, ignore_errors=True)
            for what in ("everything new", "nothing due"):
                found.setdefault((what, way), []).append(ingest(home, feeds, env))
    for what in ("everything new", "nothing due"):
        (wall, cpu), (wall_with, cpu_with) = (min(found[what, way]) for way in ("without", "with"))
        over = wall_with - wall
        verdict = "met" if over <= max(3.0, 0.05 * wall) else "missed"
        print(
            f"{what}: without {wall:.1f} s ({cpu:.1f} s CPU), with {wall_with:.1f} s ({cpu_with:.1f} s CPU): "
            f"{over:+.1f} s wall ({over / wall:+.0%}), {cpu_with - cpu:+.1f} s CPU; target {verdict}; load {os.getloadavg()[0]:.1f}"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=Path, help="a feeds file of yours in place of the newsroom")
    options.add_argument("--rounds", type=int, default=2)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name, served({} if given.feeds else newsroom()) as proxy, local_server(Path(name) / "prefect"):
        folder = Path(name)
        feeds = given.feeds or folder / "feeds.toml"
        if not given.feeds:
            feeds.write_text(feeds_file(proxy), encoding="utf-8")
        local = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "HOME": name}
        compare(folder, feeds, os.environ | local, given.rounds)


if __name__ == "__main__":
    main()
