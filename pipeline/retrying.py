"""When a page that failed is asked for again: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.records import Failure

# 30 min, 1 h, 2 h, 4 h, 8 h: the outages that heal do so within a day; what fails six times over 16 hours is final.
FIRST_RETRY = timedelta(minutes=30)
MAX_ATTEMPTS = 6


def next_retry(attempts: int, failure: Failure, *, now: datetime) -> datetime | None:
    """The time of the next try after `attempts` failed ones, never before the server's Retry-After; None if the failure is final."""
    if not failure.is_transient or attempts >= MAX_ATTEMPTS:
        return None
    wait: timedelta = FIRST_RETRY * 2 ** (attempts - 1)
    return now + max(wait, failure.retry_after or wait)
