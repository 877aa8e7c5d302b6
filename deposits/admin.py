"""The operators' desk for deposits: who is short, what was taken, and additional deposits to settle (9(6))."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acts import ActAdmin
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.money import format_yuan
from deposits import selectors, services
from deposits.models import (
    AdditionalDeposit,
    Deduction,
    Deposit,
    DepositPayment,
    DepositReturn,
    TopUpDemand,
)
from deposits.types import ProposalState


class FinanceAdmin(ActAdmin):
    """Screens of finance."""

    role = "finance"
    show_full_result_count = False
    list_per_page = 50
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name"]


@admin.register(Deposit)
class DepositAdmin(FinanceAdmin):
    """What each provider must have deposited, and what it has."""

    list_display = ["provider", "highest_price", "base", "additional", "required", "held", "entered", "returning"]
    list_filter = ["entered", "returning"]
    fields = [
        "provider",
        "highest_price",
        "base",
        "additional",
        "required",
        "held",
        "missing",
        "rulebook",
        "entered",
        "returning",
        "changed_at",
    ]
    readonly_fields = ["held", "missing"]
    actions_detail = ["refresh"]

    @display(description=_("held"))
    def held(self, deposit: Deposit) -> str:
        return format_yuan(selectors.balance(deposit.provider))

    @display(description=_("missing"))
    def missing(self, deposit: Deposit) -> str:
        return format_yuan(selectors.standing(deposit.provider).shortfall)

    @action(description=_("Work it out again"), permissions=["act"], url_path="refresh")
    def refresh(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Work the requirement out again?"),
            consequences=[
                _("It follows the highest paid price on sale and the rulebook in force now."),
                _("Where what is held no longer suffices, the provider is asked to top up within three working days."),
            ],
            submit=_("Work it out"),
            form_class=forms.Form,
            run=lambda found, data: services.requirement_refresh(
                provider=found.provider, actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The requirement was worked out again."),
        )


@admin.register(Deduction)
class DeductionAdmin(FinanceAdmin):
    """What was taken from deposits. It is taken back through an appeal."""

    list_display = ["number", "provider", "kind", "amount", "reference", "deducted_at", "was_reversed"]
    list_filter = ["kind", ("reversal", admin.EmptyFieldListFilter)]
    list_select_related = ["provider", "reversal"]
    search_fields = ["=number", "=provider__number", "provider__public_name", "=reference"]

    @display(description=_("taken back"), boolean=True)
    def was_reversed(self, deduction: Deduction) -> bool:
        return hasattr(deduction, "reversal")


@admin.register(TopUpDemand)
class TopUpDemandAdmin(FinanceAdmin):
    """Deposits that are short, the most urgent first."""

    list_display = ["provider", "shortfall", "shortfall_at", "deadline", "settlement_due_at", "withheld", "shown_state"]
    list_filter = ["state"]
    ordering = ["deadline", "pk"]

    @display(
        description=_("state"),
        label={"awaiting": "info", "withholding": "warning", "closed": "danger", "satisfied": "success"},
    )
    def shown_state(self, demand: TopUpDemand) -> tuple[str, str]:
        return demand.state, str(demand.get_state_display())


@admin.register(AdditionalDeposit)
class AdditionalDepositAdmin(FinanceAdmin):
    """Proposed after a third deduction in twelve months; an operator confirms or declines (9(6)4)."""

    list_display = ["provider", "count", "amount", "proposed_at", "until", "state"]
    list_filter = ["state"]
    ordering = ["proposed_at", "pk"]
    actions_detail = ["confirm", "decline"]

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not self.has_act_permission(request, object_id):
            return False
        found = self.get_object(request, str(object_id))
        return found is not None and found.state == ProposalState.PROPOSED

    @action(description=_("Confirm"), permissions=["settle"], url_path="confirm")
    def confirm(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Ask for this additional deposit?"),
            consequences=[
                _("The required deposit rises by the amount until the date shown."),
                _("Where what is held no longer suffices, the provider has three working days to top it up."),
                _("The provider is told, with the reason."),
            ],
            submit=_("Ask for it"),
            run=lambda found, data: services.additional_confirm(
                additional=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The additional deposit is required."),
        )

    @action(description=_("Decline"), permissions=["settle"], url_path="decline")
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Not ask for this additional deposit?"),
            consequences=[_("Nothing more is required. A further deduction may propose one again.")],
            submit=_("Do not ask for it"),
            run=lambda found, data: services.additional_decline(
                additional=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The proposal was declined."),
        )


@admin.register(DepositPayment)
class DepositPaymentAdmin(ReadOnlyAdmin):
    list_display = ["number", "provider", "amount", "state", "intent_number", "opened_at", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=number", "=intent_number", "=provider__number"]
    show_full_result_count = False


@admin.register(DepositReturn)
class DepositReturnAdmin(ReadOnlyAdmin):
    list_display = ["provider", "amount", "payout_number", "state", "opened_at", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=payout_number", "=provider__number"]
    show_full_result_count = False
