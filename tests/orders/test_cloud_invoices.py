"""Invoices for what a provider bought of the cloud itself (13(4))."""

from datetime import datetime
from decimal import Decimal

import pytest

from core.acts import Actor
from core.errors import InvalidInput, NotAllowed, NotFound, NotPermitted
from core.periods import end_of_working_days
from orders.models import CloudInvoice
from orders.services import cloud_invoice_decline, cloud_invoice_issue, cloud_invoice_request
from regulation.selectors import rulebook_at
from tests.orders.making import books_fit, told, trail
from tests.providers.making import make_operator, make_person, make_provider

pytestmark = pytest.mark.django_db
SAID = {
    "bill": "B-2026-02-0001",
    "amount": Decimal("8600.00"),
    "heading": "云端有限公司",
    "tax_number": "",
    "email": "",
}


def ask(provider, person, now: datetime, **more) -> CloudInvoice:
    return cloud_invoice_request(provider=provider, actor=person.actor, now=now, **(SAID | more))


@pytest.mark.clause("13(4)")
def test_a_provider_asks_and_finance_enters_what_the_cloud_made_out(now: datetime, clock, client) -> None:
    provider, person = make_provider(now)
    finance = make_operator(now, "finance")
    client.force_login(person.user)
    form = {name: str(value) for name, value in SAID.items()}

    assert client.post("/console/invoices/cloud/new/", form).status_code == 302

    invoice = CloudInvoice.objects.get()
    days = rulebook_at(now).parameter("invoice.issue_working_days")
    assert (invoice.provider, invoice.due_at) == (provider, end_of_working_days(now, days))
    assert told(finance, "cloud_invoice.requested") == 1
    client.force_login(finance)
    page = f"/admin/orders/cloudinvoice/{invoice.pk}/issue/"
    assert client.post(page, {"document_number": "24112000000012345678"}).status_code == 302
    client.force_login(person.user)
    assert "24112000000012345678" in client.get("/console/invoices/cloud/").content.decode()
    assert told(person.user, "cloud_invoice.issued") == 1
    assert trail(f"cloud_invoice:{invoice.number}") == ["orders.cloud_invoice_request", "orders.cloud_invoice_issue"]
    books_fit()


@pytest.mark.clause("13(4)")
def test_one_bill_is_invoiced_once_and_may_be_asked_for_again_when_declined(now: datetime) -> None:
    provider, person = make_provider(now)
    finance = Actor.of(make_operator(now, "finance"))
    first = ask(provider, person, now)
    with pytest.raises(NotAllowed):
        ask(provider, person, now)
    cloud_invoice_decline(invoice=first, reason="账单号不存在", actor=finance, now=now)
    assert told(person.user, "cloud_invoice.declined") == 1
    again = ask(provider, person, now)
    cloud_invoice_issue(invoice=again, document_number="1", actor=finance, now=now)
    with pytest.raises(NotAllowed):
        cloud_invoice_decline(invoice=again, reason="反悔", actor=finance, now=now)
    assert list(CloudInvoice.objects.order_by("id").values_list("state", flat=True)) == ["declined", "issued"]


@pytest.mark.clause("13(4)")
def test_who_may_ask_and_answer(now: datetime) -> None:
    provider, person = make_provider(now)
    for wrong, field in (({"bill": " "}, "bill"), ({"amount": Decimal(0)}, "amount"), ({"heading": ""}, "heading")):
        with pytest.raises(InvalidInput) as refused:
            ask(provider, person, now, **wrong)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        ask(provider, make_person(now), now)
    assert CloudInvoice.objects.count() == 0
    invoice = ask(provider, person, now)
    operations = Actor.of(make_operator(now, "marketplace_operations"))
    with pytest.raises(NotPermitted):
        cloud_invoice_issue(invoice=invoice, document_number="1", actor=operations, now=now)
    invoice.refresh_from_db()
    assert invoice.state == "requested"
