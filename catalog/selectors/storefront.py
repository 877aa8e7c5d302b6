"""What end users see: lists of cards as plain values, one query a page, and counts that stop at a thousand."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQueryField
from django.core.cache import cache
from django.db import connections
from django.db.models import Case, F, FloatField, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from catalog.freshness import storefront_revision
from catalog.models import Category, ListingCard
from catalog.search import query_literal
from catalog.selectors.plans import restricted
from catalog.types import CardFilters, ProductClass
from core.pages import COUNT_CAP, Page, keyset_page
from core.replica import for_lists
from providers.selectors import displayed_condition

SORTS: dict[str, tuple[str, ...]] = {
    "relevance": ("-rank", "-product"),
    "sold": ("-popularity", "-product"),
    "newest": ("-listed_at", "-product"),
    "price": ("price_from", "product"),
    "score": ("-score", "-product"),
}
DEFAULT_SORT = "sold"
FACETS_KEPT = 60
COLUMNS = (
    "product", "slug", "title_zh", "title_en", "tagline_zh", "tagline_en", "cover", "provider_id", "provider_name",
    "provider_name_en", "store_slug", "category_slug", "category_zh", "category_en", "product_class", "price_from",
    "price_to", "billing", "plan_count", "is_free", "policy_percent", "warranty_months", "score", "reviews", "sold",
    "popularity", "listed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a list: how many it leaves, counted no further than a thousand (`more` where there are more)."""

    kind: str
    value: str
    name_zh: str
    name_en: str
    count: int
    more: bool


def cards_page(
    *, now: datetime, filters: CardFilters, query: str = "", sort: str = "", cursor: str | None = None, size: int = 24
) -> Page:
    """A page of cards as plain values, in one query: what is on sale, shown, and fits.

    `sort` is one of SORTS; what is typed is ranked by relevance unless another is asked for. Raises InvalidInput for a
    cursor that is not ours.
    """
    words = query_literal(query) if query else None
    if query and words is None:
        return Page([], None, None)
    chosen = sort if sort in SORTS and (words or sort != "relevance") else ("relevance" if words else DEFAULT_SORT)
    cards = _shown(now, filters, words)
    columns: tuple[str, ...] = COLUMNS
    if chosen == "relevance":
        assert words is not None
        cards = _ranked(cards, words)
        columns = (*COLUMNS, "rank")
    return keyset_page(cards.values(*columns), order_by=SORTS[chosen], cursor=cursor, size=size)


def _match(words: str) -> Q:
    """What was found by the words, asked of the index by a function of the database's own (see the migration)."""
    return Q(product__in=RawSQL("SELECT catalog_found(%s::tsquery)", [words]))


def _ranked(cards: "QuerySet[ListingCard]", words: str) -> "QuerySet[ListingCard]":
    """Weighed by where the words stand in title, names and line; whoever is shown lower counts a quarter (§20(5))."""
    rank = Func(F("heading"), Cast(Value(words), SearchQueryField()), function="ts_rank", output_field=FloatField())
    whole = Cast(rank * Value(1_000_000.0), IntegerField())
    return cards.annotate(
        rank=Case(When(demoted=True, then=whole / Value(4)), default=whole, output_field=IntegerField())
    )


def _shown(now: datetime, filters: CardFilters, words: str | None, *, once: bool = False) -> "QuerySet[ListingCard]":
    """What is shown and fits; with `once` what was found is read from the statement's own list (see _capped_counts)."""
    cards = ListingCard.objects.using(for_lists())
    cards = cards.filter(displayed_condition(now, "provider__"), ~restricted(now), on_sale=True)
    if words:
        cards = cards.filter(product__in=RawSQL("SELECT id FROM found", [])) if once else cards.filter(_match(words))
    return _filtered(cards, filters)


def _filtered(cards: "QuerySet[ListingCard]", filters: CardFilters) -> "QuerySet[ListingCard]":
    if filters.category:
        found = next((row for row in _categories() if row["slug"] == filters.category), None)
        if found is None:
            return cards.none()
        cards = cards.filter(category_id=found["id"]) if found["parent_id"] else cards.filter(root_id=found["id"])
    if filters.product_class:
        cards = cards.filter(product_class=filters.product_class)
    if filters.guaranteed:
        cards = cards.filter(product_class__in=[ProductClass.APPLICATION, ProductClass.SERVICE])
    if filters.free:
        cards = cards.filter(is_free=True)
    if filters.price_from is not None:
        cards = cards.filter(price_from__gte=filters.price_from)
    if filters.price_to is not None:
        cards = cards.filter(price_from__lte=filters.price_to)
    if filters.provider_id is not None:
        cards = cards.filter(provider=filters.provider_id)
    return cards


def cards_of(product_ids: Sequence[int], *, now: datetime) -> list[dict[str, Any]]:
    """The cards of those products that are shown now, in the order given, in one query."""
    rows = {
        row["product"]: row for row in _shown(now, CardFilters(), None).filter(product__in=product_ids).values(*COLUMNS)
    }
    return [rows[pk] for pk in product_ids if pk in rows]


