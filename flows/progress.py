"""What a person sees while a run goes on: a live display on a terminal, a line now and then elsewhere. Always on standard error."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as LiveDisplay

from pipeline.records import Harvest, PollOutcome

LINE_SECONDS = 10.0
# Of a log record, as JSON. Prefect cuts off what is beyond 25,000 on its Cloud, beyond a megabyte on a server of one's own.
RECORD_BYTES = 20_000


class Progress:
    """Counts what comes in and shows it; a context manager."""

    def __init__(self, out: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = Console(file=out or sys.stderr)
        self._clock = clock
        self._live: LiveDisplay | None = None
        self._task: TaskID | None = None
        self._last_line = clock()
        self.run_id = ""
        self.total = 0
        self.done = 0
        self.new = 0
        self.articles = 0
        self.rejected = 0
        self.failed = 0
        self._begun = clock()
        self._share: float | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._live = LiveDisplay(*columns, console=self._console, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def begin(self, what: str, total: int | None) -> None:
        """Says what is about to be done: so many feeds, or (None) an unknown number of pages. `run_id` has been set before, in a run."""
        self.total = total or 0
        self._begun = self._clock()
        if self._live:
            self._task = self._live.add_task(what, total=total)
        else:
            self._console.print(f"{what}: {total}" if total is not None else what, highlight=False, markup=False, soft_wrap=True)

    def say(self, line: str) -> None:
        """Shows a line that stays."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def reached(self, share: float) -> None:
        """Takes note of how much lies behind, 0 to 1: with it comes an estimate."""
        self._share = share

    def advanced(self, counts: str) -> None:
        """Shows how far it has come."""
        if self._live and self._task is not None:
            self._live.update(self._task, description=counts)
        elif self._clock() - self._last_line >= LINE_SECONDS:
            self._last_line = self._clock()
            self._console.print(counts, highlight=False, soft_wrap=True)

    def harvested(self, harvest: Harvest) -> None:
        """Counts one harvest."""
        self.done += 1
        self.new += len(harvest.sightings)
        self.articles += len(harvest.articles)
        self.rejected += len(harvest.rejections)
        self.failed += harvest.poll is not None and harvest.poll.outcome is PollOutcome.FAILED
        counts = f"{self.articles} articles, {self.rejected} rejected, {self.failed} feeds failed"
        if self._live and self._task is not None:
            self._live.update(self._task, advance=1, description=counts + self._pace())
        else:
            of = f" of {self.total}" if self.total else ""
            self.advanced(f"{self.done}{of} done: {counts}{self._pace()}")

    def _pace(self) -> str:
        """Articles a second, and the time that is left, if that can be told."""
        seconds = self._clock() - self._begun
        if self._share is None or seconds <= 0:
            return ""
        left = f", {self._share:.0%}, about {timedelta(seconds=round(seconds / self._share - seconds))} left" if self._share else ""
        return f", {self.articles / seconds:.1f} articles a second{left}"


class LoggedProgress(Progress):
    """Progress that a log tells too, feed by feed: those that failed, and those that brought something.

    A record holds the lines of its level since the last `write_log`, as far as there is room; of a run that is killed, what came after
    that is not in the log. Each record is written to standard error too, which releases the
    interpreter's lock and waits for it again, beside threads that store and archive: one for each of 540 feeds cost a run two seconds.
    """

    def __init__(self, logger: logging.Logger | logging.LoggerAdapter[logging.Logger]) -> None:
        super().__init__()
        self._logger = logger
        self._lines: dict[int, list[str]] = {}

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.write_log()
        super().__exit__(kind, error, trace)

    def harvested(self, harvest: Harvest) -> None:
        """Counts one harvest, and notes what the log will say of it."""
        super().harvested(harvest)
        if harvest.poll and harvest.poll.error:
            self._note(logging.WARNING, harvest, harvest.poll.error)
        if harvest.sightings:
            told = f"{len(harvest.sightings)} entries, {len(harvest.articles)} articles, {len(harvest.rejections)} rejected"
            self._note(logging.INFO, harvest, told)

    def write_log(self) -> None:
        """Logs what has been noted; to be called every few seconds."""
        noted, self._lines = self._lines, {}
        for level, lines in noted.items():
            for part in _records(lines):
                self._logger.log(level, "%s", "\n".join(part))

    def _note(self, level: int, harvest: Harvest, told: str) -> None:
        self._lines.setdefault(level, []).append(f"{harvest.feed}: {told} (run {self.run_id})")


def _records(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines in parts of at most `RECORD_BYTES`; one that is longer by itself is a part of its own."""
    part: list[str] = []
    room = RECORD_BYTES
    for line in lines:
        size = len(json.dumps(line))
        if part and size > room:
            yield part
            part, room = [], RECORD_BYTES
        part.append(line)
        room -= size
    if part:
        yield part
