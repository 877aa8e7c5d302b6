"""Lists and details; contacts, names and numbers are masked for operators too."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import selectors, services
from accounts.admin.acts import ActAdmin, ReasonForm
from accounts.models import ApiToken, IdentityVerification, User
from accounts.types import SEE_PEOPLE, IdentityState, Role
from core import clock
from core.acts import Actor
from core.encryption import blind_index
from core.errors import InvalidInput
from core.fsm import available

ROLE_NAMES: dict[str, Any] = {
    Role.OPERATIONS: _("Marketplace operations"),
    Role.FINANCE: _("Finance"),
    Role.ARBITRATION: _("Arbitration"),
    Role.RULEBOOK: _("Rulebook"),
    Role.AUDIT: _("Audit"),
}


BUTTONS = {
    "account_deactivate": "close",
    "account_reactivate": "reopen",
    "account_block": "block",
    "account_unblock": "unblock",
    "roles_set": "set_roles",
}


class RolesForm(ReasonForm):
    """What an operator works on."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(str(role), title) for role, title in ROLE_NAMES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
    )
    field_order = ["roles", "reason"]


@admin.register(User)
class UserAdmin(ActAdmin):
    """Accounts: found by address, number, name or identity number; closed and blocked by acts."""

    seen_by = SEE_PEOPLE
    list_display = [
        "display_name",
        "shown_email",
        "shown_phone",
        "shown_identity",
        "shown_roles",
        "is_active",
        "joined_at",
    ]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["display_name"]
    search_help_text = _("E-mail address, mobile number, identity number or name")
    ordering = ["-pk"]
    show_full_result_count = False
    list_per_page = 50
    fields = [
        "display_name",
        "shown_email",
        "shown_phone",
        "shown_identity",
        "shown_roles",
        "language",
        "is_active",
        "shown_blocks",
        "joined_at",
        "last_login",
    ]
    readonly_fields = ["shown_email", "shown_phone", "shown_identity", "shown_roles", "shown_blocks"]
    actions_detail = ["close", "reopen", "block", "unblock", "set_roles"]

    def available_acts(self, obj: User, actor: Actor) -> list[str]:
        return [BUTTONS[name] for name in selectors.available_acts(obj, actor)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        verified = IdentityVerification.objects.filter(state=IdentityState.VERIFIED)
        return (
            super()
            .get_queryset(request)
            .prefetch_related("groups", Prefetch("identity_verifications", verified, to_attr="verified"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return (queryset.filter(selectors.users_found(search_term)) if search_term else queryset), False

    @display(description=_("e-mail"))
    def shown_email(self, user: User) -> str:
        return user.masked_email or "—"

    @display(description=_("mobile number"))
    def shown_phone(self, user: User) -> str:
        return user.masked_phone or "—"

    @display(description=_("real name"))
    def shown_identity(self, user: User) -> str:
        return str(user.verified[0]) if user.verified else "—"  # type: ignore[attr-defined]

    @display(description=_("roles"))
    def shown_roles(self, user: User) -> str:
        names = [str(ROLE_NAMES.get(name, name)) for name in sorted(user.roles)]
        return ", ".join(names) or "—"

    @display(description=_("blocked"))
    def shown_blocks(self, user: User) -> str:
        blocks = list(selectors.blocks_in_force(user))
        return f"{blocks[0].reason} ({blocks[0].placed_at:%Y-%m-%d})" if blocks else "—"

    @action(description=_("Close the account"), permissions=["act"], url_path="close")
    def close(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Close this account?"),
            consequences=[
                _("The person is signed out everywhere and cannot sign in; their API tokens stop working."),
                _("Orders, money and cases stay as they are."),
                _("They are told, with your reason."),
            ],
            submit=_("Close the account"),
            run=lambda user, data: services.account_deactivate(
                user=user, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The account is closed."),
        )

    @action(description=_("Open it again"), permissions=["act"], url_path="reopen")
    def reopen(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Open this account again?"),
            consequences=[_("The person can sign in again, with everything they had.")],
            submit=_("Open it again"),
            run=lambda user, data: services.account_reactivate(
                user=user, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The account is open."),
        )

    @action(description=_("Block the person"), permissions=["act"], url_path="block")
    def block(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Block this person?"),
            consequences=[
                _("The account is closed as well."),
                _("Its e-mail address and mobile number open no other account."),
                _("Its verified legal subject verifies no other account."),
            ],
            submit=_("Block the person"),
            run=lambda user, data: services.account_block(
                user=user, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The person is blocked."),
        )

    @action(description=_("Lift the block"), permissions=["act"], url_path="unblock")
    def unblock(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Lift the block?"),
            consequences=[_("The account stays closed until you open it again.")],
            submit=_("Lift the block"),
            run=lambda user, data: services.account_unblock(
                user=user, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The block is lifted."),
        )

    def has_roles_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Only whoever holds every role hands them out."""
        return bool(request.user.is_superuser)

    @action(description=_("Set the roles"), permissions=["act", "roles"], url_path="roles")
    def set_roles(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("What does this person work on?"),
            consequences=[
                _("With a role, the account reaches the operators' desk. Without any, it no longer does."),
                _("Approvals that need two operators still need two."),
            ],
            submit=_("Set the roles"),
            run=lambda user, data: services.roles_set(
                user=user,
                roles=data["roles"],
                reason=data["reason"],
                actor=Actor.of(request.user),
                now=clock.now(),
            ),
            done=_("The roles are set."),
            form_class=RolesForm,
        )


@admin.register(IdentityVerification)
class IdentityVerificationAdmin(ActAdmin):
    """Real-name verifications (§9(2)), masked; found by the number."""

    seen_by = SEE_PEOPLE
    list_display = ["shown_name", "shown_number", "kind", "state", "register", "answer", "submitted_at", "settled_at"]
    list_filter = ["state", "kind"]
    search_fields = ["subject_index"]
    search_help_text = _("The whole identity number or social credit code")
    ordering = ["-pk"]
    show_full_result_count = False
    list_select_related = ["user"]
    fields = ["shown_user", "kind", "shown_name", "shown_number", "state", "register", "answer", "reason"]
    fields += ["submitted_at", "settled_at"]
    readonly_fields = ["shown_user", "shown_name", "shown_number"]
    actions_detail = ["revoke"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[IdentityVerification], search_term: str
    ) -> tuple[QuerySet[IdentityVerification], bool]:
        return (queryset.filter(subject_index=blind_index(search_term)) if search_term else queryset), False

    def available_acts(self, obj: IdentityVerification, actor: Actor) -> list[str]:
        return available(obj)

    @display(description=_("account"))
    def shown_user(self, found: IdentityVerification) -> str:
        address = reverse("admin:accounts_user_change", args=[found.user_id])
        return format_html('<a href="{}" class="underline">{}</a>', address, found.user)

    @display(description=_("legal name"))
    def shown_name(self, found: IdentityVerification) -> str:
        return found.masked_name

    @display(description=_("identity number"))
    def shown_number(self, found: IdentityVerification) -> str:
        return found.masked_number

    @action(description=_("Revoke the verification"), permissions=["act"], url_path="revoke")
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Revoke this verification?"),
            consequences=[
                _("The account is no longer verified; a provider behind it no longer meets its conditions (9(2))."),
                _("The person may be verified anew. They are told, with your reason."),
            ],
            submit=_("Revoke the verification"),
            run=lambda found, data: services.identity_revoke(
                verification=found, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The verification is revoked."),
        )


@admin.register(ApiToken)
class ApiTokenAdmin(ActAdmin):
    """The keys of people's programs: who, what for, when last used; ended by an act."""

    seen_by = SEE_PEOPLE
    list_display = ["name", "prefix", "user", "scopes", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["prefix", "name"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = ["name", "prefix", "user", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
    actions_detail = ["revoke"]

    def available_acts(self, obj: ApiToken, actor: Actor) -> list[str]:
        return [] if obj.revoked_at else ["revoke"]

    @action(description=_("Revoke the token"), permissions=["act"], url_path="revoke")
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        def run(token: ApiToken, data: dict[str, Any]) -> None:
            if token.revoked_at:
                raise InvalidInput(_("This token is revoked already."))
            services.token_revoke(token=token, actor=Actor.of(request.user), now=clock.now())

        return self.act_page(
            request,
            object_id,
            title=_("Revoke this token?"),
            consequences=[_("Programs that use it are refused from now on.")],
            submit=_("Revoke the token"),
            run=run,
            done=_("The token is revoked."),
            form_class=forms.Form,
        )
