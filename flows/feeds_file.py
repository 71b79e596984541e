"""The feeds file, edited as text, so that its comments and its layout stay as they are: feeds are added at its end, or taken out.

tomlkit was tried: removing a feed puts the comment above it over the next one, what is added to a file without a last line break joins its
last line, and 10,000 feeds take 4 s. So lines are cut here, and `tomllib` says whether what is left is what was meant.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flows.in_place import in_place
from flows.settings import ConfigError, FeedsFile, Settings, load_feeds_file, read_feeds_file, write_duration

_HEADER = re.compile(r"\s*\[\[?[^\[\]]+\]\]?\s*(?:#.*)?$")
_FEED_HEADER = re.compile(r"\s*\[\[\s*feeds\s*\]\]")
_PART_OF_FEED = re.compile(r"\s*\[\s*feeds\s*\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTable:
    """One [[feeds]] table to be written."""

    name: str
    url: str
    tags: tuple[str, ...] = ()
    interval: timedelta | None = None

    def lines(self) -> Iterator[str]:
        """The table, line by line."""
        yield "[[feeds]]"
        yield f"name = {_quoted(self.name)}"
        yield f"url = {_quoted(self.url)}"
        if self.tags:
            yield f"tags = [{', '.join(map(_quoted, self.tags))}]"
        if self.interval:
            yield f"interval = {_quoted(write_duration(self.interval))}"


def feeds_file_or_none_yet(path: Path, environ: Mapping[str, str]) -> FeedsFile:
    """The feeds file at `path`; where there is none yet, one without feeds and with every setting at its default.

    Raises:
        ConfigError: as `load_feeds_file`.
    """
    return load_feeds_file(path, environ) if path.exists() else FeedsFile(path=path, settings=Settings(), feeds=())


def edit_feeds_file(path: Path, environ: Mapping[str, str], change: Callable[[FeedsFile, str], str]) -> None:
    """Replaces the feeds file by what `change` makes of it and of its text: whole or not at all, and by one process at a time.

    Raises:
        ConfigError: if the file is wrong as it is, cannot be written, or would be wrong afterwards; it stays as it was.
    """
    path = path.resolve()  # a link stays a link
    with _alone(path.parent):
        before = feeds_file_or_none_yet(path, environ)
        text = path.read_bytes().decode() if path.exists() else ""
        changed = change(before, text)
        read_feeds_file(path, changed, environ)
        if changed != text:
            _replace(path, changed)


def with_feeds(text: str, tables: Sequence[FeedTable]) -> str:
    """The text of a feeds file with `tables` at its end, in the line breaks that it has."""
    blocks = ["\n".join(table.lines()) for table in tables]
    added = "\n\n".join(([text.rstrip().replace("\r\n", "\n")] if text.strip() else []) + blocks) + "\n"
    return added.replace("\n", "\r\n") if "\r\n" in text else added


def without_feed(text: str, number: int) -> str:
    """The text of a feeds file without its [[feeds]] table `number`, counted from 0. Comments outside the table stay.

    Raises:
        ValueError: if the table is written in a way in which it cannot be cut out by lines.
    """
    lines = text.split("\n")
    headers = [place for place, line in enumerate(lines) if _HEADER.match(line)]
    begin = [place for place in headers if _FEED_HEADER.match(lines[place])][number : number + 1]
    if not begin:
        raise ValueError(number)
    following = next((place for place in headers if place > begin[0] and not _PART_OF_FEED.match(lines[place])), len(lines))
    end = following
    while _is_blank_or_comment(lines[end - 1]):
        end -= 1
    while end < following and not lines[end].strip():
        end += 1
    left = "\n".join(lines[: begin[0]] + lines[end:]) if any(lines[end:]) else _ended("\n".join(lines[: begin[0]]))
    expected = tomllib.loads(text)
    del expected["feeds"][number]
    if not expected["feeds"]:
        del expected["feeds"]
    try:
        if tomllib.loads(left) != expected:
            raise ValueError(number)
    except tomllib.TOMLDecodeError:
        raise ValueError(number) from None
    return left


def _ended(text: str) -> str:
    """`text` with one line break at its end, if there is anything in it."""
    line_break = "\r\n" if "\r\n" in text else "\n"
    return f"{text.rstrip()}{line_break}" if text.strip() else ""


def _is_blank_or_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _quoted(text: str) -> str:
    """A TOML string: what JSON escapes, TOML escapes alike."""
    return json.dumps(text, ensure_ascii=False)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds a lock on the folder, which no reader of the file asks for and of which nothing is left behind."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    try:
        with in_place(path) as partial, partial.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
