"""The arbitration's desk: refunds in dispute, with the evidence beside them (17)."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from accounts.admin.acts import ActAdmin
from core import clock
from core.acts import Actor
from core.money import format_yuan
from refunds import services
from refunds.models import RefundFile, RefundFunding, RefundMessage, RefundOffer, RefundRequest
from refunds.selectors import refund_detail
from refunds.types import RefundState


class FindingForm(forms.Form):
    """What the operator finds."""

    finding = forms.CharField(
        label=_("Finding"),
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Both sides are shown it, and it is kept in the audit trail."),
    )


class UpholdForm(FindingForm):
    """A finding, and whether a service's quality caused the buyer a loss (17(3)1)."""

    caused_loss = forms.BooleanField(
        label=_("The quality of the service caused the buyer a loss: everything goes back (17(3)1)"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )


class ReadOnlyInline(TabularInline):
    """Rows that are looked at beside their refund."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and request.user.is_staff


class MessageInline(ReadOnlyInline):
    model = RefundMessage
    fields = ["said_at", "side", "author", "text"]


class FileInline(ReadOnlyInline):
    model = RefundFile
    fields = ["uploaded_at", "side", "name", "size", "sha256"]


class OfferInline(ReadOnlyInline):
    model = RefundOffer
    fields = ["offered_at", "side", "amount", "state", "statement"]


class FundingInline(ReadOnlyInline):
    model = RefundFunding
    fields = ["source", "amount", "taken_at"]


@admin.register(RefundRequest)
class RefundRequestAdmin(ActAdmin):
    """Refunds; those in dispute, the longest waiting first."""

    role = "arbitration"
    list_display = [
        "number", "order", "reason", "amount_asked", "amount", "state", "in_guarantee", "requested_at", "decide_due_at",
    ]  # fmt: skip
    list_filter = ["state", "in_guarantee", "reason", "origin"]
    list_select_related = ["order"]
    search_fields = ["=number", "=order__number"]
    ordering = ["escalated_at", "-id"]
    show_full_result_count = False
    list_per_page = 50
    inlines = [MessageInline, FileInline, OfferInline, FundingInline]
    actions_detail = ["decide_in_full", "uphold", "reject"]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_act_permission(request, object_id)

    def available_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        if obj.in_guarantee:
            return ["decide_in_full"] if obj.state in {RefundState.NEGOTIATING, RefundState.ESCALATED} else []
        return ["uphold", "reject"] if obj.state == RefundState.ESCALATED else []

    @action(description=_("Decide for the full price"), permissions=["decide"], url_path="decide-in-full")
    def decide_in_full(self, request: HttpRequest, object_id: int) -> HttpResponse:
        obj = self.get_object(request, str(object_id))
        left = format_yuan(obj.order.left) if obj is not None else ""
        return self.act_page(
            request,
            object_id,
            title=_("Decide for the full price?"),
            consequences=[
                _("%(amount)s goes back to the buyer, from escrow where it still is (17(1)).") % {"amount": left},
                _("What was released is recovered from the provider, then from its deposit. Both sides are told."),
            ],
            submit=_("Decide for the full price"),
            form_class=FindingForm,
            run=lambda found, data: services.refund_decide_in_full(
                refund=found, finding=data["finding"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The full price is on its way back."),
        )

    @action(description=_("Uphold the reason"), permissions=["decide"], url_path="uphold")
    def uphold(self, request: HttpRequest, object_id: int) -> HttpResponse:
        obj = self.get_object(request, str(object_id))
        upheld = refund_detail(obj, request.user, clock.now()).upheld if obj is not None else None
        amount = format_yuan(upheld.values["amount"]) if upheld is not None else ""
        return self.act_page(
            request,
            object_id,
            title=_("Uphold this reason?"),
            consequences=[
                _("By the rules of the day it was asked for, %(amount)s goes back to the buyer.") % {"amount": amount},
                _("It is taken from escrow, then from what the provider is owed, then from its deposit."),
                _("Both sides are told your finding with its clauses."),
            ],
            submit=_("Uphold the reason"),
            form_class=UpholdForm,
            run=lambda found, data: services.refund_uphold(
                refund=found,
                finding=data["finding"],
                caused_loss=data["caused_loss"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The reason is upheld."),
        )

    @action(description=_("Do not uphold it"), permissions=["decide"], url_path="reject")
    def reject(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Not uphold this reason?"),
            consequences=[
                _("Only what the provider's terms promise without a reason goes back, or nothing."),
                _("Both sides are told your finding with its clauses."),
            ],
            submit=_("Do not uphold it"),
            form_class=FindingForm,
            run=lambda found, data: services.refund_reject(
                refund=found, finding=data["finding"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The reason is not upheld."),
        )
