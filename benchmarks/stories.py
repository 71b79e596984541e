"""Fingerprints, comparisons and grouping, beside MinHash LSH on the same texts in the same run: `python benchmarks/stories.py [originals]`.

Needs the optional group `bench`. Texts are those of benchmarks/story_set.py, so that what belongs together is known: recall is the share of
reposts that are in their original's story, precision the share of all pairs in one story that belong together.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import TypeVar

from datasketch import MinHash, MinHashLSH
from story_set import Made, story_set

from pipeline.fingerprints import fingerprints
from pipeline.matching import match
from pipeline.stories import group
from pipeline.story_neighbours import Telling
from pipeline.words import words_in

T = TypeVar("T")


def timed(what: str, count: int, unit: str, work: Callable[[], T]) -> T:
    began = time.process_time()
    result = work()
    print(f"{what:44} {count / (time.process_time() - began):10,.0f} {unit}/s a core")
    return result


def with_datasketch(made: list[Made], threshold: float) -> dict[str, str]:
    """Story of each article: that of the first one that LSH finds for it, 128 permutations over 5-shingles of words."""
    index = MinHashLSH(threshold=threshold, num_perm=128)
    story: dict[str, str] = {}
    for article in made:
        words = article.text.lower().split()
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(words[place : place + 5]).encode() for place in range(max(1, len(words) - 4))])
        found = index.query(sketch)
        story[article.article_id] = story[min(found)] if found else article.article_id
        index.insert(article.article_id, sketch)
    return story


def judged(what: str, made: Iterable[Made], story: dict[str, str]) -> None:
    together: defaultdict[str, list[Made]] = defaultdict(list)
    original = {article.truth: article.article_id for article in made if article.kind == "original"}
    recall: defaultdict[str, list[bool]] = defaultdict(list)
    for article in made:
        together[story[article.article_id]].append(article)
        if article.kind != "original" and article.truth in original:
            recall[article.kind].append(story[article.article_id] == story[original[article.truth]])
    pairs = [one.truth == other.truth for several in together.values() for one, other in combinations(several, 2)]
    wrong: defaultdict[str, int] = defaultdict(int)
    for several in together.values():
        for one, other in combinations(several, 2):
            if one.truth != other.truth:
                wrong[" + ".join(sorted((one.kind, other.kind)))] += 1
    print(f"\n{what}: precision {sum(pairs) / len(pairs):.4f} over {len(pairs):,} pairs")
    for kind, found in recall.items():
        print(f"    recall {sum(found) / len(found):.3f}  {kind}")
    for kind, count in sorted(wrong.items(), key=lambda each: -each[1])[:5]:
        print(f"    wrong  {count:5}  {kind}")


def main(originals: int) -> None:
    made = story_set(originals)
    words_in("")
    print(f"{len(made):,} articles, {sum(len(article.text.split()) for article in made) / len(made):.0f} words on average\n")
    long = [article.text for article in made if 500 <= len(article.text.split()) <= 900]
    timed(
        "fingerprints of texts of 500 to 900 words", len(long), "articles", lambda: [fingerprints(words_in(text).hashes) for text in long]
    )
    tellings = [Telling(article_id=one.article_id, text=one.text, title=one.title, site=one.site) for one in made]
    ready = timed("texts made ready to be compared", len(made), "articles", lambda: [telling.ready for telling in tellings])
    timed("comparisons", 20_000, "pairs", lambda: [match(ready[n % 997], ready[n * 7 % 991]) for n in range(20_000)])
    places = timed("grouping from raw text", len(made), "articles", lambda: group(tellings))
    found = timed("datasketch MinHash LSH from raw text", len(made), "articles", lambda: with_datasketch(made, 0.5))
    judged("stories", made, {one: place.representative_id for one, place in places.items()})
    judged("datasketch, threshold .5", made, found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
