"""Pages that are built to hurt: each is an outcome within its limit, and no worker outgrows its bound."""

from __future__ import annotations

import asyncio
import resource
from datetime import UTC, datetime
from functools import partial

import pytest

from pipeline.extraction import extract_article
from pipeline.reading import read_document
from pipeline.records import Extraction, ExtractionInput, Failure
from pipeline.workers import MEMORY_CAP_BYTES, WorkerDiedError, WorkerPool, WorkerTimeoutError

SECONDS = 5.0
PARAGRAPH = "<p>The harbour board has written nine letters, and each of them came back with a different stamp on it.</p>"
LAUGHS = "".join(f"<!ENTITY lol{n} '{f'&lol{n - 1};' * 10}'>" for n in range(1, 10))

PAGES = {
    "nested 200,000 deep": b"<div>" * 200_000 + b"deep",
    "inline nested deep": b"<p>" + b"<b><i>" * 50_000 + b"deep",
    "tables nested deep": b"<table><tr><td>" * 5_000 + b"deep",
    "50 MB of paragraphs": PARAGRAPH.encode() * (50_000_000 // len(PARAGRAPH)),
    "8 MB of paragraphs": PARAGRAPH.encode() * (8_000_000 // len(PARAGRAPH)),
    "50 MB in one attribute": b"<p title='" + b"a" * 50_000_000 + b"'>x</p>",
    "endless attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">x</p>",
    "a million line breaks": b"<div>" + b"x<br><br>" * 500_000 + b"</div>",
    "scripts alone": b"<html><body>" + b"<script>render()</script>" * 50_000 + b"</body></html>",
    "a comment that never ends": b"<html><body><!--" + b"-" * 5_000_000,
    "a tag that never ends": b"<a href='" + b"x" * 5_000_000,
    "billion laughs": f"<?xml version='1.0'?><!DOCTYPE html [<!ENTITY lol0 'lol'>{LAUGHS}]><html xmlns='http://www.w3.org/1999/xhtml'><body><p>&lol9;</p></body></html>".encode(),
    "NUL bytes": b"\x00".join([b"<html><body>", PARAGRAPH.encode() * 5, b"</body></html>"]) + b"\x00" * 100_000,
    "every byte": bytes(range(256)) * 4_000,
    "lone surrogates": b"<html><body>" + PARAGRAPH.encode() * 5 + b"<p>\xed\xa0\x80 &#xD800; &#0; &#x110000;</p></body></html>",
    "UTF-16 without end": b"\xff\xfe<\x00p",
    "an encoding that lies": b"<meta charset='utf-16'><p>" + b"\xff" * 100_000,
    "one long word": b"<p>" + b"a" * 3_000_000 + b"</p>",
    "one long line of digits and dots": b"<p>" + b"1. " * 500_000 + b"</p>",
}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, object]:
    """All pages through two workers, and what the workers grew to in the end."""

    async def main() -> dict[str, object]:
        async with WorkerPool(2) as pool:
            jobs = (
                pool.run(extract_article, ExtractionInput(url="http://pier.example/x", page_body=body), seconds=SECONDS)
                for body in PAGES.values()
            )
            found = dict(zip(PAGES, await asyncio.gather(*jobs, return_exceptions=True), strict=True))
            peaks = await asyncio.gather(*(pool.run(bound_and_peak, seconds=30) for _ in range(4)))
            return {**found, "bounds": peaks}

    return asyncio.run(main())


def bound_and_peak() -> tuple[int, int]:
    """The bound of a worker's address space, and the most that it has held in memory, in bytes."""
    return resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_an_outcome(outcomes: dict[str, object], name: str) -> None:
    assert isinstance(outcomes[name], (Extraction, Failure, WorkerTimeoutError, WorkerDiedError)), outcomes[name]


def test_what_can_be_read_of_a_hostile_page_is_read(outcomes: dict[str, object]) -> None:
    for name in ("NUL bytes", "lone surrogates"):
        found = outcomes[name]
        assert isinstance(found, Extraction), found
        assert "\x00" not in found.text
        found.text.encode()


def test_no_worker_outgrows_its_bound(outcomes: dict[str, object]) -> None:
    bounds = outcomes["bounds"]
    assert isinstance(bounds, list)
    for bound, peak in bounds:
        assert bound == MEMORY_CAP_BYTES
        assert peak <= MEMORY_CAP_BYTES


@pytest.mark.parametrize("start", ["&lt;img ", "&amp;lt;img "], ids=["escaped once", "escaped twice"])
def test_a_feed_of_images_that_never_end_is_stopped_with_its_worker(start: str) -> None:
    """To hash an entry takes the square of its length then; where a run asks the network, nothing would time out or be stored meanwhile."""
    body = f"<rss version='2.0'><channel><item><title>x</title><description>{start * 40_000}</description></item></channel></rss>".encode()
    job = partial(read_document, body, url="http://pier.example/feed", content_type=None, now=datetime(2026, 3, 10, tzinfo=UTC))

    async def main() -> None:
        async with WorkerPool(1) as pool:
            await pool.run(job, seconds=2.0)

    with pytest.raises(WorkerTimeoutError):
        asyncio.run(main())
