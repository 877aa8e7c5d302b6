"""Delisting for want of a sale (§18(14)): the date kept up to date, the warnings, the delisting itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from catalog import reactions
from catalog.models import Product, ProductSale
from catalog.rules import ZeroSalesFacts
from catalog.services.cards import cards_take_off
from catalog.services.locking import product_locked
from catalog.types import DelistReason, ProductState
from core.acts import SYSTEM, act
from core.clock import BEIJING
from deposits.services import requirement_refresh
from notifications.services import notify_many
from providers.models import Agreement, Provider
from providers.selectors import rulebook_of_provider, staff_users
from providers.types import AgreementKind, Permission
from regulation import registry
from regulation.selectors import rulebook_at
from regulation.services import AuditEntry, DecisionEntry, audit_record_many, decisions_record_many
from regulation.types import Decision, Rulebook

RULE = "listing.zero_sales"


def last_sale_of(product: Product, now: datetime) -> datetime | None:
    """The last sale of this listing that stands, from the sales themselves; earlier listings do not count."""
    found = ProductSale.objects.filter(
        product=product.pk, cancelled_at__isnull=True, sold_at__gte=product.listed_at, sold_at__lte=now
    ).aggregate(last=Max("sold_at"))
    return found["last"]


def decide(product: Product, rulebook: Rulebook, last_sale_at: datetime | None, now: datetime) -> tuple[Decision, Any]:
    """What the rule says of a product at an instant, with the facts it was asked."""
    facts = ZeroSalesFacts(listed_at=product.listed_at or now, last_sale_at=last_sale_at, at=now)
    return registry.decide(RULE, facts, rulebook), facts


def next_warning(due_at: datetime, rulebook: Rulebook, after: datetime) -> datetime | None:
    """The next moment at which the provider is warned, none where the last has passed."""
    moments = [due_at - timedelta(days=days) for days in rulebook.parameter("listing.zero_sales_warning_days")]
    return min((moment for moment in moments if moment > after), default=None)


def schedule(product: Product, now: datetime) -> datetime:
    """Work out anew when a product on sale would be delisted, and write it where it has changed. Returns that moment.

    A later sale moves the date and the warnings; one taken back moves them forward again.
    """
    rulebook = rulebook_of_provider(product.provider, now)
    last = last_sale_of(product, now)
    decision, _facts = decide(product, rulebook, last, now)
    due_at = decision.values["due_at"]
    if (product.zero_sales_due_at, product.last_sale_at) != (due_at, last):
        product.last_sale_at = last
        product.zero_sales_due_at = due_at
        product.zero_sales_warn_at = next_warning(due_at, rulebook, now)
        product.save(update_fields=["last_sale_at", "zero_sales_due_at", "zero_sales_warn_at"])
    return due_at


@act
def zero_sales_warn(*, product_id: int, now: datetime) -> bool:
    """Tell the provider that a product will be delisted for want of a sale, 30 and 7 days ahead (§18(14)).

    Late, it tells once with the days that are left. Returns False where a sale has moved the date.
    """
    product = product_locked(product_id)
    if product.state != ProductState.ON_SALE or product.zero_sales_warn_at is None or product.zero_sales_warn_at > now:
        return False
    due_at = schedule(product, now)
    if product.zero_sales_warn_at is None or product.zero_sales_warn_at > now or due_at <= now:
        return False
    rulebook = rulebook_of_provider(product.provider, now)
    days = (due_at.astimezone(BEIJING).date() - now.astimezone(BEIJING).date()).days
    product.zero_sales_warn_at = next_warning(due_at, rulebook, now)
    product.save(update_fields=["zero_sales_warn_at"])
    audit_record_many(
        entries=[
            AuditEntry("listing.zero_sales_warn", SYSTEM, product.reference, {}, {"due_at": due_at, "days": days})
        ],
        now=now,
    )
    notify_many(
        recipients=staff_users(product.provider, Permission.PRODUCTS),
        kind="listing.zero_sales_warning",
        subject=product.reference,
        context={**titles(product), "due_at": due_at, "days": days},
        now=now,
        link=f"/console/products/{product.pk}/",
    )
    return True


@act
def zero_sales_delist(*, product_id: int, now: datetime) -> bool:
    """Delist a product that had no sale in three months, by itself (§18(14)).

    Asks the sales again under lock: where one has moved the date, only the date is written. Returns whether it was
    delisted.
    """
    product = product_locked(product_id)
    if product.state != ProductState.ON_SALE:
        return False
    rulebook = rulebook_of_provider(product.provider, now)
    delisted = _delist([product], {product.pk: last_sale_of(product, now)}, {product.provider_id: rulebook}, now)
    if not delisted:
        schedule(product, now)
    return bool(delisted)


@act
def zero_sales_delist_many(*, product_ids: Sequence[int], now: datetime) -> int:
    """Delist many products that had no sale in three months, as one act in a fixed number of statements for each batch.

    The same as one act a product: what was sold meanwhile stays, what another worker has locked is left to it.
    Returns how many were worked.
    """
    products = list(
        Product.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(pk__in=list(product_ids), state=ProductState.ON_SALE)
        .select_related("provider", "live_version")
        .order_by("pk")
    )
    if not products:
        return 0
    owners = {product.provider_id: product.provider for product in products}
    special = set(
        Agreement.objects.filter(provider__in=owners, kind=AgreementKind.SUPPLEMENTARY).values_list(
            "provider_id", flat=True
        )
    )
    general = rulebook_at(now)
    rulebooks = {
        pk: rulebook_of_provider(provider, now) if pk in special else general for pk, provider in owners.items()
    }
    listed = {product.pk: product.listed_at for product in products}
    latest = (
        ProductSale.objects.filter(product__in=listed, cancelled_at__isnull=True, sold_at__lte=now)
        .values("product_id")
        .annotate(last=Max("sold_at"))
        .values_list("product_id", "last")
    )
    sales: dict[int, datetime | None] = {pk: last for pk, last in latest if last >= listed[pk]}
    delisted = _delist(products, sales, rulebooks, now)
    for product in products:
        if product.pk not in delisted:
            schedule(product, now)
    return len(products)


def _delist(
    products: Sequence[Product],
    sales: dict[int, datetime | None],
    rulebooks: dict[int, Rulebook],
    now: datetime,
) -> set[int]:
    """Delist those of the locked products whose time has come: state, card, decision, trail and messages together."""
    due: list[tuple[Product, Decision, Any]] = []
    for product in products:
        decision, facts = decide(product, rulebooks[product.provider_id], sales.get(product.pk), now)
        if decision.outcome == "force_delist":
            due.append((product, decision, facts))
    if not due:
        return set()
    ids = [product.pk for product, _decision, _facts in due]
    Product.objects.filter(pk__in=ids).update(
        state=ProductState.DELISTED,
        off_at=now,
        off_reason=DelistReason.ZERO_SALES,
        off_note="",
        zero_sales_warn_at=None,
    )
    cards_take_off(product_ids=ids, now=now)
    records = decisions_record_many(
        entries=[DecisionEntry(decision, facts, product.reference) for product, decision, facts in due], now=now
    )
    audit_record_many(
        entries=[
            AuditEntry(
                "listing.zero_sales_delist",
                SYSTEM,
                product.reference,
                {"state": "on_sale"},
                {"state": "delisted", "due_at": decision.values["due_at"]},
                record,
            )
            for (product, decision, _facts), record in zip(due, records, strict=True)
        ],
        now=now,
    )
    reactions.went_off(ids, DelistReason.ZERO_SALES, now)
    _tell(due, now)
    return set(ids)


def _tell(due: Sequence[tuple[Product, Decision, Any]], now: datetime) -> None:
    """One message a provider, however many of its products it was; and its deposit is worked out anew (§9(6)1)."""
    by_owner: dict[int, list[Product]] = {}
    for product, _decision, _facts in due:
        by_owner.setdefault(product.provider_id, []).append(product)
    for products in by_owner.values():
        provider: Provider = products[0].provider
        notify_many(
            recipients=staff_users(provider, Permission.PRODUCTS),
            kind="listing.zero_sales_delisted",
            subject=products[0].reference if len(products) == 1 else provider.subject,
            context={**_several(products), "count": len(products)},
            now=now,
            link="/console/products/",
        )
        requirement_refresh(provider=provider, actor=SYSTEM, now=now)


def titles(product: Product) -> dict[str, Any]:
    """A product's title in both languages, for a message."""
    version = product.live_version
    if version is None:
        return {"title": product.slug}
    return {"title": {"zh-hans": version.title_zh, "en": version.title_en or version.title_zh}}


def _several(products: Sequence[Product]) -> dict[str, Any]:
    shown = [titles(product)["title"] for product in products[:5]]
    names = {
        code: ("、" if code == "zh-hans" else ", ").join(
            title[code] if isinstance(title, dict) else title for title in shown
        )
        + ("…" if len(products) > 5 else "")
        for code in ("zh-hans", "en")
    }
    return {"title": names}
