"""Money going back to whoever paid it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act, require_transaction
from core.errors import Conflict, InvalidInput, NotAllowed
from core.fsm import can_proceed
from core.outbox import outbox_put
from core.references import new_number
from ledger import services as ledger
from ledger.types import Posting
from ledger.types import gateway as gateway_account
from ledger.types import payback as payback_account
from payments import purposes
from payments.gateways import gateway, notify_url
from payments.models import Payback, PaymentIntent, StrayPayment
from payments.services import telling
from payments.services.operators import require_operator
from payments.types import Answer, IntentState, PaybackRequest, Result, StrayState, TransferState
from regulation.services import audit_record

SEND_TOPIC = "payments.payback"
STRAY = "stray"


class PaybackTooLarge(NotAllowed):
    """More would go back than was paid."""

    code = "payback_too_large"


class TransferNotFailed(NotAllowed):
    """Only what the gateway refused can be asked for again or given up."""

    code = "transfer_not_failed"


def _open(*, now: datetime, subject: str, **facts: Any) -> tuple[Payback, bool]:
    """The pay-back of the key, made now or before, its money moved to its own account."""
    payback = Payback(number=new_number("B", now), opened_at=now, **facts)
    Payback.objects.bulk_create([payback], ignore_conflicts=True)
    made = Payback.objects.get(key=payback.key)
    if made.number != payback.number:
        if (made.intent_id, made.amount, made.source) != (payback.intent_id, payback.amount, payback.source):
            raise Conflict(_("This was paid back before with another amount."))
        return made, False
    ledger.post(
        key=f"payback:{made.number}:open",
        postings=[Posting(made.source, payback_account(made.number), made.amount)],
        subject=subject,
        now=now,
    )
    return made, True


def _queue(payback: Payback, now: datetime) -> None:
    outbox_put(
        topic=SEND_TOPIC,
        payload={"number": payback.number, "round": payback.rounds},
        key=f"payback:{payback.number}:{payback.rounds}",
        now=now,
    )


def payback_open(
    *,
    intent: PaymentIntent,
    amount: Decimal,
    source: str,
    reference: str,
    key: str,
    now: datetime,
    purpose: str | None = None,
) -> Payback:
    """Pay `amount` yuan of a payment back from the account `source`, through the gateway it came by, after the commit
    (§17(1)).

    `reference` is what it is for (a refund's number); `purpose` says who is told when the gateway has done it,
    the payment's own where none is given. The same key with the same input returns the first. Part of the
    caller's act. Raises PaybackTooLarge above what was paid and not yet paid back, InsufficientFunds where
    `source` does not hold it.
    """
    require_transaction()
    if amount <= 0:
        raise InvalidInput(_("The amount must be above zero."), field="amount")
    payback, fresh = _open(
        intent=intent,
        amount=amount,
        source=source,
        reference=reference,
        purpose=purposes.get(purpose or intent.purpose).name,
        key=key,
        gateway=intent.gateway,
        subject=f"{intent.purpose}:{intent.reference}",
        now=now,
    )
    if not fresh:
        return payback
    counted = PaymentIntent.objects.filter(
        pk=intent.pk, state=IntentState.PAID, amount__gte=F("paid_back") + amount
    ).update(paid_back=F("paid_back") + amount)
    if not counted:
        raise PaybackTooLarge(_("More would be paid back than was paid."))
    _queue(payback, now)
    return payback


def stray_send_back(*, stray: StrayPayment, amount: Decimal, now: datetime) -> Payback:
    """Pay a stray payment, or what is too much of it, back to whoever paid it. Part of the caller's act."""
    payback, fresh = _open_for_stray(stray, amount, now)
    if fresh:
        _queue(payback, now)
    return payback


def _open_for_stray(stray: StrayPayment, amount: Decimal, now: datetime) -> tuple[Payback, bool]:
    return _open(
        stray=stray,
        intent=stray.intent,
        amount=amount,
        source=stray.account,
        reference=stray.number,
        purpose=STRAY,
        key=f"stray:{stray.number}:back",
        gateway=stray.gateway,
        subject=f"stray:{stray.number}",
        now=now,
    )


def stray_returned_by_gateway(*, stray: StrayPayment, trade: str, at: datetime, now: datetime) -> None:
    """Book that the gateway had paid a stray payment back before we asked. Part of the caller's act."""
    payback, _fresh = _open_for_stray(stray, stray.amount, now)
    _finish(payback, trade, at, now)


@act
def stray_return(*, stray_id: int, reason: str, actor: Actor, now: datetime) -> StrayPayment:
    """An operator has a stray payment paid back; its payer is told. Raises NotAllowed where it was dealt with."""
    require_operator(actor)
    stray = StrayPayment.objects.select_for_update(no_key=True).get(pk=stray_id)
    if not can_proceed(stray.send_back):
        raise NotAllowed(_("This payment was dealt with already."))
    stray_send_back(stray=stray, amount=stray.amount, now=now)
    stray.send_back()
    stray.save(update_fields=["state"])
    telling.stray_settled_tell(stray=stray, outcome=telling.BACK, now=now)
    audit_record(
        act="payments.stray_return",
        actor=actor,
        subject=f"stray:{stray.number}",
        before={"state": StrayState.HELD},
        after={"state": stray.state, "amount": str(stray.amount), "reason": reason},
        now=now,
    )
    return stray


def _locked(number: str) -> Payback:
    return Payback.objects.select_for_update(no_key=True, of=("self",)).get(number=number)


def _subject(payback: Payback) -> str:
    """What the money was paid for, so that its whole way is found in one place."""
    if payback.stray_id is None and payback.intent is not None:
        return f"{payback.intent.purpose}:{payback.intent.reference}"
    return f"stray:{payback.reference}"


def _finish(payback: Payback, trade: str, at: datetime, now: datetime) -> None:
    ledger.post(
        key=f"payback:{payback.gateway}:{trade}",
        postings=[Posting(payback_account(payback.number), gateway_account(payback.gateway), payback.amount)],
        subject=_subject(payback),
        now=now,
    )
    payback.finish(trade=trade, at=min(at, now))
    payback.save(update_fields=["state", "gateway_trade", "done_at", "failure"])
    if payback.stray_id:
        stray = StrayPayment.objects.select_for_update(no_key=True).get(pk=payback.stray_id)
        if can_proceed(stray.returned):
            stray.returned(at=now)
            stray.save(update_fields=["state", "settled_at"])
    purposes.get(payback.purpose).on_payback_done(payback, now)


@act
def payback_answered(*, number: str, answer: Answer, now: datetime) -> Payback:
    """Take what the gateway says about a pay-back: done, under way, or refused. What was done before stays as it
    is.
    """
    payback = _locked(number)
    if payback.state == TransferState.DONE:
        return payback
    if answer.result == Result.DONE:
        _finish(payback, answer.trade, answer.at or now, now)
    elif answer.result == Result.ACCEPTED and payback.state == TransferState.WAITING:
        payback.send(at=now)
        payback.save(update_fields=["state", "sent_at"])
    elif answer.result == Result.REFUSED and payback.state != TransferState.FAILED:
        payback.fail(reason=answer.reason)
        payback.save(update_fields=["state", "failure"])
        audit_record(
            act="payments.payback_fail",
            actor=SYSTEM,
            subject=f"payback:{payback.number}",
            before={},
            after={"state": payback.state, "failure": payback.failure},
            now=now,
        )
        link = f"/admin/payments/payback/{payback.pk}/change/"
        telling.finance_tell(what=telling.PAYBACK_FAILED, subject=f"payback:{payback.number}", link=link, now=now)
    return payback


def payback_send(*, number: str, now: datetime) -> None:
    """Ask the gateway for a pay-back (from the outbox). Asking twice does nothing more; it raises to be tried
    again.
    """
    payback = Payback.objects.select_related("intent", "stray").get(number=number)
    if payback.state != TransferState.WAITING:
        return
    paid = payback.stray or payback.intent
    assert paid is not None
    answer = gateway(payback.gateway).payback(
        PaybackRequest(
            number=payback.stray.named if payback.stray else paid.number,
            trade=paid.gateway_trade,
            request_number=payback.number,
            amount=payback.amount,
            reason=payback.reference,
            notify_url=notify_url(payback.gateway),
            at=now,
        )
    )
    payback_answered(number=number, answer=answer, now=now)


@act
def payback_retry(*, payback_id: int, reason: str, actor: Actor, now: datetime) -> Payback:
    """An operator has a refused pay-back asked for again. Raises TransferNotFailed where it was not refused."""
    require_operator(actor)
    payback = Payback.objects.select_for_update(no_key=True, of=("self",)).get(pk=payback_id)
    if not can_proceed(payback.retry):
        raise TransferNotFailed(_("Only a pay-back that the gateway refused can be asked for again."))
    failure = payback.failure
    payback.retry()
    payback.save(update_fields=["state", "rounds", "failure"])
    _queue(payback, now)
    audit_record(
        act="payments.payback_retry",
        actor=actor,
        subject=f"payback:{payback.number}",
        before={"state": TransferState.FAILED, "failure": failure},
        after={"state": payback.state, "rounds": payback.rounds, "reason": reason},
        now=now,
    )
    return payback
