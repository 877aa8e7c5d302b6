"""Taking an item of an operators' queue to work on it, so that two do not work on the same one."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import WorkClaim
from accounts.services.people import require_desk, require_reason
from core.acts import Actor, act
from core.errors import Conflict, NotAllowed
from regulation.services import audit_record


@act
def work_claim(*, queue: str, item: int, subject: str, actor: Actor, now: datetime) -> WorkClaim:
    """An operator takes an item (`subject` as the trail names it). Raises Conflict where a colleague has it."""
    require_desk(actor)
    claim, made = WorkClaim.objects.get_or_create(
        queue=queue, item=item, defaults={"operator_id": actor.person, "claimed_at": now}
    )
    if made:
        _note("work_claim", actor, subject, {}, {"operator": actor.id}, now)
    elif claim.operator_id != actor.id:
        raise Conflict(_("A colleague has taken it already."))
    return claim


@act
def work_take_over(*, queue: str, item: int, subject: str, reason: str, actor: Actor, now: datetime) -> WorkClaim:
    """An operator takes an item over from a colleague, saying why. Raises NotAllowed where nobody has it."""
    require_desk(actor)
    why = require_reason(reason)
    claim = _locked(queue, item)
    before, claim.operator_id, claim.claimed_at = claim.operator_id, actor.person, now
    claim.save(update_fields=["operator", "claimed_at"])
    _note("work_take_over", actor, subject, {"operator": before}, {"operator": actor.id, "reason": why}, now)
    return claim


@act
def work_release(*, queue: str, item: int, subject: str, actor: Actor, now: datetime) -> None:
    """Who has an item puts it back; it keeps its place in the queue. Raises NotAllowed for anybody else."""
    require_desk(actor)
    claim = _locked(queue, item)
    if claim.operator_id != actor.id:
        raise NotAllowed(_("A colleague has it; take it over first."))
    claim.delete()
    _note("work_release", actor, subject, {"operator": actor.id}, {}, now)


def _locked(queue: str, item: int) -> WorkClaim:
    claim = WorkClaim.objects.select_for_update().filter(queue=queue, item=item).first()
    if claim is None:
        raise NotAllowed(_("Nobody has taken it."))
    return claim


def _note(act_name: str, actor: Actor, subject: str, before: dict, after: dict, now: datetime) -> None:
    audit_record(act=act_name, actor=actor, subject=subject, before=before, after=after, now=now)
