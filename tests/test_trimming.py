"""Page furniture goes from the ends of a text, in many languages; what an article says about furniture stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.paragraphs import squeezed
from pipeline.trimming import trim_head, trim_links, trim_tail

BODY = [
    "The harbour board has written nine letters, and each of them came back with a different stamp on it, the last with a note that suggested the consulate.",
    "Nobody in the town can say who ought to move the dredger, and the crew of six go on painting the rails because, as the cook puts it, somebody must.",
]

TAILS = [
    pytest.param(
        ["Leave a Reply", "Your email address will not be published. Required fields are marked *", "Comment *", "Name *", "Post Comment"],
        id="WordPress",
    ),
    pytest.param(
        ["Leave a Reply Cancel reply", "Save my name, email, and website in this browser for the next time I comment."],
        id="WordPress, in one line",
    ),
    pytest.param(["You must be logged in to post a comment."], id="logged in"),
    pytest.param(
        [
            "3 thoughts on “The dredger”",
            "Ada says:",
            "I saw it last week and it was painted again, in another yellow, which nobody had asked for, and the cook waved at me.",
        ],
        id="comments that are prose",
    ),
    pytest.param(["Share this:", "Click to share on Facebook (Opens in new window)", "Like this:", "Like Loading..."], id="share bar"),
    pytest.param(["Share", "Tweet", "Pin it", "Email"], id="buttons"),
    pytest.param(["Related Posts", "Ten lamps for a dark stair", "Where the good onions went"], id="related list"),
    pytest.param(["You may also like", "Ten lamps for a dark stair"], id="recommendations"),
    pytest.param(["Tags: dredger, harbour, paint"], id="tags"),
    pytest.param(["Filed under: Port", "Previous post: The tram", "Next post: The ferry"], id="navigation"),
    pytest.param(["Subscribe to our newsletter", "Enter your email address"], id="sign-up box"),
    pytest.param(["Schreiben Sie einen Kommentar", "Deine E-Mail-Adresse wird nicht veröffentlicht."], id="German"),
    pytest.param(["Laisser un commentaire", "Votre adresse e-mail ne sera pas publiée."], id="French"),
    pytest.param(["Deja una respuesta", "Tu dirección de correo electrónico no será publicada."], id="Spanish"),
    pytest.param(["Lascia un commento"], id="Italian"),
    pytest.param(["Deixe um comentário"], id="Portuguese"),
    pytest.param(["Czytaj także:", "Dziesięć lamp"], id="Polish"),
    pytest.param(["Читайте также:", "Десять ламп"], id="Russian"),
    pytest.param(["Διαβάστε επίσης:", "Δέκα λάμπες"], id="Greek"),
    pytest.param(["相关新闻", "十盏灯"], id="Chinese"),
    pytest.param(["© 2026 Harbour Gazette Ltd. Part of this page may be quoted."], id="copyright"),
    pytest.param(["Follow the author on Twitter and on Facebook."], id="author box"),
    pytest.param(["Sign up for our weekly harbour newsletter to hear of it first."], id="newsletter"),
    pytest.param(["関連記事", "十個のランプ"], id="Japanese"),
]


@pytest.mark.parametrize("tail", TAILS)
def test_furniture_at_the_end_is_cut_and_given_back(tail: list[str]) -> None:
    assert (BODY, tail) == trim_tail([*BODY, *tail])


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([*BODY, "Leave a reply, he said, and I shall read it when I am back from the islands, which may take until the end of the month of May."], id="a sentence that begins like a form"),
        pytest.param(["Leave a Reply", *BODY], id="a headline"),
        pytest.param([BODY[0], "Comments", *BODY * 3], id="a heading in the middle of a long text"),
        pytest.param(["Share"], id="nothing else is there"),
        pytest.param([*BODY, "Print is not dead."], id="a short last sentence"),
    ],
)  # fmt: skip
def test_an_article_loses_nothing_of_its_own(lines: list[str]) -> None:
    assert (lines, []) == trim_tail(lines)


TITLES = ["Ten lamps for a dark stair", "Where the good onions went", "A ferry that nobody ordered"]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        pytest.param([*BODY, *TITLES], len(BODY), id="titles"),
        pytest.param([*BODY, "Further on", *TITLES], len(BODY), id="with a heading that nobody foresaw"),
        pytest.param([*BODY, *(f"0{n}:15 {title} ..." for n, title in enumerate(TITLES))], len(BODY), id="with a time before each"),
        pytest.param([*BODY, TITLES[0], "Port", TITLES[1]], len(BODY), id="with a label between"),
        pytest.param([*BODY, TITLES[0]], len(BODY) + 1, id="one link is a credit, or a last word"),
        pytest.param([*BODY, *TITLES, BODY[0]], len(BODY) + 4, id="links above the end are the article's"),
        pytest.param(["Links of the week.", *TITLES], 4, id="a post that is a list of links"),
        pytest.param([*BODY, "Salt", "Two onions", "A lamp"], len(BODY) + 3, id="a list without links"),
    ],
)
def test_a_list_of_links_at_the_end_goes(lines: list[str], kept: int) -> None:
    anchors = frozenset(map(squeezed, TITLES))
    assert trim_links(lines, anchors) == (lines[:kept], lines[kept:])


def test_buttons_above_the_text_go() -> None:
    assert trim_head(["Share", "Print", *BODY]) == (BODY, ["Share", "Print"])


LINE = st.sampled_from([*BODY, "Share", "Leave a Reply", "Related Posts", "Ten lamps", "Tags: a", "Print is not dead."])


@given(st.lists(LINE, max_size=12))
def test_what_is_kept_and_what_is_cut_make_up_the_text(lines: list[str]) -> None:
    kept, cut = trim_tail(lines)
    assert lines == kept + cut
    assert trim_tail(kept) == (kept, [])
    assert bool(kept) == bool(lines)
