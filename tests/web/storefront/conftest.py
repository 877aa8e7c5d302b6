"""A buyer, a provider with a shop, and pages in either language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.orders.making import buy, make_shop
from tests.providers.making import Person, make_person


@dataclass
class Shop:
    """An application on sale, its provider, and a buyer with a paid order."""

    product: Any
    provider: Person
    order: Any
    buyer: Person


@pytest.fixture
def shop(db: None, now: datetime, clock: Any) -> Shop:
    product, person = make_shop(now)
    order, buyer = buy(product, now)
    return Shop(product, person, order, buyer)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


@pytest.fixture
def buyer(shop: Shop) -> Client:
    """The buyer's browser."""
    return signed_in(shop.buyer)


@pytest.fixture
def stranger(db: None, now: datetime, clock: Any) -> Client:
    """Somebody else's browser."""
    return signed_in(make_person(now))


def page(client: Client, path: str, language: str = "zh-hans", status: int = 200) -> str:
    """A page's text in a language."""
    response: HttpResponse = client.get(path, headers={"accept-language": language})
    assert response.status_code == status, (path, response.status_code)
    return response.content.decode()


@pytest.fixture
def queries() -> Callable[[Client, str], int]:
    """How many queries a page takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(client: Client, path: str) -> int:
        page(client, path)  # what is cached for everybody
        with CaptureQueriesContext(connection) as found:
            page(client, path)
        return len(found)

    return count
