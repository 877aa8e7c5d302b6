"""What can be bought now, and on which terms."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import MilestoneTemplate, Plan, ProductRestriction
from catalog.types import TERM_MONTHS, Billing, MilestoneTerms, PlanTerms, ProductState, VersionState
from core.errors import NotAllowed, NotFound
from core.money import yuan
from providers.models import Restriction
from providers.selectors.display import in_force
from providers.types import STOPS_SALES, ProviderState


class PlanNotFound(NotFound):
    """There is no such plan."""

    code = "plan_not_found"


class PlanNotOnSale(NotAllowed):
    """The plan, its product or its provider sells nothing now."""

    code = "plan_not_on_sale"


_COLUMNS = (
    "pk", "code", "name_zh", "name_en", "billing", "price", "units_min", "units_max", "supply_price", "product_id",
    "product__slug", "version__title_zh", "version__title_en", "version__category__product_class",
    "version__category_id", "product__provider_id", "version__performer_id", "version_id", "version__number",
    "version__digest", "version__policy_percent", "version__refund_text_zh", "version__refund_text_en",
    "version__warranty_months", "version__category__free_owes_aftersales", "product__state", "version__state",
    "stopped_at",
)  # fmt: skip


def restricted(now: datetime, *, product: str = "pk") -> Exists:
    """Whether something hides the product of the outer row at that instant (§20(2), §18(17)1)."""
    return Exists(
        ProductRestriction.objects.filter(product=OuterRef(product), lifted_at__isnull=True, starts_at__lte=now).filter(
            Q(until__isnull=True) | Q(until__gt=now)
        )
    )


def plan_on_sale(*, plan_id: int, now: datetime) -> PlanTerms:
    """The terms on which a plan is sold now: what an order freezes. One query, and one more for a version's milestones.

    Raises PlanNotFound, and PlanNotOnSale where the plan, its product or its provider may not sell at that instant.
    """
    sql, places, names = _on_sale()
    given: dict[Any, Any] = {_PLAN: plan_id, _NOW: now}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(place, place) for place in places])
        found = cursor.fetchone()
    if found is None:
        raise PlanNotFound(_("There is no such plan."))
    row = dict(zip(names, found, strict=True))
    if row["version__state"] == VersionState.SUPERSEDED and row["product__state"] == ProductState.ON_SALE:
        raise PlanNotOnSale(_("The offer has changed since. Look at the product page again."))
    if (
        row["product__state"] != ProductState.ON_SALE
        or row["version__state"] != VersionState.RELEASED
        or row["stopped_at"] is not None
        or row["hidden"]
        or not row["selling"]
        or row["product__provider__state"] != ProviderState.ACTIVE
    ):
        raise PlanNotOnSale(_("This is not on sale now."))
    return _terms(row)


# What stands in the statement for the plan and the instant that it is asked for.
_PLAN = -1
_NOW = datetime(1, 1, 1, tzinfo=UTC)


@cache
def _on_sale() -> tuple[str, tuple[Any, ...], tuple[str, ...]]:
    """The statement behind every order, put together once: the ORM takes longer for it than the database."""
    names = (*_COLUMNS, "product__provider__state", "hidden", "selling")
    query = (
        Plan.objects.filter(pk=_PLAN)
        .annotate(hidden=restricted(_NOW, product="product_id"), selling=_selling(_NOW))
        .values_list(*names)
        .query
    )
    sql, places = query.sql_with_params()
    return sql, places, names


def _selling(now: datetime) -> Any:
    stopped = Restriction.objects.filter(
        in_force(now), provider=OuterRef("product__provider"), kind__in=[str(kind) for kind in STOPS_SALES]
    )
    return ~Exists(stopped)


def plan_for_renewal(*, product_id: int, plan_code: str, now: datetime) -> PlanTerms:
    """The terms on which somebody who bought a plan renews it: those of the plan of the same code in the latest
    reviewed version.

    What is frozen or closed goes on for those who bought it (§20(2)); a product that left the market is renewed
    under its delisting policy (§10(7)). Raises PlanNotFound where no reviewed version has such a plan.
    """
    row = (
        Plan.objects.filter(
            product=product_id, code=plan_code, version__state__in=[VersionState.RELEASED, VersionState.SUPERSEDED]
        )
        .order_by("-version__number")
        .values(*_COLUMNS)
        .first()
    )
    if row is None:
        raise PlanNotFound(_("There is no such plan."))
    return _terms(row)


def plan_terms(*, plan_id: int) -> PlanTerms:
    """The terms of a plan whether it is on sale or not, for showing them. Raises PlanNotFound."""
    row = Plan.objects.filter(pk=plan_id).values(*_COLUMNS).first()
    if row is None:
        raise PlanNotFound(_("There is no such plan."))
    return _terms(row)


def _terms(row: dict[str, Any]) -> PlanTerms:
    price = row["price"]
    milestones = _milestones(row["version_id"], row["version__digest"])
    return PlanTerms(
        plan_id=row["pk"],
        plan_code=row["code"],
        plan_name_zh=row["name_zh"],
        plan_name_en=row["name_en"],
        billing=row["billing"],
        price=price,
        units_min=row["units_min"],
        units_max=row["units_max"],
        term_months=TERM_MONTHS[Billing(row["billing"])],
        supply_price=row["supply_price"],
        product_id=row["product_id"],
        product_slug=row["product__slug"],
        title_zh=row["version__title_zh"],
        title_en=row["version__title_en"],
        product_class=row["version__category__product_class"],
        category_id=row["version__category_id"],
        provider_id=row["product__provider_id"],
        performer_id=row["version__performer_id"],
        version_id=row["version_id"],
        version_number=row["version__number"],
        terms_digest=row["version__digest"],
        policy_percent=row["version__policy_percent"],
        refund_text_zh=row["version__refund_text_zh"],
        refund_text_en=row["version__refund_text_en"],
        warranty_months=row["version__warranty_months"],
        aftersales_owed=price > 0 or row["version__category__free_owes_aftersales"],
        milestones=_priced(milestones, price),
    )


@lru_cache(maxsize=4096)
def _milestones(version_id: int, digest: str) -> tuple[tuple[Any, ...], ...]:
    """A submitted version's milestones never change, so they are read once a process; `digest` tells versions apart."""
    return tuple(
        MilestoneTemplate.objects.filter(version=version_id)
        .order_by("position")
        .values_list("position", "title_zh", "title_en", "days", "share", "acceptance_zh", "acceptance_en")
    )


