"""Invoices that providers ask for what they bought of the cloud itself (§13(4))."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.reviews import Facts, Review, ReviewAdmin, Said, linked
from accounts.types import SEE_MONEY
from core import clock
from core.acts import Actor
from core.money import format_yuan
from orders import services
from orders.models import CloudInvoice
from orders.selectors import cloud_invoices_waiting
from orders.types import CloudInvoiceState

EARLIER = 10


class DocumentForm(forms.Form):
    """The number of the invoice that the cloud made out."""

    document_number = forms.CharField(
        label=_("Number of the document"), max_length=60, widget=UnfoldAdminTextInputWidget
    )


def _said(invoice: CloudInvoice) -> str:
    return f"{invoice.bill} · {format_yuan(invoice.amount)} · {invoice.get_state_display()}"


@admin.register(CloudInvoice)
class CloudInvoiceAdmin(ReviewAdmin):
    role = "finance"
    seen_by = SEE_MONEY
    list_display = ["number", "provider", "bill", "amount", "state", "requested_at", "due_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=number", "=bill", "=provider__number"]
    ordering = ["requested_at", "id"]
    clocks = {"due_at": "requested"}
    actions_detail = ["claim", "take_over", "release", "issue", "decline"]
    keys = {"a": "issue", "r": "decline"}

    def waiting(self) -> "QuerySet[CloudInvoice]":
        return cloud_invoices_waiting()

    def review(self, request: HttpRequest, obj: CloudInvoice, now: datetime) -> Review:
        earlier = CloudInvoice.objects.filter(provider=obj.provider).exclude(pk=obj.pk).order_by("-id")[:EARLIER]
        return Review(
            [
                Facts(
                    _("Bill of the cloud"),
                    [
                        (_("Number"), obj.number),
                        (_("Provider"), linked(obj.provider)),
                        (_("Bill"), obj.bill),
                        (_("Amount"), obj.amount),
                        (_("Heading"), obj.heading),
                        (_("Tax number"), obj.tax_number),
                        (_("Sent to"), obj.email),
                        (_("Requested by"), obj.requested_by),
                        (_("Requested at"), obj.requested_at),
                    ],
                ),
                Said(
                    _("Earlier requests of this provider"),
                    [(one.number, one.requested_at, _said(one)) for one in earlier],
                    _("None."),
                ),
            ],
            [
                Facts(
                    _("Where it stands"),
                    [
                        (_("State"), obj.get_state_display()),
                        (_("To be answered by"), obj.due_at),
                        (_("Number of the document"), obj.document_number),
                        (_("Reason"), obj.reason),
                    ],
                )
            ],
        )

    def settling_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        return ["issue", "decline"] if obj.state == CloudInvoiceState.REQUESTED else []

    @action(description=_("Enter the invoice"), permissions=["act"], url_path="issue")
    def issue(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Enter the cloud's invoice?"),
            consequences=[_("The provider is told its number.")],
            submit=_("Enter the invoice"),
            form_class=DocumentForm,
            run=lambda found, data: services.cloud_invoice_issue(
                invoice=found,
                document_number=data["document_number"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The invoice is issued."),
        )

    @action(description=_("Decline the request"), permissions=["act"], url_path="decline")
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Decline this request?"),
            consequences=[_("The provider reads your reason, and may ask again for the same bill.")],
            submit=_("Decline the request"),
            run=lambda found, data: services.cloud_invoice_decline(
                invoice=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The request is declined."),
        )
