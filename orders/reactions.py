"""What upper apps do when something happens to an order, in the same transaction. Filled in `AppConfig.ready()`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from core.acts import Actor

OrderReaction = Callable[[Any, datetime], None]
OfferReaction = Callable[[Any, Actor, datetime], None]

_paid: list[OrderReaction] = []
_confirmed: list[OrderReaction] = []
_late_start: list[OrderReaction] = []
_deduction_agreed: list[OfferReaction] = []


def on_paid(reaction: OrderReaction) -> None:
    """`reaction(order, now)` after an order was paid (or was free)."""
    _paid.append(reaction)


def on_confirmed(reaction: OrderReaction) -> None:
    """`reaction(order, now)` after the buyer confirmed a whole service: it may have been induced (§15(1))."""
    _confirmed.append(reaction)


def on_late_start(reaction: OrderReaction) -> None:
    """`reaction(order, now)` when work has not begun in its working days (§12(2))."""
    _late_start.append(reaction)


def on_deduction_agreed(reaction: OfferReaction) -> None:
    """`reaction(offer, actor, now)` when both signed a deduction: the rest of the price goes back (§11(2)3)."""
    _deduction_agreed.append(reaction)


def paid(order: Any, now: datetime) -> None:
    for reaction in _paid:
        reaction(order, now)


def confirmed(order: Any, now: datetime) -> None:
    for reaction in _confirmed:
        reaction(order, now)


def late_start(order: Any, now: datetime) -> None:
    for reaction in _late_start:
        reaction(order, now)


def deduction_agreed(offer: Any, actor: Actor, now: datetime) -> None:
    for reaction in _deduction_agreed:
        reaction(offer, actor, now)
