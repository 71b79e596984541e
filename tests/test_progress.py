"""What a person is told of a run while it goes on, and what its log keeps."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from warehouses import article, harvest

from flows.progress import LINES_PER_RECORD, LoggedProgress
from pipeline.records import Harvest, PollOutcome

LOG = logging.getLogger("feedhouse.tests.progress")


def failed(name: str) -> Harvest:
    nothing = harvest(name, {})
    assert nothing.poll
    return replace(nothing, poll=replace(nothing.poll, outcome=PollOutcome.FAILED, error="http_404: gone"))


def test_the_log_has_a_line_for_each_feed_and_a_record_for_many(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG.name)
    names = [f"feed{number}" for number in range(LINES_PER_RECORD + 1)]
    with LoggedProgress(LOG) as progress:
        progress.run_id = "run1"
        for name in names:
            progress.harvested(harvest(name, {"a": article(f"http://{name}.example/")}))
        progress.harvested(failed("dead"))
        progress.harvested(harvest("silent", {}))
        assert not caplog.records
        progress.write_log()
        progress.write_log()
        progress.harvested(failed("late"))
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO", "WARNING", "WARNING"]
    lines = [line for record in caplog.records for line in record.getMessage().splitlines()]
    assert lines == [
        *(f"{name}: 1 entries, 1 articles, 0 rejected (run run1)" for name in names),
        "dead: http_404: gone (run run1)",
        "late: http_404: gone (run run1)",
    ]
