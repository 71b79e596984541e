"""`feedhouse why URL`: everything that happened to one URL, in the order in which it happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click
import duckdb

from pipeline.canonical import canonical_url, site_of
from pipeline.errors import FeedhouseError
from pipeline.matching import shared_passage
from warehouse.connections import open_reader
from warehouse.sql_files import query

Row = dict[str, object]


class NeverSeenError(FeedhouseError):
    """No feed has ever listed the URL."""


def why_command(*, home: Path, url: str) -> int:
    """Prints what the warehouse knows of `url`, given as published, as fetched or in its canonical form."""
    canonical = canonical_url(url) or url
    with open_reader(home / "warehouse.duckdb") as con:
        keys = {"url": url, "canonical": canonical}
        sightings = _rows(con, "why_sightings", keys)
        rejections = _rows(con, "why_rejections", keys)
        if not sightings and not rejections:
            raise _never_seen(con, url)
        _print_sightings(sightings)
        article_ids = list(dict.fromkeys(str(row["article_id"]) for row in sightings if row["article_id"]))
        articles = [row for article_id in article_ids for row in _rows(con, "why_article", {"article_id": article_id})]
        _print_fetches(_rows(con, "why_fetches", {"urls": [url, *(str(row["url"]) for row in articles)]}))
        _print_rejections(rejections)
        for article in articles:
            _print_article(article, _rows(con, "why_credits", {"article_id": article["article_id"]}))
            _print_story(con, article, _rows(con, "why_story", {"story_id": article["story_id"]}))
    return 0


def _rows(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> list[Row]:
    answer = con.execute(query(name), values)
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _never_seen(con: duckdb.DuckDBPyConnection, url: str) -> NeverSeenError:
    site = site_of(url)
    near = [str(row["url"]) for row in _rows(con, "why_nearest", {"url": url, "site": site})] if site else []
    hint = f"; of {site} it has seen {', '.join(near)}" if near else f"; it has seen nothing of {site}" if site else "; and that is no URL"
    return NeverSeenError(f"{url}: no feed has listed it{hint}")


def _print_sightings(rows: list[Row]) -> None:
    _heading("Seen")
    for row in rows:
        edits = f", edited {row['times_changed']} times" if row["times_changed"] else ""
        _line(f"{_time(row['first_seen_at'])} to {_time(row['last_seen_at'])} in {row['feed']}{edits}")
        _detail("title", row["title"])
        _detail("published", f"{_time(row['published_at'])} ({row['date_quality']}; as written: {row['published_raw']})")
        _detail("entry id", row["entry_id"])


def _print_fetches(rows: list[Row]) -> None:
    if rows:
        _heading("Fetched")
    for row in rows:
        moved = f" → {row['final_url']}" if row["final_url"] and row["final_url"] != row["url"] else ""
        result = row["error"] or f"{row['http_status']}, {row['bytes']:,} bytes in {row['duration_ms']} ms"
        again = f"; again {_time(row['next_retry_at'])}" if row["next_retry_at"] else ""
        _line(f"{_time(row['fetched_at'])} {row['url']}{moved}: {result}{again}")


def _print_rejections(rows: list[Row]) -> None:
    if rows:
        _heading("Rejected")
    for row in rows:
        end = "final" if row["is_final"] else f"again {_time(row['next_retry_at'])}"
        _line(f"{_time(row['rejected_at'])} {row['feed']}, {row['stage']}, try {row['attempts']} ({end}): {row['reason']}: {row['error']}")


def _print_article(article: Row, credits_found: list[Row]) -> None:
    _heading(f"Article {article['article_id']}")
    _detail("canonical URL", article["canonical_url"])
    _detail("title", article["title"])
    _detail("published", f"{_time(article['published_at'])} ({article['date_quality']})")
    _detail(
        "text", f"{article['word_count']} words from the {article['text_source']} by {article['extractor']}, version {article['version']}"
    )
    for row in credits_found:
        said = ", ".join(f"{name} {row[name]}" for name in ("source", "publisher", "author", "url") if row[name])
        _detail("credit", f"{row['kind']}: {said} ({row['confidence']:.2f}), from {row['evidence']!r}")
    if article["trimmed"]:
        _detail("cut from the text", None)
        for line in str(article["trimmed"]).splitlines():
            _line(f"    {line}")
    if article["cut"]:
        _detail("cut because it recurs over the articles of the site", None)
        for _, line in json.loads(str(article["cut"])):
            _line(f"    {line}")


_REASONS = {
    "only": "the only one",
    "canonical_url": "the original: the others' pages name or cite its address",
    "credited": "the original: the others credit its publisher",
    "uncredited": "the original: the earliest that credits nobody",
    "earliest": "the original: the earliest",
    "address": "taken for the original: nothing tells which was first",
}
_SHOWN = 300


def _print_story(con: duckdb.DuckDBPyConnection, article: Row, members: list[Row]) -> None:
    """The story's articles, why each is in it, and the longest passage that this one has in common with the one it was matched with."""
    _heading(f"Story {article['story_id']}, {len(members)} article{'s' if len(members) != 1 else ''}")
    for row in members:
        said = []
        if row["stands_first"]:
            unseen = f"the earliest seen; the original is credited: {row['original_source']}"
            said.append(_REASONS.get(str(row["original_reason"]), unseen))
        if row["method"]:
            said.append(f"{row['method']} match with {row['matched_url']}, which has {row['containment']:.0%} of it")
        elif len(members) > 1:
            said.append("the longest text, which the others were matched with")
        _line(f"{_time(row['published_at'])} {row['url']}: {'; '.join(said)}")
    mine = next((row for row in members if row["article_id"] == article["article_id"] and row["method"] in {"near", "contained"}), None)
    if mine:
        pair = [article["article_id"], mine["matched_article_id"]]
        texts = {row["article_id"]: str(row["text"]) for row in _rows(con, "why_texts", {"article_ids": pair})}
        passage = " ".join(shared_passage(*(texts[article_id] for article_id in pair)).split())
        _detail("longest passage in common", f"{passage[:_SHOWN]}{' …' if len(passage) > _SHOWN else ''}")


def _heading(text: str) -> None:
    click.secho(text, bold=True)


def _line(text: str) -> None:
    click.echo(f"  {text}")


def _detail(name: str, value: object) -> None:
    click.echo(f"    {name}: {value if value is not None else ''}".rstrip())


def _time(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}Z" if isinstance(value, datetime) else "at no known time"
