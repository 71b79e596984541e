"""The client against real servers with bad manners: every outcome is data, bounded in time and size."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from loopback import Loopback, Reply, Request, gzip_bomb

from pipeline.fetching import FetchPolicy, HttpClient
from pipeline.records import Failure, HostWait, Response, RobotsFile, Stage
from pipeline.robots import RobotsRules

SITE = "http://gazette.example"


def policy(loopback: Loopback | None = None, **changes: object) -> FetchPolicy:
    values: dict[str, object] = {"host_delay": 0.0, "timeout": 5.0, "allow_private_networks": True}
    if loopback:
        values["proxies"] = (("http", loopback.url),)
    return FetchPolicy(**(values | changes))  # type: ignore[arg-type]


def get(url: str, rules: FetchPolicy, *, max_bytes: int = 1_000_000, times: int = 1, **options: object) -> list[Response | Failure]:
    async def main() -> list[Response | Failure]:
        async with HttpClient(rules, now=lambda: datetime.now(UTC)) as client:
            return [await client.get(url, stage=Stage.POLL, max_bytes=max_bytes, **options) for _ in range(times)]  # type: ignore[arg-type]

    return asyncio.run(main())


async def nothing(_origin: str) -> None:
    """No earlier run has seen a robots.txt."""


def failure(url: str, rules: FetchPolicy, **options: object) -> Failure:
    (found,) = get(url, rules, **options)  # type: ignore[arg-type]
    assert isinstance(found, Failure), found
    return found


def test_an_answer_comes_whole_with_its_headers(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/feed"] = Reply(b"hello", headers={"X-One": "1"})
    (found,) = get(f"{SITE}/feed", policy(loopback))
    assert isinstance(found, Response)
    assert (found.status, found.body, found.header("x-one"), found.redirects) == (200, b"hello", "1", ())


def test_it_says_who_it_is_and_sends_nothing_that_tracks(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/"] = Reply(b"x", headers={"Set-Cookie": "id=1"})
    get(f"{SITE}/", policy(loopback), times=2, conditions={f"{SITE}/": [("If-None-Match", '"q"')]}, user_agent="Tester/1")
    for request in loopback.asked(f"{SITE}/"):
        assert request.headers["user-agent"] == "Tester/1"
        assert request.headers["if-none-match"] == '"q"'
        assert not {"cookie", "referer", "cache-control", "pragma"} & set(request.headers)


def test_a_304_is_an_answer(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/"] = Reply(b"x")
    (first,) = get(f"{SITE}/", policy(loopback))
    assert isinstance(first, Response)
    (second,) = get(f"{SITE}/", policy(loopback), conditions={f"{SITE}/": [("If-None-Match", first.header("etag") or "")]})
    assert isinstance(second, Response)
    assert (second.status, second.body) == (304, b"")


def test_redirects_are_followed_and_told(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/a"] = Reply(status=301, headers={"Location": "/b#there"})
    loopback.routes[f"{SITE}/b"] = Reply(status=302, headers={"Location": "http://other.example/c"})
    loopback.routes["http://other.example/c"] = Reply(b"end")
    (found,) = get(f"{SITE}/a", policy(loopback))
    assert isinstance(found, Response)
    assert (found.url, found.final_url, found.body) == (f"{SITE}/a", "http://other.example/c", b"end")
    assert [(hop.status, hop.location) for hop in found.redirects] == [(301, f"{SITE}/b"), (302, "http://other.example/c")]


def test_a_token_stays_with_the_origin_that_it_was_meant_for(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/a"] = Reply(status=302, headers={"Location": "http://other.example/c"})
    get(f"{SITE}/a", policy(loopback), private_headers=[("Authorization", "Bearer s3cret")])
    assert loopback.asked(f"{SITE}/a")[0].headers["authorization"] == "Bearer s3cret"
    assert "authorization" not in loopback.asked("http://other.example/c")[0].headers


@pytest.mark.parametrize(
    ("routes", "reason"),
    [
        pytest.param({"/": Reply(status=302, headers={"Location": "/b"}), "/b": Reply(status=301, headers={"Location": "/"})}, "redirect_loop", id="redirect loop"),
        pytest.param({"/": lambda r: Reply(status=302, headers={"Location": r.url + "x"}), **{"/" + "x" * n: Reply(status=302, headers={"Location": "/" + "x" * (n + 1)}) for n in range(1, 20)}}, "too_many_redirects", id="a chain without an end"),
        pytest.param({"/": Reply(status=302, headers={"Location": "ftp://x/"})}, "bad_url", id="redirect to what is no http address"),
        pytest.param({"/": Reply(b"x" * 2_000_000)}, "too_large", id="larger than the cap"),
        pytest.param({"/": Reply(endless=True)}, "too_large", id="without an end"),
        pytest.param({"/": gzip_bomb(300_000_000)}, "too_large", id="gzip bomb"),
        pytest.param({"/": Reply(b"not gzip", headers={"Content-Encoding": "gzip"}, validators=False)}, "bad_encoding", id="broken gzip"),
        pytest.param({"/": Reply(b"half", claimed_length=1_000)}, "truncated", id="broken off half-way"),
        pytest.param({"/": Reply(silent=True)}, "timeout", id="never answers"),
    ],
)  # fmt: skip
def test_bad_manners_are_failures_with_a_reason(loopback: Loopback, routes: dict[str, Reply], reason: str) -> None:
    for path, reply in routes.items():
        loopback.routes[SITE + path] = reply
    found = failure(f"{SITE}/", policy(loopback, timeout=1.5))
    assert found.reason == reason
    assert "\n" not in found.detail


def test_a_gzip_bomb_costs_no_memory(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/"] = gzip_bomb(1_000_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failure(f"{SITE}/", policy(loopback), max_bytes=10_000_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kB


@contextlib.contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that says one thing and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"", "disconnected"), (b"SSH-2.0-OpenSSH_9\r\n", "bad_http"), (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "bad_http")],
)
def test_what_is_no_http_is_a_failure(answer: bytes, reason: str) -> None:
    with raw_server(answer) as url:
        assert failure(url, policy()).reason == reason


def test_a_closed_port_and_an_unknown_name_are_failures() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/", policy()).reason == "connection"
    assert failure("http://no-such-host.invalid/", policy()).reason == "dns"


def test_private_addresses_are_refused_as_literals_names_and_redirects(loopback: Loopback) -> None:
    closed = policy(allow_private_networks=False)
    assert failure(f"{loopback.url}/", closed).reason == "private_address"
    assert failure("http://localhost.localdomain:1/", closed).reason in {"private_address", "dns"}
    through_proxy = policy(loopback, allow_private_networks=False)
    loopback.routes[f"{SITE}/"] = Reply(status=302, headers={"Location": "http://169.254.169.254/latest"})
    assert failure(f"{SITE}/", through_proxy).reason == "private_address"
    assert "allow_private_networks" in failure(f"{SITE}/", through_proxy).detail


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    name = socket.gethostname()
    try:
        address = socket.gethostbyname(name)
    except OSError:
        pytest.skip("this machine does not resolve its own name")
    if not address.startswith(("127.", "10.", "172.", "192.168.")):
        pytest.skip("this machine's name is public")
    assert failure(f"http://{name}:9/", policy(allow_private_networks=False)).reason == "private_address"


def test_a_proxy_that_refuses_is_a_failure(loopback: Loopback) -> None:
    rules = policy(proxies=(("https", loopback.url),))
    assert failure("https://gazette.example/", rules).reason in {"proxy", "bad_http"}


def test_no_proxy_is_heeded(loopback: Loopback) -> None:
    loopback.routes[f"{loopback.url}/"] = Reply(b"direct")
    (found,) = get(f"{loopback.url}/", policy(proxies=(("http", "http://127.0.0.1:1"), ("no", "127.0.0.1"))))
    assert isinstance(found, Response)


def test_a_host_that_answers_429_is_left_alone(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/"] = Reply(status=429, headers={"Retry-After": "600"}, validators=False)
    first, second = get(f"{SITE}/", policy(loopback), times=2)
    assert isinstance(first, Response)
    assert isinstance(second, Failure)
    assert second.reason == "waiting"
    assert len(loopback.requests) == 1


ROBOTS = b"User-agent: *\nDisallow: /private\nCrawl-delay: 0.2\n"


@pytest.mark.parametrize(
    ("robots", "path", "reason"),
    [
        pytest.param(Reply(ROBOTS), "/open", None, id="allowed"),
        pytest.param(Reply(ROBOTS), "/private/a", "robots_disallowed", id="disallowed"),
        pytest.param(Reply(status=404), "/private/a", None, id="no rules"),
        pytest.param(Reply(status=403), "/private/a", None, id="rules that nobody may see are none (RFC 9309, 2.3.1.3)"),
        pytest.param(Reply(status=503), "/open", "robots_unreachable", id="a server in trouble forbids all for now"),
        pytest.param(
            Reply(status=301, headers={"Location": "http://www.gazette.example/robots.txt"}),
            "/private/a",
            "robots_disallowed",
            id="redirected",
        ),
    ],
)
def test_robots_txt_is_heeded(loopback: Loopback, robots: Reply, path: str, reason: str | None) -> None:
    loopback.routes[f"{SITE}/robots.txt"] = robots
    loopback.routes["http://www.gazette.example/robots.txt"] = Reply(ROBOTS)

    async def main() -> list[Failure | None]:
        async with HttpClient(policy(loopback), now=lambda: datetime.now(UTC)) as client:
            rules = RobotsRules(client, "Feedhouse/1", recall=nothing, now=lambda: datetime.now(UTC))
            return list(await asyncio.gather(*(rules.refusal(f"{SITE}{path}") for _ in range(5))))

    found = asyncio.run(main())
    assert [reason] * 5 == [refusal and refusal.reason for refusal in found]
    assert len(loopback.asked(f"{SITE}/robots.txt")) == 1


def test_robots_txt_is_asked_for_once_a_day(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/robots.txt"] = Reply(ROBOTS)
    remembered: dict[str, RobotsFile] = {}
    start = datetime(2026, 3, 10, 12, tzinfo=UTC)

    async def recall(origin: str) -> RobotsFile | None:
        return remembered.get(origin)

    async def run(at: datetime) -> Failure | None:
        async with HttpClient(policy(loopback), now=lambda: at) as client:
            rules = RobotsRules(client, "Feedhouse/1", recall=recall, now=lambda: at)
            refusal = await rules.refusal(f"{SITE}/private/a")
            remembered.update({found.origin: found for found in rules.take_files()})
            assert not rules.take_files()
            return refusal

    for hours in (0, 1, 23, 24, 25):
        refusal = asyncio.run(run(start + timedelta(hours=hours)))
        assert refusal is not None
        assert refusal.reason == "robots_disallowed"
    assert len(loopback.requests) == 2


def test_validators_go_to_the_address_that_gave_them_and_to_no_other(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/a"] = Reply(status=302, headers={"Location": "/b"})
    loopback.routes[f"{SITE}/b"] = Reply(b"end")
    get(f"{SITE}/a", policy(loopback), conditions={f"{SITE}/b": [("If-None-Match", '"q"')]})
    assert [request.headers.get("if-none-match") for request in loopback.requests] == [None, '"q"']


@pytest.mark.parametrize(("seconds", "asked"), [("0", 2), ("1", 2), ("3600", 1)])
def test_a_redirect_with_retry_after_is_not_followed_before_its_time(loopback: Loopback, seconds: str, asked: int) -> None:
    loopback.routes[f"{SITE}/a"] = Reply(status=302, headers={"Location": "/b", "Retry-After": seconds})
    loopback.routes[f"{SITE}/b"] = Reply(b"end")
    (found,) = get(f"{SITE}/a", policy(loopback))
    assert len(loopback.requests) == asked
    assert isinstance(found, Failure if asked == 1 else Response)
    assert isinstance(found, Response) or (found.reason, found.retry_after) == ("waiting", timedelta(hours=1))


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        pytest.param("http://feeds.gazette.example/a", "http://www.gazette.example/b", False, id="one registrable domain"),
        pytest.param("http://gazette.example/a", "http://other.example/b", True, id="another domain"),
        pytest.param("http://alice.blogspot.com/a", "http://bob.blogspot.com/b", True, id="two tenants of one host"),
        pytest.param("http://bridge.lan/a", "http://bridge.lan/b", True, id="a private host, feed by feed"),
        pytest.param("http://bridge/a", "http://bridge/a", False, id="the same feed of a private host"),
    ],
)
def test_a_retry_after_speaks_for_a_domain_in_this_run_and_the_next(loopback: Loopback, first: str, second: str, asked: bool) -> None:
    loopback.routes[first] = Reply(status=429, headers={"Retry-After": "3600"})
    clock = datetime(2026, 3, 10, 12, tzinfo=UTC)

    async def main() -> tuple[HostWait, ...]:
        async with HttpClient(policy(loopback), now=lambda: clock) as client:
            await client.get(first, stage=Stage.POLL, max_bytes=9)
            waits = client.take_waits()
            await client.get(second, stage=Stage.FETCH, max_bytes=9)
        for later, may_be_asked in ((timedelta(minutes=59), asked), (timedelta(minutes=61), True)):
            async with HttpClient(policy(loopback), now=lambda later=later: clock + later) as client:  # type: ignore[misc]
                client.heed(waits)
                before = len(loopback.requests)
                await client.get(second, stage=Stage.FETCH, max_bytes=99)
                assert (len(loopback.requests) > before) == may_be_asked
        return waits

    (wait,) = asyncio.run(main())
    assert wait.until == clock + timedelta(hours=1)


def test_a_host_that_never_answers_is_left_alone_after_five_tries(loopback: Loopback) -> None:
    loopback.routes[f"{SITE}/a"] = Reply(silent=True)

    async def main() -> list[Response | Failure]:
        async with HttpClient(policy(loopback, timeout=0.05), now=lambda: datetime.now(UTC)) as client:
            return [await client.get(f"{SITE}/a", stage=Stage.POLL, max_bytes=9) for _ in range(40)]

    reasons = [found.reason for found in asyncio.run(main()) if isinstance(found, Failure)]
    assert reasons == ["timeout"] * 5 + ["host_silent"] * 35
    assert len(loopback.requests) == 5


def test_requests_are_seen_as_they_were_sent(loopback: Loopback) -> None:
    """The test server itself: what it logs is what came."""
    seen: list[Request] = []
    loopback.routes[f"{SITE}/caf%C3%A9?q=%26"] = lambda request: seen.append(request) or Reply(b"x")
    get(f"{SITE}/café?q=%26", policy(loopback))
    assert [f"{SITE}/caf%C3%A9?q=%26"] == [request.url for request in seen]
