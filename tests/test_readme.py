"""The README is true: its commands run, its tables are the database's, its files are there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import feedhouse
from flows.demo_newsroom import newsroom_answers, newsroom_feeds
from flows.demo_server import served
from warehouse import Warehouse, open_reader
from warehouse.dictionary import data_dictionary

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line.strip()]

# Run elsewhere, or not by a test that is itself run by them: why each is not run here.
ELSEWHERE = {
    "make demo": "test_demo.py runs what it runs",
    "make test": "is what runs this test",
    "pip install .": "test_what_pip_installs below",
    "prefect work-pool create feedhouse --type process": "needs a server: test_deployments.py runs flows and schedule on one",
    "prefect deploy --all": "the same; test_deployments.py loads each entrypoint of prefect.yaml",
    "prefect worker start --pool feedhouse": "the same",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a feeds file, as after a clone."""
    return tmp_path_factory.mktemp("place")


def test_every_command_runs_as_it_stands(place: Path) -> None:
    with served(newsroom_answers()) as proxy:
        feeds = "".join(f'[[feeds]]\nname = "{name}"\nurl = "{url}"\n' for name, url in newsroom_feeds().items())
        (place / "feeds.toml").write_text(f'[settings]\nproxy = "{proxy}"\nhost_delay = 0\n{feeds}')
        for command in COMMANDS:
            if command in ELSEWHERE:
                continue
            program, *arguments = shlex.split(command)
            assert program == "feedhouse", command
            done = subprocess.run([sys.executable, "-m", "flows.cli", *arguments], cwd=place, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{command}: {done.stderr}"


def test_its_sql_and_its_python_run(place: Path) -> None:
    if not (place / "data" / "warehouse.duckdb").exists():
        pytest.skip("the commands above make the warehouse")
    for sql in "".join(block for kind, block in BLOCKS if kind == "sql").split(";"):
        if sql.strip():
            with open_reader(place / "data" / "warehouse.duckdb") as con:
                assert con.execute(sql).fetchall()
    for code in (block for kind, block in BLOCKS if kind == "python"):
        assert subprocess.run([sys.executable, "-c", code], cwd=place, check=False, capture_output=True).returncode == 0


def test_every_command_of_the_program_is_in_it() -> None:
    assert all(f"feedhouse {name}" in README or name == "demo" for name in feedhouse.commands)


def test_every_setting_is_in_it() -> None:
    from dataclasses import fields

    from flows.settings import Settings

    assert all(f"`{field.name}`" in README for field in fields(Settings))


def test_the_data_dictionary_is_that_of_the_database(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.feed_states()
    warehouse.publish()
    with open_reader(warehouse.snapshot) as con:
        assert README.partition("warehouse.dictionary -->\n")[2].strip() == data_dictionary(con)


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_what_pip_installs_has_every_file_that_it_needs(tmp_path: Path) -> None:
    """The wheel holds the SQL and the demo's texts: an editable install would hide that they are missing."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), str(ROOT)],
        check=True,
    )
    from zipfile import ZipFile

    (wheel,) = tmp_path.glob("*.whl")
    inside = set(ZipFile(wheel).namelist())
    ours = {
        str(path.relative_to(ROOT))
        for package in ("pipeline", "warehouse", "flows")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".sql", ".toml"}
    }
    assert ours <= inside
