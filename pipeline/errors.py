"""The one base of every error that a user can meet: one line that says what, where, and what to do.

Failures of the world (a dead feed, a hostile page) are not errors: they are `pipeline.records.Failure`, counted and stored.
"""

from __future__ import annotations


class FeedhouseError(Exception):
    """Something that the person at the keyboard can mend. `str(error)` is the one line that they see; `exit_code` what they get."""

    exit_code = 1


class WarehouseError(FeedhouseError):
    """The warehouse cannot be opened, locked, upgraded or published."""


class ArchiveError(FeedhouseError):
    """The kept bytes cannot be written or read."""
