"""When a feed is asked again, and why: tables for the rules, properties for the promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.polling import PollingPolicy, after_poll, body_hash, conditional_headers, is_due
from pipeline.records import Failure, Feed, FeedState, FeedStatus, ParsedFeed, PollingHints, Redirect, Response, Stage
from pipeline.retry_after import retry_after

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
POLICY = PollingPolicy(jitter=0.0)
FEED = Feed(name="gazette", url="http://gazette.example/feed")
STATE = FeedState(feed="gazette", url=FEED.url)
MINUTES_30, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)


def answer(status: int = 200, body: bytes = b"feed", redirects: tuple[Redirect, ...] = (), **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(
        url=FEED.url, final_url=FEED.url, status=status, headers=named, body=body, redirects=redirects, started_at=NOW, duration_ms=1
    )


def feed(**hints: object) -> ParsedFeed:
    return ParsedFeed(format="rss20", title=None, site_url=None, language=None, entries=(), hints=PollingHints(**hints))  # type: ignore[arg-type]


def after(
    found: Response | Failure, parsed: ParsedFeed | Failure | None = None, state: FeedState = STATE, policy: PollingPolicy = POLICY
) -> FeedState:
    return after_poll(FEED, state, found, parsed=parsed, entries_new=0, policy=policy, now=NOW)


@pytest.mark.parametrize(
    ("found", "hints", "wait", "reason"),
    [
        pytest.param(answer(), {}, MINUTES_30, "every 30 min", id="the configured interval"),
        pytest.param(answer(), {"ttl": 2 * HOUR}, 2 * HOUR, "ttl of 2 h", id="ttl"),
        pytest.param(answer(), {"ttl": timedelta(minutes=5)}, MINUTES_30, "every", id="a ttl shorter than the interval"),
        pytest.param(answer(), {"update_interval": 3 * HOUR}, 3 * HOUR, "updatePeriod", id="sy:updatePeriod"),
        pytest.param(answer(), {"ttl": 40 * DAY}, DAY, "ttl", id="a ttl beyond max_interval"),
        pytest.param(answer(cache_control="public, max-age=7200"), {}, 2 * HOUR, "cache lifetime", id="Cache-Control"),
        pytest.param(answer(expires="Tue, 10 Mar 2026 15:00:00 GMT"), {}, 3 * HOUR, "cache lifetime", id="Expires"),
        pytest.param(answer(expires="0"), {}, MINUTES_30, "every", id="Expires in the past"),
        pytest.param(answer(retry_after="7200"), {}, 2 * HOUR, "Retry-After", id="Retry-After on a success"),
        pytest.param(answer(), {"skip_hours": (12, 13, 14)}, 3 * HOUR, "skipHours", id="skipHours"),
        pytest.param(answer(304), {}, MINUTES_30, "every", id="not modified"),
    ],
)
def test_the_next_poll_after_a_success(found: Response, hints: dict[str, object], wait: timedelta, reason: str) -> None:
    state = after(found, feed(**hints))
    assert state.next_poll_at == NOW + wait
    assert reason in (state.next_poll_reason or "")
    assert (state.status, state.consecutive_failures, state.last_error) == (FeedStatus.ACTIVE, 0, None)


def test_validators_are_echoed_as_the_server_wrote_them() -> None:
    state = after(answer(etag='W/"a b"', last_modified="yesterday, more or less"), feed())
    assert conditional_headers(state) == (("If-None-Match", 'W/"a b"'), ("A-IM", "feed"), ("If-Modified-Since", "yesterday, more or less"))


def test_a_304_keeps_what_it_does_not_renew() -> None:
    before = after(answer(etag='"1"', last_modified="m"), feed())
    state = after(answer(304, b"", etag='"2"'), state=before)
    assert (state.etag, state.last_modified, state.body_hash) == ('"2"', "m", body_hash(b"feed"))


def test_new_validators_are_kept_though_the_body_is_the_same() -> None:
    before = after(answer(etag='"1"'), feed())
    assert after(answer(etag='"2"'), state=before).etag == '"2"'
    assert after(answer(), state=before).etag is None


def test_failures_are_retried_soon_and_then_less_and_less() -> None:
    state, waits = STATE, []
    for _ in range(9):
        state = after(answer(500), state=state)
        assert state.next_poll_at is not None
        waits.append(state.next_poll_at - NOW)
    assert waits[:4] == [timedelta(minutes=10), MINUTES_30, HOUR, 2 * HOUR]
    assert waits == sorted(waits)
    assert waits[-1] == DAY
    assert (state.status, state.consecutive_failures) == (FeedStatus.FAILING, 9)
    assert after(answer(), feed(), state=state).status is FeedStatus.ACTIVE


def test_a_failure_keeps_the_validators() -> None:
    before = after(answer(etag='"1"'), feed())
    assert after(answer(503), state=before).etag == '"1"'


def test_410_retires_a_feed_only_when_it_repeats_and_one_answer_brings_it_back() -> None:
    state = STATE
    for expected in (FeedStatus.FAILING, FeedStatus.FAILING, FeedStatus.GONE):
        state = after(answer(410), state=state)
        assert state.status is expected
    assert after(answer(), feed(), state=state).status is FeedStatus.ACTIVE


@pytest.mark.parametrize(
    ("statuses", "adopted"), [((301,), True), ((308,), True), ((301, 308), True), ((302,), False), ((301, 307), False)]
)
def test_only_a_permanent_redirect_is_taken_over_and_only_when_it_repeats(statuses: tuple[int, ...], adopted: bool) -> None:
    target = "http://gazette.example/new"
    hops = tuple(Redirect(url=FEED.url, status=status, location=target) for status in statuses)
    state = STATE
    for _ in range(2):
        state = after(answer(redirects=hops), feed(), state=state)
        assert state.url == FEED.url
    assert after(answer(redirects=hops), feed(), state=state).url == (target if adopted else FEED.url)


def test_a_redirect_that_changes_its_target_starts_over() -> None:
    state = STATE
    for target in ("http://a.example/", "http://b.example/", "http://a.example/"):
        state = after(answer(redirects=(Redirect(url=FEED.url, status=301, location=target),)), feed(), state=state)
    assert (state.url, state.moved_count) == (FEED.url, 1)


def test_a_body_that_is_no_feed_is_a_failure_with_its_reason() -> None:
    failure = Failure(stage=Stage.PARSE, reason="not_a_feed", detail="an HTML page", is_transient=True)
    state = after(answer(), failure)
    assert (state.last_error, state.consecutive_failures, state.body_hash) == ("not_a_feed: an HTML page", 1, None)


def test_a_host_that_has_asked_us_to_wait_costs_the_feed_nothing() -> None:
    waiting = Failure(stage=Stage.POLL, reason="waiting", detail="", is_transient=True, retry_after=HOUR)
    state = after(waiting)
    assert replace(STATE, next_poll_at=NOW + HOUR, next_poll_reason=state.next_poll_reason) == state


def test_feeds_are_spread_by_their_names_and_always_alike() -> None:
    policy = PollingPolicy(jitter=0.1)
    polls = {
        name: after_poll(replace(FEED, name=name), STATE, answer(), parsed=feed(), entries_new=0, policy=policy, now=NOW).next_poll_at
        for name in "abcdef"
    }
    assert len(set(polls.values())) == 6
    assert all(at is not None and MINUTES_30 <= at - NOW <= MINUTES_30 * 1.1 for at in polls.values())


ANSWERS = st.builds(
    lambda status, wait, age: answer(status, retry_after=str(wait), cache_control=f"max-age={age}"),
    st.sampled_from([200, 304, 404, 410, 429, 500, 503]),
    st.integers(0, 10**7),
    st.integers(0, 10**9),
)


@given(ANSWERS, st.integers(0, 10**7), st.integers(0, 60), st.sets(st.integers(0, 23), max_size=20))
def test_never_before_the_server_allows_and_never_after_the_longest_interval(
    found: Response, ttl: int, failures: int, hours: set[int]
) -> None:
    state = replace(STATE, consecutive_failures=failures)
    parsed = feed(ttl=timedelta(minutes=ttl), skip_hours=tuple(sorted(hours)))
    at = after(found, parsed, state, PollingPolicy()).next_poll_at
    asked = retry_after(found.header("retry-after"), now=NOW) or timedelta()
    assert at is not None
    assert NOW + asked <= at <= NOW + max(asked, POLICY.max_interval)
    assert not is_due(replace(state, next_poll_at=at), at - timedelta(seconds=1))
    assert is_due(replace(state, next_poll_at=at), at)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 10 Mar 2026 13:00:00 GMT", HOUR),
        ("Tue, 10 Mar 2026 11:00:00 GMT", timedelta()),
        ("99999999999999", timedelta(days=30)),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, expected: timedelta | None) -> None:
    assert expected == retry_after(value, now=NOW)
