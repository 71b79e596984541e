"""The command line. Thin: each command reads its options and calls one function, imported only then.

Prefect, trafilatura and the HTTP stack take seconds to import; `--help` and `query` must not wait for them (a test holds that).
"""

from __future__ import annotations

import sys
import traceback
from datetime import datetime, timedelta
from pathlib import Path

import click

from flows.cli_feeds import feeds
from flows.options import GivenDate, GivenDuration, Place
from pipeline.errors import FeedhouseError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="FEEDHOUSE_HOME",
    default=Path("data"),
    show_default=True,
    help="Folder of everything that is written.",
)
@click.option(
    "--feeds",
    "feeds_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="FEEDHOUSE_FEEDS",
    default=Path("feeds.toml"),
    show_default=True,
    help="What to poll.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="feedhouse")
@click.pass_context
def feedhouse(context: click.Context, home: Path, feeds_path: Path, *, debug: bool) -> None:
    """Polls syndication feeds, keeps the clean text of their articles, recognises reposts, and answers SQL about it all."""
    context.obj = Place(home, feeds_path, debug)


@feedhouse.command()
@click.option("--all", "everything", is_flag=True, help="Every feed, due or not.")
@click.option("--feed", "names", multiple=True, metavar="NAME", help="Only this feed, due or not; can be given again.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many feeds.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
@click.pass_obj
def ingest(place: Place, names: tuple[str, ...], limit: int | None, *, everything: bool, as_json: bool) -> int:
    """One run over the feeds that are due: poll, fetch, extract, load."""
    from flows.commands import ingest_command

    return ingest_command(
        home=place.home,
        feeds_path=place.feeds_path,
        everything=everything,
        names=names,
        limit=limit,
        as_json=as_json,
        crash_on_bugs=place.debug,
    )


@feedhouse.command()
@click.option("--feed", "names", multiple=True, metavar="NAME", help="The feed; can be given again.")
@click.option("--all", "everything", is_flag=True, help="Every feed of the feeds file.")
@click.option(
    "--from",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="From files, not from the network: WARC, saved feeds and pages, folders of them, a manifest of pages; can be given again.",
)
@click.option("--since", type=GivenDate(), help="2019-05-01, 2019-05 or '30 days ago'; must be given unless --from is.")
@click.option("--until", type=GivenDate(), help="The first moment that is too late; now, unless given.")
@click.option(
    "--via",
    type=click.Choice(["auto", "paged", "archive", "sitemap", "wayback"]),
    default="auto",
    show_default=True,
    help="WordPress pages, RFC 5005 links, sitemaps, or the Wayback Machine; auto tries them in this order, archive first.",
)
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="With --from: only pages of this host; can be given again.")
@click.option(
    "--language", "languages", multiple=True, metavar="CODE", help="With --from: only this language, as 'en'; can be given again."
)
@click.option("--dry-run", is_flag=True, help="List what would be stored, and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
@click.argument("more_paths", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[PATH]...")
@click.pass_obj
def backfill(
    place: Place,
    names: tuple[str, ...],
    paths: tuple[Path, ...],
    more_paths: tuple[Path, ...],
    since: datetime | None,
    until: datetime | None,
    via: str,
    hosts: tuple[str, ...],
    languages: tuple[str, ...],
    *,
    everything: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """History: of feeds, from the pages behind them, or from files. Started again, it goes on where it was."""
    if paths and (names or everything):
        raise click.UsageError("--from names its feeds by itself: leave --feed and --all out")
    if not paths and everything == bool(names):
        raise click.UsageError("name the feeds with --feed, or take --all, or give files with --from")
    if not paths and since is None:
        raise click.UsageError("say how far back with --since")
    if not paths and (more_paths or hosts or languages):
        raise click.UsageError("files, --host and --language go with --from")
    from flows.backfill import BackfillOptions, backfill_command
    from flows.backfill_files import FileOptions

    options = BackfillOptions(
        home=place.home,
        feeds_path=place.feeds_path,
        names=names,
        since=since,
        until=until,
        via=via,
        files=FileOptions(paths=(*paths, *more_paths), hosts=hosts, languages=languages),
    )
    return backfill_command(options, dry_run=dry_run, as_json=as_json)


@feedhouse.command()
@click.option("--every", type=GivenDuration(), default="15m", show_default=True, help="How often to look for feeds that are due.")
@click.pass_obj
def schedule(place: Place, every: timedelta) -> int:
    """Recurring runs from this process until it is stopped, with Prefect's scheduling and its web page."""
    from flows.schedule import schedule_command

    return schedule_command(home=place.home, feeds_path=place.feeds_path, every=every)


@feedhouse.command()
@click.argument("sql", required=False)
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "jsonl", "markdown", "parquet"]), default="table", show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Stop the query after so many seconds.")
@click.pass_obj
def query(place: Place, sql: str | None, form: str, output: Path | None, timeout: float | None) -> int:
    """SQL over the warehouse, read-only. Without SQL: from standard input, or at a prompt."""
    from flows.query import query_command

    return query_command(home=place.home, sql=sql, form=form, output=output, timeout=timeout)


@feedhouse.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed, in a list.")
@click.option("--check", is_flag=True, help="Exit with 1 where a feed is failing, gone or silent, or the last run did not complete.")
@click.pass_obj
def status(place: Place, *, as_json: bool, check: bool) -> int:
    """The health of each feed: last success, last new entry, failures, next poll and why then."""
    from flows.status import status_command

    return status_command(home=place.home, as_json=as_json, check=check)


@feedhouse.command()
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder; what it has already is not written again.",
)
@click.option("--since", type=GivenDate(), help="Only articles first seen since then, whether written before or not.")
@click.option("--format", "form", type=click.Choice(["parquet", "jsonl"]), default="parquet", show_default=True)
@click.pass_obj
def export(place: Place, folder: Path, since: datetime | None, form: str) -> int:
    """The articles as files, one for each day on which they were first seen."""
    from flows.export import export_command

    return export_command(home=place.home, folder=folder, since=since, form=form)


@feedhouse.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The page; report.html in the home folder, unless given."
)
@click.option("--since", type=GivenDate(), help="Only articles, reposts and rejections since then.")
@click.pass_obj
def report(place: Place, output: Path | None, since: datetime | None) -> int:
    """Volumes, feed health and who reposts whom in pictures, on one HTML page."""
    from flows.report import report_command

    return report_command(home=place.home, output=output, since=since)


