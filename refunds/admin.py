"""The arbitration's desk: refunds in dispute, with the evidence beside them (§17)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from accounts.admin.reviews import Facts, Papers, Review, ReviewAdmin, Rows, Said, Words, decided, linked
from accounts.types import SEE_TRADE
from core import clock
from core.acts import Actor
from core.admin import clock_told
from core.admin_values import NOTHING
from core.money import format_yuan
from refunds import services
from refunds.models import RefundRequest
from refunds.models.request import SIDES
from refunds.selectors import queue, refund_detail, waiting_for
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
    """A finding, and whether a service's quality caused the buyer a loss (§17(3)1)."""

    caused_loss = forms.BooleanField(
        label=_("The quality of the service caused the buyer a loss: everything goes back (17(3)1)"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )


@admin.register(RefundRequest)
class RefundRequestAdmin(ReviewAdmin):
    """Refunds; those in dispute, the longest waiting first."""

    seen_by = SEE_TRADE
    role = "arbitration"
    list_display = [
        "number", "order", "reason", "amount_asked", "shown_amount", "state", "in_guarantee", "requested_at",
        "shown_due",
    ]  # fmt: skip
    list_filter = ["state", "in_guarantee", "reason", "origin"]
    list_select_related = ["order"]
    search_fields = ["=number", "=order__number"]
    ordering = ["escalated_at", "-id"]
    actions_detail = ["claim", "take_over", "release", "decide_in_full", "uphold", "reject"]
    keys = {"a": "uphold", "f": "decide_in_full", "r": "reject"}

    @display(description=_("amount"), ordering="amount")
    def shown_amount(self, refund: RefundRequest) -> str:
        """What goes back, once that is known."""
        return format_yuan(refund.amount) if refund.settled_at is not None or refund.amount else NOTHING

    @display(description=_("due"), ordering="decide_due_at")
    def shown_due(self, refund: RefundRequest) -> SafeString:
        """Until when whoever owes the next step has to take it; past the guarantee the platform has no such clock."""
        return clock_told(waiting_for(refund, clock.now()).due_at, runs=True)

    def waiting(self) -> Any:
        return queue()

    def review(self, request: HttpRequest, obj: RefundRequest, now: datetime) -> Review:
        detail = refund_detail(obj, request.user, now)
        order = obj.order
        sides: dict[str, Any] = {str(side): name for side, name in SIDES}
        files = [(file.name, file.link, one.author) for one in detail.room for file in one.files]
        said = [(f"{sides.get(one.side, one.side)} · {one.author}", one.at, one.text) for one in detail.room]
        offers = [
            (one.get_side_display(), one.amount, one.get_state_display(), one.offered_at) for one in detail.offers
        ]
        evidence = [
            Facts(
                _("Request"),
                [
                    (_("Number"), obj.number),
                    (_("Order"), linked(order)),
                    (_("Bought"), order.title_zh),
                    (_("Buyer"), obj.buyer),
                    (_("Provider"), linked(obj.provider)),
                    (_("Where it comes from"), obj.get_origin_display()),
                    (_("Reason"), obj.get_reason_display() if obj.reason else _("without a reason")),
                    (_("Amount asked for"), obj.amount_asked),
                    (_("Says it caused a loss"), _("yes") if obj.claims_loss else ""),
                    (_("Asked"), obj.requested_at),
                ],
            ),
            Said(_("Room"), said),
            Papers(_("Files"), files),
            Rows(
                _("Offers"),
                [_("side"), _("amount"), _("state"), _("offered at")],
                offers,
            ),
        ]
        judgement: list[Any] = [
            Facts(
                _("Where it stands"),
                [
                    (_("State"), obj.get_state_display()),
                    (_("Waiting"), waiting_for(obj, now).sentence.in_language(get_language() or "zh-hans")),
                    (_("Asked inside the guarantee"), _("yes") if obj.in_guarantee else _("no")),
                    (_("The provider's answer"), obj.reply),
                    (_("Left of the price"), order.left),
                    (_("Amount"), obj.amount if obj.settled_at else None),
                    (pgettext_lazy("when", "Decided"), obj.settled_at),
                ],
            ),
            *decided(_("What the rules say of the request"), obj.decision),
            *decided(_("What they say if the reason is upheld"), detail.upheld),
            *decided(_("Decision"), obj.final),
        ]
        if obj.finding:
            judgement.append(Words(_("Finding"), obj.finding))
        if detail.fundings:
            rows = [(one.get_source_display(), one.amount, one.taken_at) for one in detail.fundings]
            judgement.append(
                Rows(
                    _("Where the money came from"),
                    [_("source"), _("amount"), pgettext_lazy("refunds", "taken at")],
                    rows,
                )
            )
        return Review(evidence, judgement)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_act_permission(request, object_id)

    def settling_acts(self, obj: Any, actor: Actor) -> Collection[str]:
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
