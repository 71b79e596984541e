"""What can be done about Prefect without importing it (1.3 s): whether an API is configured, and what keeps it out of worker processes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def prefect_api_configured(environ: Mapping[str, str], folder: Path) -> bool:
    """True if Prefect itself would find an API address: in the environment, a profile, or a settings file in `folder`.

    A run is then a flow run there; otherwise the same code runs without a server.
    """
    if environ.get("PREFECT_API_URL"):
        return True
    home = Path(environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    hints = (home / "profiles.toml", folder / ".env", folder / "prefect.toml", folder / "pyproject.toml")
    if not any(_names_an_api(path) for path in hints):
        return False
    from prefect.settings import get_current_settings

    return get_current_settings().api.url is not None


def _names_an_api(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace").lower()
    except OSError:  # absent, or not ours to read: no hint
        return False
    return "prefect_api_url" in text or ("prefect" in text and "[api]" in text) or "[tool.prefect.api]" in text


def spare_workers_prefect() -> None:
    """Keeps Prefect out of our worker processes.

    They import the program's main module again, as multiprocessing has it. That of a flow run is `python -m prefect.engine`: seconds and
    some 80 MB in each of them, and no worker runs anything of it.
    """
    main = sys.modules["__main__"]
    if main.__spec__ is not None and main.__spec__.name == "prefect.engine":
        main.__spec__, main.__file__ = None, None
