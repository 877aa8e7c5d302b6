"""Reported changes to be checked, papers, and lapses (§9(3), §18(1))."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.types import SEE_DISPUTES
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from providers import services
from providers.admin.forms import ConfirmForm
from providers.admin.pages import QueueAdmin
from providers.models import ChangeReport, Document, LapseDuty
from providers.types import ChangeState


def file_link(paper: Document | None) -> str:
    """A paper's file, opened apart; a dash where there is none."""
    if paper is None:
        return "–"
    return format_html(
        '<a href="{}" target="_blank" rel="noopener">{} · {} · {}</a>',
        reverse("paper", args=[paper.pk]),
        paper.get_slot_display(),
        paper.number,
        paper.file_name,
    )


@admin.register(ChangeReport)
class ChangeReportAdmin(QueueAdmin):
    """Changes that providers reported; the oldest that waits comes first."""

    list_display = ["provider", "about", "changed_on", "reported_at", "shown_outcome", "state"]
    list_filter = ["state", "outcome", "about"]
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name"]
    ordering = ["reported_at", "pk"]
    fields = [
        "provider",
        "about",
        "description",
        "changed_on",
        "reported_at",
        "reported_by",
        "outcome",
        "due_at",
        "paper_before",
        "paper_now",
        "state",
        "settled_by",
        "settled_at",
        "reason",
    ]
    readonly_fields = ["paper_before", "paper_now"]
    actions_detail = ["accept", "refuse"]

    @display(description=_("in time"), label={"on_time": "success", "late": "danger"})
    def shown_outcome(self, report: ChangeReport) -> tuple[str, str]:
        return report.outcome, str(report.get_outcome_display())

    @display(description=_("paper before"))
    def paper_before(self, report: ChangeReport) -> str:
        return file_link(report.replaced)

    @display(description=_("paper now"))
    def paper_now(self, report: ChangeReport) -> str:
        return file_link(report.document)

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not self.has_act_permission(request, object_id):
            return False
        report = self.get_object(request, str(object_id))
        return report is not None and report.state == ChangeState.REPORTED

    @action(description=_("Accept"), permissions=["settle"], url_path="accept")
    def accept(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Accept this change?"),
            consequences=[
                _("A new paper takes the place of the one before."),
                _("Whether it was reported in time stays as it was decided. The provider is told."),
            ],
            submit=_("Accept the change"),
            form_class=ConfirmForm,
            run=lambda found, data: services.change_accept(report=found, actor=Actor.of(request.user), now=clock.now()),
            done=_("The change was accepted."),
        )

    @action(description=_("Do not accept"), permissions=["settle"], url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Not accept this change?"),
            consequences=[
                _("The paper before stays, and lapses when its days are over. The provider sees the reason."),
            ],
            submit=_("Do not accept the change"),
            run=lambda found, data: services.change_refuse(
                report=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The change was not accepted."),
        )


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["provider", "slot", "masked", "expires_on", "state", "uploaded_at"]
    list_filter = ["state", "slot", ("expires_on", admin.DateFieldListFilter)]
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name"]
    show_full_result_count = False
    fields = [
        "provider",
        "slot",
        "title",
        "number",
        "holder",
        "issued_on",
        "expires_on",
        "shown_file",
        "content_type",
        "size",
        "sha256",
        "state",
        "uploaded_by",
        "uploaded_at",
        "settled_at",
    ]
    readonly_fields = ["shown_file"]

    @display(description=_("number"))
    def masked(self, paper: Document) -> str:
        return paper.masked_number

    @display(description=_("file"))
    def shown_file(self, paper: Document) -> str:
        return file_link(paper)


@admin.register(LapseDuty)
class LapseDutyAdmin(ReadOnlyAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["provider", "document", "lapsed_on", "due_at", "state", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["provider", "document"]
    search_fields = ["=provider__number", "provider__public_name"]
    show_full_result_count = False
