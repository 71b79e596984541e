"""A real Prefect server for tests, scripts that run flows beside it, and what it says when it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener


@contextmanager
def serving_prefect(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a client of a real server."""
    from flows.local_server import local_server  # Prefect, which takes seconds to be imported

    before = dict(os.environ)
    try:
        with local_server(folder):
            yield {**os.environ, "HOME": str(folder), "NO_PROXY": "127.0.0.1"}
    finally:
        os.environ.clear()
        os.environ.update(before)


def python(code: str, *arguments: object, env: Mapping[str, str], folder: Path) -> str:
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True, check=False, env=dict(env))
    assert done.returncode == 0, done.stderr.partition("nanobind")[0][-3_000:]
    return done.stdout


def ask(env: Mapping[str, str], path: str, body: object = None) -> Any:
    """What the server's API answers: asked directly, since a client of Prefect's takes seconds to be imported.

    Asked again, as that client does, after a 503: where two workers ask as well, SQLite may be busy. It waits a minute for a lock of
    SQLite's before it says so, hence the time that it is given here.
    """
    question = Request(f"{env['PREFECT_API_URL']}/{path}", json.dumps(body or {}).encode(), {"Content-Type": "application/json"})
    deadline = time.monotonic() + 90
    while True:
        try:
            with build_opener(ProxyHandler({})).open(question, timeout=120) as answer:
                return json.loads(answer.read() or "null")
        except HTTPError as error:
            if error.code != 503 or time.monotonic() > deadline:
                raise
            time.sleep(1)


def eventually(what: Callable[[], Any], *, seconds: float = 90) -> Any:
    """What it gives as soon as that is something: the server takes its time to act."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.3)
    return found
