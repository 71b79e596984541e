"""News agencies named in a text: in its dateline, at its end, in its copyright line. Pure.

Of a dateline the agency leaves the text and the place and the day stay: `LONDON (Reuters) - The board` is read on as `LONDON - The
board`. Where somebody reports from is part of the report; whose report it is, is a credit, and copies differ in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.names import person_name, trimmed
from pipeline.publishers import is_agency, is_known, is_platform

_WORD = r"[A-ZÀ-ŽΆ-ΫА-ЯЁ][\w.'’-]*"
# One way to read a place, and a bound: a line of capitals and hyphens must not be tried in every way.
_PLACE = rf"(?:{_WORD}(?:(?:,? |/)(?:{_WORD}|de|la|le|di|do|del|of|the|am|an|der|na|nad)){{0,8}})"
_DAY = r"(?:[^\W\d_]{3,9}\.? \d{1,2}(?:, \d{4})?|\d{1,2}\.? (?:de )?[^\W\d_]{3,9}\.?(?: (?:de )?\d{4})?|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{1,2})"
_DASH = r"(?:-{1,2}|–|—|―|_+|\.\s?[-–—]{1,2}|:)"
_BRACKETED = re.compile(
    rf"^(?P<place>{_PLACE}(?:[,.]? {_DAY})?[,.:]?)?\s*(?:[-–—]{{1,2}}\s*)?[(/\[](?P<agency>[^()/\[\]]{{2,30}}(?:/[^()/\[\]]{{2,20}})?)[)/\]]"
    rf"(?P<dash>\s*{_DASH}\s*|\s*\.\s+|\s*)(?P<rest>\S.*)$",
    re.DOTALL,
)
# МОСКВА, 3 мая — РИА Новости. Киев. 3 мая. ИНТЕРФАКС-УКРАИНА –
_AFTER_DAY = re.compile(
    rf"^(?P<place>{_PLACE}[,.] {_DAY})(?:\s*[–—-]{{1,2}}\s*|[.,]\s+)(?P<agency>[^.,:–—-]{{2,20}}(?:-[^\W\d_]+)?)(?P<dash>\s*[–—-]{{1,2}}\s*|[.:]\s*[–—-]*\s*)(?P<rest>\S.*)$",
    re.DOTALL,
)
# SEOUL, Yonhap — ; Paris, France | AFP | ; Wien/APA – ; BRUSSELS, June 3, Reuters:
_BESIDE = re.compile(
    rf"^(?P<place>{_PLACE}(?:[,.]? {_DAY})?)(?:\s*[|,/]\s*|\s+[–—-]{{1,2}}\s+)(?P<agency>[^\W\d][^.,:–—|/-]{{1,24}})(?P<dash>\s*[|:]\s*|\s*[–—]\s*|\s+-{{1,2}}\s+|--)(?P<rest>\S.*)$",
    re.DOTALL,
)
_CAPITALS = re.compile(r"[A-Z]{3,6}|[А-ЯЁ][А-яЁё]{0,5}[А-ЯЁ]{2,6}")
_STATES = frozenset({"USA", "NATO", "USSR", "UAE", "DDR", "GDR", "UDSSR", "CSSR"})
_FIRST = re.compile(rf"^(?P<place>)(?P<agency>[^\s.,:–—()-]{{2,12}})(?P<dash>\s+[–—-]{{1,2}}\s+)(?P<rest>[\"“«„]?{_WORD}.*)$", re.DOTALL)
# 新华社北京5月3日电（记者张三）; 据中新社…
_CHINESE = re.compile(
    r"^[【\[(（]?据?(?P<agency>新华社|新华网|新華社|新華網|中新社|中新网|中国新闻网|人民网|央视网|环球网|法新社|路透社|美联社)[】\])）]?\s*"
    r"(?P<place>[^，。\s（(]{0,14}?\d{1,2}(?:月\d{1,2})?日)(?P<wire>[电電讯訊])[）)]?(?:\s*[（(](?:记者|記者)?\s*(?P<author>[^）)]{2,24})[）)])?[ 　:：，]*(?P<rest>.+)$",
    re.DOTALL,
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_JAPANESE = re.compile(r"^[【［\[(（](?P<inside>[^】］\])）]{2,24})[】］\])）][\s–—-]*(?P<rest>.+)$", re.DOTALL)
_ENDING = re.compile(
    r"^(?P<rest>.*?[.!?…。！？]?[\"”»’)]?)(?P<mark>\s*[(\[（](?P<inside>[^()\[\]（）]{2,40})[)\]）]|\s*/(?P<slashed>[^/]{2,20})/|(?<=[.!?…\"”»])\s*[–—-]{1,2}\s?(?P<dashed>[^.–—-]{2,20}))[.\s]*$",
    re.DOTALL,
)
# How far from the end of a line such a mark begins.
_END_LETTERS = 120
_COPYRIGHT = re.compile(
    r"^[\W_]*(?:all rights reserved\W*)?(?:(?:copyright|©|\(c\)|ⓒ|&copy;)[\s:,]*){1,3}(?:by )?(?P<said>.{2,250})$", re.IGNORECASE
)
_YEARS = re.compile(r"\b(?:19|20)\d{2}(?:\s?[-–]\s?\d{2,4})?\b,?")
# Without brackets, names of two and three letters are too often something else.
_CLEAR = frozenset(
    {"AP", "AFP", "UPI", "EFE", "PTI", "PAP", "dpa", "IANS", "ANSA", "ТАСС", "TASS", "Reuters", "REUTERS", "Xinhua", "Bernama"}
)
_SHARED = re.compile(r"\s*[/,;·|+]\s*|\s+[-–]\s+|\s+(?:and|und|et|y|e|i|и|και)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyMark:
    """An agency's mark: whose it is, the words that were it, and the text without it."""

    agency: str
    author: str | None
    evidence: str
    rest: str


