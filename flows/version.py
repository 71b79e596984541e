"""The version of this distribution, as stored with each run."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("feedhouse")
