"""Providers with their standing, what is laid over them, agreements, and the re-entry register."""

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.types import SEE_DISPUTES, SEE_TRADE
from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.admin_values import person_named
from providers import selectors, services
from providers.admin.forms import (
    AgreementTextForm,
    ConditionForm,
    ConfirmForm,
    MeetsForm,
    RestrictionForm,
    TermsForm,
)
from providers.admin.pages import QueueAdmin, act_named
from providers.models import Agreement, AgreementText, PlatformCondition, Provider, ReentryBar, Restriction, Store
from regulation.selectors import trail_of
from regulation.types import Text


@admin.register(Provider)
class ProviderAdmin(QueueAdmin):
    """Who sells here, and how they stand."""

    seen_by = SEE_TRADE
    list_display = ["number", "public_name", "kind", "shown_state", "is_shown", "admitted_at", "conditions_unmet_since"]
    list_filter = ["state", "kind", "shown", "is_platform", ("conditions_unmet_since", admin.EmptyFieldListFilter)]
    search_fields = ["=number", "public_name", "store__name_zh", "store__name_en", "=owner__email"]
    ordering = ["-pk"]
    fields: list[str] = []
    change_form_template = "providers/admin/provider.html"
    actions_detail = ["restrict", "check_conditions", "meets", "offer_terms"]

    @display(
        description=_("state"),
        label={"applying": "info", "active": "success", "leaving": "warning", "left": "", "cleared": "danger"},
    )
    def shown_state(self, provider: Provider) -> tuple[str, str]:
        return provider.state, str(provider.get_state_display())

    @display(description=_("shown now"), boolean=True)
    def is_shown(self, provider: Provider) -> bool:
        return provider.state == "active" and not provider.hidden_at(clock.now())

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        provider = self.get_object(request, object_id or "")
        context = dict(extra_context or {})
        if provider is not None:
            now = clock.now()
            context |= {
                "provider": provider,
                "store": selectors.store_of(provider),
                "requirements": selectors.requirements_of(provider, now),
                "restrictions": selectors.restrictions_of(provider)[:50],
                "now": now,
                "team": selectors.team_of(provider),
                "agreements": selectors.agreements_of(provider),
                "papers": selectors.documents_of(provider),
                "changes": selectors.changes_of(provider)[:20],
                "trail": [
                    (one, act_named(one.act), person_named(one.actor_name)) for one in trail_of(provider.subject)[:50]
                ],
            }
        return super().changeform_view(request, object_id, form_url, context)

    @action(description=_("Place a restriction"), permissions=["act"], url_path="restrict")
    def restrict(self, request: HttpRequest, object_id: int) -> HttpResponse:
        def run(provider: Provider, data: dict[str, Any]) -> None:
            now = clock.now()
            services.restriction_place(
                provider=provider,
                kind=data["kind"],
                reference=f"operator:{request.user.pk}:{now:%Y%m%d%H%M%S}",
                reason=Text(data["reason_zh"], data["reason_en"]),
                until=data["until"],
                clauses=[data["clause"]],
                actor=Actor.of(request.user),
                now=now,
            )

        return self.act_page(
            request,
            object_id,
            title=_("Lay a restriction over this provider?"),
            consequences=[
                _("Frozen, closed and the like hide the store and all its products, and stop new orders at once."),
                _("What was bought goes on working and can be renewed."),
                _("It ends by itself where an end is set. The team is told, with the reason."),
            ],
            submit=_("Place the restriction"),
            form_class=RestrictionForm,
            run=run,
            done=_("The restriction is in force."),
        )

    @action(description=_("Check the conditions now"), permissions=["act"], url_path="check")
    def check_conditions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Check the conditions of admission now?"),
            consequences=[
                _("What is no longer met hides the store until it is mended, and the time to mend it begins."),
                _("Where everything is met again, that restriction ends."),
            ],
            submit=_("Check them"),
            form_class=ConfirmForm,
            run=lambda provider, data: services.conditions_check(provider_id=provider.pk, now=clock.now()),
            done=_("The conditions were checked."),
        )

    @action(description=_("Confirm a condition"), permissions=["act"], url_path="meets")
    def meets(self, request: HttpRequest, object_id: int) -> HttpResponse:
        asked = PlatformCondition.objects.filter(answered_by="operator", retired_at__isnull=True)
        choices = [(str(one.pk), str(one)) for one in asked]

        class Meets(MeetsForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, choices=choices, **kwargs)

        return self.act_page(
            request,
            object_id,
            title=_("Confirm that the provider meets a condition of the platform?"),
            consequences=[_("It counts as met from now on, in the review and in the daily check.")],
            submit=_("Confirm it"),
            form_class=Meets,
            run=lambda provider, data: services.condition_confirm(
                provider=provider,
                condition=asked.get(pk=data["condition"]),
                note=data["note"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The condition counts as met."),
        )

    @action(description=_("Offer terms of its own"), permissions=["act"], url_path="terms")
    def offer_terms(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Offer this provider terms of its own?"),
            consequences=[
                _(
                    "Once the provider has signed them, they prevail over the rulebook for it, and decisions "
                    "cite clause 3."
                ),
            ],
            submit=_("Offer the terms"),
            form_class=TermsForm,
            run=lambda provider, data: services.agreement_terms_propose(
                provider=provider,
                terms=data["terms"],
                note=data["note"],
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The terms were offered."),
        )


@admin.register(Restriction)
class RestrictionAdmin(QueueAdmin):
    """What is laid over providers, and what was."""

    list_display = ["provider", "kind", "reference", "starts_at", "until", "lifted_at"]
    list_filter = ["kind", ("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name", "=reference"]
    ordering = [F("lifted_at").asc(nulls_first=True), "-pk"]
    actions_detail = ["lift"]

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not self.has_act_permission(request, object_id):
            return False
        found = self.get_object(request, str(object_id))
        return found is not None and found.lifted_at is None

    @action(description=_("Lift it"), permissions=["lift"], url_path="lift")
    def lift(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Lift this restriction?"),
            consequences=[
                _("The store is shown again, unless something else hides it. The team is told."),
                _("A restriction that a case or a short deposit asks for may come back with it."),
            ],
            submit=_("Lift the restriction"),
            run=lambda found, data: services.restriction_lift(
                provider=found.provider,
                kind=found.kind,
                reference=found.reference,
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The restriction is lifted."),
        )


@admin.register(AgreementText)
class AgreementTextAdmin(QueueAdmin):
    """The words that providers sign."""

    list_display = ["kind", "version", "title_zh", "effective_at", "sha256"]
    list_filter = ["kind"]
    actions_list = ["publish"]

    @action(description=_("Publish a new version"), permissions=["act"], url_path="publish")
    def publish(self, request: HttpRequest) -> HttpResponse:
        return self.new_page(
            request,
            title=_("Publish a new version of an agreement?"),
            consequences=[
                _("Whoever applies from its moment on signs it; what was signed before stays in force."),
                _("Its words can never be changed."),
            ],
            submit=_("Publish the version"),
            form_class=AgreementTextForm,
            run=lambda data: services.agreement_text_publish(**data, actor=Actor.of(request.user), now=clock.now()),
            done=_("The version is published."),
        )


@admin.register(Agreement)
class AgreementAdmin(QueueAdmin):
    """What was signed, and terms that were offered."""

    list_display = ["provider", "kind", "signer_name", "signed_at", "starts_at", "ends_at", "terminated_at"]
    list_filter = ["kind", ("signed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["provider", "text"]
    search_fields = ["=provider__number", "provider__public_name"]
    actions_detail = ["end"]

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not self.has_act_permission(request, object_id):
            return False
        found = self.get_object(request, str(object_id))
        return found is not None and found.terminated_at is None

    @action(description=_("End it"), permissions=["end"], url_path="end")
    def end(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("End this agreement?"),
            consequences=[
                _(
                    "It binds no longer from now on. Where everybody signs it, the provider then lacks a "
                    "condition of admission."
                ),
            ],
            submit=_("End the agreement"),
            run=lambda found, data: services.agreement_end(
                agreement=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The agreement has ended."),
        )


@admin.register(PlatformCondition)
class PlatformConditionAdmin(QueueAdmin):
    """What else the platform asks of providers (§9(7))."""

    list_display = ["code", "title_zh", "for_kind", "answered_by", "effective_at", "retired_at"]
    actions_list = ["add_one"]
    actions_detail = ["retire"]

    @action(description=_("Ask for something more"), permissions=["act"], url_path="new")
    def add_one(self, request: HttpRequest) -> HttpResponse:
        def run(data: dict[str, Any]) -> None:
            services.platform_condition_add(
                code=data["code"],
                title=Text(data["title_zh"], data["title_en"]),
                text=Text(data["text_zh"], data["text_en"]),
                for_kind=data["for_kind"],
                answered_by=data["answered_by"],
                effective_at=data["effective_at"],
                actor=Actor.of(request.user),
                now=clock.now(),
            )

        return self.new_page(
            request,
            title=_("Ask something more of providers?"),
            consequences=[
                _(
                    "From its moment on, nobody is admitted without it, and the daily check asks for it of "
                    "those who are here."
                ),
                _("Those who do not meet it then are hidden until they do."),
            ],
            submit=_("Ask for it"),
            form_class=ConditionForm,
            run=run,
            done=_("The condition stands."),
        )

    @action(description=_("Ask for it no longer"), permissions=["act"], url_path="retire")
    def retire(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Ask for this no longer?"),
            consequences=[_("It no longer counts, for applications and in the daily check.")],
            submit=_("Ask for it no longer"),
            run=lambda found, data: services.platform_condition_retire(
                condition=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The condition is no longer asked for."),
        )


@admin.register(ReentryBar)
class ReentryBarAdmin(ReadOnlyAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["provider", "relation", "exit_kind", "exited_at", "never", "allowed_from", "revoked_at"]
    list_filter = ["exit_kind", "never", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["provider"]
    search_fields = ["=provider__number", "provider__public_name"]
    show_full_result_count = False


@admin.register(Store)
class StoreAdmin(ReadOnlyAdmin):
    seen_by = SEE_TRADE
    exclude = ["logo_type", "logo_sha"]
    list_display = ["slug", "name_zh", "name_en", "provider", "created_at"]
    list_select_related = ["provider"]
    search_fields = ["=slug", "name_zh", "name_en"]
    show_full_result_count = False
