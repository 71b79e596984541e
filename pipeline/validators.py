"""What makes a request conditional, and what its answer changes in that: pure. Validators are opaque, and belong to one address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pipeline.records import Feed, FeedState, Response

Headers = tuple[tuple[str, str], ...]


def body_hash(body: bytes) -> str:
    """The hash by which a feed's body is known again when its server has no validators."""
    return hashlib.sha256(body).hexdigest()


def conditional_headers(feed: Feed, state: FeedState) -> Mapping[str, Headers]:
    """What goes to which address: both its validators, as the server wrote them (RFC 9110, 13.1), and the wish for a delta (RFC 3229).

    No delta is asked for while the feed fails: a server that sends broken ones must send the whole.
    """
    if feed.ignore_validators:
        return {}
    known = {
        state.redirect_url: (state.redirect_etag, state.redirect_last_modified),
        state.url: (state.etag, state.last_modified),
    }
    headers: dict[str, Headers] = {}
    for url, (etag, last_modified) in known.items():
        if url and (etag or last_modified):
            tag = (("If-None-Match", etag),) if etag else ()
            delta = (("A-IM", "feed"),) if etag and not state.consecutive_failures else ()
            since = (("If-Modified-Since", last_modified),) if last_modified else ()
            headers[url] = (*tag, *delta, *since)
    return headers


def renewed(state: FeedState, answer: Response) -> dict[str, str | None]:
    """What an answer changes in a state's validators, kept for the address that gave them. A 304 keeps what it does not renew."""
    etag, last_modified = answer.header("etag"), answer.header("last-modified")
    kept = answer.status == 304
    if answer.final_url == state.url:
        return {
            "etag": etag or (state.etag if kept else None),
            "last_modified": last_modified or (state.last_modified if kept else None),
        }
    kept = kept and answer.final_url == state.redirect_url
    return {
        "redirect_url": answer.final_url,
        "redirect_etag": etag or (state.redirect_etag if kept else None),
        "redirect_last_modified": last_modified or (state.redirect_last_modified if kept else None),
    }
