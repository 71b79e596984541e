"""Who is named where a credit names somebody: the outlet, its author, the address. Pure.

`ZeroHedge News Tyler Durden`, `Ada Quill of the Harbour Ledger`, `Harbour Ledger, https://t.co/x, by Ada Quill`: told apart by what is
known of publishers, by the words that outlets are called by, and by given names. None where what stands there is no name but prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.credit_forms import DAY, URL
from pipeline.names import (
    author_name,
    host_of,
    is_domain,
    is_given_name,
    is_outlet,
    is_place,
    is_surely_person,
    outlet_name,
    person_name,
    title_name,
    trimmed,
)
from pipeline.publishers import is_agency, is_known, is_shortener

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_TIME = r"(?:\s?[,–—-]? (?:at |um |à |a las )?\d{1,2}[:.]\d{2}.{0,12})?"
_ON = r"(?:on |dated |am |vom |im |le |du |el |il |em |del |στις |z dnia |dnia |от |in )?"
_DATE_AFTER = re.compile(
    rf"[\s,;(–—|-]+(?:de |del |di |do |von |in der ausgabe vom |numéro de )?{_ON}{_WEEKDAY}{DAY}{_TIME}(?: г(?:ода)?\.?| r\.)?[)\s.]*$",
    re.IGNORECASE,
)
_DATE_BEFORE = re.compile(rf"^{_ON}{_WEEKDAY}{DAY},?\s+(?:(?:on|at|in|by|bei|auf|in|sur|dans|en|su|em|w|na|в|на)\s+)?", re.IGNORECASE)
# What is said after the name: of the licence, of where to click.
_AFTERWARDS = re.compile(
    r"(?:[.,;:]?\s*\(?\b(?:emphasis|bold|edits?|links?|italics) (?:is |are )?(?:ours|added|mine)\b.*"
    r"|[.;,]?\s*\(?\b(?:read|see|view|click)\b(?: here)?(?: to read| for)? (?:the |its )?(?:original|full|complete|entire)\b.*|[.;,]?\s+(?:click |read it |read more )?here"
    r"|[.;,]?\s*\(?(?:is |and is )?(?:licensed |shared |republished |reprinted |reposted |used |reproduced )?(?:here )?(?:under|via) (?:a |an |the |its )?.{0,90}\b(?:licen[cs]e|cc)\b.*"
    r"|[,;]?\s*\(?(?:h/t|hat[ -]tip)\b.*|[.,;]?\s*under (?:a )?(?:creative commons|cc)\b.*|\s+on (?:x|twitter|facebook|mastodon|bluesky|reddit|telegram|gab|youtube|instagram)|[,;]?\s+(?:on )?(?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|\s+(?:yesterday|today|last (?:week|month|year)|earlier (?:this|last) \w+)"
    r"|[.;,]?\s*(?:and is |and |is |has been )?(?:re-?published|re-?printed|re-?posted|reproduced|cross-?posted|used)?\s*(?:here )?(?:with|by) (?:kind |the )?permission\b.*"
    r"|,? \(?(?:(?:no|nr|vol|volume|issue|ausgabe|heft|numéro|número|numero|n)\b\.?|n°|№|nº) ?\d[\w/ .-]{0,20}"
    r"|,? (?:at|on) [\w-]+\.(?:\w{2,3}\.)?\w{2,4}|[.;,]?\s*all rights reserved.*|[.;,]\s*(?:copyright|©).*|[,;.]\s*\(?(?:fot|foto|photo|image|bild|zdj|images?|video)\b.*|\s+for (?:the|this|that) (?:link|tip|story|find|pointer|article).*"
    r"|\s+and (?:is|was|has been|appears|appeared|has)\b.*|\.\s+(?:sign up|to see|visit|support|donate|for more|find|learn|like|republish|help|join)\b.*|['’]s (?:website|web site|site|blog|page|homepage|(?:[\w-]+ ){0,3}(?:issue|edition))"
    r"|\s+in (?:partnership|collaboration|cooperation|association|conjunction) with .*"
    r"|,\s+(?:an?|the|its) (?:[\w-]+,? ){0,4}(?:weekly|magazine|newspaper|website|site|blog|nonprofit|non-profit|publication|daily|monthly|newsletter|news|project|journal|organi[sz]ation|outlet|newsroom|initiative|division|service|center|centre|programme?|partnership|platform|network|collaboration|charity|publisher|podcast)\b.*|,?\s*where (?:it|this|the|he|she|they)\b.*|\.\s+(?:it|this \w+|the (?:views|opinions|article|original)|to read|you can|follow|subscribe)\b.*"
    r"|[.,;]?\s*(?:unter|sous|bajo|sotto|sob|na)\s+(?:einer |der |la |une |una |uma |a )?.{0,20}(?:lizenz|licence|licencia|licenza|licença|licencji).*"
    r"|[.;]\s*(?:lire|lea|lee|leggi|leia|lesen sie|czytaj|читать|διαβάστε)\b.*|\s+(?:erschienen|veröffentlicht|publiziert)(?: (?:und|worden)\b.*)?)$",
    re.IGNORECASE,
)
# What an outlet is called before its name: `the website of`, `la revista Nexos`, `журнале «Маяк»`.
_KIND = (
    r"site(?: web| internet)?|blog|blogue|journal|magazine|revue|quotidien|hebdomadaire|mensuel|média|page|portail|sitio(?: web)?|página(?: web)?|web|diario|periódico|revista"
    r"|semanario|portal|medio|sito(?: web)?|giornale|rivista|quotidiano|settimanale|mensile|testata|pagina|jornal|semanário|coluna|serwis(?:ie|u)?|portalu|stron(?:ie|y|a)"
    r"|dziennik(?:u|a)?|tygodnik(?:u|a)?|miesięcznik(?:u|a)?|kwartalnik(?:u|a)?|magazyn(?:ie|u)?|bloga|blogu|czasopi(?:śmie|sma)|pi(?:śmie|sma)|gaze(?:cie|ty)|łamach|witryn(?:ie|y)"
    r"|(?:интернет-|телеграм-)?(?:сайт|портал|журнал|блог|канал|ресурс|телеканал|информагентств|агентств|издани)(?:[аеуоия]|ом|ем)?|газет[аеы]|страниц(?:ах|е|ы)"
    r"|ιστολόγιο|ιστότοπο|ιστοσελίδα|περιοδικό|εφημερίδα|σελίδα|σάιτ|site"
)
_LEAD = re.compile(
    r"^(?:(?:the )?(?:[^\W\d]+,? \d{4},? |[^\W\d]+,? |\d+ )?(?:print )?(?:issue|edition|pages) of|(?:the author['’]s|his|her|my|their|our|its) (?:own |personal )?(?:blog|website|site|substack|newsletter),?(?: at)?"
    r"|(?:de[rmns] |das |die )?(?:online-?|nachrichten-?|internet-?)?(?:zeitschrift|zeitung|tageszeitung|wochenzeitung|magazin|portal|web-?seite|web-?site|internetseite|homepage|plattform|blog)(?: von| des| der)?"
    r"|(?:the |its |our )(?:website|site|blog|pages|newspaper|magazine|journal|newsletter|partners?(?: site)?|friends?|folks|sister site|colleagues|good people)(?: of| at| over at|,)?(?-i: the)?|(?-i:website|site|blog|newspaper|magazine)"
    r"|(?:le |el |il |o |dem |im )?(?:numéro|número|numero|heft|ausgabe|n°|nr\.?|numerze|номере?) [\d/]+(?: d[eio]l?(?:la)?| von| der)?"
    rf"|(?-i:(?:(?:l[ea]s?|du|el|l[ao]s|del|il|lo|dal|dello|della|sul|sulla|nel|nella|o|a|d[oa]|n[oa]|τ(?:ο|η|ην|ου|ης)) )?(?:{_KIND})(?: [a-zà-žа-яёα-ώ-]{{4,14}})?(?: (?:d[eiou]|del|de la|de los|del?la|da|des))?))\s+(?=(?-i:[\"“„«»'‘]?[A-ZÀ-ÞŁŚŻŹĆĄĘΆ-ΫА-ЯЁ\d])|[\w-]+\.\w)",
    re.IGNORECASE,
)
_AGENCY_LEAD = re.compile(
    r"(?:la |l['’]|der |the )?(?:agencia|agenzia|agência|agence|agencji|agentur|news agency|агентства?) (?=\w)", re.IGNORECASE
)
# The title of what is credited, before the name: `“The crane returns”, Harbour Ledger`.
_TITLE = re.compile(r"^\s*[\"“«„][^\"“”«»„]{3,150}[\"“”»],?\s+(?=\w)")
# Who is nobody in particular.
_DESK = re.compile(
    r"(?:the )?(?:editorial (?:board|staff|team)|editors?|staff|newsroom|news desk|redaktion|rédaction|redacción|redazione|redação|redakcja|редакция)",
    re.IGNORECASE,
)
# What an outlet calls the people that a byline names: `AP Business Writer`.
_STAFF = re.compile(
    r"(?<=\w)(?: [a-z]+)* (?:reporter|correspondent|strategist|analyst|editor|columnist|writer|economist)s?$|(?<=\w)(?: [A-Z]\w+){0,2} (?:Writer|Reporter|Correspondent|Editor)s?$"
)
# An article that belongs to the sentence and not to the name: `published in the Harbour Ledger`.
_ARTICLE = re.compile(
    r"^(?:the|der|die|das|dem|den|le|la|les|el|los|las|il|lo|o|a|os|as|το|η|ο|τα|του|της|την|τον|στο|στην) (?=[^\Wa-zα-ωά-ώ\d])"
)
# A person at an outlet, and an outlet with its person.
_AT = (
    r"via|for|at|@|of|on|from|in|with|writing for|writing in|writing at|pour|chez|für|bei|auf|para|per|su|dla|w|z|из|для|в|του|της|στο|στην"
)
_BY = r"by|written by|authored by|author:?|par|von|por|di|autor:?|автор:?|του|της|/ ?by"
_PERSON_AT = re.compile(rf"^(?P<author>.{{3,70}}?),? (?:{_AT}) (?P<outlet>.{{2,}})$", re.IGNORECASE)
_OUTLET_BY = re.compile(rf"^(?P<outlet>.{{2,}}?),? \(?(?:{_BY}) (?P<author>.{{3,70}}?)\)?$", re.IGNORECASE)
_POSSESSIVE = re.compile(r"^(?P<outlet>.{2,}?)(?:['’]s|(?<=s)['’]) (?P<author>.{5,60})$")
_VIA = re.compile(r"^(?P<outlet>.{2,}?) (?:via|through) (?P<other>.{2,})$", re.IGNORECASE)
_BRACKETED = re.compile(r"^(?P<left>.{2,}?)\s*[(\[](?P<right>[^()\[\]]{2,60})[)\]]?$")
_MARK = re.compile(r"\s*[|/·•»]\s*|\s+[–—-]\s+|,\s+|:\s+|;\s+")
_SEPARATORS = (r",?\s+(?:and )?(?:originally |first )?(?:published|posted|appearing|writing|written|reporting)\s+(?:on|at|in|by|for|with|via)\s+", r",?\s+special\s+(?:to|for)\s+", r"\s+via:?\s+", r"\s+(?:for|pour|für|para|per|dla|для)\s+", r"\s+(?:at|from|with|bei|chez|von|from)\s+", r"\s+of\s+", r"\s*[|•·»]\s*|\s+[–—-]+\s+|\s*/+\s*", r",\s+", r"\s+(?:on|in|su|w|z|из|στο|στην)\s+")  # fmt: skip
_CJK_NAME = re.compile(r"《?(?P<name>[A-Za-z][\w.&’-]*(?: [A-Za-z][\w.&’-]*){1,4}|[^》\s|｜;；，。()（）]{2,20})》?(?P<after>.*)")
_CJK_AUTHOR = re.compile(r"(?:作者|记者|記者|文)[:：/／ ]\s*(?P<author>[\u4e00-\u9fff]{2,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whom a credit names: at least one of them."""

    source: str | None = None
    author: str | None = None


