"""`feedhouse schedule` as a real process with its real server: killed, put to sleep, left without a server, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from loopback import Loopback, Reply, Request
from scheduling import scheduling
from test_ingest import House, item, page, rss

from pipeline.errors import WarehouseError

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by their environment"),
]
FEED = "http://gazette.example/feed"
SETTINGS = 'host_delay = 0\ninterval = "1s"\nmin_interval = "1s"\nmax_interval = "1s"\n'


def stored(house: House, *titles: str) -> bool:
    """Whether these are in the warehouse, each once."""
    try:
        rows = house.rows("SELECT title FROM articles")
    except WarehouseError:
        return False
    return all(rows.count((title,)) == 1 for title in titles)


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
    with scheduling(house.home, house.path, tmp_path, "1h") as scheduler:
        loopback.wait_for(held.url, seconds=150)
        (run,) = scheduler.processes("prefect.engine")
        scheduler.process.kill()
        os.kill(run, signal.SIGKILL)
        scheduler.wait_for(lambda: scheduler.processes() == [])  # the server ends with its parent
        held.is_held = False
    with scheduling(house.home, house.path, tmp_path, "1h") as scheduler:
        scheduler.wait_for(lambda: stored(house, "Title 1", "Title 2"))
        assert "Swept ingest" in scheduler.log.read_text()
        second = subprocess.run(scheduler.process.args, capture_output=True, text=True, check=False)
        assert (second.returncode, "another schedule is running here" in second.stderr) == (1, True)
        scheduler.wait_for(lambda: {run["state"]["type"] for run in scheduler.flow_runs()} == {"CRASHED", "COMPLETED", "SCHEDULED"})
        scheduler.process.send_signal(signal.SIGINT)
        assert scheduler.process.wait(90) == 0
        assert scheduler.processes() == []
