"""Asking for a payment, and no longer asking for it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.acts import act, require_transaction
from core.errors import Conflict, InvalidInput
from core.outbox import outbox_put
from core.references import new_number
from payments import purposes
from payments.models import PaymentIntent
from payments.types import IntentState

CLOSE_TOPIC = "payments.close"

_OPEN = """
    INSERT INTO payments_paymentintent (
        number, purpose, reference, title, amount, payer_id, destination, gateway, state, opened_at, expires_at,
        gateway_trade, close_reason, paid_back
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'open', %s, %s, '', '', 0)
    ON CONFLICT (purpose, reference) WHERE state IN ('open', 'paid') DO NOTHING
    RETURNING *
"""


class AlreadyAskedFor(Conflict):
    """The same thing is being paid for, or was paid, with another amount or by somebody else."""

    code = "already_asked_for"


def intent_open(
    *,
    purpose: str,
    reference: str,
    amount: Decimal,
    payer: Any,
    title: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> PaymentIntent:
    """Ask `payer` for `amount` yuan, in one statement. Its page is `/pay/<number>/`.

    `reference` is what is paid for (an order's number, a top-up demand's …), unique within its purpose: while one
    is open or paid, asking again for the same returns it. Unpaid at `expires_at` it closes by itself. Part of the
    caller's act, which keeps the record of why. Raises AlreadyAskedFor when it is open or paid with another
    amount or payer, InvalidInput for an amount that is not above zero.
    """
    require_transaction()
    if amount <= 0:
        raise InvalidInput(_("The amount must be above zero."), field="amount")
    destination = purposes.get(purpose).destination
    if destination is None:
        raise ValueError(f"purpose {purpose} takes no payments")
    opened = PaymentIntent.objects.raw(
        _OPEN,
        [
            new_number("P", now),
            purpose,
            reference,
            title[:200],
            amount,
            payer.pk,
            destination(reference),
            settings.PAYMENT_GATEWAY,
            now,
            expires_at,
        ],
    )
    for intent in opened:
        return intent
    known = PaymentIntent.objects.exclude(state=IntentState.CLOSED).get(purpose=purpose, reference=reference)
    if (known.amount, known.payer_id) != (amount, payer.pk):
        raise AlreadyAskedFor(_("This is being paid for already, with another amount or by somebody else."))
    return known


def intent_drop(*, intent: PaymentIntent, reason: str, now: datetime) -> None:
    """Close a locked open payment. Part of the caller's act."""
    intent.close(reason=reason, at=now)
    intent.save(update_fields=["state", "close_reason", "closed_at"])
    # The gateway is asked to take no money for it any more; what still arrives is paid back.
    outbox_put(topic=CLOSE_TOPIC, payload={"number": intent.number}, key=f"close:{intent.number}", now=now)


@act
def intent_close(*, purpose: str, reference: str, reason: str, now: datetime) -> PaymentIntent | None:
    """Ask no longer for what has not been paid: what it was for was given up.

    Call it before locking rows of your own: a payment that arrives locks the intent first. None where nothing is open
    (it may have been paid a moment ago: look at what was paid for again after this). Part of the caller's act.
    """
    intent = (
        PaymentIntent.objects.select_for_update(no_key=True)
        .filter(purpose=purpose, reference=reference, state=IntentState.OPEN)
        .first()
    )
    if intent is not None:
        intent_drop(intent=intent, reason=reason, now=now)
    return intent


@act
def intent_expire(*, intent_id: int, now: datetime) -> bool:
    """Close a payment that nobody made in time, and say so to what it was for. False where it is no longer due."""
    intent = PaymentIntent.objects.select_for_update(no_key=True).get(pk=intent_id)
    if intent.state != IntentState.OPEN or intent.expires_at is None or intent.expires_at > now:
        return False
    intent_drop(intent=intent, reason="expired", now=now)
    purposes.get(intent.purpose).on_closed(intent, now)
    return True
