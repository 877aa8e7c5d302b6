"""Money going out to a provider's bank account."""

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act, require_transaction
from core.encryption import mask
from core.errors import Conflict, InvalidInput
from core.fsm import can_proceed
from core.outbox import outbox_put
from core.references import new_number
from ledger import services as ledger
from ledger.types import Posting
from ledger.types import gateway as gateway_account
from ledger.types import payout as payout_account
from payments import purposes
from payments.gateways import gateway, notify_url
from payments.models import Payout
from payments.services import telling
from payments.services.operators import require_operator
from payments.services.paybacks import TransferNotFailed
from payments.types import Answer, PayoutRequest, Recipient, Result, TransferState
from regulation.services import audit_record

SEND_TOPIC = "payments.payout"


def _queue(payout: Payout, now: datetime) -> None:
    outbox_put(
        topic=SEND_TOPIC,
        payload={"number": payout.number, "round": payout.rounds},
        key=f"payout:{payout.number}:{payout.rounds}",
        now=now,
    )


def payout_open(
    *,
    purpose: str,
    reference: str,
    amount: Decimal,
    source: str,
    provider_id: int,
    recipient: Recipient,
    title: str,
    key: str,
    now: datetime,
) -> Payout:
    """Pay `amount` yuan out of the account `source` to a provider's bank account, after the commit
    (§11(1)1).

    `purpose` says who is told when the gateway has done it, or when it was given up and the money is back in
    `source`. `title` is what the bank statement shows. The same key with the same input returns the first. Part
    of the caller's act. Raises InvalidInput for an amount not above zero, Conflict for a key used with other
    input, InsufficientFunds where `source` does not hold it.
    """
    require_transaction()
    if amount <= 0:
        raise InvalidInput(_("The amount must be above zero."), field="amount")
    draft = Payout(
        number=new_number("W", now),
        key=key,
        purpose=purposes.get(purpose).name,
        reference=reference,
        amount=amount,
        source=source,
        gateway=settings.PAYMENT_GATEWAY,
        opened_at=now,
        provider_id=provider_id,
        title=title[:200],
        recipient=json.dumps(asdict(recipient), ensure_ascii=False),
        recipient_shown=f"{recipient.name} {recipient.bank} {mask(recipient.account, 'card')}"[:120],
    )
    Payout.objects.bulk_create([draft], ignore_conflicts=True)
    payout = Payout.objects.get(key=key)
    if payout.number != draft.number:
        if (payout.amount, payout.source, payout.provider_id) != (amount, source, provider_id):
            raise Conflict(_("This was paid out before with another amount."))
        return payout
    ledger.post(
        key=f"payout:{payout.number}:open",
        postings=[Posting(source, payout_account(payout.number), amount)],
        subject=f"{purpose}:{reference}",
        now=now,
    )
    _queue(payout, now)
    return payout


@act
def payout_answered(*, number: str, answer: Answer, now: datetime) -> Payout:
    """Take what the gateway says about a payout: done, under way, or refused. What was done before stays as it is."""
    payout = Payout.objects.select_for_update(no_key=True).get(number=number)
    if payout.state in {TransferState.DONE, TransferState.RETURNED}:
        return payout
    if answer.result == Result.DONE:
        ledger.post(
            key=f"payout:{payout.gateway}:{answer.trade}",
            postings=[Posting(payout_account(payout.number), gateway_account(payout.gateway), payout.amount)],
            subject=f"{payout.purpose}:{payout.reference}",
            now=now,
        )
        payout.finish(trade=answer.trade, at=min(answer.at or now, now))
        payout.save(update_fields=["state", "gateway_trade", "done_at", "failure"])
        purposes.get(payout.purpose).on_payout_done(payout, now)
    elif answer.result == Result.ACCEPTED and payout.state == TransferState.WAITING:
        payout.send(at=now)
        payout.save(update_fields=["state", "sent_at"])
    elif answer.result == Result.REFUSED and payout.state != TransferState.FAILED:
        payout.fail(reason=answer.reason)
        payout.save(update_fields=["state", "failure"])
        _audit(payout, "payments.payout_fail", SYSTEM, {}, now)
        link = f"/admin/payments/payout/{payout.pk}/change/"
        telling.finance_tell(what=telling.PAYOUT_FAILED, subject=f"payout:{payout.number}", link=link, now=now)
    return payout


def _audit(payout: Payout, name: str, actor: Actor, before: dict[str, str], now: datetime, reason: str = "") -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=f"payout:{payout.number}",
        before=before,
        after={"state": payout.state, "failure": payout.failure, "rounds": payout.rounds, "reason": reason},
        now=now,
    )


def payout_send(*, number: str, now: datetime) -> None:
    """Ask the gateway for a payout (from the outbox). Asking twice does nothing more; it raises to be tried again."""
    payout = Payout.objects.get(number=number)
    if payout.state != TransferState.WAITING:
        return
    answer = gateway(payout.gateway).payout(
        PayoutRequest(
            request_number=payout.number,
            amount=payout.amount,
            recipient=Recipient(**json.loads(payout.recipient)),
            title=payout.title,
            notify_url=notify_url(payout.gateway),
            at=now,
        )
    )
    payout_answered(number=number, answer=answer, now=now)


@act
def payout_retry(*, payout_id: int, reason: str, actor: Actor, now: datetime) -> Payout:
    """An operator has a refused payout asked for again. Raises TransferNotFailed where it was not refused."""
    require_operator(actor)
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout_id)
    if not can_proceed(payout.retry):
        raise TransferNotFailed(_("Only a payout that the gateway refused can be asked for again."))
    before = {"state": payout.state, "failure": payout.failure}
    payout.retry()
    payout.save(update_fields=["state", "rounds", "failure"])
    _queue(payout, now)
    _audit(payout, "payments.payout_retry", actor, before, now, reason)
    return payout


@act
def payout_give_up(*, payout_id: int, reason: str, actor: Actor, now: datetime) -> Payout:
    """An operator gives a refused payout up: the money goes back to the account it came from.

    Raises TransferNotFailed where the gateway did not refuse it.
    """
    require_operator(actor)
    payout = Payout.objects.select_for_update(no_key=True).get(pk=payout_id)
    if not can_proceed(payout.give_up):
        raise TransferNotFailed(_("Only a payout that the gateway refused can be given up."))
    before = {"state": payout.state, "failure": payout.failure}
    payout.give_up()
    payout.save(update_fields=["state"])
    ledger.post(
        key=f"payout:{payout.number}:give_up",
        postings=[Posting(payout_account(payout.number), payout.source, payout.amount)],
        subject=f"{payout.purpose}:{payout.reference}",
        now=now,
    )
    purposes.get(payout.purpose).on_payout_returned(payout, now)
    _audit(payout, "payments.payout_give_up", actor, before, now, reason)
    return payout
