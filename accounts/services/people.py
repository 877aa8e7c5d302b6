"""Opening and keeping accounts (§9(1)), and what operators work on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from accounts.contacts import normalize_email, normalize_phone
from accounts.models import LANGUAGES, Block, User, default_display_name
from accounts.selectors import user_by_pk
from accounts.types import BlockKind, Role
from core.acts import Actor, act
from core.encryption import blind_index, mask
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.outbox import outbox_put
from regulation.services import audit_record


class AlreadyTaken(InvalidInput):
    """Another account has this address or number."""

    code = "already_taken"


class AccountBlocked(NotAllowed):
    """This address, number or subject may not open or verify an account."""

    code = "account_blocked"


def subject_of(user: User) -> str:
    """How the trail names an account."""
    return f"account:{user.pk}"


def require_desk(actor: Actor) -> None:
    """Refuse anybody but operators, whatever their role, and the platform itself. Raises NotPermitted."""
    if actor.kind != "system" and not (actor.kind == "operator" and user_by_pk(actor.person).is_operator):
        raise NotPermitted(_("Only an operator may do this."))


def require_operator(actor: Actor, role: str) -> None:
    """Refuse anybody but operators who hold the role, and the platform itself. Raises NotPermitted."""
    require_desk(actor)
    if actor.kind != "system" and not user_by_pk(actor.person).has_role(role):
        raise NotPermitted(_("Your role as an operator does not cover this."))


def require_chief(actor: Actor) -> None:
    """Refuse anybody but those who hold every role, and the platform itself. Raises NotPermitted."""
    if actor.kind != "system" and not (actor.kind == "operator" and user_by_pk(actor.person).is_superuser):
        raise NotPermitted(_("Only a chief operator may hand out roles."))


def require_self(actor: Actor, user: User) -> None:
    """Refuse anybody but the person, operators and the platform itself. Raises NotPermitted."""
    if actor.kind not in {"operator", "system"} and actor.id != user.pk:
        raise NotPermitted(_("Only the owner of the account may do this."))


def require_reason(reason: str) -> str:
    """The reason without spaces around it. Raises InvalidInput where there is none."""
    text = reason.strip()
    if not text:
        raise InvalidInput(_("Say why: the reason is kept and shown to the person."), field="reason")
    return text


def lock_user(user: User) -> User:
    """The account as it is now, locked for the act."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _contacts(email: str | None, phone: str | None) -> tuple[str | None, str | None]:
    address = normalize_email(email)
    try:
        number = normalize_phone(phone)
    except ValueError:
        raise InvalidInput(_("This is not a mobile number."), field="phone") from None
    if address is not None:
        try:
            validate_email(address)
        except ValidationError:
            raise InvalidInput(_("This is not an e-mail address."), field="email") from None
    if address is None and number is None:
        raise InvalidInput(_("Give an e-mail address or a mobile number."), field="email")
    blocked = [
        kind
        for kind, value in ((BlockKind.EMAIL, address), (BlockKind.PHONE, number))
        if value and Block.objects.filter(kind=kind, index=blind_index(value), lifted_at__isnull=True).exists()
    ]
    if blocked:
        raise AccountBlocked(
            _("No account can be opened with this. Please contact the platform's support."), field=blocked[0].value
        )
    return address, number


@act
def account_create(
    *,
    email: str | None = None,
    phone: str | None = None,
    password: str | None = None,
    display_name: str = "",
    language: str = "zh-hans",
    actor: Actor | None = None,
    now: datetime,
) -> User:
    """Open an account that signs in by e-mail, mobile number or both (§9(1)); without an actor, by its owner.

    The address and number are not verified yet: signing in asks for the code, or see `contacts_confirm`. Raises
    InvalidInput, AlreadyTaken (field email or phone) and AccountBlocked.
    """
    address, number = _contacts(email, phone)
    for field, value in (("email", address), ("phone", number)):
        if value and User.objects.filter(**{field: value}).exists():
            raise AlreadyTaken(_("Another account uses this already."), field=field)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email=address,
                phone=number,
                password=password,
                display_name=display_name.strip()[:60] or default_display_name(address, number),
                language=_language(language),
                joined_at=now,
            )
    except IntegrityError:
        raise AlreadyTaken(_("Another account uses this already."), field="email" if address else "phone") from None
    audit_record(
        act="account_create",
        actor=actor or Actor.of(user),
        subject=subject_of(user),
        before={},
        after=_shown(user),
        now=now,
    )
    return user


