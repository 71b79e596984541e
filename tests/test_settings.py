"""Every mistake in a feeds file is one line that names the file, the key and the mend."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.dates_given import read_given_date
from flows.run_parts import user_agent
from flows.settings import ConfigError, FeedsFile, load_feeds_file, read_duration

GOOD = """
[settings]
interval = "1h30m"
concurrency = 8

[[feeds]]
url = "https://www.gazette.example/feed"
tags = ["port"]

[[feeds]]
url = "https://gazette.example/other"
interval = "5m"
full_text = false

[[feeds]]
name = "paid"
url = "https://paid.example/feed"
headers = { Authorization = "env:PAID_TOKEN", X-Plain = "yes" }
"""


def load(tmp_path: Path, text: str, **environ: str) -> FeedsFile:
    path = tmp_path / "feeds.toml"
    path.write_text(text, encoding="utf-8")
    return load_feeds_file(path, environ)


def test_a_feeds_file_is_read(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD, PAID_TOKEN="s3cret")
    assert (found.settings.interval, found.settings.concurrency, found.settings.timeout) == (timedelta(minutes=90), 8, 20.0)
    assert [feed.name for feed in found.feeds] == ["gazette.example", "gazette.example-2", "paid"]
    assert [timedelta(minutes=90), timedelta(minutes=5), timedelta(minutes=90)] == [feed.interval for feed in found.feeds]
    assert (found.feeds[0].tags, found.feeds[1].full_text) == (("port",), False)
    assert found.feeds[2].headers == (("Authorization", "s3cret"), ("X-Plain", "yes"))


def test_who_runs_it_and_where_to_complain_stand_in_the_user_agent(tmp_path: Path) -> None:
    assert "given no contact" in user_agent(load(tmp_path, "").settings)
    assert "complaints to mail@lab.example" in user_agent(load(tmp_path, "[settings]\ncontact = 'mail@lab.example'").settings)
    assert user_agent(load(tmp_path, "[settings]\nuser_agent = 'Study/1'\ncontact = 'https://lab.example/'").settings) == "Study/1"


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    assert "s3cret" not in repr(load(tmp_path, GOOD, PAID_TOKEN="s3cret"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[setings]", ["setings", "did you mean 'settings'"], id="unknown table"),
        pytest.param("[settings]\nintervall = '1h'", ["[settings] intervall", "did you mean 'interval'"], id="unknown setting"),
        pytest.param(
            "[[feeds]]\nurl='http://a.example/'\ntag=['x']", ["'http://a.example/' tag", "did you mean 'tags'"], id="unknown key of a feed"
        ),
        pytest.param("[settings]\nconcurrency = '64'", ["concurrency", "whole number"], id="text for a number"),
        pytest.param("[settings]\nconcurrency = 0", ["concurrency", "1 or more"], id="out of range"),
        pytest.param("[settings]\ntimeout = 0", ["timeout", "above 0"], id="no time at all"),
        pytest.param("[settings]\nrespect_robots = 'no'", ["respect_robots", "true or false"], id="text for a flag"),
        pytest.param("[settings]\ncontact = 'ask me'", ["contact", "e-mail address or a web page"], id="a contact that is none"),
        pytest.param(
            "[[feeds]]\nurl='http://a.example/'\nignore_validators=1", ["ignore_validators", "true or false"], id="number for a flag"
        ),
        pytest.param("[settings]\ninterval = 30", ["interval", '"30m"'], id="number for a duration"),
        pytest.param("[settings]\ninterval = 'soon'", ["interval", '"30m"'], id="no duration"),
        pytest.param("[settings]\nmin_interval='2d'", ["min_interval", "max_interval"], id="bounds the wrong way round"),
        pytest.param("[settings]\nproxy='socks5://x:1'", ["proxy", "http address"], id="a proxy that cannot be used"),
        pytest.param("[[feeds]]\nname='a'", ["'a' url", "is missing"], id="no url"),
        pytest.param("[[feeds]]\nurl='ftp://a.example/'", ["url", "http or https", "ftp://a.example/"], id="bad url"),
        pytest.param("[[feeds]]\nurl='http://a.example:x/'", ["url", "http or https"], id="bad port"),
        pytest.param(
            "[[feeds]]\nname='a'\nurl='http://a.example/'\n[[feeds]]\nname='a'\nurl='http://b.example/'",
            ["'a'", "twice"],
            id="duplicate name",
        ),
        pytest.param(
            "[[feeds]]\nurl='http://a.example/'\nheaders={A='env:NOT_SET'}",
            ["headers.A", "NOT_SET", "export"],
            id="a secret that is not set",
        ),
        pytest.param("[[feeds]]\nurl='http://a.example/'\nheaders={'A b'='x'}", ["headers", "'A b'"], id="bad header name"),
        pytest.param("[feeds]\nurl='http://a.example/'", ["[[feeds]]", "two brackets"], id="one bracket"),
        pytest.param("[[feeds]\n", ["is not TOML", "line 1"], id="not TOML"),
    ],
)
def test_a_mistake_is_one_line_with_its_mend(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(tmp_path / "feeds.toml"))
    for word in words:
        assert word in message
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_feeds_file(tmp_path / "none.toml", {})


def test_the_starter_file_is_good() -> None:
    found = load_feeds_file(Path(__file__).parent.parent / "feeds.toml", {})
    assert len(found.feeds) >= 12


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("1h30m", 5_400), ("1d", 86_400), ("1w", 604_800), ("", None), ("15", None), ("-5m", None), ("5 m", None)],
)
def test_durations(text: str, seconds: int | None) -> None:
    found = read_duration(text)
    assert seconds == (found and found.total_seconds())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2019-05-01", "2019-05-01T00:00"), ("2019-05", "2019-05-01T00:00"), ("2019", "2019-01-01T00:00"), ("2019-05-01T12:00:00+02:00", "2019-05-01T10:00"),
     ("30 days ago", "2026-02-08T12:00"), ("1 week ago", "2026-03-03T12:00"), ("yesterday", "2026-03-09T00:00"), ("May", None), ("2019-13", None)],
)  # fmt: skip
def test_dates_as_people_type_them(text: str, expected: str | None, now: object) -> None:
    from datetime import UTC, datetime

    assert isinstance(now, datetime)
    found = read_given_date(text, now=now)
    assert expected == (found and found.astimezone(UTC).isoformat(timespec="minutes").removesuffix("+00:00"))
