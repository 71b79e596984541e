"""The flows under Prefect itself: a real server, real deployments by its own command, a real worker, its own events and automations."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from loopback import Loopback, Reply
from playwright.sync_api import Locator, expect, sync_playwright
from prefect_server import ask, eventually, python
from test_backfill import ARTICLES, FEED, wordpress
from test_ingest import START, House, item, page, rss

from pipeline.backfilling import paged_url
from warehouse.connections import writer_lock

ROOT = Path(__file__).parent.parent
PREFECT = Path(sys.executable).with_name("prefect")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SECRET = "token-that-nobody-may-see"
pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("default")]  # Prefect's own warnings are not ours


def events(env: Mapping[str, str]) -> list[tuple[str, str, str | None]]:
    """Our events and what they set off: event, resource, name."""
    asked = {"limit": 50, "filter": {"event": {"prefix": ["feedhouse.", "prefect.automation.triggered"]}}}
    return [
        (event["event"], event["resource"]["prefect.resource.id"], event["resource"].get("prefect.resource.name"))
        for event in ask(env, "events/filter", asked)["events"]
    ]


def blog(tmp_path: Path, loopback: Loopback, keys: str = "") -> House:
    house = House(tmp_path / "home", loopback.url)
    wordpress(loopback)
    house.path.write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\n[[feeds]]\nname = "blog"\nurl = "{FEED}"\n{keys}\n', encoding="utf-8"
    )
    return house


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
from flows.deployments import ingest
from flows.run_page import alarm
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
        alarm(report, summary)
    asyncio.run(books())

if __name__ == "__main__":
    main()
"""
    python(unbalanced, house.home, house.path, env=server, folder=tmp_path)
    automations = {"feedhouse-feed-silent", "feedhouse-run-failed", "feedhouse-books-unbalanced"}
    eventually(lambda: automations <= {name for _, _, name in events(server)})
    seen = {(event, resource) for event, resource, _ in events(server)}
    assert {("feedhouse.feed.silent", "feedhouse.feed.gazette"), ("feedhouse.books.unbalanced", "feedhouse.run.lost")} <= seen


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


