"""Complaints, cases, findings and appeals: evidence left, judgement right, consequences before the button (18 to
21).
"""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acts import ActAdmin
from accounts.admin.reviews import Review, ReviewAdmin
from accounts.types import SEE_DISPUTES
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.money import format_yuan
from core.periods import start_of_day
from core.uploads import file_response
from regulation.selectors import rulebook_at, rulebook_named
from violations import selectors
from violations.admin import reviews
from violations.admin.forms import FindingForm, LiftForm, OpeningForm, RowForm
from violations.models import Appeal, Case, Complaint, Evidence, Finding, Measure, PointsEntry, YearTally
from violations.services import (
    appeal_allow,
    appeal_reject,
    case_dismiss,
    case_find,
    case_open,
    complaint_dismiss,
    complaint_uphold,
    measure_lift,
)
from violations.types import OPEN_CASES, OPEN_COMPLAINTS, AppealState, CaseSource, CaseState, MeasureState


@admin.register(Complaint)
class ComplaintAdmin(ReviewAdmin):
    """Complaints to be examined (§18(16))."""

    seen_by = SEE_DISPUTES
    list_display = ["number", "provider", "order", "state", "filed_at", "due_at", "responded_at"]
    list_filter = ["state"]
    search_fields = ["=number", "=provider__number", "=order__number"]
    list_select_related = ["provider", "order"]
    ordering = ["filed_at", "id"]
    actions_detail = ["claim", "take_over", "release", "uphold", "dismiss"]
    keys = {"a": "uphold", "r": "dismiss"}
    clocks = {"due_at": "filed"}

    def waiting(self) -> "QuerySet[Complaint]":
        return selectors.complaints_waiting()

    def review(self, request: HttpRequest, obj: Complaint, now: datetime) -> Review:
        return reviews.of_complaint(obj, now)

    def get_urls(self) -> list[Any]:
        own = path(
            "evidence/<int:pk>/", self.admin_site.admin_view(self.evidence), name="violations_complaint_evidence"
        )
        return [own, *super().get_urls()]

    def evidence(self, request: HttpRequest, pk: int) -> FileResponse:
        """A file that was given in a complaint or a case."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Evidence, pk=pk)
        return file_response(found.file, name=found.name, content_type=found.content_type)

    def settling_acts(self, obj: Complaint, actor: Actor) -> list[str]:
        return ["uphold", "dismiss"] if obj.state in OPEN_COMPLAINTS else []

    @action(description=_("Uphold the complaint"), url_path="uphold")
    def uphold(self, request: HttpRequest, object_id: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)
        rulebook = rulebook_at(start_of_day(found.conduct_on))
        return self.act_page(
            request,
            object_id,
            title=_("Uphold this complaint"),
            consequences=[_("A case opens under the row you choose; the provider is heard before a finding (19).")],
            submit=_("Uphold and open a case"),
            run=lambda obj, data: complaint_uphold(
                complaint=obj,
                code=data["code"],
                occurred_at=start_of_day(obj.conduct_on),
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The complaint is upheld and a case is open."),
            form_class=partial(RowForm, rulebook=rulebook, code=found.code),
        )

    @action(description=_("Dismiss the complaint"), url_path="dismiss")
    def dismiss(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Dismiss this complaint"),
            consequences=[_("Both sides read your reason. The order's money is no longer held for it.")],
            submit=_("Dismiss the complaint"),
            run=lambda obj, data: complaint_dismiss(
                complaint=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The complaint is dismissed."),
        )


@admin.register(Case)
class CaseAdmin(ReviewAdmin):
    """Cases whose provider was heard (§19)."""

    list_display = ["number", "provider", "shown_row", "state", "source", "opened_at", "hearing_due_at"]
    seen_by = SEE_DISPUTES
    list_filter = ["state", "source"]
    search_fields = ["=number", "=provider__number", "=code"]
    list_select_related = ["provider"]
    ordering = ["opened_at", "id"]
    actions_list = ["next_one", "open_one"]
    actions_detail = ["claim", "take_over", "release", "find", "dismiss"]
    keys = {"a": "find", "r": "dismiss"}
    clocks = {"hearing_due_at": "hearing"}

    def waiting(self) -> "QuerySet[Case]":
        return selectors.cases_waiting()

    def review(self, request: HttpRequest, obj: Case, now: datetime) -> Review:
        return reviews.of_case(obj, now)

    @display(description=_("schedule row"), ordering="code")
    def shown_row(self, case: Case) -> str:
        return reviews.row_name(rulebook_named(case.rulebook), case.code)

    def settling_acts(self, obj: Case, actor: Actor) -> list[str]:
        if obj.state == CaseState.HEARD:
            return ["find", "dismiss"]
        return ["dismiss"] if obj.state in OPEN_CASES else []

    @action(description=_("Open a case"), permissions=["act"], url_path="open")
    def open_one(self, request: HttpRequest) -> HttpResponse:
        def run(data: dict[str, Any]) -> None:
            provider, order = data["provider"], data["order"]
            case_open(
                provider=provider,
                code=data["code"],
                occurred_at=start_of_day(data["occurred_on"]),
                statement=data["reason"],
                source=CaseSource.OPERATOR,
                event=":".join(
                    ["operator", provider.number, order.number if order else "", str(data["occurred_on"]), data["code"]]
                ),
                product=order.product if order else None,
                order=order,
                complaint=None,
                actor=Actor.of(request.user),
                now=clock.now(),
            )

        return self.new_page(
            request,
            title=_("Open a case against a provider"),
            consequences=[
                _("The provider is told and heard before a finding (19)."),
                _("Under the rows for malware, sale of data and forged papers its store closes at once."),
                _("One event is charged once: the same again leads to the case that is open."),
            ],
            submit=_("Open the case"),
            form_class=OpeningForm,
            run=run,
            done=_("The case is open; the provider is told."),
        )

    @action(description=_("Find a violation"), url_path="find")
    def find(self, request: HttpRequest, object_id: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)
        rulebook = rulebook_named(found.rulebook)
        return self.act_page(
            request,
            object_id,
            title=_("Find a violation"),
            consequences=[
                _("Points, freeze and deduction of the row follow at once, heavier when repeated this year."),
                _("At 24 points everything closes at once; a second operator confirms the clearance (20(4))."),
                _("The provider may appeal to another operator (19)."),
            ],
            submit=_("Make the finding"),
            run=lambda obj, data: case_find(
                case=obj,
                code=data["code"],
                compensation=data.get("compensation"),
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The finding is made and its measures are in force."),
            form_class=partial(FindingForm, rulebook=rulebook, code=found.code),
        )

    @action(description=_("Dismiss the case"), url_path="dismiss")
    def dismiss(self, request: HttpRequest, object_id: int) -> HttpResponse:
        case = get_object_or_404(self.get_queryset(request), pk=object_id)
        closed = [_("The store that was closed at once is displayed again.")] if case.closed_at_once else []
        return self.act_page(
            request,
            object_id,
            title=_("Dismiss this case"),
            consequences=[*closed, _("Nothing is counted against the provider. It is told, with your reason.")],
            submit=_("Dismiss the case"),
            run=lambda obj, data: case_dismiss(
                case=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The case is dismissed."),
        )


@admin.register(Appeal)
class AppealAdmin(ReviewAdmin):
    """Appeals, decided by another operator than the one who found (§19)."""

    seen_by = SEE_DISPUTES
    list_display = ["finding", "state", "filed_at", "found_by", "decided_by", "decided_at"]
    list_filter = ["state"]
    search_fields = ["=finding__case__number"]
    list_select_related = ["finding__case", "found_by", "decided_by"]
    ordering = ["filed_at", "id"]
    actions_detail = ["claim", "take_over", "release", "allow", "reject"]
    keys = {"a": "allow", "r": "reject"}
    role = "arbitration"

    def waiting(self) -> "QuerySet[Appeal]":
        return selectors.appeals_waiting()

    def review(self, request: HttpRequest, obj: Appeal, now: datetime) -> Review:
        return reviews.of_appeal(obj, now)

    def settling_acts(self, obj: Appeal, actor: Actor) -> list[str]:
        return ["allow", "reject"] if obj.state == AppealState.FILED and actor.id != obj.found_by_id else []

    @action(description=_("Overturn the finding"), url_path="allow")
    def allow(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Overturn this finding"),
            consequences=[_("Points, freezes and deductions are taken back as new entries; nothing is erased.")],
            submit=_("Overturn the finding"),
            run=lambda obj, data: appeal_allow(
                appeal=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The finding is overturned."),
        )

    @action(description=_("Confirm the finding"), url_path="reject")
    def reject(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Confirm this finding"),
            consequences=[_("The measures stay as they are.")],
            submit=_("Confirm the finding"),
            run=lambda obj, data: appeal_reject(
                appeal=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The finding is confirmed."),
        )


@admin.register(Measure)
class MeasureAdmin(ActAdmin):
    fields = [
        "finding", "shown_name", "step", "points", "amount", "starts_at", "until", "ended_at", "reference", "state",
    ]  # fmt: skip
    readonly_fields = ["shown_name"]
    seen_by = SEE_DISPUTES
    list_display = ["finding", "shown_name", "points", "amount", "starts_at", "until", "state"]
    list_filter = ["state", "kind"]
    list_select_related = ["finding__case"]
    ordering = ["-starts_at", "-id"]
    actions_detail = ["lift"]

    @display(description=_("measure"))
    def shown_name(self, measure: Measure) -> str:
        return reviews.measure_name(measure, rulebook_named(measure.finding.rulebook))

    def available_acts(self, obj: Measure, actor: Actor) -> list[str]:
        return ["lift"] if obj.state == MeasureState.IN_FORCE else []

    @action(description=_("End the measure"), permissions=["act"], url_path="lift")
    def lift(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("End this measure"),
            consequences=[_("What it laid over the store or the product is lifted now. Points and deductions stay.")],
            submit=_("End the measure"),
            run=lambda obj, data: measure_lift(
                measure=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The measure has ended."),
            form_class=LiftForm,
        )


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    fields = [
        "case", "provider", "shown_row", "grade", "points", "occurrence", "shown_deduction", "shown_compensation",
        "shown_measures", "reason", "rulebook", "decision", "decided_by", "decided_at", "appeal_due_at", "state",
    ]  # fmt: skip
    readonly_fields = ["shown_row", "shown_deduction", "shown_compensation", "shown_measures"]
    seen_by = SEE_DISPUTES
    list_display = ["case", "code", "grade", "points", "occurrence", "decided_at", "state"]
    list_filter = ["state", "grade"]
    search_fields = ["case__number", "code"]
    list_select_related = ["case"]
    ordering = ["-decided_at", "-id"]

    @display(description=_("schedule row"))
    def shown_row(self, finding: Finding) -> str:
        return reviews.row_name(rulebook_named(finding.rulebook), finding.code)

    @display(description=_("deduction from the deposit"))
    def shown_deduction(self, finding: Finding) -> str:
        return format_yuan(Decimal(finding.penalty.get("deduction") or 0))

    @display(description=_("compensation of the buyer"))
    def shown_compensation(self, finding: Finding) -> str:
        return format_yuan(Decimal(finding.penalty.get("compensation") or 0))

    @display(description=_("measures"))
    def shown_measures(self, finding: Finding) -> SafeString:
        rulebook = rulebook_named(finding.rulebook)
        rows = finding.measures.order_by("id")
        return format_html_join(
            mark_safe("<br>"), "{}: {}",
            ((reviews.measure_name(one, rulebook), reviews.measure_extent(one)) for one in rows),
        )  # fmt: skip


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["provider", "points", "year", "decided_at", "finding"]
    list_filter = ["year"]
    list_select_related = ["provider", "finding__case"]
    ordering = ["-decided_at", "-id"]


@admin.register(YearTally)
class YearTallyAdmin(ReadOnlyAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["provider", "year", "points", "closed_at"]
    list_filter = ["year"]
    list_select_related = ["provider"]
    ordering = ["-year", "-points"]
