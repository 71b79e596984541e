"""What the options of the command line are read as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click


@dataclass(frozen=True, slots=True)
class Place:
    """Where the program works: the options before the command."""

    home: Path
    feeds_path: Path
    debug: bool


class GivenDate(click.ParamType[datetime]):
    """A date as people give it; see flows/dates_given.py."""

    name = "date"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The date, or a usage error."""
        from flows.dates_given import read_given_date

        found = value if isinstance(value, datetime) else read_given_date(value)
        if found is None:
            self.fail(f"{value!r} is no date: write 2019-05-01, 2019-05 or '30 days ago'", param, ctx)
        return found


class GivenDuration(click.ParamType[timedelta]):
    """A duration as in the feeds file."""

    name = "duration"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The duration, or a usage error."""
        from flows.settings import read_duration

        found = value if isinstance(value, timedelta) else read_duration(value)
        if not found:
            self.fail(f"{value!r} is no duration: write 90s, 15m, 1h30m or 1d", param, ctx)
        return found
