"""Credits at the head and the tail of an article: taken out of the text, kept as data. Pure.

A credit is a whole line with a form of its own (`via ZeroHedge News Tyler Durden`, `Originally published on X`). The same words inside
prose ("reached the border via Cucuta") yield nothing: a line that reads on as a sentence is none. The forms are data; each gives a kind
and the parts of the line that name the outlet and the author.

Confidence: .95 where the form can hardly mean anything else, .8 where a person might write it about something else, .6 for a bare name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Credit

# Credits stand in the first and the last lines: a few, since a licence or a copyright line may stand beside them.
HEAD_LINES = 3
TAIL_LINES = 6
_MOST_WORDS = 45

_URL = r"https?://[^\s<>()\"']+|www\.[^\s<>()\"']+"
_DOMAIN = re.compile(
    r"^(?:https?://|www\.)?(?:[\w-]+\.)+(?:com|org|net|info|co|io|news|press|blog|tv|us|uk|ca|au|de|fr|es|it|pl|ru|gr|eu|me|in)\b\S*$",
    re.IGNORECASE,
)
# Words after which an outlet's name ends: what follows it is a person.
_OUTLET_ENDS = re.compile(
    r"^(?P<outlet>.*\b(?:News|Times|Post|Herald|Journal|Tribune|Gazette|Ledger|Chronicle|Telegraph|Guardian|Mail|Press|Review|Magazine|Report"
    r"|Daily|Weekly|Blog|Hedge|ZeroHedge|Online|Wire|Institute|Network|Today|Observer|Courier|Standard|Register|Dispatch|Monitor|Radio|TV"
    r"|\S+\.(?:com|org|net|info|news|co\.uk)))\s*[,:|–—-]?\s+(?P<author>(?:[A-ZÀ-Ž][\w.'’-]*\s*){2,4})$"
)
_NAME_WORD = re.compile(
    r"^(?:[A-ZÀ-ŽΑ-ΩА-ЯЁ0-9@&#][\w.'’&/-]*|of|the|and|for|on|in|at|by|de|la|le|du|des|der|die|das|von|van|del|di|da|&|-|–|\||,)$"
)
_AROUND_WORDS = '()[],;"“”'
_PERSON = re.compile(r"^(?:(?:Dr|Prof|Mr|Mrs|Ms)\.?\s)?[A-ZÀ-Ž][\w.'’-]+(?:\s(?:[A-ZÀ-Ž][\w.'’-]*|de|van|von|der|la|bin|al)){1,4}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of credit: what it says, how sure it is, and the line, with groups `source`, `author`, `rest` (an outlet, perhaps with a name)."""

    kind: str
    confidence: float
    line: re.Pattern[str]


def _form(kind: str, confidence: float, line: str) -> Form:
    return Form(kind=kind, confidence=confidence, line=re.compile(rf"^[\[(*\s–—-]*(?:{line})[\])*\s.]*$", re.IGNORECASE))


_IT = r"(?:this|the) (?:article|post|piece|story|essay|column|report|commentary|interview|op-?ed|content|work)(?:,? .{1,80}?,?)?"
_PUBLISHED = r"(?:published|posted|appeared|printed|written|featured|ran|released|reported|shared|aired)"

FORMS: tuple[Form, ...] = (
    _form("authored_by", 0.95, r"(?:authored|submitted|written|posted|op-?ed|guest post) by:? (?P<author>.{2,80}?)(?: of .{2,60}?)?,? (?:via|of|for|from|at) (?P<source>.{2,80})"),
    _form("via", 0.8, r"by:? (?P<author>[^.]{2,60}?),? via (?P<source>.{2,80})"),
    _form("authored_by", 0.8, r"(?:authored|submitted) by:? (?P<author>.{2,80})"),
    _form("first_appeared", 0.95, r"(?:the|this) (?:post|article|entry) .{0,300}? (?:first appeared|appeared first|was first published) (?:on|at|in) (?P<source>.{2,100})"),
    _form("first_appeared", 0.95, rf"{_IT} (?:first|originally) (?:appeared|ran|aired) (?:on|at|in|with) (?P<source>.{{2,100}})"),
    _form("originally_published", 0.95, rf"(?:{_IT} )?(?:was |is |has been )?(?:originally|first|previously) {_PUBLISHED}(?: online)? (?:on|at|in|by|with) (?P<source>.{{2,100}})"),
    _form("originally_published", 0.95, rf"(?:{_IT} )?{_PUBLISHED} (?:originally|first) (?:on|at|in|by) (?P<source>.{{2,100}})"),
    _form("republished", 0.95, rf"(?:{_IT} )?(?:is |was |has been )?(?:re-?published|re-?posted|re-?printed|reproduced|syndicated)(?: here)?(?: with (?:the )?(?:kind )?permission)? (?:from|of|by|courtesy of) (?P<source>.{{2,100}}?)(?: under (?:a|the) .{{3,80}})?"),
    _form("cross_posted", 0.95, r"(?:cross-?posted|x-?posted|crossposted) (?:from|at|on|with|to) (?P<source>.{2,100})"),
    _form("hat_tip", 0.8, r"(?:h/t|hat[ -]?tip(?: to)?|ht)[:\s]+(?P<rest>.{2,80})"),
    _form("read_at", 0.8, r"(?:read|see|view|continue reading|find) (?:the )?(?:full|whole|entire|original|rest of the|complete|more of this)? ?(?:article|story|post|piece|report|text|it)? ?(?:at|on|in|from|here:?) (?P<source>.{2,100})"),
    _form("source", 0.8, r"(?:original )?(?:source|sources|news source|story source|article source|credit|courtesy(?: of)?|quelle|quellen|fuente|fuentes|source originale|fonte|źródło|źródła|источник|πηγή|πηγές|来源|來源|出典|稿源|信息来源|文章来源)\s*[:：|–-]\s*(?P<rest>.{2,120})"),
    _form("source", 0.6, r"(?:source|original|article) link"),
    _form("via", 0.8, r"via:? (?P<rest>.{2,100})"),
    # German, French, Spanish, Italian, Portuguese
    _form("originally_published", 0.95, r"(?:dieser (?:artikel|beitrag|text) )?(?:ist |wurde )?(?:zuerst|ursprünglich|erstmals) (?:erschienen |veröffentlicht )?(?:bei|auf|in|im|von) (?P<source>.{2,80}?)(?: erschienen| veröffentlicht)?"),
    _form("first_appeared", 0.95, r"der beitrag .{0,200} erschien zuerst auf (?P<source>.{2,100})"),
    _form("originally_published", 0.95, r"(?:cet article (?:a été|est) )?(?:initialement |d'abord )?(?:publié|paru) (?:initialement |d'abord |à l'origine )(?:sur|dans|par) (?P<source>.{2,100})"),
    _form("first_appeared", 0.95, r"l['’]article .{0,200} est apparu en premier sur (?P<source>.{2,100})"),
    _form("originally_published", 0.95, r"(?:este artículo (?:fue|ha sido) )?(?:originalmente )?publicado (?:originalmente |por primera vez )?en (?P<source>.{2,100})"),
    _form("first_appeared", 0.95, r"la entrada .{0,200} (?:se publicó primero en|apareció primero en|aparece primero en) (?P<source>.{2,100})"),
    _form("first_appeared", 0.95, r"l['’]articolo .{0,200} (?:sembra essere il primo su|proviene da) (?P<source>.{2,100})"),
    _form("first_appeared", 0.95, r"o post .{0,200} apareceu primeiro em (?P<source>.{2,100})"),
)  # fmt: skip


