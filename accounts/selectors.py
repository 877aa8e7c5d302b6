"""Reads of accounts: who owns a number, what real name stands behind somebody, what is blocked."""

import hashlib
import hmac
from contextlib import suppress
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import demo
from accounts.contacts import looks_like_phone, normalize_email, normalize_phone
from accounts.models import ApiToken, Block, IdentityVerification, User
from accounts.types import Identity, IdentityState
from core.acts import Actor
from core.encryption import blind_index
from core.errors import NotFound

TOKEN_MARK = "cm"  # noqa: S105 — what every token begins with, no secret


class UserNotFound(NotFound):
    """There is no such account."""

    def __init__(self) -> None:
        super().__init__(_("There is no such account."))


class TokenNotFound(NotFound):
    """There is no such token, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such token."))


def user_by_pk(pk: int) -> User:
    """The account of that number. Raises UserNotFound."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise UserNotFound
    return user


def user_by_phone(phone: str | None) -> User | None:
    """Whose mobile number this is (E.164 or as a mainlander writes it)."""
    try:
        number = normalize_phone(phone)
    except ValueError:
        return None
    return User.objects.filter(phone=number).first() if number else None


def user_by_contact(contact: str) -> User | None:
    """Whose e-mail address or mobile number this is."""
    if looks_like_phone(contact):
        return user_by_phone(contact)
    return User.objects.filter(email=normalize_email(contact)).first()


def identity_of(user: User) -> Identity | None:
    """The verified real name behind an account, or None (§9(2)). One query."""
    found = IdentityVerification.objects.filter(user=user, state=IdentityState.VERIFIED).first()
    return _identity(found) if found else None


def _identity(found: IdentityVerification) -> Identity:
    return Identity(
        legal_name=found.legal_name,
        subject_kind=found.kind,
        subject_index=found.subject_index,
        number=found.number,
        masked_name=found.masked_name,
        masked_number=found.masked_number,
    )


def identity_latest(user: User) -> IdentityVerification | None:
    """The last verification that was asked for, whatever came of it."""
    return IdentityVerification.objects.filter(user=user).order_by("-pk").first()


def identity_pending(pk: int) -> IdentityVerification | None:
    """A verification that still waits for the register's answer."""
    return IdentityVerification.objects.filter(pk=pk, state=IdentityState.PENDING).first()


def accounts_of_subject(subject_index: str) -> QuerySet[User]:
    """Every account that one legal subject stands behind (§25)."""
    return User.objects.filter(
        identity_verifications__subject_index=subject_index,
        identity_verifications__state=IdentityState.VERIFIED,
    )


def is_blocked(kind: str, value: str) -> bool:
    """Whether an e-mail address, a mobile number or a legal subject's number may not open or verify an account."""
    return Block.objects.filter(kind=kind, index=blind_index(value), lifted_at__isnull=True).exists()


def is_subject_blocked(subject_index: str) -> bool:
    """Whether a legal subject, by its blind index, may not verify an account."""
    return Block.objects.filter(kind="subject", index=subject_index, lifted_at__isnull=True).exists()


def blocks_in_force(user: User) -> QuerySet[Block]:
    """What an account's blocking keeps out."""
    return Block.objects.filter(user=user, lifted_at__isnull=True)


def available_acts(user: User, actor: Actor) -> list[str]:
    """What this actor may do with the account now, by the names of the acts."""
    if actor.kind not in {"operator", "system"} or actor.id == user.pk:
        return []
    blocked = blocks_in_force(user).exists()
    acts = ["account_deactivate"] if user.is_active else []
    if blocked:
        acts.append("account_unblock")
    else:
        acts += ["account_block"] if user.is_active else ["account_reactivate", "account_block"]
    return [*acts, "roles_set"]


def users_found(term: str) -> Q:
    """The condition that finds accounts by what an operator types: address, mobile number, identity number or name."""
    text = term.strip()
    found = Q(display_name__icontains=text) | Q(email=normalize_email(text))
    if looks_like_phone(text):
        with suppress(ValueError):
            found |= Q(phone=normalize_phone(text))
    return found | Q(pk__in=IdentityVerification.objects.filter(subject_index=blind_index(text)).values("user_id"))


def operators_with(role: str) -> QuerySet[User]:
    """The active operators who hold a role."""
    return User.objects.filter(is_active=True, is_staff=True, groups__name=role).order_by("pk")


def demo_accounts(limit: int = 12) -> tuple[list[User], list[User]]:
    """The demo's operators, and the first few of its other people."""
    people = User.objects.filter(email__endswith=f"@{demo.DOMAIN}", is_active=True).order_by("pk")
    return list(people.filter(is_staff=True).prefetch_related("groups")), list(people.filter(is_staff=False)[:limit])


def has_verified_email(user: User) -> bool:
    """Whether the account's e-mail address was verified by code."""
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()


def has_totp(user: User) -> bool:
    """Whether the account asks for a second factor."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The API tokens of an account that were not revoked, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).order_by("-pk")


def token_for(user: User, pk: int) -> ApiToken:
    """One of the account's own tokens. Raises TokenNotFound for anybody else's."""
    token = tokens_of(user).filter(pk=pk).first()
    if token is None:
        raise TokenNotFound
    return token


def token_digest(secret: str) -> str:
    """What is kept of a token. Its secret is 256 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for_secret(text: str, now: datetime) -> ApiToken | None:
    """The token in force that a program sent, with its account; None for anything else. One query."""
    mark, _separator, rest = text.partition("_")
    prefix, separator, secret = rest.partition("_")
    if mark != TOKEN_MARK or not separator:
        return None
    token = (
        ApiToken.objects.select_related("user")
        .filter(prefix=prefix, revoked_at__isnull=True, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token is None or not hmac.compare_digest(token.digest, token_digest(secret)):
        return None
    return token
