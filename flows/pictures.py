"""The geometry of the report's pictures: numbers in, shapes out. The page draws them (flows/report.html), without a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 220
_LEFT, _BOTTOM, _TOP = 52, 22, 8
# Labels below the bars; more run into each other.
_TICKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One bar: articles that are a site's own, and those that repeat another site's."""

    label: str
    own: int
    reposts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stacked bar: from `x` on `width` wide; `own` stands on the ground line, `reposts` on it, both given as (y, height)."""

    x: float
    width: float
    own: tuple[float, float]
    reposts: tuple[float, float]
    volume: Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPicture:
    """Bars with their scale: `levels` are (y, value), `ticks` (x, label), within `WIDTH` by `HEIGHT`."""

    bars: tuple[Bar, ...]
    levels: tuple[tuple[float, int], ...]
    ticks: tuple[tuple[float, str], ...]
    left: int = _LEFT
    ground: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Who (rows) is repeated by whom (columns): `cells[row][column]` is a count; `most` the largest."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    most: int


def bar_picture(volumes: Sequence[Volume]) -> BarPicture:
    """Bars side by side in the order given, below a round level."""
    ground, room = HEIGHT - _BOTTOM, HEIGHT - _BOTTOM - _TOP
    step = round_step(max((volume.own + volume.reposts for volume in volumes), default=0))
    top = step * max(1, -(-max((volume.own + volume.reposts for volume in volumes), default=0) // step))
    slot = (WIDTH - _LEFT) / max(len(volumes), 1)

    def bar(number: int, volume: Volume) -> Bar:
        own, reposts = volume.own * room / top, volume.reposts * room / top
        return Bar(
            x=_LEFT + number * slot + slot * 0.1,
            width=slot * 0.8,
            own=(ground - own, own),
            reposts=(ground - own - reposts, reposts),
            volume=volume,
        )

    every = max(1, -(-len(volumes) // _TICKS))
    return BarPicture(
        bars=tuple(bar(number, volume) for number, volume in enumerate(volumes)),
        levels=tuple((ground - level * room / top, level) for level in range(0, top + 1, step)),
        ticks=tuple((_LEFT + (number + 0.5) * slot, volumes[number].label) for number in range(0, len(volumes), every)),
    )


def heat_map(pairs: Mapping[tuple[str, str], int], *, most: int) -> HeatMap:
    """The `most` busiest sources by the `most` busiest reposters among theirs, the busiest first."""
    sources: Counter[str] = Counter()
    for (source, _), count in pairs.items():
        sources[source] += count
    rows = _first(sources, most)
    reposters: Counter[str] = Counter()
    for (source, reposter), count in pairs.items():
        if source in rows:
            reposters[reposter] += count
    columns = _first(reposters, most)
    rows = tuple(row for row in rows if any((row, column) in pairs for column in columns))
    cells = tuple(tuple(pairs.get((row, column), 0) for column in columns) for row in rows)
    return HeatMap(rows=rows, columns=columns, cells=cells, most=max((count for row in cells for count in row), default=0))


def round_step(largest: int) -> int:
    """The distance of three to six round levels up to `largest`: 1, 2 or 5 times a power of ten."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if largest <= 5 * step * factor:
                return step * factor
        step *= 10


def _first(counts: Counter[str], most: int) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:most])
