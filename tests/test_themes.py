"""WordPress as themes write it: the text is the article's paragraphs, all of them, and not one word beside them."""

from __future__ import annotations

import pytest
from themes import THEMES, Theme

from pipeline.extraction import extract_article
from pipeline.records import Extraction, ExtractionInput


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_theme_gives_its_paragraphs_and_nothing_else(theme: Theme) -> None:
    given = ExtractionInput(
        url="http://pier.example/ferry", page_body=theme.body, content_type="text/html", content_html=theme.content_html
    )
    found = extract_article(given)
    assert isinstance(found, Extraction), found
    assert [words for words in theme.furniture if words in found.text] == []
    assert tuple(found.text.split("\n")) == theme.paragraphs
