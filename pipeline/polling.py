"""When a feed is asked, with what, and what its answer changes: the whole policy, pure.

    (feed, state, answer, what was read in it, now) -> the new state, with the next poll and the reason for it

Two promises hold whatever the input (property tests): the next poll is never before the time that the server has allowed, and never
later than `max_interval` unless the server has asked for that.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.records import Failure, Feed, FeedState, FeedStatus, ParsedFeed, PollingHints, Response
from pipeline.retry_after import retry_after

_PERMANENT = frozenset({301, 308})
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingPolicy:
    """The bounds, with their reasons.

    `adopt_after`: a permanent redirect is believed when it was seen so often in a row; captive portals and broken deployments answer 301
    for an afternoon. `gone_after`: the same for 410. `first_retry`: a failure is most often a blip, so the first try again comes soon;
    each further failure doubles the wait. `jitter`: the share of an interval by which feeds are spread, so that a thousand feeds added
    together are not polled together for ever.
    """

    interval: timedelta = timedelta(minutes=30)
    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(days=1)
    first_retry: timedelta = timedelta(minutes=10)
    adopt_after: int = 3
    gone_after: int = 3
    jitter: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """How long to wait, and why; `earliest` is what the server has asked for."""

    interval: timedelta
    reason: str
    earliest: timedelta = timedelta()


def is_due(state: FeedState, now: datetime) -> bool:
    """True if the feed may be polled now."""
    return state.next_poll_at is None or state.next_poll_at <= now


def body_hash(body: bytes) -> str:
    """The hash by which a feed's body is known again when its server has no validators."""
    return hashlib.sha256(body).hexdigest()


def conditional_headers(state: FeedState) -> tuple[tuple[str, str], ...]:
    """Both validators, as the server wrote them (RFC 9110, 13.1), and the wish for a delta (RFC 3229)."""
    headers: list[tuple[str, str]] = []
    if state.etag:
        headers += [("If-None-Match", state.etag), ("A-IM", "feed")]
    if state.last_modified:
        headers.append(("If-Modified-Since", state.last_modified))
    return tuple(headers)


def after_poll(
    feed: Feed,
    state: FeedState,
    answer: Response | Failure,
    *,
    parsed: ParsedFeed | Failure | None,
    entries_new: int,
    policy: PollingPolicy,
    now: datetime,
) -> FeedState:
    """The state after a poll that was answered with `answer`. `parsed` is None where the body did not need reading."""
    if isinstance(answer, Failure) and answer.reason == "waiting":  # not asked: nothing is learnt but when
        return replace(
            state, next_poll_at=now + (answer.retry_after or policy.first_retry), next_poll_reason="its host has asked us to wait"
        )
    problem = _problem(answer, parsed)
    if problem is not None:
        return _after_failure(feed, state, answer, problem, policy, now)
    assert isinstance(answer, Response)
    wait = _wait_after_success(feed, answer, parsed.hints if isinstance(parsed, ParsedFeed) else PollingHints(), policy, now)
    moved = _permanent_target(answer)
    moved_count = (state.moved_count + 1 if moved == state.moved_to else 1) if moved else 0
    adopted = moved is not None and moved_count >= policy.adopt_after
    return FeedState(
        feed=state.feed,
        url=moved if adopted and moved else state.url,
        status=FeedStatus.ACTIVE,
        etag=answer.header("etag") or (state.etag if answer.status == 304 else None),
        last_modified=answer.header("last-modified") or (state.last_modified if answer.status == 304 else None),
        body_hash=state.body_hash if answer.status == 304 else body_hash(answer.body),
        interval=wait.interval,
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if entries_new else state.last_new_at,
        next_poll_at=_when(feed, wait, policy, now),
        next_poll_reason=wait.reason,
        moved_to=None if adopted else moved,
        moved_count=0 if adopted else moved_count,
    )


def _problem(answer: Response | Failure, parsed: ParsedFeed | Failure | None) -> str | None:
    """Why the poll failed, in one line; None if it did not."""
    if isinstance(answer, Failure):
        return f"{answer.reason}: {answer.detail}"
    if answer.status not in {200, 226, 304}:
        return f"http_{answer.status}: the server answered {answer.status}"
    return f"{parsed.reason}: {parsed.detail}" if isinstance(parsed, Failure) else None


