"""The service fee, and what a settlement comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from regulation.registry import Amount, not_more, rule
from regulation.types import NOTHING, Decision, FeeStep, Rulebook, Text, cite, fen, money
from settlements.types import Debt, ProductClass, Taken

STEPS, TOOL = "fee.steps", "fee.tool_percent"
CARRY = "settlement.carry_cycles"


@dataclass(frozen=True, slots=True)
class ServiceFeeFacts:
    """What was paid for a product of which class, and what the provider sold before it in the natural year (yuan).

    `sold_this_year` counts applications and services, less what was refunded in its guarantee.
    """

    product_class: ProductClass
    amount: Amount
    sold_this_year: Amount


@rule(
    "settlement.service_fee",
    facts=ServiceFeeFacts,
    title=("服务费", "Service fee"),
    clauses=("11(1)1", "13(3)"),
    parameters=(STEPS, TOOL),
)
def settlement_service_fee(facts: ServiceFeeFacts, rulebook: Rulebook) -> Decision:
    """The platform's fee on a sale, fixed at its payment: in steps of the year's sales; tools at one rate; free ones
    none.
    """
    if facts.product_class == ProductClass.TOOL:
        percent = rulebook.parameter(TOOL)
        fee = fen(facts.amount * percent / 100)
        how = Text(f"工具类按 {percent:f}% 收取", f"Tools are charged at {percent:f}%")
    else:
        fee = fen(stepped(rulebook.parameter(STEPS), facts.sold_this_year, facts.amount))
        how = Text(
            f"按自然年累计 {money(facts.sold_this_year)} 所在的档位收取",
            f"Charged by the step of the year's sales so far, {money(facts.sold_this_year)}",
        )
    outcome = "fee" if fee > 0 else "no_fee"
    why = (
        Text(f"{how.zh}，服务费为 {money(fee)}。", f"{how.en}: the fee is {money(fee)}.")
        if fee > 0
        else Text("没有收款，不收服务费。", "Nothing was paid, so there is no fee.")
    )
    return Decision("settlement.service_fee", rulebook.version, outcome, {"fee": fee}, cite("11(1)1", "13(3)"), why)


def stepped(steps: Sequence[FeeStep], before: Decimal, amount: Decimal) -> Decimal:
    """The fee on an amount, each part of it at the rate of the step that it falls into, not rounded (yuan)."""
    fee, floor, left, start = NOTHING, NOTHING, amount, before
    for step in steps:
        if step.up_to is None or start < step.up_to:
            room = left if step.up_to is None else min(left, step.up_to - max(start, floor))
            fee += room * step.percent / 100
            left -= room
            start += room
            if left <= 0:
                return fee
        floor = step.up_to or floor
    return fee


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """The sums that a settlement starts from (yuan): what was sold, the fee on it, and what is to be taken."""

    sales: Amount
    fee: Amount
    recoveries: Amount
    top_up: Amount
    deductions: Amount

    def __post_init__(self) -> None:
        not_more("fee", self.fee, "sales", self.sales)


@rule(
    "settlement.statement",
    facts=StatementFacts,
    title=("结算", "Settlement"),
    clauses=("9(6)2", "9(6)3", "11(1)1", "17(5)"),
    parameters=(CARRY,),
)
def settlement_statement(facts: StatementFacts, rulebook: Rulebook) -> Decision:
    """Sales − service fee − recoveries − deposit top-up − deductions = payout; what is not covered is carried forward.

    A top-up is never carried: what the settlement does not cover closes the display (§9(6)3).
    """
    left = facts.sales - facts.fee
    recovered = min(facts.recoveries, left)
    topped_up = min(facts.top_up, left - recovered)
    deducted = min(facts.deductions, left - recovered - topped_up)
    payout = left - recovered - topped_up - deducted
    carried = facts.recoveries - recovered + facts.deductions - deducted
    outcome = "payout" if payout > 0 else "carried_forward" if carried > 0 else "nothing"
    said = {
        "payout": Text(f"本期应付 {money(payout)}。", f"The payout is {money(payout)}."),
        "carried_forward": Text(
            f"本期不足以抵扣，{money(carried)} 结转下期。",
            f"This does not cover all: {money(carried)} is carried forward.",
        ),
        "nothing": Text("本期收支相抵，没有应付款。", "It comes out even; there is nothing to pay."),
    }
    clauses = ["11(1)1"]
    clauses += ["17(5)"] if facts.recoveries > 0 else []
    clauses += ["9(6)3"] if facts.top_up > 0 else []
    clauses += ["9(6)2"] if facts.deductions > 0 else []
    values = {
        "recovered": recovered,
        "topped_up": topped_up,
        "deducted": deducted,
        "payout": payout,
        "carried": carried,
    }
    return Decision("settlement.statement", rulebook.version, outcome, values, cite(*clauses), said[outcome])


def allocate(debts: Iterable[Debt], available: Decimal) -> tuple[Taken, ...]:
    """What of each debt an amount covers, in the order given (yuan): the last ones may be covered in part or not at
    all.
    """
    taken: list[Taken] = []
    for debt in debts:
        covered = max(min(debt.amount, available), NOTHING)
        available -= covered
        taken.append(Taken(debt, covered, debt.amount - covered))
    return tuple(taken)
