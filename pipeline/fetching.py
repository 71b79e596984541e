"""One HTTP request, told as a `Response` or a typed `Failure`: bounded in time and size, polite to its host, redirects followed by hand.

It never sends a cookie, a referrer or a cache-buster, and reads no environment: proxies come in with the policy.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed does not list it

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError
from w3lib.url import safe_url_string
from yarl import URL

from pipeline.addresses import PrivateAddressError, endpoints, guarded_socket, is_private_literal, wait_scope
from pipeline.canonical import url_is_http
from pipeline.politeness import UNANSWERED_LIMIT, Politeness
from pipeline.records import Failure, HostWait, Redirect, Response, Stage
from pipeline.retry_after import retry_after

USER_AGENT = "Feedhouse/0.1 (syndication feed archiver; whoever runs it has given no contact)"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = {
    Stage.POLL: "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.8, */*;q=0.5",
    Stage.FETCH: "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
}
# Some publishers send 20 kB of Content-Security-Policy; aiohttp's 8 kB would lose them.
_HEADER_BYTES = 65_536
# An address that needs no quoting: w3lib's care costs as much as the rest of a request that is answered with 304.
_PLAIN_URL = re.compile(r"https?://[\w.~:/?@!$&'()*+,;=-]+", re.ASCII)
# What says that a host, or the way to it, is down. (A name that does not resolve costs nothing to try.)
_UNANSWERED = frozenset({"timeout", "connection", "disconnected"})
# A Retry-After on a redirect is waited for on the spot up to this many seconds, and otherwise until another poll (RFC 9110, 10.2.3).
REDIRECT_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """How to ask. Defaults are those of feeds.toml.

    `timeout` (seconds) bounds one request whole, its body included; waiting for a host's turn does not count. `proxies` are
    (scheme, proxy URL) pairs as `urllib.request.getproxies` gives them, with ("no", hosts) for those to be reached directly.
    """

    concurrency: int = 64
    host_concurrency: int = 2
    host_delay: float = 1.0
    timeout: float = 20.0
    max_redirects: int = 10
    allow_private_networks: bool = False
    proxies: tuple[tuple[str, str], ...] = ()
    user_agent: str = USER_AGENT


class HttpClient:
    """Fetches; an asynchronous context manager. `now` stamps the answers."""

    def __init__(self, policy: FetchPolicy, *, now: Callable[[], datetime], politeness: Politeness | None = None) -> None:
        self._policy = policy
        self._now = now
        self._proxies = dict(policy.proxies)
        self.politeness = politeness or Politeness(
            concurrency=policy.concurrency, host_concurrency=policy.host_concurrency, host_delay=policy.host_delay
        )
        self._new_waits: dict[str, HostWait] = {}

    async def __aenter__(self) -> Self:
        proxies = [url for scheme, url in self._policy.proxies if scheme != "no"]
        guard = None if self._policy.allow_private_networks else guarded_socket(await asyncio.to_thread(endpoints, proxies))
        connector = aiohttp.TCPConnector(limit=0, socket_factory=guard, ttl_dns_cache=300)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),  # asyncio.timeout below bounds more than aiohttp's would
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
            trust_env=False,
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    def heed(self, waits: Iterable[HostWait]) -> None:
        """Leave alone for as long as they have asked those that earlier runs were told to leave alone."""
        now = self._now()
        for wait in waits:
            self.politeness.close(wait.scope, (wait.until - now).total_seconds())

    def take_waits(self) -> tuple[HostWait, ...]:
        """Whom we were asked to leave alone since the last call, for a later run to heed."""
        taken, self._new_waits = tuple(self._new_waits.values()), {}
        return taken

    async def get(
        self,
        url: str,
        *,
        stage: Stage,
        max_bytes: int,
        conditions: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        private_headers: Sequence[tuple[str, str]] = (),
        user_agent: str | None = None,
    ) -> Response | Failure:
        """The answer at the end of the redirects, whatever its status; a `Failure` of `stage` where no complete answer came.

        `max_bytes` bounds the body after decompression. `conditions` are validators by the address that gave them, and go to no other;
        `private_headers` (tokens) go only to the origin that they were meant for.
        """
        started_at = self._now()
        hops: list[Redirect] = []
        current = url
        while True:
            own = private_headers if private_headers and same_origin(current, url) else ()
            sent = [
                ("User-Agent", user_agent or self._policy.user_agent),
                ("Accept", _ACCEPT.get(stage, "*/*")),
                *(conditions or {}).get(current, ()),
                *own,
            ]
            answer = await self._polite(current, sent, stage, max_bytes)
            if isinstance(answer, Failure):
                return answer
            location = answer.header("location")
            if answer.status not in _REDIRECTS or not location:
                break
            if wait := self._asked_wait(current, answer):
                if wait.total_seconds() > REDIRECT_PATIENCE:
                    return replace(_failure(stage, "waiting", f"{current} redirects, but not yet", transient=True), retry_after=wait)
                await self.politeness.sleep(wait.total_seconds())
            target = urldefrag(urljoin(current, location.strip())).url
            hops.append(Redirect(url=current, status=answer.status, location=target))
            if target in {hop.url for hop in hops}:
                return _failure(stage, "redirect_loop", f"{url} redirects in a circle, back to {target}", transient=False)
            if len(hops) > self._policy.max_redirects:
                return _failure(
                    stage, "too_many_redirects", f"{url} redirects more than {self._policy.max_redirects} times", transient=False
                )
            current = target
        return Response(
            url=url,
            final_url=current,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            redirects=tuple(hops),
            started_at=started_at,
            duration_ms=answer.duration_ms,
        )

    async def _polite(self, url: str, headers: list[tuple[str, str]], stage: Stage, max_bytes: int) -> Response | Failure:
        """One request without redirects, in its turn."""
        if not url_is_http(url):
            return _failure(stage, "bad_url", f"{url[:200]} is no http address", transient=False)
        if not self._policy.allow_private_networks and is_private_literal(url):
            return _private(stage, url)
        host = urlsplit(url).netloc.lower()
        async with self.politeness.turn(host, wait_scope(url)) as turn:
            if turn.closed:
                detail = f"{host} has asked not to be asked for another {turn.closed:.0f} s"
                return replace(_failure(stage, "waiting", detail, transient=True), retry_after=timedelta(seconds=turn.closed))
            if turn.silent:
                detail = f"{host} has not answered {UNANSWERED_LIMIT} times in a row: it is left alone for another {turn.silent:.0f} s"
                return replace(_failure(stage, "host_silent", detail, transient=True), retry_after=timedelta(seconds=turn.silent))
            answer = await self._once(url, headers, stage, max_bytes)
        self.politeness.told(host, answered=isinstance(answer, Response) or answer.reason not in _UNANSWERED)
        if isinstance(answer, Response) and answer.status in {429, 503}:
            self._asked_wait(url, answer)
        return answer

    def closed_for(self, url: str) -> float:
        """Seconds for which the server of `url` has asked not to be asked, 0.0 if it may be."""
        return self.politeness.closed_for(wait_scope(url))

    def _asked_wait(self, url: str, answer: Response) -> timedelta | None:
        """The answer's Retry-After, remembered for all whom it speaks for; None where it asks for no wait."""
        wait = retry_after(answer.header("retry-after"), now=self._now())
        if not wait:
            return None
        scope = wait_scope(url)
        self.politeness.close(scope, wait.total_seconds())
        known = self._new_waits.get(scope)
        until = self._now() + wait
        self._new_waits[scope] = known if known and known.until > until else HostWait(scope=scope, until=until)
        return wait

    async def _once(self, url: str, headers: list[tuple[str, str]], stage: Stage, max_bytes: int) -> Response | Failure:
        started_at = self._now()
        try:
            async with (
                asyncio.timeout(self._policy.timeout),
                self._session.get(
                    URL(url if _PLAIN_URL.fullmatch(url) else safe_url_string(url), encoded=True),
                    headers=headers,
                    allow_redirects=False,
                    proxy=self._proxy_for(url),
                ) as answer,
            ):
                body = await _body(answer, max_bytes)
                if body is None:
                    return _failure(stage, "too_large", f"{url} is larger than {max_bytes:,} bytes", transient=False, status=answer.status)
                names = tuple((name.lower(), value) for name, value in answer.headers.items())
                status = answer.status
        except TimeoutError:
            return _failure(stage, "timeout", f"{url} did not answer within {self._policy.timeout:g} s", transient=True)
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            return _told(stage, url, error)
        elapsed = round((self._now() - started_at).total_seconds() * 1000)
        return Response(
            url=url, final_url=url, status=status, headers=names, body=body, redirects=(), started_at=started_at, duration_ms=elapsed
        )

    def _proxy_for(self, url: str) -> str | None:
        if not self._proxies:
            return None
        parts = urlsplit(url)
        proxy = self._proxies.get(parts.scheme) or self._proxies.get("all")
        if proxy and proxy_bypass_environment(parts.netloc.rpartition("@")[2], self._proxies):
            return None
        return proxy