def run_of(server: Mapping[str, str], name: str) -> dict[str, Any]:
    """A run of the deployment, asked for and ended."""
    deployment = ask(server, "deployments/filter", {"deployments": {"name": {"any_": [name]}}})[0]["id"]
    ask(server, f"deployments/{deployment}/pause_deployment")  # no slot of its schedule may come between
    run = ask(server, f"deployments/{deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"]
    asked = {"flow_runs": {"id": {"any_": [run]}}}

    def ended() -> dict[str, Any] | None:
        (found,) = ask(server, "flow_runs/filter", asked)
        return found if found["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

    return eventually(ended, seconds=240)  # type: ignore[no-any-return]


def ended(worker: subprocess.Popen[bytes]) -> None:
    """Asks it to end. Prefect's worker makes a SIGINT of SIGTERM, and hears none where pytest was started in a shell's background."""
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(20)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def test_deploy_all_works_as_it_stands_and_what_a_worker_runs_tells_what_it_did(
    tmp_path: Path, loopback: Loopback, server: dict[str, str]
) -> None:
    """The README's three commands, in a folder with prefect.yaml and a feeds file; then each deployment once, by either of two workers."""
    house = blog(
        tmp_path, loopback, 'headers = { Authorization = "env:BLOG_TOKEN" }\n[[feeds]]\nname = "dead"\nurl = "http://dead.example/feed"'
    )
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    house.path.rename(tmp_path / "feeds.toml")
    for command in (["work-pool", "create", "feedhouse", "--type", "process"], ["--no-prompt", "deploy", "--all"]):
        subprocess.run([PREFECT, *command], cwd=tmp_path, env=server, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    log = tmp_path / "worker.log"
    command, env = [PREFECT, "worker", "start", "--pool", "feedhouse"], server | {"BLOG_TOKEN": SECRET, "PREFECT_WORKER_QUERY_SECONDS": "1"}
    with log.open("w") as out:
        workers = [subprocess.Popen(command, stdout=out, stderr=out, cwd=tmp_path, env=env) for _ in range(2)]
        try:
            runs = [run_of(server, name) for name in ("ingest", "backfill", "reprocess", "maintain")]
        finally:
            for worker in workers:
                ended(worker)
    shown = [(run["name"], run["state_type"]) for run in runs]
    assert shown == [
        ("ingest 2 feeds, 5 new articles, 1 feed failed", "COMPLETED"),
        (f"backfill since {datetime(2026, 1, 1, tzinfo=UTC)}", "COMPLETED"),
        ("reprocess: 23 texts made again, 0 changed", "COMPLETED"),
        ("maintain: 0 rows of the log deleted, 0 texts indexed", "COMPLETED"),
    ], log.read_text()[-3_000:]
    house.home = tmp_path / "data"
    assert loopback.asked(FEED)[0].headers["authorization"] == SECRET
    assert house.rows("SELECT kind, articles_new FROM runs ORDER BY started_at") == [("ingest", 5), ("backfill", 18), ("reprocess", 0)]
    assert {row[0] for row in house.rows("SELECT prefect_flow_run_id FROM runs")} < {run["id"] for run in runs}

    tasks = [run["name"] for run in ask(server, "task_runs/filter")]
    assert sum(name.startswith("feeds 1 to 2 of 2") for name in tasks) == 1
    artifacts = {one["key"]: one for one in ask(server, "artifacts/latest/filter")}
    expected = {"ingest-summary", "ingest-failed-feeds", "ingest-new-stories", "backfill-summary", "reprocess-summary", "maintain-summary"}
    assert expected <= set(artifacts)
    ((run_id,),) = house.rows("SELECT run_id FROM runs WHERE kind = 'ingest'")
    assert f"FROM sightings WHERE run_id = '{run_id}'" in artifacts["ingest-summary"]["description"]
    assert json.loads(artifacts["ingest-failed-feeds"]["data"])[0]["feed"] == "dead"
    logs = [line for record in ask(server, "logs/filter") for line in record["message"].splitlines()]
    assert any(line.startswith("blog: 5 entries, 5 articles") and run_id in line for line in logs)
    assert any(line.startswith("dead: http_404") and run_id in line for line in logs)

    kept = [path.read_bytes() for path in Path(server["PREFECT_HOME"]).rglob("*") if path.is_file()]
    assert any(run_id.encode() in text for text in kept)
    assert not any(SECRET.encode() in text for text in kept)


WINDOWS = """
import asyncio, sys
import flows.backfill
import flows.deployments as deployments

if __name__ == "__main__":
    flows.backfill.WINDOW_ENTRIES, deployments.RETRY_SECONDS = 5, 0.1
    print(asyncio.run(deployments.backfill(home=sys.argv[1], feeds=sys.argv[2], since="2000-01-01", via="paged"))["articles_new"])
"""


def test_of_a_backfill_the_window_that_fails_is_tried_again_alone(tmp_path: Path, loopback: Loopback, server: dict[str, str]) -> None:
    house = blog(tmp_path, loopback)
    third = paged_url(FEED, 3)
    good = loopback.routes[third]

    def out_of_order_once(_: object) -> Reply:
        loopback.routes[third] = good
        return Reply(status=500, validators=False)

    loopback.routes[third] = out_of_order_once
    shown = python(WINDOWS, house.home, house.path, env=server, folder=tmp_path)
    assert shown.splitlines()[-1] == str(ARTICLES)
    ((flow_run,),) = house.rows("SELECT prefect_flow_run_id FROM runs")
    windows = ask(server, "task_runs/filter", {"flow_runs": {"id": {"any_": [flow_run]}}, "sort": "EXPECTED_START_TIME_ASC"})
    tried = {run["name"].rpartition("-")[0]: run["run_count"] for run in windows}
    assert {name: count for name, count in tried.items() if count > 1} == {"blog, paged, window 3": 2}
    assert len(tried) > 3
    assert {len(loopback.asked(f"http://blog.example/{number}")) for number in range(ARTICLES)} == {1}


def is_seen(shown: Locator) -> bool:
    """Whether a person sees it: the picture of its place is another one without it."""
    expect(shown).to_be_visible(timeout=60_000)
    picture = shown.screenshot()
    shown.evaluate("element => element.style.opacity = 0")
    return picture != shown.screenshot()


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
def test_a_browser_shows_what_came_of_a_run(tmp_path: Path, loopback: Loopback, server: dict[str, str]) -> None:
    house = blog(tmp_path, loopback)
    code = """
import asyncio, sys
from flows.deployments import ingest

if __name__ == "__main__":
    home, feeds = sys.argv[1:]
    asyncio.run(ingest(home=home, feeds=feeds))
"""
    python(code, house.home, house.path, env=server, folder=tmp_path)
    ((flow_run, new),) = house.rows("SELECT prefect_flow_run_id, articles_new FROM runs")
    with sync_playwright() as play, play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{server['PREFECT_API_URL'].removesuffix('/api')}/runs/flow-run/{flow_run}")
        assert is_seen(page.get_by_text(f"ingest 1 feed, {new} new articles").last)
        page.get_by_text("Artifacts", exact=True).click()
        page.get_by_text("ingest-summary").first.click()
        row = page.get_by_role("row").filter(has_text="articles new")
        expect(row).to_contain_text(str(new), timeout=60_000)
        assert is_seen(row)


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
