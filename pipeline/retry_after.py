"""The Retry-After header, RFC 9110, 10.2.3: seconds, or a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Beyond a month a server has mistyped, or means "never"; a feed is asked once a month all the same.
MAX_WAIT = timedelta(days=30)


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """How long to wait, between nothing and `MAX_WAIT`; None where the header is absent or unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.isdecimal():
        return min(timedelta(seconds=int(text[:12])), MAX_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(at - now, timedelta()), MAX_WAIT)
