"""Asking for money back: at once, negotiated, found, recovered; what is refused, and what the clocks bring about."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from catalog.models import ProductSale
from core import sweeps
from core.acts import Actor
from core.errors import InvalidInput, NotPermitted
from core.money import ZERO
from core.periods import end_of_days
from deposits.models import Deduction
from ledger.models import Entry
from ledger.selectors import balance
from ledger.services import post
from ledger.types import FEES, Posting, deposit, payable, payout
from orders import selectors as orders
from orders import services as order_services
from orders.models import Invoice, OrderHold
from payments.models import Payback
from refunds import selectors, services
from refunds.models import RefundRequest
from refunds.rules import Reason
from refunds.services import OwnSignature, RefundNotFound, RefundNotNow, RefundOpen
from regulation.models import DecisionRecord
from settlements.models import SettlementHold, SettlementItem
from tests.orders.making import (
    SERVICE,
    TOOL,
    books_fit,
    buy,
    complete_service,
    deliver_product,
    evidence,
    free,
    gateway_pays_back,
    hand_in_all,
    in_escrow,
    make_shop,
    monthly,
    owed,
    told,
    trail,
)
from tests.providers.making import make_operator, make_person

pytestmark = pytest.mark.django_db


def ask(order, buyer, at, reason=None, **more) -> RefundRequest:
    statement = more.pop("statement", "服务商没有按约定完成" if reason else "")
    return services.refund_request(order=order, reason=reason, statement=statement, actor=buyer.actor, now=at, **more)


def arbitrator(now) -> Actor:
    return Actor.of(make_operator(now, "arbitration"))


def sold(now, slug="analytics", **more):
    """A paid order, its buyer, its provider's owner."""
    product, owner = make_shop(now, slug, **more)
    order, buyer = buy(product, now)
    return order, buyer, owner


def release(order, at):
    sweeps.run("orders.guarantee", at)
    sweeps.run("orders.release", at)
    order.refresh_from_db()


# --- at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.clause("17(1)", "17(1)1", "17(4)2", "17")
def test_an_application_within_five_days_is_paid_back_in_full_without_a_reason(now) -> None:
    order, buyer, owner = sold(now)
    deliver_product(order, owner, now)
    last = order.guarantee_ends_at - timedelta(seconds=1)
    refund = ask(order, buyer, last)
    order.refresh_from_db()
    assert (refund.state, refund.amount, refund.basis) == ("paying_back", Decimal("1200.00"), "entitled")
    assert {"17(1)1", "17(4)2"} <= set(refund.decision.clauses)
    assert (order.state, order.refunded, in_escrow(order)) == ("refunded", Decimal("1200.00"), Decimal("0.00"))
    assert (refund.fee_returned, order.fee) == (Decimal("60.00"), Decimal("0.00"))
    assert ProductSale.objects.get(order=order.number).cancelled_at == last
    gateway_pays_back(refund.number, last)
    refund.refresh_from_db()
    assert (refund.state, refund.paid_back_at) == ("paid_back", last)
    assert -balance("gateway:sandbox") == balance(deposit(order.provider_id))
    assert [told(buyer.user, kind) for kind in ("refund.paying_back", "refund.arrived")] == [1, 1]
    assert told(owner.user, "refund.arrived") == 1
    release(order, last + timedelta(days=30))
    assert (owed(order), balance(FEES)) == (Decimal("0.00"), Decimal("0.00"))
    books_fit()


@pytest.mark.clause("17(4)2")
@pytest.mark.parametrize("percent", [None, Decimal("0")])
def test_on_day_six_a_request_is_refused_with_its_clauses_and_nothing_moves(percent, now) -> None:
    order, buyer, owner = sold(now, policy_percent=percent)
    deliver_product(order, owner, now)
    before = Entry.objects.count()
    refund = ask(order, buyer, order.guarantee_ends_at)
    order.refresh_from_db()
    assert (refund.state, refund.amount, refund.payback_id) == ("refused", Decimal("0.00"), None)
    assert refund.decision.outcome == "not_refundable"
    assert "17(4)2" in refund.decision.clauses
    assert (order.refunded, in_escrow(order)) == (Decimal("0.00"), order.amount)
    assert Entry.objects.count() == before
    assert not OrderHold.objects.exists()
    assert told(buyer.user, "refund.not_refundable") == 1
    assert told(owner.user, "refund.requested") == 0
    assert trail(refund.subject) == ["refunds.request", "refunds.refuse"]


