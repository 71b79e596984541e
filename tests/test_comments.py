"""What readers wrote goes with its container, in many languages; an article that is called after its comments stays."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from pipeline.comments import without_comments


def text_of(markup: str) -> str:
    return str(without_comments(lxml_html.fromstring(f"<html><body><p>Body.</p>{markup}</body></html>")).text_content())


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div id='comments'>x</div>", id="id"),
        pytest.param("<ol class='wp-block comment-list comments-list'><li>x</li></ol>", id="one of several classes"),
        pytest.param("<div class='articleComments'>x</div>", id="camel case"),
        pytest.param("<div id='respond' class='comment-respond'>x</div>", id="a form"),
        pytest.param("<section id='material-komentarze'>x</section>", id="Polish"),
        pytest.param("<div class='opOpinie'><div class='opOpinia'>x</div></div>", id="Polish, nested"),
        pytest.param("<div id='kommentare'>x</div>", id="German"),
        pytest.param("<ul class='commentaires'><li>x</li></ul>", id="French"),
        pytest.param("<div class='lista-comentarios'>x</div>", id="Spanish"),
        pytest.param("<div class='box_obsuzhdenie'>x</div>", id="Russian"),
        pytest.param("<div id='sxolia'>x</div>", id="Greek"),
        pytest.param("<div class='pinglun'>x</div>", id="Chinese"),
    ],
)
def test_comments_go(markup: str) -> None:
    assert text_of(markup) == "Body."


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div class='post no-comments'>x</div>", id="how they are set"),
        pytest.param("<div class='comments-open'>x</div>", id="how they are set, the other way round"),
        pytest.param("<div id='opinie'><h1>x</h1></div>", id="an opinion, with its headline"),
        pytest.param("<div id='opinie'><div itemprop='articleBody'>x</div></div>", id="an opinion, marked as the article"),
        pytest.param("<div class='commentary'>x</div>", id="a commentary"),
        pytest.param("<div class='correspondent'>x</div>", id="a correspondent"),
        pytest.param("<p class='comments'>x</p>", id="a paragraph"),
    ],
)
def test_an_article_stays(markup: str) -> None:
    assert text_of(markup) == "Body.x"
