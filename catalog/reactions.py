"""Upper apps say here what else happens, in the same transaction, when something happens to a product.

Filled in `AppConfig.ready()`; nothing here is stored.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

Reaction = Callable[[Sequence[int], str, datetime], None]

_off: list[Reaction] = []
_listed: list[Callable[[int, datetime], None]] = []
_stale: list[Callable[[Any, Any, datetime], None]] = []


def on_off(reaction: Reaction) -> None:
    """Call `reaction(product_ids, reason, now)` when products leave the market: their delisting policy is carried
    out (§10(7)).

    `reason` is one of `catalog.types.DelistReason`.
    """
    if reaction not in _off:
        _off.append(reaction)


def on_listed(reaction: Callable[[int, datetime], None]) -> None:
    """Call `reaction(product_id, now)` when a product goes on sale, for the first time or again."""
    if reaction not in _listed:
        _listed.append(reaction)


def on_stale(reaction: Callable[[Any, Any, datetime], None]) -> None:
    """Call `reaction(product, notice, now)` when a product was neither updated nor attested in time (§18(12))."""
    if reaction not in _stale:
        _stale.append(reaction)


def went_off(product_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _off:
        reaction(product_ids, reason, now)


def was_listed(product_id: int, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _listed:
        reaction(product_id, now)


def went_stale(product: Any, notice: Any, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _stale:
        reaction(product, notice, now)
