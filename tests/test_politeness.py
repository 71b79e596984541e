"""One host is asked seldom enough, and never while it has asked to be left alone. The clock is the test's."""

from __future__ import annotations

import asyncio

from pipeline.politeness import REMEMBERED_HOSTS, Politeness


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def made(clock: Clock, **changes: float) -> Politeness:
    values = {"concurrency": 10, "host_concurrency": 2, "host_delay": 1.0} | changes
    return Politeness(clock=clock, sleep=clock.sleep, **values)  # type: ignore[arg-type]


def test_starts_at_one_host_are_a_delay_apart() -> None:
    clock = Clock()
    politeness = made(clock, host_concurrency=1)
    starts: list[float] = []

    async def ask() -> None:
        async with politeness.turn("a", "a"):
            starts.append(clock())

    async def main() -> None:
        await asyncio.gather(*(ask() for _ in range(4)))

    asyncio.run(main())
    assert starts == [1_000.0, 1_001.0, 1_002.0, 1_003.0]


def test_no_more_than_its_share_is_open_to_one_host_and_in_all() -> None:
    politeness = made(Clock(), concurrency=3, host_delay=0)
    open_now: list[str] = []
    most = {"host": 0, "all": 0}

    async def ask(host: str) -> None:
        async with politeness.turn(host, host):
            open_now.append(host)
            most["host"], most["all"] = max(most["host"], open_now.count(host)), max(most["all"], len(open_now))
            await asyncio.sleep(0.001)
            open_now.remove(host)

    async def main() -> None:
        await asyncio.gather(*(ask(host) for host in "aaabbbccc" * 3))

    asyncio.run(main())
    assert most == {"host": 2, "all": 3}


def test_who_waits_for_a_slow_host_holds_up_nobody_else() -> None:
    async def main() -> None:
        politeness = made(Clock(), concurrency=2, host_concurrency=1, host_delay=0)
        hold = asyncio.Event()

        async def slow() -> None:
            async with politeness.turn("slow", "slow"):
                await hold.wait()

        waiting = [asyncio.create_task(slow()) for _ in range(5)]
        await asyncio.sleep(0)
        async with asyncio.timeout(5), politeness.turn("quick", "quick"):
            pass
        hold.set()
        await asyncio.gather(*waiting)

    asyncio.run(main())


def test_a_closed_host_says_for_how_long() -> None:
    async def main() -> None:
        clock = Clock()
        politeness = made(clock)
        politeness.close("a", 60)
        async with politeness.turn("a", "a") as closed, politeness.turn("b", "b") as other:
            assert (closed.closed, other.closed) == (60, 0)
        clock.now += 61
        async with politeness.turn("a", "a") as closed:
            assert closed.closed == 0

    asyncio.run(main())


def test_a_host_that_closes_while_others_wait_for_it_turns_them_away() -> None:
    async def main() -> None:
        politeness = made(Clock(), host_concurrency=1)
        seen: list[float] = []

        async def ask() -> None:
            async with politeness.turn("a", "a") as closed:
                seen.append(closed.closed)
                politeness.close("a", 100)

        await asyncio.gather(ask(), ask(), ask())
        assert seen[0] == 0
        assert all(closed > 0 for closed in seen[1:])

    asyncio.run(main())


def test_memory_stays_bounded_over_a_hundred_thousand_hosts() -> None:
    async def main() -> Politeness:
        clock = Clock()
        politeness = made(clock)
        for number in range(100_000):
            clock.now += 0.001
            async with politeness.turn(f"host{number}", f"host{number}"):
                pass
        return politeness

    assert len(asyncio.run(main())._hosts) <= REMEMBERED_HOSTS + 1
