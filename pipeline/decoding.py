"""A page's bytes as text, in the encoding that a browser would find: byte order mark, HTTP header, meta, then detection."""

from __future__ import annotations

from charset_normalizer import from_bytes
from w3lib.encoding import html_to_unicode

# Detection looks at so much; more does not change its mind.
_SAMPLE_BYTES = 64_000


def decode_page(body: bytes, content_type: str | None) -> str:
    """The text of an HTML page; bytes that fit no encoding become U+FFFD, NUL characters go. Raises nothing."""
    _, text = html_to_unicode(content_type, body, auto_detect_fun=_detect, default_encoding="utf-8")
    return text.replace("\x00", "")


def _detect(body: bytes) -> str:
    """The encoding of a page that declares none: UTF-8 if it is valid, since other text hardly ever is, else the likeliest."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(body) - 3 and error.reason != "unexpected end of data":
            best = from_bytes(body[:_SAMPLE_BYTES]).best()
            return best.encoding if best else "cp1252"
    return "utf-8"
