"""Products: what is on sale, what reviewers found, what would leave the market; versions and their preview."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.authentication import signed_in
from catalog.models import ProductVersion
from catalog.selectors import (
    SECTIONS,
    available_acts,
    changes_between,
    completeness,
    console_counts,
    findings_of,
    live_findings,
    plans_live,
    product_for,
    products_page,
    restrictions_in_force,
    version_before,
    version_numbered,
    version_open_of,
    version_page,
    versions_of,
)
from catalog.types import ProductState, VersionState
from providers.models import Provider
from providers.types import Permission
from web.components.cards import class_words
from web.components.lists import FilterSpec, list_state
from web.console.access import do, draw, provider_page
from web.console.product_acts import ACTS, NEW, PLAN_ACTS, PRODUCTS
from web.console.product_editor import section_steps
from web.console.product_forms import LABELS, LANGUAGES, NAMES
from web.console.product_rows import KINDS
from web.storefront.products import drawn_product

STATES = [
    ("on_sale", gettext_lazy("on sale")),
    ("draft", gettext_lazy("being written")),
    ("in_review", gettext_lazy("in review")),
    ("returned", gettext_lazy("returned or refused")),
    ("awaiting_deposit", gettext_lazy("waiting for the deposit")),
    ("off", gettext_lazy("off the market")),
]
PRODUCT_STATES = {
    ProductState.DRAFT: gettext_lazy("never on sale"),
    ProductState.ON_SALE: gettext_lazy("on sale"),
    ProductState.TAKEN_DOWN: gettext_lazy("taken down"),
    ProductState.DELISTED: gettext_lazy("off the market"),
}
VERSION_STATES = dict(ProductVersion._meta.get_field("state").choices or [])
TONES = {ProductState.ON_SALE: "paid", ProductState.TAKEN_DOWN: "refused", ProductState.DELISTED: "refused"}
VERSION_TONES = {
    VersionState.SUBMITTED: "held",
    VersionState.UNDER_REVIEW: "held",
    VersionState.AWAITING_DEPOSIT: "due",
    VersionState.RETURNED: "late",
    VersionState.REFUSED: "refused",
    VersionState.RELEASED: "paid",
}
OTHER_FIELDS = {
    "category": gettext_lazy("Category"),
    "policy_percent": gettext_lazy("Refund after the guarantee (%)"),
    "warranty_months": gettext_lazy("Warranty (months)"),
    "deployment_basis": gettext_lazy("How it belongs to the cloud"),
    "delist_notice_days": gettext_lazy("Notice before it leaves (days)"),
    "own_site_url": gettext_lazy("Its page on your own site"),
    "ip_confirmed": gettext_lazy("Whose rights"),
    "cover": gettext_lazy("Cover"),
    "performer": gettext_lazy("Performed by"),
    "packages": gettext_lazy("Files and scans"),
}
# From then on a product without a sale is told about in the list.
SOON = timedelta(days=30)


def _hides(row: dict[str, Any]) -> bool:
    """Whether a restriction keeps from buyers what would be on sale."""
    return row["hidden"] and row["state"] == ProductState.ON_SALE


def _latest(product: Any) -> Any:
    return version_open_of(product) or versions_of(product).first()


@provider_page(Permission.PRODUCTS)
def index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What is on sale, what is being reviewed, what leaves the market for want of sales?"""
    state = list_state(request.GET, filters=[FilterSpec("state", _("State"), STATES, console_counts(provider))])
    page = products_page(
        provider=provider,
        now=now,
        query=state.q,
        state=state.values.get("state", ""),
        cursor=request.GET.get("cursor"),
    )
    rows = [
        {
            **row,
            "said": _("hidden from buyers") if _hides(row) else PRODUCT_STATES[row["state"]],
            "tone": "late" if _hides(row) else TONES.get(row["state"], "neutral"),
            "version_said": VERSION_STATES.get(row["version_state"], ""),
            "version_tone": VERSION_TONES.get(row["version_state"], "neutral"),
            "version_open": row["version_state"] not in {VersionState.RELEASED, VersionState.SUPERSEDED},
            "soon": row["days_to_delisting"] is not None and row["zero_sales_due_at"] - now < SOON,
        }
        for row in page.items
    ]
    return draw(request, "products", now, list=state, page=page, rows=rows, filtered=bool(state.chips))


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Begin a product."""
    return do(request, NEW, provider, now, back=PRODUCTS)


def section_of(field: str) -> str:
    """The section of the editor in which a finding is mended; files have a page of their own."""
    base = field.partition(".")[0].removesuffix("_zh").removesuffix("_en")
    if base == "packages":
        return base
    return next((name for name, fields in SECTIONS.items() if base in fields), "basics")


def field_words(field: str) -> str:
    """What a field of a listing is called on its pages."""
    base, _dot, _rest = field.partition(".")
    bare = base.removesuffix("_zh").removesuffix("_en")
    if bare in LABELS:
        return f"{LABELS[bare]} · {LANGUAGES[base[-2:]]}" if base[-3:] in {"_zh", "_en"} else str(LABELS[bare])
    if base in KINDS:
        return str(KINDS[base].name)
    return str(OTHER_FIELDS.get(base, base))


def _found(version: ProductVersion) -> list[dict[str, Any]]:
    return [
        {
            "one": one,
            "field": field_words(one.field),
            "url": f"{PRODUCTS}{version.product_id}/{section_of(one.field)}/",
            "section": NAMES.get(section_of(one.field), _("Files and scans")),
        }
        for one in findings_of(version)
    ]


@provider_page(Permission.PRODUCTS)
def detail(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """One product: its state, the version being written and what it still needs, its plans and versions."""
    product = product_for(provider=provider, product_id=pk)
    version = _latest(product)
    acts = available_acts(version, signed_in(request))
    live = live_findings(version, now=now) if version.state == VersionState.DRAFT else ()
    restrictions = list(restrictions_in_force(product, now))
    hidden = bool(restrictions) and product.state == ProductState.ON_SALE
    stops = sum(completeness(live).values())
    kind, guarantee = class_words(version.category.product_class)
    return draw(
        request,
        "product",
        now,
        product=product,
        version=version,
        said=_("hidden from buyers") if hidden else PRODUCT_STATES[ProductState(product.state)],
        tone="late" if hidden else TONES.get(ProductState(product.state), "neutral"),
        version_tone=VERSION_TONES.get(VersionState(version.state), "neutral"),
        kind=kind,
        guarantee=guarantee,
        found=_found(version) if version.state in {VersionState.RETURNED, VersionState.REFUSED} else [],
        restrictions=restrictions,
        hidden=hidden,
        versions=[
            {"one": one, "tone": VERSION_TONES.get(VersionState(one.state), "neutral")}
            for one in versions_of(product)[:50]
        ],
        plans=list(plans_live(product)) if product.state == ProductState.ON_SALE else [],
        steps=section_steps(version, live) if version.state == VersionState.DRAFT else [],
        stops=stops,
        acts=acts,
        crumbs=[(_("Products"), PRODUCTS)],
    )


@provider_page(Permission.PRODUCTS)
def version(request: HttpRequest, provider: Provider, now: datetime, pk: int, number: int) -> HttpResponse:
    """One version: what it changed, how it was judged, what was found in it."""
    product = product_for(provider=provider, product_id=pk)
    shown = version_numbered(product, number)
    earlier = version_before(shown)
    return draw(
        request,
        "product_version",
        now,
        product=product,
        version=shown,
        tone=VERSION_TONES.get(VersionState(shown.state), "neutral"),
        earlier=earlier,
        changes=[{**one, "field": field_words(one["field"])} for one in changes_between(earlier, shown)]
        if earlier
        else [],
        found=_found(shown),
        crumbs=[(_("Products"), PRODUCTS), (shown.title, f"{PRODUCTS}{pk}/")],
    )


@provider_page(Permission.PRODUCTS)
def preview(
    request: HttpRequest, provider: Provider, now: datetime, pk: int, number: int | None = None, part: str = "details"
) -> HttpResponse:
    """The page of a version as buyers would see it."""
    product = product_for(provider=provider, product_id=pk)
    shown = version_numbered(product, number) if number else _latest(product)
    page = version_page(product, shown)
    page["figures"] = {"score": 0, "reviews": 0, "sold": 0}
    page["versions"] = []
    back = f"{PRODUCTS}{pk}/versions/{number}/" if number else f"{PRODUCTS}{pk}/"
    return drawn_product(request, page, part, now, base=f"{back}preview/", preview=back)


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, provider: Provider, now: datetime, pk: int, name: str) -> HttpResponse:
    """One act on a product or its latest version."""
    version = _latest(product_for(provider=provider, product_id=pk))
    if name not in ACTS:
        raise Http404(name)
    if name not in available_acts(version, signed_in(request)):
        messages.warning(request, _("This is not possible at the moment: the product has moved on."))
        return redirect(f"{PRODUCTS}{pk}/")
    return do(request, ACTS[name], version, now, back=f"{PRODUCTS}{pk}/")


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def plan_act(request: HttpRequest, provider: Provider, now: datetime, pk: int, plan: int, name: str) -> HttpResponse:
    """Stop selling a plan of the version on sale for now, or sell it again."""
    product = product_for(provider=provider, product_id=pk)
    target = plans_live(product).filter(pk=plan).first()
    if name not in PLAN_ACTS or target is None or product.state != ProductState.ON_SALE:
        raise Http404(name)
    if (name == "stop") != (target.stopped_at is None):
        messages.warning(request, _("This is not possible at the moment: the product has moved on."))
        return redirect(f"{PRODUCTS}{pk}/")
    return do(request, PLAN_ACTS[name], product, now, back=f"{PRODUCTS}{pk}/", target=target)
