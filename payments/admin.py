"""The operators' desk for payments: every row to be looked at, the queues with the acts that empty them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_MONEY
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.errors import DomainError
from core.fsm import can_proceed
from payments import purposes, services
from payments.gateways import GatewayUnreachable
from payments.models import Difference, GatewayMessage, Payback, PaymentIntent, Payout, Reconciliation, StrayPayment
from payments.services.asking import day_compare
from payments.types import MessageState


class WhyForm(forms.Form):
    """Why, for the trail."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("It is kept in the audit trail."),
    )


class MoneyAdmin(ActAdmin):
    """Screens of finance. A button shows only where its act is possible now."""

    seen_by = SEE_MONEY
    role = "finance"
    show_full_result_count = False
    list_per_page = 50
    ordering = ["-id"]

    def possible(self, request: HttpRequest, object_id: Any, test: Callable[[Any], bool]) -> bool:
        """Whether this operator may and the object's state permits it."""
        if not self.has_act_permission(request, object_id):
            return False
        obj = self.get_object(request, str(object_id))
        return obj is not None and test(obj)


class PurposeFilter(admin.SimpleListFilter):
    """By what the money is for, as people call it."""

    title = _("Purpose")
    parameter_name = "purpose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, purposes.named(name)) for name in purposes.names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(purpose=self.value()) if self.value() else queryset


