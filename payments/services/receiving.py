"""Money that has arrived: taken as the payment it is for, or set aside."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import NotAllowed
from core.fsm import can_proceed
from core.references import new_number
from ledger import services as ledger
from ledger.types import Posting, suspense
from ledger.types import gateway as gateway_account
from notifications.services import notify
from payments import purposes
from payments.models import GatewayMessage, PaymentIntent, StrayPayment
from payments.services import telling
from payments.services.operators import require_operator
from payments.services.paybacks import stray_returned_by_gateway, stray_send_back
from payments.types import IntentState, MessageState, Movement, Notice, StrayReason, StrayState
from regulation.services import audit_record

# These can only ever go back, so nobody has to decide.
GOES_BACK = frozenset({StrayReason.LATE, StrayReason.TWICE, StrayReason.REFUSED})


# Locks, checks and makes the transition of the usual case at once; the trigger behind it holds the machine.
_PAY = """
    UPDATE payments_paymentintent SET state = 'paid', gateway_trade = %s, paid_at = %s
    WHERE number = %s AND gateway = %s AND state = 'open' AND amount = %s
    RETURNING *
"""


def _locked(gateway: str, number: str) -> PaymentIntent | None:
    return PaymentIntent.objects.select_for_update(no_key=True).filter(number=number, gateway=gateway).first()


@act
def payment_receive(*, gateway: str, notice: Notice, now: datetime) -> MessageState:
    """Book money that a gateway says has arrived: a buyer's payment goes into guaranteed trade (§11(1)).

    The payment is paid and what it was for is told (two statements and theirs) when it is open and the amount is
    the one asked for. Anything else is set aside: what is late or paid a second time goes back by itself, another
    amount and an unknown number wait for an operator. Told before: nothing happens. A DomainError of what it was
    for is passed on, and nothing is booked: call `payment_refuse` then.
    """
    paid = [notice.trade, min(notice.at, now), notice.number, gateway, notice.amount]
    for taken in PaymentIntent.objects.raw(_PAY, paid):
        _book(taken, gateway_account(gateway), f"payment:{gateway}:{notice.trade}", now)
        return MessageState.HANDLED
    intent = _locked(gateway, notice.number)
    if intent is not None and intent.gateway_trade == notice.trade:
        return MessageState.DUPLICATE
    if StrayPayment.objects.filter(gateway=gateway, gateway_trade=notice.trade).exists():
        return MessageState.DUPLICATE
    _set_aside(gateway, notice, intent, _why(intent, notice), now)
    return MessageState.HANDLED


def _book(intent: PaymentIntent, source: str, key: str, now: datetime) -> None:
    ledger.post(
        key=key,
        postings=[Posting(source, intent.destination, intent.amount)],
        subject=f"{intent.purpose}:{intent.reference}",
        now=now,
    )
    purposes.get(intent.purpose).on_paid(intent, now)


def _why(intent: PaymentIntent | None, notice: Notice) -> StrayReason:
    if intent is None:
        return StrayReason.UNKNOWN
    if intent.state == IntentState.PAID:
        return StrayReason.TWICE
    if intent.state == IntentState.CLOSED:
        return StrayReason.LATE
    return StrayReason.WRONG_AMOUNT


@act
def payment_refuse(*, gateway: str, notice: Notice, now: datetime) -> MessageState:
    """Set money aside that what it was for cannot take any more, and pay it back. Told before: nothing happens."""
    intent = _locked(gateway, notice.number)
    if StrayPayment.objects.filter(gateway=gateway, gateway_trade=notice.trade).exists():
        return MessageState.DUPLICATE
    _set_aside(gateway, notice, intent, StrayReason.REFUSED, now)
    if intent is not None and can_proceed(intent.close):
        intent.close(reason="refused", at=now)
        intent.save(update_fields=["state", "close_reason", "closed_at"])
    return MessageState.HANDLED


def _set_aside(gateway: str, notice: Notice, intent: PaymentIntent | None, reason: StrayReason, now: datetime) -> None:
    number = new_number("P", now)
    account = suspense(gateway, number)
    ledger.post(
        key=f"payment:{gateway}:{notice.trade}",
        postings=[Posting(gateway_account(gateway), account, notice.amount)],
        subject=f"stray:{number}",
        now=now,
    )
    early = _returned_already(intent, notice)
    stray = StrayPayment.objects.create(
        number=number,
        intent=intent,
        named=notice.number,
        gateway=gateway,
        gateway_trade=notice.trade,
        amount=notice.amount,
        reason=StrayReason.GATEWAY_RETURNED if early else reason,
        account=account,
        paid_at=min(notice.at, now),
        received_at=now,
    )
    if early is not None:
        told: dict[str, str] = early.notice or {}
        stray_returned_by_gateway(stray=stray, trade=told["trade"], at=datetime.fromisoformat(told["at"]), now=now)
        GatewayMessage.objects.filter(pk=early.pk).update(
            state=MessageState.HANDLED, handled_at=now, note=f"stray {stray.number}"
        )
    elif reason in GOES_BACK:
        stray_send_back(stray=stray, amount=stray.amount, now=now)
        stray.send_back()
        stray.save(update_fields=["state"])
    else:
        link = f"/admin/payments/straypayment/{stray.pk}/change/"
        telling.finance_tell(what=telling.WRONG_AMOUNT, subject=f"stray:{stray.number}", link=link, now=now)
    audit_record(
        act="payments.set_aside",
        actor=SYSTEM,
        subject=f"stray:{stray.number}",
        before={},
        after={"reason": stray.reason, "amount": str(stray.amount), "payment": notice.number, "state": stray.state},
        now=now,
    )
    if intent is not None:
        notify(
            recipient=intent.payer,
            kind=f"payments.stray.{stray.reason}",
            subject=f"{intent.purpose}:{intent.reference}",
            context={
                "title": intent.title,
                "number": intent.number,
                "amount": stray.amount,
                "asked": intent.amount,
            },
            link=f"/pay/{intent.number}/",
            now=now,
        )


def _returned_already(intent: PaymentIntent | None, notice: Notice) -> GatewayMessage | None:
    """The message by which the gateway paid this money back before telling us that it came."""
    if intent is None:
        return None
    return (
        GatewayMessage.objects.select_for_update(no_key=True)
        .filter(
            gateway=intent.gateway,
            number=intent.number,
            state=MessageState.WAITING,
            notice__movement=Movement.PAYBACK,
            notice__amount=str(notice.amount),
        )
        .order_by("id")
        .first()
    )


@act
def stray_apply(*, stray_id: int, reason: str, actor: Actor, now: datetime) -> StrayPayment:
    """An operator takes a stray payment as the payment it was meant for; what is too much of it is paid back.

    Raises NotAllowed where it was dealt with, is too little, or the payment is no longer open.
    """
    require_operator(actor)
    stray = StrayPayment.objects.select_for_update(no_key=True).get(pk=stray_id)
    intent = PaymentIntent.objects.select_for_update(no_key=True).filter(strays=stray).first()
    if not can_proceed(stray.apply):
        raise NotAllowed(_("This payment was dealt with already."))
    if intent is None or intent.state != IntentState.OPEN:
        raise NotAllowed(_("What it was for no longer waits for a payment."))
    if stray.amount < intent.amount:
        raise NotAllowed(_("It is less than what was asked for: pay it back, so that the whole can be paid."))
    intent.pay(trade=stray.gateway_trade, at=stray.paid_at)
    intent.save(update_fields=["state", "gateway_trade", "paid_at"])
    _book(intent, stray.account, f"stray:{stray.number}:apply", now)
    if stray.amount > intent.amount:
        stray_send_back(stray=stray, amount=stray.amount - intent.amount, now=now)
    stray.apply(at=now)
    stray.save(update_fields=["state", "settled_at"])
    telling.stray_settled_tell(stray=stray, outcome=telling.APPLIED, now=now)
    audit_record(
        act="payments.stray_apply",
        actor=actor,
        subject=f"stray:{stray.number}",
        before={"state": StrayState.HELD},
        after={
            "state": stray.state,
            "payment": intent.number,
            "surplus": str(stray.amount - intent.amount),
            "reason": reason,
        },
        now=now,
    )
    return stray
