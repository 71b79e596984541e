"""Credits at the head and the tail of an article: taken out of the text, kept as data. Pure.

A credit is a whole line with a form of its own (`via ZeroHedge News Tyler Durden`, `Originally published on X`), two short lines that
are one, or what unmistakably ends the last line; or a news agency's mark in a dateline, at the end or in a copyright line. The same
words inside prose ("reached the border via Cucuta") yield nothing: what stands in the place of a name must read as one.

Confidence is the share of such readings that are right in kind, outlet, author and address: .95 where the form can hardly mean anything
else, .8 where its words have other uses and the names decide, .6 where a single unknown word or a place to post stands in such a form.
tests/test_attribution.py holds that on its table. On lines written afterwards and tried before anything was mended (seven batches, 940
credits and 670 lines of prose) precision by kind and outlet was .95, .93, .97, .95, .96, .94 and .96, recall .85, .83, .90, .89, .91, .94
and .97; what went wrong was mostly a name too long or too short, and a form that nobody had thought of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.credit_forms import URL, Form, forms_for, undecorated
from pipeline.credit_parties import Parties, read_cjk, read_parties, read_title
from pipeline.datelines import AgencyMark, read_copyright, read_dateline, read_ending, sole_agency
from pipeline.names import author_name, is_domain, is_outlet, is_place, is_role, is_surely_person, person_name
from pipeline.publishers import is_agency, is_known, is_platform, publisher_of
from pipeline.records import Credit

# Credits stand in the first and the last lines: a few, since a licence or a copyright line may stand beside them.
HEAD_LINES = 3
TAIL_LINES = 6
# Of what was cut from the end as furniture, the lines next to the text: a notice below comments is the site's.
_NOTICE_LINES = 12
_MOST_WORDS = 60
_MOST_LETTERS = 500
# Lines of this many words may be the halves of one credit.
_HALF_WORDS = 8
# Where a sentence ends, and how many of the last are looked behind for a credit.
_SENTENCE_END = re.compile(r"(?:[.!?…][\"”»’)\]]*\s+|[。！？][”」』）]*\s*)(?=\S)")
_LAST_SENTENCES = 4
_BRACKETED_END = re.compile(r"(?P<credit>[(\[（][^()\[\]（）]{4,120}[)\]）])[.。]?$")
# What follows it is no address of the credit.
_OFFER = re.compile(r"\b(?:sign up|subscribe|donate|follow)\b", re.IGNORECASE)
# Languages whose titles have their capital in the first word.
_TITLE_LANGUAGES = frozenset({"fr", "es", "it", "pt", "pl", "ru", "el", "labels"})
# A form whose words have other uses is less sure where it names a place to post, or a single word that nobody knows.
_DOUBTFUL = 0.6


def take_credits(paragraphs: Sequence[str]) -> tuple[list[str], list[Credit], list[str]]:
    """The text without its credits, the credits, and the words that they were, all in order. At least one line is always kept."""
    lines: list[str | None] = list(paragraphs)
    places = sorted({*range(min(HEAD_LINES, len(lines))), *range(max(0, len(lines) - TAIL_LINES), len(lines))})
    found: dict[int, list[tuple[Credit, str]]] = {}
    for place in places:
        line, following = lines[place], lines[place + 1] if place + 1 in places else None
        if line is None or sum(kept is not None for kept in lines) < 2:
            continue
        if following and sum(kept is not None for kept in lines) > 2 and (credit := _read_halves(line, following)):
            found[place] = [(credit, line), (credit, following)]
            lines[place] = lines[place + 1] = None
        elif credit := read_credit(line):
            found[place] = [(credit, line)]
            lines[place] = None
    for place in places[:HEAD_LINES]:
        if (line := lines[place]) and place < HEAD_LINES and (mark := read_dateline(line)):
            lines[place] = mark.rest
            found.setdefault(place, []).append((_agency_credit("dateline", mark), mark.evidence))
    last = max((place for place, line in enumerate(lines) if line), default=None)
    while last is not None and (ending := read_credit_at_end(lines[last] or "")):
        credit, lines[last] = ending
        found.setdefault(last, []).append((credit, credit.evidence))
    kept = [line for line in lines if line is not None]
    taken = [pair for place in sorted(found) for pair in found[place]]
    return kept, list(dict.fromkeys(credit for credit, _ in taken)), [words for _, words in taken]


def copyright_credits(lines: Sequence[str]) -> list[Credit]:
    """The publishers whose copyright notices are among lines that were cut as furniture."""
    return [credit for line in lines[:_NOTICE_LINES] if (credit := _copyright(line))]


def read_credit(line: str) -> Credit | None:
    """The credit that a whole line is, if it is one."""
    text = " ".join(line.split())
    if not text or len(text) > _MOST_LETTERS or len(text.split()) > _MOST_WORDS:
        return None
    said = undecorated(text)
    for form in forms_for(said):
        if (found := form.line.fullmatch(said)) and (parties := _parties(form, found)):
            return _credit(form.kind, _confidence(form, parties), parties, text, evidence=line)
    if notice := _copyright(line):
        return notice
    if agency := _lone_agency(text):
        return _credit("agency", 0.95, agency, text, evidence=line)
    return None


def read_credit_at_end(line: str) -> tuple[Credit, str] | None:
    """The credit that ends a line of text, and the line without it: only where it can be nothing else."""
    if mark := read_ending(line):
        return _agency_credit("agency", mark), mark.rest
    start = max(0, len(line) - _MOST_LETTERS)
    ends = [found.end() for found in _SENTENCE_END.finditer(line, start)][-_LAST_SENTENCES:]
    for end in ends:
        rest, tail = line[:end].rstrip(), line[end:]
        credit = read_credit(tail)
        if credit and (_is_unmistakable(credit) or tail[:1] in "([（"):
            return credit, rest
    bracketed = _BRACKETED_END.search(line, start)
    credit = read_credit(bracketed["credit"]) if bracketed else None
    if bracketed and credit and _is_unmistakable(credit) and line[: bracketed.start()].strip():
        return credit, line[: bracketed.start()].rstrip()
    return None


def _is_unmistakable(credit: Credit) -> bool:
    """True where the form is sure of itself, or the names are those of outlets: `Via Appia` ends a text about Rome."""
    labelled = credit.kind == "source" and credit.source is not None and re.match(r"\W*\w+(?: \w+)?\s?[:：]", credit.evidence)
    named = credit.source and (labelled or is_outlet(credit.source) or is_domain(credit.source)) and not is_platform(credit.source)
    sure = credit.confidence >= 0.95 and (credit.source or credit.kind == "reporting")
    return bool(sure or named or credit.url or re.match(r"\w{2,6}[:：][\u3040-\u9fff]", credit.evidence))


def _read_halves(line: str, following: str) -> Credit | None:
    """The credit that two short lines are together, where that says more than either: `Source:` above the name, an author below."""
    if len(line.split()) > _HALF_WORDS or len(following.split()) > _HALF_WORDS:
        return None
    whole = read_credit(f"{line} {following}") or (read_credit(f"{line}: {following}") if line.isalpha() else None)
    if whole is None or _said(whole) <= max(_said(read_credit(line)), _said(read_credit(following))):
        return None
    byline = whole.kind == "authored_by" and whole.source is not None and (is_known(whole.source) or line.casefold().startswith("author"))
    second = re.sub(r"^by ", "", following.strip("()[] ."), flags=re.IGNORECASE)
    if not (line.rstrip().endswith((":", "：")) or byline or read_credit(following) or person_name(second) or is_outlet(second)):
        return None
    return Credit(
        kind=whole.kind,
        source=whole.source,
        author=whole.author,
        url=whole.url,
        evidence=f"{line}\n{following}",
        confidence=min(whole.confidence, 0.8),
        publisher=whole.publisher,
    )


def _said(credit: Credit | None) -> int:
    return sum(part is not None for part in (credit.source, credit.author, credit.url)) if credit else 0


def _parties(form: Form, found: re.Match[str]) -> Parties | None:
    """Whom the line names; None where what stands in the place of a name is none."""
    groups = {name: text for name, text in found.groupdict().items() if text}
    if not groups:
        return Parties() if form.bare or form.kind == "republished" else None
    if "link" in groups:
        return read_parties(groups["link"])
    if "byline" in groups:
        named = read_parties(groups["byline"], people_first=True)
        return None if named is None or (form.needs_outlet and not _is_byline(named, groups["byline"])) else named
    if cjk := groups.get("cjk") or groups.get("cjk2"):
        return read_cjk(cjk)
    if agency := groups.get("agency"):
        return Parties(source=agency) if is_agency(agency) and is_agency(groups.get("agency2", agency)) else None
    return _source_and_author(form, found, groups)


def _source_and_author(form: Form, found: re.Match[str], groups: dict[str, str]) -> Parties | None:
    author = author_name(groups["author"]) if "author" in groups else None
    if "author" in groups and author is None:
        return None
    if "source" not in groups:
        return Parties(author=author)
    named = read_parties(groups["source"])
    if named is None and form.language in _TITLE_LANGUAGES:
        named = read_title(groups["source"], sure=form.confidence >= 0.95)
    if named is None or _is_somewhere(form, found, named.source or ""):
        return None
    return Parties(source=named.source, author=author or named.author)


def _is_somewhere(form: Form, found: re.Match[str], source: str) -> bool:
    """True where the words lead to a place or a thing rather than to an outlet: `more at the Hilton`, `Via Veneto, Rome`.

    In German, where any noun has a capital: `erschien in Fortsetzungen`, `mit Genehmigung der Eltern`.
    """
    if form.kind == "via":
        return "," in source and not is_outlet(source)
    if not _is_unknown_word(source):
        return False
    if form.kind == "read_at":
        return found["source"].startswith("the ")
    after_article = re.search(rf"\bde[rmns] {re.escape(source)}", found[0])
    unsure = form.confidence < 0.95 and form.kind in {"originally_published", "republished"}
    return form.language == "de" and bool(unsure or (after_article and form.kind == "republished"))


def _is_byline(named: Parties, text: str) -> bool:
    """A mere `By` wants an outlet that is one or, `for` whom and `of` whom, a person with a given name: `By Jove of Athens` is neither."""
    if named.source is None:
        return False
    if named.author is None:
        return is_known(named.source) and not is_platform(named.source)
    if is_outlet(named.source):
        return True
    at = (
        " " in named.source
        or (named.source.isupper() and not is_role(named.source))
        or re.search(rf"\b(?:for|pour|für|para|per|dla|для|of|via|at) (?:the )?{re.escape(named.source)}", text)
    )
    return bool(at and " " in named.author and is_surely_person(named.author) and not is_place(named.source))


def _confidence(form: Form, parties: Parties) -> float:
    source = parties.source
    if form.confidence >= 0.95 or source is None or parties.author:
        return form.confidence
    doubtful = is_platform(source) or (form.kind == "via" and source.isascii() and _is_unknown_word(source))
    return _DOUBTFUL if doubtful else form.confidence


def _is_unknown_word(source: str) -> bool:
    return source != "" and " " not in source and not is_outlet(source)


def _lone_agency(text: str) -> Parties | None:
    """A line that is an agency's name and nothing else, or a person's and an agency's: `AFP`, `(dpa/lnw)`, `Ada Quill, Reuters`."""
    if len(text) > 60:
        return None
    if agency := sole_agency(text):
        return Parties(source=agency)
    left, mark, right = re.split(r"(\s*[|/,]\s*|\s+[–—-]\s+)", text, maxsplit=1) if re.search(r"[|/,]|\s[–—-]\s", text) else (text, "", "")
    author = person_name(left)
    return Parties(source=right.strip(), author=author) if mark and author and is_agency(right.strip(" .")) and "/" not in mark else None


def _copyright(line: str) -> Credit | None:
    publisher = read_copyright(" ".join(line.split()))
    if publisher is None:
        return None
    return _credit("copyright", 0.95 if is_agency(publisher) else 0.8, Parties(source=publisher), line, evidence=line)


def _agency_credit(kind: str, mark: AgencyMark) -> Credit:
    return _credit(kind, 0.95, Parties(source=mark.agency, author=mark.author), "", evidence=mark.evidence)


def _credit(kind: str, confidence: float, parties: Parties, text: str, *, evidence: str) -> Credit:
    link = re.search(URL, _OFFER.split(text)[0])
    url = link[0].rstrip(".,;:)") if link else None
    return Credit(
        kind=kind,
        source=parties.source,
        author=parties.author,
        url=url,
        evidence=evidence,
        confidence=confidence,
        publisher=publisher_of(parties.source, url),
    )
