"""The provider console: every page for those who may, nothing for strangers, acts refused change nothing."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from exits.models import Exit
from orders.models import Order
from providers.models import Application, Provider
from providers.types import ProviderState
from tests.orders.making import buy, make_shop
from tests.providers.making import make_admitted, make_person, make_provider

PAGES = [
    "", "deposit/", "deposit/pay/", "finance/", "statements/", "invoices/", "products/", "products/new/", "orders/",
    "refunds/", "complaints/", "standing/", "conversations/", "conversations/auto-reply/", "tickets/", "store/",
    "store/do/edit/", "store/do/leave/", "team/", "team/do/invite/", "documents/", "documents/do/change/",
    "documents/do/paper/", "integration/", "leaving/", "leaving/do/request/",
]  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def signed_in(person: Any, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person.user)
    return client


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_a_provider_who_has_nothing_yet(now: datetime, language: str) -> None:
    _provider, person = make_provider(now)
    client = signed_in(person, language)
    for page in PAGES:
        answer = client.get(f"/console/{page}")
        assert answer.status_code == 200, page
        assert "<h1" in answer.content.decode(), page


def test_strangers_find_nothing_and_visitors_sign_in(now: datetime) -> None:
    make_provider(now)
    stranger = signed_in(make_person(now))
    for page in PAGES[1:]:
        assert stranger.get(f"/console/{page}").status_code == 404, page
        assert Client().get(f"/console/{page}").status_code == 302, page


@pytest.mark.clause("9(1)")
def test_an_application_begins_and_keeps_a_half_filled_step(now: datetime) -> None:
    person = make_person(now)
    client = signed_in(person)
    assert client.get("/console/application/").status_code == 200
    assert client.post("/console/application/", {"kind": "enterprise"}).status_code == 302
    application = Application.objects.get(provider__owner=person.user)
    for section in ("subject", "documents", "contact", "service", "store", "agreements"):
        assert client.get(f"/console/application/{section}/").status_code == 200, section
    kept = client.post(
        "/console/application/store/",
        {"name_zh": "半成品商店"},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    assert kept.status_code == 204
    application.refresh_from_db()
    assert application.store_name_zh == "半成品商店"
    refused = client.post("/console/application/do/submit/")
    assert refused.status_code in {403, 409, 422}
    application.refresh_from_db()
    assert application.state == "draft"


@pytest.mark.clause("9(6)")
def test_the_deposit_page_leads_to_the_payment(now: datetime) -> None:
    _provider, person = make_admitted(now)
    answer = signed_in(person).post("/console/deposit/pay/", {"amount": "100.00"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/pay/P")


def test_an_order_is_shown_to_its_provider_and_to_no_other(now: datetime) -> None:
    product, person = make_shop(now)
    order, _buyer = buy(product, now)
    _other, stranger = make_provider(now, price=Decimal("1000.00"))
    client = signed_in(person)
    assert order.number in client.get("/console/orders/").content.decode()
    assert client.get(f"/console/orders/{order.number}/").status_code == 200
    assert client.get(f"/console/products/{product.pk}/").status_code == 200
    assert signed_in(stranger).get(f"/console/orders/{order.number}/").status_code == 404
    delivered = client.post(f"/console/orders/{order.number}/do/deliver/", {"access": "https://x.example 密钥"})
    assert delivered.status_code == 302
    assert Order.objects.get(pk=order.pk).delivered_at is not None


def test_a_draft_goes_through_every_section(now: datetime) -> None:
    product, person = make_shop(now)
    client = signed_in(person)
    assert client.post(f"/console/products/{product.pk}/do/open/").status_code == 302
    for section in ("basics", "details", "plans", "service", "terms", "leaving", "safety"):
        assert client.get(f"/console/products/{product.pk}/{section}/").status_code == 200, section


@pytest.mark.clause("23")
def test_leaving_says_what_happens_and_does_it_only_on_confirmation(now: datetime) -> None:
    provider, person = make_provider(now)
    client = signed_in(person)
    assert "leaving/do/request" in client.get("/console/leaving/").content.decode()
    client.get("/console/leaving/do/request/")
    assert not Exit.objects.filter(provider=provider).exists()
    assert client.post("/console/leaving/do/request/", {"reason": "停业"}).status_code == 302
    assert Provider.objects.get(pk=provider.pk).state == ProviderState.LEAVING
    assert client.get("/console/leaving/").status_code == 200