def read_parties(text: str, *, people_first: bool = False) -> Parties | None:
    """The outlet and perhaps its author; of a byline (`people_first`) the people and perhaps their outlet. None for prose.

    An address in `text` gives the outlet where no name does; a shortener's hides it.
    """
    before, link, after = _around_link(text)
    if link is None:
        return _named(before, people_first=people_first)
    outlet, author = _named(before, people_first=people_first), author_name(_said(re.sub(r"^\W*by ", "", after, flags=re.IGNORECASE)))
    if (trimmed(before) and outlet is None) or (_said(after) and author is None and outlet_name(_said(after)) is None):
        return None
    host = None if is_shortener(link) else host_of(link)
    if outlet is not None:
        return Parties(source=outlet.source or host, author=outlet.author or author)
    if _said(after) and author is None:
        return _named(after, people_first=people_first)
    return Parties(source=host, author=author)


def read_title(text: str, *, sure: bool) -> Parties | None:
    """The outlet whose name has but one capital, in a language where names may; fewer small words where the form is not `sure`."""
    name = title_name(_said(text), most_small=3 if sure else 1)
    return Parties(source=name) if name else None


def read_cjk(text: str) -> Parties | None:
    """The outlet at the head of Chinese or Japanese text, where the next label may follow without a mark; and the author after it."""
    link = re.search(URL, text)
    found = _CJK_NAME.match(text.replace(link[0], " ").strip() if link else text)
    name = outlet_name(found["name"]) if found and not found["name"].startswith("请") else None
    if name is None or found is None:
        return Parties(source=None if is_shortener(link[0]) else host_of(link[0])) if link else None
    if len(found["after"]) > 40 or re.match(r"[，。,]", found["after"]):
        return None
    author = _CJK_AUTHOR.search(found["after"])
    return Parties(source=name, author=author["author"] if author else None)


