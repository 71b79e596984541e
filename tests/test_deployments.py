"""The flows under Prefect itself: a real server, real deployments by its own command, a real worker, its own events and automations."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from loopback import Loopback
from test_backfill import FEED, wordpress
from test_ingest import START, House, item, page, rss

from flows.local_server import local_server
from flows.prefect_api import prefect_api_configured
from warehouse.connections import writer_lock

ROOT = Path(__file__).parent.parent
PREFECT = Path(sys.executable).with_name("prefect")
SECRET = "token-that-nobody-may-see"
pytestmark = [pytest.mark.timeout(400), pytest.mark.filterwarnings("default")]  # Prefect's own warnings are not ours

# Programs that a test runs in a process of its own: Prefect reads its settings when it is imported, and worker processes import `__main__`.
RUN_FLOWS = """
import asyncio, json, sys
from prefect import get_client
from flows.deployments import backfill, ingest, maintain, reprocess

def main():
    home, feeds = sys.argv[1:3]
    for run in (ingest(home=home, feeds=feeds), backfill(since="2026-01-01", names=["blog"], home=home, feeds=feeds), reprocess(home=home), maintain(home=home)):
        asyncio.run(run)

if __name__ == "__main__":
    main()
"""
TOLD = """
import asyncio, json
from prefect import get_client

async def main():
    async with get_client() as client:
        told = {
            "flows": {run.name: [run.state.name, str(run.id)] for run in await client.read_flow_runs(limit=200)},
            "tasks": [run.name for run in await client.read_task_runs(limit=200)],
            "artifacts": {one.key: [one.description, one.data] for one in await client.read_artifacts(limit=200)},
            "logs": [log.message for log in await client.read_logs(limit=200)],
            "events": [(e["event"], e["resource"]["prefect.resource.id"], (e["resource"].get("prefect.resource.name")))
                for e in (await client._client.post("/events/filter", json={"limit": 50, "filter": {"event": {"prefix": ["feedhouse.", "prefect.automation.triggered"]}}})).json()["events"]],
        }
    print(json.dumps(told, default=str))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a client of a real server."""
    before = dict(os.environ)
    folder = tmp_path_factory.mktemp("prefect")
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


def told(env: Mapping[str, str], folder: Path) -> dict[str, Any]:
    return json.loads(python(TOLD, env=env, folder=folder).splitlines()[-1])  # type: ignore[no-any-return]


def eventually(env: Mapping[str, str], folder: Path, *, has: str, seconds: float = 60) -> dict[str, Any]:
    """What the server tells as soon as the event `has` is part of it: events take a moment to arrive and to be acted on."""
    deadline = time.monotonic() + seconds
    while True:
        found = told(env, folder)
        if any(has in (event, name) for event, _, name in found["events"]):
            return found
        assert time.monotonic() < deadline, found["events"]


def blog(tmp_path: Path, loopback: Loopback, keys: str = "") -> House:
    house = House(tmp_path / "home", loopback.url)
    wordpress(loopback)
    house.path.write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\n[[feeds]]\nname = "blog"\nurl = "{FEED}"\n{keys}\n', encoding="utf-8"
    )
    return house


def test_the_flows_run_under_prefect_as_they_do_without_and_tell_what_they_did(
    tmp_path: Path, loopback: Loopback, server: dict[str, str]
) -> None:
    house = blog(
        tmp_path, loopback, 'headers = { Authorization = "env:BLOG_TOKEN" }\n[[feeds]]\nname = "dead"\nurl = "http://dead.example/feed"'
    )
    python(RUN_FLOWS, house.home, house.path, env=server | {"BLOG_TOKEN": SECRET}, folder=tmp_path)
    assert loopback.asked(FEED)[0].headers["authorization"] == SECRET
    assert house.rows("SELECT kind, articles_new FROM runs ORDER BY started_at") == [("ingest", 5), ("backfill", 18), ("reprocess", 0)]

    seen = told(server, tmp_path)
    flows = {name: state for name, (state, _) in seen["flows"].items()}
    assert flows.pop(next(name for name in flows if name.startswith("backfill since 2026-01-01"))) == "Completed"
    assert flows == {
        "ingest 2 feeds, 5 new articles, 1 feeds failed": "Completed",
        "reprocess: 23 texts made again, 0 changed": "Completed",
        "maintain: 0 rows of the log deleted, 0 texts indexed": "Completed",
    }
    assert sum(name.startswith("feeds 1 to 2 of 2") for name in seen["tasks"]) == 1
    ids = {run_id for _, run_id in seen["flows"].values()}
    assert {row[0] for row in house.rows("SELECT prefect_flow_run_id FROM runs")} < ids

    artifacts = seen["artifacts"]
    assert {
        "ingest-summary",
        "ingest-failed-feeds",
        "ingest-new-stories",
        "backfill-summary",
        "reprocess-summary",
        "maintain-summary",
    } <= set(artifacts)
    ((run_id,),) = house.rows("SELECT run_id FROM runs WHERE kind = 'ingest'")
    assert f"FROM sightings WHERE run_id = '{run_id}'" in artifacts["ingest-summary"][0]
    assert json.loads(artifacts["ingest-failed-feeds"][1])[0]["feed"] == "dead"
    assert any(line.startswith("dead: http_404") and run_id in line for line in seen["logs"])

    folder = Path(server["PREFECT_HOME"])
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert any(run_id.encode() in text for text in kept)
    assert not any(SECRET.encode() in text for text in kept)


def test_alerts_are_events_with_an_automation_each(tmp_path: Path, loopback: Loopback, server: dict[str, str]) -> None:
    subprocess.run([PREFECT, "automation", "create", "--from-file", ROOT / "automations.yaml"], env=server, check=True, capture_output=True)
    house = House(tmp_path / "home", loopback.url)
    loopback.routes[FEED] = rss(*(item(number, pubDate=f"Tue, 10 Mar 2026 {number:02d}:00:00 GMT") for number in (9, 10, 11, 12)))
    for number in (9, 10, 11, 12):
        loopback.routes[f"http://gazette.example/{number}"] = page(number)
    house.feeds["gazette"] = FEED
    house.now = START
    house.ingest()  # in March: the feed has fallen silent since
    unbalanced = """