def take_credits(paragraphs: Sequence[str]) -> tuple[list[str], list[Credit], list[str]]:
    """The text without its credits, the credits, and the lines that they were, all in order. At least one line is always kept."""
    lines = list(paragraphs)
    found: dict[int, Credit] = {}
    for place in {*range(min(HEAD_LINES, len(lines))), *range(max(0, len(lines) - TAIL_LINES), len(lines))}:
        if len(lines) - len(found) > 1 and (credit := read_credit(lines[place])):
            found[place] = credit
    kept = [line for place, line in enumerate(lines) if place not in found]
    places = sorted(found)
    return kept, [found[place] for place in places], [lines[place] for place in places]


def read_credit(line: str) -> Credit | None:
    """The credit that a whole line is, if it is one."""
    text = " ".join(line.split())
    if not text or len(text.split()) > _MOST_WORDS:
        return None
    for form in FORMS:
        found = form.line.match(text)
        if found:
            groups = found.groupdict()
            link = re.search(_URL, text)
            source, author = _parties(groups, link[0] if link else None)
            if not source and not author and form.kind != "source":
                continue
            if not source and not author and groups:
                continue
            return Credit(
                kind=form.kind,
                source=source,
                author=author,
                url=link[0].rstrip(".,;)") if link else None,
                evidence=line,
                confidence=form.confidence,
            )
    return None


def _parties(groups: dict[str, str | None], link: str | None) -> tuple[str | None, str | None]:
    """Outlet and author, or (None, None) where what stands in their place is no name but a sentence."""
    author = _name(groups.get("author"), link)
    if rest := groups.get("rest"):
        outlet = _name(rest, link)
        if link and outlet and outlet != _host(link) and _PERSON.match(outlet):  # `via https://example.org/a Jane Doe`
            return _host(link), outlet
        split = _OUTLET_ENDS.match(outlet or "")
        if split and _PERSON.match(split["author"].strip()):
            return split["outlet"].strip(" ,:|-–—"), split["author"].strip()
        return outlet, None
    source = _name(groups.get("source"), link)
    return (None, None) if groups.get("source") and source is None else (source, author)


def _name(text: str | None, link: str | None) -> str | None:
    """`text` tidied if it reads as a name: capitalised words, an address, or script without capitals; None where it reads on as prose."""
    if not text:
        return None
    name = text.replace(link, " ") if link else text
    name = re.sub(r"[,;]? (?:on|at) (?:\w+ \d{1,2},? \d{4}|\d{1,2}[./ ]\w+[./ ]\d{2,4})$", "", " ".join(name.split()).rstrip(" .,;"))
    name = name.strip(" \t.,;:|–—-()[]*\"“”'‘’")
    if not name:
        return _host(link) if link else None
    if _DOMAIN.match(name):
        return _host(name)
    words = name.split()
    if len(words) > 12 or re.search(r"[.!?]\s", name):
        return None
    if any(letter >= "\u0370" for letter in name):  # Greek, Cyrillic, Chinese, Japanese: short is all that can be asked for
        return name if len(words) <= 6 and len(name) <= 60 else None
    named = [bool(_NAME_WORD.match(word.strip(_AROUND_WORDS))) for word in words]
    return name if all(named) and (words[0][:1].isupper() or words[0][:1] in "@#0123456789") else None


def _host(url: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url).split("/")[0].rstrip(".,;)")
