"""Finding something: home, categories, search."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from catalog.selectors import Facet, cards_page, category_by_slug, category_tree, facets
from catalog.types import CardFilters
from core import clock
from core.references import is_number
from web.components.lists import FilterSpec, list_state
from web.storefront.caching import kept_for_visitors
from web.storefront.cards import cards, in_english, worded
from web.storefront.numbers import page_of

SHELF = 8
BANDS: dict[str, tuple[str | None, str | None]] = {
    "to1000": (None, "1000"),
    "to10000": ("1000.01", "10000"),
    "above10000": ("10000.01", None),
}


@kept_for_visitors
def home(request: HttpRequest) -> HttpResponse:
    """What can I get here, and is it safe to buy?"""
    now = clock.now()
    selling = cards_page(now=now, filters=CardFilters(), sort="sold", size=SHELF).items
    newest = cards_page(now=now, filters=CardFilters(), sort="newest", size=SHELF).items
    context = {
        "categories": [_category(row) for row in category_tree()],
        "selling": cards(selling),
        "newest": cards(newest),
        "now": now,
    }
    return render(request, "storefront/home.html", context)


@kept_for_visitors
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """Which of these fits me? One category and those below it."""
    found = category_by_slug(slug)
    if found is None:
        raise Http404(slug)
    above = [(_("All products"), "/search/")]
    if found["parent"]:
        above.append((worded(found["parent"], "name"), f"/c/{found['parent']['slug']}/"))
    context = {
        "title": worded(found, "name"),
        "lead": worded(found, "summary"),
        "crumbs": above,
    }
    return _list(request, CardFilters(category=slug), context)


@kept_for_visitors
def search(request: HttpRequest) -> HttpResponse:
    """Which of these fits me? Whatever was typed; a number that people quote opens what it names."""
    typed = request.GET.get("q", "").strip().upper()
    if is_number(typed) and (opened := page_of(typed, request.user)) is not None:
        return redirect(opened)
    context = {
        "title": _("Results for “%(q)s”") % {"q": request.GET["q"].strip()[:100]} if typed else _("All products"),
        "lead": "",
        "crumbs": [],
    }
    return _list(request, CardFilters(), context)


def _category(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": f"/c/{row['slug']}/",
        "name": worded(row, "name"),
        "line": worded(row, "summary"),
        "icon": row["icon"],
    }


def _amount(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _list(request: HttpRequest, within: CardFilters, context: dict[str, Any]) -> HttpResponse:
    now = clock.now()
    query = request.GET.get("q", "").strip()[:100]
    state = _state(request, query)
    low, high = BANDS.get(state.values.get("price", ""), (None, None))
    filters = CardFilters(
        category=within.category,
        product_class=state.values.get("class", ""),
        free=state.values.get("price") == "free",
        price_from=_amount(low),
        price_to=_amount(high),
        guaranteed=state.values.get("guarantee") == "yes",
    )
    page = cards_page(now=now, filters=filters, query=query, sort=state.sort, cursor=request.GET.get("cursor"), size=24)
    counted = facets(now=now, filters=filters, query=query)
    total = counted[0]
    context |= {
        "list": _state(request, query, counted),
        "children": _children(request, counted, filters),
        "products": cards(page.items),
        "page": page,
        "count": total.count,
        "capped": total.more,
        "now": now,
    }
    return render(request, "storefront/list.html", context)


def _children(request: HttpRequest, counted: list[Facet], filters: CardFilters) -> list[dict[str, Any]]:
    """The categories that hold something of what was asked for, each with how many; the choices made stay."""
    kept = request.GET.copy()
    kept.pop("cursor", None)
    query = f"?{kept.urlencode()}" if kept else ""
    return [
        {
            "url": f"/c/{one.value}/{query}",
            "name": (one.name_en if in_english() else "") or one.name_zh,
            "count": f"{one.count}+" if one.more else one.count,
            "current": one.value == filters.category,
        }
        for one in counted
        if one.kind == "category" and one.count
    ]


def _counts(counted: list[Facet] | None) -> dict[str, dict[str, int] | None]:
    """How many each choice of a filter would leave, where that is known."""
    if counted is None:
        return {"class": None, "guarantee": None}
    return {
        "class": {one.value: one.count for one in counted if one.kind == "class"},
        "guarantee": {"yes": sum(one.count for one in counted if one.kind == "guaranteed")},
    }


def _state(request: HttpRequest, query: str, counted: list[Facet] | None = None) -> Any:
    counts = _counts(counted)
    sorts = [
        ("sold", _("Best selling")),
        ("newest", _("Newest")),
        ("price", _("Price, low to high")),
        ("score", _("Best reviewed")),
    ]
    if query:
        sorts.insert(0, ("relevance", _("Best match")))
    return list_state(
        request.GET,
        filters=[
            FilterSpec(
                "class",
                _("Kind"),
                [("application", _("Application")), ("service", _("Service")), ("tool", _("Tool"))],
                counts["class"],
            ),
            FilterSpec(
                "price",
                _("Price"),
                [
                    ("free", _("Free")),
                    ("to1000", _("up to ¥1,000")),
                    ("to10000", _("¥1,000 to ¥10,000")),
                    ("above10000", _("above ¥10,000")),
                ],
            ),
            FilterSpec("guarantee", _("Guarantee"), [("yes", _("refundable in full at first"))], counts["guarantee"]),
        ],
        sorts=sorts,
    )
