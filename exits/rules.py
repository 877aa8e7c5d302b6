"""Leaving the market: grounds of clearance (§24), coming back (§25), open orders (§26). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from catalog.types import ProductClass
from core.periods import end_of_days, end_of_years
from exits.types import Choice
from refunds.rules import unused_days
from regulation.registry import Amount, Count, Flag, Instant, not_before, not_more, rule
from regulation.types import NOTHING, Decision, Rulebook, Text, cite, fen, joined, moment, moment_of_end, money

CLEARANCE = "violation.clearance_points"
CLOUD_SHARE = "exit.cloud_share_percent"
REAPPLY_YEARS = "exit.reapply_years"
CHOICE_DAYS = "exit.choice_days"


class ExitKind(StrEnum):
    """How a provider left: by its own wish (§23), with its agreement (§22), or cleared out (§24)."""

    VOLUNTARY = "voluntary"
    TERMINATED = "terminated"
    CLEARED_OUT = "cleared_out"


class Fulfilment(StrEnum):
    """How far an order was carried out when its provider left."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class GroundsFacts:
    """What may end a provider's stay within a natural year.

    `sold` and `sold_on_cloud` count products sold, `conditions_met` the conditions of entry, `grave` other grave
    conduct.
    """

    points: Count
    sold: Count
    sold_on_cloud: Count
    blacklisted: Flag
    conditions_met: Flag
    grave: Flag

    def __post_init__(self) -> None:
        not_more("sold_on_cloud", self.sold_on_cloud, "sold", self.sold)


@rule(
    "exit.grounds",
    facts=GroundsFacts,
    title=("清退事由", "Grounds of clearance"),
    clauses=("24(2)", "24(3)", "24(4)", "24(5)", "24(6)"),
    parameters=(CLEARANCE, CLOUD_SHARE),
)
def exit_grounds(facts: GroundsFacts, rulebook: Rulebook) -> Decision:
    """Whether a provider is cleared out (§24), and on which items.

    24 points and a blacklisted account do so by themselves; conditions lost, a cloud share below 80% of at least
    one sale and other grave conduct are proposals. `cloud_share` is a share of one, to four places, null where
    nothing was sold; the rule itself compares exactly. Where nothing holds, nothing is cited.
    """
    limit, least = rulebook.parameter(CLEARANCE), rulebook.parameter(CLOUD_SHARE)
    share = None
    if facts.sold:
        exact = Decimal(facts.sold_on_cloud) / Decimal(facts.sold)
        share = f"{exact.quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP):f}"
    below = facts.sold > 0 and facts.sold_on_cloud * 100 < facts.sold * least
    grounds = [
        (not facts.conditions_met, "24(2)", "不再满足入驻条件", "the conditions of entry are no longer met"),
        (facts.blacklisted, "24(3)", "账号已被拉黑", "the account is blacklisted"),
        (
            facts.points >= limit,
            "24(4)",
            f"扣分 {facts.points} 分，达到 {limit} 分",
            f"{facts.points} points reach {limit}",
        ),
        (
            below,
            "24(5)",
            f"已售 {facts.sold} 件中仅 {facts.sold_on_cloud} 件部署在本云，不足 {least:f}%",
            f"only {facts.sold_on_cloud} of {facts.sold} sold run on this cloud, below {least:f}%",
        ),
        (facts.grave, "24(6)", "存在其他严重情形", "there is other grave conduct"),
    ]
    holding = [(clause, zh, en) for holds, clause, zh, en in grounds if holds]
    clauses = cite(*(clause for clause, _, _ in holding))
    reasons = Text(joined((zh for _, zh, _ in holding), "；"), joined((en for _, _, en in holding), "; "))
    if facts.blacklisted or facts.points >= limit:
        outcome = "clear_out"
        why = Text(f"应予清退：{reasons.zh}。", f"The provider is cleared out: {reasons.en}.")
    elif holding:
        outcome = "propose_clear_out"
        why = Text(
            f"可以清退，由运营人员决定：{reasons.zh}。", f"An operator may clear the provider out: {reasons.en}."
        )
    else:
        outcome = "none"
        why = Text("没有清退事由。", "There is no ground to clear the provider out.")
    return Decision("exit.grounds", rulebook.version, outcome, {"cloud_share": share}, clauses, why)


@dataclass(frozen=True, slots=True)
class ReapplyFacts:
    """How and when a legal subject left. It is the subject that counts, whatever account it comes back with."""

    exit: ExitKind
    exited_at: Instant
    at: Instant

    def __post_init__(self) -> None:
        not_before("at", self.at, "exited_at", self.exited_at)


@rule(
    "exit.reapply",
    facts=ReapplyFacts,
    title=("再次入驻", "Applying again"),
    clauses=("25",),
    parameters=(REAPPLY_YEARS,),
)
def exit_reapply(facts: ReapplyFacts, rulebook: Rulebook) -> Decision:
    """Whether a subject that left may apply again (§25): a year after a voluntary exit, at once after an agreement
    ended (§22), never after clearance."""
    allowed_from: datetime | None
    if facts.exit is ExitKind.CLEARED_OUT:
        outcome, allowed_from = "never", None
        why = Text("被清退的主体不能再入驻。", "A subject that was cleared out cannot come back.")
    elif facts.exit is ExitKind.TERMINATED:
        outcome, allowed_from = "allowed", facts.exited_at
        why = Text(
            "协议到期或终止而退出的，随时可以再申请。",
            "After an agreement has ended a subject may apply again at any time.",
        )
    else:
        years = rulebook.parameter(REAPPLY_YEARS)
        allowed_from = end_of_years(facts.exited_at, years)
        outcome = "allowed" if facts.at >= allowed_from else "not_yet"
        why = Text(
            f"{moment(facts.exited_at)} 主动退出，须间隔 {years} 年，{moment(allowed_from)} 起可以再申请。",
            f"Left by its own wish on {moment(facts.exited_at)}; it may apply again after {years} year(s), from "
            f"{moment(allowed_from)}.",
        )
    return Decision("exit.reapply", rulebook.version, outcome, {"allowed_from": allowed_from}, cite("25"), why)


