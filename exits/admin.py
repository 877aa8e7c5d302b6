"""Exits and clearances: what will happen, and a second operator's decision (20(4), 22 to 26)."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.admin.acts import ActAdmin
from core import clock
from core.acts import Actor
from exits.models import Exit, ExitOrder
from exits.services import clearance_confirm, clearance_decline
from exits.types import ExitState


class ExitOrderInline(TabularInline):
    """What becomes of each order."""

    model = ExitOrder
    fields = ["order", "choice", "outcome", "amount", "settled_at"]
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Exit)
class ExitAdmin(ActAdmin):
    list_display = ["number", "provider", "kind", "state", "opened_at", "left_at", "deposit_due_at"]
    list_filter = ["state", "kind"]
    search_fields = ["number", "provider__number", "provider__legal_name"]
    list_select_related = ["provider"]
    ordering = ["opened_at", "id"]
    inlines = [ExitOrderInline]
    actions_detail = ["confirm", "decline"]

    def available_acts(self, obj: Exit, actor: Actor) -> list[str]:
        return ["confirm", "decline"] if obj.state == ExitState.PROPOSED and actor.id != obj.opened_by_id else []

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
