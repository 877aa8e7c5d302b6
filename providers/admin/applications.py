"""The queue of applications, oldest first; evidence left, judgement right, what will happen before the button (§9)."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import action, display

from accounts.admin.acts import ReasonForm
from core import clock
from core.acts import Actor
from providers import selectors, services
from providers.admin.forms import SECTION_NAMES, ConfirmForm, NoteForm, ReturnForm
from providers.admin.pages import QueueAdmin
from providers.models import Application
from providers.models.application import STATES
from providers.types import ApplicationState

HAPPENED = {
    "application_start": pgettext_lazy("providers", "Begun"),
    "application_subject_save": _("Subject entered"),
    "application_store_save": _("Store entered"),
    "application_attest": _("Declared to be true"),
    "application_submit": pgettext_lazy("providers", "Handed in"),
    "application_claim": _("Taken for review"),
    "application_take_over": _("Taken over"),
    "application_release": _("Put back into the queue"),
    "application_return": _("Returned to be mended"),
    "application_approve": pgettext_lazy("providers", "Admitted"),
    "application_refuse": pgettext_lazy("providers", "Refused"),
    "application_withdraw": _("Withdrawn"),
}


class QueueFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = _("state")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("all", _("All")),
            *[(str(value), label) for value, label in STATES],
        ]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Waiting"),
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset.filter(state__in=[ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW])
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


@admin.register(Application)
class ApplicationAdmin(QueueAdmin):
    """Applications to be reviewed."""

    list_display = ["number", "store_name_zh", "shown_kind", "shown_state", "submitted_at", "claimed_by"]
    list_filter = [QueueFilter, "provider__kind"]
    list_select_related = ["provider", "claimed_by"]
    search_fields = ["=number", "store_name_zh", "store_name_en", "=provider__number"]
    ordering = ["submitted_at", "pk"]
    fields: list[str] = []
    change_form_template = "providers/admin/application.html"
    actions_list = ["next_one"]
    list_before_template = "admin/queue_keys.html"
    keys = {"c": "claim", "t": "take_over", "u": "release", "a": "approve", "r": "send_back", "x": "refuse"}
    actions_detail = ["claim", "take_over", "release", "approve", "send_back", "refuse"]

    @display(description=_("kind"))
    def shown_kind(self, application: Application) -> str:
        return str(application.provider.get_kind_display())

    @display(
        description=_("state"),
        label={
            ApplicationState.DRAFT: "",
            ApplicationState.SUBMITTED: "info",
            ApplicationState.UNDER_REVIEW: "warning",
            ApplicationState.APPROVED: "success",
            ApplicationState.REFUSED: "danger",
            ApplicationState.RETURNED: "warning",
            ApplicationState.WITHDRAWN: "",
        },
    )
    def shown_state(self, application: Application) -> tuple[str, str]:
        return application.state, str(application.get_state_display())

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        application = self.get_object(request, object_id or "")
        context = dict(extra_context or {})
        if application is not None:
            now = clock.now()
            provider = application.provider
            service = getattr(provider, "service", None)
            requirements = selectors.requirements_of(provider, now)
            context |= {
                "application": application,
                "provider": provider,
                "papers": selectors.documents_of(provider),
                "contact": getattr(provider, "contact", None),
                "service": service,
                "agreements": selectors.agreements_of(provider).filter(text__isnull=False),
                "requirements": requirements,
                "missing": [one for one in requirements if not one.met and one.needed_to != "open"],
                "section_names": SECTION_NAMES,
                "remarks": [(SECTION_NAMES.get(key, key), text) for key, text in application.remarks.items()],
                "timeline": [
                    (one["at"], one["actor"], HAPPENED.get(one["act"], one["act"]))
                    for one in selectors.timeline_of(application)
                ],
                "weekdays": [WEEKDAYS_ABBR[day - 1] for day in service.days] if service else [],
            }
            shown = {one.method.__name__ for one in self.get_actions_detail(request, object_id)}
            context["pressable"] = self.pressable(application, shown)
            if self.has_act_permission(request, object_id):
                context["next_url"] = self.screen_url("next_one")
        return super().changeform_view(request, object_id, form_url, context)

    def _may(self, request: HttpRequest, object_id: Any, name: str) -> bool:
        if not self.has_act_permission(request, object_id):
            return False
        application = self.get_object(request, str(object_id))
        return application is not None and name in selectors.available_acts(application, request.user)

    def has_claim_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "claim")

    def has_take_over_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "take_over")

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "approve")

    @action(description=_("Go to the next one"), permissions=["act"], url_path="next")
    def next_one(self, request: HttpRequest) -> HttpResponse:
        found = selectors.application_next(request.user)
        if found is None:
            messages.info(request, _("Nothing is waiting."))
            return HttpResponseRedirect(reverse("admin:providers_application_changelist"))
        return HttpResponseRedirect(reverse("admin:providers_application_change", args=[found.pk]))

    @action(description=_("Take it"), permissions=["claim"], url_path="claim")
    def claim(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this application?"),
            consequences=[_("You review it; nobody else can settle it meanwhile.")],
            submit=_("Take it"),
            form_class=ConfirmForm,
            run=lambda found, data: services.application_claim(
                application=found, actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("It is yours to review."),
        )

    @action(description=_("Take it over"), permissions=["take_over"], url_path="take-over")
    def take_over(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this application over?"),
            consequences=[_("You review it instead of your colleague.")],
            submit=_("Take it over"),
            run=lambda found, data: services.application_take_over(
                application=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("It is yours to review."),
            form_class=ReasonForm,
        )

    @action(description=_("Put it back"), permissions=["settle"], url_path="release")
    def release(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Put this application back into the queue?"),
            consequences=[_("It keeps its place in the queue, and a colleague may take it.")],
            submit=_("Put it back"),
            form_class=ConfirmForm,
            run=lambda found, data: services.application_release(
                application=found, actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("It is in the queue again."),
        )

    @action(description=_("Approve"), permissions=["settle"], url_path="approve")
    def approve(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Admit this provider?"),
            consequences=[
                _("The legal subject behind the account's verified real name becomes a provider."),
                _("Its store is created, with the applicant as owner."),
                _("What its deposit must be is worked out; the store is shown once that is paid."),
                _("The applicant is told."),
            ],
            submit=_("Admit the provider"),
            form_class=NoteForm,
            run=lambda found, data: services.application_approve(
                application=found, note=data["note"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The provider is admitted."),
        )

    @action(description=_("Return"), permissions=["settle"], url_path="return")
    def send_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        def run(found: Application, data: dict[str, Any]) -> None:
            remarks = {str(section): data.get(f"remark_{section}", "") for section in SECTION_NAMES}
            services.application_return(
                application=found, reason=data["reason"], remarks=remarks, actor=Actor.of(request.user), now=clock.now()
            )

        return self.act_page(
            request,
            object_id,
            title=_("Return this application to be mended?"),
            consequences=[
                _("The applicant sees the reason and what to mend in each section, and can hand it in again."),
                _("It then goes to the end of the queue."),
            ],
            submit=_("Return the application"),
            form_class=ReturnForm,
            run=run,
            done=_("The application was returned."),
        )

    @action(description=_("Refuse"), permissions=["settle"], url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Refuse this application?"),
            consequences=[
                _("It is settled for good; the applicant sees the reason and may start a new application."),
            ],
            submit=_("Refuse the application"),
            run=lambda found, data: services.application_refuse(
                application=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The application was refused."),
        )
