"""Old markup in today's shape: paragraphs set apart by `<br><br>`, articles in the cells of tables that lay out the page. Pure.

trafilatura reads a cell as one line, whatever it holds.
"""

from __future__ import annotations

from lxml import html as lxml_html

from pipeline.paragraphs import is_prose

_HOLDERS = ("td", "div", "font", "center", "body", "article", "section")
_INLINE = frozenset(
    {"a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "img", "small", "span", "strike", "strong", "sub", "sup", "tt", "u"}
)
_TABLE_PARTS = frozenset({"table", "tbody", "tr", "td"})
# Paragraphs of prose in one cell: a table of data has no two.
_PARAGRAPHS_OF_LAYOUT = 2


def in_todays_shape(tree: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The tree itself, with paragraphs as `<p>` and layout as `<div>`."""
    for holder in {line_break.getparent() for line_break in tree.iter("br") if _is_double(line_break)}:
        if holder is not None and holder.tag in _HOLDERS:
            _split(holder)
    for cell in [cell for cell in tree.iter("td") if _lays_out(cell)]:
        for element in [cell, *cell.iterancestors("table", "tbody", "tr", "td")]:
            for part in [element, *element]:
                part.tag = "div" if part.tag in _TABLE_PARTS else part.tag
    return tree


def _lays_out(cell: lxml_html.HtmlElement) -> bool:
    return sum(is_prose(" ".join(paragraph.text_content().split())) for paragraph in cell.iterchildren("p")) >= _PARAGRAPHS_OF_LAYOUT


def _is_double(line_break: lxml_html.HtmlElement) -> bool:
    following = line_break.getnext()
    return following is not None and following.tag == "br" and not (line_break.tail or "").strip()


def _split(holder: lxml_html.HtmlElement) -> None:
    parts: list[lxml_html.HtmlElement] = []
    paragraph = holder.makeelement("p")
    paragraph.text, holder.text = holder.text, None
    for child in list(holder):
        tail, child.tail = child.tail, None
        if child.tag == "br" or child.tag not in _INLINE:
            parts += [paragraph] if child.tag == "br" else [paragraph, child]
            paragraph = holder.makeelement("p")
            paragraph.text = tail
        else:
            paragraph.append(child)
            child.tail = tail
    holder[:] = [part for part in (*parts, paragraph) if part.tag != "p" or len(part) or (part.text or "").strip()]
