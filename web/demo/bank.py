"""Money in the demo's past: what the sandbox gateway books and tells, without the round trip over HTTP."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from orders.deliveries import paid as order_paid_tell
from payments.gateways import notify_url
from payments.models import Payback, PaymentIntent
from payments.sandbox import bank
from payments.sandbox.models import SandboxTrade
from payments.selectors import intent_of, paybacks_for, payouts_for
from payments.services import intent_expire, payment_receive
from payments.services.paybacks import payback_answered
from payments.services.payouts import payout_answered
from payments.types import Answer, Movement, Notice, Result, TransferState


def pay(intent: PaymentIntent, at: datetime) -> None:
    """The payer pays at the gateway, which books it and tells us."""
    address = notify_url(intent.gateway)
    bank.trade_create(
        number=intent.number, amount=intent.amount, title=intent.title, notify_url=address, return_url=address, now=at
    )
    taken = bank.capture(SandboxTrade.objects.get(merchant_number=intent.number), intent.amount, at)
    payment_receive(
        gateway=intent.gateway,
        notice=Notice(
            notice_id=taken.trade_no,
            movement=Movement.PAYMENT,
            succeeded=True,
            number=intent.number,
            trade=taken.trade_no,
            amount=intent.amount,
            at=at,
        ),
        now=at,
    )


def order_pay(order: Any, at: datetime) -> None:
    """An order is paid, and both sides are told."""
    intent = intent_of("order", order.number)
    assert intent is not None
    pay(intent, at)
    order_paid_tell({"order": order.pk}, at)


def order_taken(order: Any, at: datetime) -> None:
    """Both sides are told of something free."""
    order_paid_tell({"order": order.pk}, at)


def order_let_expire(order: Any, at: datetime) -> None:
    """Nobody pays."""
    intent = intent_of("order", order.number)
    assert intent is not None
    intent_expire(intent_id=intent.pk, now=at)


def refund_arrive(number: str, at: datetime) -> None:
    """The gateway carries out the pay-backs of a refund."""
    _carry_out(paybacks_for(number), at)


def paybacks_arrive(at: datetime) -> None:
    """The gateway carries out every pay-back that it was asked for and has not carried out."""
    _carry_out(Payback.objects.filter(state=TransferState.WAITING).order_by("id"), at)


def _carry_out(paybacks: Iterable[Payback], at: datetime) -> None:
    for payback in paybacks:
        if payback.state == TransferState.DONE or payback.intent is None:
            continue
        made = bank.refund(
            trade=payback.intent.gateway_trade, request_number=payback.number, amount=payback.amount, now=at
        )
        payback_answered(number=payback.number, answer=Answer(Result.DONE, trade=made.trade_no, at=at), now=at)


def statement_refused(number: str, at: datetime) -> None:
    """The bank does not take the payout of a statement."""
    for payout in payouts_for(number):
        refused = Answer(Result.REFUSED, at=at, reason="收款账户已注销 / the account was closed")
        payout_answered(number=payout.number, answer=refused, now=at)


def statement_arrive(number: str, at: datetime) -> None:
    """The bank carries out the payout of a statement."""
    for payout in payouts_for(number):
        if payout.state == TransferState.DONE:
            continue
        made = bank.transfer(
            request_number=payout.number,
            account=f"62220000{payout.pk:08d}8",
            amount=payout.amount,
            notify_url=notify_url(payout.gateway),
            now=at,
        )
        payout_answered(number=payout.number, answer=Answer(Result.DONE, trade=made.trade_no, at=at), now=at)


ARRIVES_AFTER = timedelta(hours=2)
