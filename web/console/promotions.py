"""Promotions to those who bought: only with the platform's consent, and not too often (§18(9))."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog.selectors import product_for
from core.acts import Actor
from providers.models import Provider
from providers.types import Permission
from violations import selectors, services
from violations.types import CampaignState
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page

PROMOTIONS = "/console/promotions/"


class CampaignForm(forms.Form):
    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=60)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=120)
    text_zh = forms.CharField(label=gettext_lazy("Text in Chinese"), max_length=500, widget=forms.Textarea({"rows": 4}))
    text_en = forms.CharField(
        label=gettext_lazy("Text in English"), max_length=1000, widget=forms.Textarea({"rows": 4})
    )


@provider_page(Permission.PRODUCTS)
def index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What did I want to tell my buyers, and did the platform consent?"""
    rows = list(selectors.campaigns_of_provider(provider)[:100])
    return draw(request, "promotions", now, campaigns=rows, waits=CampaignState.SUBMITTED)


def _submit(product: Any, provider: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.campaign_submit(provider=provider, product=product, texts=data, actor=actor, now=now)
    return Done(_("The platform looks at your promotion before anybody is told."), PROMOTIONS)


SUBMIT = ActPage(
    gettext_lazy("Tell your buyers of this product"),
    gettext_lazy("Ask for consent"),
    _submit,
    lambda product, provider, now: [
        Consequence(_("Nobody is told before the platform has consented."), None, "held"),
        Consequence(_("It goes to those who bought from you and did not opt out, and seldom."), None, "neutral"),
        Consequence(_("Promoting in any other way is against the rules."), None, "late"),
    ],
    form=CampaignForm,
    clauses=("18(9)",),
)


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """Ask for consent to a promotion of a product."""
    product = product_for(provider=provider, product_id=pk)
    return do(request, SUBMIT, product, now, back=f"/console/products/{pk}/", target=provider)


def _withdraw(campaign: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.campaign_withdraw(campaign=campaign, actor=actor, now=now)
    return Done(_("The promotion is withdrawn."), PROMOTIONS)


WITHDRAW = ActPage(
    gettext_lazy("Withdraw this promotion"),
    gettext_lazy("Withdraw the promotion"),
    _withdraw,
    lambda campaign, target, now: [
        Consequence(_("Nobody is told of it. You can ask for consent to another."), None, "neutral")
    ],
    clauses=("18(9)",),
)


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """Withdraw a promotion that waits for consent."""
    return do(request, WITHDRAW, selectors.campaign_of_provider(provider, number), now, back=PROMOTIONS)
