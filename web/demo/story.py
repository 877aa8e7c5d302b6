"""What happened in the demo, in its order: steps at their moments, played until now."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random

from core.periods import start_of_day

Step = Callable[[datetime], object]
SEED = 20170307


class Story:
    """Steps that are played one after another; one may add later ones. What would lie ahead of `now` never happens,
    which leaves orders, refunds and reviews in every state."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.dice = Random(SEED)  # noqa: S311 — the same demo everywhere, nothing secret
        self._waiting: list[tuple[datetime, int, Step]] = []
        self._turn = count()

    def at(self, moment: datetime, step: Step) -> None:
        """Let `step` happen at `moment`, unless that lies ahead."""
        if moment <= self.now:
            heapq.heappush(self._waiting, (moment, next(self._turn), step))

    def ago(self, days: float, hour: int = 10, minute: int = 0) -> datetime:
        """A moment of the day so many days before today, in Beijing; never later than now."""
        day = start_of_day((self.now - timedelta(days=days)).date())
        return min(day + timedelta(hours=hour, minutes=minute), self.now)

    def before(self, **span: float) -> datetime:
        """A moment so long before now."""
        return self.now - timedelta(**span)

    def office_hours(self, moment: datetime) -> datetime:
        """Some moment between nine and nineteen of the same day."""
        return start_of_day(moment.date()) + timedelta(hours=9, minutes=self.dice.randrange(600))

    def play(self) -> int:
        """Let everything happen in its order. Returns how many steps there were."""
        played = 0
        while self._waiting:
            moment, _turn, step = heapq.heappop(self._waiting)
            step(moment)
            played += 1
        return played
