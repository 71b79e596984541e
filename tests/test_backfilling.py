from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.backfilling import DateRange, PageStyle, Way, dates_in_url, job_of, paged_url

MAY = DateRange(since=datetime(2019, 5, 1, tzinfo=UTC), until=datetime(2019, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("url", "style", "expected"),
    [
        ("http://a.example/feed/", PageStyle.QUERY, "http://a.example/feed/?paged=3"),
        ("http://a.example/?feed=rss2&paged=9", PageStyle.QUERY, "http://a.example/?feed=rss2&paged=3"),
        ("http://a.example/feed/", PageStyle.PATH, "http://a.example/page/3/feed/"),
        ("http://a.example/blog/feed", PageStyle.PATH, "http://a.example/blog/page/3/feed"),
    ],
)
def test_the_third_page(url: str, style: PageStyle, expected: str) -> None:
    assert paged_url(url, 3, style) == expected


@pytest.mark.parametrize(
    ("url", "first", "last"),
    [
        pytest.param("http://a.example/2019/05/07/title", "2019-05-07", "2019-05-07", id="day"),
        pytest.param("http://a.example/2019/05/title", "2019-05-01", "2019-05-31", id="month"),
        pytest.param("http://a.example/2019/12/title", "2019-12-01", "2019-12-31", id="december"),
        pytest.param("http://a.example/2016/02/223", "2016-02-01", "2016-02-29", id="a number that is no day"),
        pytest.param("http://a.example/news/20190507-title", "2019-05-07", "2019-05-07", id="compact"),
        pytest.param("http://a.example/news-2019-05-07.html", "2019-05-07", "2019-05-07", id="in a name"),
    ],
)
def test_the_date_in_an_address(url: str, first: str, last: str) -> None:
    found = dates_in_url(url)
    assert found is not None
    assert (first, last) == (f"{found[0]:%Y-%m-%d}", f"{found[1]:%Y-%m-%d}")


@pytest.mark.parametrize("path", ["/2019/title", "/2019/02/31/title", "/20191340", "/story-120190507", "/?d=2019/05/07", "/1066/10/14/"])
def test_an_address_without_a_date(path: str) -> None:
    assert dates_in_url(f"http://a.example{path}") is None


@given(st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2095, 1, 1)))  # noqa: DTZ001
def test_an_address_dated_within_the_range_is_never_pruned(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    dates = DateRange(since=at - timedelta(minutes=1), until=at + timedelta(minutes=1))
    for url in (f"http://a.example/{at:%Y/%m/%d}/x", f"http://a.example/{at:%Y/%m}/x"):
        found = dates_in_url(url)
        assert found is not None
        assert dates.overlaps(*found)


def test_a_range_ends_before_its_end() -> None:
    assert MAY.since in MAY
    assert MAY.until not in MAY
    assert datetime(1990, 1, 1, tzinfo=UTC) in DateRange()


def test_the_same_question_is_the_same_job() -> None:
    one, same = (job_of(feed="a", way=Way.PAGED, source="http://a.example/feed", dates=MAY) for _ in range(2))
    assert one == same
    assert one.job != job_of(feed="a", way=Way.SITEMAP, source="http://a.example/feed", dates=MAY).job
    assert one.job != job_of(feed="a", way=Way.PAGED, source="http://a.example/feed", dates=DateRange(since=MAY.since)).job
