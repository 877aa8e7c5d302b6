"""What the apps know, as the pieces of pages take it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from web.components.timeline import Attachment, TimelineItem, file_size

ICONS = {
    "paid": "wallet",
    "refund": "undo-2",
    "milestone": "flag",
    "delivered": "package",
    "confirm": "circle-check",
    "released": "circle-check",
    "cancel": "x",
    "claim": "shield",
    "invoice": "file-text",
    "review": "star",
}


def strip_of(money: Any) -> dict[str, Any]:
    """A `MoneyStrip` of orders as the amounts of the strip; what is on its way back counts as returned."""
    return {
        "with_you": money.with_you,
        "in_escrow": money.in_escrow,
        "due": money.due,
        "settled": money.settled,
        "paid": money.paid,
        "fee": money.fee,
        "returned": money.returned + money.returning,
    }


def as_the_provider_sees(amounts: dict[str, Any]) -> dict[str, Any]:
    """The same strip for the other side: what is with you, or came back to you, is the buyer's."""
    theirs = {"with_you": "with_buyer", "returned": "returned_to_buyer"}
    return {theirs.get(key, key): amount for key, amount in amounts.items()}


def timeline_items(events: Iterable[Any], refunds: str) -> list[TimelineItem]:
    """What happened, the latest first, as the timeline draws it; `refunds` is where the reader finds them."""
    language = get_language() or "zh-hans"
    return [
        TimelineItem(
            what=event.title.in_language(language),
            at=event.at,
            who=_("the market") if event.actor_kind == "system" else event.actor,
            icon=next((icon for word, icon in ICONS.items() if word in event.kind), "circle"),
            note=event.text,
            clauses=event.clauses,
            money=event.amount,
            attachments=[Attachment(file.name, file.link, file_size(file.size)) for file in event.files],
            url=f"{refunds}{event.refund}/" if event.refund else "",
        )
        for event in sorted(events, key=lambda event: (event.at, event.position), reverse=True)
    ]
