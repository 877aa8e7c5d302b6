"""Announcements are written, published and withdrawn by acts; messages are only looked at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin.acts import ActAdmin
from accounts.authentication import signed_in
from accounts.types import SEE_PEOPLE
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.errors import DomainError
from core.fsm import available
from notifications import audiences, services
from notifications.models import Announcement, AnnouncementReceipt, Message
from notifications.types import AnnouncementState

WORDS = ["about", "audience", "by_mail", "effective_at", "title_zh", "title_en", "body_zh", "body_en"]
WORDS += ["new_name_zh", "new_name_en"]


def act_input(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of the form as the acts take them."""
    return {
        "about": data["about"],
        "title": {"zh-hans": data["title_zh"], "en": data["title_en"]},
        "body": {"zh-hans": data["body_zh"], "en": data["body_en"]},
        "effective_at": data["effective_at"],
        "audience": data["audience"],
        "by_mail": data["by_mail"],
        "new_name": {"zh-hans": data.get("new_name_zh", ""), "en": data.get("new_name_en", "")},
    }


class AnnouncementForm(forms.ModelForm):
    """Writes nothing itself; asks the act's own checks."""

    class Meta:
        model = Announcement
        fields = WORDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "audience" in self.fields:
            self.fields["audience"] = forms.ChoiceField(
                label=_("audience"),
                choices=audiences.choices(),
                widget=UnfoldAdminSelectWidget(choices=audiences.choices()),
            )
            for name in ("body_zh", "body_en"):
                self.fields[name].widget = UnfoldAdminTextareaWidget(attrs={"rows": 8})

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and "about" in data:
            given = act_input(data)
            try:
                services.announcement_check(
                    about=given["about"],
                    title=given["title"],
                    body=given["body"],
                    audience=given["audience"],
                    new_name=given["new_name"],
                )
            except DomainError as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return data


@admin.register(Announcement)
class AnnouncementAdmin(ActAdmin):
    """What the platform tells everybody (§4)."""

    form = AnnouncementForm
    list_display = ["shown_title", "about", "audience", "state", "effective_at", "published_at", "shown_receipts"]
    list_filter = ["state", "about"]
    search_fields = ["title_zh", "title_en"]
    ordering = ["-pk"]
    show_full_result_count = False
    actions_detail = ["publish", "withdraw"]

    def available_acts(self, obj: Announcement, actor: Actor) -> list[str]:
        return available(obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_act_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Announcement | None = None) -> bool:
        draft = obj is None or obj.state == AnnouncementState.DRAFT
        return draft and self.has_act_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Announcement]:
        return super().get_queryset(request).annotate(told=Count("receipts"))

    def get_fields(self, request: HttpRequest, obj: Announcement | None = None) -> list[str]:
        if obj is None:
            return WORDS
        return [*WORDS, "state", "published_at", "shown_receipts", "told_everybody_at", "withdrawn_at", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Announcement | None = None) -> list[str]:
        if obj is None:
            return []
        return ["state", "published_at", "shown_receipts", "told_everybody_at", "withdrawn_at", "reason"]

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        given, actor, now = act_input(form.cleaned_data), Actor.of(request.user), clock.now()
        if change:
            services.announcement_edit(announcement=obj, **given, actor=actor, now=now)
        else:
            written = services.announcement_write(author=signed_in(request), **given, actor=actor, now=now)
            obj.__dict__.update(written.__dict__)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit trail has it."""

    log_change = log_addition

    @display(description=_("title"))
    def shown_title(self, found: Announcement) -> str:
        return found.title

    @display(description=_("told"))
    def shown_receipts(self, found: Announcement) -> int:
        return found.told  # type: ignore[attr-defined, no-any-return]

    @action(description=_("Publish the announcement"), permissions=["act"], url_path="publish")
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Publish this announcement?"),
            consequences=[
                _("Everybody in the audience gets a message, and mail where it was asked for."),
                _("Its words can no longer be changed."),
                _("A new name goes live by itself at its moment, once everybody has been told (clause 4)."),
            ],
            submit=_("Publish the announcement"),
            run=lambda found, data: services.announcement_publish(
                announcement=found, actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The announcement is published; people are being told."),
            form_class=forms.Form,
        )

    @action(description=_("Withdraw the announcement"), permissions=["act"], url_path="withdraw")
    def withdraw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Withdraw this announcement?"),
            consequences=[
                _("It leaves the page of announcements, and what it announced does not happen."),
                _("Messages that were sent stay; write another announcement to explain."),
            ],
            submit=_("Withdraw the announcement"),
            run=lambda found, data: services.announcement_withdraw(
                announcement=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The announcement is withdrawn."),
        )


@admin.register(AnnouncementReceipt)
class AnnouncementReceiptAdmin(ReadOnlyAdmin):
    """The receipt log: who was told of what, when, and whether they read it."""

    seen_by = SEE_PEOPLE
    list_display = ["announcement", "recipient", "told_at", "shown_mailed", "shown_read"]
    list_select_related = ["announcement", "recipient", "message"]
    search_fields = ["=announcement__id", "recipient__display_name"]
    ordering = ["-pk"]
    show_full_result_count = False

    @display(description=_("mailed at"))
    def shown_mailed(self, receipt: AnnouncementReceipt) -> Any:
        return receipt.message.mailed_at

    @display(description=_("read at"))
    def shown_read(self, receipt: AnnouncementReceipt) -> Any:
        return receipt.message.read_at


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What was told to whom; found by the number of what it is about."""

    seen_by = SEE_PEOPLE
    list_display = ["shown_title", "recipient", "kind", "subject", "created_at", "read_at", "mailed_at"]
    list_filter = ["group"]
    list_select_related = ["recipient"]
    search_fields = ["subject", "title_zh", "recipient__display_name"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = ["recipient", "kind", "subject", "link", "title_zh", "body_zh", "title_en", "body_en"]
    fields += ["created_at", "read_at", "mailed_at", "texted_at"]

    @display(description=_("title"))
    def shown_title(self, message: Message) -> str:
        return message.title