async def _body(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes | None:
    """The body, decompressed as it comes; None, and the connection dropped, as soon as it is known to pass `max_bytes`."""
    if answer.content_length is not None and answer.content_length > max_bytes:
        answer.close()
        return None
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > max_bytes:
            answer.close()
            return None
        parts.append(part)
    return b"".join(parts)


def _told(stage: Stage, url: str, error: Exception) -> Failure:
    """An exception of the network as data. The order matters: aiohttp's classes are built on each other."""
    if _caused_by(error, PrivateAddressError):
        return _private(stage, url)
    host = urlsplit(url).hostname
    why = str(error).strip() or type(error).__name__
    table: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str, bool], ...] = (
        ((aiohttp.ClientHttpProxyError, aiohttp.ClientProxyConnectionError), "proxy", f"the proxy did not let {url} through: {why}", True),
        (aiohttp.ClientConnectorDNSError, "dns", f"{host} has no address", True),
        (aiohttp.ClientSSLError, "tls", f"{host} cannot be trusted: {why}", True),
        (aiohttp.ClientConnectorError, "connection", f"{host} cannot be reached: {why}", True),
        ((aiohttp.InvalidURL, ValueError), "bad_url", f"{url[:200]} cannot be asked for: {why}", False),
        (aiohttp.ServerDisconnectedError, "disconnected", f"{host} hung up without an answer", True),
    )
    for kinds, reason, detail, transient in table:
        if isinstance(error, kinds):
            return _failure(stage, reason, detail, transient=transient)
    if isinstance(error, aiohttp.ClientPayloadError):
        if _caused_by(error, ContentEncodingError) or "decod" in why.lower():
            return _failure(stage, "bad_encoding", f"{url} cannot be decompressed", transient=True)
        return _failure(stage, "truncated", f"{url} broke off before its end", transient=True)
    if isinstance(error, (aiohttp.ClientResponseError, HttpProcessingError)):
        return _failure(stage, "bad_http", f"{url} answered what is no HTTP: {why.splitlines()[0][:200]}", transient=True)
    return _failure(stage, "connection", f"{host}: {why}", transient=True)


def _caused_by(error: BaseException, kind: type[BaseException]) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        inner = getattr(seen, "os_error", None)
        if isinstance(seen, kind) or isinstance(inner, kind):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _failure(stage: Stage, reason: str, detail: str, *, transient: bool, status: int | None = None) -> Failure:
    return Failure(stage=stage, reason=reason, detail=" ".join(detail.split()), is_transient=transient, http_status=status)


def _private(stage: Stage, url: str) -> Failure:
    detail = f"{urlsplit(url).hostname} is not on the public network: allow_private_networks = true in feeds.toml lets it be asked"
    return _failure(stage, "private_address", detail, transient=False)


def same_origin(one: str, other: str) -> bool:
    """True if both addresses are the same server's: scheme, host and port."""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
