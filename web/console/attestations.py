"""Saying that the version on sale is the provider's current release (§18(13))."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog import services
from catalog.selectors import product_for
from core.acts import Actor
from providers.models import Provider
from providers.types import Permission
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.access import do, provider_page


class AttestForm(forms.Form):
    upstream = forms.CharField(
        label=gettext_lazy("Your own release"),
        max_length=60,
        help_text=gettext_lazy("As your customers outside the market know it, such as 3.2.1."),
    )


def _attest(product: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_attest(product=product, upstream=data["upstream"], actor=actor, now=now)
    return Done(_("The version is attested."), f"/console/products/{product.pk}/")


ATTEST = ActPage(
    gettext_lazy("Attest the version on sale"),
    gettext_lazy("It is the current release"),
    _attest,
    lambda product, target, now: [
        Consequence(_("Buyers see on the product's page which release it is, and when you said so."), None, "neutral"),
        Consequence(_("Where there is a newer release, begin a new version instead."), None, "due"),
    ],
    form=AttestForm,
    clauses=("18(12)", "18(13)"),
)


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def attest(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """Attest the version of a product on sale."""
    return do(request, ATTEST, product_for(provider=provider, product_id=pk), now, back=f"/console/products/{pk}/")