@pytest.mark.clause("17(4)2", "17(5)")
def test_after_the_guarantee_the_published_promise_is_paid_and_recovered(now) -> None:
    order, buyer, owner = sold(now, policy_percent=Decimal("50"))
    deliver_product(order, owner, now)
    later = order.guarantee_ends_at + timedelta(hours=1)
    release(order, later)
    assert owed(order) == Decimal("1140.00")
    refund = ask(order, buyer, later)
    assert (refund.state, refund.amount, refund.decision.outcome) == ("paying_back", Decimal("600.00"), "policy_refund")
    assert [(one.source, one.amount) for one in refund.fundings.all()] == [("payable", Decimal("600.00"))]
    assert (owed(order), balance(FEES), refund.fee_returned) == (
        Decimal("540.00"), Decimal("60.00"), Decimal("0.00"),
    )  # fmt: skip
    item = SettlementItem.objects.get(kind="recovery")
    assert (item.amount, item.counter_account, item.moved) == (Decimal("600.00"), "", Decimal("600.00"))
    strip = orders.money_of(order)
    assert (strip.due, strip.returning, strip.recovered) == (Decimal("540.00"), Decimal("600.00"), Decimal("600.00"))
    books_fit()


@pytest.mark.clause("17(1)3")
@pytest.mark.parametrize("reason", [None, Reason.POOR_QUALITY])
def test_a_tool_is_not_refunded_on_request(reason, now) -> None:
    order, buyer, _owner = sold(now, TOOL)
    refund = ask(order, buyer, now, reason)
    assert (refund.state, refund.decision.clauses) == ("refused", ["17(1)3"])
    assert in_escrow(order) == order.amount


def test_what_was_free_or_is_refunded_cannot_be_asked_for(now) -> None:
    order, buyer, _owner = sold(now, plans=[free()])
    with pytest.raises(RefundNotNow):
        ask(order, buyer, now)
    paid, other, _owner = sold(now)
    ask(paid, other, now)
    with pytest.raises(RefundNotNow):
        ask(paid, other, now)
    assert RefundRequest.objects.count() == 1


def test_only_the_buyer_asks_and_only_the_concerned_see_it(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    for stranger in (owner, make_person(now)):
        with pytest.raises(RefundNotFound):
            ask(order, stranger, now)
    assert not RefundRequest.objects.exists()
    refund = ask(order, buyer, now)
    assert selectors.refund_for(owner.user, refund.number) == refund
    with pytest.raises(selectors.RefundNotFound):
        selectors.refund_for(make_person(now).user, refund.number)
    with pytest.raises(RefundNotFound):
        services.refund_accept(refund=refund, actor=buyer.actor, now=now)
    with pytest.raises(RefundNotFound):
        services.refund_withdraw(refund=refund, actor=owner.actor, now=now)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": Reason.DELAY, "statement": " "}, "statement"),
        ({"amount_asked": Decimal("0.00")}, "amount_asked"),
        ({"amount_asked": Decimal("1200.01")}, "amount_asked"),
        ({"claims_loss": True}, "reason"),
    ],
)
def test_a_request_that_cannot_be_used_says_what_to_mend(more, field, now) -> None:
    order, buyer, _owner = sold(now, SERVICE)
    with pytest.raises(InvalidInput) as refused:
        ask(order, buyer, now, **more)
    assert refused.value.field == field
    assert not RefundRequest.objects.exists()


# --- negotiated ------------------------------------------------------------------------------------------------------