@dataclass(frozen=True, slots=True)
class ExitOrderFacts:
    """An order that was open when its provider left. `refunded` was already paid back."""

    product_class: ProductClass
    paid_at: Instant
    fulfilment: Fulfilment
    amount: Amount
    refunded: Amount

    def __post_init__(self) -> None:
        not_more("refunded", self.refunded, "amount", self.amount)


@rule(
    "exit.order",
    facts=ExitOrderFacts,
    title=("退出时的订单", "An order when its provider leaves"),
    clauses=("26(1)", "26(3)"),
)
def exit_order(facts: ExitOrderFacts, rulebook: Rulebook) -> Decision:
    """What becomes of an order when its provider leaves (§26).

    Not begun or not finished: paid back in full, less what was already paid back, whatever its class. Completed:
    after-sales is left to the provider.
    """
    if facts.fulfilment is Fulfilment.COMPLETED:
        outcome, amount = "provider_after_sales", NOTHING
        why = Text(
            "订单已完成，售后由服务商和用户自行商定。",
            "The order is complete; its after-sales is left to provider and user.",
        )
    else:
        outcome, amount = "full_refund", facts.amount - facts.refunded
        why = Text(
            f"订单尚未完成，已付 {money(facts.amount)}，已退 {money(facts.refunded)}，再退 {money(amount)}。",
            f"The order is not complete: of {money(facts.amount)} paid, {money(facts.refunded)} was paid back and "
            f"{money(amount)} follows.",
        )
    return Decision("exit.order", rulebook.version, outcome, {"amount": amount}, cite("26(1)", "26(3)"), why)


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A paid term that runs when its provider leaves. `leaving_at` is when its buyer was asked to choose, `refunded`
    was already paid back, and `choice` is null until the buyer has chosen.
    """

    leaving_at: Instant
    choice: Choice | None
    at: Instant
    term_starts_at: Instant
    term_ends_at: Instant
    amount: Amount
    refunded: Amount

    def __post_init__(self) -> None:
        not_before("at", self.at, "leaving_at", self.leaving_at)
        not_before("term_ends_at", self.term_ends_at, "term_starts_at", self.term_starts_at)
        not_more("refunded", self.refunded, "amount", self.amount)


@rule(
    "exit.subscription",
    facts=SubscriptionFacts,
    title=("退出时的订阅", "A subscription when its provider leaves"),
    clauses=("24", "26(1)", "26(3)"),
    parameters=(CHOICE_DAYS,),
)
def exit_subscription(facts: SubscriptionFacts, rulebook: Rulebook) -> Decision:
    """What becomes of a running subscription when its provider leaves (§24, §26(1)): its buyer chooses.

    `choose_by` ends the whole days in which the buyer may choose (7, a platform default). The unused part back is the
    whole unused days of the term over its days, times what was paid; the day of leaving counts as used. Silence is
    that choice. `amount` (yuan) never exceeds amount - refunded, and is what would go back while the choice is open.
    """
    choose_by = end_of_days(facts.leaving_at, rulebook.parameter(CHOICE_DAYS))
    unused, days = unused_days(facts.leaving_at, facts.term_starts_at, facts.term_ends_at)
    amount = min(fen(facts.amount * unused / days), facts.amount - facts.refunded) if days else NOTHING
    choice_ends = moment_of_end(choose_by)
    part = Text(
        f"周期共 {days} 天，剩余 {unused} 天，未使用部分 {money(amount)}",
        f"{unused} of {days} days are unused: {money(amount)}",
    )
    if facts.choice is Choice.KEEP:
        outcome, amount, clauses = "use_to_term_end", NOTHING, cite("24", "26(3)")
        end = moment_of_end(facts.term_ends_at)
        why = Text(
            f"买家选择使用到期，即到 {end.zh}，不退款；售后由服务商和用户自行商定。",
            f"The buyer uses it to the end of its term, {end.en}; nothing is paid back, and its "
            "after-sales is left to provider and user.",
        )
    elif facts.choice is Choice.REFUND:
        outcome, clauses = "unused_part_refund", cite("24", "26(1)")
        why = Text(
            f"买家选择退还未使用部分。{part.zh}，予以退还。", f"The buyer takes the rest back. {part.en} goes back."
        )
    elif facts.at >= choose_by:
        outcome, clauses = "unused_part_refund", cite("24", "26(1)")
        why = Text(
            f"买家在 {choice_ends.zh} 之前没有选择，退还未使用部分。{part.zh}，予以退还。",
            f"The buyer had not chosen by {choice_ends.en}, so the rest goes back. {part.en}.",
        )
    else:
        outcome, clauses = "choice_open", cite("24", "26(1)", "26(3)")
        why = Text(
            f"买家可以在 {choice_ends.zh} 之前选择退还未使用部分或使用到期。{part.zh}。",
            f"Until {choice_ends.en} the buyer may take the unused part back or use it to the end of its term. "
            f"{part.en}.",
        )
    values = {"choose_by": choose_by, "amount": amount}
    return Decision("exit.subscription", rulebook.version, outcome, values, clauses, why)
