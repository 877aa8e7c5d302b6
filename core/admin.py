"""What the operators see of the house: the outbox with its dead letters, and what the sweeps did."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import CharField, JSONField, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timeuntil
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from core import clock, outbox, sweeps
from core.admin_links import sees
from core.admin_values import NOTHING, decision_told, in_words, person_named
from core.models import OutboxMessage, SweepFailure, SweepRun
from core.money import MoneyField, format_yuan

DECISIONS = "regulation.DecisionRecord"


class ReadOnlyAdmin(ModelAdmin):
    """Shows; what changes anything is an act behind a button.

    In lists amounts carry the sign of the yuan, and a deadline named in `clocks` (field to the states in which it
    runs, separated by spaces) says how much time is left.
    `seen_by` names the operators' roles that look at it; where it names none, every operator does.
    """

    clocks: Mapping[str, str] = {}
    seen_by: Collection[str] = ()

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        if not self.seen_by:
            return request.user.is_active and request.user.is_staff
        return request.user.is_authenticated and any(request.user.has_role(role) for role in self.seen_by)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        told = self._told_columns(request)
        shown = [name for name in super().get_fields(request, obj) if name not in told.values()]
        return [told.get(name, name) for name in shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *self._told_columns(request).values()]

    def _told_columns(self, request: HttpRequest) -> dict[str, Any]:
        """The fields that the page of one row tells in words: those stored for machines, and rows of screens that this
        operator does not see, which would be links to nowhere.
        """
        label = self.opts.label_lower
        columns = {field.name: _told_column(request, label, field) for field in self.opts.concrete_fields}
        return {name: column for name, column in columns.items() if column is not None}

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        fields = {field.name: field for field in self.opts.concrete_fields}
        return [self._column(name, fields.get(name)) for name in super().get_list_display(request)]

    def _column(self, name: Any, field: Any) -> Any:
        if name in self.clocks:
            return _clock_column(name, field.verbose_name, self.clocks[name].split())
        return _money_column(name, field.verbose_name) if isinstance(field, MoneyField) else name


_columns: dict[tuple[str, str, Any], Any] = {}


def _told_column(request: HttpRequest, model: str, field: Any) -> Any:
    """How a field is told that would otherwise be shown as it is stored, or None. The same one each time: the desk
    knows columns by what they are.
    """
    name = field.name
    if isinstance(field, MoneyField):
        tell: Any = format_yuan
    elif isinstance(field, JSONField):
        tell = in_words
    elif field.is_relation and field.related_model._meta.label == DECISIONS:
        tell = decision_told
    elif name.endswith("_by") and isinstance(field, CharField):
        tell = person_named
    elif field.is_relation and not sees(request, field.related_model):
        tell = str
    else:
        return None

    @admin.display(description=field.verbose_name)
    def told(obj: Any) -> Any:
        value = getattr(obj, name)
        return NOTHING if value is None else tell(value)

    told.__name__ = name
    return _columns.setdefault((model, name, tell), told)


def _money_column(name: str, label: Any) -> Any:
    @admin.display(description=label, ordering=name)
    def shown(obj: Any) -> str:
        amount = getattr(obj, name)
        return NOTHING if amount is None else format_yuan(amount)

    return shown


def _clock_column(name: str, label: Any, running: Sequence[str]) -> Any:
    @admin.display(description=label, ordering=name)
    def shown(obj: Any) -> SafeString:
        return clock_told(getattr(obj, name), obj.state in running)

    return shown


def clock_told(due_at: datetime | None, runs: bool) -> SafeString:
    """A deadline in Beijing time and, while it runs, how much of it is left or how late it is."""
    if due_at is None:
        return mark_safe(NOTHING)
    at = localtime(due_at, clock.BEIJING).strftime("%Y-%m-%d %H:%M")
    now = clock.now()
    if not runs:
        return format_html("{}", at)
    if due_at <= now:
        late = _("%(length)s late") % {"length": timeuntil(now, due_at, depth=1)}
        return format_html('{}<br><span class="desk desk-late">{}</span>', at, late)
    left = _("%(length)s left") % {"length": timeuntil(due_at, now, depth=1)}
    return format_html('{}<br><span class="desk desk-quiet">{}</span>', at, left)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """What is to be delivered. Its contents stay out of sight: they hold codes and invitations."""

    seen_by = ("marketplace_operations", "audit")
    exclude = ["payload"]
    list_display = ["topic", "key", "state", "attempts", "due_at", "delivered_at", "last_error"]
    list_filter = ["state", "topic"]
    search_fields = ["key"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["send_again"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who looks on for the audit sends nothing."""
        return request.user.has_role("marketplace_operations")  # type: ignore[union-attr]

    @admin.action(description=_("Send the dead ones again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        now = clock.now()
        sent = sum(outbox.revive(pk, now) for pk in queryset.values_list("pk", flat=True))
        messages.info(request, ngettext("%(n)d message queued.", "%(n)d messages queued.", sent) % {"n": sent})


def sweep_named(name: str) -> str:
    """What a sweep is called, in the reader's language; its own name where it is no longer there."""
    return next((str(sweep.title) for sweep in sweeps.all_sweeps() if sweep.name == name), name)


class SweepFilter(admin.SimpleListFilter):
    """By sweep, by what it is called."""

    title = _("Sweep")
    parameter_name = "sweep"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(sweep.name, sweep.title) for sweep in sweeps.all_sweeps()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(sweep=self.value()) if self.value() else queryset


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin):
    fields = ["title", "clause", "started_at", "finished_at", "moment", "done", "failed"]
    readonly_fields = ["title", "clause"]
    list_display = ["title", "clause", "started_at", "finished_at", "done", "failed"]
    list_filter = [SweepFilter]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description=_("Sweep"), ordering="sweep")
    def title(self, run: SweepRun) -> str:
        return sweep_named(run.sweep)

    @admin.display(description=_("Clause"))
    def clause(self, run: SweepRun) -> str:
        known = {sweep.name: sweep for sweep in sweeps.all_sweeps()}
        return f"§{known[run.sweep].clause}" if run.sweep in known else ""


@admin.register(SweepFailure)
class SweepFailureAdmin(ReadOnlyAdmin):
    fields = ["title", "row", "error", "times", "first_at", "last_at", "resolved_at"]
    readonly_fields = ["title"]
    list_display = ["title", "row", "error", "times", "first_at", "last_at", "resolved_at"]
    list_filter = [SweepFilter, ("resolved_at", admin.EmptyFieldListFilter)]
    search_fields = ["row"]
    ordering = ["-last_at", "-id"]
    show_full_result_count = False

    @admin.display(description=_("Sweep"), ordering="sweep")
    def title(self, failure: SweepFailure) -> str:
        return sweep_named(failure.sweep)
