"""When a feed is asked, with what, and what its answer changes: the whole policy, pure.

    (feed, state, answer, what was read in it, now) -> Decision: the new state with the next poll and the reason for it, the outcome

After a success the wait is, in this order:

1. the configured interval; longer for a feed that publishes seldom (`pipeline.rhythm`), within [min_interval, max_interval];
2. longer where the feed asks for it (`<ttl>`, sy:updatePeriod, Frequency and Base);
3. in both cases no longer than the feed shows its entries, and no longer than `max_interval`;
4. never before what the server demands: Retry-After up to 30 days, a cache lifetime up to `max_interval`;
5. spread by a stable share of itself, then moved past the feed's skipHours and skipDays.

Three promises hold whatever the input (property tests): the next poll is never before the time that the server has allowed, never later
than `max_interval` unless the server has asked for that, and while a feed keeps failing the waits never shrink.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.freshness import fresh_for, is_skipped, past_skips, until_update
from pipeline.records import Failure, Feed, FeedState, FeedStatus, ParsedFeed, PollingHints, PollOutcome, Response, Rhythm
from pipeline.retry_after import retry_after
from pipeline.rhythm import GAP_SHARE, expected_gap, first_rhythm, learnt, longest_pause
from pipeline.validators import body_hash, conditional_headers, renewed

_PERMANENT = frozenset({301, 308})
_ANSWERED = frozenset({200, 226, 304})
# Failures of the moment: the server or the way to it is in trouble. All others are answers, and last until somebody mends something.
_BLIPS = frozenset(
    {"timeout", "dns", "connection", "disconnected", "truncated", "bad_http", "bad_encoding", "proxy", "tls", "internal_error"}
)
_NOT_ASKED = {"waiting": "its host has asked us to wait", "host_silent": "its host does not answer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingPolicy:
    """The bounds, with their reasons.

    `first_retry`: a blip (no answer, 5xx) comes and goes, so the first try again comes soon. `refusal_retry`: an answer such as 404, 403
    or a page that is no feed stays until somebody mends it, and 429 says itself that we ask too much. Each further failure doubles the
    wait. `adopt_after` and `adopt_over`: a permanent redirect is believed when it was seen so often in a row, over so long; captive
    portals and broken deployments answer 301 for an afternoon. `gone_after` and `gone_over`: the same for 410. `gone_interval`: a feed
    that is gone is asked once in so long, to notice that it has come back. `jitter`: the share of an interval by which feeds are spread,
    so that a thousand feeds added together are not polled together for ever.
    """

    interval: timedelta = timedelta(minutes=30)
    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(days=1)
    first_retry: timedelta = timedelta(minutes=10)
    refusal_retry: timedelta = timedelta(hours=1)
    adopt_after: int = 3
    adopt_over: timedelta = timedelta(days=1)
    gone_after: int = 3
    gone_over: timedelta = timedelta(days=2)
    gone_interval: timedelta = timedelta(days=30)
    jitter: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a poll comes to. `note` says why it failed, or that the feed's new address was taken over."""

    state: FeedState
    outcome: PollOutcome
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """How long to wait, and why; `demanded` is what the server and the feed have asked for."""

    interval: timedelta
    reason: str
    demanded: timedelta = timedelta()


def is_due(state: FeedState, now: datetime) -> bool:
    """True if the feed may be polled now."""
    return state.next_poll_at is None or (state.next_poll_at <= now and not is_skipped(state.hints, now))


