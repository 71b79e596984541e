"""The time of day that a page declares goes with the day that it tells, and with no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import html as lxml_html

from pipeline.page_dates import published_on_page
from pipeline.records import DateQuality

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "day", "expected"),
    [
        pytest.param("<meta property='article:published_time' content='2026-03-02T08:10:00+01:00'>", "2026-03-02", (datetime(2026, 3, 2, 7, 10, tzinfo=UTC), DateQuality.EXACT), id="Open Graph"),
        pytest.param("""<script type='application/ld+json'>{"datePublished": "2026-03-02T08:10:00Z"}</script>""", "2026-03-02", (datetime(2026, 3, 2, 8, 10, tzinfo=UTC), DateQuality.EXACT), id="JSON-LD"),
        pytest.param("<time itemprop='datePublished' datetime='2026-03-02T08:10'>", "2026-03-02", (datetime(2026, 3, 2, 8, 10, tzinfo=UTC), DateQuality.ASSUMED_UTC), id="no zone"),
        pytest.param("<meta property='article:published_time' content='2026-03-01T20:10:00-08:00'>", "2026-03-01", (datetime(2026, 3, 2, 4, 10, tzinfo=UTC), DateQuality.EXACT), id="another day in UTC"),
        pytest.param("<meta property='article:published_time' content='2019-03-02T08:10:00Z'>", "2026-03-02", (DAY, DateQuality.ASSUMED_UTC), id="another day: not believed"),
        pytest.param("<meta property='article:published_time' content='2026-03-02'>", "2026-03-02", (DAY, DateQuality.ASSUMED_UTC), id="a day alone"),
        pytest.param("<meta property='article:published_time' content='yesterday: noon'>", "2026-03-02", (DAY, DateQuality.ASSUMED_UTC), id="unreadable"),
        pytest.param("<meta property='article:published_time' content='2026-03-02T08:10:00Z'>", None, (None, DateQuality.MISSING), id="no day"),
    ],
)  # fmt: skip
def test_a_page_tells_its_time(head: str, day: str | None, expected: tuple[datetime | None, DateQuality]) -> None:
    assert published_on_page(lxml_html.fromstring(f"<html><head>{head}</head><body><p>x</p></body></html>"), day) == expected
