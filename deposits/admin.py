"""The operators' desk for deposits: who is short, what was taken, and additional deposits to settle (§9(6))."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acts import ActAdmin
from accounts.admin.reviews import Facts, Review, ReviewAdmin, Rows, decided, linked
from accounts.types import SEE_MONEY
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

DEDUCTIONS_SHOWN = 20


class FinanceAdmin(ActAdmin):
    """Screens of finance."""

    seen_by = SEE_MONEY
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

    @display(description=pgettext_lazy("deposits", "held"))
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

    exclude = ["key"]
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
    clocks = {"deadline": "awaiting"}

    @display(
        description=_("state"),
        label={"awaiting": "info", "withholding": "warning", "closed": "danger", "satisfied": "success"},
    )
    def shown_state(self, demand: TopUpDemand) -> tuple[str, str]:
        return demand.state, str(demand.get_state_display())


@admin.register(AdditionalDeposit)
class AdditionalDepositAdmin(ReviewAdmin):
    """Proposed after a third deduction in twelve months; an operator confirms or declines (§9(6)4)."""

    seen_by = SEE_MONEY
    list_display = ["provider", "count", "amount", "proposed_at", "until", "state"]
    list_filter = ["state"]
    ordering = ["proposed_at", "pk"]
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name"]
    role = "finance"
    actions_detail = ["claim", "take_over", "release", "confirm", "decline"]
    keys = {"a": "confirm", "r": "decline"}

    def waiting(self) -> "QuerySet[AdditionalDeposit]":
        return selectors.additional_waiting()

    def settling_acts(self, obj: AdditionalDeposit, actor: Actor) -> list[str]:
        return ["confirm", "decline"] if obj.state == ProposalState.PROPOSED else []

    def review(self, request: HttpRequest, obj: AdditionalDeposit, now: datetime) -> Review:
        english = (get_language() or "").startswith("en")
        deductions = Deduction.objects.filter(provider=obj.provider).order_by("-deducted_at")[:DEDUCTIONS_SHOWN]
        standing = selectors.standing(obj.provider)
        evidence = [
            Facts(
                _("Proposal"),
                [
                    (_("Provider"), linked(obj.provider)),
                    (_("Deductions within 12 months"), obj.count),
                    (_("Proposed"), obj.proposed_at),
                ],
            ),
            Rows(
                _("Deductions"),
                [_("number"), _("kind"), _("amount"), _("deducted at"), _("reason")],
                [
                    (one.number, one.get_kind_display(), one.amount, one.deducted_at,
                     one.reason_en if english else one.reason_zh)
                    for one in deductions
                ],
            ),
        ]  # fmt: skip
        judgement: list[Any] = [
            Facts(
                _("What it would ask"),
                [
                    (_("Additional deposit"), obj.amount),
                    (_("Until"), obj.until),
                    (_("Required now"), standing.required),
                    (_("Held now"), selectors.balance(obj.provider)),
                    (_("State"), obj.get_state_display()),
                    (_("Decided by"), obj.settled_by),
                    (_("Reason"), obj.reason),
                ],
            ),
            *decided(_("Decision"), obj.decision),
        ]
        return Review(evidence, judgement)

    @action(description=pgettext_lazy("deposits", "Confirm"), url_path="confirm")
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
            submit=pgettext_lazy("deposits", "Ask for it"),
            run=lambda found, data: services.additional_confirm(
                additional=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The additional deposit is required."),
        )

    @action(description=_("Decline"), url_path="decline")
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
    seen_by = SEE_MONEY
    list_display = ["number", "provider", "amount", "state", "intent_number", "opened_at", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=number", "=intent_number", "=provider__number"]
    show_full_result_count = False


@admin.register(DepositReturn)
class DepositReturnAdmin(ReadOnlyAdmin):
    seen_by = SEE_MONEY
    list_display = ["provider", "amount", "payout_number", "state", "opened_at", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=payout_number", "=provider__number"]
    show_full_result_count = False
