"""Imported once by the fork server, so that each worker finds made what takes long to make. Nothing else imports it."""

from __future__ import annotations

from pipeline import extraction, reading  # noqa: F401  what workers run
from pipeline.canonical import site_of
from pipeline.credit_forms import all_forms
from pipeline.words import words_in

all_forms()
site_of("https://of.the.public.suffix.list.example/")
words_in("the kinds of all characters")
