"""Reported changes to be checked, papers, and lapses (§9(3), §18(1))."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import action, display

from accounts.admin.reviews import Facts, Papers, Review, ReviewAdmin, Words, linked
from accounts.types import SEE_DISPUTES
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from providers import services
from providers.admin.forms import ConfirmForm
from providers.models import ChangeReport, Document, LapseDuty
from providers.selectors import changes_waiting
from providers.types import ChangeState


def file_link(paper: Document | None) -> str:
    """A paper's file, opened apart; a dash where there is none."""
    if paper is None:
        return "–"
    return format_html(
        '<a href="{}" target="_blank" rel="noopener">{} · {} · {}</a>',
        reverse("paper", args=[paper.pk]),
        paper.get_slot_display(),
        paper.masked_number,
        paper.file_name,
    )


@admin.register(ChangeReport)
class ChangeReportAdmin(ReviewAdmin):
    """Changes that providers reported; the oldest that waits comes first."""

    list_display = ["provider", "about", "changed_on", "reported_at", "shown_outcome", "state"]
    list_filter = ["state", "outcome", "about"]
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name"]
    ordering = ["reported_at", "pk"]
    actions_detail = ["claim", "take_over", "release", "accept", "refuse"]
    keys = {"a": "accept", "r": "refuse"}
    seen_by = SEE_DISPUTES

    def waiting(self) -> "QuerySet[ChangeReport]":
        return changes_waiting()

    def review(self, request: HttpRequest, obj: ChangeReport, now: datetime) -> Review:
        papers = [(_("paper before"), obj.replaced), (_("paper now"), obj.document)]
        return Review(
            [
                Facts(
                    _("Reported change"),
                    [
                        (_("Provider"), linked(obj.provider)),
                        (pgettext_lazy("providers", "About"), obj.get_about_display()),
                        (_("Changed on"), obj.changed_on),
                        (_("Reported at"), obj.reported_at),
                        (pgettext_lazy("providers", "Reported by"), obj.reported_by),
                    ],
                ),
                Words(_("Description"), obj.description),
                Papers(
                    _("Papers"),
                    [
                        (f"{paper.get_slot_display()} · {paper.file_name}", reverse("paper", args=[paper.pk]), name)
                        for name, paper in papers
                        if paper is not None
                    ],
                ),
            ],
            [
                Facts(
                    _("Where it stands"),
                    [
                        (_("State"), obj.get_state_display()),
                        (_("In time"), obj.get_outcome_display()),
                        (_("To be reported by"), obj.due_at),
                        (_("Checked by"), obj.settled_by),
                        (_("Checked at"), obj.settled_at),
                        (_("Reason"), obj.reason),
                    ],
                ),
                Facts(
                    _("What accepting it would bring about"),
                    [
                        (_("Paper"), _("the new one takes the place of the one before") if obj.document else ""),
                        (_("Entry data"), _("noted as reported; nothing else changes") if not obj.document else ""),
                    ]
                    if obj.state == ChangeState.REPORTED
                    else [],
                ),
            ],
        )

    def settling_acts(self, obj: ChangeReport, actor: Actor) -> list[str]:
        return ["accept", "refuse"] if obj.state == ChangeState.REPORTED else []

    @display(description=_("in time"), label={"on_time": "success", "late": "danger"})
    def shown_outcome(self, report: ChangeReport) -> tuple[str, str]:
        return report.outcome, str(report.get_outcome_display())

    def _brings_a_paper(self, request: HttpRequest, object_id: int) -> bool:
        report = self.get_object(request, str(object_id))
        return report is not None and report.document is not None

    @action(description=_("Accept"), url_path="accept")
    def accept(self, request: HttpRequest, object_id: int) -> HttpResponse:
        new_paper = self._brings_a_paper(request, object_id)
        return self.act_page(
            request,
            object_id,
            title=_("Accept this change?"),
            consequences=[
                _("A new paper takes the place of the one before.")
                if new_paper
                else _("It is noted as reported; what is registered of the provider does not change."),
                _("Whether it was reported in time stays as it was decided. The provider is told."),
            ],
            submit=_("Accept the change"),
            form_class=ConfirmForm,
            run=lambda found, data: services.change_accept(report=found, actor=Actor.of(request.user), now=clock.now()),
            done=_("The change was accepted."),
        )

    @action(description=_("Do not accept"), url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        new_paper = self._brings_a_paper(request, object_id)
        return self.act_page(
            request,
            object_id,
            title=_("Not accept this change?"),
            consequences=[
                _("The paper before stays, and lapses when its days are over. The provider sees the reason.")
                if new_paper
                else _("What is registered of the provider stays as it is. The provider sees the reason."),
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
        "masked",
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
    readonly_fields = ["masked", "shown_file"]

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
