"""What may be seen and sold now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from providers.models import Provider, Restriction, Store, SupportProfile
from providers.types import HIDING, STOPS_LISTING, STOPS_SALES, ProviderState, StoreCard


class StoreNotFound(NotFound):
    """There is no such store, or it is not shown now."""

    code = "store_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such store, or it is not open now."))


def displayed_condition(now: datetime, prefix: str = "") -> Q:
    """The condition "its store and products are shown at `now`", over columns of the provider's row only.

    `prefix` leads from another table to the provider, such as `provider__`. What hides is an overlay (§20(2), §9(6)3),
    kept by the acts as one interval, so that a list of any length is filtered without reading restrictions. An
    overlay ends here at its very instant, before a sweep has lifted it.
    """
    shown = (
        Q(**{f"{prefix}hidden": False})
        | Q(**{f"{prefix}hidden_until__lte": now})
        | Q(**{f"{prefix}hidden_from__gt": now})
    )
    return Q(**{f"{prefix}state": ProviderState.ACTIVE}) & shown


def selling_condition(now: datetime, prefix: str = "") -> Q:
    """The condition "new orders may be placed with it at `now`": it is shown, and no restriction stops its orders
    alone.
    """
    stopped = Restriction.objects.filter(
        in_force(now), kind__in=list(STOPS_SALES - HIDING), provider=OuterRef(f"{prefix}pk")
    )
    return displayed_condition(now, prefix) & Q(~Exists(stopped))


def displayed(queryset: "QuerySet[Provider]", now: datetime) -> "QuerySet[Provider]":
    """Those of the providers whose store is shown at `now`."""
    return queryset.filter(displayed_condition(now))


def in_force(now: datetime) -> Q:
    """The condition "this restriction is in force at `now`"; at the instant of its end it is not."""
    return (
        Q(starts_at__lte=now)
        & (Q(until__isnull=True) | Q(until__gt=now))
        & (Q(lifted_at__isnull=True) | Q(lifted_at__gt=now))
    )


def restrictions_in_force(provider: Provider, now: datetime) -> "QuerySet[Restriction]":
    """What is laid over a provider at `now`, newest first."""
    return Restriction.objects.filter(in_force(now), provider=provider).order_by("-pk")


def restrictions_of(provider: Provider) -> "QuerySet[Restriction]":
    """Everything that was ever laid over a provider, newest first."""
    return Restriction.objects.filter(provider=provider).order_by("-pk")


def _free_of(provider: Provider, kinds: Iterable[str], now: datetime) -> bool:
    return not restrictions_in_force(provider, now).filter(kind__in=list(kinds)).exists()


def is_displayed(provider: Provider, now: datetime) -> bool:
    """Whether its store and products are shown: it is active and nothing hides it. Read from the restrictions
    themselves.
    """
    return provider.state == ProviderState.ACTIVE and _free_of(provider, HIDING, now)


def is_selling(provider: Provider, now: datetime) -> bool:
    """Whether new orders may be placed with it. Renewals of what was bought go on regardless (§20(2))."""
    return provider.state == ProviderState.ACTIVE and _free_of(provider, STOPS_SALES, now)


def may_list(provider: Provider, now: datetime) -> bool:
    """Whether it may hand in products for review."""
    return provider.state == ProviderState.ACTIVE and _free_of(provider, STOPS_LISTING, now)


def restriction_open(provider: Provider, kind: str, reference: str) -> Restriction | None:
    """The restriction of that kind and origin that nobody has lifted, whether or not it has begun."""
    return Restriction.objects.filter(provider=provider, kind=kind, reference=reference, lifted_at__isnull=True).first()


def store_by_slug(slug: str, now: datetime) -> Store:
    """A store that is shown now. Raises StoreNotFound for one that is not, too."""
    store = Store.objects.select_related("provider").filter(displayed_condition(now, "provider__"), slug=slug).first()
    if store is None or not is_displayed(store.provider, now):
        raise StoreNotFound
    return store


def store_of(provider: Provider) -> Store | None:
    """A provider's own store, shown or not; None before it is admitted."""
    return Store.objects.filter(provider=provider).first()


def support_profile_of(provider_id: int) -> SupportProfile | None:
    """The ways of support beside the chat that a provider offers, or None where it named none (§12(1)1)."""
    return SupportProfile.objects.filter(provider_id=provider_id).first()


def stores_displayed(now: datetime) -> "QuerySet[Store]":
    """The stores that are shown now, newest first."""
    return Store.objects.filter(displayed_condition(now, "provider__")).select_related("provider").order_by("-pk")


def logo_address(slug: str, sha: str) -> str:
    """Where a store's logo is served; empty where it has none. The digest lets it be cached for good."""
    return f"/stores/{slug}/logo/{sha[:12]}/" if sha else ""


def store_cards(provider_ids: Iterable[int]) -> dict[int, StoreCard]:
    """What lists say of several stores, in one query; by provider."""
    rows = Store.objects.filter(provider_id__in=list(provider_ids)).values_list(
        "provider_id", "slug", "name_zh", "name_en", "logo_sha", "provider__is_platform"
    )
    return {row[0]: StoreCard(row[0], row[1], row[2], row[3], logo_address(row[1], row[4]), row[5]) for row in rows}


def hidden_interval(restrictions: Iterable[Restriction], now: datetime) -> tuple[datetime | None, datetime | None]:
    """The current or next stretch of time in which any of the hiding restrictions is in force: its start and its end.

    `(None, None)` where there is none; an end of None is open. Restrictions that touch or overlap make one stretch.
    """
    spans: list[tuple[datetime, Any]] = sorted(
        (
            (one.starts_at, one.until)
            for one in restrictions
            if one.kind in HIDING and one.lifted_at is None and (one.until is None or one.until > now)
        ),
        key=lambda span: span[0],
    )
    if not spans:
        return None, None
    start, end = spans[0]
    for begins, ends in spans[1:]:
        if end is None or begins > end:
            break
        end = None if ends is None else max(end, ends)
    return start, end
