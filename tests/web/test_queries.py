"""Pages of lists and details ask the database a fixed number of questions, however many rows there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from refunds.services import refund_escalate, refund_request
from regulation.selectors import forget_versions
from settlements.services import statement_issue
from support.services import message_send, ticket_open
from support.types import Side, TicketKind
from tests.catalog.making import make_submitted
from tests.orders.making import APPLICATION, SERVICE, buy, make_shop
from tests.providers.making import Person, make_application, make_operator
from tests.settlements.making import earn
from tests.web.matters import UNTRUE_REGISTRATION, heard_case
from tests.web.scene import superuser
from violations.services import complaint_file
from web.desk.home import KINDS

pytestmark = pytest.mark.django_db
FEW, MANY = 2, 12


@dataclass
class Market:
    """A provider and a buyer, and more and more between them."""

    product: Any
    service: Any
    owner: Person
    buyer: Person
    order: Any
    operator: User
    rows: int = 0

    def fill(self, rows: int, now: datetime) -> None:
        """As many of everything as `rows`."""
        for one in range(self.rows, rows):
            self._add(one, now)
        self.rows = rows

    def _add(self, one: int, now: datetime) -> None:
        provider, mine = self.product.provider, self.buyer
        buy(self.product, now)
        order, _buyer = buy(self.product, now, buyer=mine)
        work, _buyer = buy(self.service, now, buyer=mine)
        refund = refund_request(
            order=work, reason=None, statement="不需要了", claims_loss=False, files=[], actor=mine.actor, now=now
        )
        refund_escalate(refund=refund, actor=mine.actor, now=now)
        complaint_file(
            complainant=mine.user, provider=provider, order=order, product=self.product, statement="未按约定交付。",
            conduct_on=now.date(), code="", evidence=[], actor=mine.actor, now=now,
        )  # fmt: skip
        for place in (self.order, order):
            message_send(order=place, side=Side.BUYER, text="您好", file=None, actor=mine.actor, now=now)
            ticket_open(
                order=place, kind=TicketKind.QUESTION, title="无法登录", text="打不开", file=None, actor=mine.actor,
                now=now,
            )  # fmt: skip
        heard_case(self.product, order, self.owner, UNTRUE_REGISTRATION, f"case-{one}", self.operator, now)
        make_submitted(provider, self.owner, now)
        make_shop(now, APPLICATION, provider=provider, person=self.owner)
        make_application(now)
        # A statement for each half month, the latest first.
        issued_at = now - timedelta(days=16 * one)
        earn(provider=provider, amount="300.00", fee="15.00", at=issued_at - timedelta(days=9))
        statement_issue(provider_id=provider.pk, now=issued_at)


@pytest.fixture
def published(settings: Any) -> Iterator[None]:
    """Which versions of the rulebook are published is known for a while, as it is in production."""
    settings.RULEBOOK_INDEX_SECONDS = 3600
    forget_versions()
    yield
    forget_versions()


@pytest.fixture
def market(db: None, now: datetime, clock: Any, published: None) -> Market:
    product, owner = make_shop(now, APPLICATION)
    service, _owner = make_shop(now, SERVICE, provider=product.provider, person=owner)
    order, buyer = buy(product, now)
    return Market(product, service, owner, buyer, order, make_operator(now, "marketplace_operations"))


def pages(market: Market) -> dict[str, list[str]]:
    product, order = market.product, market.order
    store = product.provider.store
    return {
        "visitor": [
            "/", f"/c/{APPLICATION}/", "/search/?q=日志", f"/p/{product.slug}/", f"/p/{product.slug}/plans/",
            f"/s/{store.slug}/",
        ],
        "buyer": [
            "/orders/", f"/orders/{order.number}/", f"/orders/{order.number}/chat/", f"/orders/{order.number}/tickets/",
            "/refunds/", "/complaints/", "/messages/",
        ],
        "owner": [
            "/console/", "/console/products/", f"/console/products/{product.pk}/", "/console/orders/",
            f"/console/orders/{order.number}/", "/console/refunds/", "/console/statements/", "/console/finance/",
            "/console/complaints/", "/console/standing/", "/console/conversations/",
            f"/console/conversations/{order.number}/", "/console/tickets/", "/console/invoices/", "/console/team/",
        ],
        "superuser": [
            "/admin/", *(reverse(f"admin:{kind.screen}_changelist") + kind.query for kind in KINDS),
        ],
    }  # fmt: skip


def counter(user: User | None) -> Callable[[str], int]:
    client = Client()
    if user is not None:
        client.force_login(user)

    def count(path: str) -> int:
        """How many questions a page asks, once what is kept for everybody is there."""
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200, path
        return len(found)

    return count


def test_pages_ask_the_same_number_of_questions_for_few_rows_and_for_many(market: Market, now: datetime) -> None:
    users = {
        "visitor": None, "buyer": market.buyer.user, "owner": market.owner.user, "superuser": superuser(now)
    }  # fmt: skip
    asked = {path: count for who, paths in pages(market).items() for count in [counter(users[who])] for path in paths}
    market.fill(FEW, now)
    few = {path: count(path) for path, count in asked.items()}
    market.fill(MANY, now)
    many = {path: count(path) for path, count in asked.items()}

    assert {path: (few[path], many[path]) for path in asked if few[path] != many[path]} == {}
