"""What the outbox delivers for the catalog, and what the catalog does when something happens below it."""

from datetime import datetime
from typing import Any

from catalog.freshness import storefront_changed
from catalog.selectors.due import awaiting_deposit
from catalog.services import awaiting_release, cards_refresh_for_provider
from core.acts import act
from core.outbox import outbox_put
from providers.types import RestrictionKind

TOPIC = "catalog.awaiting_release"


def release_awaiting(payload: dict[str, Any], now: datetime) -> None:
    """Put a version on sale that waited for the deposit, once what paid for it is committed."""
    awaiting_release(version_id=int(payload["version"]), now=now)


def deposit_sufficient(provider: Any, now: datetime) -> None:
    """A deposit suffices: what waits for it is looked at after the commit, under its own locks."""
    for version_id in awaiting_deposit(provider.pk):
        outbox_put(
            topic=TOPIC, payload={"version": version_id}, key=f"{TOPIC}:{version_id}:{now.timestamp():.6f}", now=now
        )


@act
def _cards_anew(*, provider_id: int, now: datetime) -> int:
    return cards_refresh_for_provider(provider_id=provider_id, now=now)


def restriction_changed(provider: Any, kind: str, now: datetime) -> None:
    """A restriction began to count or ended: who is shown lower ranks anew, at once (§20(5))."""
    if kind == RestrictionKind.DISPLAY_LOWERED:
        _cards_anew(provider_id=provider.pk, now=now)


def display_changed(provider: Any, shown: bool, now: datetime) -> None:
    """A store is shown or hidden: kept storefront pages are left behind."""
    storefront_changed()
