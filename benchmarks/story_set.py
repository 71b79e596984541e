"""A made-up newsroom with known stories: articles, what other sites make of them, and what only looks like it.

Prose is drawn from an invented language: 20,000 words by Zipf's law, of which the 150 most frequent are function words, and 400 stock phrases
that all writers use. Articles about one event share its names and phrases besides. Everything follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "s", "l")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article; `truth` is the story that it belongs to, `kind` how it came about."""

    article_id: str
    site: str
    title: str
    text: str
    truth: str
    kind: str


class Language:
    """Words, phrases and sentences, all from one seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        words: dict[str, None] = {}
        while len(words) < 20_000:
            size = 1 if len(words) < 150 else self.draw.choice((2, 2, 3, 3, 4))
            words["".join(self.draw.choice(SYLLABLES) for _ in range(size))] = None
        self.words = list(words)
        self.weights = list(accumulate(1 / (place + 2.7) for place in range(len(self.words))))
        self.phrases = [self.some(self.draw.randint(4, 9)) for _ in range(400)]

    def some(self, count: int) -> list[str]:
        """Words as often as they are in running text."""
        return self.draw.choices(self.words, cum_weights=self.weights, k=count)

    def name(self) -> list[str]:
        """Two rare words with capitals."""
        return [word.capitalize() for word in self.draw.choices(self.words[500:], k=2)]

    def sentence(self, event: list[list[str]]) -> str:
        """Six to 24 words, often with a stock phrase or one of the event's."""
        told = self.some(self.draw.randint(6, 24))
        for chance, phrases in ((0.35, self.phrases), (0.5, event)):
            if phrases and self.draw.random() < chance:
                place = self.draw.randint(0, len(told))
                told[place:place] = self.draw.choice(phrases)
        if self.draw.random() < 0.15:
            told.insert(self.draw.randint(0, len(told)), str(self.draw.randint(2, 2030)))
        return f"{' '.join(told).capitalize()}."

    def article(self, event: list[list[str]], words: int) -> list[list[str]]:
        """Paragraphs of sentences."""
        told: list[list[str]] = []
        while sum(len(sentence.split()) for paragraph in told for sentence in paragraph) < words:
            told.append([self.sentence(event) for _ in range(self.draw.randint(2, 5))])
        return told


def as_text(paragraphs: list[list[str]]) -> str:
    return "\n".join(" ".join(paragraph) for paragraph in paragraphs)


