"""A feed document read in one go: parsed, and its entries identified. One job for a worker: hashing a thousand entries takes time too."""

from __future__ import annotations

from datetime import datetime

from pipeline.identity import identify
from pipeline.parsing import parse_feed
from pipeline.records import Failure, FeedDocument


def read_document(body: bytes, *, url: str, content_type: str | None, now: datetime) -> FeedDocument | Failure:
    """The document in `body`, or why it is none; as for `parse_feed`, `url` is where it was found and `now` when."""
    parsed = parse_feed(body, url=url, content_type=content_type, now=now)
    return parsed if isinstance(parsed, Failure) else FeedDocument(parsed=parsed, identified=identify(parsed.entries))