def decide(
    feed: Feed,
    state: FeedState,
    answer: Response | Failure,
    *,
    reading: ParsedFeed | Failure | None,
    entries_new: int,
    entries_changed: int,
    policy: PollingPolicy,
    now: datetime,
) -> Decision:
    """What follows from a poll that was answered with `answer`. `reading` is None where the body did not need to be read."""
    if isinstance(answer, Failure) and answer.reason in _NOT_ASKED:  # nothing is learnt but when
        pause = (answer.retry_after or policy.first_retry) * (1 + policy.jitter * _share(feed))
        later = replace(state, next_poll_at=now + pause, next_poll_reason=_NOT_ASKED[answer.reason])
        return Decision(state=later, outcome=PollOutcome.SKIPPED, note=f"{answer.reason}: {answer.detail}")
    problem = _problem(feed, state, answer, reading)
    if problem is not None:
        return Decision(state=_after_failure(feed, state, answer, problem, policy, now), outcome=PollOutcome.FAILED, note=problem)
    assert isinstance(answer, Response)
    assert not isinstance(reading, Failure)
    moved, note = _moved(state, answer, policy, now)
    hints = reading.hints if reading else state.hints
    rhythm = _rhythm(state, answer, reading, entries_new, now)
    wait = _wait_after_success(feed, hints, rhythm, answer, policy, now)
    due = _when(feed, wait, policy, now)
    open_at = past_skips(hints, due)
    after = replace(
        moved,
        **renewed(moved, answer),  # type: ignore[arg-type]
        status=FeedStatus.ACTIVE,
        body_hash=body_hash(answer.body) if answer.status == 200 else state.body_hash,
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if entries_new else state.last_new_at,
        consecutive_failures=0,
        last_error=None,
        gone_count=0,
        gone_since=None,
        hints=hints,
        rhythm=rhythm,
        interval=wait.interval,
        next_poll_at=open_at,
        next_poll_reason=wait.reason if open_at == due else "the feed's skipHours or skipDays",
    )
    if answer.status == 304:
        return Decision(state=after, outcome=PollOutcome.NOT_MODIFIED, note=note)
    return Decision(state=after, outcome=PollOutcome.NEW if entries_new or entries_changed else PollOutcome.UNCHANGED, note=note)


def _problem(feed: Feed, state: FeedState, answer: Response | Failure, reading: ParsedFeed | Failure | None) -> str | None:
    """Why the poll failed, in one line; None if it did not."""
    if isinstance(answer, Failure):
        return f"{answer.reason}: {answer.detail}"
    if answer.status not in _ANSWERED:
        return f"http_{answer.status}: the server answered {answer.status}"
    if answer.status == 304 and answer.final_url not in conditional_headers(feed, state):
        return "unasked_304: the server answered 304 Not Modified to a request that had no validator"
    return f"{reading.reason}: {reading.detail}" if isinstance(reading, Failure) else None


def _after_failure(
    feed: Feed, state: FeedState, answer: Response | Failure, problem: str, policy: PollingPolicy, now: datetime
) -> FeedState:
    """Backs off; validators stay, since what they stand for is still what we have."""
    failures = state.consecutive_failures + 1
    status = answer.status if isinstance(answer, Response) else answer.http_status
    gone_since = (state.gone_since or now) if status == 410 else None
    gone = state.gone_count + 1 if status == 410 else 0
    is_gone = gone_since is not None and gone >= policy.gone_after and now - gone_since >= policy.gone_over
    asked, fresh = (answer.retry_after or timedelta(), timedelta()) if isinstance(answer, Failure) else _demands(answer, policy, now)
    pause = _back_off(feed, state, failures, problem.partition(":")[0], policy)
    times = "once" if failures == 1 else f"{failures} times in a row"
    reason = f"failed {times} ({problem.partition(':')[0]})"
    wait = _Wait(interval=pause, reason=_retry_after_reason(asked) if asked > pause else reason, demanded=max(asked, fresh))
    due = _when(feed, wait, policy, now)
    if is_gone:
        due, reason = max(due, now + policy.gone_interval), f"gone for good (410): asked again after {policy.gone_interval.days} days"
        wait = replace(wait, reason=reason)
    return replace(
        state,
        status=FeedStatus.GONE if is_gone else FeedStatus.FAILING,
        interval=pause,
        last_polled_at=now,
        next_poll_at=due,
        next_poll_reason=wait.reason,
        consecutive_failures=failures,
        last_error=problem,
        gone_count=gone,
        gone_since=gone_since,
        moved_to=None,
        moved_count=0,
        moved_since=None,
    )


def _back_off(feed: Feed, state: FeedState, failures: int, reason: str, policy: PollingPolicy) -> timedelta:
    """The wait after so many failures in a row, never less than after the one before."""
    base = _base(feed, policy)
    if reason in _BLIPS or reason.startswith("http_5"):
        pause = min(policy.first_retry, base) if failures == 1 else base * 2 ** min(failures - 2, 20)
    else:
        pause = max(policy.refusal_retry, base) * 2 ** min(failures - 1, 20)
    least = state.interval if state.consecutive_failures and state.interval else timedelta()
    return min(max(pause, least), policy.max_interval)


