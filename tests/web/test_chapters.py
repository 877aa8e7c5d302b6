"""Each chapter's first path as those whom it concerns read it: deadlines and amounts, in both languages."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core import sweeps
from core.clock import BEIJING
from deposits.models import AdditionalDeposit
from deposits.selectors import standing
from exits.models import Exit
from notifications.models import Message
from orders.models import Invoice, WarrantyClaim
from providers.models import Provider
from refunds.models import RefundRequest
from tests.deposits.test_deposits import deduct
from tests.orders.making import (
    SERVICE,
    books_fit,
    buy,
    complete_service,
    evidence,
    gateway_pays_back,
    make_shop,
    owed,
)
from tests.providers.making import make_operator, make_person, make_provider, pay_in
from tests.web.storefront.conftest import page, signed_in
from violations.models import Case, Complaint
from web.components.words import deadline_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
both_languages = pytest.mark.parametrize("language", ["zh-hans", "en"])


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.OPERATOR_TOTP_REQUIRED = False


@pytest.fixture
def stranger(now: datetime) -> Client:
    """Somebody who is signed in and whose pages are therefore never out of a cache."""
    return signed_in(make_person(now))


def says(text: str, language: str, **values: Any) -> str:
    with translation.override(language):
        found = translation.gettext(text)
    return found % values if values else found


def until(at: datetime, now: datetime, language: str) -> str:
    """A deadline as pages write it: the day a period ends is said with its 24:00."""
    with translation.override(language):
        return deadline_text(at, now)


def counted(at: datetime) -> str:
    """A deadline whose time left is counted on the page."""
    return f'datetime="{at.astimezone(BEIJING).isoformat()}"'


def last_told(user: Any, kind: str, language: str) -> str:
    message = Message.objects.filter(recipient=user, kind=kind).latest("pk")
    return f"{message.title_in(language)}\n{message.body_in(language)}"


def no_chinese(text: str) -> bool:
    return not any("一" <= one <= "鿿" for one in text)


def desk(now: datetime, *roles: str) -> Client:
    client = Client()
    client.force_login(make_operator(now, *roles))
    return client


@pytest.mark.clause("9(6)2", "9(6)3")
@both_languages
def test_a_short_deposit_says_how_much_until_when_and_what_it_closes(
    now: datetime, clock: Any, language: str, stranger: Client
) -> None:
    provider, person = make_provider(now)
    client = signed_in(person)
    path, store = "/console/deposit/", f"/s/{provider.store.slug}/"
    deduct(provider, "500.00", now)
    deadline = datetime(2026, 3, 6, tzinfo=BEIJING)

    text = page(client, path, language)
    assert says("Waiting for you to top the deposit up", language) in text
    assert until(deadline, now, language) in text
    assert "¥500.00" in text
    demanded = last_told(person.user, "deposits.top_up", language)
    assert "¥500.00" in demanded
    assert no_chinese(demanded) == (language == "en")

    # After the deadline the next settlement may be used; where its day passes without one, everything closes.
    closes = datetime(2026, 3, 17, tzinfo=BEIJING)
    assert sweeps.run("deposits.topup_lapse", deadline - SECOND).done == 0
    assert sweeps.run("deposits.topup_lapse", deadline).done == 1
    clock.move_to(closes - SECOND)
    assert sweeps.run("deposits.close_display", closes - SECOND).done == 0
    assert page(stranger, store, language)
    clock.move_to(closes)
    assert sweeps.run("deposits.close_display", closes).done == 1
    page(stranger, store, language, status=404)
    assert says("Your store is not shown", language) in page(client, path, language)

    # Paid by the button of the page, everything is shown again the moment the money is there.
    answer = client.post("/console/deposit/pay/", {"amount": "500.00"})
    assert answer["Location"].startswith("/pay/P")
    pay_in(provider, person, Decimal("500.00"), closes)
    assert page(stranger, store, language)
    assert says("Your store is not shown", language) not in page(client, path, language)
    books_fit()


@pytest.mark.clause("9(6)4")
@both_languages
def test_the_third_deduction_of_a_year_leads_to_an_operator_s_proposal(now: datetime, language: str) -> None:
    provider, person = make_provider(now)
    for day in range(2):
        deduct(provider, "1.00", now + day * DAY)
    assert not AdditionalDeposit.objects.exists()
    deduct(provider, "1.00", now + 2 * DAY)
    proposed = AdditionalDeposit.objects.get()
    assert "¥10,000.00" in page(signed_in(person), "/console/deposit/", language)
    assert standing(provider).required == Decimal("2000.00")

    address = f"/admin/deposits/additionaldeposit/{proposed.pk}/confirm/"
    client = desk(now, "finance", "marketplace_operations")
    assert client.post(address, {"reason": ""}).status_code == 200
    assert standing(provider).required == Decimal("2000.00")
    assert client.post(address, {"reason": "一年内三次扣款"}).status_code == 302
    assert standing(provider).required == Decimal("12000.00")
    asked = last_told(person.user, "deposits.additional_confirmed", language)
    assert "¥10,000.00" in asked


@pytest.mark.clause("18(14)")
@both_languages
def test_a_product_without_sales_is_announced_and_then_leaves(
    now: datetime, clock: Any, language: str, stranger: Client
) -> None:
    product, owner = make_shop(now)
    due, client = datetime(2026, 6, 3, tzinfo=BEIJING), signed_in(owner)
    for days in (30, 7):
        clock.move_to(due - days * DAY)
        assert sweeps.run("catalog.zero_sales_warnings", due - days * DAY - SECOND).done == 0
        assert sweeps.run("catalog.zero_sales_warnings", due - days * DAY).done == 1
        warned = last_told(owner.user, "listing.zero_sales_warning", language)
        assert (f"{days} 天" if language == "zh-hans" else f"{days} days") in warned
        assert says("leaves the market in %(n)s days without a sale", language, n=days) in page(
            client, "/console/products/", language
        )
    assert until(due, due - 7 * DAY, language) in page(client, f"/console/products/{product.pk}/", language)
    clock.move_to(due)
    assert sweeps.run("catalog.zero_sales", due - SECOND).done == 0
    assert page(stranger, f"/p/{product.slug}/", language)
    assert sweeps.run("catalog.zero_sales", due).done == 1
    page(stranger, f"/p/{product.slug}/", language, status=404)
    assert says("off the market", language) in page(client, f"/console/products/{product.pk}/", language)


@pytest.mark.clause("18(1)")
@both_languages
@pytest.mark.parametrize("in_time", [True, False])
def test_a_paper_that_runs_out_is_reported_in_thirty_days_or_becomes_a_case(
    now: datetime, clock: Any, language: str, in_time: bool
) -> None:
    provider, person = make_provider(now, expires_on=date(2026, 5, 31))
    client, due = signed_in(person), datetime(2026, 7, 2, tzinfo=BEIJING)
    sweeps.run("providers.documents_expiring", datetime(2026, 5, 1, 9, tzinfo=BEIJING))
    announced = last_told(person.user, "providers.document_expiring", language)
    assert "2026-05-31" in announced
    clock.move_to(datetime(2026, 6, 1, tzinfo=BEIJING))
    sweeps.run("providers.documents_lapsed", datetime(2026, 6, 1, tzinfo=BEIJING))
    text = page(client, "/console/documents/", language)
    assert says("A paper has run out: replace it", language) in text
    assert until(due, datetime(2026, 6, 1, tzinfo=BEIJING), language) in text

    if in_time:
        clock.move_to(due - SECOND)
        for slot in ("business_licence", "legal_representative_id"):
            lapsed = provider.documents.get(slot=slot, state="current")
            paper = {
                "slot": slot, "number": lapsed.number, "holder": lapsed.holder, "issued_on": "2026-06-01",
                "changed_on": "2026-06-01", "description": "换发新证", "file": evidence_picture(),
            }  # fmt: skip
            answer = client.post("/console/documents/do/paper/", paper)
            assert answer.status_code == 302, answer.context["form"].errors
    clock.move_to(due)
    sweeps.run("providers.lapses_overdue", due)
    sweeps.run("providers.lapses_overdue", due + 30 * DAY)
    cases = Case.objects.filter(provider=provider)
    assert cases.count() == (0 if in_time else 2)
    ended = {"zh-hans": "2026-07-01 24:00", "en": "the end of 2026-07-01"}
    for case in cases:
        assert (case.code, case.source, case.occurred_at) == ("V0905", "late_report", due)
        said = page(client, f"/console/standing/cases/{case.number}/", language)
        assert (
            says("A change of papers or entry data was not reported before %(at)s.", language, at=ended[language])
            in said
        )


def evidence_picture() -> Any:
    from tests.providers.making import picture

    found = picture("grey")
    found.name = "paper.png"
    return found


@pytest.mark.clause("12(1)2", "12(1)3")
@both_languages
@pytest.mark.parametrize(("seconds", "percent"), [(29, "100"), (31, "0")])
def test_a_question_in_business_hours_is_answered_in_thirty_seconds_or_counts_as_late(
    now: datetime, clock: Any, language: str, seconds: int, percent: str
) -> None:
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    asking, answering = signed_in(buyer), signed_in(owner)
    assert asking.post(f"/orders/{order.number}/chat/", {"text": "怎么登录？"}).status_code == 302
    assert order.number in page(answering, "/console/conversations/", language)
    clock.move_to(now + timedelta(seconds=seconds))
    assert answering.post(f"/console/conversations/{order.number}/", {"text": "看说明。"}).status_code == 302
    text = page(answering, "/console/standing/", language)
    assert says("Answered within 30 seconds, 30 days", language) in text
    assert f"{percent}%" in text
    # On Saturday no clock runs.
    clock.move_to(now + 5 * DAY)
    asking.post(f"/orders/{order.number}/chat/", {"text": "周末在吗？"})
    clock.move_to(now + 6 * DAY)
    answering.post(f"/console/conversations/{order.number}/", {"text": "在。"})
    assert f"{percent}%" in page(answering, "/console/standing/", language)


@pytest.mark.clause("11(3)1", "11(3)2", "11(3)3", "12")
@both_languages
def test_a_warranty_s_ticket_and_claim_go_through_the_pages_of_both_sides(
    now: datetime, clock: Any, language: str
) -> None:
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    complete_service(order, owner, buyer, now)
    ends = order.warranty_ends_at
    asking, answering = signed_in(buyer), signed_in(owner)
    clock.move_to(ends - SECOND)
    ticket = {"kind": "fault", "title": "报表打不开", "text": "提示错误。"}
    assert asking.post(f"/orders/{order.number}/tickets/new/", ticket).status_code == 302
    assert "报表打不开" in page(answering, "/console/tickets/", language)
    path = f"/orders/{order.number}/"
    assert f"{path}do/claim_warranty/" in page(asking, path, language)
    said = {"wish": "compensation", "statement": "培训资料有误", "amount_asked": "200.00"}
    assert asking.post(f"{path}do/claim_warranty/", said).status_code == 302
    claim = WarrantyClaim.objects.get()
    assert (claim.state, claim.in_guarantee) == ("filed", False)
    assert claim.number in last_told(owner.user, "claim.filed", language)
    text = page(answering, f"/console{path}", language)
    assert counted(claim.answer_due_at) in text
    answer = {"answer": "愿意赔付", "amount": "150.00"}
    assert answering.post(f"/console{path}do/answer_claim/{claim.pk}/", answer).status_code == 302
    assert "¥150.00" in page(asking, path, language)
    before = owed(order)
    assert asking.post(f"{path}do/accept_answer/{claim.pk}/").status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.amount, before - owed(order)) == ("compensated", Decimal("150.00"), Decimal("150.00"))
    gateway_pays_back(claim.number, ends)
    arrived = last_told(buyer.user, "order.compensation_arrived", language)
    assert "¥150.00" in arrived
    # From the instant the warranty ends nothing is claimed any more.
    clock.move_to(ends)
    assert f"{path}do/claim_warranty/" not in page(asking, path, language)
    asking.post(f"{path}do/claim_warranty/", said)
    assert WarrantyClaim.objects.count() == 1
    books_fit()


@pytest.mark.clause("13(1)")
@both_languages
def test_an_invoice_is_asked_for_issued_and_reversed_by_a_red_one_after_a_refund(
    now: datetime, clock: Any, language: str
) -> None:
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    asking, answering = signed_in(buyer), signed_in(owner)
    path = f"/orders/{order.number}/"
    heading = {"heading": "买家科技有限公司", "tax_number": "91110108MA00000000"}
    assert asking.post(f"{path}do/ask_invoice/", heading).status_code == 302
    invoice = Invoice.objects.get()
    assert "¥1,200.00" in last_told(owner.user, "invoice.requested", language)
    text = page(answering, "/console/invoices/", language)
    assert counted(invoice.due_at) in text
    late = invoice.due_at
    assert sweeps.run("orders.invoices", late - SECOND).done == 0
    issue = f"/console{path}do/issue_invoice/{invoice.pk}/"
    assert answering.post(issue, {"document_number": "26112000000012345678"}).status_code == 422
    assert (
        answering.post(issue, {"document_number": "26112000000012345678", "files": [evidence("发票")]}).status_code
        == 302
    )
    assert sweeps.run("orders.invoices", late).done == 0
    assert invoice.number in last_told(buyer.user, "invoice.issued", language)

    assert asking.post(f"{path}refund/", {"reason": "", "statement": ""}).status_code == 302
    refund = RefundRequest.objects.get()
    gateway_pays_back(refund.number, now)
    red = Invoice.objects.get(kind="red")
    assert (red.reverses_id, red.amount, red.issuer, red.state) == (
        invoice.pk, Decimal("1200.00"), "provider", "requested",
    )  # fmt: skip
    assert red.number in last_told(owner.user, "invoice.red", language)
    text = page(answering, "/console/invoices/", language)
    assert red.number in text
    with translation.override(language):
        assert str(red.get_kind_display()) in text
    issue = f"/console{path}do/issue_invoice/{red.pk}/"
    assert answering.post(issue, {"document_number": "R1", "files": [evidence("红字发票")]}).status_code == 302
    assert not Invoice.objects.filter(state="requested").exists()
    books_fit()


@pytest.mark.clause("18(16)")
@both_languages
def test_a_complaint_that_is_not_founded_is_dismissed_with_a_reason_that_both_sides_read(
    now: datetime, clock: Any, language: str
) -> None:
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    asking, answering = signed_in(buyer), signed_in(owner)
    said = {"statement": "没有按时交付。", "conduct_on": "2026-03-02", "code": "", "files": [evidence("聊天记录")]}
    assert asking.post(f"/complaints/new/?order={order.number}", said).status_code == 302
    complaint = Complaint.objects.get()
    path = f"/console/complaints/{complaint.number}/"
    text = page(answering, path, language)
    assert says("Waiting for your answer", language) in text
    assert until(complaint.due_at, now, language) in text
    told = last_told(owner.user, "complaint.filed", language)
    assert "2026-03-02 10:30" in told
    assert no_chinese(told) == (language == "en")
    given = complaint.evidence.get().pk
    file = f"{path}files/{given}/"
    assert f'href="{file}"' in text
    assert answering.get(file).status_code == 200
    at_the_desk = f"/admin/violations/complaint/evidence/{given}/"
    assert desk(now, "marketplace_operations").get(at_the_desk).status_code == 200
    assert signed_in(make_shop(now)[1]).get(file).status_code == 404
    clock.move_to(complaint.due_at - SECOND)
    assert answering.post(f"{path}answer/", {"text": "已于当日交付。"}).status_code == 302
    assert sweeps.run("violations.complaint_response", complaint.due_at + DAY).done == 0
    address = f"/admin/violations/complaint/{complaint.pk}/dismiss/"
    assert desk(now, "marketplace_operations").post(address, {"reason": "交付记录完整"}).status_code == 302
    for user, client, link in ((buyer.user, asking, f"/complaints/{complaint.number}/"), (owner.user, answering, path)):
        assert "交付记录完整" in last_told(user, "complaint.dismissed", language)
        assert "交付记录完整" in page(client, link, language)
    assert not Case.objects.exists()
    order.refresh_from_db()
    assert not order.held


@pytest.mark.clause("22", "24", "24(3)", "24(6)", "25")
@both_languages
def test_operators_propose_clearances_and_end_cooperations_by_pages(
    now: datetime, clock: Any, language: str, stranger: Client
) -> None:
    product, owner = make_shop(now)
    other, gone = make_provider(now)
    first, second = desk(now, "marketplace_operations"), desk(now, "marketplace_operations")
    propose = "/admin/exits/exit/propose/"
    refused = first.post(propose, {"provider": "V-none", "ground": "24(3)", "reason": "名单"})
    assert refused.status_code == 200
    assert list(refused.context["form"].errors) == ["provider"]
    assert not Exit.objects.exists()

    # An account on the blacklist closes everything at once; grave conduct waits for the second operator.
    proposal = {"provider": product.provider.number, "ground": "24(3)", "reason": "账号已被拉黑"}
    assert first.post(propose, proposal).status_code == 302
    exit_ = Exit.objects.get()
    page(stranger, f"/p/{product.slug}/", language, status=404)
    text = page(signed_in(owner), "/console/leaving/", language)
    assert exit_.number in text
    assert "24(3)" in last_told(owner.user, "exit.clearance_proposed", language)
    confirm = f"/admin/exits/exit/{exit_.pk}/confirm/"
    assert first.post(confirm, {"reason": "同意"}).status_code in {200, 403}
    exit_.refresh_from_db()
    assert exit_.state == "proposed"
    assert second.post(confirm, {"reason": "同意"}).status_code == 302
    exit_.refresh_from_db()
    assert exit_.state == "executing"
    assert says("This legal subject may not come back, under this account or any other.", language) in page(
        signed_in(owner), "/console/leaving/", language
    )

    ending = {"provider": other.number, "reason": "协议到期"}
    assert first.post("/admin/exits/exit/terminate/", ending).status_code == 302
    assert sweeps.run("exits.complete", now).done >= 1
    assert Provider.objects.get(pk=other.pk).state == "left"
    text = page(signed_in(gone), "/console/leaving/", language)
    assert "/console/leaving/do/request/" not in text
    assert says("The rest of the deposit comes back", language) in text
