"""A provider's own products, and the operators' queue of reviews."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.addresses import cover_address
from catalog.models import Category, ListingFinding, Package, Plan, Product, ProductRestriction, ProductVersion
from catalog.models.versions import OPEN_STATES
from catalog.selectors.pages import ProductNotFound
from catalog.types import ProductState, VersionState
from core.errors import NotFound
from core.pages import Page, keyset_page
from providers.models import Provider
from providers.selectors import permissions_of, role_of
from providers.types import Permission

SIZE = 20
STATE_FILTERS = ("on_sale", "draft", "in_review", "returned", "awaiting_deposit", "off")


class VersionNotFound(NotFound):
    """There is no such version, or it is somebody else's."""

    code = "version_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such version."))


def products_page(
    *, provider: Provider, now: datetime, query: str = "", state: str = "", cursor: str | None = None, size: int = SIZE
) -> Page:
    """A provider's products, the newest first, as plain values in one query.

    Each says its state, whether a restriction hides it, the state of its latest version, and in how many days it would
    be delisted without a sale (§18(14)). `state` is one of STATE_FILTERS.
    """
    latest = ProductVersion.objects.filter(product=OuterRef("pk")).order_by("-number")
    products: QuerySet[Any] = Product.objects.filter(provider=provider).annotate(
        version_id=Subquery(latest.values("pk")[:1]),
        version_number=Subquery(latest.values("number")[:1]),
        version_state=Subquery(latest.values("state")[:1]),
        title_zh=Subquery(latest.values("title_zh")[:1]),
        title_en=Subquery(latest.values("title_en")[:1]),
        cover_name=Subquery(latest.values("cover")[:1]),
        hidden=Exists(_in_force(now).filter(product=OuterRef("pk"))),
    )
    if query:
        products = products.filter(Q(title_zh__icontains=query) | Q(title_en__icontains=query) | Q(slug=query))
    products = _in_state(products, state)
    page = keyset_page(
        products.values(
            "pk",
            "slug",
            "state",
            "title_zh",
            "title_en",
            "cover_name",
            "hidden",
            "version_id",
            "version_number",
            "version_state",
            "listed_at",
            "last_sale_at",
            "zero_sales_due_at",
            "off_reason",
            "off_note",
            "card__price_from",
            "card__price_to",
            "card__sold",
            "card__score",
            "card__reviews",
            "category__name_zh",
            "category__name_en",
        ),
        order_by=("-pk",),
        cursor=cursor,
        size=size,
    )
    return Page([_row(row, now) for row in page.items], page.next_cursor, page.previous_cursor)


def _in_state(products: "QuerySet[Any]", state: str) -> "QuerySet[Any]":
    if state == "on_sale":
        return products.filter(state=ProductState.ON_SALE)
    if state == "off":
        return products.filter(state__in=[ProductState.TAKEN_DOWN, ProductState.DELISTED])
    if state == "draft":
        return products.filter(version_state=VersionState.DRAFT)
    if state == "in_review":
        return products.filter(version_state__in=[VersionState.SUBMITTED, VersionState.UNDER_REVIEW])
    if state == "returned":
        return products.filter(version_state__in=[VersionState.RETURNED, VersionState.REFUSED])
    if state == "awaiting_deposit":
        return products.filter(version_state=VersionState.AWAITING_DEPOSIT)
    return products


def _row(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    due = row["zero_sales_due_at"] if row["state"] == ProductState.ON_SALE else None
    return {
        **row,
        "id": row["pk"],
        "cover": cover_address(row["pk"], row["cover_name"] or ""),
        "days_to_delisting": max((due - now).days, 0) if due else None,
    }


def product_for(*, provider: Provider, product_id: int) -> Product:
    """One of a provider's own products. Raises ProductNotFound for anybody else's."""
    found = (
        Product.objects.select_related("provider", "category", "live_version")
        .filter(pk=product_id, provider=provider)
        .first()
    )
    if found is None:
        raise ProductNotFound
    return found


def version_for(*, provider: Provider, version_id: int) -> ProductVersion:
    """A version of one of a provider's own products. Raises VersionNotFound for anybody else's."""
    found = _versions().filter(pk=version_id, product__provider=provider).first()
    if found is None:
        raise VersionNotFound
    return found


def version_by_pk(version_id: int) -> ProductVersion:
    """A version, for operators. Raises VersionNotFound."""
    found = _versions().filter(pk=version_id).first()
    if found is None:
        raise VersionNotFound
    return found


def _versions() -> "QuerySet[ProductVersion]":
    return ProductVersion.objects.select_related(
        "product__provider", "product__live_version", "category__parent", "performer", "reviewer"
    )


def versions_of(product: Product) -> "QuerySet[ProductVersion]":
    """All versions of a product, the newest first."""
    return _versions().filter(product=product).order_by("-number")


def version_open_of(product: Product) -> ProductVersion | None:
    """The version that is being written or reviewed, if there is one."""
    return versions_of(product).filter(state__in=OPEN_STATES).first()


def version_before(version: ProductVersion) -> ProductVersion | None:
    """The released version before this one, to compare with; else the one handed in before."""
    earlier = versions_of(version.product).filter(number__lt=version.number)
    return earlier.filter(state__in=[VersionState.RELEASED, VersionState.SUPERSEDED]).first() or earlier.first()


def version_numbered(product: Product, number: int) -> ProductVersion:
    """One version of a product by its number. Raises VersionNotFound."""
    found = versions_of(product).filter(number=number).first()
    if found is None:
        raise VersionNotFound
    return found


def categories_offered() -> "QuerySet[Category]":
    """The categories that a listing may choose: those offered that have no others below them."""
    return (
        Category.objects.filter(active=True)
        .exclude(children__active=True)
        .select_related("parent")
        .order_by("parent__position", "parent_id", "position", "pk")
    )


def plans_live(product: Product) -> "QuerySet[Plan]":
    """The plans of the version on sale, those that are not sold for now included."""
    return Plan.objects.filter(version=product.live_version_id).order_by("position", "pk")


def findings_of(version: ProductVersion) -> "QuerySet[ListingFinding]":
    """What was found in a version, what must be changed first."""
    return ListingFinding.objects.filter(version=version).order_by("severity", "field", "row", "start", "pk")


def packages_of(version: ProductVersion) -> "QuerySet[Package]":
    """The files of a version with what the scans found, in their order."""
    return Package.objects.filter(version=version).prefetch_related("scans").order_by("id")


def restrictions_in_force(product: Product, now: datetime) -> "QuerySet[ProductRestriction]":
    """What hides a product at that instant."""
    return _in_force(now).filter(product=product).order_by("-pk")


def _in_force(now: datetime) -> "QuerySet[ProductRestriction]":
    return ProductRestriction.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True, starts_at__lte=now
    )


