"""The house has rules: which way imports run, and what is done in one place only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipeline", "warehouse", "flows")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
ALLOWED = {
    "pipeline": {"pipeline"},
    "warehouse": {"warehouse", "pipeline.records", "pipeline.errors"},
    "flows": {"flows", "pipeline", "warehouse"},
}
IDS = [str(path.relative_to(ROOT)) for path in MODULES]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where the arrow goes"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_arrows_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in imports(path) if name.split(".")[0] in PACKAGES}
    strangers = {name for name in ours if not any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED[package])}
    assert not strangers


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_only_flows_knows_prefect_and_the_stages_know_no_database(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    package = path.relative_to(ROOT).parts[0]
    if package != "flows":
        assert "prefect" not in roots
    if package == "pipeline":
        assert "duckdb" not in roots


@pytest.mark.parametrize("path", [path for path in MODULES if "pipeline" in path.parts], ids=lambda path: path.name)
def test_a_stage_reads_no_environment_and_no_clock(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for forbidden in ("os.environ", "getenv(", "datetime.now(", "utcnow(", "time.time("):
        assert forbidden not in source


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_one_module_opens_the_database(path: Path) -> None:
    calls = "duckdb.connect(" in path.read_text(encoding="utf-8")
    assert calls == (path == ROOT / "warehouse" / "connections.py")


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_module_has_one_reason_to_exist(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= (880 if path.name == "records.py" else 340)
    assert not {"utils", "helpers", "helper", "managers", "manager", "processors", "processor"} & set(path.stem.split("_"))


def test_the_development_lock_has_the_pins_of_the_user_lock() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line.split(" ")[0] for line in lines if line and line[0].isalnum()}

    assert pins("requirements.lock") < pins("requirements-dev.lock")
