"""The store and the people who work for it (§5)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.contacts import normalize_email
from accounts.models import User
from accounts.services import mail_defer
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed, NotFound
from core.uploads import PICTURES, checked_upload
from notifications.services import notify_many
from providers.models import Provider, StaffInvitation, StaffMember, Store
from providers.selectors import provider_locked, staff_users
from providers.services.applications import store_texts
from providers.services.guards import record, require_member, require_person
from providers.types import Permission, ProviderState, Role

INVITATION_DAYS = 7
INVITED_ROLES = frozenset({Role.MANAGER, Role.SUPPORT, Role.FINANCE})


class InvitationInvalid(NotFound):
    """The link is not one of ours, was used, taken back or is too old."""

    code = "invitation_invalid"

    def __init__(self) -> None:
        super().__init__(_("This invitation is no longer valid. Ask for a new one."))


@act
def store_edit(
    *,
    provider: Provider,
    name_zh: str,
    name_en: str,
    introduction_zh: str,
    introduction_en: str,
    after_sales_zh: str,
    after_sales_en: str,
    actor: Actor,
    now: datetime,
) -> Store:
    """Change how the store presents itself; its address stays. Raises InvalidInput naming the field."""
    locked, store = _store(provider, actor)
    texts = store_texts(
        slug=store.slug,
        name_zh=name_zh,
        name_en=name_en,
        introduction_zh=introduction_zh,
        introduction_en=introduction_en,
        provider=locked,
        now=now,
    )
    texts |= {"after_sales_zh": after_sales_zh.strip(), "after_sales_en": after_sales_en.strip()}
    for field in ("name_zh", "name_en"):
        if not texts[field]:
            raise InvalidInput(_("A store has a name in both languages."), field=field, clauses=["5"])
    for field in ("after_sales_zh", "after_sales_en"):
        if len(texts[field]) > 5000:
            raise InvalidInput(_("This text has at most 5,000 characters."), field=field)
    before = {name: getattr(store, name) for name in texts if getattr(store, name) != texts[name]}
    if not before:
        return store
    for name in before:
        setattr(store, name, texts[name])
    store.changed_at = now
    store.save(update_fields=[*before, "changed_at"])
    record("store_edit", actor, locked, before, {name: texts[name] for name in before}, now)
    return store


@act
def store_logo_set(*, provider: Provider, upload: IO[bytes], file_name: str, actor: Actor, now: datetime) -> Store:
    """Give the store a logo; the picture is drawn anew. Raises InvalidInput (logo)."""
    locked, store = _store(provider, actor)
    checked = checked_upload(upload, name=file_name, kinds=PICTURES, field="logo")
    before = store.logo_sha
    store.logo_sha, store.logo_type = checked.sha256, checked.content_type
    store.changed_at = now
    store.logo.save(checked.name, checked.content, save=False)
    store.save(update_fields=["logo", "logo_sha", "logo_type", "changed_at"])
    record("store_logo_set", actor, locked, {"logo": before}, {"logo": checked.sha256}, now)
    return store


@act
def staff_invite(*, provider: Provider, email: str, role: str, actor: Actor, now: datetime) -> StaffInvitation:
    """Ask somebody by e-mail to join the team; the link is valid for seven days. A newer invitation replaces an older
    one.

    Raises InvalidInput (email, role).
    """
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.TEAM)
    _admitted(locked)
    if role not in INVITED_ROLES:
        raise InvalidInput(_("Choose manager, support or finance."), field="role")
    address = normalize_email(email) or ""
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput(_("This is not an e-mail address."), field="email") from None
    if StaffMember.objects.filter(provider=locked, user__email=address, left_at__isnull=True).exists():
        raise InvalidInput(_("This person is in the team already."), field="email")
    StaffInvitation.objects.filter(
        provider=locked, email=address, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now)
    secret = secrets.token_urlsafe(24)
    invitation = StaffInvitation.objects.create(
        provider=locked,
        email=address,
        role=role,
        digest=_digest(secret),
        invited_by_id=require_person(actor),
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    record("staff_invite", actor, locked, {}, {"email": address, "role": role}, now)
    store = Store.objects.get(provider=locked)
    link = f"{settings.SITE_URL}/console/team/join/{secret}/"
    mail_defer(
        recipient=address,
        title=f"加入店铺团队 / Join the team of a store: {store.name_zh} · {store.name_en}",
        text=(
            f"{store.name_zh} 邀请您加入团队。请在 7 天内打开以下链接：\n{link}\n\n"
            f"{store.name_en} invites you to its team. Open this link within 7 days:\n{link}\n"
        ),
        now=now,
    )
    return invitation


@act
def invitation_accept(*, secret: str, user: User, actor: Actor, now: datetime) -> StaffMember:
    """Join the team that one was invited to. Raises InvitationInvalid, NotAllowed for operators and members."""
    found = StaffInvitation.objects.filter(digest=_digest(secret)).first()
    if found is None:
        raise InvitationInvalid
    locked = provider_locked(found.provider_id)
    invitation = StaffInvitation.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
    if invitation.accepted_at or invitation.revoked_at or invitation.expires_at <= now:
        raise InvitationInvalid
    if user.is_operator:
        raise NotAllowed(_("Operators cannot work for a provider."))
    _admitted(locked)
    try:
        with transaction.atomic():
            member = StaffMember.objects.create(provider=locked, user=user, role=invitation.role, joined_at=now)
    except IntegrityError as error:
        raise NotAllowed(_("You are in this team already.")) from error
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    record("invitation_accept", actor, locked, {}, {"user": user.pk, "role": member.role}, now)
    notify_many(
        recipients=[one for one in staff_users(locked, Permission.TEAM) if one.pk != user.pk],
        kind="providers.staff_joined",
        subject=locked.subject,
        context={"name": str(user)},
        link="/console/team/",
        now=now,
    )
    return member


@act
def invitation_revoke(*, invitation: StaffInvitation, actor: Actor, now: datetime) -> None:
    """Take an invitation back that nobody has accepted."""
    locked = provider_locked(invitation.provider_id)
    require_member(actor, locked, Permission.TEAM)
    taken = StaffInvitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=now
    )
    if taken:
        record("invitation_revoke", actor, locked, {"email": invitation.email}, {}, now)


@act
def staff_role_change(*, member: StaffMember, role: str, actor: Actor, now: datetime) -> StaffMember:
    """Give a member of the team another role. The owner's stays. Raises InvalidInput (role), NotAllowed."""
    locked, known = _member(member, actor)
    if role not in INVITED_ROLES:
        raise InvalidInput(_("Choose manager, support or finance."), field="role")
    before = known.role
    known.role = role
    known.save(update_fields=["role"])
    record("staff_role_change", actor, locked, {"user": known.user_id, "role": before}, {"role": role}, now)
    return known