def _priced(rows: tuple[tuple[Any, ...], ...], price: Decimal) -> tuple[MilestoneTerms, ...]:
    """Each milestone's part of the price, rounded once; the last takes what is left, so that they add up."""
    priced: list[MilestoneTerms] = []
    left = price
    for index, (position, title_zh, title_en, days, share, acceptance_zh, acceptance_en) in enumerate(rows):
        amount = left if index == len(rows) - 1 else min(yuan(price * share / 100), left)
        left -= amount
        priced.append(MilestoneTerms(position, title_zh, title_en, days, share, amount, acceptance_zh, acceptance_en))
    return tuple(priced)


def plans_sold(product_ids: "list[int] | QuerySet[Any]") -> "QuerySet[Plan]":
    """The plans of products that are on sale: of their live version, and not stopped."""
    return Plan.objects.filter(product__in=product_ids, version=F("product__live_version"), stopped_at__isnull=True)


def highest_price(provider_id: int, now: datetime) -> Decimal | None:
    """The highest paid price that a provider has on sale (§9(6)1), in yuan; None where it sells nothing yet.

    Versions that are approved and wait for the deposit do not count: they are what the deposit is to be raised for.
    """
    found = Plan.objects.filter(
        product__provider=provider_id,
        product__state=ProductState.ON_SALE,
        version=F("product__live_version"),
        stopped_at__isnull=True,
    ).aggregate(highest=Max("price"))
    return found["highest"]
