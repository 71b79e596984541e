"""`feedhouse report`: the warehouse on one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.in_place import in_place
from flows.pictures import HEIGHT, WIDTH, BarPicture, HeatMap, Volume, bar_picture, heat_map
from flows.status import needs_a_person, spoken, trouble
from flows.version import VERSION
from pipeline.errors import FeedhouseError
from warehouse import open_reader
from warehouse.sql_files import query

# Rows of each table, sites of the heat map, feeds of the health table (those in trouble first): more are a query away.
MOST_ROWS = 25
MOST_SITES = 14
MOST_FEEDS = 200
HEALTH_DAYS = 30
# The steps of queries/report_lags.sql.
_LAGS = ("dated before it", "under 5 min", "5 to 15 min", "15 to 60 min", "1 to 3 h", "3 to 12 h", "12 to 24 h", "1 to 7 days", "later")

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfPolls:
    """One feed's polls of one day: `state` is good, mixed or bad."""

    state: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """One feed in the health table; `days` from the oldest to the latest, None where it was not polled."""

    feed: str
    status: str
    last_success: str
    last_new: str
    trouble: str
    days: tuple[DayOfPolls | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseReport:
    """All that the page shows."""

    figures: Row
    unit: str
    volumes: BarPicture
    sites: tuple[Row, ...]
    pairs: tuple[Row, ...]
    heat: HeatMap
    lags: tuple[tuple[str, int], ...]
    stories: tuple[Row, ...]
    rejections: tuple[Row, ...]
    feeds: tuple[FeedHealth, ...]
    feeds_left_out: int


def report_command(*, home: Path, output: Path | None, since: datetime | None) -> int:
    """Writes the page, by default into the home folder, and says where."""
    output = output or home / "report.html"
    now = datetime.now(UTC)
    with open_reader(home / "warehouse.duckdb") as con:
        page = report_page(gather(con, since=since, now=now), since=since, now=now)
    try:
        with in_place(output) as partial:
            partial.write_text(page, encoding="utf-8")
    except OSError as error:
        raise FeedhouseError(f"{output}: cannot be written: {error.strerror}") from None
    click.echo(f"written to {output}: open it in a browser")
    return 0


def gather(con: duckdb.DuckDBPyConnection, *, since: datetime | None, now: datetime) -> HouseReport:
    """Asks for everything: on `con`, one state of the warehouse. `since` bounds articles and reposts, not the feeds' health."""
    limits = {"since": since, "most": MOST_ROWS}
    volumes = _rows(con, "report_volumes", {"since": since})
    pairs = _rows(con, "report_syndication", {"since": since, "most": 10_000})
    lags = {int(str(row["step"])): int(str(row["reposts"])) for row in _rows(con, "report_lags", {"since": since})}
    feeds = _health(con, now)
    return HouseReport(
        figures=_rows(con, "report_figures", {})[0],
        unit=str(volumes[0]["unit"]) if volumes else "day",
        volumes=bar_picture([_volume(row) for row in volumes]),
        sites=tuple(_rows(con, "report_sites", limits)),
        pairs=tuple(pairs[:MOST_ROWS]),
        heat=heat_map({(str(row["source"]), str(row["reposter"])): int(str(row["articles"])) for row in pairs}, most=MOST_SITES),
        lags=tuple((name, lags.get(step, 0)) for step, name in enumerate(_LAGS)) if lags else (),
        stories=tuple(_rows(con, "report_stories", limits)),
        rejections=tuple(_rows(con, "report_rejections", limits)),
        feeds=feeds[:MOST_FEEDS],
        feeds_left_out=len(feeds[MOST_FEEDS:]),
    )


def report_page(report: HouseReport, *, since: datetime | None, now: datetime) -> str:
    """The page. Whatever feeds and pages have put into titles and names is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": _number, "minutes": _minutes, "is_http": _is_http}
    return environment.get_template("report.html").render(
        report=report, since=since, now=now, version=VERSION, width=WIDTH, height=HEIGHT, days=HEALTH_DAYS
    )


def _health(con: duckdb.DuckDBPyConnection, now: datetime) -> tuple[FeedHealth, ...]:
    """Every feed, those that need a person first, then in the order of `feedhouse status`."""
    polls: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in _rows(con, "report_polls", {"days": HEALTH_DAYS}):
        polls[str(row["feed"])][int(str(row["days_before"]))] = row
    feeds = sorted(_rows(con, "status", {}), key=lambda feed: not needs_a_person(feed))
    return tuple(
        FeedHealth(
            feed=str(feed["feed"]),
            status="silent" if feed["status"] == "active" and feed["is_silent"] else str(feed["status"]),
            last_success=spoken(feed["last_success_at"], now),
            last_new=spoken(feed["last_new_at"], now),
            trouble=trouble(feed),
            days=tuple(_day(polls[str(feed["feed"])].get(before)) for before in reversed(range(HEALTH_DAYS))),
        )
        for feed in feeds
    )


def _day(row: Row | None) -> DayOfPolls | None:
    if row is None:
        return None
    polls, failed = int(str(row["polls"])), int(str(row["failed"]))
    state = "good" if not failed else "bad" if failed == polls else "mixed"
    return DayOfPolls(state=state, told=f"{row['day']}: polls {polls}, failed {failed}, new entries {row['entries_new']}")


def _volume(row: Row) -> Volume:
    begins_at, unit = row["begins_at"], row["unit"]
    assert isinstance(begins_at, datetime)
    labels = {
        "day": f"{begins_at:%Y-%m-%d}",
        "week": f"{begins_at:%G-W%V}",
        "month": f"{begins_at:%Y-%m}",
        "quarter": f"{begins_at:%Y} Q{begins_at.month // 3 + 1}",
    }
    return Volume(label=labels[str(unit)], own=int(str(row["own"])), reposts=int(str(row["reposts"])))


def _rows(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> list[Row]:
    answer = con.execute(query(name), values)
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _number(value: object) -> str:
    return "" if value is None else f"{value:,}"


def _minutes(value: object) -> str:
    """Minutes as people say them; nothing where there is no telling."""
    if not isinstance(value, (int, float)):
        return ""
    span = abs(timedelta(minutes=value))
    for size, unit in ((timedelta(days=1), "d"), (timedelta(hours=1), "h")):
        if span >= 2 * size:
            return f"{'-' * (value < 0)}{span / size:.0f} {unit}"
    return f"{value:.0f} min"


def _is_http(url: object) -> bool:
    """Only such addresses become links: a page may call itself `javascript:...`."""
    return str(url).lower().startswith(("http://", "https://"))
