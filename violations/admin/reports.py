"""Messages that look wrong, and infringement claims: what was said, and the judgement (§14, §18(7), §18(17))."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import action

from accounts.admin.reviews import Review, ReviewAdmin
from accounts.types import SEE_DISPUTES
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.uploads import file_response
from regulation.selectors import rulebook_at
from violations.admin import notices
from violations.admin.forms import RowForm
from violations.models import MessageReport, Remedy, Takedown
from violations.selectors import message_reports_waiting, takedown_upload, takedowns_waiting
from violations.services import (
    message_report_dismiss,
    message_report_uphold,
    takedown_dismiss,
    takedown_uphold,
)
from violations.types import ReportState, TakedownState


@admin.register(MessageReport)
class MessageReportAdmin(ReviewAdmin):
    """Messages that look wrong: what was written, who reported it, and the judgement (§14, §18(7))."""

    seen_by = SEE_DISPUTES
    list_display = ["order", "provider", "kind", "said", "reporter", "state", "filed_at"]
    list_filter = ["state", "kind"]
    search_fields = ["order__number", "provider__number"]
    list_select_related = ["order", "provider", "message", "reporter"]
    ordering = ["filed_at", "id"]
    actions_detail = ["claim", "take_over", "release", "uphold", "dismiss"]
    keys = {"a": "uphold", "r": "dismiss"}

    def waiting(self) -> "QuerySet[MessageReport]":
        return message_reports_waiting()

    def review(self, request: HttpRequest, obj: MessageReport, now: datetime) -> Review:
        return notices.of_report(obj, now)

    @admin.display(description=_("message"))
    def said(self, obj: MessageReport) -> str:
        return obj.message.text

    def settling_acts(self, obj: MessageReport, actor: Actor) -> list[str]:
        return ["uphold", "dismiss"] if obj.state == ReportState.OPEN else []

    @action(description=_("Uphold the report"), url_path="uphold")
    def uphold(self, request: HttpRequest, object_id: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self.act_page(
            request,
            object_id,
            title=_("Uphold this report"),
            consequences=[_("A case opens under the row you choose; the provider is heard before a finding (19).")],
            submit=_("Uphold and open a case"),
            run=lambda obj, data: message_report_uphold(
                report=obj, code=data["code"], reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The report is upheld and a case is open."),
            form_class=partial(RowForm, rulebook=rulebook_at(found.message.sent_at)),
        )

    @action(description=_("Dismiss the report"), url_path="dismiss")
    def dismiss(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Dismiss this report"),
            consequences=[_("The person who reported the message reads your reason.")],
            submit=_("Dismiss the report"),
            run=lambda obj, data: message_report_dismiss(
                report=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The report is dismissed."),
        )


@admin.register(Takedown)
class TakedownAdmin(ReviewAdmin):
    """Claims that a product infringes rights: what both sides say, and the decision (§18(17))."""

    seen_by = SEE_DISPUTES
    list_display = ["number", "product", "provider", "work", "state", "filed_at", "responded_at"]
    list_filter = ["state"]
    search_fields = ["number", "provider__number", "work"]
    list_select_related = ["product__live_version", "provider"]
    ordering = ["filed_at", "id"]
    actions_detail = ["claim", "take_over", "release", "uphold", "dismiss"]
    keys = {"a": "uphold", "r": "dismiss"}

    def waiting(self) -> "QuerySet[Takedown]":
        return takedowns_waiting()

    def review(self, request: HttpRequest, obj: Takedown, now: datetime) -> Review:
        return notices.of_takedown(obj, now)

    def get_urls(self) -> list[Any]:
        page = path(
            "<int:pk>/files/<int:file>/", self.admin_site.admin_view(self.file), name="violations_takedown_file"
        )
        return [page, *super().get_urls()]

    def file(self, request: HttpRequest, pk: int, file: int) -> FileResponse:
        """A proof that a side handed in."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = takedown_upload(get_object_or_404(self.get_queryset(request), pk=pk), file)
        return file_response(found.file, name=found.name, content_type=found.content_type)

    def settling_acts(self, obj: Takedown, actor: Actor) -> list[str]:
        return ["uphold", "dismiss"] if obj.state == TakedownState.FILED else []

    @action(description=pgettext_lazy("violations", "Uphold the claim"), url_path="uphold")
    def uphold(self, request: HttpRequest, object_id: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self.act_page(
            request,
            object_id,
            title=_("Uphold this claim"),
            consequences=[
                _("The product leaves the market, and a case opens under the row you choose."),
                _("Every user of the product is owed a substitute, a migration or the costs."),
            ],
            submit=_("Uphold and take it down"),
            run=lambda obj, data: takedown_uphold(
                takedown=obj, code=data["code"], reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The claim is upheld: the product is down and its users are owed a remedy."),
            form_class=partial(RowForm, rulebook=rulebook_at(found.filed_at)),
        )

    @action(description=_("Dismiss the claim"), url_path="dismiss")
    def dismiss(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Dismiss this claim"),
            consequences=[_("The product is shown again unless something else hides it. Both sides read your reason.")],
            submit=_("Dismiss the claim"),
            run=lambda obj, data: takedown_dismiss(
                takedown=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The claim is dismissed and the product is shown again."),
        )


@admin.register(Remedy)
class RemedyAdmin(ReadOnlyAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["takedown", "order", "kind", "amount", "state", "due_at", "offered_at", "accepted_at"]
    list_filter = ["state", "kind"]
    search_fields = ["takedown__number", "order__number"]
    list_select_related = ["takedown", "order"]
    ordering = ["due_at", "id"]
