"""Real-name verification (§9(2)): asked in one act, answered by the register outside it, settled in another."""

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import reactions, registers
from accounts.models import Block, IdentityVerification, User
from accounts.registers import Answer, RegisterUnavailable
from accounts.services.people import (
    AccountBlocked,
    lock_user,
    require_operator,
    require_reason,
    require_self,
    subject_of,
)
from accounts.types import BlockKind, IdentityState, Role, SubjectKind
from core.acts import Actor, act
from core.encryption import blind_index
from core.errors import InvalidInput, NotAllowed
from core.outbox import outbox_put
from regulation.services import audit_record

logger = logging.getLogger(__name__)
CLAUSE = "9(2)"
# The page asks the register at once; the outbox asks again where that was cut short.
ASKED_AGAIN_AFTER = timedelta(seconds=30)


class IdentityNumberWrong(InvalidInput):
    """The number cannot be one: its length, date or check character is wrong."""

    code = "identity_number"


class AlreadyVerified(NotAllowed):
    """A verification is in force, or waits for its answer."""

    code = "already_verified"


@act
def identity_submit(
    *, user: User, kind: str, legal_name: str, number: str, actor: Actor, now: datetime
) -> IdentityVerification:
    """Ask for an account's legal subject to be verified; the register is asked after the commit.

    Raises InvalidInput (field legal_name), IdentityNumberWrong (field number), AlreadyVerified and AccountBlocked.
    """
    require_self(actor, user)
    if kind not in set(SubjectKind):
        raise InvalidInput(_("Choose individual or enterprise."), field="kind", clauses=[CLAUSE])
    name, digits = " ".join(legal_name.split()), registers.normalize_number(number)
    if not 2 <= len(name) <= 100:
        raise InvalidInput(_("Give the full legal name."), field="legal_name", clauses=[CLAUSE])
    if not registers.is_well_formed(kind, digits):
        raise IdentityNumberWrong(
            _("This is not a valid resident identity number. Check its 18 characters.")
            if kind == SubjectKind.INDIVIDUAL
            else _("This is not a valid unified social credit code. Check its 18 characters."),
            field="number",
            clauses=[CLAUSE],
        )
    index = blind_index(digits)
    lock_user(user)
    if Block.objects.filter(kind=BlockKind.SUBJECT, index=index, lifted_at__isnull=True).exists():
        raise AccountBlocked(
            _("This subject was barred from the platform. Please contact the platform's support."), clauses=[CLAUSE]
        )
    try:
        with transaction.atomic():
            verification = IdentityVerification.objects.create(
                user=user, kind=kind, legal_name=name, number=digits, subject_index=index, submitted_at=now
            )
    except IntegrityError:
        raise AlreadyVerified(
            _("This account is verified already, or waits for the register's answer."), clauses=[CLAUSE]
        ) from None
    outbox_put(
        topic="accounts.identity_check",
        payload={"verification": verification.pk},
        key=f"identity:{verification.pk}",
        now=now,
        due_at=now + ASKED_AGAIN_AFTER,
    )
    audit_record(
        act="identity_submit",
        actor=actor,
        subject=subject_of(user),
        before={},
        after=_shown(verification),
        now=now,
    )
    return verification


def _shown(verification: IdentityVerification) -> dict[str, str]:
    """What the trail keeps: never the number, never a person's name in full."""
    return {
        "kind": verification.kind,
        "name": verification.masked_name,
        "number": verification.masked_number,
        "state": verification.state,
        "answer": verification.answer,
    }


def identity_check(*, verification_id: int, now: datetime) -> IdentityVerification:
    """Ask the register about a pending verification and settle it; one that is settled is left alone.

    Raises RegisterUnavailable where the register gave no answer: the verification stays pending.
    """
    verification = IdentityVerification.objects.get(pk=verification_id)
    if verification.state != IdentityState.PENDING:
        return verification
    register = registers.register()
    answer = register.check(kind=verification.kind, legal_name=verification.legal_name, number=verification.number)
    return identity_settle(verification_id=verification_id, register=register.name, answer=answer, now=now)


@act
def identity_settle(*, verification_id: int, register: str, answer: Answer, now: datetime) -> IdentityVerification:
    """Keep the register's answer (§9(2)). An answer that comes twice changes nothing."""
    verification = IdentityVerification.objects.select_for_update(no_key=True).get(pk=verification_id)
    if verification.state != IdentityState.PENDING:
        return verification
    before = _shown(verification)
    step = verification.verify if answer.matches else verification.refuse
    step(register=register, answer=answer.code, now=now)
    verification.save(update_fields=["state", "register", "answer", "settled_at"])
    audit_record(
        act="identity_settle",
        actor=Actor("system", None, register),
        subject=f"account:{verification.user_id}",
        before=before,
        after=_shown(verification),
        now=now,
    )
    reactions.identity_settled(verification, now)
    return verification


def identity_verify(
    *, user: User, kind: str, legal_name: str, number: str, actor: Actor, now: datetime
) -> IdentityVerification:
    """Submit and ask the register at once; pending only where the register gave no answer (it is asked again).

    Raises what `identity_submit` raises.
    """
    verification = identity_submit(user=user, kind=kind, legal_name=legal_name, number=number, actor=actor, now=now)
    try:
        return identity_check(verification_id=verification.pk, now=now)
    except RegisterUnavailable as error:
        logger.warning("identity %s: %s; asked again later", verification.pk, error)
        return verification


@act
def identity_revoke(
    *, verification: IdentityVerification, reason: str, actor: Actor, now: datetime
) -> IdentityVerification:
    """Take a verification back that no longer holds; the account may be verified anew.

    Raises InvalidInput without a reason, NotAllowed where it is not in force.
    """
    require_operator(actor, Role.OPERATIONS)
    why = require_reason(reason)
    found = IdentityVerification.objects.select_for_update(no_key=True).get(pk=verification.pk)
    if found.state != IdentityState.VERIFIED:
        raise NotAllowed(_("Only a verification in force can be revoked."), clauses=[CLAUSE])
    before = _shown(found)
    found.revoke(reason=why, now=now)
    found.save(update_fields=["state", "reason", "settled_at"])
    audit_record(
        act="identity_revoke",
        actor=actor,
        subject=f"account:{found.user_id}",
        before=before,
        after={**_shown(found), "reason": why},
        now=now,
    )
    reactions.identity_settled(found, now)
    return found
