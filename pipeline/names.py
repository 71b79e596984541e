"""Whether some words are a name, and whose: an outlet's or a person's. Pure.

A name is capitalised words and what joins them, a domain, a handle, or a few characters of a script without capitals; words that read
on as prose are none. The vocabulary is data (names.toml), and so are the outlets that everybody knows (publishers.toml).
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from pipeline.publishers import is_known

_WORDS = {
    name: frozenset(words.split()) for name, words in tomllib.loads(files("pipeline").joinpath("names.toml").read_text("utf-8")).items()
}
# Words of `inside` that a name may end in as well.
_PRESS = frozenset(
    {"blog", "blogs", "website", "magazine", "newsletter", "online", "diplomatique", "international", "news", "podcast", "channel", "site"}
)
_NO_PERSON = _WORDS["not_person"] | _WORDS["roles"]
_ARTICLES = frozenset({"the", "der", "die", "das", "le", "la", "les", "el", "il", "o", "a"})
_MOST_WORDS = 9
_MOST_LETTERS = 90
# Chinese and Japanese have neither capitals nor spaces: a name there is a few characters.
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CJK_NAME = re.compile(r"[^。，！？、；\s]{2,20}(?: [^。，！？、；\s]{1,20})?")
_DOMAIN = re.compile(
    r"(?:https?://|www\.)?(?:[\w-]+\.)+(?:com|org|net|info|co|io|news|press|blog|tv|us|uk|ca|au|de|at|ch|fr|es|it|pt|br|pl|ru|ua|by|gr|eu|me|in|cn|jp"
    r"|nz|ie|nl|be|se|no|dk|fi|cz|example|today|media|online|live|world|biz|edu|gov|mx|ar|cl)(?:/\S*)?",
    re.IGNORECASE,
)
_ELIDED = re.compile(r"^(?:[dlnst]|dell|dall|nell|sull|all|un)['’](?=\w)")  # Le Fil d'Or
_INITIALS = re.compile(r"[a-z]{2,4}(?:/[a-z]{2,4})*")  # of a desk: dpa, jki/dpa
# German outlets are one word with what they are: Hafenblatt.
_COMPOUND = re.compile(r"\w{3}(?:blatt|zeitung|anzeiger|bote|kurier|magazin|rundschau|nachrichten|presse|blog|funk)$")
_QUOTED = re.compile(r"[\"“„«»‚‘](?:[^\W_][^\s\"“”„«»]* ?){1,6}[\"“”«»‘’]")
_HANDLE = re.compile(r"@\w[\w.@-]{1,40}")
_CAMEL = re.compile(r"[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+|[a-z]+[A-Z]\w*")
_EDGES = " \t.…,;:|/·•–—―-_()[]{}<>*\"“”„‟«»‹›'‘’‚「」『』【】→»›"
_WORD_EDGES = "()[],;:\"“”„«»‘’'"
# A full stop after an initial, an abbreviation or a title ends no sentence.
_SENTENCE_END = re.compile(r"(?<!\b[^\W\d_])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bMrs)(?<!\bJr)(?<!\bProf)(?<!\bInc)(?<!\bvs)[.!?…]\s")
_HONORIFIC = re.compile(r"(?:dr|prof|mr|mrs|ms|sir|rev|col|gen|lt|capt|sen|rep)\.?\s", re.IGNORECASE)
_CREDENTIALS = re.compile(r",? (?:ph\.?d\.?|m\.?d\.?|j\.?d\.?|esq\.?|jr\.?|sr\.?|cfa|mba)$", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:,|;|&|\+|/)\s*(?:and |und |et |y |e |i |и |και )?|\s+(?:and|und|et|y|e|i|и|και)\s+", re.IGNORECASE)


def trimmed(text: str) -> str:
    """`text` without the punctuation around it; a bracket that is opened inside is closed."""
    name = " ".join(text.split()).strip(_EDGES)
    return f"{name})" if name.count("(") > name.count(")") else name


def host_of(address: str) -> str:
    """The host of an address or a domain, without `www.`."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address, flags=re.IGNORECASE).split("/")[0].split("?")[0].rstrip(".,;)")


def is_domain(text: str) -> bool:
    """True for a domain, with or without what may stand around it in an address."""
    return bool(_DOMAIN.fullmatch(text))


def outlet_name(text: str) -> str | None:
    """`text` tidied if it reads as the name of an outlet, an organisation or a person; None where it reads on as prose."""
    name = trimmed(text)
    if not name or len(name) > _MOST_LETTERS:
        return None
    if is_domain(name):
        return host_of(name)
    if _HANDLE.fullmatch(name) or is_known(name) or (_QUOTED.fullmatch(text.strip()) and not _SENTENCE_END.search(name)):
        return name
    if _CJK.search(name):
        return name if _CJK_NAME.fullmatch(name) and name not in _WORDS["not_cjk"] else None
    words = name.split()
    if len(words) > _MOST_WORDS or _SENTENCE_END.search(name) or is_place(name):
        return None
    if "," in name and _several(name):
        return name
    if name.casefold() in _WORDS["not_alone"] or not _begins_as_name(words) or words[-1] in _WORDS["inside"] - _PRESS:
        return None
    strange = [word for word in words if not _is_capital(word) and not _may_be_small(word.strip(_WORD_EDGES))]
    if strange and not (_has_case_endings(name) and _reads_as_slavic_or_greek(words, strange)):
        return None
    return name


