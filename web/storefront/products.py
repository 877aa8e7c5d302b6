"""A product and a store, as those who may buy see them."""

import json
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalog.selectors import attested_last, cards_page, product_page
from catalog.types import CardFilters
from core import clock
from orders.selectors import provider_record, reviews_page
from providers.selectors import restrictions_in_force, store_by_slug, support_profile_of
from violations.selectors import defects_known
from web.components.cards import class_words, price_words
from web.components.reviews import review_bars
from web.components.steps import ChoiceCard, Tab
from web.storefront.caching import kept_for_visitors
from web.storefront.cards import cards, in_english, store_name, worded

SUPPORT = ("phone_hours", "technical", "product")
PARTS = ("details", "plans", "steps", "reviews", "terms", "versions")
GUARANTEE_CLAUSES = {
    "application": ("17(1)1", "17(4)2"),
    "service": ("17(1)2", "17(4)1"),
    "tool": ("17(1)3",),
}


@kept_for_visitors
def product(request: HttpRequest, slug: str, part: str = "details") -> HttpResponse:
    """What is it, what does it cost, what if it fails me?"""
    now = clock.now()
    return drawn_product(request, product_page(slug=slug, now=now), part, now, base=f"/p/{slug}/")


def drawn_product(
    request: HttpRequest, page: dict[str, Any], part: str, now: datetime, *, base: str, preview: str = ""
) -> HttpResponse:
    """One part of a product's page, its parts below `base`. `preview`: where a provider goes back to."""
    if part not in PARTS or (part == "steps" and not (page["steps"] or page["milestones"])):
        raise Http404(part)
    page["title"], page["tagline"] = worded(page["texts"], "title"), worded(page["texts"], "tagline")
    kind, guarantee = class_words(page["product_class"])
    context: dict[str, Any] = {
        "product": page,
        "attributes": [{"name": worded(one, "name"), "value": worded(one, "value")} for one in page["attributes"]],
        "kind": kind,
        "guarantee": guarantee,
        "guarantee_clauses": GUARANTEE_CLAUSES[page["product_class"]],
        "record": provider_record(page["provider_id"], now),
        "choices": _choices(page),
        "prices": json.dumps({str(plan["id"]): str(plan["price"] or 0) for plan in page["plans"]}),
        "first_price": page["plans"][0]["price"] or 0 if page["plans"] else None,
        "attested": attested_last(page["id"]) if part == "versions" else None,
        "defects": defects_known(page["id"]),
        "support": _support(page["provider_id"]) if part == "details" else [],
        "part": part,
        "tabs": _tabs(page, part, base),
        "crumbs": _crumbs(page["category"]),
        "store_name": store_name(page["store"]),
        "performer_name": store_name(page["performer"]),
        "preview": preview,
        "now": now,
    }
    if part == "reviews":
        reviews = reviews_page(page["id"], cursor=request.GET.get("cursor"))
        context |= {"reviews": reviews.page, "bars": review_bars(reviews.counts)}
    context["parts"] = _texts(page, part)
    return render(request, "storefront/product.html", context)


def _choices(page: dict[str, Any]) -> list[ChoiceCard]:
    return [
        ChoiceCard(
            value=str(plan["id"]),
            label=worded(plan, "name"),
            note=worded(plan, "summary"),
            aside=price_words(plan["price"], plan["billing"]),
            checked=index == 0,
        )
        for index, plan in enumerate(page["plans"])
    ]


def _crumbs(found: dict[str, Any]) -> list[tuple[str, str]]:
    parent = found["parent"]
    above = [(worded(parent, "name"), f"/c/{parent['slug']}/")] if parent else []
    return [*above, (worded(found, "name"), f"/c/{found['slug']}/")]


def _tabs(page: dict[str, Any], current: str, base: str) -> list[Tab]:
    offered = [("details", _("Details")), ("plans", _("Plans"))]
    if page["steps"] or page["milestones"]:
        offered.append(("steps", _("Service steps")))
    offered += [("reviews", _("Reviews")), ("terms", _("Terms and leaving")), ("versions", _("Versions"))]
    return [
        Tab(
            label,
            base if key == "details" else f"{base}{key}/",
            key == current,
            page["figures"]["reviews"] if key == "reviews" else None,
        )
        for key, label in offered
    ]


TEXTS = {
    "details": ("description", "cases"),
    "terms": ("terms", "refund_text", "delist_use", "delist_transfer", "delist_data", "aftersales"),
}


def _texts(page: dict[str, Any], part: str) -> list[dict[str, Any]]:
    names = {
        "description": _("What it does"),
        "cases": _("Cases"),
        "terms": _("Terms of use"),
        "refund_text": _("Refunds after the guarantee"),
        "delist_use": _("If it leaves the market: your use"),
        "delist_transfer": _("If it leaves the market: who takes over"),
        "delist_data": _("If it leaves the market: your data"),
        "aftersales": _("After-sales"),
    }
    found = []
    for key in TEXTS.get(part, ()):
        html = worded(page["html"], key)
        if html:
            found.append({"title": names[key], "html": html})
    return found


def _support(provider_id: int) -> list[tuple[str, str]]:
    """What a provider offers beside the chat: names and words, only those that it offers (§12(1)1)."""
    found = support_profile_of(provider_id)
    if found is None:
        return []
    said = {name: getattr(found, f"{name}_en" if in_english() else f"{name}_zh") for name in SUPPORT}
    said = {name: text or getattr(found, f"{name}_zh") for name, text in said.items()}
    rows = [
        (_("By phone"), " · ".join(part for part in (found.phone, said["phone_hours"]) if found.phone and part)),
        (_("Technical questions"), said["technical"]),
        (_("Questions about the product"), said["product"]),
    ]
    return [(name, text) for name, text in rows if text]


@kept_for_visitors
def store(request: HttpRequest, slug: str) -> HttpResponse:
    """Who are they? Their record, measures in force, and what they sell."""
    now = clock.now()
    found = store_by_slug(slug, now)
    page = cards_page(
        now=now, filters=CardFilters(provider_id=found.provider_id), cursor=request.GET.get("cursor"), size=24
    )
    context = {
        "store": found,
        "name": (found.name_en if in_english() else "") or found.name_zh,
        "introduction": (found.introduction_en if in_english() else "") or found.introduction_zh,
        "record": provider_record(found.provider_id, now),
        "measures": list(restrictions_in_force(found.provider, now)),
        "support": _support(found.provider_id),
        "products": cards(page.items),
        "page": page,
        "now": now,
    }
    return render(request, "storefront/store.html", context)
