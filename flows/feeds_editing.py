"""`feedhouse feeds add`, `remove`, `import` and `export`: the feeds file without an editor."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from flows.feeds_file import FeedTable, edit_feeds_file, feeds_file_or_none_yet, with_feeds, without_feed
from flows.in_place import in_place
from flows.settings import ConfigError, FeedsFile, free_name, is_http_address, load_feeds_file, name_of_host, unknown_feed
from pipeline.canonical import canonical_url
from pipeline.errors import FeedhouseError
from pipeline.opml import OpmlFeed, read_opml, write_opml


class NotAddedError(FeedhouseError):
    """Nothing was added to the feeds file, and why."""


def add_command(
    *, home: Path, feeds_path: Path, url: str, name: str | None, tags: Sequence[str], interval: timedelta | None, unchecked: bool
) -> int:
    """Adds the feed at `url`, or the only one that the page there leads to; it is read first, unless `unchecked`."""
    feeds_file = feeds_file_or_none_yet(feeds_path, os.environ)
    there = _feed_at(feeds_file, url)
    title, note = None, "unread"
    if not there and not unchecked:
        from flows.commands import run_to_end
        from flows.feeds_found import only_feed

        found = run_to_end(only_feed(feeds_file.settings, home, url))
        newest = f", the newest of {found.newest_at:%Y-%m-%d}" if found.newest_at else ""
        url, title, note = found.url, found.title, f"{found.format}, {found.entries} entries{newest}"
    added: list[FeedTable] = []

    def change(before: FeedsFile, text: str) -> str:
        nonlocal there
        if there := _feed_at(before, url):
            return text
        taken = {feed.name for feed in before.feeds}
        added.append(FeedTable(name=name or _free_name(url, title, taken), url=url, tags=tuple(tags), interval=interval))
        return with_feeds(text, added)

    edit_feeds_file(feeds_path, os.environ, change)
    click.echo(f"{there} is that feed already: {url}" if there else f"added {added[0].name}: {url} ({note})")
    return 0


def remove_command(*, feeds_path: Path, names: Sequence[str]) -> int:
    """Takes feeds out of the feeds file; what the warehouse has of them stays there.

    Raises:
        ConfigError: if one of them is not there; all stay then.
    """

    def change(before: FeedsFile, text: str) -> str:
        known = [feed.name for feed in before.feeds]
        for name in names:
            if name not in known:
                raise unknown_feed(feeds_path, name, known)
        for number in sorted({known.index(name) for name in names}, reverse=True):
            try:
                text = without_feed(text, number)
            except ValueError:
                raise ConfigError(f"{feeds_path}: the table of {known[number]!r} cannot be cut out: delete it in an editor") from None
        return text

    edit_feeds_file(feeds_path, os.environ, change)
    click.echo(f"removed {', '.join(names)}; what the warehouse has of them stays there")
    return 0


def import_command(*, feeds_path: Path, source: Path) -> int:
    """Adds the subscriptions of an OPML file that are not there yet, called by their titles; folders and categories become tags.

    Raises:
        NotAddedError: if the file lists no feed.
    """
    try:
        opml = read_opml(source.read_bytes())
    except OSError as error:
        raise NotAddedError(f"{source}: cannot be read: {error.strerror}") from None
    for address in opml.lists:
        click.echo(f"feedhouse: {source}: {address} is another list: fetch it and import it too", err=True)
    if not opml.feeds:
        raise NotAddedError(f"{source}: names no feed: OPML has outlines with an xmlUrl")
    added: list[FeedTable] = []
    left_out: list[OpmlFeed] = []

    def change(before: FeedsFile, text: str) -> str:
        addresses = {canonical_url(feed.url) for feed in before.feeds}
        names = {feed.name for feed in before.feeds}
        for feed in opml.feeds:
            address = canonical_url(feed.url)
            if not is_http_address(feed.url) or not feed.url.isprintable():
                left_out.append(feed)
            elif address not in addresses:
                title = "".join(filter(str.isprintable, feed.title or ""))
                table = FeedTable(name=free_name(title or name_of_host(feed.url), names), url=feed.url, tags=feed.tags)
                addresses.add(address)
                names.add(table.name)
                added.append(table)
        return with_feeds(text, added) if added else text

    edit_feeds_file(feeds_path, os.environ, change)
    for feed in left_out:
        click.echo(f"feedhouse: {source}: {feed.title or ''} ({feed.url}) has no http address: left out", err=True)
    known = len(opml.feeds) - len(added) - len(left_out)
    click.echo(f"added {len(added)} of {len(opml.feeds)} feeds to {feeds_path}; {known} there already, {len(left_out)} left out")
    return 0


def export_command(*, feeds_path: Path, output: Path | None) -> int:
    """Writes the feeds of the feeds file as OPML, without headers, which may be secrets."""
    feeds_file = load_feeds_file(feeds_path, os.environ)
    opml = write_opml(OpmlFeed(url=feed.url, title=feed.name, tags=feed.tags) for feed in feeds_file.feeds)
    if output is None:
        sys.stdout.write(opml.decode())
        return 0
    try:
        with in_place(output) as partial:
            partial.write_bytes(opml)
    except OSError as error:
        raise FeedhouseError(f"{output}: cannot be written: {error.strerror}") from None
    return 0


def _feed_at(feeds_file: FeedsFile, url: str) -> str | None:
    """The name of the feed with that address, in whatever spelling."""
    return next((feed.name for feed in feeds_file.feeds if canonical_url(feed.url) == canonical_url(url)), None)


def _free_name(url: str, title: str | None, taken: set[str]) -> str:
    """The host; where another feed is called so, the host and the title; where that is taken too, a number behind it."""
    host = name_of_host(url)
    words = re.findall(r"\w+", (title or "").casefold())
    return free_name("-".join((host, *words)) if host in taken and words else host, taken)