def _shown(user: User) -> dict[str, Any]:
    """What the trail keeps of an account: contacts masked."""
    return {
        "email": mask(user.email, "email") if user.email else None,
        "phone": mask(user.phone, "phone") if user.phone else None,
        "display_name": user.display_name,
        "language": user.language,
    }


def _language(code: str) -> str:
    if code not in dict(LANGUAGES):
        raise InvalidInput(_("Choose one of the languages offered."), field="language")
    return code


@act
def contacts_confirm(*, user: User, actor: Actor, now: datetime) -> None:
    """Take an account's address and number as verified: the platform itself made it, or an operator has checked."""
    require_operator(actor, Role.OPERATIONS)
    user_now = lock_user(user)
    if user_now.email:
        EmailAddress.objects.update_or_create(
            user=user_now, email=user_now.email, defaults={"verified": True, "primary": True}
        )
    if user_now.phone and user_now.phone_verified_at is None:
        User.objects.filter(pk=user.pk).update(phone_verified_at=now)
        user.phone_verified_at = now
    audit_record(
        act="contacts_confirm", actor=actor, subject=subject_of(user), before={}, after=_shown(user_now), now=now
    )


@act
def phone_set(*, user: User, phone: str, verified: bool, actor: Actor, now: datetime) -> None:
    """Give an account its mobile number, `verified` where a code sent to it came back.

    Raises InvalidInput, AlreadyTaken and AccountBlocked.
    """
    require_self(actor, user)
    _address, number = _contacts(None, phone)
    before = lock_user(user)
    if User.objects.filter(phone=number).exclude(pk=user.pk).exists():
        raise AlreadyTaken(_("Another account uses this already."), field="phone")
    verified_at = now if verified else None
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(phone=number, phone_verified_at=verified_at)
    except IntegrityError:
        raise AlreadyTaken(_("Another account uses this already."), field="phone") from None
    user.phone, user.phone_verified_at = number, verified_at
    audit_record(
        act="phone_set",
        actor=actor,
        subject=subject_of(user),
        before={"phone": mask(before.phone, "phone") if before.phone else None},
        after={"phone": mask(number or "", "phone"), "verified": verified},
        now=now,
    )


@act
def profile_update(*, user: User, display_name: str, language: str, actor: Actor, now: datetime) -> User:
    """Change what somebody is called and in which language the platform writes to them. Raises InvalidInput."""
    require_self(actor, user)
    name = " ".join(display_name.split())
    if not name or len(name) > 60:
        raise InvalidInput(_("Give a name of 1 to 60 characters."), field="display_name")
    before = lock_user(user)
    User.objects.filter(pk=user.pk).update(display_name=name, language=_language(language))
    user.display_name, user.language = name, language
    audit_record(
        act="profile_update",
        actor=actor,
        subject=subject_of(user),
        before={"display_name": before.display_name, "language": before.language},
        after={"display_name": name, "language": language},
        now=now,
    )
    return user


@act
def language_set(*, user: User, language: str, actor: Actor, now: datetime) -> None:
    """Change only the language in which the platform writes to somebody."""
    profile_update(user=user, display_name=user.display_name, language=language, actor=actor, now=now)


@act
def role_grant(*, user: User, role: str, actor: Actor, now: datetime) -> None:
    """Let an operator work on something. Raises InvalidInput for an unknown role, NotAllowed for a non-operator."""
    require_chief(actor)
    group = _group(role)
    if not lock_user(user).is_staff:
        raise NotAllowed(_("Roles are given to operators only."))
    user.groups.add(group)
    user.__dict__.pop("roles", None)
    audit_record(act="role_grant", actor=actor, subject=subject_of(user), before={}, after={"role": role}, now=now)