def _categories() -> list[dict[str, Any]]:
    """The tree as plain rows: read once for every look of the storefront."""
    revision = storefront_revision()
    key = f"catalog:categories:{revision}"
    rows = cache.get(key) if revision else None
    if rows is None:
        rows = list(
            Category.objects.filter(active=True)
            .order_by("position", "id")
            .values(
                "id",
                "slug",
                "name_zh",
                "name_en",
                "summary_zh",
                "summary_en",
                "product_class",
                "parent_id",
                "icon",
                "free_owes_aftersales",
            )
        )
        if revision:
            cache.set(key, rows, timeout=3600)
    return rows


def category_tree() -> list[dict[str, Any]]:
    """The categories that are offered, each with its `children`."""
    rows = _categories()
    return [
        {**row, "children": [child for child in rows if child["parent_id"] == row["id"]]}
        for row in rows
        if row["parent_id"] is None
    ]


def category_by_slug(slug: str) -> dict[str, Any] | None:
    """A category that is offered, with its `parent` and `children`; None where there is none."""
    rows = _categories()
    found = next((row for row in rows if row["slug"] == slug), None)
    if found is None:
        return None
    return {
        **found,
        "parent": next((row for row in rows if row["id"] == found["parent_id"]), None),
        "children": [row for row in rows if row["parent_id"] == found["id"]],
    }


def facets(*, now: datetime, filters: CardFilters, query: str = "") -> list[Facet]:
    """How many each further choice would leave, in one statement, kept for a minute. The first is the `total`."""
    words = query_literal(query) if query else None
    if query and words is None:
        return [Facet("total", "", "", "", 0, False)]
    revision = storefront_revision()
    asked = repr((sorted(asdict(filters).items(), key=str), words))
    key = f"catalog:facets:{revision}:{hashlib.sha256(asked.encode()).hexdigest()[:32]}"
    kept = cache.get(key) if revision else None
    if kept is not None:
        return [Facet(*row) for row in kept]
    wanted = _choices(filters)
    counts = _capped_counts([_shown(now, changed, words, once=True) for _row, changed in wanted], words)
    found = [
        Facet(*row, min(count, COUNT_CAP), count > COUNT_CAP)
        for (row, _changed), count in zip(wanted, counts, strict=True)
    ]
    if revision:
        cache.set(key, [tuple(asdict(facet).values()) for facet in found], timeout=FACETS_KEPT)
    return found


def _choices(filters: CardFilters) -> list[tuple[tuple[str, str, str, str], CardFilters]]:
    values = asdict(filters)

    def changed(**other: Any) -> CardFilters:
        return CardFilters(**{**values, **other})

    rows = _categories()
    here = next((row for row in rows if row["slug"] == filters.category), None)
    above = here["parent_id"] or here["id"] if here else None
    wanted = [(("total", "", "", ""), filters)]
    wanted += [
        (("category", row["slug"], row["name_zh"], row["name_en"]), changed(category=row["slug"]))
        for row in rows
        if row["parent_id"] == above
    ]
    wanted += [
        (("class", ProductClass.APPLICATION, "应用", "Applications"), changed(product_class="application")),
        (("class", ProductClass.SERVICE, "服务", "Services"), changed(product_class="service")),
        (("class", ProductClass.TOOL, "工具", "Tools"), changed(product_class="tool")),
        (("free", "1", "免费", "Free"), changed(free=True)),
        (("guaranteed", "1", "担保交易", "Guaranteed trade"), changed(guaranteed=True)),
    ]
    return wanted


def _capped_counts(querysets: "Sequence[QuerySet[ListingCard]]", words: str | None) -> list[int]:
    """How many rows each has, counted to one beyond the cap, in one statement; what the words find is found once."""
    parts: list[str] = []
    params: list[Any] = [words] if words else []
    for queryset in querysets:
        if queryset.query.is_empty():
            parts.append("0")
            continue
        statement, values = queryset.order_by().values("product")[: COUNT_CAP + 1].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({statement}) AS part)")  # noqa: S608
        params += values
    found = "WITH found AS MATERIALIZED (SELECT catalog_found(%s::tsquery) AS id) " if words else ""
    counted = f"{found}SELECT {', '.join(parts)}"
    with connections[for_lists()].cursor() as cursor:
        cursor.execute(counted, params)
        return [int(count) for count in cursor.fetchone()]


def shown_condition(now: datetime) -> Q:
    """The condition that a product is for sale and nothing hides it or its provider, over products."""
    return Q(state="on_sale") & displayed_condition(now, "provider__") & ~Q(restricted(now))


def category_row(slug: str) -> Category | None:
    """A category by its address, offered or not; None where there is none."""
    return Category.objects.select_related("parent").filter(slug=slug).first()
