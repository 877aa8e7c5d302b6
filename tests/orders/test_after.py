"""What comes after the deal: warranty claims, compensation, invoices, reviews, and what pages read."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from catalog.models import ListingCard
from core import sweeps
from core.acts import Actor
from core.errors import InvalidInput, NotPermitted
from deposits.models import Deduction
from ledger.selectors import balance
from ledger.types import deposit
from orders import selectors, services
from orders.models import Invoice, Review, WarrantyClaim
from orders.services import InvoiceNotOwed, NotNow, OrderNotFound, OutOfWarranty
from orders.types import OrderFilters
from payments.models import Payback
from regulation.models import DecisionRecord
from settlements.models import SettlementHold, SettlementItem
from tests.orders.making import (
    SERVICE,
    books_fit,
    buy,
    complete_service,
    deliver_product,
    evidence,
    gateway_pays_back,
    in_escrow,
    make_shop,
    owed,
    place,
    told,
)
from tests.providers.making import make_operator, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(now):
    """A service confirmed complete, its buyer, and its provider's owner."""
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    return complete_service(order, owner, buyer, now), buyer, owner


def claim(order, buyer, at, **more) -> WarrantyClaim:
    said = {"wish": "compensation", "statement": "培训资料有误", "amount_asked": Decimal("200.00")} | more
    return services.claim_file(order=order, actor=buyer.actor, now=at, **said)


@pytest.mark.clause("11(3)", "11(3)1", "11(3)2")
def test_a_claim_is_open_to_the_last_instant_of_the_warranty(now, done) -> None:
    order, buyer, _owner = done
    ends = order.warranty_ends_at
    with pytest.raises(OutOfWarranty) as refused:
        claim(order, buyer, ends)
    assert "11(3)" in refused.value.clauses
    assert not WarrantyClaim.objects.exists()
    assert claim(order, buyer, ends - timedelta(seconds=1)).in_guarantee is False
    with pytest.raises(NotNow):
        claim(order, buyer, ends - timedelta(seconds=1))


@pytest.mark.clause("11(3)3", "9(6)2")
def test_an_agreed_compensation_comes_from_what_the_provider_is_owed(now, done) -> None:
    order, buyer, owner = done
    found = claim(order, buyer, now)
    assert told(owner.user, "claim.filed") == 1
    services.claim_answer(claim=found, answer="愿意赔付", amount=Decimal("150.00"), actor=owner.actor, now=now)
    services.claim_accept(claim=found, actor=buyer.actor, now=now)
    found.refresh_from_db()
    order.refresh_from_db()
    assert (found.state, found.amount) == ("compensated", Decimal("150.00"))
    assert (order.compensated, order.refunded) == (Decimal("150.00"), Decimal("0.00"))
    assert (owed(order), in_escrow(order)) == (Decimal("990.00"), Decimal("0.00"))
    assert SettlementItem.objects.get(kind="deduction").amount == Decimal("150.00")
    assert not Deduction.objects.exists()
    payback = gateway_pays_back(found.number, now)
    assert (payback.amount, payback.state) == (Decimal("150.00"), "done")
    assert told(buyer.user, "order.compensation_arrived") == 1
    strip = selectors.money_of(order)
    assert (strip.due, strip.returned, strip.fee) == (Decimal("990.00"), Decimal("150.00"), Decimal("60.00"))
    books_fit()


@pytest.mark.clause("11(2)2")
def test_what_was_promised_in_the_guarantee_is_compensated_under_its_clause(now) -> None:
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    found = claim(order, buyer, now)
    assert found.in_guarantee is True
    services.claim_answer(claim=found, answer="愿意赔付", amount=Decimal("150.00"), actor=owner.actor, now=now)
    assert not DecisionRecord.objects.filter(subject=order.subject, clauses__contains=["11(2)2"]).exists()

    services.claim_accept(claim=found, actor=buyer.actor, now=now)

    found.refresh_from_db()
    assert (found.state, found.amount) == ("compensated", Decimal("150.00"))
    record = DecisionRecord.objects.get(subject=order.subject, clauses__contains=["11(2)2"])
    assert record.outcome == "agreed"
    books_fit()


@pytest.mark.clause("11(3)3", "9(6)2", "17(5)")
def test_what_the_provider_is_not_owed_is_taken_from_its_deposit(now, done) -> None:
    order, buyer, owner = done
    from ledger.services import post
    from ledger.types import Posting, payable, payout

    with transaction.atomic():
        post(
            key="paid-out", postings=[Posting(payable(order.provider_id), payout("W1"), Decimal("1100.00"))],
            subject="statement:S1", now=now,
        )  # fmt: skip
    before = balance(deposit(order.provider_id))
    found = claim(order, buyer, now)
    sweeps.run("orders.claims", found.answer_due_at - timedelta(seconds=1))
    found.refresh_from_db()
    assert found.state == "filed"
    sweeps.run("orders.claims", found.answer_due_at)
    found.refresh_from_db()
    assert found.state == "escalated"
    arbitrator = Actor.of(make_operator(now, "arbitration"))
    with pytest.raises(NotPermitted):
        services.claim_uphold(claim=found, finding="x", amount=Decimal("1.00"), actor=owner.actor, now=now)
    services.claim_uphold(
        claim=found, finding="培训资料确有错误", amount=Decimal("200.00"), actor=arbitrator, now=found.answer_due_at
    )
    assert owed(order) == Decimal("0.00")
    assert balance(deposit(order.provider_id)) == before - Decimal("160.00")
    taken = Deduction.objects.get()
    assert (taken.kind, taken.amount, taken.reference) == ("compensation", Decimal("160.00"), found.number)
    assert Payback.objects.get().amount == Decimal("200.00")
    books_fit()


