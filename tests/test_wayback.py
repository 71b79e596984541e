from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from pipeline.records import Failure, Response
from pipeline.wayback import CaptureList, as_captured, capture_address, captures_of_address, pages_of_site, parse_captures

SERVER = "http://wayback.example/"
MAY = datetime(2019, 5, 1, tzinfo=UTC)


def test_the_index_is_asked_for_what_differs() -> None:
    asked = parse_qs(urlsplit(captures_of_address(SERVER, "http://a.example/feed?x=1", since=MAY, until=None)).query)
    assert asked["url"] == ["http://a.example/feed?x=1"]
    assert (asked["from"], asked["collapse"], "to" in asked) == (["20190501000000"], ["digest"], False)
    pages = parse_qs(urlsplit(pages_of_site(SERVER, "a.example", since=None, until=MAY, resume_key="k 1")).query)
    assert (pages["matchType"], pages["collapse"], pages["to"], pages["resumeKey"]) == (["host"], ["urlkey"], ["20190501000000"], ["k 1"])
    assert pages["filter"] == ["statuscode:200", "mimetype:text/html"]


def test_its_answer_is_captures_each_body_once() -> None:
    rows = [
        ["timestamp", "original", "digest"],
        ["20190501000000", "http://a.example:80/1", "A"],
        ["20190502000000", "http://a.example/1", "A"],
        ["2019", "http://a.example/broken", "C"],
        ["20190503000000", "http://a.example/2", "B"],
        [],
        ["key"],
    ]
    found = parse_captures(json.dumps(rows).encode(), SERVER)
    assert isinstance(found, CaptureList)
    assert [(capture.url, capture.captured_at) for capture in found.captures] == [
        ("http://a.example/1", MAY),
        ("http://a.example/2", datetime(2019, 5, 3, tzinfo=UTC)),
    ]
    assert found.resume_key == "key"


def test_nothing_is_an_answer_and_a_page_is_none() -> None:
    assert parse_captures(b"", SERVER) == parse_captures(b"[]", SERVER) == CaptureList(captures=(), resume_key=None)
    assert isinstance(parse_captures(b"<html>busy</html>", SERVER), Failure)
    assert isinstance(parse_captures(b'{"error": 1}', SERVER), Failure)


def test_a_captured_page_is_that_of_its_site() -> None:
    assert capture_address(SERVER, "http://a.example/1", "20190501") == "http://wayback.example/web/20190501id_/http://a.example/1"
    answer = Response(
        url="http://wayback.example/web/20190501000000id_/http://a.example/1",
        final_url="http://wayback.example/web/20190507080910id_/http://a.example/one",
        status=200,
        headers=(("content-type", "text/html"), ("x-archive-orig-server", "nginx"), ("server", "wayback")),
        body=b"page",
        redirects=(),
        started_at=datetime(2026, 3, 10, tzinfo=UTC),
        duration_ms=10,
    )
    found = as_captured(answer, "http://a.example/1")
    assert (found.url, found.final_url, found.body) == ("http://a.example/1", "http://a.example/one", b"page")
    assert found.started_at == datetime(2019, 5, 7, 8, 9, 10, tzinfo=UTC)
    assert (found.header("content-type"), found.header("server")) == ("text/html", "nginx")
