"""What gateways tell us: kept first, then worked once, in whatever order it comes."""

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.acts import Actor, act
from core.errors import DomainError, NotAllowed
from payments import purposes
from payments.models import GatewayMessage, Payback, PaymentIntent, Payout, StrayPayment
from payments.services import telling
from payments.services.intents import intent_drop
from payments.services.operators import require_operator
from payments.services.paybacks import payback_answered
from payments.services.payouts import payout_answered
from payments.services.receiving import payment_receive, payment_refuse
from payments.types import Answer, IntentState, MessageState, Movement, Notice, Result, TransferState
from regulation.services import audit_record

_STORE = """
    INSERT INTO payments_gatewaymessage (gateway, received_at, body, state, notice_id, notice, number, note)
    VALUES (%s, %s, %s, %s, %s, %s, %s, '')
    ON CONFLICT (gateway, notice_id) WHERE state <> 'forged' DO NOTHING
    RETURNING id
"""


def message_store(*, gateway: str, body: str, notice: Notice | None, now: datetime) -> GatewayMessage:
    """Keep a message as it came, in one statement, before anything is done about it.

    `notice` is what it says, its signature verified; without one it is kept as forged. The same message told
    again returns the first.
    """
    said = None if notice is None else notice_json(notice)
    state = MessageState.FORGED if notice is None else MessageState.RECEIVED
    notice_id = notice.notice_id if notice else ""
    number = notice.number if notice else ""
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [gateway, now, body, state, notice_id, json.dumps(said), number])
        made = cursor.fetchone()
    if made is None:
        return GatewayMessage.objects.exclude(state=MessageState.FORGED).get(gateway=gateway, notice_id=notice_id)
    return GatewayMessage(
        pk=made[0],
        gateway=gateway,
        received_at=now,
        body=body,
        state=state,
        notice_id=notice_id,
        notice=said,
        number=number,
    )


def notice_json(notice: Notice) -> dict[str, Any]:
    """A notice as it is kept."""
    return asdict(notice) | {"amount": str(notice.amount), "at": notice.at.isoformat()}


def notice_of(message: GatewayMessage) -> Notice:
    """What a kept message says."""
    said: dict[str, Any] = dict(message.notice or {})
    said["movement"] = Movement(said["movement"])
    said["amount"] = Decimal(said["amount"])
    said["at"] = datetime.fromisoformat(said["at"])
    return Notice(**said)


def message_handle(*, message: GatewayMessage, now: datetime) -> MessageState:
    """Do what a kept message calls for, once; how it ended. Worked before, or forged: nothing happens.

    Money that what it was for cannot take any more is set aside and paid back. Anything unforeseen is raised: the
    message stays received, the gateway tells it again, and a sweep works it too.
    """
    if message.state != MessageState.RECEIVED:
        return MessageState(message.state)
    notice = notice_of(message)
    try:
        return _work(message=message, notice=notice, now=now)
    except DomainError as error:
        if notice.movement != Movement.PAYMENT:
            raise
        return _work_refused(message=message, notice=notice, why=str(error), now=now)


@act
def _work(*, message: GatewayMessage, notice: Notice, now: datetime) -> MessageState:
    if notice.movement == Movement.PAYMENT:
        state, note = _payment(message.gateway, notice, now)
    elif notice.movement == Movement.PAYBACK:
        state, note = _payback(message.gateway, notice, now)
    else:
        state, note = _payout(message.gateway, notice, now)
    return _close(message, state, note, now)


@act
def _work_refused(*, message: GatewayMessage, notice: Notice, why: str, now: datetime) -> MessageState:
    return _close(message, payment_refuse(gateway=message.gateway, notice=notice, now=now), why, now)