def _after_failure(
    feed: Feed, state: FeedState, answer: Response | Failure, problem: str, policy: PollingPolicy, now: datetime
) -> FeedState:
    """Backs off; validators stay, since what they stand for is still what we have."""
    failures = state.consecutive_failures + 1
    status = answer.status if isinstance(answer, Response) else answer.http_status
    gone = state.gone_count + 1 if status == 410 else 0
    asked = retry_after(answer.header("retry-after"), now=now) if isinstance(answer, Response) else answer.retry_after
    pause = _back_off(failures, _base(feed, policy), policy)
    times = "once" if failures == 1 else f"{failures} times in a row"
    wait = _Wait(interval=pause, reason=f"failed {times} ({problem.partition(':')[0]})", earliest=asked or timedelta())
    if asked and asked > pause:
        wait = replace(wait, reason=f"the server said Retry-After: {round(asked.total_seconds())} s")
    return replace(
        state,
        status=FeedStatus.GONE if gone >= policy.gone_after else FeedStatus.FAILING,
        last_polled_at=now,
        next_poll_at=_when(feed, wait, policy, now),
        next_poll_reason=wait.reason,
        consecutive_failures=failures,
        last_error=problem,
        gone_count=gone,
        moved_to=None,
        moved_count=0,
    )


def _back_off(failures: int, base: timedelta, policy: PollingPolicy) -> timedelta:
    """`first_retry`, then the feed's interval doubled with each failure up to `max_interval`."""
    if failures == 1:
        return min(policy.first_retry, base)
    doubled: timedelta = base * 2 ** min(failures - 2, 20)
    return min(doubled, policy.max_interval)


def _wait_after_success(feed: Feed, answer: Response, hints: PollingHints, policy: PollingPolicy, now: datetime) -> _Wait:
    """The configured interval, stretched by what the feed and its server say of themselves."""
    base = _base(feed, policy)
    wait = _Wait(interval=base, reason=f"every {_spoken(base)}")
    for stretch, reason in (
        (hints.ttl, "the feed's ttl of"),
        (hints.update_interval, "the feed's sy:updatePeriod of"),
        (_fresh_for(answer, now), "the server's cache lifetime of"),
    ):
        if stretch and wait.interval < stretch:
            bounded = min(stretch, policy.max_interval)
            wait = _Wait(interval=bounded, reason=f"{reason} {_spoken(stretch)}")
    asked = retry_after(answer.header("retry-after"), now=now)
    if asked and asked > wait.interval:
        wait = _Wait(interval=wait.interval, reason=f"the server said Retry-After: {round(asked.total_seconds())} s", earliest=asked)
    return _past_skips(wait, hints, policy, now)


def _past_skips(wait: _Wait, hints: PollingHints, policy: PollingPolicy, now: datetime) -> _Wait:
    """Past the hours and days (GMT) in which the feed says that nothing is published (RSS 2.0, skipHours and skipDays)."""
    if not hints.skip_hours and not hints.skip_days:
        return wait
    due = now + wait.interval
    latest = now + policy.max_interval
    while due < latest and (due.hour in hints.skip_hours or due.weekday() in hints.skip_days):
        due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    due = min(due, latest)
    return wait if due == now + wait.interval else replace(wait, interval=due - now, reason="the feed's skipHours or skipDays")


def _base(feed: Feed, policy: PollingPolicy) -> timedelta:
    return min(max(feed.interval, policy.min_interval), policy.max_interval)


def _fresh_for(answer: Response, now: datetime) -> timedelta | None:
    """For how long the server calls its answer fresh: Cache-Control max-age, else Expires (RFC 9111, 4.2.1)."""
    cache_control = answer.header("cache-control") or ""
    if found := _MAX_AGE.search(cache_control):
        return timedelta(seconds=int(found[1]))
    expires = answer.header("expires")
    if not expires or "no-cache" in cache_control or "no-store" in cache_control:
        return None
    try:
        until = parsedate_to_datetime(expires)
    except ValueError:  # "0" and "-1" are common, and mean: already stale
        return None
    return until.replace(tzinfo=until.tzinfo or UTC) - now


def _permanent_target(answer: Response) -> str | None:
    """Where the feed has moved for good: the end of the chain, if every hop of it was permanent."""
    if answer.redirects and all(hop.status in _PERMANENT for hop in answer.redirects):
        return answer.redirects[-1].location
    return None


def _when(feed: Feed, wait: _Wait, policy: PollingPolicy, now: datetime) -> datetime:
    """The time of the next poll: the interval spread by a stable share of itself, within bounds, never before what the server allows."""
    share = int.from_bytes(hashlib.sha256(feed.name.encode()).digest()[:4], "big") / 2**32
    spread = min(wait.interval * (1 + policy.jitter * share), policy.max_interval)
    return now + max(spread, wait.earliest)


def _spoken(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return f"{span.total_seconds():g} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes / 60:.1f} h"
