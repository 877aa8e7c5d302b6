"""Closing accounts, and keeping those who were blocked from coming back under new ones."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts import reactions
from accounts.models import Block, IdentityVerification, User
from accounts.services.people import lock_user, require_operator, require_reason, subject_of
from accounts.types import BlockKind, IdentityState, Role
from core.acts import Actor, act
from core.encryption import blind_index
from core.errors import NotAllowed
from regulation.services import audit_record


@act
def account_deactivate(*, user: User, reason: str, actor: Actor, now: datetime) -> None:
    """Close an account: its sessions and tokens stop at once. Raises InvalidInput without a reason, NotAllowed."""
    require_operator(actor, Role.OPERATIONS)
    why = require_reason(reason)
    if actor.id == user.pk:
        raise NotAllowed(_("Another operator has to do this."))
    if not lock_user(user).is_active:
        raise NotAllowed(_("This account is closed already."))
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    audit_record(
        act="account_deactivate",
        actor=actor,
        subject=subject_of(user),
        before={"active": True},
        after={"active": False, "reason": why},
        now=now,
    )
    reactions.account_closed(user, why, now)


@act
def account_reactivate(*, user: User, reason: str, actor: Actor, now: datetime) -> None:
    """Open a closed account again. Raises NotAllowed while it is blocked or not closed."""
    require_operator(actor, Role.OPERATIONS)
    why = require_reason(reason)
    if lock_user(user).is_active:
        raise NotAllowed(_("This account is not closed."))
    if Block.objects.filter(user=user, lifted_at__isnull=True).exists():
        raise NotAllowed(_("This account is blocked. Lift the block first."))
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    audit_record(
        act="account_reactivate",
        actor=actor,
        subject=subject_of(user),
        before={"active": False},
        after={"active": True, "reason": why},
        now=now,
    )


@act
def account_block(*, user: User, reason: str, actor: Actor, now: datetime) -> list[Block]:
    """Close an account and keep its address, number and legal subject from opening or verifying another.

    Raises InvalidInput without a reason, NotAllowed where it is blocked already.
    """
    require_operator(actor, Role.OPERATIONS)
    why = require_reason(reason)
    if actor.id == user.pk:
        raise NotAllowed(_("Another operator has to do this."))
    known = lock_user(user)
    if Block.objects.filter(user=user, lifted_at__isnull=True).exists():
        raise NotAllowed(_("This account is blocked already."))
    found = [
        (kind, blind_index(value))
        for kind, value in ((BlockKind.EMAIL, known.email), (BlockKind.PHONE, known.phone))
        if value
    ]
    verified = IdentityVerification.objects.filter(user=user, state=IdentityState.VERIFIED).first()
    if verified:
        found.append((BlockKind.SUBJECT, verified.subject_index))
    blocks = Block.objects.bulk_create(
        [Block(kind=kind, index=index, user=user, reason=why, placed_at=now) for kind, index in found]
    )
    if known.is_active:
        account_deactivate(user=user, reason=why, actor=actor, now=now)
    audit_record(
        act="account_block",
        actor=actor,
        subject=subject_of(user),
        before={"blocked": []},
        after={"blocked": [kind.value for kind, _index in found], "reason": why},
        now=now,
    )
    return blocks


@act
def account_unblock(*, user: User, reason: str, actor: Actor, now: datetime) -> None:
    """Lift a block; the account stays closed until it is reactivated. Raises NotAllowed where there is none."""
    require_operator(actor, Role.OPERATIONS)
    why = require_reason(reason)
    lock_user(user)
    lifted = Block.objects.filter(user=user, lifted_at__isnull=True).update(lifted_at=now)
    if not lifted:
        raise NotAllowed(_("This account is not blocked."))
    audit_record(
        act="account_unblock",
        actor=actor,
        subject=subject_of(user),
        before={"blocks": lifted},
        after={"blocks": 0, "reason": why},
        now=now,
    )