def read_dateline(line: str) -> AgencyMark | None:
    """The agency in the dateline that `line` begins with."""
    for form in (_BRACKETED, _AFTER_DAY, _BESIDE, _FIRST):
        if (found := form.match(line)) and (mark := _dateline(form, found)):
            return mark
    if found := _CHINESE.match(line):
        author = trimmed(found["author"]) if found["author"] else None
        rest = f"{found['place']}{found['wire']} {found['rest']}" if found["place"] else found["rest"]
        return AgencyMark(agency=found["agency"], author=author, evidence=line[: found.start("rest")].strip(), rest=rest)
    if (found := _JAPANESE.match(line)) and (agency := _suffix_agency(found["inside"])):
        place = found["inside"].removesuffix(agency).strip(" 　=＝")
        rest = f"【{place}】{found['rest']}" if place else found["rest"]
        return AgencyMark(agency=agency, author=None, evidence=line[: found.start("rest")].strip(), rest=rest)
    return None


def read_ending(line: str) -> AgencyMark | None:
    """The agency in brackets or after a dash at the end of `line`: `… he said. (PAP)`, `… he said. – AFP`."""
    before, end = line[:-_END_LETTERS], line[-_END_LETTERS:]
    found = _ENDING.match(end)
    if found is None or not trimmed(found["rest"]):
        return None
    agency = sole_agency(found["inside"] or found["slashed"] or found["dashed"])
    if agency is None or not re.search(r"[.!?…。！？][\"”»’)]*$", found["rest"].rstrip()):
        return None
    return AgencyMark(agency=agency, author=None, evidence=found["mark"].strip(), rest=(before + found["rest"]).rstrip())


