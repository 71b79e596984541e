"""The flows under Prefect itself: its own test harness, its own loader of entrypoints, a real server that is started and stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from loopback import Loopback
from test_backfill import FEED, wordpress
from test_ingest import House

from flows.prefect_api import prefect_api_configured

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.timeout(300), pytest.mark.filterwarnings("default")]  # Prefect's own warnings are not ours

HARNESS = """
import asyncio, json, sys, uuid
from prefect.testing.utilities import prefect_test_harness

with prefect_test_harness(server_startup_timeout=120):
    from prefect import get_client
    from flows.deployments import ingest, backfill

    home, feeds = sys.argv[1:3]
    first = asyncio.run(ingest(home=home, feeds=feeds))
    second = asyncio.run(backfill(since="2026-01-01", home=home, feeds=feeds))

    async def told():
        async with get_client() as client:
            flows = await client.read_flow_runs()
            tasks = await client.read_task_runs()
            artifacts = await client.read_artifacts()
        return {
            "flows": sorted((run.name, run.state.type.value, str(run.id)) for run in flows),
            "tasks": sorted(run.name for run in tasks),
            "artifacts": sorted(artifact.key for artifact in artifacts),
        }

    print(json.dumps({"first": first, "second": second, **asyncio.run(told())}))
"""


def test_the_flows_run_under_prefect_as_they_do_without(tmp_path: Path, loopback: Loopback) -> None:
    house = House(tmp_path / "home", loopback.url)
    wordpress(loopback)
    house.path.write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\n[[feeds]]\nname = "blog"\nurl = "{FEED}"\n', encoding="utf-8"
    )
    environ = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [sys.executable, "-c", HARNESS, str(house.home), str(house.path)], capture_output=True, text=True, check=False, env=environ
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["first"]["articles_new"], told["second"]["articles_new"]) == (5, 18)
    assert [state for _, state, _ in told["flows"]] == ["COMPLETED", "COMPLETED"]
    assert len([name for name in told["tasks"] if name.startswith("feeds 1 to 1 of 1")]) == 1
    assert told["artifacts"] == ["backfill-summary", "ingest-summary"]
    stored = {row[0] for row in house.rows("SELECT prefect_flow_run_id FROM runs")}
    assert stored == {run_id for _, _, run_id in told["flows"]}


def test_prefect_yaml_names_flows_that_load_and_parameters_that_they_have() -> None:
    from prefect.flows import load_flow_from_entrypoint

    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [deployment["name"] for deployment in deployments] == ["ingest", "backfill"]
    for deployment in deployments:
        loaded = load_flow_from_entrypoint(deployment["entrypoint"])
        assert loaded.name == deployment["name"]
        assert set(deployment["parameters"]) <= set(loaded.parameters.properties)


def test_schedule_polls_by_itself_and_stops_cleanly(tmp_path: Path, loopback: Loopback) -> None:
    """A real local server, a real served deployment: the first run comes by itself, and Ctrl-C leaves no process behind."""
    house = House(tmp_path / "home", loopback.url)
    wordpress(loopback)
    house.path.write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\n[[feeds]]\nname = "blog"\nurl = "{FEED}"\n', encoding="utf-8"
    )
    command = [sys.executable, "-m", "flows.cli", "--home", str(house.home), "--feeds", str(house.path), "schedule", "--every", "1h"]
    log = tmp_path / "schedule.log"
    environ = {**os.environ, "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, env=environ, start_new_session=True) as scheduler:
        try:
            loopback.wait_for("http://blog.example/4", seconds=150)
            page = next(line for line in log.read_text().splitlines() if "web page" in line).rpartition(" ")[2]
            with urlopen(f"{page}/api/health", timeout=10) as answer:
                assert answer.status == 200
            deadline = time.monotonic() + 60
            while not (house.home / "warehouse.duckdb").exists() or house.rows("SELECT status FROM runs") != [("completed",)]:
                assert time.monotonic() < deadline, log.read_text()[-3_000:]
                time.sleep(0.2)
            scheduler.send_signal(signal.SIGINT)
            assert scheduler.wait(60) in {0, 130}
        finally:
            scheduler.kill()
    assert house.rows("SELECT count(*), count(prefect_flow_run_id) FROM runs") == [(1, 1)]
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{page}/api/health", timeout=2)


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
