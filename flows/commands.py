"""What the commands that run something do: read the feeds file, run, print the summary, give the exit code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from flows.ingest import IngestOptions, run_ingest
from flows.prefect_api import prefect_api_configured
from flows.progress import Progress
from flows.settings import load_feeds_file
from flows.summary import exit_code_of, print_summary

Result = TypeVar("Result")


def ingest_command(
    *,
    home: Path,
    feeds_path: Path,
    everything: bool,
    names: tuple[str, ...],
    limit: int | None,
    as_json: bool,
    crash_on_bugs: bool = False,
) -> int:
    """One ingestion run; a Prefect flow run where a Prefect API is configured, else the same code without a server."""
    options = IngestOptions(home=home, feeds_path=feeds_path, everything=everything, names=names, limit=limit, crash_on_bugs=crash_on_bugs)
    feeds_file = load_feeds_file(feeds_path, os.environ)
    if prefect_api_configured(os.environ, Path.cwd()):
        from flows.deployments import ingest_as_flow

        summary = run_to_end(ingest_as_flow(options))
    else:
        with Progress() as progress:
            summary = run_to_end(run_ingest(options, feeds_file, progress=progress))
    print_summary(summary, as_json=as_json)
    return exit_code_of(summary)


def run_to_end(work: Coroutine[None, None, Result]) -> Result:
    """Runs a coroutine. SIGTERM ends it as Ctrl-C does: what has been fetched is stored, then KeyboardInterrupt is raised."""

    async def main() -> Result:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