def test_a_claim_that_is_not_upheld_posts_nothing(now, done) -> None:
    order, buyer, owner = done
    found = claim(order, buyer, now)
    services.claim_answer(claim=found, answer="不在质保范围内", actor=owner.actor, now=now)
    services.claim_escalate(claim=found, actor=buyer.actor, now=now)
    services.claim_refuse(
        claim=found, finding="属于需求变更", actor=Actor.of(make_operator(now, "arbitration")), now=now
    )
    found.refresh_from_db()
    assert (found.state, found.amount, owed(order)) == ("refused", Decimal("0.00"), Decimal("1140.00"))
    assert not Payback.objects.exists()


def test_strangers_file_no_claims(now, done) -> None:
    order, _buyer, owner = done
    for stranger in (owner, make_person(now)):
        with pytest.raises(OrderNotFound):
            claim(order, stranger, now)
    assert not WarrantyClaim.objects.exists()


@pytest.mark.clause("13(1)")
def test_an_invoice_that_is_owed_keeps_the_order_out_of_statements(now, done) -> None:
    order, buyer, owner = done
    invoice = services.invoice_request(order=order, heading="买家有限公司", actor=buyer.actor, now=now)
    assert (invoice.issuer, invoice.recipient, invoice.amount) == ("provider", "buyer", Decimal("1200.00"))
    assert "13(1)" in invoice.decision.clauses
    assert SettlementHold.objects.get(lifted_at__isnull=True).reason == "invoice"
    with pytest.raises(InvoiceNotOwed):
        services.invoice_request(order=order, heading="买家有限公司", actor=buyer.actor, now=now)
    for _twice in range(2):
        sweeps.run("orders.invoices", invoice.due_at)
    assert told(owner.user, "invoice.late") == 1
    with pytest.raises(InvalidInput):
        services.invoice_issue(invoice=invoice, document_number="26112000", actor=owner.actor, now=now)
    services.invoice_issue(
        invoice=invoice, document_number="26112000", files=[evidence("发票")], actor=owner.actor, now=now
    )
    invoice.refresh_from_db()
    assert (invoice.state, told(buyer.user, "invoice.issued")) == ("issued", 1)
    assert not SettlementHold.objects.filter(lifted_at__isnull=True).exists()
    found = order.files.get(place=invoice.place)
    assert selectors.file_for(buyer.user, found.pk) == found
    with pytest.raises(selectors.OrderNotFound):
        selectors.file_for(make_person(now).user, found.pk)


@pytest.mark.clause("13(3)")
def test_the_platform_invoices_its_fee(now, done) -> None:
    order, _buyer, owner = done
    invoice = services.fee_invoice_request(order=order, heading="云端有限公司", actor=owner.actor, now=now)
    assert (invoice.issuer, invoice.recipient, invoice.amount) == ("platform", "provider", Decimal("60.00"))
    finance = Actor.of(make_operator(now, "finance"))
    with pytest.raises(NotPermitted):
        services.invoice_issue(invoice=invoice, document_number="1", files=[evidence()], actor=owner.actor, now=now)
    services.invoice_issue(invoice=invoice, document_number="1", files=[evidence()], actor=finance, now=now)
    assert told(owner.user, "invoice.issued") == 1


def test_no_invoice_before_payment(now) -> None:
    product, _owner = make_shop(now)
    buyer = make_person(now)
    order = place(buyer, product, now)
    with pytest.raises(NotNow):
        services.invoice_request(order=order, heading="买家", actor=buyer.actor, now=now)
    assert not Invoice.objects.exists()


