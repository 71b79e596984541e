"""The demo is what a stranger sees first: it runs as printed, and what it tells to type works."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path


def test_the_demo_ends_with_tables_and_queries_that_work(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "flows.cli", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in ("harbour-ledger.example", "valley-repost.example", "Who reposts whom", "Ada Quill", "6 not modified", "not_a_feed"):
        assert words in done.stdout
    queries = [line.strip() for line in done.stdout.splitlines() if ' query "' in line]
    assert len(queries) == 3
    for line in queries:
        arguments = shlex.split(line)[1:]
        answer = subprocess.run([sys.executable, "-m", "flows.cli", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        assert ".example" in answer.stdout or "harbour" in answer.stdout


def test_it_runs_again_in_its_own_folder_and_touches_no_other(tmp_path: Path) -> None:
    for _ in range(2):
        assert subprocess.run([sys.executable, "-m", "flows.cli", "demo"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("words")
    refused = subprocess.run(
        [sys.executable, "-m", "flows.cli", "demo", "--keep", "mine"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "is not the folder of an earlier demo" in refused.stderr
    assert (tmp_path / "mine" / "thesis.txt").exists()
