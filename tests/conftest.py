from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from loopback import Loopback, serving
from prefect_server import serving_prefect

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--articles", type=int, help="articles of each site with a long past (default: a few hundred)")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a client of a real Prefect server."""
    with serving_prefect(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no Prefect server of the machine may take part in a test."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "PREFECT_API_URL", "FEEDHOUSE_HOME", "FEEDHOUSE_FEEDS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