def read_copyright(line: str) -> str | None:
    """The publisher whose notice `line` is: `© 2019 The Associated Press. All rights reserved.`; None for those that nobody knows."""
    found = _COPYRIGHT.match(line)
    if found is None:
        return None
    said = _YEARS.sub("", found["said"]).strip(" ,.-–|:")
    name = trimmed(
        re.split(
            r"(?<!\b[A-Z])\.\s|\.$|,? all rights|,? l\.?p\b|(?<!&)(?<!and) (?:media )?(?:network|group|corporation|company)\b|,? inc\b|,? gmbh\b|,? plc\b|,? ag\b|,? ltd\b|,? llc\b|[,;|]|\s[–—-]\s",
            said,
            maxsplit=1,
            flags=re.IGNORECASE,
        )[0]
    )
    name = re.sub(r"^(?:by|the copyright of)\s+", "", name, flags=re.IGNORECASE)
    return name if name and is_known(name) and not is_platform(name) else None


def sole_agency(text: str) -> str | None:
    """The agency, or the first of the agencies, that is all `text` says, beside initials and dates: `AFP/Reuters`, `dpa/lnw`."""
    parts = [part for part in _SHARED.split(trimmed(text)) if part]
    named = [part for part in parts if is_agency(part)]
    others = [part for part in parts if not is_agency(part)]
    if is_agency(trimmed(text)):
        return trimmed(text)
    return named[0] if named and all(re.fullmatch(r"[a-z]{2,4}|[\d.:]+|[A-Z]{2,4}", part) for part in others) else None


def _dateline(form: re.Pattern[str], found: re.Match[str]) -> AgencyMark | None:
    place, dash = (found["place"] or "").strip(), found["dash"].strip()
    agency = _agency_in(found["agency"]) or (
        _unknown(found["agency"]) if form is _BRACKETED and place.split(",")[0].isupper() and (dash or place[-1].isdigit()) else None
    )
    if agency is None or len(place.split()) > 8 or place.split(" ")[0] in {"The", "A", "An", "This"} or is_agency(place.strip(",.: ")):
        return None
    if form is _FIRST and agency not in _CLEAR:
        return None
    if form is _BESIDE and (not is_agency(agency) or (dash == ":" and not place.split(",")[0].isupper())):
        return None
    begins_anew = not found["rest"].lstrip('"“„«')[:1].islower()
    in_capitals = bool(place) and place.split(",")[0].isupper()
    # Without a dash only a bracket glued to the first word, as CNN has it, or after a short place in capitals or with a full stop.
    if form is _BRACKETED and dash in {"", ".", ":"}:
        short = len(place.split(",")[0].split()) <= 3 and (
            in_capitals or dash == "." or place.endswith((".", ":")) or any(letter.isdigit() for letter in place)
        )
        if not begins_anew or not (short if place else not dash):
            return None
    if not begins_anew and not in_capitals and place:
        return None
    head = place.rstrip(",.:-–— ")
    if not head:
        rest = found["rest"]
    elif dash in {"", ".", ":"}:
        rest = f"{head}. {found['rest']}"
    else:
        rest = f"{head} {dash.lstrip('. |') or '—'} {found['rest']}"
    return AgencyMark(agency=agency, author=None, evidence=found.string[: found.start("rest")].strip(), rest=rest)


def _agency_in(text: str) -> str | None:
    """`dpa/lnw`, `AP Sports`, `Корр. БЕЛТА`, `Reuters Health`, CNN: the agency, or another publisher that everybody knows."""
    name = re.sub(r"^(?:корр\. |corr\. |from )", "", trimmed(text), flags=re.IGNORECASE)
    if agency := sole_agency(name):
        return agency
    if is_known(name) and not is_platform(name) and person_name(name) is None:
        return name
    first = name.split(maxsplit=1)[0] if name else ""  # (…) names nobody
    return first if len(name.split()) <= 3 and is_agency(first) and first in _CLEAR else None


def _unknown(text: str) -> str | None:
    """Capitals that no state or alliance is called by: after a place in capitals they are an agency that we do not know."""
    return text if _CAPITALS.fullmatch(text) and text not in _STATES else None


def _suffix_agency(inside: str) -> str | None:
    """The agency that a Japanese or Chinese bracket ends in: 【ワシントン共同】, [東京 3日 ロイター]."""
    for start in range(len(inside)):
        tail = inside[start:].strip()
        if is_agency(tail) and _CJK.search(tail if start == 0 else inside):
            return tail
    return None
