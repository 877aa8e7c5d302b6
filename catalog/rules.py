"""Delisting for want of a sale (§18(14)). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.periods import end_of_months
from regulation.registry import Instant, not_before, rule
from regulation.types import Decision, Rulebook, Text, cite, moment, moment_of_end

MONTHS = "listing.zero_sales_months"


@dataclass(frozen=True, slots=True)
class ZeroSalesFacts:
    """When a product was last listed, and its last sale: a paid order, free ones included, not refunded in full.

    A sale before the listing is one of an earlier listing; the product starts over at the new one.
    """

    listed_at: Instant
    last_sale_at: Instant | None
    at: Instant

    def __post_init__(self) -> None:
        not_before("at", self.at, "listed_at", self.listed_at)
        not_before("at", self.at, "last_sale_at", self.last_sale_at)


@rule(
    "listing.zero_sales",
    facts=ZeroSalesFacts,
    title=("零成交下架", "Delisting without a sale"),
    clauses=("18(14)",),
    parameters=(MONTHS,),
)
def listing_zero_sales(facts: ZeroSalesFacts, rulebook: Rulebook) -> Decision:
    """Whether a product is taken down for want of a sale: three months after the later of listing and last sale
    (§18(14)).
    """
    months = rulebook.parameter(MONTHS)
    since = max(facts.listed_at, facts.last_sale_at or facts.listed_at)
    due_at = end_of_months(since, months)
    end = moment_of_end(due_at)
    delist = facts.at >= due_at
    why = (
        Text(
            f"自 {moment(since)} 起连续 {months} 个月没有成交，到 {end.zh} 期满，强制下架。",
            f"There was no sale for {months} months since {moment(since)}, until {end.en}; the product is taken down.",
        )
        if delist
        else Text(
            f"自 {moment(since)} 起计算，{end.zh} 之前有成交就不会下架。",
            f"Counted from {moment(since)}; a sale before {end.en} keeps the product listed.",
        )
    )
    return Decision(
        "listing.zero_sales",
        rulebook.version,
        "force_delist" if delist else "keep",
        {"due_at": due_at},
        cite("18(14)"),
        why,
    )
