"""A client that waits when a site says so: for work whose pages are all wanted, now or a little later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from pipeline.fetching import HttpClient
from pipeline.records import Failure, Response, Stage
from pipeline.retry_after import retry_after

# Longer than this, and whoever waits is better told when to come back.
LONGEST_WAIT = 120.0
# For a 429 that names no time: doubled at each further one.
FIRST_WAIT = 5.0
_MOST_WAITS = 5


class PatientClient(HttpClient):
    """Asks again after 429, or 503 with Retry-After, where the wait is at most `LONGEST_WAIT`; else gives the answer as it came."""

    async def get(
        self,
        url: str,
        *,
        stage: Stage,
        max_bytes: int,
        conditions: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        private_headers: Sequence[tuple[str, str]] = (),
        user_agent: str | None = None,
    ) -> Response | Failure:
        """As `HttpClient.get`."""
        waited = 0
        while True:
            answer = await super().get(
                url, stage=stage, max_bytes=max_bytes, conditions=conditions, private_headers=private_headers, user_agent=user_agent
            )
            wait = self._wait(answer, FIRST_WAIT * 2**waited)
            if wait is None or wait > LONGEST_WAIT or waited >= _MOST_WAITS:
                return answer
            waited += not isinstance(answer, Failure)  # who waits because another was told to has not been told himself
            await asyncio.sleep(wait)

    def _wait(self, answer: Response | Failure, unnamed: float) -> float | None:
        """Seconds that the site asks for; None where it asks for nothing."""
        if isinstance(answer, Failure):
            return answer.retry_after.total_seconds() if answer.reason == "waiting" and answer.retry_after else None
        named = retry_after(answer.header("retry-after"), now=self._now()) if answer.status in {429, 503} else None
        if named is not None:
            return named.total_seconds()
        return unnamed if answer.status == 429 else None
