"""Worker processes: a hostile job costs itself and nobody else, and no process is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from flows.harvesting import read_in_worker
from flows.making import extracted
from pipeline.records import ExtractionInput, Response
from pipeline.workers import WorkerDiedError, WorkerPool, WorkerTimeoutError

URL = "http://harbour.example/feed"
FEED = b"<rss version='2.0'><channel><title>Harbour</title><item><title>One</title><guid>1</guid></item></channel></rss>"


def double(number: int) -> int:
    return number * 2


def die() -> None:
    os._exit(7)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def loop_for_ever() -> None:
    while True:
        pass


def eat_memory() -> int:
    return len(bytearray(4_000_000_000))


def fail() -> None:
    raise ValueError("as it was told to")


def own_pid() -> int:
    return os.getpid()


@pytest.mark.parametrize(
    ("job", "error"),
    [
        pytest.param(die, WorkerDiedError, id="exits"),
        pytest.param(be_killed, WorkerDiedError, id="is killed"),
        pytest.param(loop_for_ever, WorkerTimeoutError, id="never ends"),
        pytest.param(eat_memory, WorkerDiedError, id="eats memory"),
        pytest.param(fail, ValueError, id="raises"),
    ],
)
def test_a_bad_job_costs_only_itself(job: Callable[[], None], error: type[Exception]) -> None:
    async def main() -> list[object]:
        async with WorkerPool(2) as pool:
            good = [pool.run(double, number, seconds=30) for number in range(20)]
            return await asyncio.gather(*good[:10], pool.run(job, seconds=1), *good[10:], return_exceptions=True)

    found = asyncio.run(main())
    assert isinstance(found[10], error)
    assert [number * 2 for number in range(20)] == found[:10] + found[11:]


def test_a_worker_that_dies_between_two_jobs_is_replaced() -> None:
    """What an OOM killer does."""

    async def main() -> list[int]:
        async with WorkerPool(1) as pool:
            os.kill(await pool.run(own_pid, seconds=30), signal.SIGKILL)
            return await asyncio.gather(*(pool.run(double, number, seconds=30) for number in range(3)))

    assert asyncio.run(main()) == [0, 2, 4]


def test_the_limit_counts_from_the_start_of_a_job_not_from_its_place_in_the_queue() -> None:
    async def main() -> list[None]:
        async with WorkerPool(1) as pool:
            return await asyncio.gather(*(pool.run(time.sleep, 0.5, seconds=2) for _ in range(6)))

    assert asyncio.run(main()) == [None] * 6


def test_leaving_with_work_under_way_leaves_no_process() -> None:
    async def main() -> int:
        async with WorkerPool(1) as pool:
            pid = await pool.run(own_pid, seconds=30)
            stuck = asyncio.create_task(pool.run(loop_for_ever, seconds=60))
            await asyncio.sleep(0.1)
            stuck.cancel()
            raise KeyError(pid)

    with pytest.raises(KeyError) as caught:
        asyncio.run(main())
    assert is_gone(caught.value.args[0])


def test_workers_notice_when_their_master_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "master.py"
    script.write_text(
        textwrap.dedent("""
        import asyncio, os, time
        from pipeline.workers import WorkerPool

        async def main():
            async with WorkerPool(1) as pool:
                print(await pool.run(os.getpid, seconds=30), flush=True)
                await pool.run(time.sleep, 60, seconds=120)

        if __name__ == "__main__":
            asyncio.run(main())
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as master:
        assert master.stdout is not None
        worker = int(master.stdout.readline())
        master.kill()
    assert is_gone(worker)


def is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def test_what_a_run_gives_to_a_worker_brings_neither_the_client_nor_the_warehouse_along(now: datetime) -> None:
    """Each worker would import them anew, which takes longer than most of what it is asked to do."""
    answer = Response(
        url=URL, final_url=URL, status=200, headers=(("content-type", "text/xml"),), body=FEED, redirects=(), started_at=now, duration_ms=1
    )
    page = ExtractionInput(url=URL, page_body=None, content_type=None, content_html="<p>Words.</p>", summary_html=None, title=None)

    async def main() -> list[object]:
        async with WorkerPool(1) as workers:
            await read_in_worker(workers, answer)
            await extracted(workers, page)
            loaded = "[name for name in ('flows', 'warehouse', 'duckdb', 'aiohttp') if name in __import__('sys').modules]"
            return await workers.run(eval, loaded, seconds=10)

    assert asyncio.run(main()) == []
