"""Every state of what deposits keep, and the books and the trail after a whole story."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from core import sweeps
from core.acts import SYSTEM
from core.clock import BEIJING
from core.fsm import available
from deposits.models import AdditionalDeposit, DepositPayment, DepositReturn, TopUpDemand
from deposits.services import deduction_reverse, deposit_deduct, deposit_topup_from_settlement
from ledger.selectors import verify
from ledger.types import PENALTIES
from notifications.models import Message
from regulation.models import DecisionRecord
from tests.providers import making


@pytest.mark.parametrize(
    ("model", "state", "expected"),
    [
        (TopUpDemand, "awaiting", {"lapse", "satisfy"}),
        (TopUpDemand, "withholding", {"close_display", "satisfy"}),
        (TopUpDemand, "closed", {"satisfy"}),
        (TopUpDemand, "satisfied", set()),
        (AdditionalDeposit, "proposed", {"confirm", "decline", "end"}),
        (AdditionalDeposit, "confirmed", {"end"}),
        (AdditionalDeposit, "declined", set()),
        (AdditionalDeposit, "ended", set()),
        (DepositPayment, "open", {"pay", "close"}),
        (DepositPayment, "paid", set()),
        (DepositPayment, "closed", set()),
        (DepositReturn, "sent", {"arrive", "fail"}),
        (DepositReturn, "returned", set()),
        (DepositReturn, "failed", set()),
    ],
)
def test_only_the_states_that_may_follow_do(model: type, state: str, expected: set[str]) -> None:
    assert set(available(model(state=state))) == expected


@pytest.mark.django_db
@pytest.mark.clause("9(6)2", "9(6)3", "19")
def test_the_books_and_the_trail_hold_after_a_whole_story_told_in_both_languages(now: datetime) -> None:
    provider, person = making.make_provider(now)
    decision = DecisionRecord.objects.filter(subject=provider.subject).first()
    made = deposit_deduct(
        provider=provider,
        amount=Decimal("700.00"),
        kind="penalty",
        reason="违规",
        reference="case",
        recipient_account=PENALTIES,
        decision=decision,
        key="k",
        actor=SYSTEM,
        now=now,
    )
    month_late = datetime(2026, 4, 20, 9, 0, tzinfo=BEIJING)
    for name in ("deposits.topup_lapse", "deposits.close_display"):
        sweeps.run(name, month_late)
        sweeps.run(name, month_late)
    deposit_topup_from_settlement(
        provider=provider, available=Decimal("0.00"), reference="S1", actor=SYSTEM, now=month_late
    )
    making.pay_in(provider, person, Decimal("700.00"), month_late)
    deduction_reverse(deduction=made, reason="申诉成立", actor=SYSTEM, now=month_late)

    assert verify() == []
    call_command("audit_verify")
    said = list(Message.objects.filter(recipient=person.user, kind__startswith="deposits."))
    assert [one.kind for one in said if one.kind == "deposits.top_up"] == ["deposits.top_up"]
    assert all(one.title_zh and one.body_zh and one.title_en and one.body_en for one in said)
    assert all("{" not in one.body_zh + one.body_en for one in said)
