"""How often a feed is worth asking, learnt from its own history: pure.

Two rules, and why:

- **A quarter of the gap between its entries.** An entry then waits an eighth of that gap on the average: an hour and a half for a daily
  column. The gap is time observed over entries come, both forgotten with a memory of a week, so that nights and weekends are averaged
  and a feed that falls silent is asked less and less; no date in the feed is needed for it, and none that lies can spoil it.
- **Half of the time in which its window turns over.** A feed lists its last n entries. However seldom they come, at the fastest pace of
  late at least half of what the last poll saw must still be there: twice that pace loses nothing yet. The pace is that of two polls in a
  row: a digest that replaces everything at once, once a day, is no reason to hurry; a rush that goes on is.

A feed that is read for the first time has no history, so the dates in it stand in where they differ and lie in the past.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.records import Entry, Rhythm

GAP_SHARE = 0.25
TURNOVER_SHARE = 0.5
# In this time the past is forgotten to a share of 1/e: nights and weekends are averaged, and last week's rush may come again.
MEMORY = timedelta(days=7)


def learnt(rhythm: Rhythm, *, entries_new: int, listed: int | None, since: datetime, now: datetime) -> Rhythm:
    """The rhythm after a poll that was answered. `listed`: entries in the whole feed, None if it was not read; `since`: last answer."""
    passed = max(now - since, timedelta())
    kept = math.exp(-(passed / MEMORY))
    window = rhythm.window if listed is None else listed
    came = entries_new + rhythm.last_new
    turnover = rhythm.turnover * math.exp(min(passed / MEMORY, 1.0)) if rhythm.turnover else None
    if came and window:
        measured = (passed + (rhythm.last_gap or passed)) * (window / came)
        turnover = min(turnover, measured) if turnover else measured
    return Rhythm(
        arrivals=rhythm.arrivals * kept + entries_new,
        observed=rhythm.observed * kept + MEMORY * (1 - kept),
        window=window,
        turnover=min(turnover, MEMORY) if turnover else None,
        last_new=entries_new,
        last_gap=passed,
    )


def first_rhythm(entries: Sequence[Entry], *, now: datetime) -> Rhythm:
    """What the dates in a feed tell that is read for the first time; nothing where they are all alike or ahead of the clock."""
    ages = [now - entry.published_at for entry in entries if entry.published_at is not None and entry.published_at <= now]
    nothing = Rhythm(window=len(entries))
    if not ages or max(ages) == min(ages):
        return nothing
    return replace(
        nothing,
        arrivals=sum(math.exp(-(age / MEMORY)) for age in ages),
        observed=MEMORY * (1 - math.exp(-(max(ages) / MEMORY))),
        turnover=min(max(ages) - min(ages), MEMORY),
    )


def expected_gap(rhythm: Rhythm) -> timedelta:
    """The time between two entries; where fewer than one is remembered, at least the time for which none has come."""
    return rhythm.observed / max(rhythm.arrivals, 1.0)


def longest_pause(rhythm: Rhythm) -> timedelta | None:
    """The longest pause after which the feed still shows half of what was there; None where nothing is known."""
    return rhythm.turnover * TURNOVER_SHARE if rhythm.turnover else None
