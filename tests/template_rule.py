"""The rule of pipeline/templates.py as plainly as it can be said; the warehouse counts it by SQL, batch by batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline.templates import MIN_ARTICLES, MIN_SHARE, Blocks


def template_of(articles: Iterable[Blocks]) -> frozenset[int]:
    """The keys of a site's template blocks, from all its articles in any order."""
    anchors: set[int] = set()
    seen_in: defaultdict[int, set[int]] = defaultdict(set)
    for article in articles:
        anchors.add(article.anchor)
        for key in article.once:
            seen_in[key].add(article.anchor)
    enough = max(MIN_ARTICLES, MIN_SHARE * len(anchors))
    return frozenset(key for key, holders in seen_in.items() if len(holders) >= enough)
