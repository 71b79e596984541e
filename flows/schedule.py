"""`feedhouse schedule`: recurring runs from this process, by Prefect, with its web page.

Where no Prefect API is configured, a server is started on loopback for as long as this process lives, with its files under the home
folder. Prefect reads its settings when it is imported: the environment is set first, so the imports stand inside the functions.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click

from flows.prefect_api import prefect_api_configured
from flows.settings import load_feeds_file
from pipeline.errors import FeedhouseError

SERVER_PORT = 4200
# A server that creates its database takes 10 to 20 s on two cores.
SERVER_SECONDS = 120
# The first run begins so soon after the start.
FIRST_RUN = timedelta(seconds=5)


class ServerError(FeedhouseError):
    """The local Prefect server does not start."""


def schedule_command(*, home: Path, feeds_path: Path, every: timedelta) -> int:
    """Serves the ingest flow until it is stopped; a run that outlasts its slot is not doubled."""
    load_feeds_file(feeds_path, os.environ)  # a mistake is told now, not at the first run
    home.mkdir(parents=True, exist_ok=True)
    if prefect_api_configured(os.environ, Path.cwd()):
        _serve(home, feeds_path, every)
    else:
        with local_server(home / "state" / "prefect") as page:
            click.echo(f"Prefect's web page: {page}", err=True)
            _serve(home, feeds_path, every)
    return 0


@contextmanager
def local_server(folder: Path) -> Iterator[str]:
    """A Prefect server on loopback with its database in `folder`, stopped at the end; gives the address of its web page.

    Raises:
        ServerError: if it does not answer in time; its log is named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    page = f"http://127.0.0.1:{port}"
    os.environ.update(
        PREFECT_HOME=str(folder.resolve()), PREFECT_API_URL=f"{page}/api", PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1"
    )
    log = folder / "server.log"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    own = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}  # the server is not its own client
    with log.open("ab") as out, subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True, env=own) as server:  # noqa: S603
        try:
            _wait_until_healthy(f"{page}/api/health", server, log)
            yield page
        finally:
            server.terminate()


def _serve(home: Path, feeds_path: Path, every: timedelta) -> None:
    from prefect import serve
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Interval
    from prefect.types.entrypoint import EntrypointType

    from flows.deployments import ingest

    deployment = ingest.to_deployment(
        name="ingest",
        schedule=Interval(every, anchor_date=datetime.now(UTC) + FIRST_RUN),
        parameters={"home": str(home.resolve()), "feeds": str(feeds_path.resolve())},
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
        description="Polls the feeds that are due, fetches their articles, loads them into the warehouse.",
    )
    assert isinstance(deployment, RunnerDeployment)  # to_deployment gives a coroutine only to asynchronous callers
    serve(deployment, limit=1)


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServerError(f"{log}: the Prefect server ended as it started (exit code {server.returncode}): its log says why")
        try:
            with opener.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.3)
    raise ServerError(f"{log}: the Prefect server did not answer within {SERVER_SECONDS} s: its log says why")


def _free_port() -> int:
    """Prefect's own port, or another where that is taken."""
    for port in (SERVER_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerError("127.0.0.1: no port is free for the Prefect server")
