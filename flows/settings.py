"""feeds.toml: read, checked, and given as `Settings` and `Feed` records. Every mistake in it is one line: file, key, mend."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import FeedhouseError
from pipeline.records import Feed

_DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$")
_FEED_KEYS = ("name", "url", "tags", "interval", "full_text", "user_agent", "headers", "enabled", "respect_robots", "ignore_validators")
_SECRET = "env:"  # noqa: S105  the prefix that says where a secret stands, not a secret


class ConfigError(FeedhouseError):
    """The feeds file, or what was asked of it, cannot be used as it is."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The [settings] table. Times in seconds or as durations, sizes in bytes after decompression."""

    interval: timedelta = timedelta(minutes=30)
    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(days=1)
    concurrency: int = 64
    host_concurrency: int = 2
    host_delay: float = 1.0
    timeout: float = 20.0
    max_feed_bytes: int = 15_000_000
    max_page_bytes: int = 10_000_000
    allow_private_networks: bool = False
    proxy: str | None = None
    user_agent: str | None = None
    contact: str | None = None
    respect_robots: bool = True
    archive: bool = True
    full_text: bool = True
    wayback: str = "https://web.archive.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsFile:
    """A feeds file that has been checked."""

    path: Path
    settings: Settings
    feeds: tuple[Feed, ...]


def load_feeds_file(path: Path, environ: Mapping[str, str]) -> FeedsFile:
    """The feeds file at `path`; secrets (`env:NAME`) are taken from `environ`.

    Raises:
        ConfigError: if it cannot be read, or says something that has no meaning.
    """
    return read_feeds_file(path, _text(path), environ)


