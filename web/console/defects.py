"""Defects of the provider's products: telling the users in time, and that they are mended (§18(6))."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog.selectors import product_for
from core.acts import Actor
from providers.models import Provider
from providers.types import Permission
from violations import selectors, services
from violations.types import DefectState
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page

DEFECTS = "/console/defects/"
ANSWERS = {
    DefectState.ASKED: ("disclose", "deny"),
    DefectState.DENIED: ("disclose",),
    DefectState.DISCLOSED: ("mend",),
}


class DiscloseForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("What is wrong, in one line"), max_length=120)
    effect = forms.CharField(
        label=gettext_lazy("What it may lead to"), max_length=4000, widget=forms.Textarea({"rows": 4})
    )
    advice = forms.CharField(
        label=gettext_lazy("What users should do now"), max_length=4000, widget=forms.Textarea({"rows": 4})
    )


class DenyForm(forms.Form):
    denial = forms.CharField(
        label=gettext_lazy("Why there is no defect"), max_length=4000, widget=forms.Textarea({"rows": 4})
    )


class MendForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("How it was mended, and what users still have to do"),
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
    )


def _disclose(subject: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    defect = services.defect_disclose(product=subject, asked=target, actor=actor, now=now, **data)
    return Done(_("%(n)d users were told.") % {"n": defect.users_told}, f"{DEFECTS}{defect.number}/")


def _deny(subject: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.defect_deny(defect=target, denial=data["denial"], actor=actor, now=now)
    return Done(_("An operator looks at your answer."), f"{DEFECTS}{target.number}/")


def _mend(subject: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.defect_mend(defect=target, note=data["note"], actor=actor, now=now)
    return Done(_("The users are told that it is mended."), f"{DEFECTS}{target.number}/")


ACTS = {
    "disclose": ActPage(
        gettext_lazy("Tell the users of a defect"),
        gettext_lazy("Tell the users"),
        _disclose,
        lambda subject, target, now: [
            Consequence(_("Everybody who uses the product gets a message, by mail as well."), None, "held"),
            Consequence(_("The product's page shows it until it is mended."), None, "due"),
        ],
        form=DiscloseForm,
        clauses=("18(6)",),
    ),
    "deny": ActPage(
        gettext_lazy("Say why there is no defect"),
        gettext_lazy("Send the answer"),
        _deny,
        lambda subject, target, now: [
            Consequence(_("An operator judges it. Concealing a defect is grave."), None, "late")
        ],
        form=DenyForm,
        clauses=("18(6)",),
        quote=lambda subject, target: target.question,
    ),
    "mend": ActPage(
        gettext_lazy("The defect is mended"),
        gettext_lazy("Tell the users"),
        _mend,
        lambda subject, target, now: [
            Consequence(_("Everybody who uses the product is told how it was mended."), None, "held"),
            Consequence(_("The product's page no longer shows it."), None, "paid"),
        ],
        form=MendForm,
        clauses=("18(6)",),
    ),
}


@provider_page(Permission.PRODUCTS)
def index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What am I asked about, what did I disclose, what is mended?"""
    rows = selectors.defects_of_provider(provider)
    return draw(
        request,
        "defects",
        now,
        asked=list(selectors.defects_asked(provider)[:50]),
        rest=list(rows.exclude(state=DefectState.ASKED).order_by("-id")[:50]),
    )


@provider_page(Permission.PRODUCTS)
def detail(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One defect: what is asked, what the users were told, what came of it."""
    found = selectors.defect_of_provider(provider, number)
    return draw(
        request,
        "defect",
        now,
        defect=found,
        asked=found.state == DefectState.ASKED,
        acts=[(name, ACTS[name].title) for name in ANSWERS.get(DefectState(found.state), ())],
        crumbs=[(_("Defects"), DEFECTS)],
    )


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, provider: Provider, now: datetime, number: str, name: str) -> HttpResponse:
    """Disclose, deny, or say that it is mended."""
    found = selectors.defect_of_provider(provider, number)
    if name not in ANSWERS.get(DefectState(found.state), ()):
        raise Http404(name)
    return do(request, ACTS[name], found.product, now, back=f"{DEFECTS}{number}/", target=found)


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def disclose(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """Disclose a defect of a product by oneself."""
    product = product_for(provider=provider, product_id=pk)
    return do(request, ACTS["disclose"], product, now, back=f"/console/products/{pk}/")
