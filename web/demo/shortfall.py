"""A provider of the demo whose deposit falls short: what it owed was taken from the deposit (§9(6)2, §9(6)3)."""

from datetime import datetime
from decimal import Decimal

from deposits.services import deposit_deduct
from ledger.types import PENALTIES
from providers.models import Provider
from regulation.selectors import rulebook_at
from regulation.services import decision_record
from regulation.types import Decision, Text, cite
from web.demo.people import Cast, Seller

AMOUNT = Decimal("1200.00")


def fall_short(cast: Cast, seller: Seller, now: datetime) -> None:
    """An operator deducts an agreed penalty for late service; the deposit is to be topped up in three working days."""
    assert seller.provider is not None
    provider = Provider.objects.get(pk=seller.provider.pk)
    words = Text(
        "未按约定时间开始服务，按服务商协议扣除违约金 ¥1,200.00。",
        "Work was not begun in the agreed time; a penalty of ¥1,200.00 is deducted under the provider agreement.",
    )
    decision = decision_record(
        decision=Decision(
            "deposit.deduction", rulebook_at(now).version, "deducted", {"amount": AMOUNT}, cite("9(6)2"), words
        ),
        facts={"provider": provider.number, "amount": f"{AMOUNT:f}", "reason": words.zh},
        subject=provider.subject,
        now=now,
    )
    deposit_deduct(
        provider=provider,
        amount=AMOUNT,
        kind="penalty",
        reason=words,
        reference=provider.subject,
        recipient_account=PENALTIES,
        decision=decision,
        key=f"demo:penalty:{provider.number}",
        actor=cast.operator("arbitration"),
        now=now,
    )