def _wait_after_success(feed: Feed, hints: PollingHints, rhythm: Rhythm, answer: Response, policy: PollingPolicy, now: datetime) -> _Wait:
    """The configured interval, stretched and shortened by what is known of the feed and by what it and its server ask for."""
    base = _base(feed, policy)
    wait = _Wait(interval=base, reason=f"every {_spoken(base)}")
    gap = expected_gap(rhythm)
    if gap * GAP_SHARE > base:
        quarter = min(gap * GAP_SHARE, policy.max_interval)
        wait = _Wait(interval=quarter, reason=f"it publishes every {_spoken(gap)} or so")
    update = until_update(hints, now) if (hints.update_interval or timedelta()) > wait.interval else None
    if update:
        wait = _Wait(interval=min(max(update, policy.min_interval), policy.max_interval), reason="the feed's sy:updatePeriod")
    if hints.ttl and hints.ttl > wait.interval:
        wait = _Wait(interval=min(hints.ttl, policy.max_interval), reason=f"the feed's ttl of {_spoken(hints.ttl)}")
    longest = longest_pause(rhythm)
    if longest and max(longest, policy.min_interval) < wait.interval:
        shortened = max(longest, policy.min_interval)
        wait = _Wait(interval=shortened, reason=f"all that it lists is replaced within {_spoken(longest * 2)}")
    asked, fresh = _demands(answer, policy, now)
    if fresh > wait.interval:
        wait = replace(wait, reason=f"the server's cache lifetime of {_spoken(fresh)}")
    if asked > max(wait.interval, fresh):
        wait = replace(wait, reason=_retry_after_reason(asked))
    return replace(wait, demanded=max(fresh, asked)) if fresh or asked else wait


def _demands(answer: Response, policy: PollingPolicy, now: datetime) -> tuple[timedelta, timedelta]:
    """What the server demands: Retry-After, and the lifetime of its answer."""
    return retry_after(answer.header("retry-after"), now=now) or timedelta(), min(fresh_for(answer, now), policy.max_interval)


def _rhythm(state: FeedState, answer: Response, reading: ParsedFeed | None, entries_new: int, now: datetime) -> Rhythm:
    if state.last_success_at is None:
        return first_rhythm(reading.entries, now=now) if reading else state.rhythm
    listed = len(reading.entries) if reading and answer.status == 200 and not reading.complaint else None
    return learnt(state.rhythm, entries_new=entries_new, listed=listed, since=state.last_success_at, now=now)


def _moved(state: FeedState, answer: Response, policy: PollingPolicy, now: datetime) -> tuple[FeedState, str | None]:
    """The state with what a permanent redirect does to it, and a note where the new address was taken over."""
    target = _permanent_target(answer)
    if target is None and state.moved_to is None:
        return state, None
    if target is None:
        return replace(state, moved_to=None, moved_count=0, moved_since=None), None
    again = target == state.moved_to
    count = state.moved_count + 1 if again else 1
    since = (state.moved_since or now) if again else now
    if count < policy.adopt_after or now - since < policy.adopt_over:
        return replace(state, moved_to=target, moved_count=count, moved_since=since), None
    known = state.redirect_url == target
    moved = replace(
        state,
        url=target,
        etag=state.redirect_etag if known else None,
        last_modified=state.redirect_last_modified if known else None,
        redirect_url=None,
        redirect_etag=None,
        redirect_last_modified=None,
        moved_to=None,
        moved_count=0,
        moved_since=None,
    )
    return moved, f"moved: {state.url} redirects for good; from now on {target} is asked"


def _permanent_target(answer: Response) -> str | None:
    """Where the feed has moved for good: as far as the chain goes by permanent hops alone."""
    target = None
    for hop in answer.redirects:
        if hop.status not in _PERMANENT:
            break
        target = hop.location
    return target


def _base(feed: Feed, policy: PollingPolicy) -> timedelta:
    return min(max(feed.interval, policy.min_interval), policy.max_interval)


def _when(feed: Feed, wait: _Wait, policy: PollingPolicy, now: datetime) -> datetime:
    """The time of the next poll, spread: our own waits within `max_interval`, what the server demands only upwards."""
    spread = policy.jitter * _share(feed)
    own = min(wait.interval * (1 + spread), policy.max_interval * (1 - spread))
    return now + max(own, wait.demanded * (1 + spread))


def _share(feed: Feed) -> float:
    """0 to 1, the same for a feed for ever."""
    return int.from_bytes(hashlib.sha256(feed.name.encode()).digest()[:4], "big") / 2**32


def _retry_after_reason(asked: timedelta) -> str:
    return f"the server said Retry-After: {round(asked.total_seconds())} s"


def _spoken(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return f"{span.total_seconds():.0f} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes / 60:.1f} h"
