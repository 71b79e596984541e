"""What a schedule missed while the machine slept or was off, so that it is not all caught up at once. Imported by a run of a flow only."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from prefect import get_client, runtime
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelled


async def drop_missed_slots() -> None:
    """Cancels what the schedule missed while the machine slept or was off: this run makes up for all of it."""
    if not (deployment := runtime.deployment.id):
        return
    missed = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[UUID(deployment)]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=datetime.now(UTC)),  # type: ignore[arg-type]
    )
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=missed):
            if run.auto_scheduled:
                await client.set_flow_run_state(run.id, Cancelled(message="Missed: one run makes up for every slot before it."))