def _around_link(text: str) -> tuple[str, str | None, str]:
    found = re.search(URL, text)
    if found is None:
        return text, None, ""
    return text[: found.start()], found[0].rstrip(".,;:)"), text[found.end() :]


def _said(text: str) -> str:
    """What of `text` can be a name: without dates, licences, and what links are called."""
    name = _TITLE.sub("", " ".join(text.split()))
    for _ in range(3):
        shorter = _DATE_BEFORE.sub("", _DATE_AFTER.sub("", _AFTERWARDS.sub("", _LEAD.sub("", name))))
        if shorter == name:
            break
        name = shorter
    if (bracket := _BRACKETED.match(name)) and is_place(bracket["right"]):
        name = bracket["left"]
    name = trimmed(name)
    if (agency := _AGENCY_LEAD.match(name)) and name[0].islower() and is_agency(name[agency.end() :]):
        return name[agency.end() :]
    return name if is_known(name) and not name.startswith("the ") else _ARTICLE.sub("", name)


def _named(text: str, *, people_first: bool) -> Parties | None:
    name = _said(text)
    if not name:
        return None
    if is_known(name):
        return Parties(source=name)
    return (_byline(name) if people_first else None) or _outlet_with_author(name, people_first=people_first)


def _byline(name: str) -> Parties | None:
    """`A via X`, `A, economist at X`, `A | X`, `A (X)`: the first split of which both sides read as what they should."""
    for left, right in _splits(name):
        if _DESK.fullmatch(left) and (outlet := outlet_name(_said(right))):
            return Parties(source=outlet)
        author, outlet = author_name(re.sub(r"(?<=\w),? (?:of|from) .*", "", left)), outlet_name(_STAFF.sub("", _said(right)))
        if author and outlet and not (person_name(outlet) and not is_outlet(outlet) and is_given_name(outlet.split()[0])):
            return Parties(source=outlet, author=author)
    split = _adjacent(name)
    return Parties(source=split[1], author=split[0]) if split and is_known(split[1]) else None


