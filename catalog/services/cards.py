"""Keeping the storefront's cards as the products are."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Cast

from catalog.addresses import cover_address
from catalog.freshness import storefront_changed
from catalog.models import ListingCard, Plan, Product
from catalog.search import vector_literal
from catalog.texts import to_plain
from catalog.types import ProductState
from core.acts import require_transaction
from providers.models import Restriction, Store
from providers.selectors.display import in_force
from providers.types import RestrictionKind

_KEPT = {"product", "score", "reviews", "sold", "popularity"}
_SHOWN = [field.name for field in ListingCard._meta.concrete_fields if field.name not in _KEPT]
DESCRIPTION_INDEXED = 2000


def cards_refresh(*, product_ids: Iterable[int], now: datetime) -> int:
    """Draw the cards of products anew from what they say now, in a fixed number of statements.

    Returns how many stand.
    """
    require_transaction()
    products = list(
        Product.objects.filter(pk__in=list(product_ids), live_version__isnull=False)
        .select_related("provider", "live_version__category", "live_version__category__parent")
        .order_by("pk")
    )
    if not products:
        return 0
    plans: dict[int, list[Plan]] = {}
    for plan in Plan.objects.filter(version__in=[product.live_version_id for product in products]).order_by(
        "position", "id"
    ):
        plans.setdefault(plan.version_id, []).append(plan)
    owners = {product.provider_id for product in products}
    stores = {store.provider_id: store for store in Store.objects.filter(provider__in=owners)}
    lowered = set(
        Restriction.objects.filter(
            in_force(now), provider__in=owners, kind=RestrictionKind.DISPLAY_LOWERED
        ).values_list("provider_id", flat=True)
    )
    cards = [
        _card(product, plans.get(product.live_version_id or 0, []), stores.get(product.provider_id), lowered, now)
        for product in products
    ]
    ListingCard.objects.bulk_create(cards, update_conflicts=True, unique_fields=["product"], update_fields=_SHOWN)
    # Whoever is shown lower by a measure ranks as if nothing had been sold (20(5)).
    ListingCard.objects.filter(product__in=[card.product_id for card in cards]).update(
        popularity=Case(When(demoted=True, then=Value(0)), default=F("sold"), output_field=IntegerField())
    )
    storefront_changed()
    return len(cards)


def cards_refresh_for_provider(*, provider_id: int, now: datetime) -> int:
    """Draw all the cards of a provider anew: its name, its store or its place in lists has changed."""
    return cards_refresh(product_ids=Product.objects.filter(provider=provider_id).values_list("pk", flat=True), now=now)


def cards_take_off(*, product_ids: Iterable[int], now: datetime) -> None:
    """Take cards off the storefront, in one statement."""
    require_transaction()
    ListingCard.objects.filter(product__in=list(product_ids)).update(on_sale=False, changed_at=now)
    storefront_changed()


def _card(product: Product, plans: list[Plan], store: Store | None, lowered: set[int], now: datetime) -> ListingCard:
    version: Any = product.live_version
    category = version.category
    sold = [plan for plan in plans if plan.stopped_at is None]
    prices = [plan.price for plan in sold or plans]
    cheapest = min(sold or plans, key=lambda plan: (plan.price, plan.position))
    name_zh = store.name_zh if store else product.provider.public_name
    name_en = store.name_en if store else ""
    categories = [category, category.parent] if category.parent else [category]
    named = [
        ("A", f"{version.title_zh} {version.title_en}"),
        ("B", " ".join(f"{found.name_zh} {found.name_en}" for found in categories)),
        ("B", f"{name_zh} {name_en} {product.provider.public_name}"),
        ("C", f"{version.tagline_zh} {version.tagline_en}"),
    ]
    described = [
        ("D", to_plain(text)[:DESCRIPTION_INDEXED]) for text in (version.description_zh, version.description_en)
    ]
    return ListingCard(
        product=product,
        on_sale=product.state == ProductState.ON_SALE and bool(sold),
        provider_id=product.provider_id,
        provider_name=name_zh,
        provider_name_en=name_en,
        store_slug=store.slug if store else "",
        category_id=category.pk,
        root_id=category.root_id,
        category_slug=category.slug,
        category_zh=category.name_zh,
        category_en=category.name_en,
        product_class=category.product_class,
        slug=product.slug,
        title_zh=version.title_zh,
        title_en=version.title_en,
        tagline_zh=version.tagline_zh,
        tagline_en=version.tagline_en,
        cover=cover_address(product.pk, version.cover.name),
        price_from=min(prices),
        price_to=max(prices),
        billing=cheapest.billing,
        plan_count=len(sold or plans),
        is_free=min(prices) == 0,
        policy_percent=version.policy_percent,
        warranty_months=version.warranty_months,
        listed_at=product.listed_at or now,
        released_at=version.released_at or now,
        demoted=product.provider_id in lowered,
        changed_at=now,
        heading=Cast(Value(vector_literal(named)), SearchVectorField()),
        search=Cast(Value(vector_literal([*named, *described])), SearchVectorField()),
    )
