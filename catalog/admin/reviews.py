"""The queue of listings, oldest first; evidence left, judgement right (§10(1), §18(10))."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_DISPUTES
from catalog import selectors, services
from catalog.admin.forms import TEXT_NAMES, FindingForm, JudgeForm, NoteForm, NothingForm, WhyForm, field_name
from catalog.models import ListingFinding, ProductVersion
from catalog.models.versions import VERSION_STATES
from catalog.types import VersionState
from core import clock
from core.acts import Actor
from core.errors import DomainError
from core.money import ZERO, format_yuan
from deposits.selectors import covers_price

BILLINGS = {"free": _("Free"), "one_off": _("One-off"), "monthly": _("Monthly"), "yearly": _("Yearly")}


class WaitingFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = _("state")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), *[(str(value), label) for value, label in VERSION_STATES]]

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

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() is None:
            return queryset.filter(state__in=[VersionState.SUBMITTED, VersionState.UNDER_REVIEW])
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


@admin.register(ProductVersion)
class ProductVersionAdmin(ActAdmin):
    """Listings to be reviewed."""

    seen_by = SEE_DISPUTES
    list_display = ["shown_title", "provider", "number", "category", "shown_state", "submitted_at", "reviewer"]
    list_filter = [WaitingFilter, "category__product_class"]
    list_select_related = ["product__provider", "category", "reviewer"]
    search_fields = ["title_zh", "title_en", "=product__slug", "=product__provider__number"]
    ordering = ["submitted_at", "pk"]
    show_full_result_count = False
    list_per_page = 50
    fields: list[str] = []
    change_form_template = "catalog/admin/review.html"
    actions_list = ["next_one"]
    list_before_template = "admin/queue_keys.html"
    keys = {"c": "claim", "u": "put_back", "a": "approve", "r": "send_back", "x": "refuse", "f": "find", "d": "judge"}
    actions_detail = ["claim", "approve", "send_back", "refuse", "find", "judge", "put_back"]

    @display(description=_("provider"))
    def provider(self, version: ProductVersion) -> str:
        return str(version.product.provider)

    @display(description=_("title"))
    def shown_title(self, version: ProductVersion) -> str:
        return str(version.title)

    @display(
        description=_("state"),
        label={
            VersionState.DRAFT: "",
            VersionState.SUBMITTED: "info",
            VersionState.UNDER_REVIEW: "warning",
            VersionState.RELEASED: "success",
            VersionState.REFUSED: "danger",
            VersionState.RETURNED: "warning",
            VersionState.AWAITING_DEPOSIT: "warning",
            VersionState.WITHDRAWN: "",
            VersionState.SUPERSEDED: "",
        },
    )
    def shown_state(self, version: ProductVersion) -> tuple[str, str]:
        return version.state, str(version.get_state_display())

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if object_id and self.get_object(request, object_id) is not None:
            context |= self._evidence(request, selectors.version_by_pk(int(object_id)))
        return super().changeform_view(request, object_id, form_url, context)

    def _evidence(self, request: HttpRequest, version: ProductVersion) -> dict[str, Any]:
        now = clock.now()
        shown = {one.method.__name__ for one in self.get_actions_detail(request, version.pk)}
        before = selectors.version_before(version)
        page = selectors.version_page(version.product, version)
        return {
            "version": version,
            "page": page,
            "texts": [(title, page["html"][f"{name}_zh"]) for name, title in TEXT_NAMES],
            "before": before,
            "plans": [{**plan, "billing": BILLINGS.get(plan["billing"], plan["billing"])} for plan in page["plans"]],
            "changes": [
                (field_name(one["field"]), one["before"], one["after"])
                for one in (selectors.changes_between(before, version) if before else [])
            ],
            "findings": [(field_name(one.field), one) for one in selectors.findings_of(version)],
            "lookalikes": selectors.lookalikes(version),
            "packages": selectors.packages_of(version),
            "deposit": self._deposit(version, now),
            "refusals": selectors.refusals_lately(version.product.provider, now.replace(year=now.year - 1)),
            "pressable": self.pressable(version, shown),
            "next_url": self.screen_url("next_one") if self.has_act_permission(request, version.pk) else "",
        }

    def _deposit(self, version: ProductVersion, now: Any) -> str:
        """What the price means for the deposit, said before the button (§9(6)1)."""
        price = max((plan["price"] for plan in selectors.version_page(version.product, version)["plans"]), default=ZERO)
        try:
            cover = covers_price(provider=version.product.provider, price=price, now=now)
        except DomainError as error:
            return str(error)
        if cover.covered:
            return str(_("The deposit covers its highest price; it goes on sale at once."))
        return str(
            _("The deposit is short by %(missing)s; it goes on sale once that is paid.")
            % {"missing": format_yuan(cover.missing)}
        )

    def _may(self, request: HttpRequest, object_id: Any, name: str) -> bool:
        if object_id is None or not self.has_act_permission(request, object_id):
            return False
        user: Any = request.user
        return name in selectors.available_acts(selectors.version_by_pk(int(object_id)), user)

    def has_claim_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "claim")

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "approve")

    def has_put_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "put_back")

    @action(description=_("Go to the next one"), permissions=["act"], url_path="next")
    def next_one(self, request: HttpRequest) -> HttpResponse:
        found = selectors.review_next()
        if found is None:
            messages.info(request, _("Nothing is waiting."))
            return HttpResponseRedirect(reverse("admin:catalog_productversion_changelist"))
        return HttpResponseRedirect(reverse("admin:catalog_productversion_change", args=[found.pk]))

    @action(description=_("Take it"), permissions=["claim"], url_path="claim")
    def claim(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Take this review?"),
            consequences=[_("You review it; nobody else can settle it meanwhile.")],
            submit=_("Take it"),
            form_class=NothingForm,
            run=lambda found, data: services.version_claim(
                version=found, actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("It is yours to review."),
        )

    @action(description=_("Put it back"), permissions=["put_back"], url_path="put-back")
    def put_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Put this review back into the queue?"),
            consequences=[_("It keeps its place in the queue, and a colleague may take it.")],
            submit=_("Put it back"),
            form_class=NothingForm,
            run=lambda found, data: services.version_put_back(
                version=found, actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("It is in the queue again."),
        )

    @action(description=_("Approve"), permissions=["settle"], url_path="approve")
    def approve(self, request: HttpRequest, object_id: int) -> HttpResponse:
        version = selectors.version_by_pk(object_id)
        return self.act_page(
            request,
            object_id,
            title=_("Approve this version?"),
            consequences=[
                self._deposit(version, clock.now()),
                _("The version on sale until now is replaced; orders keep the terms they were placed under.")
                if version.product.live_version_id
                else _("The three months without a sale begin to count."),
                _("Findings that only warn are dismissed. The provider is told."),
            ],
            submit=_("Approve it"),
            form_class=NoteForm,
            run=lambda found, data: services.version_approve(
                version=found, note=data["note"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The version is approved."),
        )

    @action(description=_("Return"), permissions=["settle"], url_path="return")
    def send_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Send this version back?"),
            consequences=[
                _("The provider is told what is to be changed, with every finding that is not dismissed."),
                _("What is on sale now stays on sale."),
            ],
            submit=_("Send it back"),
            form_class=WhyForm,
            run=lambda found, data: services.version_return(
                version=found, note=data["note"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The version went back to the provider."),
        )

    @action(description=_("Refuse"), permissions=["settle"], url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Refuse this version?"),
            consequences=[_("It cannot be listed. The provider is told why. What is on sale now stays on sale.")],
            submit=_("Refuse it"),
            form_class=WhyForm,
            run=lambda found, data: services.version_refuse(
                version=found, note=data["note"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The version is refused."),
        )

    @action(description=_("Add a finding"), permissions=["settle"], url_path="find")
    def find(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Note a finding"),
            consequences=[_("It stands beside its field, and goes to the provider when the version is sent back.")],
            submit=_("Note the finding"),
            form_class=FindingForm,
            run=lambda found, data: services.finding_add(
                version=found, actor=Actor.of(request.user), now=clock.now(), **data
            ),
            done=_("The finding is noted."),
        )

    @action(description=_("Judge a finding"), permissions=["settle"], url_path="judge")
    def judge(self, request: HttpRequest, object_id: int) -> HttpResponse:
        version = selectors.version_by_pk(object_id)
        choices = [
            (str(found.pk), f"{field_name(found.field)}: {found.message}") for found in selectors.findings_of(version)
        ]

        class Form(JudgeForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, choices=choices, **kwargs)

        return self.act_page(
            request,
            object_id,
            title=_("Judge a finding"),
            consequences=[_("One that must be changed stands in the way of the approval until it is dismissed.")],
            submit=_("Keep the judgement"),
            form_class=Form,
            run=lambda found, data: services.finding_judge(
                finding=ListingFinding.objects.get(pk=data["finding"], version=found),
                state=data["state"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The judgement is kept."),
        )