@act
def role_revoke(*, user: User, role: str, actor: Actor, now: datetime) -> None:
    """Take a role from an operator. Raises InvalidInput for an unknown role."""
    require_chief(actor)
    lock_user(user)
    user.groups.remove(_group(role))
    user.__dict__.pop("roles", None)
    audit_record(act="role_revoke", actor=actor, subject=subject_of(user), before={"role": role}, after={}, now=now)


def _group(role: str) -> Group:
    if role not in set(Role):
        raise InvalidInput(_("There is no such role."), field="role")
    return Group.objects.get_or_create(name=role)[0]


@act
def operator_appoint(*, user: User, roles: Iterable[str], actor: Actor, now: datetime) -> None:
    """Make an account an operator's, with its roles."""
    require_chief(actor)
    User.objects.filter(pk=lock_user(user).pk).update(is_staff=True)
    user.is_staff = True
    audit_record(
        act="operator_appoint", actor=actor, subject=subject_of(user), before={}, after={"operator": True}, now=now
    )
    for role in roles:
        role_grant(user=user, role=role, actor=actor, now=now)


@act
def operator_make_chief(*, user: User, actor: Actor, now: datetime) -> None:
    """Let an operator hold every role and hand roles to others; only the platform's own commands do this."""
    if actor.kind != "system":
        raise NotPermitted(_("Only an administrator of the machine may do this."))
    User.objects.filter(pk=lock_user(user).pk).update(is_superuser=True)
    user.is_superuser = True
    audit_record(
        act="operator_make_chief", actor=actor, subject=subject_of(user), before={}, after={"chief": True}, now=now
    )


@act
def roles_set(*, user: User, roles: Iterable[str], reason: str, actor: Actor, now: datetime) -> None:
    """Give an account exactly these roles; with none it is no longer an operator's.

    Raises InvalidInput without a reason or for an unknown role, NotAllowed for one's own account.
    """
    why = require_reason(reason)
    if actor.id == user.pk:
        raise NotAllowed(_("Another operator has to do this."))
    require_chief(actor)
    wanted = set(roles)
    if not wanted:
        operator_dismiss(user=user, reason=why, actor=actor, now=now)
        return
    held = set(user.groups.values_list("name", flat=True)) & set(Role)
    operator_appoint(user=user, roles=sorted(wanted - held), actor=actor, now=now)
    for role in sorted(held - wanted):
        role_revoke(user=user, role=role, actor=actor, now=now)


@act
def operator_dismiss(*, user: User, reason: str, actor: Actor, now: datetime) -> None:
    """Take the operator's desk and every role from an account. Raises InvalidInput without a reason."""
    why = require_reason(reason)
    if actor.id == user.pk:
        raise NotAllowed(_("Another operator has to do this."))
    require_chief(actor)
    User.objects.filter(pk=lock_user(user).pk).update(is_staff=False, is_superuser=False)
    user.groups.clear()
    user.is_staff = user.is_superuser = False
    user.__dict__.pop("roles", None)
    audit_record(
        act="operator_dismiss",
        actor=actor,
        subject=subject_of(user),
        before={"operator": True},
        after={"operator": False, "reason": why},
        now=now,
    )


@act
def mail_defer(*, recipient: str, title: str, text: str, now: datetime) -> None:
    """Leave a mail that could not be handed over to the outbox, which tries again."""
    outbox_put(
        topic="accounts.mail",
        payload={"recipient": recipient, "title": title, "text": text},
        key=f"accounts.mail:{get_random_string(20)}",
        now=now,
    )


@act
def sms_defer(*, phone: str, text: str, now: datetime) -> None:
    """Leave a text message that could not be handed over to the outbox, which tries again."""
    outbox_put(
        topic="accounts.sms",
        payload={"phone": phone, "text": text},
        key=f"accounts.sms:{get_random_string(20)}",
        now=now,
    )


@act
def password_set(*, user: User, password: str, actor: Actor, now: datetime) -> None:
    """Set a password, which the caller has validated; every session of the account ends."""
    require_self(actor, user)
    User.objects.filter(pk=lock_user(user).pk).update(password=make_password(password))
    user.refresh_from_db(fields=["password"])
    audit_record(act="password_set", actor=actor, subject=subject_of(user), before={}, after={}, now=now)