def read_feeds_file(path: Path, text: str, environ: Mapping[str, str]) -> FeedsFile:
    """`text` read as the feeds file at `path`.

    Raises:
        ConfigError: if it says something that has no meaning.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    top = _Table(path, "", document)
    top.only(("settings", "feeds"))
    settings = _settings(_Table(path, "[settings]", top.table("settings")))
    tables = document.get("feeds", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{path}: feeds must be written as [[feeds]] tables, with two brackets")
    feeds = tuple(_feed(_Table(path, _place(number, table), table), settings, environ) for number, table in enumerate(tables, 1))
    return FeedsFile(path=path, settings=settings, feeds=_named(path, feeds))


def unknown_feed(path: Path, name: str, known: Iterable[str]) -> ConfigError:
    """The error for a feed that is asked for by a name that the file does not have."""
    return ConfigError(f"{path}: there is no feed named {name!r}{_nearest(name, known)}: see feedhouse feeds list")


def read_duration(text: str) -> timedelta | None:
    """`30m`, `1h30m`, `90s`, `2d`, `1w` as a duration; None for anything else."""
    found = _DURATION.match(text.strip())
    if not found or not any(found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def write_duration(duration: timedelta) -> str:
    """A duration of whole seconds as `read_duration` reads it."""
    seconds = int(duration.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts)


class _Table:
    """One TOML table with its place in the file, for errors that name it."""

    def __init__(self, path: Path, place: str, values: Mapping[str, Any]) -> None:
        self.path = path
        self.place = place
        self.values = values

    def only(self, known: Sequence[str]) -> None:
        for key in self.values:
            if key not in known:
                raise self.error(key, f"is not a key that Feedhouse knows{_nearest(key, known)}")

    def error(self, key: str, problem: str) -> ConfigError:
        return ConfigError(f"{self.path}: {self.place + ' ' if self.place else ''}{key} {problem}")

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return value

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip() or not value.isprintable()):
            raise self.error(key, "must be a text in quotes, on one line")
        return value

    def flag(self, key: str, default: bool) -> bool:  # noqa: FBT001
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def number(self, key: str, default: int, *, least: int) -> int:
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(key, f"must be a whole number, {least} or more")
        return value

    def seconds(self, key: str, default: float, *, above_zero: bool) -> float:
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6 or (above_zero and value == 0):
            raise self.error(key, f"must be a number of seconds{' above 0' if above_zero else ', 0 or more'}")
        return float(value)

    def duration(self, key: str, default: timedelta) -> timedelta:
        value = self.values.get(key, default)
        if isinstance(value, timedelta):
            return value
        found = read_duration(value) if isinstance(value, str) else None
        if found is None or found <= timedelta():
            raise self.error(key, 'must be a duration in quotes, such as "90s", "30m", "1h30m" or "1d"')
        return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file: name one with --feeds, or make one with feedhouse feeds add URL") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _settings(table: _Table) -> Settings:
    table.only([field.name for field in fields(Settings)])
    base = Settings()
    found = Settings(
        interval=table.duration("interval", base.interval),
        min_interval=table.duration("min_interval", base.min_interval),
        max_interval=table.duration("max_interval", base.max_interval),
        concurrency=table.number("concurrency", base.concurrency, least=1),
        host_concurrency=table.number("host_concurrency", base.host_concurrency, least=1),
        host_delay=table.seconds("host_delay", base.host_delay, above_zero=False),
        timeout=table.seconds("timeout", base.timeout, above_zero=True),
        max_feed_bytes=table.number("max_feed_bytes", base.max_feed_bytes, least=1),
        max_page_bytes=table.number("max_page_bytes", base.max_page_bytes, least=1),
        allow_private_networks=table.flag("allow_private_networks", base.allow_private_networks),
        proxy=table.text("proxy"),
        user_agent=table.text("user_agent"),
        contact=table.text("contact"),
        respect_robots=table.flag("respect_robots", base.respect_robots),
        archive=table.flag("archive", base.archive),
        full_text=table.flag("full_text", base.full_text),
        wayback=table.text("wayback") or base.wayback,
    )
    if not is_http_address(found.wayback):
        raise table.error("wayback", f'must be an http address, such as "{base.wayback}"')
    if found.min_interval > found.max_interval:
        raise table.error("min_interval", "must not be longer than max_interval")
    if found.proxy is not None and not is_http_address(found.proxy):
        raise table.error("proxy", 'must be an http address, such as "http://127.0.0.1:3128"')
    if found.contact is not None and not re.fullmatch(r"\+?https?://[^\s()]+|[^\s()@]+@[^\s()@]+", found.contact, re.ASCII):
        raise table.error("contact", 'must be an e-mail address or a web page, such as "mail@example.org"')
    return found


def _feed(table: _Table, settings: Settings, environ: Mapping[str, str]) -> Feed:
    table.only(_FEED_KEYS)
    url = table.text("url")
    if url is None:
        raise table.error("url", "is missing: each feed needs its address")
    if not is_http_address(url):
        raise table.error("url", f"must be an http or https address, and {url!r} is none")
    tags = table.values.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise table.error("tags", 'must be a list of texts, such as ["markets"]')
    return Feed(
        name=table.text("name") or "",
        url=url,
        tags=tuple(tags),
        interval=table.duration("interval", settings.interval),
        full_text=table.flag("full_text", settings.full_text),
        enabled=table.flag("enabled", default=True),
        respect_robots=table.flag("respect_robots", settings.respect_robots),
        ignore_validators=table.flag("ignore_validators", default=False),
        user_agent=table.text("user_agent"),
        headers=tuple(_headers(table, environ)),
    )


def _headers(table: _Table, environ: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, value in table.table("headers").items():
        if not isinstance(value, str) or not value.isprintable() or not re.fullmatch(r"[!#$%&'*+.^_`|~\w-]+", name, re.ASCII):
            raise table.error("headers", f"must map header names to texts, and {name!r} does not")
        if not value.startswith(_SECRET):
            yield name, value
            continue
        variable = value.removeprefix(_SECRET)
        if not environ.get(variable):
            raise table.error(f"headers.{name}", f"comes from the environment variable {variable}, which is not set: export {variable}=...")
        yield name, environ[variable]


def _named(path: Path, feeds: Sequence[Feed]) -> tuple[Feed, ...]:
    """Names checked for repeats; a feed without one is called after its host, with a number where that is taken."""
    given = [feed.name for feed in feeds if feed.name]
    for name, times in Counter(given).items():
        if times > 1:
            raise ConfigError(f"{path}: feeds.name {name!r} is used twice: names tell feeds apart, so give one of them another")
    taken = set(given)
    named: list[Feed] = []
    for feed in feeds:
        name = feed.name or free_name(name_of_host(feed.url), taken)
        taken.add(name)
        named.append(replace(feed, name=name))
    return tuple(named)


def name_of_host(url: str) -> str:
    """What a feed is called that has no name of its own."""
    return urlsplit(url).netloc.rpartition("@")[2].removeprefix("www.")


def free_name(name: str, taken: set[str]) -> str:
    """`name`, with a number where it is taken."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


def _place(number: int, table: Mapping[str, Any]) -> str:
    name = table.get("name") or table.get("url")
    return f"[[feeds]] {name!r}" if isinstance(name, str) else f"[[feeds]] number {number}"


def is_http_address(url: str) -> bool:
    """True for an http or https address that can be polled."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0 and not re.search(r"\s", url)
    except ValueError:
        return False


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
