"""The loader's side of the warehouse. Every method opens the private file, does one short transaction, and lets go of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path

import duckdb

from pipeline.records import MAX_VERSIONS, BackfillJob, BackfillMark, Feed, FeedState, Harvest, Remade, Run, RunKind, RunSummary
from warehouse.connections import merge_row_groups, writer, writer_lock
from warehouse.feed_states import read_feed_states
from warehouse.incoming import incoming, incoming_feeds, incoming_remade
from warehouse.migrate import migrate
from warehouse.publishing import is_published, publish_copy, sweep
from warehouse.settling import Unsettled
from warehouse.sql_files import execute_each, query

# How long a writer waits for another: a transaction takes well under a second, a publish under a second a GB.
LOCK_SECONDS = 120.0
# Texts that one transaction adds to the index of words: half a second of work, 200 MB of memory; 5,000 take 580 MB.
INDEX_BATCH = 1_024
# A transaction appends row groups of its own. Left to itself, DuckDB merges two, four, eight … of them in checkpoints, and each merge packs
# their texts anew: of 40,000 texts that came by 400, 19 of 23 s, with all that it merges unpacked in memory. Merged so many at a time,
# and at the end of a run, every text is packed twice or three times.
MERGE_AFTER = 32


class _Publish(Enum):
    """What a transaction leaves for readers."""

    NOTHING = "nothing"
    WHAT_WAS_STORED_BEFORE = "what was stored before"  # if it was not published, or not in this version's schema; itself only with that
    ALL = "all"


class Warehouse:
    """What writes under one home folder. Holds nothing open between calls; two processes may use it at once.

    Everything raises `WarehouseError` where the file cannot be locked, opened, upgraded or published.
    """

    def __init__(self, home: Path, *, lock_seconds: float = LOCK_SECONDS) -> None:
        self.home = home
        self.work = home / "state" / "work.duckdb"
        self.snapshot = home / "warehouse.duckdb"
        self._lock_seconds = lock_seconds
        self._unmerged = 0

    def begin_run(self, run: Run, feeds: Sequence[Feed] | None, *, now: datetime) -> None:
        """Brings the schema and the feeds up to date, closes what killed runs of this kind left open, begins `run`.

        `feeds` are those of the feeds file; None leaves the known ones as they are. What other runs have stored is published, if it is not
        yet. If it is, an ingest itself comes to be seen with what it brings: one without news copies the file once, not twice. That a
        run was killed is seen at once.
        """
        with self._writing(_Publish.WHAT_WAS_STORED_BEFORE if run.kind is RunKind.INGEST else _Publish.ALL) as con:
            if feeds is not None:
                con.register("incoming_feed", incoming_feeds(feeds))
                con.execute(query("begin_feeds"))
            left_running = con.execute(query("left_running"), {"kind": run.kind.value}).fetchall()
            for (left,) in left_running:
                con.execute(query("finish_run"), {"run_id": left, "status": "interrupted", "finished_at": None})
            con.execute(
                query("begin_run"),
                {
                    "run_id": run.run_id,
                    "kind": run.kind.value,
                    "started_at": now,
                    "prefect_flow_run_id": run.prefect_flow_run_id,
                    "version": run.version,
                },
            )
        if left_running:
            self.publish()

    def feed_states(self) -> dict[str, FeedState]:
        """What is remembered of each feed, by name."""
        with self._writing() as con:
            return read_feed_states(con)

    def begin_backfill(self, job: BackfillJob, run_id: str, *, now: datetime) -> tuple[BackfillMark, ...]:
        """Enters a job in the ledger, unless it stands there; gives how far it has come, in order, from when it was last done."""
        with self._writing() as con:
            values = {name: getattr(job, name) for name in BackfillJob.__dataclass_fields__}
            con.execute(query("begin_backfill"), {**values, "run_id": run_id, "now": now})
            rows = con.execute(query("backfill_marks"), {"job": job.job}).fetchall()
        return tuple(BackfillMark(**dict(zip(BackfillMark.__dataclass_fields__, row, strict=True))) for row in rows)

    @contextmanager
    def loading(self, run_id: str, harvests: Sequence[Harvest], *, now: datetime, publish: bool) -> Iterator[Unsettled]:
        """Stores a batch, whole or not at all; between its articles and the rest of it, the caller settles what they leave unsettled."""
        with self._writing(_Publish.ALL if publish else _Publish.NOTHING) as con:
            for name, table in incoming(harvests).items():
                con.register(name, table)
            con.execute(query("load_feeds"))
            execute_each(con, "load_articles", {"run_id": run_id, "now": now, "max_versions": MAX_VERSIONS})
            yield Unsettled(con)
            execute_each(con, "load_sightings", {"run_id": run_id})
            execute_each(con, "load_log", {"run_id": run_id, "now": now})

    @contextmanager
    def loading_remade(self, run_id: str, remade: Sequence[Remade]) -> Iterator[Unsettled]:
        """Stores versions made again over what they were, whole or not at all; the caller settles what they leave unsettled."""
        with self._writing() as con:
            for name, table in incoming_remade(remade).items():
                con.register(name, table)
            execute_each(con, "load_remade", {"run_id": run_id})
            yield Unsettled(con)

    @contextmanager
    def loading_unindexed(self, *, version: int, most: int) -> Iterator[Unsettled]:
        """Up to `most` articles that the index of stories of this version does not have; the caller settles them."""
        with self._writing() as con:
            execute_each(con, "unindexed_stories", {"version": version, "most": most})
            yield Unsettled(con)

    def finish_run(self, run_id: str, *, status: str, now: datetime) -> RunSummary:
        """Counts what the run has stored, closes it, publishes. The index of words takes in what is new first."""
        self.index_words()
        with self._writing(_Publish.ALL, merge=True) as con:
            con.execute(query("finish_run"), {"run_id": run_id, "status": status, "finished_at": now})
            row = con.execute(query("run_summary"), {"run_id": run_id}).fetchone()
        assert row is not None, run_id
        names = RunSummary.__dataclass_fields__
        return RunSummary(**dict(zip(names, (row[0], RunKind(row[1]), *row[2:]), strict=True)))

    def index_words(self) -> int:
        """Brings the index of words up to date, in short transactions of `INDEX_BATCH` texts; gives how many it took in."""
        done = 0
        while True:
            with self._writing() as con:
                execute_each(con, "index_search", {"most": INDEX_BATCH})
                taken = int((con.execute("SELECT count(*) FROM unindexed").fetchone() or (0,))[0])
            done += taken
            if taken < INDEX_BATCH:
                return done

    def prune(self, *, before: datetime) -> int:
        """Deletes the log of polls and requests made before then; gives how many rows went. Publishes."""
        with self._writing(_Publish.ALL, merge=True) as con:
            counts = [con.execute(statement, {"before": before}).fetchone() for statement in con.extract_statements(query("prune"))]
        return sum(row[0] for row in counts if row)

    def publish(self) -> None:
        """Publishes what is stored, unless it is published; removes what a killed copy left behind."""
        with writer_lock(self.work, lock_seconds=self._lock_seconds):
            sweep(self.snapshot)
            if not is_published(self.work, self.snapshot):
                publish_copy(self.work, self.snapshot)

    @contextmanager
    def _writing(self, publish: _Publish = _Publish.NOTHING, *, merge: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction, committed and checkpointed at the end, then published if asked, all under the lock.

        `merge`: the row groups that are still small are merged, which they are every so often anyway.
        """
        with writer_lock(self.work, lock_seconds=self._lock_seconds):
            is_due = publish is _Publish.ALL or (publish is _Publish.WHAT_WAS_STORED_BEFORE and not is_published(self.work, self.snapshot))
            with writer(self.work) as con:
                is_due |= migrate(con) and publish is not _Publish.NOTHING
                con.begin()
                try:
                    yield con
                except BaseException:
                    con.rollback()
                    raise
                con.commit()
                self._unmerged += 1
                if merge or self._unmerged >= MERGE_AFTER:
                    merge_row_groups(self.work, con)
                    self._unmerged = 0
                else:
                    con.execute("CHECKPOINT")
            if is_due:
                publish_copy(self.work, self.snapshot)
