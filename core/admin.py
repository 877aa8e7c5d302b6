"""What the operators see of the house: the outbox with its dead letters, and what the sweeps did."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from core import clock, outbox, sweeps
from core.models import OutboxMessage, SweepFailure, SweepRun


class ReadOnlyAdmin(ModelAdmin):
    """Shows; what changes anything is an act behind a button."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_staff


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["topic", "key", "state", "attempts", "due_at", "delivered_at", "last_error"]
    list_filter = ["state", "topic"]
    search_fields = ["key"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["send_again"]

    @admin.action(description=_("Send the dead ones again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        now = clock.now()
        sent = sum(outbox.revive(pk, now) for pk in queryset.values_list("pk", flat=True))
        messages.info(request, ngettext("%(n)d message queued.", "%(n)d messages queued.", sent) % {"n": sent})


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin):
    list_display = ["title", "clause", "started_at", "finished_at", "done", "failed"]
    list_filter = ["sweep"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description=_("Sweep"), ordering="sweep")
    def title(self, run: SweepRun) -> str:
        known = {sweep.name: sweep for sweep in sweeps.all_sweeps()}
        return str(known[run.sweep].title) if run.sweep in known else run.sweep

    @admin.display(description=_("Clause"))
    def clause(self, run: SweepRun) -> str:
        known = {sweep.name: sweep for sweep in sweeps.all_sweeps()}
        return f"§{known[run.sweep].clause}" if run.sweep in known else ""


@admin.register(SweepFailure)
class SweepFailureAdmin(ReadOnlyAdmin):
    list_display = ["sweep", "row", "error", "times", "first_at", "last_at", "resolved_at"]
    list_filter = ["sweep", ("resolved_at", admin.EmptyFieldListFilter)]
    search_fields = ["row"]
    ordering = ["-last_at", "-id"]
    show_full_result_count = False
