"""Telling people about money that needs them, or that they need to know about."""

from collections.abc import Mapping
from datetime import datetime

from accounts.selectors import operators_with
from accounts.types import Role
from notifications.services import notify, notify_many
from payments.models import StrayPayment

BACK = {
    "zh-hans": "款项正在原路退回",
    "en": "it goes back the way it came",
}
APPLIED = {
    "zh-hans": "已作为该付款单的付款，多付部分原路退回",
    "en": "it was taken as the payment, and what was too much goes back",
}
WRONG_AMOUNT = {
    "zh-hans": "一笔到账款项与付款单不符，等待处理",
    "en": "A payment that fits nothing waits for a decision",
}
PAYBACK_FAILED = {
    "zh-hans": "一笔退款被支付渠道拒绝",
    "en": "A pay-back was refused by the gateway",
}
PAYOUT_FAILED = {
    "zh-hans": "一笔打款被支付渠道拒绝",
    "en": "A payout was refused by the gateway",
}
UNCLEAR = {
    "zh-hans": "一条支付渠道消息需要核实",
    "en": "A gateway message needs somebody",
}


def finance_tell(*, what: Mapping[str, str], subject: str, link: str, now: datetime) -> None:
    """Tell the operators of finance that their queue has something new. Part of the caller's act."""
    people = list(operators_with(Role.FINANCE))
    if people:
        notify_many(
            recipients=people,
            kind="payments.queue",
            subject=subject,
            context={"what": what, "subject": subject},
            link=link,
            now=now,
        )


def stray_settled_tell(*, stray: StrayPayment, outcome: Mapping[str, str], now: datetime) -> None:
    """Tell the payer what an operator decided about their money. Part of the caller's act."""
    intent = stray.intent
    if intent is None:
        return
    notify(
        recipient=intent.payer,
        kind="payments.stray.settled",
        subject=f"{intent.purpose}:{intent.reference}",
        context={"title": intent.title, "number": intent.number, "amount": stray.amount, "outcome": outcome},
        link=f"/pay/{intent.number}/",
        now=now,
    )
