"""Invoices that providers ask for what they bought of the cloud itself (§13(4))."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_MONEY
from core import clock
from core.acts import Actor
from orders import services
from orders.models import CloudInvoice
from orders.types import CloudInvoiceState


class DocumentForm(forms.Form):
    """The number of the invoice that the cloud made out."""

    document_number = forms.CharField(
        label=_("Number of the document"), max_length=60, widget=UnfoldAdminTextInputWidget
    )


@admin.register(CloudInvoice)
class CloudInvoiceAdmin(ActAdmin):
    role = "finance"
    seen_by = SEE_MONEY
    list_display = ["number", "provider", "bill", "amount", "state", "requested_at", "due_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=number", "=bill", "=provider__number"]
    ordering = ["-id"]
    show_full_result_count = False
    actions_detail = ["issue", "decline"]

    def available_acts(self, obj: Any, actor: Actor) -> Collection[str]:
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
