"""The error of a backfill."""

from __future__ import annotations

from pipeline.errors import FeedhouseError


class BackfillError(FeedhouseError):
    """The history of a feed cannot be listed, or not now."""
