"""What a deposit must be, and what follows when it is short or suffices again (§9(6)1, §9(6)3)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.acts import SYSTEM, Actor, act
from core.money import ZERO
from deposits import reactions
from deposits.models import Deposit, Requirement, TopUpDemand
from deposits.selectors import base_for, demand_open, highest_price_of, settlement_end_after
from deposits.types import DemandState
from ledger.services import accounts_lock
from ledger.types import deposit as deposit_account
from notifications.services import notify_many
from providers.decisions import decided
from providers.models import Provider
from providers.selectors import provider_locked, rulebook_of_provider, staff_users, terms_for
from providers.services import restriction_lift, restriction_place
from providers.services.guards import record
from providers.types import Permission, ProviderState, RestrictionKind
from regulation.models import DecisionRecord
from regulation.services import decision_record
from regulation.types import Decision, Text, money

REFERENCE = "deposit"
CONSOLE = "/console/deposit/"
STAYING = {ProviderState.ACTIVE, ProviderState.LEAVING}


@dataclass(slots=True)
class Held:
    """A provider and its deposit, locked, with what the books hold of it (yuan)."""

    provider: Provider
    deposit: Deposit
    balance: Decimal
    available: Decimal


def deposit_lock(*, provider_id: int, also: tuple[str, ...] = ()) -> Held | None:
    """Lock a provider's deposit until the act ends; None before the provider was admitted.

    The order is the books first, then the provider, then the deposit: that of a payment coming in. An act that also
    locks the provider for other reasons calls this first. `also` names further accounts to lock with it.
    """
    path = deposit_account(provider_id)
    funds = accounts_lock(paths=[path, *also])[path]
    provider = provider_locked(provider_id)
    deposit = Deposit.objects.select_for_update(no_key=True).filter(provider=provider).first()
    if deposit is None:
        return None
    return Held(provider, deposit, funds.balance, funds.available)


@act
def deposit_open(*, provider: Provider, actor: Actor, now: datetime) -> Deposit:
    """Work out the deposit of a provider that is being admitted; the store stays hidden until it is paid (§9(6)).

    Opening it again returns the one there is. Raises PriceNotAdmitted.
    """
    known = Deposit.objects.filter(provider=provider).first()
    if known is not None:
        return known
    highest = highest_price_of(provider, now)
    rulebook = rulebook_of_provider(provider, now)
    base = base_for(provider, highest, rulebook)
    deposit = Deposit.objects.create(
        provider=provider, highest_price=highest, base=base, required=base, rulebook=rulebook.version, changed_at=now
    )
    _note_requirement(provider, deposit, "admission", actor, now)
    held = deposit_lock(provider_id=provider.pk)
    if held is not None:
        settle(held=held, cause="admission", now=now)
        if not held.deposit.entered:
            tell(held.provider, "required", {"amount": deposit.required, "highest": highest}, now)
    return deposit


@act
def requirement_refresh(*, provider: Provider, actor: Actor, now: datetime) -> Deposit | None:
    """Work the requirement out again, after prices on sale or the rules have changed (§9(6)1); None before admission.

    Where what is held no longer suffices, a top-up is demanded. Doing it twice changes nothing. Raises
    PriceNotAdmitted.
    """
    held = deposit_lock(provider_id=provider.pk)
    if held is None or held.deposit.returning:
        return None
    rulebook = rulebook_of_provider(held.provider, now)
    highest = highest_price_of(held.provider, now)
    base = base_for(held.provider, highest, rulebook)
    deposit = held.deposit
    changed = base != deposit.base
    if changed or highest != deposit.highest_price or rulebook.version != deposit.rulebook:
        deposit.highest_price, deposit.base, deposit.rulebook = highest, base, rulebook.version
        deposit.required, deposit.changed_at = base + deposit.additional, now
        deposit.save()
    if changed:
        _note_requirement(held.provider, deposit, "prices", actor, now)
        settle(held=held, cause="requirement", now=now)
    return deposit


def additional_apply(*, held: Held, amount: Decimal, cause: str, actor: Actor, now: datetime) -> None:
    """Raise the requirement by an additional deposit, or lower it by one that ended (§9(6)4, yuan)."""
    deposit = held.deposit
    deposit.additional += amount
    if not deposit.returning:
        deposit.required = deposit.base + deposit.additional
    deposit.changed_at = now
    deposit.save()
    _note_requirement(held.provider, deposit, cause, actor, now)
    settle(held=held, cause=cause, now=now)


def settle(*, held: Held, cause: str, now: datetime) -> None:
    """Bring about what the balance asks for: a demand where it fell short, the display restored where it suffices
    (§9(6)3).

    `held.balance` is what the books hold now. The caller holds the locks.
    """
    shortfall = max(held.deposit.required - held.balance, ZERO)
    if shortfall == ZERO:
        _suffices(held, now)
    elif held.provider.state not in STAYING:
        return
    elif not held.deposit.entered:
        _hide(held.provider, shortfall, None, now)
    else:
        _demand(held, shortfall, cause, now)


def _suffices(held: Held, now: datetime) -> None:
    provider = held.provider
    if not held.deposit.entered:
        held.deposit.entered = True
        held.deposit.save(update_fields=["entered"])
    demand = demand_open(provider)
    if demand is not None:
        before = demand.state
        demand.satisfy(now=now)
        demand.save(update_fields=["state", "satisfied_at"])
        record("topup_satisfy", SYSTEM, provider, {"demand": before}, {"demand": demand.state}, now)
    lifted = restriction_lift(
        provider=provider,
        kind=RestrictionKind.DEPOSIT_SHORT,
        reference=REFERENCE,
        reason="the deposit reaches what is required",
        actor=SYSTEM,
        now=now,
    )
    if demand is not None or lifted:
        tell(provider, "sufficient", {"balance": held.balance, "required": held.deposit.required}, now)
    if provider.state in STAYING:
        reactions.sufficient(provider, now)


def _demand(held: Held, shortfall: Decimal, cause: str, now: datetime) -> None:
    demand = demand_open(held.provider)
    if demand is not None:
        if demand.shortfall != shortfall:
            demand.shortfall = shortfall
            demand.save(update_fields=["shortfall"])
        return
    rulebook = rulebook_of_provider(held.provider, now)
    decision, facts = decided("deposit.top_up_deadline", rulebook, shortfall_at=now)
    kept = keep(decision, facts, held.provider, now)
    deadline = decision.values["deadline"]
    demand = TopUpDemand.objects.create(
        provider=held.provider,
        shortfall=shortfall,
        shortfall_at=now,
        deadline=deadline,
        settlement_due_at=settlement_end_after(deadline, rulebook),
        cause=cause[:80],
        decision=kept,
    )
    record(
        "topup_demand",
        SYSTEM,
        held.provider,
        {},
        {"shortfall": shortfall, "deadline": deadline, "cause": cause},
        now,
        decision=kept,
    )
    tell(
        held.provider,
        "top_up",
        {
            "shortfall": shortfall,
            "deadline": demand.deadline,
            "required": held.deposit.required,
            "balance": held.balance,
        },
        now,
    )


def close_display(*, held: Held, demand: TopUpDemand, decision: DecisionRecord, now: datetime) -> None:
    """Hide the store and its products: the settlement did not cover what is missing (§9(6)3)."""
    demand.close_display(now=now)
    demand.save(update_fields=["state", "closed_at", "withheld", "shortfall"])
    record(
        "topup_close_display",
        SYSTEM,
        held.provider,
        {"demand": DemandState.WITHHOLDING},
        {"demand": demand.state, "shortfall": demand.shortfall},
        now,
        decision=decision,
    )
    _hide(held.provider, demand.shortfall, decision, now)


def _hide(provider: Provider, shortfall: Decimal, decision: DecisionRecord | None, now: datetime) -> None:
    restriction_place(
        provider=provider,
        kind=RestrictionKind.DEPOSIT_SHORT,
        reference=REFERENCE,
        reason=Text(f"保证金还差 {money(shortfall)}", f"the deposit is short by {money(shortfall)}"),
        clauses=["9(6)3"] if decision else ["9(6)"],
        decision=decision,
        actor=SYSTEM,
        now=now,
    )


def keep(decision: Decision, facts: dict[str, Any], provider: Provider, now: datetime) -> DecisionRecord:
    """Record a decision about a provider's deposit, with the agreement's terms that it used."""
    return decision_record(
        decision=decision, facts=facts, subject=provider.subject, now=now, terms=terms_for(provider, now)
    )


def tell(provider: Provider, what: str, context: dict[str, Any], now: datetime) -> None:
    """Tell those of the team who see the money."""
    notify_many(
        recipients=staff_users(provider, Permission.MONEY_SEE),
        kind=f"deposits.{what}",
        subject=provider.subject,
        context=context,
        link=CONSOLE,
        now=now,
    )


def _note_requirement(provider: Provider, deposit: Deposit, cause: str, actor: Actor, now: datetime) -> None:
    """Keep why the requirement is what it is: the bands of the rulebook, and what was added (§9(6)1, §9(6)4)."""
    decision = Decision(
        "deposit.requirement",
        deposit.rulebook,
        "required",
        {"base": deposit.base, "additional": deposit.additional, "required": deposit.required},
        ("9(6)1", "9(6)4") if deposit.additional else ("9(6)1",),
        Text(
            f"在售商品最高价 {money(deposit.highest_price)}，应缴 {money(deposit.base)}，追加 "
            f"{money(deposit.additional)}。",
            f"For a highest price of {money(deposit.highest_price)} the deposit is {money(deposit.base)}, and "
            f"{money(deposit.additional)} in addition.",
        ),
    )
    facts = {"highest_price": f"{deposit.highest_price:f}", "kind": provider.kind, "is_platform": provider.is_platform}
    kept = keep(decision, facts, provider, now)
    Requirement.objects.create(
        deposit=deposit,
        highest_price=deposit.highest_price,
        base=deposit.base,
        additional=deposit.additional,
        required=deposit.required,
        cause=cause[:40],
        decision=kept,
        set_at=now,
    )
    record(
        "deposit_requirement", actor, provider, {}, {"required": deposit.required, "cause": cause}, now, decision=kept
    )
