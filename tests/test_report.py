"""The report: true figures, pictures inside their frame, and a page that nothing in a feed can make do anything."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from playwright.sync_api import sync_playwright
from warehouses import NOW, TEXT, article, feed, harvest, run

from flows.pictures import HEIGHT, WIDTH, Volume, bar_picture, heat_map, round_step
from flows.report import MOST_FEEDS, gather, report_command, report_page
from flows.settling import store
from pipeline.records import PollOutcome
from warehouse import Warehouse, open_reader

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
EVIL = "</td><script>document.title='owned'</script><img src=x onerror=alert(1)>"

counts = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=150)
pairs = st.dictionaries(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("stuvwxyz")), st.integers(1, 99), max_size=40)


def page_of(home: Path, *, since: datetime | None = None) -> lxml_html.HtmlElement:
    with open_reader(home / "warehouse.duckdb") as con:
        return lxml_html.document_fromstring(report_page(gather(con, since=since, now=NOW), since=since, now=NOW))


def text_of(page: lxml_html.HtmlElement, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in page.xpath(path)]


def rows_under(page: lxml_html.HtmlElement, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    rows = page.xpath(f"//h2[.='{heading}']/following-sibling::table[1]//tr[td]")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in rows]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gazette, a market that repeats it three times, 20 minutes later; a feed that fails; titles that want to be markup."""
    home = tmp_path_factory.mktemp("home")
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed("gazette"), feed("market"), feed("broken")], now=NOW)
    texts = [" ".join(f"{word}{number}" for word in (TEXT * 3).split()) for number in range(3)]
    own = {f"g{n}": article(f"http://gazette.example/{n}", text, published=NOW - timedelta(days=n)) for n, text in enumerate(texts)}
    own["g0"] = dataclasses.replace(own["g0"], title=EVIL, url="javascript:alert(1)")
    copies = {
        f"m{n}": article(f"http://market.example/{n}", text, published=NOW - timedelta(days=n, minutes=-20)) for n, text in enumerate(texts)
    }
    bad = harvest("broken", {})
    bad = dataclasses.replace(bad, poll=dataclasses.replace(bad.poll, outcome=PollOutcome.FAILED, error=EVIL))  # type: ignore[type-var]
    store(warehouse, "run1", [harvest("gazette", {**own, "lost": None}), harvest("market", copies), bad], now=NOW, publish=False)
    warehouse.finish_run("run1", status="completed", now=NOW)
    return home


def test_it_tells_what_is_in_the_warehouse(home: Path) -> None:
    page = page_of(home)
    articles, stories, reposts, feeds, _ = text_of(page, "//ul[@class='figures']/li")
    assert (articles, stories, reposts) == ("6articles of 2 sites", "3stories, 3 on several sites", "3reposts")
    assert feeds.startswith("3feeds")  # how many are silent depends on today
    assert text_of(page, "//h2") == [
        "Volumes", "Sites", "Who reposts whom", "How late", "The most repeated stories", "The feeds", "What did not become an article",
    ]  # fmt: skip
    assert text_of(page, "//*[name()='g']/*[name()='title']") == [f"2026-03-{day:02}: 1 own, 1 reposts" for day in (8, 9, 10)]
    assert rows_under(page, "Sites") == [["gazette.example", "3", "0", ""], ["market.example", "3", "3", ""]]
    assert "market.example repeats gazette.example: 3" in page.xpath("//table[@class='heat']//td/@title")
    assert rows_under(page, "Who reposts whom") == [["gazette.example", "market.example", "3", "0", "20 min", "100%"]]
    assert ["15 to 60 min", "3", ""] in rows_under(page, "How late")
    (mark,) = page.xpath("//td[.='broken']/following-sibling::td/i[@title]")
    assert (mark.get("class"), mark.get("title")) == ("bad", "2026-03-10: polls 1, failed 1, new entries 0")


def test_since_leaves_out_what_was_before(home: Path) -> None:
    page = page_of(home, since=NOW - timedelta(hours=1))
    assert text_of(page, "//*[name()='g']/*[name()='title']") == ["2026-03-10: 1 own, 1 reposts"]
    assert ["15 to 60 min", "1", ""] in rows_under(page, "How late")
    assert "No articles since then." in page_of(home, since=NOW + timedelta(days=9)).text_content()


