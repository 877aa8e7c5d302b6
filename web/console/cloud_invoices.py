"""Invoices for what the provider bought of the cloud itself (§13(4))."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from orders import services
from orders.selectors import cloud_invoices_of
from providers.models import Provider
from providers.types import Permission
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page

INVOICES, CLOUD = "/console/invoices/", "/console/invoices/cloud/"


class CloudInvoiceForm(forms.Form):
    bill = forms.CharField(
        label=gettext_lazy("Number of the cloud's bill"),
        max_length=60,
        help_text=gettext_lazy("As it stands in the billing of your cloud account."),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount on the bill (¥)"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2
    )
    heading = forms.CharField(label=gettext_lazy("Name on the invoice"), max_length=120)
    tax_number = forms.CharField(label=gettext_lazy("Tax number"), max_length=30, required=False)
    email = forms.EmailField(label=gettext_lazy("Send it to"), required=False)


@provider_page(Permission.INVOICES)
def index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Which invoices did I ask the cloud for, and where does each stand?"""
    return draw(
        request,
        "cloud_invoices",
        now,
        invoices=list(cloud_invoices_of(provider)[:100]),
        crumbs=[(_("Invoices"), INVOICES)],
    )


def _request(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.cloud_invoice_request(provider=provider, actor=actor, now=now, **data)
    return Done(_("Finance passes your request on and tells you."), CLOUD)


REQUEST = ActPage(
    gettext_lazy("Ask for an invoice for cloud purchases"),
    gettext_lazy("Send the request"),
    _request,
    lambda provider, target, now: [
        Consequence(_("The cloud makes it out for the bill as it was paid; nothing moves in the market."), None, "held")
    ],
    form=CloudInvoiceForm,
    clauses=("13(4)",),
)


@provider_page(Permission.INVOICES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Ask for an invoice for what was bought of the cloud."""
    return do(request, REQUEST, provider, now, back=CLOUD)
