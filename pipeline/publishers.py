"""Who a publisher is, by whatever name or address it is called: one identity. Pure.

An identity is a domain where the publisher is known: from our own table (publishers.toml) or from the address in the credit. Else it
is the name itself in one spelling, so that two credits to one unknown outlet still agree. A domain has a dot and such a name has none.
What a warehouse has learned of the sites that it polls is joined to those names later (warehouse/views/attributions.sql).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from pipeline.canonical import site_of

_TABLE = tomllib.loads(files("pipeline").joinpath("publishers.toml").read_text("utf-8"))
_ARTICLES = frozenset({"the"})
# What an outlet's name may end in or lack: Zero Hedge, ZeroHedge News.
_GENERIC = frozenset({"news", "blog", "online", "website", "newsletter", "staff", "newsroom", "agency"})
_SHORTENERS = frozenset(_TABLE["shorteners"].split())


def name_key(name: str) -> str:
    """A name in one spelling: letters and digits, without case and accents, without a leading `The`, and without a trailing News or Blog.

    At least two words, or one of eight letters, are left before such an ending: `Fox News` is no `Fox`.
    """
    words = _words(name)
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in _GENERIC and (len(words) > 2 or len(words[0]) >= 8):
        words = words[:-1]
    return "".join(words)


def publisher_of(source: str | None, url: str | None = None) -> str | None:
    """The identity of the outlet that is called `source` or published `url`; None where neither says anything.

    A known name goes before the address (people link to mirrors and to shorteners), the address before an unknown name.
    """
    known = known_site(source) if source else None
    if known:
        return known
    return linked_site(url) or (name_key(source) if source else "") or None


def linked_site(url: str | None) -> str | None:
    """The identity behind an address; None for a shortener, which hides it, and for a platform, where anybody posts."""
    if not url or is_shortener(url):
        return None
    site = site_of(url)
    identity = _BY_NAME.get(_exact(site), site)
    return None if not identity or identity in _TABLE["platforms"] else identity


def known_site(name: str) -> str | None:
    """The domain of a publisher that everybody knows by this name, or the site of a domain; None for any other name."""
    found = _BY_NAME.get(_exact(name)) or _BY_KEY.get(name_key(name))
    if found or not re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}", name.casefold()):
        return found
    site = site_of(f"https://{name.casefold()}/")
    return _BY_NAME.get(_exact(site), site) or None


def is_known(name: str) -> bool:
    """True for a name in our table."""
    return _exact(name) in _BY_NAME or name_key(name) in _BY_KEY


def is_agency(name: str) -> bool:
    """True for a news agency, by exactly this name: `dpa`, and no two-letter word in another case (`Ap`)."""
    return _BY_NAME.get(_exact(name)) in _TABLE["agencies"] and (len(name) > 3 or name.isupper() or name in _AGENCY_SPELLINGS)


def is_platform(name: str) -> bool:
    """True for a place where anybody posts."""
    return _BY_NAME.get(_exact(name)) in _TABLE["platforms"]


def is_shortener(url: str) -> bool:
    """True for an address that hides another."""
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", url.casefold()).split("/")[0]
    return host in _SHORTENERS


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))
    return tuple(re.findall(r"[^\W_]+", re.sub(r"['’.]", "", plain)))


def _exact(name: str) -> str:
    words = _words(name)
    return "".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


def _spellings() -> Iterable[tuple[str, str]]:
    for section in ("platforms", "outlets", "agencies"):
        for domain, names in _TABLE[section].items():
            yield from ((name, domain) for name in (domain, *names))


_BY_NAME = {_exact(name): domain for name, domain in _spellings()}
_BY_KEY = {name_key(name): domain for name, domain in _spellings() if len(name_key(name)) > 3}
_AGENCY_SPELLINGS = frozenset(name for names in _TABLE["agencies"].values() for name in names)
