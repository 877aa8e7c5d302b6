"""What happens when a top-up demand is not met in time (§9(6)3)."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput
from core.money import ZERO
from deposits.models import TopUpDemand
from deposits.selectors import DepositNotFound, demand_open
from deposits.services.requirements import Held, close_display, deposit_lock, keep, settle, tell
from deposits.types import DemandState, SettlementTopUp
from ledger.selectors import transaction_by_key
from ledger.services import post
from ledger.types import Posting, payable
from ledger.types import deposit as deposit_account
from providers.decisions import decided
from providers.models import Provider
from providers.selectors import rulebook_of_provider
from providers.services.guards import record
from regulation.types import Decision


@act
def topup_lapse(*, demand_id: int, now: datetime) -> bool:
    """The three working days have passed: the next settlement is used, the display stays open until then (§9(6)3).

    False where nothing is due any more.
    """
    held, demand = _locked(demand_id)
    if held is None or demand.state != DemandState.AWAITING or now < demand.deadline:
        return False
    _lapse(held, demand, now)
    return True


@act
def topup_close(*, demand_id: int, now: datetime) -> bool:
    """The settlement after the deadline has come and gone without covering the shortfall: the display is closed
    (§9(6)3).

    False where nothing is due any more.
    """
    held, demand = _locked(demand_id)
    if held is None or demand.state != DemandState.WITHHOLDING or now < demand.settlement_due_at:
        return False
    decision, facts = _ask(held, demand, ZERO, now)
    if decision.outcome != "close_display":
        return False
    close_display(held=held, demand=demand, decision=keep(decision, facts, held.provider, now), now=now)
    return True


@act
def deposit_topup_from_settlement(
    *, provider: Provider, available: Decimal, reference: str, actor: Actor, now: datetime
) -> SettlementTopUp:
    """Give to a short deposit what a settlement holds, once its deadline has passed (§9(6)3, yuan).

    `available` is what this settlement would pay out, zero where it has nothing; what is taken moves from what the
    provider is owed into its deposit. Where that does not cover the shortfall, the display is closed. Once a
    `reference` (the statement's number): asking again moves nothing. Raises InvalidInput for an amount below zero.
    """
    if available < ZERO:
        raise InvalidInput(_("The amount must not be below zero."), field="available")
    owed = payable(provider.pk)
    held = deposit_lock(provider_id=provider.pk, also=(owed,))
    if held is None:
        raise DepositNotFound
    key = f"deposit:topup:{reference}"
    demand = demand_open(held.provider)
    before = transaction_by_key(key)
    if before is not None:
        moved = sum((entry.amount for entry in before.entries.all()), ZERO)
        return SettlementTopUp(moved, demand.shortfall if demand else ZERO, _closed(demand))
    if demand is None or now < demand.deadline:
        return SettlementTopUp(ZERO, demand.shortfall if demand else ZERO, display_closed=False)
    if demand.state == DemandState.AWAITING:
        _lapse(held, demand, now)
    decision, facts = _ask(held, demand, available, now)
    kept = keep(decision, facts, held.provider, now)
    withheld: Decimal = decision.values["withheld"]
    if withheld > ZERO:
        post(
            key=key,
            postings=[Posting(owed, deposit_account(held.provider.pk), withheld)],
            subject=held.provider.subject,
            now=now,
        )
        held.balance += withheld
        demand.withheld += withheld
        # What it was short by stays readable once nothing is missing any more.
        demand.shortfall = decision.values["remaining"] or demand.shortfall
        demand.save(update_fields=["withheld", "shortfall"])
        record(
            "topup_withhold",
            actor,
            held.provider,
            {},
            {"withheld": withheld, "reference": reference, "remaining": decision.values["remaining"]},
            now,
            decision=kept,
        )
        tell(held.provider, "withheld", {"amount": withheld, "remaining": decision.values["remaining"]}, now)
    if decision.outcome == "close_display" and demand.state == DemandState.WITHHOLDING:
        close_display(held=held, demand=demand, decision=kept, now=now)
    if withheld > ZERO:
        settle(held=held, cause=reference, now=now)
    return SettlementTopUp(withheld, decision.values["remaining"], decision.outcome == "close_display", kept)


def _lapse(held: Held, demand: TopUpDemand, now: datetime) -> None:
    decision, facts = _ask(held, demand, None, now)
    kept = keep(decision, facts, held.provider, now)
    demand.lapse(now=now)
    demand.save(update_fields=["state", "lapsed_at"])
    record("topup_lapse", SYSTEM, held.provider, {"demand": "awaiting"}, {"demand": demand.state}, now, decision=kept)
    tell(
        held.provider,
        "withholding",
        {"shortfall": demand.shortfall, "deadline": demand.deadline, "settlement": demand.settlement_due_at},
        now,
    )


def _ask(
    held: Held, demand: TopUpDemand, settlement: Decimal | None, now: datetime
) -> tuple[Decision, dict[str, object]]:
    """What the rule says of this shortfall. It is judged by the rulebook in force when the deposit fell short (§28)."""
    return decided(
        "deposit.shortfall",
        rulebook_of_provider(held.provider, demand.shortfall_at),
        required=held.deposit.required,
        balance=held.balance,
        shortfall_at=demand.shortfall_at,
        next_settlement=settlement,
        at=now,
    )


def _locked(demand_id: int) -> tuple[Held | None, TopUpDemand]:
    provider_id = TopUpDemand.objects.values_list("provider_id", flat=True).get(pk=demand_id)
    held = deposit_lock(provider_id=provider_id)
    return held, TopUpDemand.objects.get(pk=demand_id)


def _closed(demand: TopUpDemand | None) -> bool:
    return demand is not None and demand.state == DemandState.CLOSED