import asyncio, dataclasses, sys
from pathlib import Path
from prefect import flow
from flows.deployments import _alarm, ingest
from flows.run_report import report_on
from pipeline.records import RunSummary, RunKind

def main():
    home, feeds = sys.argv[1:3]
    asyncio.run(ingest(home=home, feeds=feeds))
    state = asyncio.run(ingest(home=home, feeds="/nowhere/feeds.toml", return_state=True))
    assert state.is_failed(), state
    from datetime import datetime, UTC
    at = datetime.now(UTC)
    counts = {field.name: 0 for field in dataclasses.fields(RunSummary)}
    summary = RunSummary(**counts | dict(run_id="lost", kind=RunKind.INGEST, status="completed", started_at=at, finished_at=at))
    report = dataclasses.replace(report_on(Path(home), summary), newly_silent=[], unbalanced=[{"run_id": "lost", "entries_new": 1}])
    @flow(name="books")
    async def books():
        _alarm(report, summary)
    asyncio.run(books())

if __name__ == "__main__":
    main()
"""
    python(unbalanced, house.home, house.path, env=server, folder=tmp_path)
    for automation in ("feedhouse-feed-silent", "feedhouse-run-failed", "feedhouse-books-unbalanced"):
        seen = eventually(server, tmp_path, has=automation)
    events = {(event, resource) for event, resource, _ in seen["events"]}
    assert {("feedhouse.feed.silent", "feedhouse.feed.gazette"), ("feedhouse.books.unbalanced", "feedhouse.run.lost")} <= events


def test_a_busy_warehouse_is_tried_again_and_a_mistake_is_not(tmp_path: Path, loopback: Loopback, server: dict[str, str]) -> None:
    code = """
import asyncio, sys
from pathlib import Path
import flows.deployments as deployments
from prefect import flow
from pipeline.errors import WarehouseError
from warehouse.connections import WarehouseBusyError, writer_lock

deployments.RETRY_SECONDS = 0.1
tries = []

