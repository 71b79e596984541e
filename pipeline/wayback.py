"""The Wayback Machine: what is asked of its index (the CDX server API), and what its answers mean. Pure.

`{server}/cdx/search/cdx` lists captures; `{server}/web/{timestamp}id_/{address}` gives one as it was, without the toolbar and with its
own links (id_: identity). An answer to the latter may redirect to the capture that is nearest in time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from pipeline.records import Failure, Redirect, Response, Stage

# Captures in one answer: about half a megabyte.
CAPTURES_AT_ONCE = 5_000
_FIELDS = ("timestamp", "original", "digest")
_ORIGINAL = re.compile(r"/web/(\d{4,14})(?:id_)?/(.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaybackCapture:
    """One capture in the index: `digest` is the SHA-1 of its body."""

    timestamp: str
    url: str
    digest: str

    @property
    def captured_at(self) -> datetime:
        """When it was made."""
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureList:
    """One answer of the index; `resume_key` asks for the next, None where this is the last."""

    captures: tuple[WaybackCapture, ...]
    resume_key: str | None


def captures_of_address(server: str, url: str, *, since: datetime | None, until: datetime | None, most: int = CAPTURES_AT_ONCE) -> str:
    """The question for the captures of one address, each differing one once."""
    return _question(server, {"url": url, "collapse": "digest"}, since, until, most, None)


def pages_of_site(server: str, host: str, *, since: datetime | None, until: datetime | None, resume_key: str | None) -> str:
    """The question for the pages of a host, the first capture of each since `since`."""
    asked = {"url": host, "matchType": "host", "collapse": "urlkey"}
    return _question(server, asked, since, until, CAPTURES_AT_ONCE, resume_key, kinds=("mimetype:text/html",))


def parse_captures(body: bytes, url: str) -> CaptureList | Failure:
    """The captures in an answer; captures with the body of an earlier one are left out."""
    try:
        rows = json.loads(body) if body.strip() else []
        heads, *rest = rows or [list(_FIELDS)]
        places = [heads.index(name) for name in _FIELDS]
    except (ValueError, TypeError, AttributeError):
        detail = f"{url} answered what is no list of captures"
        return Failure(stage=Stage.PARSE, reason="not_captures", detail=detail, is_transient=True)
    resume_key = None
    if len(rest) >= 2 and not rest[-2] and len(rest[-1]) == 1:
        resume_key = str(rest[-1][0])
        rest = rest[:-2]
    found: dict[str, WaybackCapture] = {}
    for row in rest:
        if len(row) == len(heads) and re.fullmatch(r"\d{14}", str(row[places[0]])):
            capture = WaybackCapture(timestamp=row[places[0]], url=_plain_port(row[places[1]]), digest=row[places[2]])
            found.setdefault(capture.digest, capture)
    return CaptureList(captures=tuple(found.values()), resume_key=resume_key)


def capture_address(server: str, url: str, timestamp: str) -> str:
    """Where a capture is as it was, or the nearest one to that time."""
    return f"{server.rstrip('/')}/web/{timestamp}id_/{url}"


def as_captured(answer: Response, url: str) -> Response:
    """The answer of the Wayback Machine as that of the site when it was captured: its own address, the time of the capture."""
    found = _ORIGINAL.search(answer.final_url)
    final_url = found[2] if found else url
    at = (
        datetime.strptime(found[1].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if found and len(found[1]) == 14
        else answer.started_at
    )
    own = tuple((name.removeprefix("x-archive-orig-"), value) for name, value in answer.headers if name.startswith("x-archive-orig-"))
    kind = tuple((name, value) for name, value in answer.headers if name == "content-type")
    hops = (Redirect(url=url, status=302, location=final_url),) if final_url != url else ()
    return replace(
        answer,
        url=url,
        final_url=final_url,
        headers=(*kind, *(pair for pair in own if pair[0] != "content-type")),
        redirects=hops,
        started_at=at,
    )


def _question(
    server: str,
    asked: dict[str, str],
    since: datetime | None,
    until: datetime | None,
    most: int,
    resume_key: str | None,
    *,
    kinds: Sequence[str] = (),
) -> str:
    pairs = [
        *asked.items(),
        ("output", "json"),
        ("fl", ",".join(_FIELDS)),
        ("filter", "statuscode:200"),
        *(("filter", kind) for kind in kinds),
    ]
    pairs += [(name, f"{at:%Y%m%d%H%M%S}") for name, at in (("from", since), ("to", until)) if at is not None]
    pairs += [("limit", str(most)), ("showResumeKey", "true")]
    if resume_key:
        pairs.append(("resumeKey", resume_key))
    return f"{server.rstrip('/')}/cdx/search/cdx?{urlencode(pairs, quote_via=quote)}"


def _plain_port(url: str) -> str:
    """Old captures spell the port out: http://example.org:80/."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.removesuffix(":80")).geturl() if parts.scheme == "http" else url
