"""The operators' desk for orders: acceptances to settle, claims to decide, reviews to look into, invoices to issue."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.acts import ActAdmin, ReasonForm
from accounts.admin.reviews import Review as ReviewShown
from accounts.admin.reviews import ReviewAdmin as QueueAdmin
from accounts.types import SEE_DISPUTES, SEE_MONEY, SEE_TRADE
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from orders import services
from orders.admin import reviews
from orders.models import (
    DeductionOffer,
    Invoice,
    Order,
    Review,
    WarrantyClaim,
)
from orders.selectors import acceptance_queue, claims_waiting
from orders.types import ClaimState, InvoiceParty, InvoiceState, OrderState, ReviewState


class StatementForm(forms.Form):
    """What the operator finds, with the evidence that it rests on."""

    statement = forms.CharField(
        label=_("Finding"),
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Both sides are shown it, and it is kept in the audit trail."),
    )


class CompensationForm(StatementForm):
    """A finding with a compensation where one is due."""

    amount = forms.DecimalField(
        label=_("Compensation (yuan)"),
        max_digits=14,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        widget=UnfoldAdminDecimalFieldWidget(),
        help_text=_("Leave it empty where the claim is upheld without money."),
    )


class InvoiceForm(forms.Form):
    """The invoice itself."""

    document_number = forms.CharField(
        label=_("Number of the document"), max_length=60, widget=UnfoldAdminTextInputWidget()
    )
    document = forms.FileField(label=_("The invoice as a file"))


class HeldFilter(admin.SimpleListFilter):
    """Orders whose money is held."""

    title = _("Money")
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Money held"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Order]") -> "QuerySet[Order]":
        return queryset.filter(held=True) if self.value() == "yes" else queryset


@admin.register(Order)
class OrderAdmin(QueueAdmin):
    """Orders, and the acceptances that ninety days of silence brought here (§11(1)3)."""

    seen_by = SEE_TRADE
    list_display = ["number", "title_zh", "buyer", "provider", "amount", "refunded", "state", "placed_at", "paid_at"]
    list_filter = [HeldFilter, "state", "product_class"]
    list_select_related = ["buyer", "provider"]
    search_fields = ["=number"]
    ordering = ["-id"]
    actions_detail = ["claim", "take_over", "release", "settle_complete", "settle_incomplete", "reopen"]
    keys = {"a": "settle_complete", "r": "settle_incomplete"}
    default_queue = "all"

    def waiting(self) -> "QuerySet[Order]":
        return acceptance_queue()

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """A queue begins with what waits longest, the orders with the newest."""
        queue = request.GET.get("queue") in {"waiting", "mine"}
        return ["settle_asked_at", "id"] if queue else super().get_ordering(request)

    def review(self, request: HttpRequest, obj: Order, now: datetime) -> ReviewShown:
        return reviews.of_order(obj, request.user, now)

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_act_permission(request, object_id)

    def settling_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        if obj.settle_asked_at is not None and obj.state == OrderState.IN_SERVICE:
            return ["settle_complete", "settle_incomplete"]
        confirmed = obj.is_service and obj.state == OrderState.COMPLETED and obj.confirmed_at is not None
        return ["reopen"] if confirmed else []

    @action(description=_("Find it complete"), permissions=["settle"], url_path="settle-complete")
    def settle_complete(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Find this service complete?"),
            consequences=[
                _("Every milestone that was handed in is accepted in the buyer's place."),
                _("The guarantee ends, and the money in escrow goes to the provider, less the service fee."),
                _("The warranty begins. Both sides are told."),
            ],
            submit=_("Find it complete"),
            form_class=StatementForm,
            run=lambda found, data: services.acceptance_settle_complete(
                order=found, statement=data["statement"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The service is confirmed complete."),
        )

    @action(description=_("Find it not complete"), permissions=["settle"], url_path="settle-incomplete")
    def settle_incomplete(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Find this service not complete?"),
            consequences=[
                _("What was handed in goes back to the provider with your finding."),
                _("The money stays in escrow. Both sides are told."),
            ],
            submit=_("Find it not complete"),
            form_class=StatementForm,
            run=lambda found, data: services.acceptance_settle_incomplete(
                order=found, statement=data["statement"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The service goes back to the provider."),
        )

    @action(description=_("Undo the confirmation"), permissions=["settle"], url_path="reopen")
    def reopen(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Undo this confirmation?"),
            consequences=[
                _("The order runs on and its guarantee is restored: the buyer may be refunded in full."),
                _("Money that was released stays with the provider; a refund is recovered from it."),
                _("Both sides are told the reason."),
            ],
            submit=_("Undo the confirmation"),
            form_class=ReasonForm,
            run=lambda found, data: services.order_reopen(
                order=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The order runs on."),
        )


@admin.register(WarrantyClaim)
class WarrantyClaimAdmin(QueueAdmin):
    """Claims that the two could not settle (§11(3)3)."""

    seen_by = SEE_DISPUTES
    role = "arbitration"
    list_display = ["number", "order", "wish", "amount_asked", "amount_offered", "state", "filed_at", "answer_due_at"]
    list_filter = ["state", "wish"]
    list_select_related = ["order"]
    search_fields = ["=number", "=order__number"]
    ordering = ["escalated_at", "-id"]
    actions_detail = ["claim", "take_over", "release", "uphold", "refuse"]
    keys = {"a": "uphold", "r": "refuse"}
    clocks = {"answer_due_at": "filed"}

    def waiting(self) -> "QuerySet[WarrantyClaim]":
        return claims_waiting()

    def review(self, request: HttpRequest, obj: WarrantyClaim, now: datetime) -> ReviewShown:
        return reviews.of_claim(obj)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_act_permission(request, object_id)

    def settling_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        return ["uphold", "refuse"] if obj.state == ClaimState.ESCALATED else []

    @action(description=_("Uphold the claim"), permissions=["decide"], url_path="uphold")
    def uphold(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Uphold this claim?"),
            consequences=[
                _("A compensation goes to the buyer out of what the provider is owed, and then out of its deposit."),
                _("It never exceeds what is left of the price. Both sides are told."),
            ],
            submit=_("Uphold the claim"),
            form_class=CompensationForm,
            run=lambda found, data: services.claim_uphold(
                claim=found,
                finding=data["statement"],
                amount=data["amount"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The claim is upheld."),
        )

    @action(description=_("Do not uphold it"), permissions=["decide"], url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Not uphold this claim?"),
            consequences=[_("No money moves. Both sides are told your finding.")],
            submit=_("Do not uphold it"),
            form_class=StatementForm,
            run=lambda found, data: services.claim_refuse(
                claim=found, finding=data["statement"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The claim is not upheld."),
        )


@admin.register(Invoice)
class InvoiceAdmin(ActAdmin):
    """Invoices, and those that the platform itself owes (§13)."""

    seen_by = SEE_MONEY
    role = "finance"
    list_display = ["number", "order", "kind", "issuer", "recipient", "amount", "state", "due_at", "issued_at"]
    list_filter = ["state", "kind", "issuer"]
    list_select_related = ["order"]
    search_fields = ["=number", "=order__number", "=document_number"]
    ordering = ["-id"]
    show_full_result_count = False
    actions_detail = ["issue"]

    def has_issue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_act_permission(request, object_id)

    def available_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        owed = obj.issuer == InvoiceParty.PLATFORM and obj.state == InvoiceState.REQUESTED
        return ["issue"] if owed else []

    @action(description=_("Enter the invoice"), permissions=["issue"], url_path="issue")
    def issue(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Enter this invoice as issued?"),
            consequences=[_("Number and document are kept, and whoever it is for is told.")],
            submit=_("Enter the invoice"),
            form_class=InvoiceForm,
            run=lambda found, data: services.invoice_issue(
                invoice=found,
                document_number=data["document_number"],
                files=request.FILES.getlist("document"),
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The invoice is issued."),
        )


@admin.register(Review)
class ReviewAdmin(ActAdmin):
    """Reviews by buyers who are connected with a provider (§15(2), §16(2))."""

    seen_by = SEE_DISPUTES
    list_display = ["order", "product", "author", "score", "state", "held_because", "written_at"]
    list_filter = ["state", "held_because", "score"]
    list_select_related = ["order", "product", "author"]
    search_fields = ["=order__number"]
    ordering = ["-id"]
    show_full_result_count = False
    actions_detail = ["publish", "take_off"]

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_act_permission(request, object_id)

    def available_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        acts = []
        if obj.state != ReviewState.PUBLISHED:
            acts.append("publish")
        if obj.state != ReviewState.REMOVED:
            acts.append("take_off")
        return acts

    @action(description=_("Publish the review"), permissions=["settle"], url_path="publish")
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Publish this review?"),
            consequences=[_("Everybody sees it, and it counts for the product's score.")],
            submit=_("Publish the review"),
            form_class=ReasonForm,
            run=lambda found, data: services.review_publish(
                review=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The review is published."),
        )

    @action(description=_("Remove the review"), permissions=["settle"], url_path="remove")
    def take_off(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Remove this review?"),
            consequences=[
                _("Nobody sees it any more, and it no longer counts for the score. Its words stay on record."),
                _("Its author is told the reason."),
            ],
            submit=_("Remove the review"),
            form_class=ReasonForm,
            run=lambda found, data: services.review_remove(
                review=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The review is removed."),
        )


@admin.register(DeductionOffer)
class DeductionOfferAdmin(ReadOnlyAdmin):
    seen_by = SEE_TRADE
    list_display = ["number", "order", "amount", "state", "offered_side", "offered_at", "ended_at"]
    list_filter = ["state"]
    list_select_related = ["order"]
    search_fields = ["=number", "=order__number"]
    ordering = ["-id"]
    show_full_result_count = False