class PurposeTold(ReadOnlyAdmin):
    """Says in words what money is for."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [name for name in super().get_fields(request, obj) if name != "shown_purpose"]
        return ["shown_purpose" if name == "purpose" else name for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "shown_purpose"]

    @display(description=_("Purpose"))
    def shown_purpose(self, row: Any) -> str:
        return str(purposes.named(row.purpose))


class TransferAdmin(PurposeTold, MoneyAdmin):
    """Pay-backs and payouts."""

    list_display = ["number", "reference", "amount", "state", "opened_at", "done_at", "failure"]
    list_filter = ["state", "gateway", PurposeFilter]
    search_fields = ["=number", "=reference", "=gateway_trade"]

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.possible(request, object_id, lambda found: can_proceed(found.retry))


@admin.register(PaymentIntent)
class PaymentIntentAdmin(PurposeTold):
    seen_by = SEE_MONEY
    list_display = ["number", "title", "amount", "payer", "state", "opened_at", "paid_at", "paid_back"]
    list_filter = ["state", PurposeFilter, "gateway"]
    list_select_related = ["payer"]
    search_fields = ["=number", "=reference", "=gateway_trade"]
    ordering = ["-id"]
    show_full_result_count = False
    list_per_page = 50


@admin.register(StrayPayment)
class StrayPaymentAdmin(MoneyAdmin):
    """Money that arrived and fits nothing: pay it back, or take it after all."""

    list_display = ["number", "reason", "amount", "state", "intent", "received_at", "settled_at"]
    list_filter = ["state", "reason", "gateway"]
    list_select_related = ["intent"]
    search_fields = ["=number", "=named", "=gateway_trade"]
    actions_detail = ["pay_back", "take"]

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.possible(request, object_id, lambda found: can_proceed(found.send_back))

    def has_take_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        def fits(found: StrayPayment) -> bool:
            intent = found.intent
            return can_proceed(found.apply) and intent is not None and found.amount >= intent.amount

        return self.possible(request, object_id, fits)

    @action(description=_("Pay it back"), permissions=["settle"], url_path="pay-back")
    def pay_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Pay this money back?"),
            consequences=[
                _("The whole amount goes back the way it came, through the gateway."),
                _("The payer is told. The payment it was meant for stays as it is."),
            ],
            submit=_("Pay it back"),
            form_class=WhyForm,
            run=lambda found, data: services.stray_return(
                stray_id=found.pk, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The money is on its way back."),
        )

    @action(description=_("Take it as the payment"), permissions=["take"], url_path="take")
    def take(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this money as the payment?"),
            consequences=[
                _("The payment is paid, and what it was for goes ahead."),
                _("What is more than was asked for goes back the way it came."),
                _("The payer is told."),
            ],
            submit=_("Take it as the payment"),
            form_class=WhyForm,
            run=lambda found, data: services.stray_apply(
                stray_id=found.pk, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The payment is paid."),
        )


@admin.register(Payback)
class PaybackAdmin(TransferAdmin):
    actions_detail = ["retry"]

    @action(description=_("Ask the gateway again"), permissions=["retry"], url_path="retry")
    def retry(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Ask the gateway for this pay-back again?"),
            consequences=[_("The gateway is asked again under the same number; it never pays twice.")],
            submit=_("Ask the gateway again"),
            form_class=WhyForm,
            run=lambda found, data: services.payback_retry(
                payback_id=found.pk, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The gateway is being asked."),
        )


@admin.register(Payout)
class PayoutAdmin(TransferAdmin):
    list_display = ["number", "reference", "recipient_shown", "amount", "state", "opened_at", "done_at", "failure"]
    exclude = ["recipient", "provider_id"]
    actions_detail = ["retry", "give_up"]

    def has_give_up_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.possible(request, object_id, lambda found: can_proceed(found.give_up))

    @action(description=_("Ask the gateway again"), permissions=["retry"], url_path="retry")
    def retry(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Ask the gateway for this payout again?"),
            consequences=[_("The gateway is asked again under the same number; it never pays twice.")],
            submit=_("Ask the gateway again"),
            form_class=WhyForm,
            run=lambda found, data: services.payout_retry(
                payout_id=found.pk, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The gateway is being asked."),
        )

    @action(description=_("Give it up"), permissions=["give_up"], url_path="give-up")
    def give_up(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Give this payout up?"),
            consequences=[
                _("The money goes back to the account it came from and is owed again."),
                _("The gateway is not asked any more under this number."),
            ],
            submit=_("Give it up"),
            form_class=WhyForm,
            run=lambda found, data: services.payout_give_up(
                payout_id=found.pk, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The money is back where it came from."),
        )


@admin.register(GatewayMessage)
class GatewayMessageAdmin(MoneyAdmin):
    list_display = ["id", "gateway", "number", "state", "received_at", "handled_at", "note"]
    list_filter = ["state", "gateway"]
    search_fields = ["=number", "=notice_id"]
    actions_detail = ["settle"]

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        waiting = {MessageState.ATTENTION, MessageState.WAITING}
        return self.possible(request, object_id, lambda found: found.state in waiting)

    @action(description=_("Close with a note"), permissions=["settle"], url_path="settle")
    def settle(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Close this message?"),
            consequences=[_("It leaves the queue. The books stay as they are.")],
            submit=_("Close with a note"),
            form_class=WhyForm,
            run=lambda found, data: services.message_settle(
                message_id=found.pk, note=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The message is closed."),
        )


@admin.register(Reconciliation)
class ReconciliationAdmin(MoneyAdmin):
    list_display = ["day", "gateway", "lines", "matched", "came_in", "went_out", "compared_at"]
    list_filter = ["gateway"]
    ordering = ["-day"]
    actions_detail = ["compare_again"]

    @action(description=_("Compare again"), permissions=["act"], url_path="compare")
    def compare_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        run = self.get_object(request, str(object_id))
        if run is not None:
            try:
                day_compare(name=run.gateway, day=run.day, now=clock.now())
            except (DomainError, GatewayUnreachable) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("The day was compared again."))
        return HttpResponseRedirect(reverse("admin:payments_reconciliation_change", args=[object_id]))


@admin.register(Difference)
class DifferenceAdmin(MoneyAdmin):
    list_display = ["run", "kind", "movement", "trade", "theirs", "ours", "found_at", "settled_at"]
    list_filter = [("settled_at", admin.EmptyFieldListFilter), "kind", "movement"]
    list_select_related = ["run"]
    search_fields = ["=trade", "=number"]
    actions_detail = ["settle"]

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.possible(request, object_id, lambda found: found.settled_at is None)

    @action(description=_("Settle with a note"), permissions=["settle"], url_path="settle")
    def settle(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Settle this difference?"),
            consequences=[_("It leaves the queue. The books stay as they are: corrections are acts of their own.")],
            submit=_("Settle with a note"),
            form_class=WhyForm,
            run=lambda found, data: services.difference_settle(
                difference_id=found.pk, note=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The difference is settled."),
        )
