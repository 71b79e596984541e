"""Whether a Prefect API is configured, told without importing Prefect."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.prefect_api import prefect_api_configured


@pytest.mark.parametrize(
    ("environ", "files", "expected"),
    [
        pytest.param({}, {}, False, id="nothing"),
        pytest.param({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, {}, True, id="environment"),
        pytest.param({}, {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["prefect"]'}, False, id="a project that uses Prefect"),
    ],
)
def test_a_configured_api_is_found_without_importing_prefect(
    tmp_path: Path, environ: dict[str, str], files: dict[str, str], expected: bool
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert expected == prefect_api_configured({"PREFECT_HOME": str(tmp_path / "none"), **environ}, tmp_path)


def test_a_profile_with_an_api_is_found(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n')
    code = "import os; from pathlib import Path; from flows.prefect_api import prefect_api_configured; print(prefect_api_configured(os.environ, Path.cwd()))"
    environ = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environ)
    assert done.stdout == "True\n"
