"""Where money is, in the words of the people whose money it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Place:
    """A place where money can be."""

    key: str
    label: str | Promise
    tone: str
    icon: str


PLACES: dict[str, Place] = {
    place.key: place
    for place in (
        Place("with_you", pgettext_lazy("where money is", "With you"), "neutral", "wallet"),
        Place("with_buyer", pgettext_lazy("where money is", "With the buyer"), "neutral", "wallet"),
        Place("in_escrow", pgettext_lazy("where money is", "Held in escrow"), "held", "shield"),
        Place("due", pgettext_lazy("where money is", "Due to the provider"), "due", "clock"),
        Place("settled", pgettext_lazy("where money is", "In a settlement statement"), "accent", "file-spreadsheet"),
        Place("paid", pgettext_lazy("where money is", "Paid to the provider"), "paid", "circle-check"),
        Place("returned", pgettext_lazy("where money is", "Returned to you"), "refused", "undo-2"),
        Place("returned_to_buyer", pgettext_lazy("where money is", "Returned to the buyer"), "refused", "undo-2"),
        Place("deposit", pgettext_lazy("where money is", "Deposit"), "held", "shield-check"),
        Place("fee", pgettext_lazy("where money is", "Service fee"), "neutral", "receipt-text"),
    )
}
UNKNOWN = Place("unknown", pgettext_lazy("where money is", "Unknown"), "neutral", "circle")


@dataclass(frozen=True, slots=True)
class StripPart:
    """One place of the strip with what lies there; `share` in whole percent of the total."""

    key: str
    label: str | Promise
    tone: str
    icon: str
    amount: Decimal
    share: int
    note: str = ""


def place(key: str) -> Place:
    """A place by its key."""
    return PLACES.get(key, UNKNOWN)


def shares(amounts: list[Decimal]) -> list[int]:
    """Whole percentages that add up to 100, the largest remainders first; nothing that is there vanishes."""
    total = sum(amounts, Decimal(0))
    if total <= 0:
        return [0] * len(amounts)
    exact = [amount * 100 / total for amount in amounts]
    parts = [max(int(value), 1) if value > 0 else 0 for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: exact[index] - int(exact[index]), reverse=True)
    while sum(parts) < 100:
        for index in by_remainder:
            if sum(parts) < 100 and exact[index] > 0:
                parts[index] += 1
    while sum(parts) > 100:
        parts[parts.index(max(parts))] -= 1
    return parts


def money_strip(amounts: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> list[StripPart]:
    """The strip of an order: amounts (yuan) by place, in the order money travels. Empty places stay visible."""
    said = notes or {}
    order = [key for key in PLACES if key in amounts]
    values = [Decimal(str(amounts[key] or 0)) for key in order]
    return [
        StripPart(
            key=key,
            label=PLACES[key].label,
            tone=PLACES[key].tone,
            icon=PLACES[key].icon,
            amount=value,
            share=share,
            note=said.get(key, ""),
        )
        for key, value, share in zip(order, values, shares(values), strict=True)
    ]
