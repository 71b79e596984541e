"""`feedhouse schedule`: recurring runs from this process, by Prefect, with its web page.

Where no Prefect API is configured, a server is started on loopback for as long as this process lives, with its files under the home
folder. Prefect reads its settings when it is imported: the environment is set first, so the imports stand inside the functions.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.local_server import local_server
from flows.prefect_api import prefect_api_configured
from flows.run_lock import only_run
from flows.settings import load_feeds_file

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

# The first run begins so soon after the start.
FIRST_RUN = timedelta(seconds=5)
# A run whose process died before it could say so gives its slot back after so long: the least that Prefect allows.
GRACE_SECONDS = 60


def schedule_command(*, home: Path, feeds_path: Path, every: timedelta) -> int:
    """Serves the flows until it is stopped, by Ctrl-C or SIGTERM, which is how it ends well: 0.

    Raises:
        RunGoingOnError: where another `feedhouse schedule` serves this home folder.
    """
    load_feeds_file(feeds_path, os.environ)  # a mistake is told now, not at the first run
    home.mkdir(parents=True, exist_ok=True)
    with only_run(home, "schedule"):
        if prefect_api_configured(os.environ, Path.cwd()):
            _serve(home, feeds_path, every, is_ours_alone=False)
        else:
            with local_server(home / "state" / "prefect") as page:
                click.echo(f"Prefect's web page: {page}", err=True)
                _serve(home, feeds_path, every, is_ours_alone=True)
    return 0


def _serve(home: Path, feeds_path: Path, every: timedelta, *, is_ours_alone: bool) -> None:
    from prefect import serve

    served = _deployments(home.resolve(), feeds_path.resolve(), every)
    asyncio.run(_sweep([deployment.full_name for deployment in served], older_than=timedelta(0 if is_ours_alone else GRACE_SECONDS)))
    serve(*served, limit=len(served), print_starting_message=False)


def _deployments(home: Path, feeds_path: Path, every: timedelta) -> list[RunnerDeployment]:
    """What prefect.yaml deploys, for this process to run: each one run at a time."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Interval
    from prefect.types.entrypoint import EntrypointType

    from flows.deployments import backfill, ingest, maintain, reprocess

    def served(flow: Any, *, schedule: Schedule | None = None) -> RunnerDeployment:
        known = {"home": str(home), "feeds": str(feeds_path)}
        deployment = flow.to_deployment(
            name=flow.name,
            schedule=schedule,
            parameters={name: value for name, value in known.items() if name in flow.parameters.properties},
            concurrency_limit=ConcurrencyLimitConfig(
                limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW, grace_period_seconds=GRACE_SECONDS
            ),
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        assert isinstance(deployment, RunnerDeployment)  # to_deployment gives a coroutine only to asynchronous callers
        return deployment

    schedule = Interval(every, anchor_date=datetime.now(UTC) + FIRST_RUN)
    return [served(ingest, schedule=schedule), served(backfill), served(reprocess), served(maintain)]


async def _sweep(names: Sequence[str], *, older_than: timedelta) -> None:
    """Ends the runs of these deployments that a dead process has left pending or running: they would hold their slot.

    On a server that others use, only those that have been pending for longer than a start takes: nobody is about to start them.
    """
    from prefect import get_client
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    stale = [StateType.PENDING] if older_than else [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    async with get_client() as client:
        known = []
        for name in names:
            try:
                known.append((await client.read_deployment_by_name(name)).id)
            except ObjectNotFound:  # the first start of all
                continue
        if not known:
            return
        left = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=known)),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=stale))),
        )
        for run in left:
            if run.state and datetime.now(UTC) - run.state.timestamp >= older_than:
                await client.set_flow_run_state(run.id, Crashed(message="Its process is gone; swept as the schedule started."), force=True)
                click.echo(f"Swept {run.name}: its process is gone", err=True)
