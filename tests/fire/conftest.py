"""A market laid out once, and as it was laid out for every trial."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.core.cache import cache

from tests.fire import databases
from tests.fire.databases import MARKET, Before
from tests.fire.market import NOW
from tests.fire.workers import Worker, gateway_within, lay_out_market


@dataclass(frozen=True)
class Laid:
    """The market as it is before any sweep ran, and when each sweep has something due."""

    moments: dict[str, datetime]
    before: Before

    @contextmanager
    def borrowed(self) -> Iterator[str]:
        """The market's database, for whatever is to be tried; it is undone afterwards."""
        try:
            yield MARKET
        finally:
            self.before.undo(MARKET)
            cache.clear()


@pytest.fixture(scope="session")
def market() -> Iterator[Laid]:
    databases.copy(databases.template(), MARKET)
    with Worker(MARKET, NOW, lay_out_market) as builder:
        moments = builder.result()
    databases.mark_what_comes(MARKET)
    before = Before.of(MARKET)
    yield Laid(moments, before)
    assert not before.since(MARKET), "whatever was tried was undone"
    databases.drop(MARKET)


@pytest.fixture
def database(market: Laid) -> Iterator[str]:
    """The market's database as it was laid out."""
    with market.borrowed() as name:
        yield name


@pytest.fixture
def gateway(clock: object) -> Iterator[None]:
    """The sandbox gateway, reached from this process without a socket, at the clock of the tests."""
    with gateway_within():
        yield
