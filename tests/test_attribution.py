"""Credits are whole lines with a form of their own; prose with the same words is none."""

from __future__ import annotations

import pytest

from pipeline.attribution import read_credit, take_credits

CREDITS = [
    ("via ZeroHedge News Tyler Durden", "via", "ZeroHedge News", "Tyler Durden"),
    ("via Harbour Ledger News Ada Quill", "via", "Harbour Ledger News", "Ada Quill"),
    ("Via Slow Almanac Magazine, Piet Lindqvist", "via", "Slow Almanac Magazine", "Piet Lindqvist"),
    ("(via Reuters)", "via", "Reuters", None),
    ("[via The Daily Bugle]", "via", "The Daily Bugle", None),
    ("via: gazette.example.com", "via", "gazette.example.com", None),
    ("via https://gazette.example/a/b Ada Quill", "via", "gazette.example", "Ada Quill"),
    ("Via https://www.gazette.example/a", "via", "gazette.example", None),
    ("Authored by Ada Quill via The Harbour Ledger,", "authored_by", "The Harbour Ledger", "Ada Quill"),
    ("Authored by Milo Varga of the Tram Society via Harbour Ledger", "authored_by", "Harbour Ledger", "Milo Varga"),
    ("Submitted by Ada Quill", "authored_by", None, "Ada Quill"),
    ("Written by Ada Quill for Slow Almanac", "authored_by", "Slow Almanac", "Ada Quill"),
    ("By Ada Quill via Harbour Ledger", "via", "Harbour Ledger", "Ada Quill"),
    ("The post A tram, at last appeared first on Valley Repost.", "first_appeared", "Valley Repost", None),
    ("The post Why? first appeared on Night Market", "first_appeared", "Night Market", None),
    ("This article first appeared in The Harbour Ledger.", "first_appeared", "The Harbour Ledger", None),
    ("This story originally appeared on Slow Almanac", "first_appeared", "Slow Almanac", None),
    ("Originally published on Harbour Ledger.", "originally_published", "Harbour Ledger", None),
    ("Originally published at The Daily Bugle on May 3, 2019.", "originally_published", "The Daily Bugle", None),
    ("This article was originally published by Commons Post", "originally_published", "Commons Post", None),
    ("First published in Slow Almanac", "originally_published", "Slow Almanac", None),
    ("This article is republished from The Conversation under a Creative Commons license.", "republished", "The Conversation", None),
    ("Reprinted with permission from Harbour Ledger", "republished", "Harbour Ledger", None),
    ("Republished with permission of Night Market", "republished", "Night Market", None),
    ("Cross-posted from Valley Repost", "cross_posted", "Valley Repost", None),
    ("Crossposted at Night Market", "cross_posted", "Night Market", None),
    ("h/t Ada Quill", "hat_tip", "Ada Quill", None),
    ("Hat tip to Milo Varga", "hat_tip", "Milo Varga", None),
    ("Read the full article at Harbour Ledger", "read_at", "Harbour Ledger", None),
    ("Source: Harbour Ledger", "source", "Harbour Ledger", None),
    ("Source: https://www.gazette.example/a/b.html", "source", "gazette.example", None),
    ("SOURCE: Harbour Ledger News", "source", "Harbour Ledger News", None),
    ("Quelle: Hafenblatt", "source", "Hafenblatt", None),
    ("Fuente: El Faro", "source", "El Faro", None),
    ("Источник: Маяк", "source", "Маяк", None),
    ("Πηγή: Ο Φάρος", "source", "Ο Φάρος", None),
    ("Źródło: Latarnia", "source", "Latarnia", None),
    ("来源：海港日报", "source", "海港日报", None),
    ("Dieser Artikel ist zuerst im Hafenblatt erschienen", "originally_published", "Hafenblatt", None),
    ("Der Beitrag Die Bahn erschien zuerst auf Talblog.", "first_appeared", "Talblog", None),
    ("La entrada El tranvía se publicó primero en El Faro.", "first_appeared", "El Faro", None),
    ("L’article Le tram est apparu en premier sur Le Phare.", "first_appeared", "Le Phare", None),
    ("Source link", "source", None, None),
]

PROSE = [
    "The migrants reached the border via Cucuta.",
    "Via Cucuta the migrants reached the border on foot.",
    "The deal was announced via Twitter on Monday night.",
    "By Wednesday the streets were quiet",
    "By the time the ferry came the tickets had gone up.",
    "The source: a spring under the observatory, which nobody had mapped.",
    "Sources close to the board said that the letters would go on.",
    "Source: we asked everybody who was on the pier that night, and they all said no",
    "The article first appeared dull to me, and then I laughed.",
    "Originally published in haste, the timetable had to be printed again.",
    "The post was vacant until a keeper was found in June.",
    "Read the letter at breakfast and you will laugh.",
    "She submitted by hand what others had sent by post.",
    "He wrote via a lawyer that the berth would be paid for.",
    "Tickets are sold via the machine on the pier",
    "via the old bridge, then left at the mill",
    "Written by hand, the ledger had no mistakes in it.",
    "First published figures came in May and were wrong.",
    "The tram was reposted to line four.",
    "Republished from memory, the poem had lost a verse.",
    "h",
    "",
    "Cross-posted from the pier to the basin, the crane took a week.",
    "Source code is read more often than it is written.",
    "Quelle surprise: the tram was late.",
    "By hand.",
    "Via",
    "Authored by nobody in particular, the letter made the rounds all the same and was read aloud twice.",
    "Reprinted, the map cost four times as much.",
    "Hat sellers on the pier tip their own hats to nobody.",
]


@pytest.mark.parametrize(("line", "kind", "source", "author"), CREDITS, ids=[line[:40] for line, *_ in CREDITS])
def test_a_credit_is_read(line: str, kind: str, source: str | None, author: str | None) -> None:
    found = read_credit(line)
    assert found is not None
    assert (kind, source, author, line) == (found.kind, found.source, found.author, found.evidence)
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize("line", PROSE, ids=[line[:40] or "empty" for line in PROSE])
def test_prose_yields_nothing(line: str) -> None:
    assert read_credit(line) is None


def test_credits_leave_the_text_at_its_ends_and_nowhere_else() -> None:
    body = [f"Paragraph {number} says something of its own." for number in range(12)]
    lines = ["Authored by Ada Quill via Harbour Ledger,", *body[:6], "via Harbour Ledger", *body[6:], "via Harbour Ledger News Ada Quill"]
    kept, credits_found, taken = take_credits(lines)
    assert kept == [*body[:6], "via Harbour Ledger", *body[6:]]
    assert [credit.source for credit in credits_found] == ["Harbour Ledger", "Harbour Ledger News"]
    assert taken == [lines[0], lines[-1]]


def test_a_text_is_never_emptied() -> None:
    kept, credits_found, _ = take_credits(["via Reuters"])
    assert (kept, credits_found) == (["via Reuters"], [])
