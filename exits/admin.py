"""Exits and clearances: what will happen, and a second operator's decision (§20(4), §22 to §26)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin.reviews import Facts, Review, ReviewAdmin, Rows, Words, decided, linked
from accounts.types import SEE_TRADE
from core import clock
from core.acts import Actor
from deposits.selectors import deposit_balance
from exits.models import Exit
from exits.selectors import clearances_waiting
from exits.services import clearance_confirm, clearance_decline, clearance_open, exit_request
from exits.types import ExitState
from orders.selectors import held_of_provider, open_orders_count
from providers.admin.forms import ProviderReasonForm
from providers.types import ExitKind

# What an operator may state; points and rows of the schedule propose by themselves.
GROUNDS = [
    ("24(2)", _("24(2) no longer meets the conditions of admission")),
    ("24(3)", _("24(3) its account is on the blacklist: everything closes at once")),
    ("24(5)", _("24(5) less than the share sold runs on the cloud")),
    ("24(6)", _("24(6) other grave conduct")),
]


class ProposalForm(ProviderReasonForm):
    """Whom, on which ground, and why."""

    ground = forms.ChoiceField(label=_("Ground"), choices=GROUNDS, widget=UnfoldAdminSelectWidget)
    field_order = ["provider", "ground"]


ORDERS_SHOWN = 200


@admin.register(Exit)
class ExitAdmin(ReviewAdmin):
    """Exits; the clearances that a second operator confirms (§20(4))."""

    seen_by = SEE_TRADE
    list_display = ["number", "provider", "kind", "state", "opened_at", "left_at", "deposit_due_at"]
    list_filter = ["state", "kind"]
    search_fields = ["=number", "=provider__number"]
    list_select_related = ["provider"]
    ordering = ["opened_at", "id"]
    actions_list = ["next_one", "propose", "terminate"]
    actions_detail = ["claim", "take_over", "release", "confirm", "decline"]
    keys = {"a": "confirm", "r": "decline"}

    def waiting(self) -> "QuerySet[Exit]":
        return clearances_waiting()

    def review(self, request: HttpRequest, obj: Exit, now: datetime) -> Review:
        provider = obj.provider
        orders = obj.orders.select_related("order").order_by("id")[:ORDERS_SHOWN]
        evidence = [
            Facts(
                _("Exit"),
                [
                    (_("Number"), obj.number),
                    (_("Provider"), linked(provider)),
                    (_("Kind"), obj.get_kind_display()),
                    (_("Grounds"), " ".join(f"§{ground}" for ground in obj.grounds)),
                    (_("Opened"), obj.opened_at),
                    (_("Opened by"), obj.opened_by or _("by itself")),
                ],
            ),
            Words(_("Reason"), obj.reason),
            *decided(_("Decision"), obj.decision),
            Rows(
                _("What becomes of its orders"),
                [_("order"), _("choice"), _("outcome"), _("amount"), _("settled at")],
                [
                    (one.order.number, one.get_choice_display(), one.get_outcome_display(), one.amount, one.settled_at)
                    for one in orders
                ],
            ),
        ]
        judgement: list[Any] = [
            Facts(
                _("Where it stands"),
                [
                    (_("State"), obj.get_state_display()),
                    (_("Decided by"), obj.decided_by),
                    (pgettext_lazy("when", "Decided"), obj.decided_at),
                    (_("Left"), obj.left_at),
                    (_("Deposit goes back"), obj.deposit_due_at),
                ],
            ),
            Facts(
                _("What is at stake"),
                [
                    (_("Orders not finished"), open_orders_count(provider)),
                    (_("Money held for its orders"), held_of_provider(provider)),
                    (_("Deposit held"), deposit_balance(provider.pk)),
                ],
            ),
        ]
        if obj.state == ExitState.PROPOSED:
            judgement.append(
                Facts(
                    _("What confirming would bring about"),
                    [
                        (_("Who decides"), _("another operator than the one who opened it (20(4))")),
                        (
                            pgettext_lazy("exits", "Buyers"),
                            _("get back what was not finished; with a running subscription they choose (26(1))"),
                        ),
                        (_("Deposit"), _("what is left of it is kept (20(4))")),
                        (_("Provider"), _("may never come back, under this account or any other (25)")),
                    ],
                )
            )
        if obj.decision_reason:
            judgement.append(Words(_("Why it was decided so"), obj.decision_reason))
        return Review(evidence, judgement)

    def settling_acts(self, obj: Exit, actor: Actor) -> list[str]:
        return ["confirm", "decline"] if obj.state == ExitState.PROPOSED and actor.id != obj.opened_by_id else []

    @action(description=_("Propose a clearance"), permissions=["act"], url_path="propose")
    def propose(self, request: HttpRequest) -> HttpResponse:
        return self.new_page(
            request,
            title=_("Propose to clear a provider out"),
            consequences=[
                _("A second operator confirms or declines it (24)."),
                _("For a blacklisted account the store and all products close at once; otherwise they stay."),
            ],
            submit=_("Propose the clearance"),
            form_class=ProposalForm,
            run=lambda data: clearance_open(
                provider=data["provider"],
                grounds=[data["ground"]],
                reason=data["reason"],
                reference="operator",
                decision=None,
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The clearance waits for a second operator."),
        )

    @action(description=_("End the cooperation"), permissions=["act"], url_path="terminate")
    def terminate(self, request: HttpRequest) -> HttpResponse:
        return self.new_page(
            request,
            title=_("End the cooperation with a provider"),
            consequences=[
                _("No new orders come in; what was sold is finished (22)."),
                _("The deposit goes back after the last warranty; the subject may apply again at any time (25)."),
            ],
            submit=_("End the cooperation"),
            form_class=ProviderReasonForm,
            run=lambda data: exit_request(
                provider=data["provider"],
                kind=ExitKind.TERMINATED,
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The provider is leaving."),
        )

    @action(description=_("Confirm the clearance"), url_path="confirm")
    def confirm(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Confirm this clearance"),
            consequences=[
                _("Every order that is not finished is refunded in full (26(1))."),
                _("The deposit is kept (20(4))."),
                _("The legal subject may never come back (25)."),
            ],
            submit=_("Confirm the clearance"),
            run=lambda obj, data: clearance_confirm(
                exit_=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The clearance is confirmed; its orders are being settled."),
        )

    @action(description=_("Decline the clearance"), url_path="decline")
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Decline this clearance"),
            consequences=[_("What was closed is displayed again.")],
            submit=_("Decline the clearance"),
            run=lambda obj, data: clearance_decline(
                exit_=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The clearance is declined."),
        )
