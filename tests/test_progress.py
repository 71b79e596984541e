"""What a person is told of a run while it goes on, and what its log keeps."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from warehouses import article, harvest

from flows.progress import RECORD_BYTES, LoggedProgress
from pipeline.records import Harvest, PollOutcome

LOG = logging.getLogger("feedhouse.tests.progress")


def failed(name: str) -> Harvest:
    nothing = harvest(name, {})
    assert nothing.poll
    return replace(nothing, poll=replace(nothing.poll, outcome=PollOutcome.FAILED, error="http_404: gone"))


def test_the_log_has_a_line_for_each_feed_and_a_record_for_many(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG.name)
    names = [f"feed{number}" for number in range(RECORD_BYTES // 50)]
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
    assert all(len(record.getMessage()) < RECORD_BYTES for record in caplog.records)
    lines = [line for record in caplog.records for line in record.getMessage().splitlines()]
    assert lines == [
        *(f"{name}: 1 entries, 1 articles, 0 rejected (run run1)" for name in names),
        "dead: http_404: gone (run run1)",
        "late: http_404: gone (run run1)",
    ]


def test_a_line_that_is_too_long_for_a_record_takes_no_other_with_it(caplog: pytest.LogCaptureFixture) -> None:
    """Prefect cuts off the end of a record that is too long: a traceback of ours may be all of it."""
    caplog.set_level(logging.INFO, LOG.name)
    with LoggedProgress(LOG) as progress:
        for name, error in (("one", "http_404: gone"), ("two", "internal_error: " + "x" * RECORD_BYTES), ("three", "http_404: gone")):
            nothing = failed(name)
            assert nothing.poll
            progress.harvested(replace(nothing, poll=replace(nothing.poll, error=error)))
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["one", "two", "three"]