@pytest.mark.clause("16(1)")
def test_a_review_is_written_once_and_nobody_changes_it(now) -> None:
    product, owner = make_shop(now)
    from accounts.services import account_create
    from tests.providers.making import Person

    user = account_create(email="reviewer@example.com", password="a long password", display_name="陈评价", now=now)
    buyer = Person(user, "", "")
    order, _buyer = buy(product, now, buyer=buyer)
    with pytest.raises(NotNow):
        services.review_write(order=order, score=5, text="好", actor=buyer.actor, now=now)
    deliver_product(order, owner, now)
    with pytest.raises(OrderNotFound):
        services.review_write(order=order, score=5, text="好", actor=owner.actor, now=now)
    review = services.review_write(order=order, score=4, text="部署顺利", actor=buyer.actor, now=now)
    assert review.state == "published"
    card = ListingCard.objects.get(product=product)
    assert (card.score, card.reviews) == (Decimal("4.00"), 1)
    with pytest.raises(NotNow):
        services.review_write(order=order, score=1, text="改了", actor=buyer.actor, now=now)
    services.review_follow_up(review=review, text="用了一个月，稳定", actor=buyer.actor, now=now)
    services.review_reply(review=review, text="谢谢", actor=owner.actor, now=now)
    with pytest.raises(NotNow):
        services.review_reply(review=review, text="再谢", actor=owner.actor, now=now)
    for sql in (
        "UPDATE orders_review SET text = 'x'", "UPDATE orders_review SET score = 5", "DELETE FROM orders_review",
        "UPDATE orders_reviewfollowup SET text = 'x'", "UPDATE orders_reviewreply SET text = 'x'",
    ):  # fmt: skip
        with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    [shown] = selectors.reviews_page(product.pk).page.items
    assert (shown["stars"], shown["buyer_masked"], shown["reply"]["text"]) == (4, "陈**", "谢谢")
    assert selectors.reviews_page(product.pk).counts == {5: 0, 4: 1, 3: 0, 2: 0, 1: 0}
    record = selectors.provider_record(product.provider_id, now)
    assert (record["buyers"], record["reviews"], record["score"]) == (1, 1, 4.0)


@pytest.mark.clause("16(2)", "15(2)")
def test_a_rival_s_review_is_held_until_an_operator_has_looked(now) -> None:
    product, owner = make_shop(now)
    _other, rival = make_shop(now)
    order, _buyer = buy(product, now, buyer=rival)
    deliver_product(order, owner, now)
    operator = make_operator(now, "marketplace_operations")
    review = services.review_write(order=order, score=1, text="很差", actor=rival.actor, now=now)
    assert (review.state, review.held_because) == ("held", "is_provider")
    assert not selectors.reviews_page(product.pk).page.items
    assert told(operator, "review.to_look_at") == 1
    assert ListingCard.objects.get(product=product).reviews == 0
    with pytest.raises(NotPermitted):
        services.review_remove(review=review, reason="x", actor=owner.actor, now=now)
    services.review_remove(review=review, reason="恶意差评", actor=Actor.of(operator), now=now)
    assert Review.objects.get().state == "removed"
    assert told(rival.user, "review.removed") == 1


def test_lists_and_details_take_a_fixed_number_of_queries(now) -> None:
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)

    def queries(run) -> int:
        with CaptureQueriesContext(connection) as captured:
            run()
        return len(captured)

    def mine():
        return selectors.orders_of_buyer(buyer.user, now=now)

    def theirs():
        return selectors.orders_of_provider(product.provider, OrderFilters(attention=True), now=now)

    def detail():
        found = selectors.order_for(buyer.user, order.number)
        return selectors.order_detail(found, buyer.user, now)

    few = [queries(mine), queries(theirs), queries(detail)]
    assert few[:2] == [2, 2]
    for _more in range(3):
        buy(product, now, buyer=buyer)
    complete_service(order, owner, buyer, now)
    services.claim_file(order=order, wish="repair", statement="x", actor=buyer.actor, now=now)
    services.invoice_request(order=order, heading="买家", actor=buyer.actor, now=now)
    assert [queries(mine), queries(theirs)] == few[:2]
    # Files and what hangs on a statement are read only where there are any.
    assert queries(detail) <= few[2] + 4
    assert len(mine().items) == 4
    assert len(theirs().items) == 3


def test_a_timeline_tells_everything_in_order(now, done) -> None:
    order, _buyer, _owner = done
    events = [event.kind for event in selectors.timeline_of(order)]
    assert events[:3] == ["orders.place", "orders.pay", "orders.milestone_start"]
    assert events[-1] == "orders.release"
    submitted = [event for event in selectors.timeline_of(order) if event.kind == "orders.milestone_submit"]
    assert all(event.files for event in submitted)
    assert [event.amount for event in selectors.timeline_of(order) if event.kind == "orders.pay"] == [order.amount]


def test_constraints_of_the_rows_around_an_order(now, done) -> None:
    order, buyer, _owner = done
    claim(order, buyer, now)
    services.invoice_request(order=order, heading="买家", actor=buyer.actor, now=now)
    for sql, error in (
        ("UPDATE orders_warrantyclaim SET amount = 5", IntegrityError),
        ("UPDATE orders_warrantyclaim SET statement = 'x'", InternalError),
        ("UPDATE orders_invoice SET state = 'issued'", IntegrityError),
        ("UPDATE orders_invoice SET recipient = issuer", IntegrityError),
        ("UPDATE orders_ordermilestone SET amount = 0", InternalError),
        ("UPDATE orders_milestonesubmission SET answer_reason = 'x'", InternalError),
        ("DELETE FROM orders_orderfile", InternalError),
    ):
        with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
