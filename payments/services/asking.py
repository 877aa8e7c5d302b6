"""Asking a gateway what it has not told: over the network first, then an act with its answer."""

from datetime import date, datetime, timedelta

from payments.gateways import GatewayUnreachable, gateway
from payments.models import Payback, PaymentIntent, Payout, Reconciliation
from payments.services.intents import intent_expire
from payments.services.messages import message_handle, message_store
from payments.services.paybacks import payback_answered
from payments.services.payouts import payout_answered
from payments.services.reconciling import reconcile, reconcile_first
from payments.types import IntentState, Movement, Notice, Trade, TradeStatus, TransferState

# How long an unreachable gateway keeps a payment from closing; money that arrives after that is paid back.
PATIENCE = timedelta(minutes=10)


def intent_settle(*, intent_id: int, now: datetime) -> bool:
    """Close a payment whose time is up, unless the gateway says it was paid: then book it. Whether anything changed.

    Raises GatewayUnreachable within ten minutes of the time, to be tried again.
    """
    intent = PaymentIntent.objects.get(pk=intent_id)
    if intent.state != IntentState.OPEN or intent.expires_at is None or intent.expires_at > now:
        return False
    try:
        trade = gateway(intent.gateway).query(intent.number, now)
    except GatewayUnreachable:
        if now < intent.expires_at + PATIENCE:
            raise
        trade = Trade(TradeStatus.UNKNOWN)
    if trade.status == TradeStatus.PAID and trade.amount is not None and trade.at is not None:
        notice = Notice(
            notice_id=f"query-{trade.trade}",
            movement=Movement.PAYMENT,
            succeeded=True,
            number=intent.number,
            trade=trade.trade,
            amount=trade.amount,
            at=trade.at,
        )
        message = message_store(gateway=intent.gateway, body="answer to our query", notice=notice, now=now)
        message_handle(message=message, now=now)
    return intent_expire(intent_id=intent_id, now=now) or trade.status == TradeStatus.PAID


def transfer_ask(*, number: str, now: datetime) -> bool:
    """Ask how a pay-back or payout stands and take the answer. Whether anything changed. Raises GatewayUnreachable."""
    payback = Payback.objects.select_related("intent", "stray").filter(number=number).first()
    if payback is not None:
        paid = payback.stray.named if payback.stray else payback.intent.number if payback.intent else ""
        answer = gateway(payback.gateway).query_payback(paid, number, now)
        if answer is None:
            return False
        return payback_answered(number=number, answer=answer, now=now).state != TransferState.SENT
    payout = Payout.objects.get(number=number)
    answer = gateway(payout.gateway).query_payout(number, now)
    if answer is None:
        return False
    return payout_answered(number=number, answer=answer, now=now).state != TransferState.SENT


def day_compare(*, name: str, day: date, now: datetime) -> Reconciliation:
    """Fetch a gateway's statement of a day and compare it with the books. Raises GatewayUnreachable, InvalidInput."""
    return reconcile(statement=gateway(name).statement(day, now), now=now)


def day_compare_first(*, name: str, day: date, now: datetime) -> Reconciliation | None:
    """As `day_compare`, for a day that nobody has compared yet; None where somebody did meanwhile."""
    return reconcile_first(statement=gateway(name).statement(day, now), now=now)
