"""`feedhouse schedule` as a real process with its real server: killed, put to sleep, left without a server, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request as Question
from urllib.request import urlopen

import pytest
from loopback import Loopback, Reply, Request
from test_ingest import House, item, page, rss

from pipeline.errors import WarehouseError

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by their environment"),
]
FEED = "http://gazette.example/feed"
SETTINGS = 'host_delay = 0\ninterval = "1s"\nmin_interval = "1s"\nmax_interval = "1s"\n'


class Scheduler:
    """One `feedhouse schedule` with all of its processes, which share a mark in their environment."""

    def __init__(self, house: House, folder: Path, every: str) -> None:
        self.house = house
        self.log = folder / "schedule.log"
        self.mark = f"FEEDHOUSE_TEST_MARK={folder}".encode()
        environ = {**os.environ, "HOME": str(folder), "NO_PROXY": "127.0.0.1", "FEEDHOUSE_TEST_MARK": str(folder)}
        command = [sys.executable, "-m", "flows.cli", "--home", str(house.home), "--feeds", str(house.path), "schedule", "--every", every]
        with self.log.open("w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=environ, start_new_session=True)

    def processes(self, word: str = "") -> list[int]:
        """The processes of this scheduler that live and have `word` on their command line."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                marked = self.mark in (entry / "environ").read_bytes().split(b"\0")
                if marked and word in (entry / "cmdline").read_text() and "\nState:\tZ" not in (entry / "status").read_text():
                    found.append(int(entry.name))
            except OSError:  # it has ended, or is not ours
                continue
        return found

    def wait_for(self, what: Callable[[], Any], seconds: float = 150) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < deadline, self.log.read_text()[-4_000:]
            time.sleep(0.3)
        return found

    def stored(self, *titles: str) -> bool:
        """Whether these are in the warehouse, each once."""
        try:
            rows = self.house.rows("SELECT title FROM articles")
        except WarehouseError:
            return False
        return all(rows.count((title,)) == 1 for title in titles)

    @property
    def page(self) -> str:
        lines = self.log.read_text().splitlines()
        return next((line.rpartition(" ")[2] for line in lines if "web page" in line), "")

    def is_healthy(self) -> bool:
        try:
            with urlopen(f"{self.page}/api/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError, ValueError):
            return False

    def flow_runs(self) -> list[dict[str, Any]]:
        body = json.dumps({"sort": "EXPECTED_START_TIME_ASC", "limit": 200}).encode()
        with urlopen(Question(f"{self.page}/api/flow_runs/filter", body, {"Content-Type": "application/json"}), timeout=20) as answer:
            return json.load(answer)  # type: ignore[no-any-return]

    def kill_all(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def scheduling(house: House, folder: Path, every: str) -> Iterator[Scheduler]:
    scheduler = Scheduler(house, folder, every)
    try:
        yield scheduler
    finally:
        scheduler.kill_all()


class Held:
    """A page that does not come while it is held."""

    def __init__(self, loopback: Loopback, number: int) -> None:
        self.url = f"http://gazette.example/{number}"
        self.number = number
        self.is_held = True
        loopback.routes[self.url] = self

    def __call__(self, _: Request) -> Reply:
        return Reply(silent=True) if self.is_held else page(self.number)


def publish(loopback: Loopback, house: House, *numbers: int) -> None:
    loopback.routes[FEED] = rss(*map(item, numbers))
    for number in numbers:
        loopback.routes.setdefault(f"http://gazette.example/{number}", page(number))
    house.path.write_text(f'[settings]\nproxy = "{house.proxy}"\n{SETTINGS}[[feeds]]\nname = "gazette"\nurl = "{FEED}"\n', encoding="utf-8")


def test_a_schedule_that_was_killed_leaves_nothing_behind_that_is_in_the_way(tmp_path: Path, loopback: Loopback) -> None:
    house = House(tmp_path / "home", loopback.url)
    held = Held(loopback, 2)
    publish(loopback, house, 1, 2)
    with scheduling(house, tmp_path, "1h") as scheduler:
        loopback.wait_for(held.url, seconds=150)
        (run,) = scheduler.processes("prefect.engine")
        scheduler.process.kill()
        os.kill(run, signal.SIGKILL)
        scheduler.wait_for(lambda: scheduler.processes() == [])  # the server ends with its parent
        held.is_held = False
    with scheduling(house, tmp_path, "1h") as scheduler:
        scheduler.wait_for(lambda: scheduler.stored("Title 1", "Title 2"))
        assert "Swept ingest" in scheduler.log.read_text()
        second = subprocess.run(scheduler.process.args, capture_output=True, text=True, check=False)
        assert (second.returncode, "another schedule is running here" in second.stderr) == (1, True)
        scheduler.wait_for(lambda: {run["state"]["type"] for run in scheduler.flow_runs()} == {"CRASHED", "COMPLETED", "SCHEDULED"})
        scheduler.process.send_signal(signal.SIGINT)
        assert scheduler.process.wait(90) == 0
        assert scheduler.processes() == []
