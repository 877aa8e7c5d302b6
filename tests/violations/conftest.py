"""A provider with a shop, a buyer with an order, and two operators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from core.acts import Actor
from providers.models import Provider
from tests.orders.making import buy, make_shop
from tests.providers.making import Person, make_operator


@dataclass
class Scene:
    """Everybody in one dispute."""

    product: Any
    order: Any
    provider: Provider
    person: Person
    buyer: Person
    operator: Actor
    other: Actor


@pytest.fixture
def scene(db: None, now: datetime) -> Scene:
    product, person = make_shop(now)
    order, buyer = buy(product, now)
    first = make_operator(now, "marketplace_operations", "arbitration")
    second = make_operator(now, "marketplace_operations", "arbitration")
    return Scene(product, order, order.provider, person, buyer, Actor.of(first), Actor.of(second))
