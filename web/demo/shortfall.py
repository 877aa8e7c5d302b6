"""A provider of the demo whose deposit falls short: what it owed was taken from the deposit (§9(6)2, §9(6)3)."""

from datetime import datetime, timedelta
from decimal import Decimal

from core.money import format_yuan
from deposits.services import deposit_deduct
from ledger.types import PENALTIES
from providers.models import Provider
from regulation.selectors import rulebook_at
from regulation.services import decision_record
from regulation.types import Decision, Text, cite
from web.demo.people import Cast, Seller, deposit_keep_full
from web.demo.story import Story


def short_before(cast: Cast, seller: Seller, amount: Decimal, story: Story, now: datetime) -> None:
    """It fell short earlier, and was topped up in time."""
    fall_short(cast, seller, amount, now)
    story.at(now + timedelta(hours=30), lambda t: deposit_keep_full(seller, t))


def fall_short(cast: Cast, seller: Seller, amount: Decimal, now: datetime) -> None:
    """An operator deducts an agreed penalty for late service; the deposit is to be topped up in three working days."""
    assert seller.provider is not None
    provider = Provider.objects.get(pk=seller.provider.pk)
    words = Text(
        f"未按约定时间开始服务，按服务商协议扣除违约金 {format_yuan(amount)}。",
        f"Work was not begun in the agreed time; a penalty of {format_yuan(amount)} is deducted under the provider agreement.",
    )
    decision = decision_record(
        decision=Decision(
            "deposit.deduction", rulebook_at(now).version, "deducted", {"amount": amount}, cite("9(6)2"), words
        ),
        facts={"provider": provider.number, "amount": f"{amount:f}", "reason": words.zh},
        subject=provider.subject,
        now=now,
    )
    deposit_deduct(
        provider=provider,
        amount=amount,
        kind="penalty",
        reason=words,
        reference=provider.subject,
        recipient_account=PENALTIES,
        decision=decision,
        key=f"demo:penalty:{provider.number}:{now:%Y%m%d}",
        actor=cast.operator("arbitration"),
        now=now,
    )
