"""Dates as people type them on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_AGO = re.compile(r"^(\d{1,5}) (day|week|month|year)s? ago$")


def read_given_date(text: str, *, now: datetime | None = None) -> datetime | None:
    """`2019-05-01`, `2019-05`, `2019` (their first moment, UTC), an ISO time, `today`, `yesterday`, `30 days ago`; None for all else."""
    now = now or datetime.now(UTC)
    words = " ".join(text.lower().split())
    if words in {"today", "yesterday"}:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=words == "yesterday")
    if found := _AGO.match(words):
        return now - timedelta(days=int(found[1]) * _UNITS[found[2]])
    if re.fullmatch(r"\d{4}(-\d{2})?", words):
        words = f"{words}-01-01"[:10]
    try:
        at = datetime.fromisoformat(words.upper())
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
