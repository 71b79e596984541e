"""A Prefect server of our own on loopback, for as long as the process that wants it lives. Run as a module, it is that server.

It ends with its parent however that ends: it reads a pipe that nobody writes to, and the end of the pipe is the end of the parent.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from pipeline.errors import FeedhouseError

SERVER_PORT = 4200
# A server that creates its database takes 10 to 20 s on two cores.
SERVER_SECONDS = 120
# How long a server that is told to stop may take to part with its clients.
STOP_SECONDS = 15
# A server that died is started again, not more often than this.
RESTART_SECONDS = 2.0


class ServerError(FeedhouseError):
    """The local Prefect server does not start."""


@contextmanager
def local_server(folder: Path) -> Iterator[str]:
    """A Prefect server with its database in `folder`, started again should it die, stopped at the end; gives its web page's address.

    Prefect reads its settings when it is imported: that comes after this.

    Raises:
        ServerError: if it does not answer in time; its log is named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PREFECT_HOME=str(folder.resolve()),
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
        # Kept in memory, as by default, leases die with the server, and what they hold is held for ever.
        PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE="prefect.server.concurrency.lease_storage.filesystem",
    )
    server = _Server(folder.resolve())
    try:
        server.start()
        os.environ["PREFECT_API_URL"] = f"{server.page}/api"
        yield server.page
    finally:
        server.stop()


class _Server:
    """The server's process, and the thread that starts it again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "server.log"
        self._stopping = threading.Event()

    def start(self) -> None:
        """Returns when the server answers."""
        for wanted in (SERVER_PORT, 0):
            self._port = _free_port(wanted)
            self.page = f"http://127.0.0.1:{self._port}"
            self._process = self._started()
            if self._answers():
                threading.Thread(target=self._keep, daemon=True).start()
                return
            self._end()  # somebody else's server has begun to listen there meanwhile
        raise ServerError("127.0.0.1: no port is free for the Prefect server")

    def stop(self) -> None:
        self._stopping.set()
        self._end()

    def _answers(self) -> bool:
        """Waits for this server; False where another one answers at its port."""
        opener = build_opener(ProxyHandler({}))
        deadline = time.monotonic() + SERVER_SECONDS
        while time.monotonic() < deadline:
            code = self._process.poll()
            try:
                with opener.open(f"{self.page}/api/admin/settings", timeout=5) as answer:
                    return code is None and bool(json.load(answer)["home"] == str(self._folder))
            except (URLError, OSError, ValueError):
                if code is not None:
                    raise ServerError(f"{self._log}: the Prefect server ended as it started (exit code {code}): its log says why") from None
                time.sleep(0.3)
        raise ServerError(f"{self._log}: the Prefect server did not answer within {SERVER_SECONDS} s: its log says why")

    def _started(self) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}  # the server is not its own client
        own["PREFECT_SERVER_UI_API_URL"] = f"{self.page}/api"  # else the web page asks port 4200, whoever listens there
        command = [sys.executable, "-m", "flows.local_server", str(self._port)]
        with self._log.open("ab") as out:
            return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True, env=own)  # noqa: S603

    def _keep(self) -> None:
        while True:
            code = self._process.wait()
            if self._stopping.wait(RESTART_SECONDS):
                return
            sys.stderr.write(f"The Prefect server ended (exit code {code}) and is started again; its log: {self._log}\n")
            self._end()
            self._process = self._started()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


def _free_port(wanted: int) -> int:
    """`wanted`, or another where that is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerError("127.0.0.1: no port is free for the Prefect server")


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _main(port: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", port]
    runpy.run_module("prefect", run_name="__main__")


if __name__ == "__main__":
    _main(sys.argv[1])
