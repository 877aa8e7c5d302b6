"""Providers, and who may act for them."""

from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import NotFound, NotPermitted
from providers.models import Agreement, AgreementText, Provider, StaffInvitation, StaffMember
from providers.types import PERMISSIONS, AgreementKind, Permission, ProviderState, Role, may
from regulation.selectors import rulebook_for
from regulation.types import Rulebook


class ProviderNotFound(NotFound):
    """There is no such provider, or it is somebody else's."""

    code = "provider_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such provider."))


class RoleTooSmall(NotPermitted):
    """The member's role does not cover this."""

    code = "role_too_small"

    def __init__(self) -> None:
        super().__init__(_("Your role in the team does not cover this. Ask the owner of the store."))


def _of(user: Any) -> Q:
    return Q(staff__user=user, staff__left_at__isnull=True) | Q(owner=user)


def providers_of(user: Any) -> "QuerySet[Provider]":
    """Every provider that somebody owns or works for: those still here first, then the newest."""
    return (
        Provider.objects.filter(_of(user))
        .distinct()
        .annotate(
            gone=Case(
                When(state__in=[ProviderState.LEFT, ProviderState.CLEARED], then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
        .order_by("gone", "-pk")
    )


def provider_for(user: Any) -> Provider | None:
    """The provider that somebody acts for in the console, or None. Where there are several, the first of
    `providers_of`.
    """
    return providers_of(user).first() if user.is_authenticated else None


def provider_by_pk(pk: int) -> Provider:
    """A provider. Raises ProviderNotFound."""
    provider = Provider.objects.filter(pk=pk).first()
    if provider is None:
        raise ProviderNotFound
    return provider


def provider_by_number(number: str) -> Provider:
    """A provider by the number that people quote. Raises ProviderNotFound."""
    provider = Provider.objects.filter(number=number).first()
    if provider is None:
        raise ProviderNotFound
    return provider


def provider_locked(pk: int) -> Provider:
    """A provider's row, locked until the act ends. Raises ProviderNotFound."""
    provider = Provider.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if provider is None:
        raise ProviderNotFound
    return provider


def platform_provider() -> Provider | None:
    """The platform's own store (§7)."""
    return Provider.objects.filter(is_platform=True, state=ProviderState.ACTIVE).first()


def member_of(user: Any, provider: Provider) -> StaffMember | None:
    """Somebody's place in a provider's team."""
    return StaffMember.objects.filter(provider=provider, user=user, left_at__isnull=True).first()


def sells(user: Any) -> bool:
    """Whether somebody works for a provider, or applies to become one."""
    works = StaffMember.objects.filter(user=user, left_at__isnull=True).exists()
    return works or Provider.objects.filter(owner=user).exists()


def role_of(user: Any, provider: Provider) -> str | None:
    """What somebody is for a provider. Before it is admitted, whoever applies is its owner."""
    return role_of_account(user.pk, provider)


def role_of_account(user_id: int | None, provider: Provider) -> str | None:
    """What an account, by its number, is for a provider; None for a stranger and for nobody."""
    if user_id is None:
        return None
    role = (
        StaffMember.objects.filter(provider=provider, user_id=user_id, left_at__isnull=True)
        .values_list("role", flat=True)
        .first()
    )
    if role is not None:
        return str(role)
    return Role.OWNER if provider.owner_id == user_id else None


def permissions_of(user: Any, provider: Provider) -> frozenset[Permission]:
    """What somebody may do for a provider; nothing for strangers."""
    role = role_of(user, provider)
    return PERMISSIONS[role] if role else frozenset()


def require_permission(*, user: Any, provider: Provider, permission: str) -> None:
    """Let somebody go on only where their role covers it.

    Raises ProviderNotFound for strangers, so that nobody learns what exists, and RoleTooSmall for members.
    """
    require_permission_of(user_id=user.pk, provider=provider, permission=permission)


def require_permission_of(*, user_id: int, provider: Provider, permission: str) -> None:
    """The same of an account by its number, where nothing else of it is needed."""
    role = role_of_account(user_id, provider)
    if role is None:
        raise ProviderNotFound
    if not may(role, permission):
        raise RoleTooSmall


def provider_of_member(user: Any, number: str, permission: str) -> Provider:
    """A provider by its number, for somebody whose role covers `permission`. Raises as `require_permission`."""
    provider = provider_by_number(number)
    require_permission(user=user, provider=provider, permission=permission)
    return provider


def team_of(provider: Provider) -> "QuerySet[StaffMember]":
    """Who works for a provider now, the owner first."""
    return StaffMember.objects.filter(provider=provider, left_at__isnull=True).select_related("user").order_by("pk")


def staff_users(provider: Provider, permission: str) -> list[Any]:
    """The accounts in a team whose role covers `permission`: whom to tell. Before admission, the applicant."""
    members = [member for member in team_of(provider) if may(member.role, permission)]
    return [member.user for member in members] or [provider.owner]


def accounts_of_providers() -> "QuerySet[Any]":
    """The accounts of everybody who works for a provider that is here, for announcements."""
    return User.objects.filter(
        is_active=True,
        pk__in=StaffMember.objects.filter(
            left_at__isnull=True, provider__state__in=[ProviderState.ACTIVE, ProviderState.LEAVING]
        ).values("user_id"),
    )


def invitations_open(provider: Provider, now: datetime) -> "QuerySet[StaffInvitation]":
    """Invitations that can still be accepted, newest first."""
    return StaffInvitation.objects.filter(
        provider=provider, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).order_by("-pk")


def agreement_texts_current(now: datetime) -> dict[str, AgreementText]:
    """The version of each agreement that is signed now, by kind."""
    found: dict[str, AgreementText] = {}
    for text in AgreementText.objects.filter(effective_at__lte=now).order_by("effective_at", "pk"):
        found[text.kind] = text
    return found


def agreement_text_by_pk(pk: int) -> AgreementText:
    """A version of an agreement's words. Raises NotFound."""
    text = AgreementText.objects.filter(pk=pk).first()
    if text is None:
        raise NotFound(_("There is no such agreement."))
    return text


def agreements_of(provider: Provider) -> "QuerySet[Agreement]":
    """Everything a provider signed or was offered to sign, newest first."""
    return Agreement.objects.filter(provider=provider).select_related("text", "signer").order_by("-pk")


def agreement_in_force(provider: Provider, kind: str, now: datetime) -> Agreement | None:
    """The newest agreement of a kind that binds a provider at `now`."""
    return next((one for one in agreements_of(provider).filter(kind=kind) if one.in_force_at(now)), None)


def agreements_needed(provider: Provider) -> list[str]:
    """Which agreements a provider signs to be admitted (§9(5)): those on consignment sign one more."""
    kinds: list[str] = [AgreementKind.PROVIDER, AgreementKind.ANNEX]
    return [*kinds, AgreementKind.CONSIGNMENT] if provider.consigned else kinds


def terms_for(provider: Provider, at: datetime) -> dict[str, Any]:
    """The terms of its own that bind a provider at an instant (§3): rulebook parameter to value, as JSON.

    Where two agreements set the same parameter, the one signed later holds.
    """
    terms: dict[str, Any] = {}
    for agreement in Agreement.objects.filter(
        provider=provider, kind=AgreementKind.SUPPLEMENTARY, signed_at__lte=at
    ).order_by("signed_at", "pk"):
        if agreement.in_force_at(at):
            terms |= agreement.terms
    return terms


def rulebook_of_provider(provider: Provider, at: datetime) -> Rulebook:
    """The rulebook in force at an instant as it binds this provider: its agreement's own terms prevail (§3)."""
    return rulebook_for(at, terms_for(provider, at))