@pytest.mark.clause("17(1)", "17(1)2", "17(4)1", "11(1)2")
def test_a_service_before_its_confirmation_is_negotiated_and_then_paid_back_in_full(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    refund = ask(order, buyer, now)
    assert (refund.state, refund.in_guarantee, refund.decision.outcome) == ("negotiating", True, "full_refund")
    assert refund.reply_due_at == now + timedelta(hours=48)
    assert refund.decide_due_at == end_of_days(now, 5)
    assert in_escrow(order) == order.amount
    assert SettlementHold.objects.filter(lifted_at__isnull=True, reason="refund").count() == 1
    hand_in_all(order, owner, now)
    with pytest.raises(order_services.NotNow):
        order_services.order_confirm(order=order, actor=buyer.actor, now=now)
    services.refund_accept(refund=refund, reply="同意", actor=owner.actor, now=now)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.state, refund.basis, refund.amount) == ("paying_back", "provider", order.amount)
    assert (order.state, in_escrow(order)) == ("refunded", Decimal("0.00"))
    assert not SettlementHold.objects.filter(lifted_at__isnull=True).exists()
    books_fit()


@pytest.mark.clause("17(1)")
def test_without_an_answer_the_platform_takes_it_up_and_decides_after_five_days(now) -> None:
    order, buyer, _owner = sold(now, SERVICE)
    operator = make_operator(now, "arbitration")
    refund = ask(order, buyer, now)
    sweeps.run("refunds.reply", refund.reply_due_at - timedelta(seconds=1))
    refund.refresh_from_db()
    assert refund.state == "negotiating"
    for _twice in range(2):
        sweeps.run("refunds.reply", refund.reply_due_at)
    refund.refresh_from_db()
    assert (refund.state, refund.escalated_by) == ("escalated", "platform")
    assert told(operator, "refund.to_decide") == 1
    sweeps.run("refunds.negotiation", refund.decide_due_at - timedelta(seconds=1))
    assert in_escrow(order) == order.amount
    for _twice in range(2):
        assert sweeps.run("refunds.negotiation", refund.decide_due_at).failed == 0
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.state, refund.basis, order.state) == ("paying_back", "platform", "refunded")
    assert Payback.objects.count() == 1
    books_fit()


