"""The errors of a backfill."""

from __future__ import annotations

from pipeline.errors import FeedhouseError


class BackfillError(FeedhouseError):
    """The history of a feed cannot be listed, or not now."""


class StalledError(BackfillError):
    """A list could not be had this time: its site, or the way to it, may be well again in a minute."""
