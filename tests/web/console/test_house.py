"""The first page, papers, agreements, money and invoices of a provider, by who may see to them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.acts import Actor
from orders.models import Invoice
from orders.services import invoice_request
from orders.types import InvoiceState
from providers.models import Agreement, ChangeReport, Contact, Restriction, StaffMember
from providers.services import agreement_terms_propose
from providers.types import Role
from regulation.models import AuditRecord
from settlements.selectors import held_back
from settlements.services.items import ItemDraft, items_record
from settlements.types import ItemKind
from tests.providers.making import make_operator, make_person, make_provider
from tests.web.console.test_talking import complain
from tests.web.storefront.conftest import Shop, page, shop, signed_in

pytestmark = pytest.mark.django_db
__all__ = ["shop"]


@pytest.fixture
def seller(shop: Shop) -> Client:
    """The provider's browser."""
    return signed_in(shop.provider)


def member(shop: Shop, role: Role, now: datetime) -> Client:
    person = make_person(now)
    StaffMember.objects.create(provider=shop.order.provider, user=person.user, role=role, joined_at=now)
    return signed_in(person)


def entries_of(text: str) -> list[str]:
    """Where the navigation at the side leads."""
    return re.findall(r'href="(/console/[^"#]*)"', text.split('class="side-nav', 1)[1].split("</nav>", 1)[0])


@pytest.mark.clause("18(14)")
def test_a_product_that_leaves_soon_is_a_task_with_its_name(
    shop: Shop, seller: Client, now: datetime, clock: Any
) -> None:
    shop.product.refresh_from_db()
    due = shop.product.zero_sales_due_at
    title = shop.product.live_version.title_zh
    clock.move_to(due - timedelta(days=31))
    assert f"长期无成交：{title}" not in page(seller, "/console/")
    clock.move_to(due - timedelta(days=29))
    assert f"长期无成交：{title}" in page(seller, "/console/")
    assert f"No sale for long: {shop.product.live_version.title_en}" in page(seller, "/console/", "en")


def test_the_first_page_shows_a_role_what_it_may_see(shop: Shop, seller: Client, now: datetime) -> None:
    everything = page(seller, "/console/")
    assert "担保交易中" in everything
    assert "1,200.00" in everything
    support = page(member(shop, Role.SUPPORT, now), "/console/")
    assert "担保交易中" not in support
    assert "ladder" in support
    finance = page(member(shop, Role.FINANCE, now), "/console/")
    assert "担保交易中" in finance
    assert 'class="ladder' not in finance


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_of_the_navigation_answers_the_member_who_sees_it(
    shop: Shop, seller: Client, role: Role, now: datetime
) -> None:
    client = seller if role == Role.OWNER else member(shop, role, now)
    entries = entries_of(page(client, "/console/"))
    assert "/console/" in entries
    assert ("/console/statements/" in entries) == (role != Role.SUPPORT)
    assert {entry: client.get(entry).status_code for entry in entries} == dict.fromkeys(entries, 200)


@pytest.mark.clause("9(1)")
def test_who_has_not_applied_sees_the_application_alone(now: datetime) -> None:
    assert entries_of(page(signed_in(make_person(now)), "/console/application/")) == ["/console/application/"]


@pytest.mark.clause("9(5)")
@pytest.mark.clause("3")
def test_terms_offered_are_signed_by_the_owner_alone(shop: Shop, seller: Client, now: datetime) -> None:
    provider = shop.order.provider
    operator = make_operator(now, "marketplace_operations")
    offered = agreement_terms_propose(
        provider=provider, terms={"guarantee.application_days": 7}, note="战略合作", starts_at=now, ends_at=None,
        actor=Actor.of(operator), now=now,
    )  # fmt: skip
    assert "战略合作" in page(seller, "/console/agreements/")
    assert "/console/agreements/" in page(seller, "/console/")
    path = f"/console/agreements/terms/{offered.pk}/"
    before = AuditRecord.objects.count()
    assert member(shop, Role.MANAGER, now).post(path).status_code == 403
    _other, stranger = make_provider(now)
    assert signed_in(stranger).post(path).status_code == 404
    assert Agreement.objects.get(pk=offered.pk).signed_at is None
    assert not AuditRecord.objects.filter(act="agreement_terms_sign").exists()
    assert AuditRecord.objects.count() >= before
    assert seller.post(path).status_code == 302
    assert Agreement.objects.get(pk=offered.pk).signed_at == now
    assert seller.get(path).status_code == 404


