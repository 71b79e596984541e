"""What a server and a feed say of how long to wait, read from headers and from the feed's own hints: pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.records import PollingHints, Response

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)
_HOUR = timedelta(hours=1)
# All hours of a week: where each of them is skipped, none is.
_WEEK_HOURS = 7 * 24


def fresh_for(answer: Response, now: datetime) -> timedelta:
    """For how long the server calls its answer fresh, nothing if it does not: max-age less Age, else Expires (RFC 9111, 4.2)."""
    cache_control = (answer.header("cache-control") or "").lower()
    if found := _MAX_AGE.search(cache_control):
        age = (answer.header("age") or "").strip()
        return max(timedelta(seconds=int(found[1]) - (int(age[:9]) if age.isdecimal() else 0)), timedelta())
    expires = answer.header("expires")
    if not expires or "no-cache" in cache_control or "no-store" in cache_control:
        return timedelta()
    try:
        until = parsedate_to_datetime(expires)
    except ValueError:  # "0" and "-1" are common, and mean: already stale
        return timedelta()
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta())


def until_update(hints: PollingHints, now: datetime) -> timedelta | None:
    """Time to the next update that the feed announces: its period, or with sy:updateBase what is left of the present one."""
    period = hints.update_interval
    if not period:
        return None
    return period - (now - hints.update_base) % period if hints.update_base else period


def is_skipped(hints: PollingHints, at: datetime) -> bool:
    """True in the hours and days (GMT) in which the feed says that it need not be read (RSS 2.0, skipHours and skipDays)."""
    return at.hour in hints.skip_hours or at.weekday() in hints.skip_days


def past_skips(hints: PollingHints, due: datetime) -> datetime:
    """`due`, or the same minute of the first hour after it that is not skipped: the minute keeps feeds apart."""
    hours = next((hours for hours in range(_WEEK_HOURS) if not is_skipped(hints, due + hours * _HOUR)), 0)
    return due + hours * _HOUR
