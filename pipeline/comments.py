"""A page without what its readers wrote under it, which its markup names in the language of the page. Pure.

trafilatura leaves out what is called `comment…`. On a Polish page the same container is called `komentarze` or `opinie`, and where the
comments are longer than the article they are taken for it: 11 of 87 Polish pages of the newsroom.
"""

from __future__ import annotations

import re

from lxml import html as lxml_html

_CONTAINERS = ("div", "section", "ol", "ul", "dl", "table", "form", "aside")
# Words in the ids and classes of such containers, in the languages of the feeds that we follow.
_WORDS = frozenset({
    "comments", "commentlist", "commentform", "disqus", "respond", "kommentar", "kommentare", "commentaire", "commentaires", "commenti",
    "comentarios", "comentários", "reacties", "komentarz", "komentarze", "komentarzy", "koment", "opinia", "opinie", "kommentarii",
    "kommenty", "komentarii", "obsuzhdenie", "otzyvy", "sxolia", "scholia", "pinglun", "liuyan",
})  # fmt: skip
# Beside such a word these say how the comments of a whole article are set: the container is the article's.
_SETTINGS = frozenset(
    {"no", "has", "with", "without", "off", "on", "open", "closed", "enabled", "disabled", "allow", "count", "hide", "show"}
)
_HINT = re.compile("|".join(sorted(_WORDS)), re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+?(?=[A-Z]|[\W\d_]|$)")


def without_comments(tree: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The tree, without the containers of comments; none goes that holds a headline or says that it is the article."""
    for element in list(tree.iter(*_CONTAINERS)):
        if _is_comments(element) and element.getparent() is not None and not element.xpath(".//h1|.//*[@itemprop='articleBody']"):
            element.drop_tree()
    return tree


def _is_comments(element: lxml_html.HtmlElement) -> bool:
    names = f"{element.get('id', '')} {element.get('class', '')}"
    return bool(_HINT.search(names)) and any(_WORDS & words and not _SETTINGS & words for words in map(_words, names.split()))


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}
