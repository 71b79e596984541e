"""What trafilatura loses, seen by a cheap second extractor beside it, and won back. Pure.

resiliparse reads a page in 3 ms and keeps nearly all of its prose. Where trafilatura has far fewer words, the page is put into a shape
that it reads well, and read again. The second extractor only raises the doubt: its own text is never taken, since beside the article it
keeps lists and comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import chain

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

_BLOCKS = ("p", "div", "section", "footer", "table", "td", "ul", "ol", "li")

Reading = Callable[[lxml_html.HtmlElement], list[str]]


def read_without_loss(tree: lxml_html.HtmlElement, *, strict: Reading, loose: Reading) -> list[str]:
    """The paragraphs of a page, by trafilatura in its strict setting, or in its loose one; each may change the tree that it is given."""
    found = strict(deepcopy(tree)) or loose(deepcopy(tree))
    seen = extract_plain_text(lxml_html.tostring(tree, encoding="unicode"), main_content=True, alt_texts=False, list_bullets=False)
    if _weight(found) >= LOSS_SHARE * word_weight(seen):
        return found
    for mended_tree in (_with_joined_containers(deepcopy(tree), found), _with_leaf_divs_as_paragraphs(deepcopy(tree))):
        mended = strict(mended_tree)
        if _gain(found, mended) >= LOST_PARAGRAPHS and _weight(mended) > _weight(found):
            return mended
    if sum(map(is_sentence, found)) <= _SENTENCES_OF_FURNITURE:
        rest = _without(deepcopy(tree), found)
        mended = strict(deepcopy(rest)) or loose(rest)
        if _gain(found, mended) >= LOST_PARAGRAPHS and _weight(mended) > _weight(found):
            return mended
    if _weight(found) < _HARDLY_ANY:
        more = loose(deepcopy(tree))
        return more if _gain(found, more) >= LOST_PARAGRAPHS else found
    return found


def _weight(paragraphs: Sequence[str]) -> int:
    return sum(map(word_weight, paragraphs))


def _gain(found: Sequence[str], mended: Sequence[str]) -> int:
    known = set(found)
    return sum(paragraph not in known and is_prose(paragraph) for paragraph in mended)


def _with_leaf_divs_as_paragraphs(tree: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """Leaf `<div>`s with text become `<p>`: page builders write paragraphs so, and trafilatura drops them beside real `<p>`."""
    for element in tree.iter("div"):
        if element.text and element.text.strip() and not element.xpath(".//div|.//p|.//table|.//ul|.//ol|.//article|.//section"):
            element.tag = "p"
    return tree


def _with_joined_containers(tree: lxml_html.HtmlElement, found: Sequence[str]) -> lxml_html.HtmlElement:
    """An article that its page cuts into several containers of one class, with boxes between them, is put into the first of them.

    trafilatura reads one container. The one that holds most of what it found tells which class the article's containers have.
    """
    known = {squeezed(paragraph) for paragraph in found}
    held: dict[lxml_html.HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        text = " ".join(paragraph.text_content().split())
        parent = paragraph.getparent()
        if parent is not None and squeezed(text) in known:
            held[parent] = held.get(parent, 0) + len(text)
    if not held:
        return tree
    home = max(held, key=lambda parent: held[parent])
    for container in [element for element in _alike(tree, home) if _has_prose(element)]:
        home.extend(list(container))
    return tree


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