def edited(language: Language, told: list[list[str]], share: float) -> list[list[str]]:
    """`share` of the sentences changed: a third written anew, a third with other words in them, a third dropped or joined by a new one."""

    def changed(sentence: str) -> list[str]:
        way = language.draw.random()
        if way < 1 / 3:
            return [language.sentence([])]
        if way < 2 / 3:
            words = sentence.split()
            for place in language.draw.sample(range(len(words)), max(1, len(words) // 6)):
                words[place] = language.some(1)[0]
            return [" ".join(words)]
        return [] if way < 5 / 6 else [sentence, language.sentence([])]

    return [[new for old in paragraph for new in (changed(old) if language.draw.random() < share else [old])] for paragraph in told]


def excerpt(language: Language, told: list[list[str]], words: int) -> str:
    """`words` words or a few more, from the beginning or from within."""
    all_words = as_text(told).split()
    start = 0 if language.draw.random() < 0.6 else language.draw.randint(0, max(0, len(all_words) - words))
    return " ".join(all_words[start : start + words])


def reposts(language: Language, told: list[list[str]], boilerplate: list[str]) -> Iterator[tuple[str, str]]:
    """(kind, text) of what other sites make of an article."""
    draw = language.draw
    whole = as_text(told)
    yield "whole", whole
    yield "head and tail", f"{language.sentence([])}\n{whole}\n{language.sentence([])}\n{language.sentence([])}"
    yield "paragraphs dropped", as_text([paragraph for paragraph in told[1:] if draw.random() > 0.4] or told[:1])
    for share in (0.05, 0.10, 0.20, 0.30):
        yield f"{share:.0%} of sentences edited", as_text(edited(language, told, share))
    yield "excerpt, 60 to 120 words", excerpt(language, told, draw.randint(60, 120))
    yield "excerpt with a remark", f"{language.sentence([])} {excerpt(language, told, draw.randint(70, 150))}"
    yield "template text added", "\n".join([*boilerplate[:2], whole, *boilerplate[2:]])


MARKET = (
    "{name} shares {moved} {a} percent on {day}, closing at {b} after {c} thousand of them changed hands. The stock has a market value of {d} million, a price to "
    "earnings ratio of {e} and a beta of {f}. Its moving average over fifty days is {g} and over two hundred days {h}. Several large investors have recently "
    "bought and sold shares of the company. {other} raised its stake by {i} percent during the first quarter and now owns {j} shares, worth {k}. "
    "Analysts at {other} set a target of {l} and gave the stock a rating of {m} in a note to their clients on {day}."
)
WEATHER = (
    "{day} in {name} will be {sky} in the morning with a high near {a} and a low around {b} degrees. Winds from the {wind} will reach {c} miles an hour and calm "
    "down in the evening. The chance of rain is {d} percent. On the following day it stays {sky2}, with a high of {e} and a low of {f}. The sun rises at {g} and "
    "sets at {h}. The forecast is made by the weather service every morning and may change during the day without notice."
)


def templated(language: Language, template: str) -> str:
    draw = language.draw
    words = {
        "name": " ".join(language.name()),
        "other": " ".join(language.name()),
        "moved": draw.choice(["rose", "fell", "gained", "lost"]),
        "day": draw.choice(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]),
        "sky": draw.choice(["sunny", "cloudy", "mostly clear", "wet"]),
        "sky2": draw.choice(["sunny", "cloudy", "mostly clear", "wet"]),
        "wind": draw.choice(["north", "east", "south", "west"]),
    }
    return template.format(**words, **{slot: f"{draw.uniform(2, 99):.1f}" for slot in "abcdefghijklm"})


def follow_up(language: Language, told: list[list[str]], event: list[list[str]]) -> str:
    """A new article that quotes the old one: two to four of its sentences among many new ones."""
    sentences = [sentence for paragraph in told for sentence in paragraph]
    quoted = language.draw.sample(sentences, min(len(sentences), language.draw.randint(2, 4)))
    new = language.article(event, 40 + 5 * sum(len(sentence.split()) for sentence in quoted))
    for sentence in quoted:
        language.draw.choice(new).append(f"“{sentence}”")
    return as_text(new)


def story_set(originals: int = 300, seed: int = 1) -> list[Made]:
    """`originals` articles of 150 to 1,200 words, ten reposts of each, and as many articles again that must stay alone."""
    language = Language(seed)
    draw = language.draw
    boilerplate = {f"site{n}.example": [language.sentence([]) for _ in range(draw.randint(3, 6))] for n in range(60)}
    made: list[Made] = []

    def add(text: str, truth: str | None, kind: str, site: str | None = None) -> None:
        name = f"a{len(made):06}"
        where = site or draw.choice(list(boilerplate))
        title = " ".join(language.some(6))
        made.append(Made(article_id=name, site=where, title=title, text=text, truth=truth or name, kind=kind))

    for number in range(originals):
        event = [language.name() for _ in range(3)] + [language.some(draw.randint(3, 7)) for _ in range(4)]
        told = language.article(event, draw.randint(150, 1200))
        truth = f"s{number}"
        add(as_text(told), truth, "original")
        where = draw.choice(list(boilerplate))
        for kind, text in reposts(language, told, boilerplate[where]):
            add(text, truth, kind, where if kind == "template text added" else None)
        add(as_text(language.article(event, draw.randint(150, 600))), None, "same event")
        add(follow_up(language, told, event), None, "follow-up that quotes")
        add(templated(language, MARKET), None, "market report")
        add(templated(language, WEATHER), None, "weather report")
        site = draw.choice(list(boilerplate))
        for _ in range(2):
            text = "\n".join([as_text(language.article([], draw.randint(60, 200))), *boilerplate[site], *boilerplate[site][:2]])
            add(text, None, "same-site boilerplate", site)
    draw.shuffle(made)
    return [
        replace(article, article_id=f"a{place:06}", truth=article.truth if article.truth[0] == "s" else f"n{place}")
        for place, article in enumerate(made)
    ]
