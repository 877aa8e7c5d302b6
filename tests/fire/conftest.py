"""A market laid out once, and copies of it for every trial."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.fire import databases
from tests.fire.databases import MARKET, Before
from tests.fire.market import NOW
from tests.fire.workers import Worker, gateway_within, lay_out_market


@dataclass(frozen=True)
class Laid:
    """The market as it is before any sweep ran, and when each sweep has something due."""

    moments: dict[str, datetime]
    before: Before


@pytest.fixture(scope="session")
def market() -> Iterator[Laid]:
    databases.copy(databases.template(), MARKET)
    with Worker(MARKET, NOW, lay_out_market) as builder:
        moments = builder.result()
    databases.mark_what_comes(MARKET)
    yield Laid(moments, Before.of(MARKET))
    databases.drop(MARKET)


@pytest.fixture
def copy(market: Laid) -> Iterator[Callable[[], str]]:
    """Make a copy of the market; all of a test's copies are thrown away after it."""
    made: list[str] = []

    def run() -> str:
        made.append(databases.copy(MARKET, f"fire_{len(made)}"))
        return made[-1]

    yield run
    for name in made:
        databases.drop(name)


@pytest.fixture
def gateway(clock: object) -> Iterator[None]:
    """The sandbox gateway, reached from this process without a socket, at the clock of the tests."""
    with gateway_within():
        yield
