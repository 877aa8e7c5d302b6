"""API tokens: keys that people give to their programs."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import scopes as known_scopes
from accounts.models import ApiToken, User
from accounts.selectors import TOKEN_MARK, token_digest
from accounts.services.people import lock_user, require_self, subject_of
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from regulation.services import audit_record

MOST = 20
LONGEST = timedelta(days=366)
TOUCHED_EVERY = timedelta(minutes=1)


@act
def token_create(
    *, user: User, name: str, scopes: Iterable[str], expires_at: datetime, actor: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token; the text that comes back with it is shown once and cannot be read again.

    Raises InvalidInput (field name, scopes or expires_at) and NotAllowed beyond twenty tokens.
    """
    require_self(actor, user)
    title, wanted = " ".join(name.split()), sorted(set(scopes))
    if not title or len(title) > 60:
        raise InvalidInput(_("Give the token a name of 1 to 60 characters."), field="name")
    offered = {scope.name for scope in known_scopes.available(user)}
    if not wanted or not set(wanted) <= offered:
        raise InvalidInput(_("Choose at least one of the scopes offered."), field="scopes")
    if not now < expires_at <= now + LONGEST:
        raise InvalidInput(_("A token lasts at most a year."), field="expires_at")
    lock_user(user)
    if ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now).count() >= MOST:
        raise NotAllowed(_("You have twenty tokens. Revoke one that you no longer use."))
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=title,
        prefix=prefix,
        digest=token_digest(secret),
        scopes=wanted,
        created_at=now,
        expires_at=expires_at,
    )
    audit_record(
        act="token_create",
        actor=actor,
        subject=subject_of(user),
        before={},
        after={"token": prefix, "name": title, "scopes": wanted, "expires_at": expires_at},
        now=now,
    )
    return token, f"{TOKEN_MARK}_{prefix}_{secret}"


@act
def token_revoke(*, token: ApiToken, actor: Actor, now: datetime) -> None:
    """End a token at once. Revoking it again changes nothing."""
    require_self(actor, token.user)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        return
    token.revoked_at = now
    audit_record(
        act="token_revoke",
        actor=actor,
        subject=subject_of(token.user),
        before={"token": token.prefix},
        after={"revoked": True},
        now=now,
    )


@act
def token_touch(*, token: ApiToken, now: datetime) -> None:
    """Note that a token was used, at most once a minute, so that reads stay reads."""
    if token.last_used_at is None or now - token.last_used_at >= TOUCHED_EVERY:
        ApiToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - TOUCHED_EVERY)
        ).update(last_used_at=now)
