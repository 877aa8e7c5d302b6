"""Money in and out: the acts."""

from payments.services.intents import intent_close, intent_expire, intent_open
from payments.services.messages import message_handle, message_settle, message_store
from payments.services.paybacks import payback_open, payback_retry, payback_send, stray_return
from payments.services.payouts import payout_give_up, payout_open, payout_retry, payout_send
from payments.services.receiving import payment_receive, stray_apply
from payments.services.reconciling import difference_settle, reconcile

__all__ = [
    "difference_settle",
    "intent_close",
    "intent_expire",
    "intent_open",
    "message_handle",
    "message_settle",
    "message_store",
    "payback_open",
    "payback_retry",
    "payback_send",
    "payment_receive",
    "payout_give_up",
    "payout_open",
    "payout_retry",
    "payout_send",
    "reconcile",
    "stray_apply",
    "stray_return",
]
