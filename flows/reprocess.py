"""`feedhouse reprocess`: articles made again from the archive by the program as it is now, with no network.

An article keeps its identity, and a version its number and its time: what changes is what the program makes of the same bytes. Entries
that came to nothing are tried again too. Stopped, it goes on where it was when it is started again.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click
import duckdb

from flows.commands import run_to_end
from flows.progress import Progress
from flows.remaking import Made, MadeAgain, Makers, makers_here
from flows.run_parts import ARCHIVE_FOLDER, Clock, recorded
from flows.settling import store, store_remade
from flows.version import VERSION
from pipeline.canonical import site_of
from pipeline.differences import difference
from pipeline.records import Difference, Harvest, Remade, Remakeable, Run, RunKind, RunSummary
from pipeline.templates import restored
from warehouse import Warehouse, lookups, open_reader
from warehouse.reprocessing import remakeable

# Versions that one transaction stores.
BATCH = 400
# Texts that the summary names.
MOST_CHANGED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReprocessOptions:
    """What a person can say about it. `names` empty: every feed; `since` None: all that is kept."""

    home: Path
    names: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a reprocess came to: things looked at, versions made again, how far texts have changed, entries that have an article now."""

    seen: int = 0
    remade: int = 0
    newly_stored: int = 0
    changed: list[tuple[str, Difference]] = field(default_factory=list)


def reprocess_command(*, home: Path, names: tuple[str, ...], since: datetime | None, as_json: bool) -> int:
    """Makes articles again, then says how many texts have changed, and by how much."""
    with Progress() as progress:
        summary, outcome = run_to_end(run_reprocess(ReprocessOptions(home=home, names=names, since=since), progress=progress))
    print_outcome(summary, outcome, as_json=as_json)
    return 0


async def run_reprocess(
    options: ReprocessOptions,
    *,
    progress: Progress,
    now: Clock = lambda: datetime.now(UTC),
    makers: Callable[[Path], AbstractAsyncContextManager[Makers]] = makers_here,
    flow_run_id: str | None = None,
) -> tuple[RunSummary, Outcome]:
    """Makes everything again whose bytes are kept and that `options` name.

    `makers` make the batches, given the folder of the archive; what they make is loaded from here, a batch after the other.

    Raises:
        FeedhouseError: where nothing can be done; `ArchiveError` where a file of the archive is gone or has been changed.
    """
    outcome = Outcome()

    async def work(warehouse: Warehouse, run: Run) -> None:
        progress.run_id = run.run_id
        progress.begin("Making articles again from the archive", None)
        with open_reader(warehouse.snapshot) as con:
            items = remakeable(con, since=options.since, feeds=options.names, program=VERSION)
            async with makers(options.home / ARCHIVE_FOLDER) as hands, aclosing(_made_in_order(items, hands)) as batches:
                async for looked_at, made in batches:
                    before = _texts_before(con.cursor(), made)
                    await asyncio.to_thread(_store, warehouse, run, made, outcome, before=before, now=now())
                    outcome.seen += looked_at
                    progress.advanced(f"{outcome.seen} looked at, {len(outcome.changed)} texts changed, {outcome.newly_stored} new")

    summary = await recorded(RunKind.REPROCESS, options.home, work, feeds=None, now=now, flow_run_id=flow_run_id)
    return summary, outcome


async def _made_in_order(items: Iterator[Remakeable], makers: Makers) -> AsyncGenerator[tuple[int, list[MadeAgain]], None]:
    """Batch after batch: how many things it had, and what became of them. The makers are ahead of whoever asks."""
    ahead: deque[tuple[int, asyncio.Future[Made]]] = deque()
    try:
        while True:
            while len(ahead) < makers.at_once and (batch := await asyncio.to_thread(lambda: list(islice(items, BATCH)))):
                ahead.append((len(batch), asyncio.ensure_future(makers.make(batch))))
            if not ahead:
                return
            looked_at, making = ahead[0]
            made = [item for item in await making if item is not None]
            ahead.popleft()
            yield looked_at, made
    finally:
        for _, making in ahead:
            making.cancel()
        await asyncio.gather(*(making for _, making in ahead), return_exceptions=True)


def _texts_before(con: duckdb.DuckDBPyConnection, made: Sequence[MadeAgain]) -> dict[str, str]:
    """The whole texts, as they were, of the versions whose text has changed, by the hash of what the warehouse shows of them."""
    changed = {
        item.item.text_hash: item.item.cut for item in made if item.item.text_hash and item.item.whole_hash != item.article.text_hash
    }
    found = lookups.texts(con, list(changed))
    return {text_hash: "\n".join(restored(text.split("\n"), changed[text_hash])) for text_hash, text in found.items()}


def _store(
    warehouse: Warehouse, run: Run, made: Sequence[MadeAgain], outcome: Outcome, *, before: Mapping[str, str], now: datetime
) -> None:
    """One batch: versions over what they were, entries that came to nothing before as any other harvest."""
    remade = [_remade(item, before) for item in made if item.item.article_id is not None]
    fresh = [_harvest(item) for item in made if item.item.article_id is None]
    store_remade(warehouse, run.run_id, remade)
    if fresh:
        store(warehouse, run.run_id, fresh, now=now, publish=False)
    outcome.remade += len(remade)
    outcome.newly_stored += len(fresh)
    outcome.changed += [(item.article.url, item.difference) for item in remade if item.difference.is_change]


def _remade(made: MadeAgain, before: Mapping[str, str]) -> Remade:
    """The version, with the identity that it had."""
    item, article = made.item, made.article
    assert item.article_id and item.version and item.canonical_url and item.whole_hash and item.text_hash  # noqa: PT018
    return Remade(
        article=replace(article, article_id=item.article_id, canonical_url=item.canonical_url, site=site_of(item.canonical_url)),
        version=item.version,
        text_hash_before=item.whole_hash,
        difference=difference(before.get(item.text_hash, article.text), article.text),
    )


def _harvest(made: MadeAgain) -> Harvest:
    """An entry that came to nothing before and has an article now."""
    sighting = replace(made.item.sighting, article_id=made.article.article_id)
    return Harvest(feed=sighting.feed, sightings=(sighting,), articles=(made.article,))


def print_outcome(summary: RunSummary, outcome: Outcome, *, as_json: bool) -> None:
    """Prints what has changed: counts, the mean likeness, and the texts that have changed most."""
    differences = [found for _, found in outcome.changed]
    likeness = sum(found.similarity for found in differences) / len(differences) if differences else 1.0
    words = sum(found.words_after - found.words_before for found in differences)
    if as_json:
        counts = {"run_id": summary.run_id, "status": summary.status, "looked_at": outcome.seen, "made_again": outcome.remade}
        told = {"texts_changed": len(differences), "mean_similarity": likeness, "words_gained": words, "newly_stored": outcome.newly_stored}
        click.echo(json.dumps(counts | told))
        return
    click.echo(f"{outcome.remade:,} texts made again: {len(differences):,} changed, {outcome.newly_stored:,} entries have an article now")
    if differences:
        click.echo(f"changed texts are alike by {likeness:.1%} in the mean, and have {words:+,} words in all; the most changed:")
    for url, found in sorted(outcome.changed, key=lambda item: (item[1].similarity, item[0]))[:MOST_CHANGED]:
        click.echo(f"  {found.similarity:4.0%}  {found.words_before:>6,} to {found.words_after:,} words  {url}")
