"""Queues of the desk: oldest first, taken by one operator, the evidence left and the judgement right."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acts import ActAdmin, ReasonForm
from accounts.models import WorkClaim
from accounts.services import work_claim, work_release, work_take_over
from core import clock
from core.acts import Actor
from core.admin_links import Linked
from core.money import format_yuan


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values; a value of None or "" is left out."""

    title: Any
    rows: Sequence[tuple[Any, Any]]
    kind: str = "facts"

    @property
    def shown(self) -> list[tuple[Any, Any]]:
        """The rows that say something, amounts as people read them."""
        return [(name, worded(value)) for name, value in self.rows if value not in (None, "")]


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote."""

    title: Any
    text: str
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Said:
    """A conversation or a history, oldest first: (who, when, what)."""

    title: Any
    lines: Sequence[tuple[Any, Any, Any]]
    empty: Any = ""
    kind: str = "said"


@dataclass(frozen=True, slots=True)
class Papers:
    """Files to open: (name, address, note)."""

    title: Any
    files: Sequence[tuple[str, str, Any]]
    kind: str = "papers"


@dataclass(frozen=True, slots=True)
class Rows:
    """A small table."""

    title: Any
    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    kind: str = "rows"

    @property
    def shown(self) -> list[list[Any]]:
        """The cells, amounts as people read them."""
        return [[worded(cell) for cell in row] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of the rulebook: what it says and on which clauses it rests."""

    title: Any
    text: str
    clauses: Sequence[str]
    kind: str = "decided"


@dataclass(frozen=True, slots=True)
class Review:
    """One item of a queue: what there is to see, and what it comes to."""

    evidence: Sequence[Any] = field(default_factory=list)
    judgement: Sequence[Any] = field(default_factory=list)


def worded(value: Any) -> Any:
    """A cell: amounts with the sign of the yuan, nothing as a dash."""
    if isinstance(value, Decimal):
        return format_yuan(value)
    return "–" if value in (None, "") else value


def linked(row: Any, words: Any = None) -> Linked | None:
    """A row of another screen as a link to it for who sees that screen, or None where there is none."""
    return None if row is None else Linked(row, words)


def decided(title: Any, record: Any) -> list[Decided]:
    """A stored or fresh decision as a block, or none."""
    if record is None:
        return []
    explanation = record.explanation
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    text = explanation.get(language, "") if isinstance(explanation, dict) else explanation.in_language(language)
    return [Decided(title, str(text), list(record.clauses))]


class WaitingFilter(admin.SimpleListFilter):
    """What waits, what is taken by oneself, or everything; a screen says which is shown unasked."""

    title = pgettext_lazy("accounts", "Queue")
    parameter_name = "queue"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.screen = model_admin
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("mine", _("Taken by me")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or self.screen.default_queue) == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        # A search looks everywhere: a number that somebody quotes is found whatever became of it.
        asked = self.value() or ("all" if request.GET.get("q") else self.screen.default_queue)
        if asked == "all":
            return queryset
        waiting = queryset.filter(pk__in=self.screen.waiting().order_by().values("pk"))
        return waiting.filter(taken_by=request.user.pk) if asked == "mine" else waiting


