"""Dates as feeds write them, read without guessing: nothing is ever filled in from today's clock.

RFC 822/2822 (RSS), RFC 3339 and W3C-DTF (Atom, Dublin Core), and what publishers write in their place. What stays ambiguous
(`03/04/2016`) is unreadable; the raw text is kept beside every reading, so a later version may read it better.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate

from dateutil import parser as dateutil_parser

from pipeline.records import DateQuality

# A clock may be ahead of ours, and time zones are mistaken by hours: beyond a day it is a lie (feeds that date their entries 2099).
FUTURE_TOLERANCE = timedelta(days=1)
# No feed is older than the web; 1970-01-01 is an unset field.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_HOUR = 3600
# Zone names in hours: RFC 822's, then those that publishers use. Where a name stands for several zones (IST, CST), the first in use.
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "AST": -4, "ADT": -3,
    "NST": -3.5, "NDT": -2.5, "AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3, "ART": -3, "PKT": 5, "IST": 5.5, "ICT": 7, "WIB": 7, "HKT": 8,
    "SGT": 8, "AWST": 8, "PHT": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_ZONE_SECONDS = {name: int(hours * _HOUR) for name, hours in _ZONES.items()}

_ISO = re.compile(
    r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?"
    r"(?:[T\s,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{1,2}:?\d{2}|[+-]\d{2}|[A-Z]{3,4})?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2}))?(Z)?$")
_EPOCH = re.compile(r"^\d{9,10}(?:\d{3})?$")
_AMBIGUOUS = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b")
_MONTH_NAME = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
# Twelve-hour clocks, which the standard library reads as twenty-four, and years of the first century, which it takes for this one's
# (`Mon, 01 Jan 0001 00:00:00 +0000` is how .NET writes an unset date).
_TWELVE_HOURS = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_YEAR_ONE = re.compile(r"(?:[a-z]{3,9}[ .-]+|,\s*)0\d{3}\b|^0\d{3}-", re.IGNORECASE)
_TRAILING_ZONE = re.compile(r"\s*(?P<zone>[+-]\d{1,2}:?\d{2}|\b[A-Za-z]{1,4})(?:\s*\([^)]*\))?$")
# The two readings of a text that leaves out a part differ: that is how a part that was filled in is known.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2, 1, 1, 1))  # noqa: DTZ001


def read_date(raw: str | None, *, now: datetime) -> tuple[datetime | None, DateQuality]:
    """The time in UTC that `raw` tells, if it can be trusted, and how far. Raises nothing."""
    text = " ".join((raw or "").split())
    if not text:
        return None, DateQuality.MISSING
    found = _read(text)
    if found is None:
        return None, DateQuality.UNREADABLE
    quality = DateQuality.ASSUMED_UTC if found.tzinfo is None else DateQuality.EXACT
    try:
        at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None, DateQuality.UNREADABLE
    if at > now + FUTURE_TOLERANCE:
        return None, DateQuality.FUTURE
    if at < EARLIEST:
        return None, DateQuality.UNREADABLE
    return at, quality


def _read(text: str) -> datetime | None:
    """Aware where a zone was given, naive where not."""
    if _YEAR_ONE.search(text):
        return None
    for reading in (_read_iso, _read_rfc822, _read_number, _read_otherwise):
        found = reading(text)
        if found is not None:
            return found
    return None


def _read_iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if not found:
        return None
    parts = [
        int(found[name] or default) for name, default in (("year", 0), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))
    ]
    zone = (found["zone"] or "").upper()
    if parts[3] == 24 and parts[4] == parts[5] == 0:  # ISO 8601: midnight at the end of the day
        return _made([*parts[:3], 0, 0, 0], zone, plus=timedelta(days=1))
    return _made(parts, zone)


def _made(parts: list[int], zone: str, plus: timedelta = timedelta()) -> datetime | None:
    year, month, day, hour, minute, second = parts
    offset = _zone_offset(zone) if zone else None
    if zone and offset is None:
        return None
    try:
        at = datetime(year, month, day, hour, minute, min(second, 59)) + plus  # noqa: DTZ001  60 is a leap second
        return at if offset is None else (at - timedelta(seconds=offset)).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _zone_offset(zone: str) -> int | None:
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").rjust(2, "0")
        hours, minutes = (int(digits[:-2] or 0), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        return (hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1)
    return _ZONE_SECONDS.get(zone)


def _read_rfc822(text: str) -> datetime | None:
    if not _MONTH_NAME.search(text) or _TWELVE_HOURS.search(text):
        return None
    offset: int | None = None
    if found := _TRAILING_ZONE.search(text):
        offset = _zone_offset(found["zone"].upper())
        text = text[: found.start()] if offset is not None else text
    parsed = parsedate(text.replace(",", ", "))
    return _made([*parsed[:6]], "" if offset is None else "Z", plus=-timedelta(seconds=offset or 0)) if parsed else None


def _read_number(text: str) -> datetime | None:
    """Compact ISO 8601, and seconds or milliseconds since 1970."""
    if found := _COMPACT.match(text):
        parts = [int(part or 0) for part in found.groups()[:6]]
        if 1990 <= parts[0] <= 2100:
            return _made(parts, "Z" if found[7] else "")
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text[:10] if len(text) > 10 else text), tz=UTC)
    return None


def _read_otherwise(text: str) -> datetime | None:
    """What the standards do not cover but every reader understands (`May 3, 2016 4:07 PM EST`)."""
    numeric = _AMBIGUOUS.search(text)
    day_first = False
    if numeric:
        first, second = int(numeric[1]), int(numeric[2])
        if first <= 12 and second <= 12 and first != second:
            return None
        day_first = first > 12
    try:
        one, other = (
            dateutil_parser.parse(text, default=default, dayfirst=day_first, tzinfos=_ZONE_SECONDS, fuzzy=False) for default in _DEFAULTS
        )
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    found: datetime | None = one if one.date() == other.date() else None
    return found
