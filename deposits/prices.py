"""Who knows a provider's prices: the catalog stands above and says so here, in `AppConfig.ready()`."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

_sources: list[Callable[[int, datetime], Decimal | None]] = []


def register(source: Callable[[int, datetime], Decimal | None]) -> None:
    """Let `source(provider_id, now)` say the highest price among the paid plans on sale (yuan), None where none is."""
    if source not in _sources:
        _sources.append(source)


def highest_on_sale(provider_id: int, now: datetime) -> Decimal | None:
    """The highest price among a provider's paid plans on sale (yuan), None where none is."""
    known = [price for source in _sources if (price := source(provider_id, now)) is not None]
    return max(known, default=None)
