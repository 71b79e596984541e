"""The files of a backfill as one collection: the feeds in them, and the pages, each found again by its address.

What is held in memory is where things stand, not what they are: 170 bytes a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from flows.backfill_error import BackfillError
from pipeline.canonical import canonical_url
from pipeline.errors import ArchiveError
from pipeline.records import Failure, Feed, Response, Stage
from pipeline.saved_pages import address_of_feed, address_of_page, is_feed, manifest_rows
from pipeline.warc_files import answer_at, answers_in, is_warc

_FEED_NAMES = (".xml", ".rss", ".atom", ".rdf", ".json")
_PAGE_NAMES = (".html", ".htm", ".xhtml")
_MANIFEST_NAMES = (".csv", ".jsonl")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file: a WARC, or a single document with what a manifest says of it."""

    path: Path
    is_warc: bool = False
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document: its file's number, where it stands in it, and its answer. `date` is the manifest's."""

    file: int
    offset: int
    answer: Response
    date: str | None = None


class Collection:
    """Reads the files; `index` before `feeds` and `ask`."""

    def __init__(self, paths: Sequence[Path], *, max_bytes: int) -> None:
        self.files = tuple(file for path in paths for file in _files(path))
        self.sizes = tuple(file.path.stat().st_size for file in self.files)
        self.feeds: list[tuple[int, int]] = []
        self._max_bytes = max_bytes
        self._pages: dict[int, tuple[int, int]] = {}
        self._moved: dict[int, str] = {}
        self._is_indexed = False

    def index(self) -> None:
        """Reads everything once, and notes where the feeds and the pages are. Pages need not be found where there is no feed.

        Raises:
            BackfillError: where a file cannot be read to its end, or nothing in the files has an address.
        """
        if self._is_indexed:
            return
        has_addresses = False
        for found in self.documents():
            answer = found.answer
            has_addresses |= bool(answer.url)
            if answer.status in _REDIRECTS and answer.header("location"):
                self._moved[_key(answer.url)] = urljoin(answer.url, answer.header("location"))
            elif answer.status == 200 and is_feed(answer.body, answer.header("content-type")):
                self.feeds.append((found.file, found.offset))
            elif answer.status == 200:
                place = (found.file, found.offset)
                self._pages[_key(answer.url)] = self._pages[hash(answer.url)] = place
        if not has_addresses:
            more = f", nor do {len(self.files) - 1} more" if len(self.files) > 1 else ""
            raise BackfillError(f"{self.files[0].path}: does not say what its address was{more}: name it in a manifest, with url and path")
        if not self.feeds:
            self._pages.clear()
        self._is_indexed = True

    def documents(self, file: int = 0, after: int = -1) -> Iterator[Found]:
        """Everything behind a place, in order.

        Raises:
            BackfillError: where a file cannot be read on.
        """
        for number in range(file, len(self.files)):
            yield from self._documents_of(number, after if number == file else -1)

    def read(self, file: int, offset: int) -> Response:
        """The document at a place."""
        source = self.files[file]
        try:
            return answer_at(source.path, offset, max_bytes=self._max_bytes) if source.is_warc else self._single(file)
        except ArchiveError as error:
            raise BackfillError(str(error)) from error

    def answer_for(self, link: str) -> Response | Failure:
        """The page behind a link, at its very address or another spelling of it, through the redirects that are in the files."""
        address = link
        for _ in range(_MOST_HOPS):
            place = self._pages.get(hash(address)) or self._pages.get(_key(address))
            if place is not None:
                answer = self.read(*place)
                return replace(answer, url=link, final_url=answer.url)
            if _key(address) not in self._moved:
                break
            address = self._moved[_key(address)]
        detail = f"{link} is in none of the files"
        return Failure(stage=Stage.FETCH, reason="not_in_files", detail=detail, is_transient=False)

    async def ask(self, feed: Feed, link: str) -> Response | Failure:  # noqa: ARG002  the files ask no permission
        """As `AskForPage`. It reads the disk for a page's length: not worth a thread."""
        return self.answer_for(link)

    def _documents_of(self, number: int, after: int) -> Iterator[Found]:
        source = self.files[number]
        if not source.is_warc:
            if after < 0:
                yield Found(file=number, offset=0, answer=self._single(number), date=source.date)
            return
        try:
            for found in answers_in(source.path, start=max(after, 0), max_bytes=self._max_bytes):
                if found.offset > after:
                    yield Found(file=number, offset=found.offset, answer=found.answer)
        except ArchiveError as error:
            raise BackfillError(str(error)) from error

    def _single(self, number: int) -> Response:
        """A saved document as the answer that it was; its time is that of its file. Without an address it is no page of any site."""
        source = self.files[number]
        body = source.path.read_bytes() if self.sizes[number] <= self._max_bytes else b""
        feed = is_feed(body, None)
        url = source.url or (address_of_feed(body) if feed else address_of_page(body)) or ""
        return Response(
            url=url,
            final_url=url,
            status=200,
            headers=(("content-type", "application/xml" if feed else "text/html"),),
            body=body,
            redirects=(),
            started_at=datetime.fromtimestamp(source.path.stat().st_mtime, tz=UTC),
            duration_ms=0,
        )


def _files(path: Path) -> Iterator[SourceFile]:
    """The files that a path stands for; a folder stands for all that are of a kind that is known, in the order of their names."""
    if path.is_dir():
        for inside in sorted(path.rglob("*")):
            if inside.is_file() and (is_warc(inside) or inside.suffix.lower() in (*_FEED_NAMES, *_PAGE_NAMES)):
                yield from _files(inside)
        return
    if not path.exists():
        raise BackfillError(f"{path}: there is no such file")
    if path.suffix.lower() in _MANIFEST_NAMES:
        try:
            rows = list(manifest_rows(path.read_text(encoding="utf-8"), is_csv=path.suffix.lower() == ".csv"))
        except ValueError as error:
            raise BackfillError(f"{path}: is no manifest: {error}") from error
        for row in rows:
            if not (path.parent / row.path).is_file():
                raise BackfillError(f"{path}: names {row.path}, and there is no such file beside it")
            yield SourceFile(path=path.parent / row.path, url=row.url, date=row.date)
        return
    yield SourceFile(path=path, is_warc=is_warc(path))


def _key(url: str) -> int:
    return hash(canonical_url(url) or url)