def title_name(text: str, *, most_small: int) -> str | None:
    """A name that has its capital in the first word alone, as Romance and Slavic titles do: `La Vie des idées`. None for prose."""
    name = trimmed(text)
    words = name.split()
    if not 2 <= len(words) <= 6 or any(letter in name for letter in ".,;:!?()0123456789") or not _begins_as_name(words) or is_place(name):
        return None
    small = [word for word in words if not _is_capital(word) and not _may_be_small(word.strip(_WORD_EDGES))]
    return name if len(small) <= most_small and words[-1].casefold() not in _WORDS["inside"] - _PRESS else None


def _several(name: str) -> bool:
    """True for names with commas between them: `dpa, Tagesschau`."""
    parts = [part.strip() for part in re.split(r",|\s(?:and|und|et|y|e|i|и|και|&)\s", name)]
    return outlet_name(parts[0]) is not None and all(len(part) > 1 and (outlet_name(part) or _INITIALS.fullmatch(part)) for part in parts)


def is_outlet(name: str) -> bool:
    """True where the name itself says that it is an outlet's: a known one, a domain, a word that outlets are called by."""
    if is_known(name) or is_domain(name) or _CAMEL.fullmatch(name):
        return True
    first = name.partition(" ")[0]
    if (first.isupper() or _CAMEL.fullmatch(first)) and is_known(first):  # CNN Business, teleSUR English
        return True
    words = [word.strip(_WORD_EDGES).casefold() for word in re.split(r"[\s-]+", name)]
    return (len(words) > 1 and words[0] in _ARTICLES) or bool(_WORDS["outlet"].intersection(words)) or bool(_COMPOUND.search(words[-1]))


def person_name(text: str) -> str | None:
    """`text` tidied if it reads as the name of a person: two to four words with capitals, initials and particles among them."""
    name = _CREDENTIALS.sub("", trimmed(text))
    bare = _HONORIFIC.sub("", name)
    words = bare.split()
    if not 2 <= len(words) <= 5 or is_known(name) or not words[0][:1].isupper():
        return None
    if any(letter in bare for letter in "0123456789@|()/:;,!?") or _SENTENCE_END.search(bare):
        return None
    lowered = [word.strip(_WORD_EDGES + ".").casefold() for word in words]
    if _NO_PERSON.intersection(word for place, word in enumerate(lowered) if not (place and word == "st")) or lowered[0] in _WORDS[
        "not_first"
    ] - {"may", "april", "june"}:
        return None
    capital = [_is_capital(word) for word in words]
    between = all(is_capital or word in _WORDS["particles"] for word, is_capital in zip(lowered, capital, strict=True))
    return name if between and capital[-1] and sum(capital) <= 4 else None


def is_given_name(word: str) -> bool:
    """True for a common given name."""
    return word.strip(_WORD_EDGES).casefold() in _WORDS["given"]


def is_place(text: str) -> bool:
    """True for a country, a region or a great city, alone or one in another: `Rome`, `Cúcuta, Colombia`, `New York`."""
    words = [word.strip(_WORD_EDGES).casefold() for word in text.split()]
    known = [word in _WORDS["places"] for word in words]
    return bool(known) and known[-1] and all(place or word in _WORDS["of_places"] for place, word in zip(known, words, strict=True))


def is_surely_person(name: str) -> bool:
    """True for a name with a common given name, an initial or a particle: two words with capitals alone may be a town."""
    words = name.split()
    return is_given_name(words[0]) or any(word in _WORDS["particles"] or re.fullmatch(r"[^\W\d_]\.?", word) for word in words[:-1])


def author_name(text: str) -> str | None:
    """One or more people, without what they are called in their office; None where no person is named.

    A single word is an author only if it is a common given name, a handle or one word with a capital inside.
    """
    name = re.sub(r"\s*\([^)]*\)$", "", trimmed(text))
    name = _CREDENTIALS.sub("", name)
    parts = [part for part in _JOINED.split(name) if part]
    if not parts or len(parts) > 6:
        return None
    if len(parts) == 1 and (is_given_name(parts[0]) or _HANDLE.fullmatch(parts[0]) or _CAMEL.fullmatch(parts[0])):
        return parts[0]
    people = [part for part in parts if person_name(part)]
    others = [part for part in parts if not person_name(part)]
    if not people or not all(is_role(part) for part in others):
        return None
    return name if not others else ", ".join(trimmed(person) for person in people)


def is_role(text: str) -> bool:
    """True for what somebody is called in an office: `Chief Strategist`, `CEO`."""
    words = [word.strip(_WORD_EDGES + ".").casefold() for word in text.split()]
    return len(words) <= 6 and bool(_WORDS["roles"].intersection(words))


def _begins_as_name(words: list[str]) -> bool:
    first = words[0].split("/")[0].strip(_WORD_EDGES)
    lowered = first.casefold()
    if (
        lowered in _WORDS["not_first"]
        and first != "WHO"
        and (len(words) == 1 or not _WORDS["outlet"].intersection(word.casefold() for word in words[1:]))
    ):
        return False
    return first[:1].isupper() or (first[:1].isdigit() and len(words) > 1) or bool(_CAMEL.fullmatch(first))


def _is_capital(word: str) -> bool:
    bare = _ELIDED.sub("", word.strip(_WORD_EDGES))
    return bare[:1].isupper() or bare[:1].isdigit() or not bare or bool(_CAMEL.fullmatch(bare)) or is_domain(bare)


def _may_be_small(word: str) -> bool:
    return word.casefold() in _WORDS["inside"] or is_known(word)


def _has_case_endings(name: str) -> bool:
    return any("\u0370" <= letter <= "\u04ff" for letter in name)


def _reads_as_slavic_or_greek(words: list[str], strange: list[str]) -> bool:
    """Russian and Greek names of outlets have capitals in their first word only («Новая газета»)."""
    return len(words) <= 5 and (len(strange) == 1 or all(word.strip(_WORD_EDGES).casefold() in _WORDS["outlet"] for word in strange))