async def busy_once():
    tries.append("busy")
    if len(tries) == 1:
        with writer_lock(Path(sys.argv[1]) / "work.duckdb", lock_seconds=0.1):
            pass
    return "stored"

async def broken():
    tries.append("broken")
    raise WarehouseError("no warehouse")

@flow
async def both():
    found = await deployments._attempted("busy", busy_once)
    try:
        await deployments._attempted("broken", broken)
    except WarehouseError:
        tries.append(found)

asyncio.run(both())
print(tries)
"""
    with writer_lock(tmp_path / "work.duckdb", lock_seconds=1):
        shown = python(code, tmp_path, env=server, folder=tmp_path)
    assert shown.splitlines()[-1] == str(["busy", "busy", "broken", "stored"])


RUN_DEPLOYMENTS = """
import asyncio, sys
from prefect import get_client
from prefect.deployments import run_deployment

async def main():
    async with get_client() as client:
        for deployment in await client.read_deployments():
            for schedule in deployment.schedules:  # no slot of its schedule may come between
                await client.update_deployment_schedule(deployment.id, schedule.id, active=False)
    for name in sys.argv[1:]:
        run = await run_deployment(f"{name}/{name}", timeout=150, poll_interval=1)
        print(name, run.state.name, flush=True)

asyncio.run(main())
"""


def test_deploy_all_works_as_it_stands_and_a_worker_runs_each(tmp_path: Path, loopback: Loopback, server: dict[str, str]) -> None:
    """The README's three commands, in a folder with prefect.yaml and a feeds file."""
    house = blog(tmp_path, loopback)
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    house.path.rename(tmp_path / "feeds.toml")
    for command in (["work-pool", "create", "feedhouse", "--type", "process"], ["--no-prompt", "deploy", "--all"]):
        subprocess.run([PREFECT, *command], cwd=tmp_path, env=server, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    log = tmp_path / "worker.log"
    with (
        log.open("w") as out,
        subprocess.Popen([PREFECT, "worker", "start", "--pool", "feedhouse"], stdout=out, stderr=out, cwd=tmp_path, env=server) as worker,
    ):
        try:
            shown = python(RUN_DEPLOYMENTS, "ingest", "backfill", "reprocess", "maintain", env=server, folder=tmp_path)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)
    assert shown.splitlines() == [f"{name} Completed" for name in ("ingest", "backfill", "reprocess", "maintain")], log.read_text()[-3_000:]
    house.home = tmp_path / "data"
    assert house.rows("SELECT kind, articles_new FROM runs ORDER BY started_at") == [("ingest", 5), ("backfill", 18), ("reprocess", 0)]


def test_prefect_yaml_names_flows_that_load_and_parameters_that_they_have_and_document() -> None:
    from prefect.flows import load_flow_from_entrypoint

    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [deployment["name"] for deployment in deployments] == ["ingest", "backfill", "reprocess", "maintain"]
    for deployment in deployments:
        loaded = load_flow_from_entrypoint(deployment["entrypoint"])
        assert loaded.name == deployment["name"]
        assert set(deployment["parameters"]) <= set(loaded.parameters.properties)
        assert all(about.get("description") for about in loaded.parameters.properties.values())
        assert deployment["concurrency_limit"]["collision_strategy"] == "CANCEL_NEW"


@pytest.mark.parametrize(
    ("environ", "files", "expected"),
    [
        pytest.param({}, {}, False, id="nothing"),
        pytest.param({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, {}, True, id="environment"),
        pytest.param({}, {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["prefect"]'}, False, id="a project that uses Prefect"),
    ],
)
def test_a_configured_api_is_found_without_importing_prefect(
    tmp_path: Path, environ: dict[str, str], files: dict[str, str], expected: bool
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert expected == prefect_api_configured({"PREFECT_HOME": str(tmp_path / "none"), **environ}, tmp_path)


def test_a_profile_with_an_api_is_found(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n')
    code = "import os; from pathlib import Path; from flows.prefect_api import prefect_api_configured; print(prefect_api_configured(os.environ, Path.cwd()))"
    environ = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environ)
    assert done.stdout == "True\n"