@act
def staff_remove(*, member: StaffMember, actor: Actor, now: datetime) -> StaffMember:
    """Take somebody out of the team; they can do nothing for it from now on. The owner stays. Raises NotAllowed."""
    locked, known = _member(member, actor)
    known.left_at = now
    known.save(update_fields=["left_at"])
    record("staff_remove", actor, locked, {"user": known.user_id, "role": known.role}, {}, now)
    return known


def _store(provider: Provider, actor: Actor) -> tuple[Provider, Store]:
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.STORE)
    _admitted(locked)
    return locked, Store.objects.select_for_update(no_key=True, of=("self",)).get(provider=locked)


def _member(member: StaffMember, actor: Actor) -> tuple[Provider, StaffMember]:
    locked = provider_locked(member.provider_id)
    require_member(actor, locked, Permission.TEAM)
    known = StaffMember.objects.select_for_update(no_key=True, of=("self",)).get(pk=member.pk)
    if known.role == Role.OWNER:
        raise NotAllowed(_("The owner stays the owner."))
    if known.left_at is not None:
        raise NotAllowed(_("This person has left the team."))
    return locked, known


def _admitted(provider: Provider) -> None:
    if provider.state not in {ProviderState.ACTIVE, ProviderState.LEAVING}:
        raise NotAllowed(_("There is no store here now."), clauses=["5"])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