def _splits(name: str) -> Iterator[tuple[str, str]]:
    if bracketed := _BRACKETED.match(name):
        yield bracketed["left"], bracketed["right"]
    for separator in _SEPARATORS:
        for found in reversed(list(re.finditer(separator, name, re.IGNORECASE))):
            yield name[: found.start()], name[found.end() :]


def _outlet_with_author(name: str, *, people_first: bool) -> Parties | None:
    if people_first:
        if (found := _POSSESSIVE.match(name)) and is_outlet(found["outlet"]) and (author := _surely_person(found["author"])):
            return Parties(source=found["outlet"], author=author)
        author, outlet = author_name(name), outlet_name(name)
        lone = author is not None and " " not in author and not is_given_name(author) and not author.startswith("@")
        if author and not lone and (not is_outlet(author) or is_surely_person(author)):
            return Parties(author=author)
        return Parties(source=outlet) if outlet and is_outlet(outlet) else None
    if parties := _joined_by_words(name) or _joined_by_marks(name):
        return parties
    if split := _adjacent(name):
        return Parties(source=split[0], author=split[1])
    outlet = outlet_name(name)
    return Parties(source=outlet) if outlet else None


def _joined_by_words(name: str) -> Parties | None:
    """`Ada Quill at the Ledger`, `the Ledger by Ada Quill`, `the Ledger's Ada Quill`, `the Ledger via the Gazette`."""
    if (found := _PERSON_AT.match(name)) and (author := _surely_person(found["author"])) and (outlet := outlet_name(found["outlet"])):
        return Parties(source=outlet, author=author)
    if (found := _OUTLET_BY.match(name)) and (author := _first_author(found["author"])) and (outlet := outlet_name(found["outlet"])):
        return Parties(source=outlet, author=author)
    if (found := _POSSESSIVE.match(name)) and is_outlet(found["outlet"]) and (author := _surely_person(found["author"])):
        return Parties(source=found["outlet"], author=author)
    if (found := _VIA.match(name)) and (outlet := outlet_name(found["outlet"])) and outlet_name(found["other"]):
        return Parties(source=outlet)
    return None


