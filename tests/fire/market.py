"""Who is in the market that every sweep has something due in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from core.acts import Actor
from core.clock import BEIJING
from tests.orders import making as orders
from tests.providers import making as providers
from tests.providers.making import Person

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Moments = dict[str, datetime]


@dataclass
class Market:
    """Who is there; everybody is made when first asked for."""

    now: datetime = NOW

    @cached_property
    def application(self) -> tuple[Any, Person]:
        return orders.make_shop(self.now)

    @cached_property
    def service(self) -> tuple[Any, Person]:
        return orders.make_shop(self.now, orders.SERVICE)

    @cached_property
    def buyer(self) -> Person:
        return providers.make_person(self.now)

    @cached_property
    def operators(self) -> list[Actor]:
        roles = ("marketplace_operations", "finance", "arbitration")
        return [Actor.of(providers.make_operator(self.now, *roles)) for _ in range(2)]

    def bought(self) -> Any:
        """An application that was paid for."""
        return orders.buy(self.application[0], self.now, buyer=self.buyer)[0]

    def delivered(self) -> Any:
        return orders.deliver_product(self.bought(), self.application[1], self.now)

    def commissioned(self) -> Any:
        """A service that was paid for."""
        return orders.buy(self.service[0], self.now, buyer=self.buyer)[0]

    def completed(self) -> Any:
        return orders.complete_service(self.commissioned(), self.service[1], self.buyer, self.now)

    @cached_property
    def outlaws(self) -> list[tuple[Any, Person]]:
        """Two providers that are complained about and found guilty."""
        return [orders.make_shop(self.now) for _ in range(2)]


Scene = Callable[[Market], Moments]
scenes: list[Scene] = []


def scene(lay_out: Scene) -> Scene:
    """Have a scene laid out in every market."""
    scenes.append(lay_out)
    return lay_out
