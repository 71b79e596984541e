"""`feedhouse feeds ...`: the feeds file on the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from flows.options import GivenDuration, Place


@click.group()
def feeds() -> None:
    """The feeds file."""


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed, in a list.")
@click.pass_obj
def feeds_list(place: Place, *, as_json: bool) -> int:
    """The feeds of the feeds file."""
    from flows.feeds import list_command

    return list_command(feeds_path=place.feeds_path, as_json=as_json)


@feeds.command("check")
@click.argument("names", nargs=-1)
@click.pass_obj
def feeds_check(place: Place, names: tuple[str, ...]) -> int:
    """Poll once and say what would be stored; store nothing."""
    from flows.feeds import check_command

    return check_command(home=place.home, feeds_path=place.feeds_path, names=names)


@feeds.command("add")
@click.argument("url")
@click.option("--name", help="What to call it; after its host, unless given.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag; can be given again.")
@click.option("--interval", type=GivenDuration(), help="How often to poll it.")
@click.option("--unchecked", is_flag=True, help="Do not read it first.")
@click.pass_obj
def feeds_add(place: Place, url: str, name: str | None, tags: tuple[str, ...], interval: timedelta | None, *, unchecked: bool) -> int:
    """Add a feed, by its address or that of the site that it belongs to."""
    from flows.feeds_editing import add_command

    return add_command(home=place.home, feeds_path=place.feeds_path, url=url, name=name, tags=tags, interval=interval, unchecked=unchecked)


@feeds.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def feeds_remove(place: Place, names: tuple[str, ...]) -> int:
    """Take feeds out of the feeds file; what is stored of them stays."""
    from flows.feeds_editing import remove_command

    return remove_command(feeds_path=place.feeds_path, names=names)


@feeds.command("discover")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed, in a list.")
@click.pass_obj
def feeds_discover(place: Place, url: str, *, as_json: bool) -> int:
    """Find the feeds of a site."""
    from flows.feeds_found import discover_command

    return discover_command(home=place.home, feeds_path=place.feeds_path, url=url, as_json=as_json)


@feeds.command("import")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.opml")
@click.pass_obj
def feeds_import(place: Place, source: Path) -> int:
    """Add what an OPML file lists, as other feed readers export it."""
    from flows.feeds_editing import import_command

    return import_command(feeds_path=place.feeds_path, source=source)


@feeds.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.pass_obj
def feeds_export(place: Place, output: Path | None) -> int:
    """The feeds as OPML, for other feed readers."""
    from flows.feeds_editing import export_command

    return export_command(feeds_path=place.feeds_path, output=output)
