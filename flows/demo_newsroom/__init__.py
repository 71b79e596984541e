"""The demo's newsroom: articles that we wrote, and the sites, pages and feeds that they are rendered into."""

from __future__ import annotations

from flows.demo_newsroom.sites import Answer, newsroom_answers, newsroom_feeds

__all__ = ["Answer", "newsroom_answers", "newsroom_feeds"]