def _close(message: GatewayMessage, state: MessageState, note: str, now: datetime) -> MessageState:
    if state == MessageState.ATTENTION:
        link = f"/admin/payments/gatewaymessage/{message.pk}/change/"
        subject = f"gateway_message:{message.pk}"
        telling.finance_tell(what=telling.UNCLEAR, subject=subject, link=link, now=now)
    done = state in {MessageState.HANDLED, MessageState.DUPLICATE}
    GatewayMessage.objects.filter(pk=message.pk, state=MessageState.RECEIVED).update(
        state=state, handled_at=now if done else None, note=note[:300]
    )
    return state


def _payment(gateway: str, notice: Notice, now: datetime) -> tuple[MessageState, str]:
    if not notice.succeeded:
        # The payer may try again for as long as the payment is open.
        return MessageState.HANDLED, notice.reason or "the payer's attempt failed"
    return payment_receive(gateway=gateway, notice=notice, now=now), ""


def _answer(notice: Notice) -> Answer:
    result = Result.DONE if notice.succeeded else Result.REFUSED
    return Answer(result, trade=notice.trade, at=notice.at, reason=notice.reason)


def _payback(gateway: str, notice: Notice, now: datetime) -> tuple[MessageState, str]:
    known = Payback.objects.filter(number=notice.request_number, gateway=gateway).first()
    if known is None:
        return _returned_unasked(gateway, notice, now)
    if known.amount != notice.amount:
        return MessageState.ATTENTION, f"{notice.amount} paid back instead of {known.amount}"
    if known.state == TransferState.DONE:
        return MessageState.DUPLICATE, ""
    payback_answered(number=known.number, answer=_answer(notice), now=now)
    return MessageState.HANDLED, ""


def _returned_unasked(gateway: str, notice: Notice, now: datetime) -> tuple[MessageState, str]:
    """The gateway paid something back that we did not ask it to.

    Where we have not yet heard that the money came, the payment is closed and this waits for that word: then both
    are booked, one after the other. Where the money is on our books, an operator looks.
    """
    intent = PaymentIntent.objects.select_for_update(no_key=True).filter(number=notice.number, gateway=gateway).first()
    if intent is None or not notice.succeeded:
        return MessageState.ATTENTION, "a pay-back that we did not ask for"
    if intent.state == IntentState.PAID or StrayPayment.objects.filter(intent=intent).exists():
        return MessageState.ATTENTION, "the gateway paid back money that is on our books"
    if intent.amount != notice.amount:
        return MessageState.ATTENTION, "the gateway paid back another amount before telling of a payment"
    if intent.state == IntentState.OPEN:
        intent_drop(intent=intent, reason="gateway_returned", now=now)
        purposes.get(intent.purpose).on_closed(intent, now)
    return MessageState.WAITING, "paid back by the gateway before it told of the payment"


def _payout(gateway: str, notice: Notice, now: datetime) -> tuple[MessageState, str]:
    known = Payout.objects.filter(number=notice.request_number, gateway=gateway).first()
    if known is None or known.amount != notice.amount:
        return MessageState.ATTENTION, "a payout that we did not ask for, or with another amount"
    if known.state == TransferState.DONE:
        return MessageState.DUPLICATE, ""
    if known.state == TransferState.RETURNED:
        return MessageState.ATTENTION, "a payout that was given up was made after all"
    payout_answered(number=known.number, answer=_answer(notice), now=now)
    return MessageState.HANDLED, ""


@act
def message_settle(*, message_id: int, note: str, actor: Actor, now: datetime) -> GatewayMessage:
    """An operator has looked into a message that nothing could be done about by itself, and says what came of it."""
    require_operator(actor)
    message = GatewayMessage.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.state not in {MessageState.ATTENTION, MessageState.WAITING}:
        raise NotAllowed(_("This message needs nobody."))
    before = {"state": message.state, "note": message.note}
    message.state, message.handled_at, message.note = MessageState.HANDLED, now, note[:300]
    message.save(update_fields=["state", "handled_at", "note"])
    audit_record(
        act="payments.message_settle",
        actor=actor,
        subject=f"gateway_message:{message.pk}",
        before=before,
        after={"state": message.state, "note": message.note},
        now=now,
    )
    return message
