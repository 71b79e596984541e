"""When a feed is asked again, and why: tables for the rules, properties for the promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.polling import Decision, PollingPolicy, decide, is_due
from pipeline.records import (
    DateQuality,
    Entry,
    Failure,
    Feed,
    FeedState,
    FeedStatus,
    ParsedFeed,
    PollingHints,
    PollOutcome,
    Redirect,
    Response,
    Rhythm,
    Stage,
)
from pipeline.retry_after import retry_after
from pipeline.validators import body_hash, conditional_headers

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
POLICY = PollingPolicy(jitter=0.0)
FEED = Feed(name="gazette", url="http://gazette.example/feed")
STATE = FeedState(feed="gazette", url=FEED.url)
SEEN = replace(STATE, last_success_at=NOW, etag='"1"')
MINUTES_5, MINUTES_30, HOUR, DAY = timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)


def answer(status: int = 200, body: bytes = b"feed", redirects: tuple[Redirect, ...] = (), **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    final = redirects[-1].location if redirects else FEED.url
    return Response(
        url=FEED.url, final_url=final, status=status, headers=named, body=body, redirects=redirects, started_at=NOW, duration_ms=1
    )


def failure(reason: str, **values: object) -> Failure:
    return Failure(stage=Stage.POLL, reason=reason, detail="x", is_transient=True, **values)  # type: ignore[arg-type]


def feed(entries: Sequence[Entry] = (), **hints: object) -> ParsedFeed:
    return ParsedFeed(
        format="rss20", title=None, site_url=None, language=None, entries=tuple(entries), hints=PollingHints(**hints)  # type: ignore[arg-type]
    )  # fmt: skip


def dated(*ages: timedelta) -> tuple[Entry, ...]:
    return tuple(Entry(published_at=NOW - age, date_quality=DateQuality.EXACT) for age in ages)


def decided(
    found: Response | Failure,
    reading: ParsedFeed | Failure | None = None,
    state: FeedState = STATE,
    *,
    policy: PollingPolicy = POLICY,
    now: datetime = NOW,
    new: int = 0,
    configured: Feed = FEED,
) -> Decision:
    return decide(configured, state, found, reading=reading, entries_new=new, entries_changed=0, policy=policy, now=now)


def after(found: Response | Failure, reading: ParsedFeed | Failure | None = None, state: FeedState = STATE, **options: object) -> FeedState:
    return decided(found, reading, state, **options).state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "hints", "wait", "reason"),
    [
        pytest.param(answer(), {}, MINUTES_30, "every 30 min", id="the configured interval"),
        pytest.param(answer(), {"ttl": 2 * HOUR}, 2 * HOUR, "ttl of 2 h", id="ttl"),
        pytest.param(answer(), {"ttl": MINUTES_5}, MINUTES_30, "every", id="a ttl shorter than the interval"),
        pytest.param(answer(), {"update_interval": 3 * HOUR}, 3 * HOUR, "updatePeriod", id="sy:updatePeriod"),
        pytest.param(answer(), {"update_interval": 6 * HOUR, "update_base": NOW - 50 * HOUR}, 4 * HOUR, "updatePeriod", id="sy:updateBase"),
        pytest.param(answer(), {"update_interval": DAY, "update_base": NOW + timedelta(days=9, minutes=1)}, MINUTES_5, "updatePeriod", id="an update in a minute"),
        pytest.param(answer(), {"ttl": 40 * DAY}, DAY, "ttl", id="a ttl beyond max_interval"),
        pytest.param(answer(cache_control="public, max-age=7200"), {}, 2 * HOUR, "cache lifetime", id="Cache-Control"),
        pytest.param(answer(cache_control="max-age=7200", age="3600"), {}, HOUR, "cache lifetime", id="Cache-Control, and Age"),
        pytest.param(answer(cache_control="max-age=31536000"), {}, DAY, "cache lifetime", id="a lifetime beyond max_interval"),
        pytest.param(answer(expires="Tue, 10 Mar 2026 15:00:00 GMT"), {}, 3 * HOUR, "cache lifetime", id="Expires"),
        pytest.param(answer(expires="0"), {}, MINUTES_30, "every", id="Expires in the past"),
        pytest.param(answer(retry_after="7200"), {}, 2 * HOUR, "Retry-After", id="Retry-After on a success"),
        pytest.param(answer(retry_after="864000"), {}, 10 * DAY, "Retry-After", id="Retry-After beyond max_interval"),
        pytest.param(answer(), {"skip_hours": (12, 13, 14)}, 3.5 * HOUR, "skipHours", id="skipHours"),
        pytest.param(answer(), {"skip_days": (1, 2, 3)}, 2.5 * DAY + MINUTES_30, "skipDays", id="skipDays beyond max_interval"),
    ],
)  # fmt: skip
def test_the_next_poll_after_a_success(found: Response, hints: dict[str, object], wait: timedelta, reason: str) -> None:
    state = after(found, feed(**hints))
    assert state.next_poll_at == NOW + wait
    assert reason in (state.next_poll_reason or "")
    assert (state.status, state.consecutive_failures, state.last_error) == (FeedStatus.ACTIVE, 0, None)


def test_what_the_feed_asks_for_holds_after_a_304_too() -> None:
    state = after(answer(etag='"1"'), feed(ttl=2 * HOUR, skip_hours=(14,)))
    assert after(answer(304), state=state).next_poll_at == NOW + 3 * HOUR


@pytest.mark.parametrize(
    ("rhythm", "wait", "reason"),
    [
        pytest.param(Rhythm(arrivals=7, observed=7 * DAY), 6 * HOUR, "publishes every 24 h", id="a daily column"),
        pytest.param(Rhythm(arrivals=168, observed=7 * DAY), MINUTES_30, "every 30 min", id="an entry an hour"),
        pytest.param(Rhythm(arrivals=0.2, observed=7 * DAY), DAY, "publishes", id="a feed that has fallen silent"),
        pytest.param(Rhythm(observed=HOUR), MINUTES_30, "every 30 min", id="a feed that is new to us"),
        pytest.param(Rhythm(arrivals=500, observed=7 * DAY, turnover=40 * timedelta(minutes=1)), timedelta(minutes=20), "replaced within 40 min", id="a window that turns over"),
        pytest.param(Rhythm(arrivals=500, observed=7 * DAY, turnover=timedelta(minutes=2)), MINUTES_5, "replaced within", id="faster than min_interval"),
        pytest.param(Rhythm(arrivals=2, observed=7 * DAY, turnover=8 * HOUR), 4 * HOUR, "replaced within 8 h", id="seldom, and many at once"),
    ],
)  # fmt: skip
def test_the_interval_is_learnt_from_the_rhythm(rhythm: Rhythm, wait: timedelta, reason: str) -> None:
    state = after(answer(304), state=replace(SEEN, rhythm=rhythm))
    assert state.next_poll_at == NOW + wait
    assert reason in (state.next_poll_reason or "")


def test_a_ttl_is_no_reason_to_lose_entries_but_a_servers_word_is() -> None:
    state = replace(SEEN, rhythm=Rhythm(arrivals=500, observed=7 * DAY, turnover=HOUR), hints=PollingHints(ttl=DAY))
    assert after(answer(304), state=state).next_poll_at == NOW + MINUTES_30
    assert after(answer(304, cache_control="max-age=7200"), state=state).next_poll_at == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        pytest.param([DAY * n for n in range(20)], 5 * HOUR, id="a daily column"),
        pytest.param([timedelta(minutes=n) for n in range(31)], timedelta(minutes=15), id="all of it is half an hour old"),
        pytest.param([timedelta()] * 20, MINUTES_30, id="dated by the clock of the server"),
        pytest.param([-DAY * n for n in range(1, 20)], MINUTES_30, id="dated ahead"),
        pytest.param([], MINUTES_30, id="no date"),
    ],
)
def test_a_first_reading_learns_from_the_dates_where_they_can_be_true(ages: list[timedelta], wait: timedelta) -> None:
    at = after(answer(), feed(dated(*ages)), new=len(ages)).next_poll_at
    assert at is not None
    assert abs(at - NOW - wait) < HOUR * 1.2 if wait > HOUR else at - NOW == wait


def test_validators_are_echoed_as_the_server_wrote_them() -> None:
    state = after(answer(etag='W/"a b"', last_modified="yesterday, more or less"), feed())
    expected = (("If-None-Match", 'W/"a b"'), ("A-IM", "feed"), ("If-Modified-Since", "yesterday, more or less"))
    assert conditional_headers(FEED, state) == {FEED.url: expected}
    assert conditional_headers(replace(FEED, ignore_validators=True), state) == {}


def test_validators_belong_to_the_address_that_gave_them() -> None:
    elsewhere = (Redirect(url=FEED.url, status=302, location="http://other.example/"),)
    state = after(answer(etag='"own"'), feed())
    state = after(answer(etag='"other"', body=b"2", redirects=elsewhere), feed(), state=state)
    headers = {url: dict(pairs)["If-None-Match"] for url, pairs in conditional_headers(FEED, state).items()}
    assert headers == {FEED.url: '"own"', "http://other.example/": '"other"'}


def test_no_delta_is_asked_of_a_server_whose_last_one_could_not_be_read() -> None:
    state = after(answer(etag='"1"'), feed())
    broken = after(answer(226, b"?"), failure("not_a_feed"), state=state)
    assert conditional_headers(FEED, broken) == {FEED.url: (("If-None-Match", '"1"'),)}


def test_a_delta_renews_the_validators_and_not_what_the_whole_was() -> None:
    state = after(answer(etag='"1"'), feed(dated(HOUR, DAY)))
    state = after(answer(226, b"delta", etag='"2"'), feed(dated(HOUR)), state=state, new=1)
    assert (state.etag, state.body_hash, state.rhythm.window) == ('"2"', body_hash(b"feed"), 2)


def test_a_304_keeps_what_it_does_not_renew() -> None:
    before = after(answer(etag='"1"', last_modified="m"), feed())
    state = after(answer(304, b"", etag='"2"'), state=before)
    assert (state.etag, state.last_modified, state.body_hash) == ('"2"', "m", body_hash(b"feed"))


def test_a_304_that_nobody_asked_for_is_a_failure() -> None:
    assert decided(answer(304)).outcome is PollOutcome.FAILED
    assert "unasked_304" in (decided(answer(304)).note or "")
    assert decided(answer(304), state=SEEN, configured=replace(FEED, ignore_validators=True)).outcome is PollOutcome.FAILED
    assert decided(answer(304), state=SEEN).outcome is PollOutcome.NOT_MODIFIED


def test_new_validators_are_kept_though_the_body_is_the_same() -> None:
    before = after(answer(etag='"1"'), feed())
    assert after(answer(etag='"2"'), state=before).etag == '"2"'
    assert after(answer(), state=before).etag is None


@pytest.mark.parametrize(
    ("found", "waits"),
    [
        pytest.param(answer(500), [timedelta(minutes=10), MINUTES_30, HOUR, 2 * HOUR], id="a server in trouble"),
        pytest.param(failure("timeout"), [timedelta(minutes=10), MINUTES_30, HOUR, 2 * HOUR], id="no answer"),
        pytest.param(answer(404), [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR], id="not found"),
        pytest.param(answer(429), [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR], id="too many requests, and no Retry-After"),
        pytest.param(answer(429, retry_after="9000"), [2.5 * HOUR, 2.5 * HOUR, 4 * HOUR, 8 * HOUR], id="too many requests"),
    ],
)
def test_failures_are_graded_and_retried_less_and_less(found: Response | Failure, waits: list[timedelta]) -> None:
    state, seen = STATE, []
    for _ in range(9):
        state = after(found, state=state)
        assert state.next_poll_at is not None
        seen.append(state.next_poll_at - NOW)
    assert seen[:4] == waits
    assert seen[-1] == DAY
    assert (state.status, state.consecutive_failures) == (FeedStatus.FAILING, 9)
    back = after(answer(), feed(), state=state)
    assert (back.status, back.consecutive_failures, back.interval) == (FeedStatus.ACTIVE, 0, MINUTES_30)


def test_a_failure_keeps_the_validators() -> None:
    before = after(answer(etag='"1"'), feed())
    assert after(answer(503), state=before).etag == '"1"'


def test_410_retires_a_feed_only_when_it_lasts_and_one_answer_brings_it_back() -> None:
    state = STATE
    for hours, expected in ((0, FeedStatus.FAILING), (2, FeedStatus.FAILING), (5, FeedStatus.FAILING), (49, FeedStatus.GONE)):
        state = after(answer(410), state=state, now=NOW + hours * HOUR)
        assert state.status is expected
    assert state.next_poll_at == NOW + 49 * HOUR + 30 * DAY
    assert after(answer(), feed(), state=state).status is FeedStatus.ACTIVE
    assert after(answer(404), state=state).gone_count == 0


@pytest.mark.parametrize(
    ("statuses", "adopted"),
    [((301,), "/1"), ((308,), "/1"), ((301, 308), "/2"), ((302,), None), ((303,), None), ((307, 301), None), ((301, 307), "/1")],
)
def test_only_a_permanent_redirect_is_taken_over_and_only_when_it_lasts(statuses: tuple[int, ...], adopted: str | None) -> None:
    hops = tuple(
        Redirect(url=f"http://gazette.example/{n}", status=status, location=f"http://gazette.example/{n + 1}")
        for n, status in enumerate(statuses)
    )
    state = STATE
    for hours in (0, 1, 2, 23):
        state = after(answer(redirects=hops, etag='"new"'), feed(), state=state, now=NOW + hours * HOUR)
        assert state.url == FEED.url
    decision = decided(answer(redirects=hops, etag='"new"'), feed(), state, now=NOW + DAY)
    assert decision.state.url == (f"http://gazette.example{adopted}" if adopted else FEED.url)
    assert (decision.note is not None) == (adopted is not None)
    if adopted == f"/{len(statuses)}":
        assert decision.state.etag == '"new"'


def test_a_redirect_that_changes_its_target_starts_over() -> None:
    state = STATE
    for hours, target in enumerate(("http://a.example/", "http://b.example/", "http://a.example/")):
        hops = (Redirect(url=FEED.url, status=301, location=target),)
        state = after(answer(redirects=hops), feed(), state=state, now=NOW + hours * DAY)
    assert (state.url, state.moved_count) == (FEED.url, 1)


def test_a_body_that_is_no_feed_is_a_failure_with_its_reason() -> None:
    state = after(answer(), failure("not_a_feed"))
    assert (state.last_error, state.consecutive_failures, state.body_hash) == ("not_a_feed: x", 1, None)


@pytest.mark.parametrize(("reason", "told"), [("waiting", "asked us to wait"), ("host_silent", "does not answer")])
def test_what_was_not_asked_costs_the_feed_nothing(reason: str, told: str) -> None:
    decision = decided(failure(reason, retry_after=HOUR))
    assert decision.outcome is PollOutcome.SKIPPED
    assert told in (decision.state.next_poll_reason or "")
    assert replace(STATE, next_poll_at=NOW + HOUR, next_poll_reason=decision.state.next_poll_reason) == decision.state


def test_feeds_are_spread_by_their_names_and_always_alike() -> None:
    policy = PollingPolicy(jitter=0.1)
    for found, least, most in (
        (answer(), MINUTES_30, MINUTES_30 * 1.1),
        (answer(cache_control="max-age=86400"), DAY, DAY * 1.1),
        (answer(404), HOUR, HOUR * 1.1),
    ):
        polls = [after(found, feed(), policy=policy, configured=replace(FEED, name=name)).next_poll_at for name in "abcdef"]
        assert len(set(polls)) == 6
        assert all(at is not None and least <= at - NOW <= most for at in polls)


SPANS = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400))
ANSWERS = st.one_of(
    st.builds(
        lambda status, wait, age, hops: answer(
            status, retry_after=str(wait), cache_control=f"max-age={age}", redirects=(Redirect(url=FEED.url, status=hops, location="http://b.example/"),) if hops else ()
        ),
        st.sampled_from([200, 226, 304, 404, 410, 429, 500, 503]),
        st.integers(0, 10**7),
        st.integers(0, 10**9),
        st.sampled_from([None, 301, 302]),
    ),
    st.builds(failure, st.sampled_from(["timeout", "dns", "too_large", "waiting", "host_silent", "internal_error"])),
)  # fmt: skip
HINTS = st.builds(
    PollingHints,
    ttl=st.none() | SPANS,
    update_interval=st.none() | SPANS,
    update_base=st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    skip_hours=st.lists(st.integers(0, 23), max_size=23, unique=True).map(tuple),
    skip_days=st.lists(st.integers(0, 6), max_size=6, unique=True).map(tuple),
)
RHYTHMS = st.builds(
    Rhythm,
    arrivals=st.floats(0, 1e6),
    observed=st.timedeltas(min_value=timedelta(), max_value=7 * DAY),
    window=st.integers(0, 1_000),
    turnover=st.none() | st.timedeltas(min_value=timedelta(milliseconds=1), max_value=7 * DAY),
    last_new=st.integers(0, 1_000),
    last_gap=st.none() | SPANS,
)
STATES = st.builds(
    lambda hints, rhythm, failures, interval, ago: replace(
        SEEN,
        hints=hints,
        rhythm=rhythm,
        consecutive_failures=failures,
        interval=interval,
        last_success_at=None if ago is None else NOW - ago,
    ),
    HINTS,
    RHYTHMS,
    st.integers(0, 60),
    st.none() | SPANS,
    st.none() | SPANS,
)
READINGS = st.none() | st.builds(
    lambda ages, hints: replace(feed(dated(*ages)), hints=hints),
    st.lists(st.timedeltas(min_value=timedelta(days=-20_000), max_value=timedelta(days=20_000)), max_size=9),
    HINTS,
)


@given(ANSWERS, READINGS, STATES, st.floats(0, 0.5), st.integers(0, 50))
def test_never_before_the_server_allows_and_never_later_than_max_unless_it_asks(
    found: Response | Failure, reading: ParsedFeed | None, state: FeedState, jitter: float, new: int
) -> None:
    policy = PollingPolicy(jitter=jitter)
    decision = decided(found, reading, state, policy=policy, new=new)
    at = decision.state.next_poll_at
    assert at is not None
    header = found.header if isinstance(found, Response) else lambda _name: None
    asked = retry_after(header("retry-after"), now=NOW) or timedelta()
    fresh = min(timedelta(seconds=int((header("cache-control") or "max-age=0").partition("=")[2])), policy.max_interval)
    assert at >= NOW + max(asked, fresh)
    latest = max(policy.max_interval, max(asked, fresh) * (1 + jitter))
    if decision.state.status is FeedStatus.GONE:
        latest = max(latest, policy.gone_interval)
    hints = decision.state.hints
    if decision.outcome in {PollOutcome.FAILED, PollOutcome.SKIPPED} or not (hints.skip_hours or hints.skip_days):
        assert at <= NOW + latest + timedelta(seconds=1)
    else:
        assert at <= NOW + latest + timedelta(days=7)
        assert at.hour not in hints.skip_hours
        assert at.weekday() not in hints.skip_days
    assert not is_due(decision.state, at - timedelta(seconds=1))


@given(st.lists(ANSWERS.filter(lambda found: isinstance(found, Failure) or found.status >= 400), min_size=2, max_size=30))
def test_while_a_feed_fails_the_waits_never_shrink(answers: list[Response | Failure]) -> None:
    state, waits = STATE, []
    for found in answers:
        if isinstance(found, Failure) and found.reason in {"waiting", "host_silent"}:
            continue
        state = after(found, state=state, policy=PollingPolicy(adopt_after=99))
        assert state.interval is not None
        waits.append(state.interval)
    assert waits == sorted(waits)
    assert all(wait <= DAY for wait in waits)


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
