"""The canonical URL: one spelling for all the addresses under which one article on one site is found.

Pure functions over strings; none of them asks the network or raises on bad input. Redirects and rel=canonical are evidence that other
stages bring; here is only what the address itself says. `canonical_url` is idempotent (a property test holds it).
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

import tldextract
from w3lib.url import safe_url_string

from pipeline.tracking import is_tracking

# The bundled copy of the Public Suffix List, with its private part: alice.blogspot.com and bob.blogspot.com are two sites.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

_MIRROR_LABELS = frozenset({"www", "m", "mobile", "amp"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?:/amp|\.amp)(?=$|\.html?$)|/amp(?=\.html?$)", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_AMP_CACHE = re.compile(r"^/(?:c|v|i)(?:/s)?/(?P<address>[^/]+\..*)$")
_AMP_VIEWER = re.compile(r"^/amp(?:/s)?/(?P<address>[^/]+\..*)$")


def url_is_http(url: str | None) -> bool:
    """True if a fetch can be tried: an absolute http or https address with a host."""
    parts = _split(url)
    return parts is not None and parts.scheme in _DEFAULT_PORTS and bool(parts.hostname)


@lru_cache(maxsize=4_096)  # every stage that a link goes through asks: it takes 80 µs
def canonical_url(url: str) -> str | None:
    """The identity of the page at `url`, always written with https; None if it is no http address.

    Dropped: scheme, default port, user and password, fragment (but `#!`), tracking parameters, session ids, AMP and mobile forms,
    `www.`, index pages, a trailing slash. Query parameters are sorted. The address as fetched is kept elsewhere: this one is a key.
    """
    seen: set[str] = set()
    current = url
    while current not in seen:  # unwrapping an AMP cache, or /amp/amp, uncovers more to do
        seen.add(current)
        following = _canonical_once(current)
        if following is None:
            return None
        current = following
    return current


def believable_canonical(href: str | None, page_url: str) -> str | None:
    """The canonical URL that a page claims by rel=canonical, if it can be believed; else None.

    It must be on the page's own site and must not be the home page: broken themes name the home page on every article. A
    rel=canonical to another site is a credit, not an identity (`pipeline.attribution`).
    """
    claimed = canonical_url(href) if href else None
    if claimed is None or site_of(claimed) != site_of(page_url):
        return None
    if is_home_page(claimed) and not is_home_page(page_url):
        return None
    return claimed


def is_home_page(url: str) -> bool:
    """True for the root of a host without a query, in any spelling."""
    canonical = _split(canonical_url(url))
    return canonical is not None and canonical.path in {"", "/"} and not canonical.query


def site_of(url: str) -> str:
    """The site that answers for `url`: its registrable domain by the Public Suffix List, or address and port where there is none.

    `news.bbc.co.uk` is bbc.co.uk, `alice.blogspot.com` is itself; "" if `url` is no http address.
    """
    parts = _split(url)
    if parts is None or not parts.hostname:
        return ""
    host = _ascii_host(parts.hostname)
    if "." not in host or _is_address(host):
        port = _port(parts)
        return f"{host}:{port}" if port else host
    return _registrable(host)


def _canonical_once(url: str) -> str | None:
    try:
        parts = _split(safe_url_string(url.strip()))
    except (ValueError, UnicodeError):
        return None
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = _ascii_host(parts.hostname)
    if address := _inside_amp(host, parts.path):
        return f"https://{address}" + (f"?{parts.query}" if parts.query else "")
    port = _port(parts)
    netloc = _unmirrored(host) + (f":{port}" if port else "")
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit(("https", netloc, _clean_path(parts.path), _clean_query(parts.query), fragment))


def _split(url: str | None) -> SplitResult | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  a port out of range raises only when it is read
    except ValueError:
        return None
    return parts


def _port(parts: SplitResult) -> int | None:
    return None if parts.port == _DEFAULT_PORTS.get(parts.scheme) else parts.port


def _ascii_host(host: str) -> str:
    """Lower case, without the root's dot, international names as DNS has them (RFC 5891)."""
    host = host.rstrip(".").lower()
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _unmirrored(host: str) -> str:
    """Without `www.`, and without the mobile and AMP labels wherever publishers put them (m.example.org, en.m.wikipedia.org)."""
    if _is_address(host):
        return f"[{host}]" if ":" in host else host
    site = _registrable(host)
    front = host.removesuffix(site).rstrip(".")
    labels = [label for label in front.split(".") if label and label not in _MIRROR_LABELS]
    return ".".join([*labels, site])


def _inside_amp(host: str, path: str) -> str | None:
    """The publisher's address inside an AMP cache (…cdn.ampproject.org/c/s/ADDRESS) or viewer (google.com/amp/s/ADDRESS)."""
    if host.endswith(".cdn.ampproject.org"):
        found = _AMP_CACHE.match(path)
    elif _registrable(host).startswith("google."):
        found = _AMP_VIEWER.match(path)
    else:
        return None
    return found["address"] if found else None


def _clean_path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", path)
    path = urljoin("/", re.sub(r"/{2,}", "/", path) or "/")  # dot segments, RFC 3986, 5.2.4
    path = _INDEX_PAGE.sub("/", path)
    path = _AMP_PATH.sub("", path.rstrip("/"))
    return path.rstrip("/") or "/"


def _clean_query(query: str) -> str:
    """Without tracking; parameters sorted by name (their order means nothing to a server, and publishers vary it)."""
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not is_tracking(name, value)]
    if len(kept) == 1 and not kept[0][1] and "=" not in query:
        return query  # `?12345`: a bare key, as old forums and galleries have it
    return urlencode(sorted(kept), safe="/:,@!$*~")


@lru_cache(maxsize=65_536)
def _registrable(host: str) -> str:
    found = _SUFFIXES(host)
    if found.top_domain_under_public_suffix:
        return found.top_domain_under_public_suffix
    return host if found.suffix == host else ".".join(host.split(".")[-2:])  # an unlisted ending counts as one label (PSL, rule *)


@lru_cache(maxsize=65_536)
def _is_address(host: str) -> bool:
    try:
        ip_address(unquote(host).strip("[]"))
    except ValueError:
        return False
    return True
