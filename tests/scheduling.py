"""`feedhouse schedule` as a real process with its real server, for tests and for the soak: watched, killed, asked."""

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
from urllib.request import ProxyHandler, Request, build_opener


class Scheduler:
    """One `feedhouse schedule` with all of its processes, which share a mark in their environment."""

    def __init__(self, home: Path, feeds: Path, folder: Path, every: str) -> None:
        self.log = folder / "schedule.log"
        self.mark = f"FEEDHOUSE_TEST_MARK={folder}".encode()
        environ = {**os.environ, "HOME": str(folder), "NO_PROXY": "127.0.0.1", "FEEDHOUSE_TEST_MARK": str(folder)}
        command = [sys.executable, "-m", "flows.cli", "--home", str(home), "--feeds", str(feeds), "schedule", "--every", every]
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

    @property
    def page(self) -> str:
        lines = self.log.read_text().splitlines()
        return next((line.rpartition(" ")[2] for line in lines if "web page" in line), "")

    def is_healthy(self) -> bool:
        try:
            return bool(self._ask("health") is True)
        except (URLError, OSError, ValueError):
            return False

    def flow_runs(self) -> list[dict[str, Any]]:
        """Every flow run that the server knows of, by its slot."""
        runs: list[dict[str, Any]] = []
        while part := self._ask("flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC", "limit": 200, "offset": len(runs)}):
            runs += part
        return runs

    def kill_all(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def _ask(self, path: str, body: object = None) -> Any:
        question = Request(f"{self.page}/api/{path}", body and json.dumps(body).encode(), {"Content-Type": "application/json"})
        with build_opener(ProxyHandler({})).open(question, timeout=20) as answer:
            return json.load(answer)


@contextmanager
def scheduling(home: Path, feeds: Path, folder: Path, every: str) -> Iterator[Scheduler]:
    scheduler = Scheduler(home, feeds, folder, every)
    try:
        yield scheduler
    finally:
        scheduler.kill_all()