class ReviewAdmin(ActAdmin):
    """A queue. A screen says what waits, what a review shows, and which acts its keys press."""

    change_form_template = "admin/review.html"
    list_before_template = "admin/queue_keys.html"
    fields: Sequence[str] = []
    show_full_result_count = False
    list_per_page = 50
    actions_list = ["next_one"]
    default_queue = "waiting"

    def get_keys(self) -> Mapping[str, str]:
        return {"c": "claim", "t": "take_over", "u": "release", **self.keys}

    def waiting(self) -> "QuerySet[Any]":
        """What waits for an operator, oldest first."""
        raise NotImplementedError

    def review(self, request: HttpRequest, obj: Any, now: datetime) -> Review:
        """What the page of one item shows."""
        raise NotImplementedError

    @property
    def queue(self) -> str:
        """What claims of this queue are kept under."""
        return self.opts.label_lower

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        claims = WorkClaim.objects.filter(queue=self.queue, item=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                taken_by=Subquery(claims.values("operator_id")[:1]),
                taken_name=Subquery(claims.values("operator__display_name")[:1]),
                taken_at=Subquery(claims.values("claimed_at")[:1]),
            )
        )

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        return [*super().get_list_display(request), "shown_operator"]

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        return [WaitingFilter, *super().get_list_filter(request)]

    @display(description=_("taken by"))
    def shown_operator(self, obj: Any) -> str:
        return obj.taken_name or ""

    def settling_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        """Which of this screen's own buttons the item's state leaves, by method name."""
        raise NotImplementedError

    def available_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        return [*self._claim_acts(obj, actor), *self.settling_acts(obj, actor)]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        if not self.has_act_permission(request, object_id):
            return []
        return super().get_actions_detail(request, object_id)

    def _claim_acts(self, obj: Any, actor: Actor) -> list[str]:
        if not self.waiting().filter(pk=obj.pk).exists():
            return []
        if obj.taken_by is None:
            return ["claim"]
        return ["release"] if obj.taken_by == actor.id else ["take_over"]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        obj = self.get_object(request, object_id or "")
        if obj is not None:
            may = self.has_act_permission(request, object_id)
            left = self.available_acts(obj, Actor.of(request.user)) if may else []
            shown = self.review(request, obj, clock.now())
            context |= {"item": obj, "review": shown, "pressable": self.pressable(obj, left)}
            if may:
                context["next_url"] = self.screen_url("next_one") + f"?after={obj.pk}"
        return super().changeform_view(request, object_id, form_url, context)

    @action(description=_("Go to the next one"), permissions=["act"], url_path="next")
    def next_one(self, request: HttpRequest) -> HttpResponse:
        """The oldest that waits and that no colleague has; what is mine first, the one just seen last."""
        seen = request.GET.get("after", "")
        order = list(self.waiting().values_list("pk", flat=True)[: self.list_per_page * 4])
        taken = dict(self.get_queryset(request).filter(pk__in=order).values_list("pk", "taken_by"))
        mine = [pk for pk in order if taken.get(pk) == request.user.pk]
        free = [pk for pk in order if pk in taken and taken[pk] is None]
        found = next((pk for pk in [*mine, *free] if str(pk) != seen), None)
        if found is None:
            messages.info(request, _("Nothing else is waiting."))
            return HttpResponseRedirect(self.screen_url("changelist"))
        return HttpResponseRedirect(self.screen_url("change", found))

    def _subject(self, obj: Any) -> str:
        return getattr(obj, "subject", "") or f"{self.opts.model_name}:{getattr(obj, 'number', obj.pk)}"

    @action(description=_("Take it"), url_path="claim")
    def claim(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this item?"),
            consequences=[_("You work on it, and your colleagues see that you do. The deadline stays.")],
            submit=_("Take it"),
            form_class=forms.Form,
            run=lambda found, data: work_claim(
                queue=self.queue,
                item=found.pk,
                subject=self._subject(found),
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("It is yours."),
        )

    @action(description=_("Take it over"), url_path="take-over")
    def take_over(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this item over?"),
            consequences=[_("You work on it instead of your colleague. The deadline stays.")],
            submit=_("Take it over"),
            form_class=ReasonForm,
            run=lambda found, data: work_take_over(
                queue=self.queue,
                item=found.pk,
                subject=self._subject(found),
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("It is yours."),
        )

    @action(description=_("Put it back"), url_path="release")
    def release(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Put this item back into the queue?"),
            consequences=[_("It keeps its place in the queue, and a colleague may take it.")],
            submit=_("Put it back"),
            form_class=forms.Form,
            run=lambda found, data: work_release(
                queue=self.queue,
                item=found.pk,
                subject=self._subject(found),
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("It is in the queue again."),
        )
