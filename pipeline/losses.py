"""What trafilatura loses, seen by a cheap second extractor beside it, and won back. Pure.

resiliparse reads a page in 3 ms and keeps nearly all of its prose. Where trafilatura has far fewer words, the page is put into a shape
that it reads well, and read again. The second extractor only raises the doubt: its own text is never taken, since beside the article it
keeps lists and comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import chain
from typing import Protocol

from lxml import html as lxml_html
from resiliparse.extract.html2text import extract_plain_text

from pipeline.paragraphs import is_prose, is_sentence, squeezed, word_weight

# Words of trafilatura's text under this share of resiliparse's: paragraphs were lost. 0 of 181 benchmark pages come under it.
LOSS_SHARE = 0.65
# So many paragraphs of prose must come back for the mended text to be taken: what else comes back is mostly lists of links.
LOST_PARAGRAPHS = 2
# Fewer words than this are hardly an article: then what the less strict setting finds is taken.
_HARDLY_ANY = 50
# A footer or a menu that is taken for the article has a sentence or two.
_SENTENCES_OF_FURNITURE = 2

_NOT_IN_LEAVES = ("div", "p", "table", "ul", "ol", "article", "section")
_BLOCKS = ("p", "div", "section", "footer", "table", "td", "ul", "ol", "li")


class Reading(Protocol):
    """trafilatura's paragraphs of a page, whose tree it leaves as it is. `is_quick` leaves out its fallbacks, which cost as much again."""

    def __call__(self, tree: lxml_html.HtmlElement, *, is_strict: bool, is_quick: bool = False) -> list[str]:
        """The paragraphs, none where there is no text."""


def read_without_loss(tree: lxml_html.HtmlElement, read: Reading) -> list[str]:
    """The paragraphs of a page: strictly read and quickly where nothing is lost by it, else the best of what other readings find.

    On the newsroom's marked pages the quick reading is taken for three of four and costs .001 of F1.
    """
    quick = read(tree, is_strict=True, is_quick=True)
    seen = extract_plain_text(lxml_html.tostring(tree, encoding="unicode"), main_content=True, alt_texts=False, list_bullets=False)
    enough = LOSS_SHARE * word_weight(seen)
    if quick and _weight(quick) >= enough:
        return quick
    found = read(tree, is_strict=True) or read(tree, is_strict=False)
    if _weight(found) >= enough:
        return found
    for mend in (_join_containers, _turn_leaf_divs_into_paragraphs):
        shaped = deepcopy(tree)
        if mend(shaped, found) and _is_better(mended := read(shaped, is_strict=True), found):
            return mended
    if sum(map(is_sentence, found)) <= _SENTENCES_OF_FURNITURE:
        rest = _without(deepcopy(tree), found)
        mended = read(rest, is_strict=True) or read(rest, is_strict=False)
        if _is_better(mended, found):
            return mended
    if _weight(found) < _HARDLY_ANY:
        more = read(tree, is_strict=False)
        return more if _gain(found, more) >= LOST_PARAGRAPHS else found
    return found


def _is_better(mended: Sequence[str], found: Sequence[str]) -> bool:
    return _gain(found, mended) >= LOST_PARAGRAPHS and _weight(mended) > _weight(found)


def _weight(paragraphs: Sequence[str]) -> int:
    return sum(map(word_weight, paragraphs))


def _gain(found: Sequence[str], mended: Sequence[str]) -> int:
    known = set(found)
    return sum(paragraph not in known and is_prose(paragraph) for paragraph in mended)


def _turn_leaf_divs_into_paragraphs(tree: lxml_html.HtmlElement, found: Sequence[str]) -> bool:
    """Leaf `<div>`s with text become `<p>`: page builders write paragraphs so, and trafilatura drops them beside real `<p>`.

    True where one of them is prose that was not found.
    """
    known = {squeezed(paragraph) for paragraph in found}
    has_lost = False
    for element in tree.iter("div"):
        if element.text and element.text.strip() and next(element.iterdescendants(*_NOT_IN_LEAVES), None) is None:
            element.tag = "p"
            line = " ".join(element.text_content().split())
            has_lost = has_lost or (is_prose(line) and squeezed(line) not in known)
    return has_lost


def _join_containers(tree: lxml_html.HtmlElement, found: Sequence[str]) -> bool:
    """An article that its page cuts into several containers of one class, with boxes between them, is put into the first of them.

    trafilatura reads one container. The one that holds most of what it found tells which class the article's containers have.
    True where there were others.
    """
    known = {squeezed(paragraph) for paragraph in found}
    held: dict[lxml_html.HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        text = " ".join(paragraph.text_content().split())
        parent = paragraph.getparent()
        if parent is not None and squeezed(text) in known:
            held[parent] = held.get(parent, 0) + len(text)
    if not held:
        return False
    home = max(held, key=lambda parent: held[parent])
    others = [element for element in _alike(tree, home) if _has_prose(element)]
    for container in others:
        home.extend(list(container))
    return bool(others)


def _without(tree: lxml_html.HtmlElement, found: Sequence[str]) -> lxml_html.HtmlElement:
    """What is left of a page when the elements go that hold nothing but what was found: a footer, where that was taken for the article."""
    known = squeezed("".join(found))
    for element in list(tree.iter(*_BLOCKS)):
        text = squeezed(element.text_content())
        if text and text in known and element.getparent() is not None:
            element.drop_tree()
    return tree


def _alike(tree: lxml_html.HtmlElement, home: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    """The other elements with the tag and the classes of `home`, none of them in it or around it."""
    if not home.get("class"):
        return
    family = set(chain(home.iterancestors(), home.iterdescendants(), [home]))
    yield from (element for element in tree.iter(home.tag) if element.get("class") == home.get("class") and element not in family)


def _has_prose(element: lxml_html.HtmlElement) -> bool:
    return any(is_prose(" ".join(child.text_content().split())) for child in element.iterchildren("p"))
