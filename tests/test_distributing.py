"""Extraction as tasks, on a real Dask cluster."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from loopback import Loopback
from prefect_server import ask, python
from test_ingest import House, publish
from test_reprocess import SPOILT, as_an_older_program_made_it, told

from flows.distributing import extract_all
from pipeline.records import Extraction, ExtractionInput, Failure
from warehouse import open_reader

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("default")]  # Prefect's own warnings are not ours

ON_DASK = """
import asyncio, sys
import dask
from distributed import LocalCluster
import flows.distributing
import flows.reprocess
from flows.deployments import ingest, reprocess

def main():
    flows.reprocess.BATCH = flows.distributing.PAGES_OF_A_TASK = 3
    old, new, feeds = sys.argv[1:]
    dask.config.set({"distributed.worker.daemon": False})
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        counts = asyncio.run(ingest(home=new, feeds=feeds, dask=cluster.scheduler_address))
        found = asyncio.run(reprocess(home=old, dask=cluster.scheduler_address))
        with cluster.get_client() as client:
            worked = sorted(client.run(lambda dask_worker: dask_worker.state.executed_count > 0).values())
            print(counts["articles_new"], found["texts changed"], worked)

if __name__ == "__main__":
    main()
"""


def test_extraction_on_a_dask_cluster_gives_what_one_process_gives(tmp_path: Path, loopback: Loopback, server: dict[str, str]) -> None:
    pytest.importorskip("prefect_dask", reason="the extra `dask` is not installed")
    house, other = House(tmp_path / "home", loopback.url), House(tmp_path / "other", loopback.url)
    publish(loopback, house, *range(1, 13))
    house.ingest()
    before = told(house)
    as_an_older_program_made_it(house, SPOILT)
    shown = python(ON_DASK, house.home, other.home, house.path, env=server, folder=tmp_path)
    assert shown.splitlines()[-1] == "12 12 [True, True]"
    assert told(house) == before
    texts = "SELECT url, title, text, word_count, text_source, extractor FROM articles ORDER BY ALL"
    assert other.rows(texts) == house.rows(texts)
    for name, kind, tasks in (("make articles again", "reprocess", house), ("extract articles", "ingest", other)):
        ((flow_run,),) = tasks.rows(f"SELECT prefect_flow_run_id FROM runs WHERE kind = '{kind}'")
        made = {"task_runs": {"name": {"like_": name}}, "flow_runs": {"id": {"any_": [flow_run]}}}
        states = [run["state_type"] for run in ask(server, "task_runs/filter", made)]
        assert (set(states), 4 <= len(states) < 12) == ({"COMPLETED"}, True), name


def test_a_cluster_that_is_not_there_is_one_line_and_no_page_is_booked_for_it(
    tmp_path: Path, loopback: Loopback, server: dict[str, str]
) -> None:
    pytest.importorskip("prefect_dask", reason="the extra `dask` is not installed")
    house = House(tmp_path / "home", loopback.url)
    publish(loopback, house, 1, 2)
    house.ingest()  # the feeds file
    code = """
import asyncio, sys
from flows.deployments import ingest

if __name__ == "__main__":
    home, feeds = sys.argv[1:]
    print(asyncio.run(ingest(home=home, feeds=feeds, dask="tcp://127.0.0.1:9", return_state=True)).message)
"""
    shown = python(code, tmp_path / "new", house.path, env=server | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}, folder=tmp_path)
    assert "dask: there is no scheduler at tcp://127.0.0.1:9: " in shown.splitlines()[-1]
    with open_reader(tmp_path / "new" / "warehouse.duckdb") as con:
        assert con.execute("SELECT status FROM runs").fetchall() == [("failed",)]
        assert con.execute("SELECT count(*) FROM rejections").fetchall() == [(0,)]


def test_a_page_that_meets_a_bug_costs_itself_alone() -> None:
    """Whatever it is that nobody foresaw: here, a page of the wrong type."""
    body = b"<html><body><article>" + b"<p>The harbour was closed for the third day, said the pilots.</p>" * 9 + b"</article></body></html>"

    def page(body: object) -> ExtractionInput:
        return ExtractionInput(
            url="http://harbour.example/1", page_body=body, content_type="text/html", content_html=None, summary_html=None, title="Closed"
        )

    before, broken, after = asyncio.run(extract_all.fn([page(body), page(["no bytes"]), page(body)]))
    assert isinstance(before, Extraction)
    assert before == after
    assert isinstance(broken, Failure)
    assert (broken.reason, "Traceback" in broken.detail) == ("internal_error", True)
