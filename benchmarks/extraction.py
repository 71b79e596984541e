"""Extraction beside bare trafilatura on the same pages and cores, in turns: `python benchmarks/extraction.py [PAGES.warc.gz]`.

Ours is `extract_article` through the `WorkerPool`, as a run does it. The baseline is `trafilatura.bare_extraction` with metadata and
without comments, in a plain process pool. Pages come from a WARC file; without one they are generated: newspaper pages of 5 to 40
paragraphs with menus, related lists and comments. The two take turns for `--rounds`; the ratio of the best rounds counts. Where others use
the machine as well, the ratio of CPU times in one process says more.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType

from pipeline.extraction import extract_article
from pipeline.records import ExtractionInput
from pipeline.workers import WorkerPool

SECONDS = 60.0


def bare(given: ExtractionInput) -> int:
    document = trafilatura.bare_extraction(given.page_body, url=given.url, include_comments=False, with_metadata=True)
    return len(getattr(document, "text", None) or "")


def recorded(path: Path, limit: int) -> Iterator[ExtractionInput]:
    with gzip.open(path) as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            kind = record.http_content_type or "text/html"
            if kind == "text/html" and limit > 0:
                limit -= 1
                yield ExtractionInput(url=record.headers["WARC-Target-URI"], page_body=record.reader.read(), content_type=kind)


def generated(count: int) -> Iterator[ExtractionInput]:
    dice = random.Random(1)
    words = ["".join(dice.choices("aeioulnrstdmkp", k=dice.randint(2, 9))) for _ in range(5_000)]

    def sentence() -> str:
        return " ".join(dice.choices(words, k=dice.randint(6, 24))).capitalize() + "."

    def list_of(tag: str, length: int) -> str:
        return f"<{tag}>" + "".join(f"<li><a href='/{n}'>{sentence()}</a></li>" for n in range(length)) + f"</{tag}>"

    for number in range(count):
        body = "".join(f"<p>{' '.join(sentence() for _ in range(dice.randint(2, 5)))}</p>" for _ in range(dice.randint(5, 40)))
        said = "".join(f"<li><p>{sentence()}</p></li>" for _ in range(dice.randint(0, 30)))
        yield ExtractionInput(
            url=f"https://paper.example/{number}",
            page_body=f"<!DOCTYPE html><html lang='en'><head><title>{sentence()}</title><meta name='author' content='Ada Quill'></head><body>"
            f"<nav>{list_of('ul', 40)}</nav><main><article><h1>{sentence()}</h1>{body}</article><aside>{list_of('ul', 15)}</aside>"
            f"<ol class='comment-list'>{said}</ol></main><footer>{list_of('ul', 30)}</footer></body></html>".encode(),
            content_type="text/html",
        )


async def seconds_of_ours(pages: Sequence[ExtractionInput], cores: int) -> float:
    async with WorkerPool(cores) as pool:
        await asyncio.gather(*(pool.run(extract_article, page, seconds=SECONDS) for page in pages[: 4 * cores]))
        began = time.perf_counter()
        await asyncio.gather(*(pool.run(extract_article, page, seconds=SECONDS) for page in pages), return_exceptions=True)
        return time.perf_counter() - began


def seconds_of_bare(pages: Sequence[ExtractionInput], cores: int) -> float:
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(bare, pages[: 4 * cores]))
        began = time.perf_counter()
        list(pool.map(bare, pages))
        return time.perf_counter() - began


def cpu_seconds(extract: Callable[[ExtractionInput], object], pages: Sequence[ExtractionInput]) -> float:
    began = time.process_time()
    for page in pages:
        extract(page)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warc", type=Path, nargs="?")
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    pages = list(recorded(given.warc, given.pages) if given.warc else generated(given.pages))
    ours, baseline = [], []
    for _ in range(given.rounds):
        ours.append(asyncio.run(seconds_of_ours(pages, cores)))
        baseline.append(seconds_of_bare(pages, cores))
        print(f"{len(pages) / ours[-1]:.1f} pages/s, bare trafilatura {len(pages) / baseline[-1]:.1f}", flush=True)
    own, theirs = cpu_seconds(extract_article, pages), cpu_seconds(bare, pages)
    print(f"CPU in one process: {own:.1f} s, bare trafilatura {theirs:.1f} s, ratio {theirs / own:.2f}")
    print(f"ratio {min(baseline) / min(ours):.2f} of bare trafilatura's throughput on {len(pages)} pages and {cores} cores")


if __name__ == "__main__":
    main()
