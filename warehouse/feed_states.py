"""What polling remembers of each feed, read back from the columns that `warehouse.incoming` writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb

from pipeline.records import FeedState, FeedStatus, PollingHints, Rhythm
from warehouse.sql_files import query


def read_feed_states(con: duckdb.DuckDBPyConnection) -> dict[str, FeedState]:
    """Every feed's state, by name."""
    rows = con.execute(query("feed_states"))
    columns = [column[0] for column in rows.description]
    return {row[0]: _feed_state(dict(zip(columns, row, strict=True))) for row in rows.fetchall()}


def _feed_state(row: dict[str, Any]) -> FeedState:
    hints = PollingHints(
        ttl=_span(row.pop("ttl_s")),
        update_interval=_span(row.pop("update_interval_s")),
        update_base=row.pop("update_base"),
        skip_hours=tuple(row.pop("skip_hours") or ()),
        skip_days=tuple(row.pop("skip_days") or ()),
    )
    rhythm = Rhythm(
        arrivals=row.pop("arrivals") or 0.0,
        observed=_span(row.pop("observed_s")) or timedelta(),
        window=row.pop("listed") or 0,
        turnover=_span(row.pop("turnover_s")),
        last_new=row.pop("last_new") or 0,
        last_gap=_span(row.pop("last_gap_s")),
    )
    status, interval = FeedStatus(row.pop("status")), _span(row.pop("interval_s"))
    return FeedState(**row, status=status, interval=interval, hints=hints, rhythm=rhythm)


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