def _joined_by_marks(name: str) -> Parties | None:
    """`the Ledger, Ada Quill`, `Ada Quill | the Ledger`, `the Ledger (Ada Quill)`; `AFP/Ledger` is one source."""
    if "/" in name and " / " not in name and all(is_known(part) or outlet_name(part) for part in name.split("/")):
        return Parties(source=name)
    if " / " in name and all(is_outlet(part) for part in name.split(" / ")):
        return Parties(source=name)
    if (found := _BRACKETED.match(name)) and (parties := _two(found["left"], found["right"])):
        return parties
    halves = (_two(name[: mark.start()], name[mark.end() :]) for mark in _MARK.finditer(name))
    return next((parties for parties in halves if parties), None)


def _two(left: str, right: str) -> Parties | None:
    """An outlet and a person on two sides of a mark, whichever comes first."""
    first, second = outlet_name(left), outlet_name(right)
    if not first or not second:
        return None
    if (author := _surely_person(right)) and not (is_outlet(second) and not is_outlet(first)):
        return Parties(source=first, author=author)
    if (author := _surely_person(left) or (author_name(left) if is_outlet(second) and not is_outlet(first) else None)) and second:
        return Parties(source=second, author=author)
    return None


def _first_author(text: str) -> str | None:
    """The people of a byline; the first alone where their offices follow that are more than roles: `Lena Fisk, University of Otago`."""
    return author_name(text) or (author_name(text.split(",", maxsplit=1)[0]) if "," in text else None)


def _surely_person(text: str) -> str | None:
    author = author_name(text)
    if author is None or is_outlet(author):
        return None
    return author if is_surely_person(author) else None


def _adjacent(name: str) -> tuple[str, str] | None:
    """Two names that nothing stands between: after a known publisher, after a word that outlets end in, before a given name."""
    words = name.split()
    places = range(len(words) - 2, 0, -1)
    for place in places:
        left, right = " ".join(words[:place]), " ".join(words[place:])
        if is_known(left) and _no_outlet(right):
            return trimmed(left), trimmed(right)
        if is_known(right) and author_name(left) and (is_given_name(words[0]) or len(words) - place > 1):
            return left, right
    if is_known(words[-1]) and (author := _surely_person(" ".join(words[:-1]))):
        return author, words[-1]
    for place in places:
        left, right = " ".join(words[:place]), " ".join(words[place:])
        if (is_outlet(words[place - 1]) or is_domain(words[place - 1])) and _no_outlet(right) and outlet_name(left):
            return trimmed(left), trimmed(right)
    for place in places:
        left, right = " ".join(words[:place]), " ".join(words[place:])
        enough = len(words[:place]) > 1 or is_outlet(left)
        if is_given_name(words[place]) and not is_given_name(words[place - 1]) and enough and _no_outlet(right) and outlet_name(left):
            return trimmed(left), trimmed(right)
    return None


def _no_outlet(text: str) -> bool:
    return person_name(text) is not None and not is_outlet(text)