@pytest.mark.clause("17(1)")
def test_either_side_may_ask_the_platform_whose_decision_is_the_full_price(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    refund = ask(order, buyer, now, amount_asked=Decimal("500.00"))
    services.refund_dispute(refund=refund, reply="已完成大部分工作", files=[evidence()], actor=owner.actor, now=now)
    sweeps.run("refunds.reply", refund.reply_due_at)
    refund.refresh_from_db()
    assert refund.state == "negotiating"
    services.refund_escalate(refund=refund, actor=owner.actor, now=now)
    with pytest.raises(NotPermitted):
        services.refund_decide_in_full(refund=refund, actor=Actor.of(make_operator(now, "finance")), now=now)
    refund.refresh_from_db()
    assert (refund.state, in_escrow(order)) == ("escalated", order.amount)
    services.refund_decide_in_full(refund=refund, finding="未达成一致", actor=arbitrator(now), now=now)
    refund.refresh_from_db()
    assert (refund.amount, refund.basis) == (order.amount, "platform")
    books_fit()


@pytest.mark.clause("17(1)", "11(2)3")
def test_less_is_paid_only_when_both_have_signed(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    refund = ask(order, buyer, now)
    offer = services.refund_offer(
        refund=refund, amount=Decimal("700.00"), statement="已完成调研", actor=owner.actor, now=now
    )
    with pytest.raises(OwnSignature):
        services.refund_offer_sign(offer=offer, actor=owner.actor, now=now)
    assert in_escrow(order) == order.amount
    counter = services.refund_offer(
        refund=refund, amount=Decimal("800.00"), statement="折中", actor=buyer.actor, now=now
    )
    with pytest.raises(RefundNotNow):
        services.refund_offer_sign(offer=offer, actor=buyer.actor, now=now)
    services.refund_offer_sign(offer=counter, actor=owner.actor, now=now)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.state, refund.basis, refund.amount) == ("paying_back", "agreed", Decimal("800.00"))
    assert refund.final.outcome == "agreed"
    assert (order.state, order.refunded, in_escrow(order)) == ("paid", Decimal("800.00"), Decimal("400.00"))
    # Two thirds of the fee went back with two thirds of the price.
    assert (refund.fee_returned, order.fee) == (Decimal("40.00"), Decimal("20.00"))
    assert not order.held
    books_fit()


def test_a_withdrawn_request_changes_nothing_and_another_may_follow(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    refund = ask(order, buyer, now)
    with pytest.raises(RefundOpen):
        ask(order, buyer, now)
    services.refund_say(refund=refund, text="请看附件", files=[evidence()], actor=buyer.actor, now=now)
    services.refund_withdraw(refund=refund, actor=buyer.actor, now=now)
    order.refresh_from_db()
    assert (order.held, in_escrow(order), told(owner.user, "refund.withdrawn")) == (False, order.amount, 1)
    with pytest.raises(RefundNotNow):
        services.refund_say(refund=refund, text="x", actor=buyer.actor, now=now)
    assert ask(order, buyer, now).state == "negotiating"


# --- a reason after the guarantee ------------------------------------------------------------------------------------


@pytest.mark.clause("17(2)", "17(2)5", "17(2)1")
def test_a_reason_the_provider_accepts_gives_the_unused_part_back(now) -> None:
    order, buyer, owner = sold(now, plans=[monthly("310.00")], policy_percent=None)
    deliver_product(order, owner, now)
    at = now + timedelta(days=9)
    release(order, at)
    refund = ask(order, buyer, at, Reason.POOR_QUALITY)
    assert (refund.state, refund.decision.outcome, refund.in_guarantee) == ("negotiating", "needs_finding", False)
    preview = selectors.refund_detail(refund, owner.user, at).upheld
    assert preview.outcome == "prorated_refund"
    services.refund_accept(refund=refund, reply="确有问题", actor=owner.actor, now=at + timedelta(hours=1))
    refund.refresh_from_db()
    # A term of 2 March to 2 April has 32 days; on 11 March 10 of them are used.
    assert refund.amount == Decimal("213.13") == preview.values["amount"]
    assert refund.final.outcome == "prorated_refund"
    assert {"17(2)", "17(2)5"} <= set(refund.final.clauses)
    assert refund.reason_upheld is True
    assert DecisionRecord.objects.filter(subject=refund.subject).count() == 2
    books_fit()


@pytest.mark.clause("17(2)", "17(2)4")
def test_a_disputed_reason_waits_for_a_finding(now) -> None:
    order, buyer, owner = sold(now, plans=[monthly("310.00")], policy_percent=None)
    deliver_product(order, owner, now)
    at = now + timedelta(days=9)
    release(order, at)
    refund = ask(order, buyer, at, Reason.INCAPABLE)
    services.refund_dispute(refund=refund, reply="功能正常", actor=owner.actor, now=at)
    due = refund.decide_due_at
    assert sweeps.run("refunds.negotiation", due).failed == 0
    again = sweeps.run("refunds.negotiation", due)
    assert (again.done, again.failed) == (0, 0)
    refund.refresh_from_db()
    assert (refund.state, refund.payback_id) == ("escalated", None)
    with pytest.raises(RefundNotNow):
        services.refund_decide_in_full(refund=refund, actor=arbitrator(now), now=due)
    services.refund_reject(refund=refund, finding="日志显示可用", actor=arbitrator(now), now=due)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.state, refund.reason_upheld, order.refunded, order.held) == (
        "refused", False, Decimal("0.00"), False,
    )  # fmt: skip
    assert not Payback.objects.exists()
    again = ask(order, buyer, due, Reason.INCAPABLE)
    services.refund_escalate(refund=again, actor=buyer.actor, now=due)
    services.refund_uphold(refund=again, finding="复测确认不可用", actor=arbitrator(now), now=due)
    again.refresh_from_db()
    assert (again.state, again.basis, again.reason_upheld) == ("paying_back", "platform", True)
    books_fit()


@pytest.mark.clause("17(3)1", "17(5)", "9(6)2")
def test_a_loss_caused_by_a_service_gives_everything_back_from_payable_deposit_and_platform(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    complete_service(order, owner, buyer, now)
    with transaction.atomic():
        gone = Posting(payable(order.provider_id), payout("W1"), Decimal("1040.00"))
        post(key="paid-out", postings=[gone], subject="statement:S1", now=now)
    held = balance(deposit(order.provider_id))
    with transaction.atomic():
        most = Posting(deposit(order.provider_id), "penalties:platform", held - Decimal("900.00"))
        post(key="penalty", postings=[most], subject="case:C1", now=now)
    at = now + timedelta(days=3)
    refund = ask(order, buyer, at, Reason.POOR_QUALITY, claims_loss=True)
    assert refund.decision.outcome == "needs_finding"
    services.refund_escalate(refund=refund, actor=buyer.actor, now=at)
    services.refund_uphold(refund=refund, finding="误删数据", caused_loss=True, actor=arbitrator(now), now=at)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.amount, refund.loss_upheld, order.state) == (Decimal("1200.00"), True, "refunded")
    assert "17(3)1" in refund.final.clauses
    assert dict(refund.fundings.values_list("source", "amount")) == {
        "payable": Decimal("100.00"), "deposit": Decimal("900.00"), "platform": Decimal("200.00"),
    }  # fmt: skip
    assert (owed(order), balance(deposit(order.provider_id)), in_escrow(order)) == (Decimal("0.00"),) * 3
    taken = Deduction.objects.get()
    assert (taken.kind, taken.amount, taken.reference) == ("refund", Decimal("900.00"), refund.number)
    advanced = SettlementItem.objects.get(counter_account="compensation:platform")
    assert (advanced.kind, advanced.amount, advanced.moved) == ("recovery", Decimal("200.00"), Decimal("0.00"))
    gateway_pays_back(refund.number, at)
    strip = orders.money_of(order)
    assert (strip.in_escrow, strip.returned, strip.recovered) == (ZERO, Decimal("1200.00"), Decimal("1200.00"))
    assert (strip.due, strip.settled, strip.paid) == (ZERO, ZERO, ZERO)
    books_fit()


# --- what hangs on it ------------------------------------------------------------------------------------------------


@pytest.mark.clause("13")
def test_a_refund_after_an_invoice_makes_a_red_one_and_before_it_a_smaller_one(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    invoice = order_services.invoice_request(order=order, heading="买家", actor=buyer.actor, now=now)
    first = ask(order, buyer, now)
    offer = services.refund_offer(refund=first, amount=Decimal("200.00"), actor=owner.actor, now=now)
    services.refund_offer_sign(offer=offer, actor=buyer.actor, now=now)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.amount) == ("requested", Decimal("1000.00"))
    order_services.invoice_issue(invoice=invoice, document_number="1", files=[evidence()], actor=owner.actor, now=now)
    gateway_pays_back(first.number, now)
    second = ask(order, buyer, now)
    services.refund_accept(refund=second, actor=owner.actor, now=now)
    red = Invoice.objects.get(kind="red")
    assert (red.amount, red.reverses_id, red.state, red.cause) == (
        Decimal("1000.00"), invoice.pk, "requested", second.number,
    )  # fmt: skip
    assert told(owner.user, "invoice.red") == 1
    books_fit()


@pytest.mark.clause("26(1)")
def test_an_exit_refunds_an_order_once_and_settles_an_open_request(now) -> None:
    order, buyer, _owner = sold(now, SERVICE)
    open_request = ask(order, buyer, now)
    decision = DecisionRecord.objects.filter(subject=order.subject).first()
    for _twice in range(2):
        refund = services.refund_on_exit(
            order=order, amount=order.amount, decision=decision, actor=arbitrator(now), now=now
        )
    open_request.refresh_from_db()
    order.refresh_from_db()
    assert (open_request.state, refund.state, refund.origin) == ("withdrawn", "paying_back", "exit")
    assert (order.state, order.refunded, Payback.objects.count()) == ("refunded", order.amount, 1)
    assert told(buyer.user, "refund.imposed") == 1
    books_fit()


def test_one_decision_of_an_exit_refunds_an_order_once_even_round_the_acts(now) -> None:
    order, buyer, _owner = sold(now)
    decision = DecisionRecord.objects.filter(subject=order.subject).first()
    part = {"amount": Decimal("100.00"), "decision": decision, "actor": arbitrator(now), "now": now}
    refund = services.refund_on_exit(order=order, **part)
    assert (refund.amount, in_escrow(order)) == (Decimal("100.00"), Decimal("1100.00"))
    assert (refund.statement, refund.finding) == ("", "")
    other, _buyer, _owner = sold(now)
    with pytest.raises(IntegrityError, match="refund_once_an_exit"), transaction.atomic():
        services.refund_on_exit(order=other, **part)
    assert told(buyer.user, "refund.imposed") == 1
    books_fit()


@pytest.mark.clause("17(1)1", "17(4)2")
def test_the_preview_says_what_waiting_costs_and_writes_nothing(now) -> None:
    order, _buyer, owner = sold(now, policy_percent=Decimal("50"))
    deliver_product(order, owner, now)
    before = DecisionRecord.objects.count()
    seen = selectors.refund_preview(order, None, now)
    assert (seen.now.outcome, seen.now.values["amount"]) == ("full_refund", order.amount)
    [later] = seen.later
    assert (later.at, later.decision.outcome) == (order.guarantee_ends_at, "policy_refund")
    assert later.decision.values["amount"] == Decimal("600.00")
    assert not seen.negotiated
    assert DecisionRecord.objects.count() == before
    service, _buyer, _owner = sold(now, SERVICE, policy_percent=None)
    promised = selectors.refund_preview(service, None, now)
    assert (promised.negotiated, promised.later[0].decision.outcome) == (True, "not_refundable")


def test_the_timeline_of_an_order_tells_its_refunds(now) -> None:
    order, buyer, owner = sold(now, SERVICE)
    refund = ask(order, buyer, now, Reason.DELAY, files=[evidence()])
    services.refund_accept(refund=refund, actor=owner.actor, now=now)
    kinds = [event.kind for event in orders.timeline_of(order)]
    assert [kind for kind in kinds if kind.startswith("refunds.")] == [
        "refunds.request", "refunds.accept", "refunds.pay_back",
    ]  # fmt: skip
    room = selectors.room_of(refund)
    assert (room[0].side, len(room[0].files)) == ("buyer", 1)
    [line] = selectors.refunds_of_buyer(buyer.user, now=now).items
    assert (line.number, line.state, line.order) == (refund.number, "paying_back", order.number)


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("UPDATE refunds_refundrequest SET state = 'paid_back'", InternalError),
        ("UPDATE refunds_refundrequest SET state = 'decided'", IntegrityError),
        ("UPDATE refunds_refundrequest SET reason = 'whim'", InternalError),
        ("UPDATE refunds_refundrequest SET reply_due_at = requested_at", IntegrityError),
        ("UPDATE refunds_refundrequest SET amount = -1", IntegrityError),
        ("DELETE FROM refunds_refundrequest", InternalError),
        ("UPDATE refunds_refundmessage SET text = 'x'", InternalError),
    ],
)
def test_the_database_refuses_what_services_never_do(sql, error, now) -> None:
    order, buyer, _owner = sold(now, SERVICE)
    refund = ask(order, buyer, now)
    services.refund_say(refund=refund, text="你好", actor=buyer.actor, now=now)
    with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
