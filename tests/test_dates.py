"""Dates are read as they are written, and never filled in from today's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import read_date
from pipeline.records import DateQuality

NOW = datetime(2026, 3, 10, tzinfo=UTC)
EXACT, ASSUMED = DateQuality.EXACT, DateQuality.ASSUMED_UTC


@pytest.mark.parametrize(
    ("raw", "expected", "quality"),
    [
        pytest.param("Wed, 02 Oct 2002 13:00:00 GMT", "2002-10-02T13:00", EXACT, id="RFC 822"),
        pytest.param("02 Oct 2002 13:00 EST", "2002-10-02T18:00", EXACT, id="no weekday, no seconds, American zone"),
        pytest.param("Sun, 6 Nov 94 08:49:37 GMT", "1994-11-06T08:49:37", EXACT, id="two-digit year"),
        pytest.param("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37", EXACT, id="RFC 850"),
        pytest.param("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37", ASSUMED, id="asctime"),
        pytest.param("Tue, 3 May 2016 10:00:00 CEST", "2016-05-03T08:00", EXACT, id="European zone"),
        pytest.param("Tue, 3 May 2016 10:00:00 +02:00", "2016-05-03T08:00", EXACT, id="offset with a colon"),
        pytest.param("Thu, 5 May 2016 10:00:00 +0200 (CEST)", "2016-05-05T08:00", EXACT, id="zone in a comment"),
        pytest.param("Tue, 3 May 2016 10:00:00", "2016-05-03T10:00", ASSUMED, id="no zone"),
        pytest.param("2016-05-03T10:00:00.123456+05:30", "2016-05-03T04:30", EXACT, id="RFC 3339"),
        pytest.param("2016-05-03T24:00:00Z", "2016-05-04T00:00", EXACT, id="midnight at the end of the day"),
        pytest.param("2016-05-03", "2016-05-03T00:00", ASSUMED, id="a day"),
        pytest.param("2016-05", "2016-05-01T00:00", ASSUMED, id="a month"),
        pytest.param("2016/6/29 15:07:41", "2016-06-29T15:07:41", ASSUMED, id="slashes, which feedparser reads by the clock's month"),
        pytest.param("20160503T120000Z", "2016-05-03T12:00", EXACT, id="compact"),
        pytest.param("1462276800", "2016-05-03T12:00", EXACT, id="seconds since 1970"),
        pytest.param("May 3, 2016 4:07 PM EST", "2016-05-03T21:07", EXACT, id="twelve-hour clock"),
        pytest.param("25/12/2015 10:00", "2015-12-25T10:00", ASSUMED, id="day first, because it must be"),
    ],
)
def test_a_date_is_read(raw: str, expected: str, quality: DateQuality) -> None:
    assert (datetime.fromisoformat(expected).replace(tzinfo=UTC), quality) == read_date(raw, now=NOW)


@pytest.mark.parametrize(
    ("raw", "quality"),
    [
        pytest.param(None, DateQuality.MISSING, id="absent"),
        pytest.param("  ", DateQuality.MISSING, id="blank"),
        pytest.param("2099-01-01T00:00:00Z", DateQuality.FUTURE, id="2099"),
        pytest.param("1970-01-01T00:00:00Z", DateQuality.UNREADABLE, id="1970"),
        pytest.param("Mon, 01 Jan 0001 00:00:00 +0000", DateQuality.UNREADABLE, id="year one"),
        pytest.param("03/04/2016", DateQuality.UNREADABLE, id="ambiguous"),
        pytest.param("Mon, 31 Feb 2016 10:00:00 GMT", DateQuality.UNREADABLE, id="no such day"),
        pytest.param("yesterday", DateQuality.UNREADABLE, id="relative"),
        pytest.param("10:00", DateQuality.UNREADABLE, id="time only"),
        pytest.param("May 2016", DateQuality.UNREADABLE, id="no day"),
    ],
)
def test_what_cannot_be_trusted_has_no_time(raw: str | None, quality: DateQuality) -> None:
    assert (None, quality) == read_date(raw, now=NOW)


@given(st.text(max_size=40))
def test_no_text_makes_it_raise(raw: str) -> None:
    read_date(raw, now=NOW)


@given(st.text(alphabet="0123456789-/:. TZJanFebMarMonTue,+", max_size=30), st.integers(0, 4000))
def test_the_reading_does_not_depend_on_the_clock(raw: str, days: int) -> None:
    """Unless it is what makes a date lie in the future."""
    early, late = read_date(raw, now=NOW), read_date(raw, now=NOW + timedelta(days=days))
    assert early == late or early[1] is DateQuality.FUTURE


@given(st.datetimes(datetime(1991, 1, 1), datetime(2026, 1, 1)), st.sampled_from(["%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%SZ"]))  # noqa: DTZ001
def test_what_the_standards_write_is_read_back(at: datetime, form: str) -> None:
    assert (at.replace(microsecond=0, tzinfo=UTC), EXACT) == read_date(at.strftime(form), now=NOW)
