"""Products: what is on sale, what reviewers found, what would leave the market; and the editor of a version."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.authentication import signed_in
from catalog import services
from catalog.models import ProductVersion
from catalog.selectors import (
    SECTIONS,
    available_acts,
    completeness,
    console_counts,
    content_of,
    findings_of,
    live_findings,
    product_for,
    products_page,
    restrictions_in_force,
    version_open_of,
    versions_of,
)
from catalog.types import ProductClass, ProductState, VersionState
from core.acts import Actor
from core.errors import DomainError
from providers.models import Provider
from providers.types import Permission
from web.acts import ActPage, Done, refused_by_field
from web.components.lists import FilterSpec, list_state
from web.components.steps import Consequence, Step
from web.console.access import do, draw, provider_page
from web.console.product_forms import NAMES, StartForm, changes_of, row_formset, row_sets, rows_of, section_form

PRODUCTS = "/console/products/"
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
            "said": PRODUCT_STATES.get(row["state"], row["state"]),
            "version_said": VERSION_STATES.get(row["version_state"], ""),
        }
        for row in page.items
    ]
    return draw(request, "products", now, list=state, page=page, rows=rows, filtered=bool(state.chips))


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Begin a product."""
    return do(request, NEW, provider, now, back=PRODUCTS)


def _create(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    version = services.product_create(provider=provider, actor=actor, now=now, **data)
    return Done(_("A draft was made. Fill in its sections."), f"{PRODUCTS}{version.product_id}/basics/")


NEW = ActPage(gettext_lazy("New product"), gettext_lazy("Make a draft"), _create, form=StartForm, clauses=("10(1)",))


@provider_page(Permission.PRODUCTS)
def detail(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """One product: its state, the version being written, what was found, its versions."""
    product = product_for(provider=provider, product_id=pk)
    version = _latest(product)
    found = list(findings_of(version))
    return draw(
        request,
        "product",
        now,
        product=product,
        version=version,
        said=PRODUCT_STATES[ProductState(product.state)],
        tone=TONES.get(ProductState(product.state), "neutral"),
        findings=found,
        restrictions=list(restrictions_in_force(product, now)),
        versions=list(versions_of(product)[:20]),
        steps=_steps(version, now),
        acts=available_acts(version, signed_in(request)),
        crumbs=[(_("Products"), PRODUCTS)],
    )


def _sections(version: ProductVersion) -> list[str]:
    return list(SECTIONS)


def _steps(version: ProductVersion, now: datetime, current: str = "") -> list[Step]:
    counts = completeness(live_findings(version, now=now)) if version.state == VersionState.DRAFT else {}
    return [
        Step(
            NAMES[name],
            "current" if name == current else "todo" if counts.get(name) else "done",
            f"{PRODUCTS}{version.product_id}/{name}/",
            _("%(n)d to be changed") % {"n": counts[name]} if counts.get(name) else "",
        )
        for name in _sections(version)
    ]


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, provider: Provider, now: datetime, pk: int, section: str) -> HttpResponse:
    """One section of the version being written: its fields, and what the checks find in them now."""
    product = product_for(provider=provider, product_id=pk)
    version = version_open_of(product)
    if section not in SECTIONS:
        raise Http404(section)
    if version is None or version.state != VersionState.DRAFT:
        messages.warning(request, _("There is no draft to change. Begin a new version."))
        return redirect(f"{PRODUCTS}{pk}/")
    posted = request.POST if request.method == "POST" else None
    form = section_form(version, section, posted, request.FILES if posted is not None else None)
    content = content_of(version)
    sets = {name: row_formset(name, getattr(content, name), posted) for name in row_sets(section)}
    if content.product_class != ProductClass.SERVICE:
        sets.pop("milestones", None)
    refused: DomainError | None = None
    if posted is not None and form.is_valid() and all(one.is_valid() for one in sets.values()):
        lists = {name: rows_of(name, one) for name, one in sets.items()}
        changes = changes_of(version, form)
        if request.headers.get("HX-Request"):
            found = live_findings(version, now=now, changes=changes, **lists)
            return draw(request, "_findings", now, findings=_of_section(found, section))
        try:
            _keep(version, form, changes, lists, Actor.of(request.user), now)
        except DomainError as error:
            if not refused_by_field(form, error):
                refused = error
        else:
            if request.headers.get("X-Requested-With") == "XMLHttpRequest":
                return HttpResponse(status=204)
            return redirect(_next(pk, section))
    response = draw(
        request,
        "product_edit",
        now,
        product=product,
        version=version,
        section=section,
        title=NAMES[section],
        form=form,
        sets=sets,
        refused=refused,
        steps=_steps(version, now, section),
        findings=_of_section(live_findings(version, now=now), section),
        crumbs=[(_("Products"), PRODUCTS), (version.title_zh, f"{PRODUCTS}{pk}/")],
    )
    response.status_code = refused.status if refused else 422 if posted is not None else 200
    return response


def _keep(version: Any, form: forms.Form, changes: Any, lists: Any, actor: Actor, now: datetime) -> None:
    if changes or lists:
        services.version_save(version=version, changes=changes, actor=actor, now=now, **lists)
    if form.cleaned_data.get("cover"):
        services.cover_set(version=version, upload=form.cleaned_data["cover"], actor=actor, now=now)


def _of_section(found: Any, section: str) -> list[Any]:
    bases = SECTIONS[section]
    return [one for one in found if one.field.partition(".")[0].removesuffix("_zh").removesuffix("_en") in bases]


def _next(pk: int, section: str) -> str:
    order = list(SECTIONS)
    at = order.index(section)
    return f"{PRODUCTS}{pk}/{order[at + 1]}/" if at + 1 < len(order) else f"{PRODUCTS}{pk}/"


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What is new"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )


class ReasonForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea({"rows": 3}))