def test_what_feeds_say_is_text_and_nothing_is_fetched(home: Path) -> None:
    page = page_of(home)
    assert page.xpath("//script | //img | //link | //iframe | //object | //@onerror | //@src") == []
    assert all(link.startswith(("http://", "https://")) for link in page.xpath("//@href"))
    assert EVIL in page.text_content()


def test_a_warehouse_without_articles_has_a_report(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.begin_run(run(), [], now=NOW)
    warehouse.finish_run("run1", status="completed", now=NOW)
    page = page_of(tmp_path)
    assert "No articles yet." in page.text_content()
    assert "None has been polled yet." in page.text_content()


def test_of_many_feeds_those_in_trouble_are_shown(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    names = [f"feed{number:03}" for number in range(MOST_FEEDS + 20)]
    warehouse.begin_run(run(), [feed(name) for name in names], now=NOW)
    failing = dataclasses.replace(
        harvest(names[-1], {}), state=dataclasses.replace(harvest(names[-1], {}).state, consecutive_failures=3, last_error="it was down")
    )  # type: ignore[type-var]
    failing = dataclasses.replace(failing, state=dataclasses.replace(failing.state, status="failing"))  # type: ignore[type-var]
    store(warehouse, "run1", [failing], now=NOW, publish=False)
    warehouse.finish_run("run1", status="completed", now=NOW)
    page = page_of(tmp_path)
    rows = rows_under(page, "The feeds")
    assert len(rows) == MOST_FEEDS
    assert rows[0][:2] == [names[-1], "failing"]
    assert "20 more feeds are not shown" in page.text_content()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_shows_the_pictures_and_asks_for_nothing(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    report_command(home=home, output=path, since=None)
    asked: list[str] = []
    complaints: list[str] = []
    with sync_playwright() as play, play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path.as_uri())
        boxes = [bar.bounding_box() for bar in page.locator("svg rect.own").all()]
        cell = page.locator(".heat i").first.evaluate("cell => getComputedStyle(cell).backgroundColor")
        title = page.title()
    assert (asked, complaints) == ([path.as_uri()], [])
    assert all(box and box["height"] > 20 for box in boxes)
    assert cell != "rgba(0, 0, 0, 0)"
    assert title.startswith("Feedhouse: report of")


@given(counts)
def test_bars_stay_inside_and_keep_their_proportions(volumes: list[tuple[int, int]]) -> None:
    picture = bar_picture([Volume(label=str(number), own=own, reposts=reposts) for number, (own, reposts) in enumerate(volumes)])
    assert [(bar.volume.own, bar.volume.reposts) for bar in picture.bars] == volumes
    (ground, zero), *_, (high, top) = picture.levels
    assert zero == 0
    scale = (ground - high) / top
    for bar in picture.bars:
        assert picture.left <= bar.x <= bar.x + bar.width <= WIDTH + 1e-6
        assert -1e-6 <= bar.reposts[0] <= bar.own[0] <= ground + 1e-6 < HEIGHT
        assert bar.own[1] == pytest.approx(bar.volume.own * scale)
        assert bar.reposts[1] == pytest.approx(bar.volume.reposts * scale)
    assert 2 <= len(picture.levels) <= 7
    assert len(picture.ticks) <= 9


@given(st.integers(0, 10**12))
def test_levels_are_round_and_few(largest: int) -> None:
    step = round_step(largest)
    assert str(step).rstrip("0") in {"1", "2", "5"}
    assert largest <= 5 * step
    assert step == 1 or largest > 2 * step / 2


@given(pairs, st.integers(1, 5), st.randoms())
def test_the_heat_map_holds_the_busiest_in_any_order(found: dict[tuple[str, str], int], most: int, random: object) -> None:
    heat = heat_map(found, most=most)
    shuffled = list(found.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert heat_map(dict(shuffled), most=most) == heat
    assert len(heat.rows) <= most >= len(heat.columns)
    for row, cells in zip(heat.rows, heat.cells, strict=True):
        assert [found.get((row, column), 0) for column in heat.columns] == list(cells)
        assert any(cells)
    assert heat.most == max((count for cells in heat.cells for count in cells), default=0)


def test_it_is_written_into_the_home_folder(home: Path) -> None:
    assert report_command(home=home, output=None, since=datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert (home / "report.html").read_text().startswith("<!DOCTYPE html>")