def console_counts(provider: Provider) -> dict[str, int]:
    """How many products are on sale, in review, returned or waiting for the deposit: for the console."""
    counts = Product.objects.filter(provider=provider).aggregate(
        on_sale=Count("pk", filter=Q(state=ProductState.ON_SALE)),
        off=Count("pk", filter=Q(state__in=[ProductState.TAKEN_DOWN, ProductState.DELISTED])),
    )
    versions = ProductVersion.objects.filter(product__provider=provider).aggregate(
        draft=Count("pk", filter=Q(state=VersionState.DRAFT)),
        in_review=Count("pk", filter=Q(state__in=[VersionState.SUBMITTED, VersionState.UNDER_REVIEW])),
        awaiting_deposit=Count("pk", filter=Q(state=VersionState.AWAITING_DEPOSIT)),
    )
    # What was returned and taken up again is being written; only the latest version says where a product stands.
    latest = ProductVersion.objects.filter(product=OuterRef("pk")).order_by("-number")
    returned = Product.objects.filter(provider=provider).annotate(latest=Subquery(latest.values("state")[:1]))
    waits = returned.filter(latest__in=[VersionState.RETURNED, VersionState.REFUSED]).count()
    return {**counts, **versions, "returned": waits}


def delisting_soon(provider: Provider, now: datetime, limit: int = 5) -> list[dict[str, Any]]:
    """The products on sale that would be delisted next for want of a sale (§18(14))."""
    rows = (
        Product.objects.filter(provider=provider, state=ProductState.ON_SALE)
        .order_by("zero_sales_due_at", "pk")
        .values("pk", "slug", "live_version__title_zh", "live_version__title_en", "zero_sales_due_at")[:limit]
    )
    return [dict(row) for row in rows]


def reviews_waiting() -> "QuerySet[ProductVersion]":
    """What waits for a review, the oldest first (§10(1), §18(10))."""
    return (
        _versions()
        .filter(state__in=[VersionState.SUBMITTED, VersionState.UNDER_REVIEW])
        .annotate(
            warnings=Count("findings"),
            update=Q(product__state=ProductState.ON_SALE),
            waits_from=F("submitted_at"),
        )
        .order_by("submitted_at", "pk")
    )


def review_next(after: ProductVersion | None = None) -> ProductVersion | None:
    """The next version that nobody has taken up."""
    waiting = reviews_waiting().filter(state=VersionState.SUBMITTED)
    if after is not None and after.submitted_at is not None:
        later = waiting.filter(
            Q(submitted_at__gt=after.submitted_at) | Q(submitted_at=after.submitted_at, pk__gt=after.pk)
        ).first()
        if later is not None:
            return later
    return waiting.first()


def refusals_lately(provider: Provider, since: datetime) -> int:
    """How many of a provider's versions were refused since then: a pattern of submissions that cannot be listed
    (§10(9)).
    """
    return ProductVersion.objects.filter(
        product__provider=provider, state=VersionState.REFUSED, judged_at__gte=since
    ).count()


def available_acts(version: ProductVersion, user: User) -> list[str]:
    """What somebody may do with a version and its product now: the buttons of every page, in their order."""
    product, provider = version.product, version.product.provider
    acts: list[str] = []
    if Permission.PRODUCTS in permissions_of(user, provider):
        own = {
            VersionState.DRAFT: ["save", "submit"],
            VersionState.SUBMITTED: ["withdraw"],
            VersionState.AWAITING_DEPOSIT: ["withdraw"],
        }
        acts += own.get(VersionState(version.state), [])
        if version.state not in OPEN_STATES and not product.versions.filter(state__in=OPEN_STATES).exists():
            acts.append("open")
        if product.state in {ProductState.ON_SALE, ProductState.TAKEN_DOWN}:
            acts.append("delist")
    if user.has_role("marketplace_operations") and role_of(user, provider) is None:
        if version.state == VersionState.SUBMITTED:
            acts.append("claim")
        elif version.state == VersionState.UNDER_REVIEW:
            acts += ["approve", "return", "refuse", "put_back"] if version.reviewer_id == user.pk else ["put_back"]
        if product.state == ProductState.ON_SALE:
            acts.append("take_down")
    return acts