def _submit(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_submit(version=version, change_note=data["note"], actor=actor, now=now)
    return Done(_("The version is with the reviewers."), f"{PRODUCTS}{version.product_id}/")


def _withdraw(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_withdraw(version=version, actor=actor, now=now)
    return Done(_("The version is withdrawn."), f"{PRODUCTS}{version.product_id}/")


def _open(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_open(product=version.product, actor=actor, now=now)
    return Done(_("A new version was begun; the one on sale stays as it is."), f"{PRODUCTS}{version.product_id}/")


def _delist(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.product_delist(product=version.product, reason="provider", note=data["note"], actor=actor, now=now)
    return Done(_("The product is off the market."), f"{PRODUCTS}{version.product_id}/")


ACTS = {
    "submit": ActPage(
        gettext_lazy("Hand the version in"),
        gettext_lazy("Hand it in"),
        _submit,
        lambda version, target, now: [
            Consequence(_("A reviewer looks at it. You cannot change it meanwhile."), None, "held")
        ],
        form=NoteForm,
        clauses=("10(1)", "18(10)"),
    ),
    "withdraw": ActPage(gettext_lazy("Withdraw the version"), gettext_lazy("Withdraw it"), _withdraw),
    "open": ActPage(
        gettext_lazy("Begin a new version"),
        gettext_lazy("Begin it"),
        _open,
        lambda version, target, now: [
            Consequence(_("The version on sale stays on sale until the new one is released."), None, "neutral")
        ],
        clauses=("18(10)",),
    ),
    "delist": ActPage(
        gettext_lazy("Take the product off the market"),
        gettext_lazy("Take it off"),
        _delist,
        lambda version, target, now: [
            Consequence(_("Nobody can buy it any more."), None, "late"),
            Consequence(_("What was sold is served to its end, with guarantee and warranty."), None, "held"),
        ],
        form=ReasonForm,
        clauses=("10(8)",),
        danger=True,
    ),
}


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