@feedhouse.command()
@click.option("--keep", type=GivenDuration(), default="90d", show_default=True, help="Keep the log of polls and requests for so long.")
@click.pass_obj
def maintain(place: Place, keep: timedelta) -> int:
    """Prune the log, bring the text search up to date, and say what takes how much room."""
    from flows.maintain import maintain_command

    return maintain_command(home=place.home, keep=keep)


@feedhouse.command()
@click.option("--since", type=GivenDate(), help="Only what was fetched since then.")
@click.option("--feed", "names", multiple=True, metavar="NAME", help="Only this feed; can be given again.")
@click.option("--json", "as_json", is_flag=True, help="What has changed as one JSON object.")
@click.pass_obj
def reprocess(place: Place, since: datetime | None, names: tuple[str, ...], *, as_json: bool) -> int:
    """Extract, attribute and group again from the archived bytes, with no network."""
    from flows.reprocess import reprocess_command

    return reprocess_command(home=place.home, names=names, since=since, as_json=as_json)


@feedhouse.command()
@click.argument("url")
@click.pass_obj
def why(place: Place, url: str) -> int:
    """Everything that happened to one URL."""
    from flows.why import why_command

    return why_command(home=place.home, url=url)


@feedhouse.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Folder for the demo's warehouse; made anew.",
)
@click.pass_obj
def demo(place: Place, keep: Path) -> int:  # noqa: ARG001  the demo has a home of its own
    """The whole job on a small newsroom served on loopback; needs no network."""
    from flows.demo import demo_command

    return demo_command(home=keep)


feedhouse.add_command(feeds)


def main() -> None:
    """The entry point: exit codes and one-line errors. 0 it ran, 1 nothing could be done, 2 usage or configuration, 130 interrupted."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments
    try:
        code = feedhouse.main(arguments, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted", debug=debug)
        return 130
    except FeedhouseError as error:
        _say(str(error), debug=debug)
        return error.exit_code
    except BrokenPipeError:  # `| head` has seen enough
        sys.stdout = None  # or the interpreter complains again when it closes
        return 0
    except Exception as error:  # noqa: BLE001  the last resort: a person gets a line, not a traceback
        first_line = (str(error).strip().splitlines() or [""])[0]
        _say(
            f"a bug in Feedhouse: {type(error).__name__}: {first_line}: run again with --debug before the command, and report it",
            debug=debug,
        )
        return 1


def _say(message: str, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    click.echo(f"feedhouse: {message}", err=True)


if __name__ == "__main__":
    main()
