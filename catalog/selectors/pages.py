"""A product as its page shows it: plain values in both languages, in a fixed number of queries."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.addresses import cover_address
from catalog.models import (
    ListingCard,
    MilestoneTemplate,
    Plan,
    Product,
    ProductVersion,
    ServiceStep,
    VersionAttestation,
)
from catalog.models.versions import TEXTS
from catalog.selectors.storefront import shown_condition
from catalog.texts import to_html
from catalog.types import VersionState
from core.errors import NotFound
from providers.selectors import store_cards


class ProductNotFound(NotFound):
    """There is no such product, or it is not shown now."""

    code = "product_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such product, or it is not offered now."))


def product_page(*, slug: str, now: datetime) -> dict[str, Any]:
    """What the page of a product on sale shows (§10(3), §10(5), §10(7)). Raises ProductNotFound where it is hidden."""
    product = (
        Product.objects.filter(shown_condition(now), slug=slug)
        .select_related("live_version__category__parent", "live_version__performer", "provider")
        .first()
    )
    if product is None or product.live_version is None:
        raise ProductNotFound
    page = version_page(product, product.live_version)
    card = ListingCard.objects.filter(product=product).values("score", "reviews", "sold").first()
    page["figures"] = card or {"score": 0, "reviews": 0, "sold": 0}
    page["versions"] = versions_released(product)
    return page


def attested_last(product_id: int) -> dict[str, Any] | None:
    """Which release of its own the provider last said that a product is, and when; None without its word (§18(13))."""
    found = VersionAttestation.objects.filter(product=product_id).values("upstream", "attested_at").first()
    return None if found is None else dict(found)


def version_page(product: Product, version: ProductVersion) -> dict[str, Any]:
    """A version as its page would show it: on sale, or as a preview for its provider and the reviewer."""
    category = version.category
    stores = store_cards({product.provider_id, version.performer_id})
    return {
        "id": product.pk,
        "slug": product.slug,
        "state": product.state,
        "listed_at": product.listed_at,
        "version": {
            "id": version.pk, "number": version.number, "state": version.state, "released_at": version.released_at,
            "digest": version.digest, "change_note": version.change_note,
        },
        "category": {
            "slug": category.slug, "name_zh": category.name_zh, "name_en": category.name_en,
            "parent": {
                "slug": category.parent.slug, "name_zh": category.parent.name_zh, "name_en": category.parent.name_en,
            } if category.parent else None,
        },
        "product_class": category.product_class,
        "aftersales_free": category.free_owes_aftersales,
        "provider_id": product.provider_id,
        "provider_name": str(product.provider),
        "store": stores.get(product.provider_id),
        "performer": stores.get(version.performer_id) if version.performer_id != product.provider_id else None,
        "cover": cover_address(product.pk, version.cover.name or ""),
        "texts": {
            f"{name}_{language}": getattr(version, f"{name}_{language}") for name in TEXTS for language in ("zh", "en")
        },
        "html": {
            f"{name}_{language}": to_html(getattr(version, f"{name}_{language}"))
            for name in TEXTS
            if name not in {"title", "tagline"}
            for language in ("zh", "en")
        },
        "attributes": version.attributes,
        "data_items": version.data_items,
        "open_source": version.open_source,
        "deployment_basis": version.deployment_basis,
        "policy_percent": version.policy_percent,
        "warranty_months": version.warranty_months,
        "delist_notice_days": version.delist_notice_days,
        "own_site_url": version.own_site_url,
        "plans": list(
            Plan.objects.filter(version=version, stopped_at__isnull=True)
            .order_by("position", "id")
            .values(
                "id", "code", "name_zh", "name_en", "summary_zh", "summary_en", "billing", "price", "units_min",
                "units_max",
            )
        ),
        "milestones": list(
            MilestoneTemplate.objects.filter(version=version)
            .order_by("position")
            .values("position", "title_zh", "title_en", "days", "share", "acceptance_zh", "acceptance_en")
        ),
        "steps": list(
            ServiceStep.objects.filter(version=version)
            .order_by("position")
            .values("position", "title_zh", "title_en", "text_zh", "text_en")
        ),
    }  # fmt: skip


def versions_released(product: Product) -> list[dict[str, Any]]:
    """The versions that were on sale, the newest first: number, when, and what changed."""
    released = ProductVersion.objects.filter(
        product=product, state__in=[VersionState.RELEASED, VersionState.SUPERSEDED]
    ).order_by("-number")
    return [dict(row) for row in released.values("number", "state", "released_at", "change_note", "digest")[:50]]


def version_accepted(version_id: int) -> dict[str, Any]:
    """The version whose terms a buyer accepted, as it said them then: for orders. Raises ProductNotFound."""
    version = (
        ProductVersion.objects.select_related("product__provider", "category__parent", "performer")
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise ProductNotFound
    return version_page(version.product, version)