@pytest.mark.clause("18(1)")
def test_contact_and_service_change_and_report_themselves(shop: Shop, seller: Client, now: datetime) -> None:
    provider = shop.order.provider
    answer = seller.post("/console/documents/do/contact/", {"name": "周宁", "phone": "12", "email": "z@example.com"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"phone"}
    assert not ChangeReport.objects.filter(provider=provider).exists()
    sent = {"name": "周宁", "phone": "13900001234", "email": "zhou@example.com"}
    assert seller.post("/console/documents/do/contact/", sent).status_code == 302
    assert Contact.objects.get(provider=provider).name == "周宁"
    report = ChangeReport.objects.get(provider=provider)
    assert (report.about, report.outcome) == ("contact", "on_time")
    assert seller.post("/console/documents/part/code/", {"channel": "email", "code": "000000"}).status_code == 302
    assert Contact.objects.get(provider=provider).email_verified_at is None
    assert member(shop, Role.SUPPORT, now).post("/console/documents/do/contact/", sent).status_code == 403


@pytest.mark.clause("13(1)")
def test_an_invoice_is_issued_with_its_file_from_the_list(shop: Shop, seller: Client, now: datetime) -> None:
    invoice = invoice_request(
        order=shop.order, heading="云上茶业", tax_number="91330100MA27XXXX0K", actor=shop.buyer.actor, now=now
    )
    path = f"/console/orders/{shop.order.number}/do/issue_invoice/{invoice.pk}/"
    assert path in page(seller, "/console/invoices/")
    assert "云上茶业" in page(seller, path)
    answer = seller.post(path, {"document_number": "25332000000012345678"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"files"}
    file = SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 invoice", content_type="application/pdf")
    assert seller.post(path, {"document_number": "25332000000012345678", "files": [file]}).status_code == 302
    assert Invoice.objects.get().state == InvoiceState.ISSUED
    assert invoice.number in page(seller, "/console/invoices/?state=issued")
    assert invoice.number not in page(seller, "/console/invoices/?q=别的")


def test_leave_of_wrong_days_names_the_field(shop: Shop, seller: Client, now: datetime) -> None:
    today, later = now.date(), now.date() + timedelta(days=120)
    answer = seller.post("/console/store/do/leave/", {"starts_at": today, "until": later, "reason": "春节"})
    assert answer.status_code in {409, 422}
    assert answer.context["form"].errors.keys() == {"until"}
    assert not Restriction.objects.filter(kind="on_leave").exists()
    sent = {"starts_at": today + timedelta(days=3), "until": today + timedelta(days=9), "reason": "春节"}
    assert seller.post("/console/store/do/leave/", sent).status_code == 302
    assert "结束休假" in page(seller, "/console/store/")


@pytest.mark.clause("11(1)1")
def test_money_held_back_says_why_and_where(shop: Shop, seller: Client, now: datetime, clock: Any) -> None:
    order = shop.order
    complaint = complain(shop, now)
    assert held_back(order.provider) == []
    assert "担保交易中" in page(seller, "/console/statements/")
    assert complaint.number not in page(seller, "/console/statements/")
    items_record(
        drafts=[
            ItemDraft(order.provider_id, ItemKind.SALE, Decimal("100.00"), order.number, now)
        ],
        now=now,
    )  # fmt: skip
    held = held_back(order.provider)
    assert [(row["amount"], row["hold"].cause) for row in held] == [(Decimal("100.00"), complaint.number)]
    shown = page(seller, "/console/statements/")
    assert f"/console/complaints/{complaint.number}/" in shown
