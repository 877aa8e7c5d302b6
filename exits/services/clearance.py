"""Acts about clearance (§20(4), §24): closing at once, a second operator, and taking it back on appeal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.references import new_number
from deposits.selectors import deduction_of
from deposits.services import deduction_reverse
from exits import selectors
from exits.models import Exit
from exits.reactions import open_appeals
from exits.services.orders import exit_orders_begin
from exits.services.telling import decision_of, exit_subject, tell
from exits.types import CLOSING_GROUNDS, FROM_FINDINGS, ExitState
from providers.services import (
    provider_clear_out,
    provider_leaving_withdraw,
    provider_reinstate,
    reentry_bar_record,
    reentry_bar_revoke,
    require_role,
    restriction_lift,
    restriction_place,
)
from providers.types import ExitKind, ProviderState, RestrictionKind
from regulation.models import DecisionRecord
from regulation.services import audit_record
from regulation.types import Text, cite


@act
def clearance_open(
    *,
    provider: Any,
    grounds: Sequence[str],
    reason: str,
    reference: str,
    decision: DecisionRecord | None,
    actor: Actor,
    now: datetime,
) -> Exit:
    """Begin a clearance: at 24 points, for a row that says so or a blacklisted account everything closes at once
    (§20(4), §24).

    With the other grounds of 24 it is a proposal and the display stays. What cannot be undone waits for a second
    operator. A clearance that is open already is returned, closed as well where these grounds close; an exit of the
    provider's own that is not complete gives way to it.
    Raises NotPermitted for anybody but the platform itself and operators of the marketplace.
    """
    provider = selectors.provider_locked(provider.pk)
    if actor.kind != "system":
        require_role(actor, Role.OPERATIONS, provider)
    exit_ = selectors.open_exit_of(provider)
    if exit_ is not None and exit_.state == ExitState.PREPARING:
        # Nobody leaves with the deposit while the platform clears it out.
        exit_.withdraw(reason=reason, now=now)
        exit_.save()
        _audit(exit_, "clearance_supersede", actor, now, before=ExitState.PREPARING)
        exit_ = None
    if exit_ is None:
        exit_ = Exit(
            number=new_number("X", now),
            provider=provider,
            kind=ExitKind.CLEARED_OUT,
            grounds=list(cite(*grounds)),
            reason=reason,
            reference=reference,
            decision=decision,
            opened_at=now,
            opened_by_id=actor.id,
            state=ExitState.PROPOSED,
        )
        exit_.save()
        audit_record(
            act="clearance_open",
            actor=actor,
            subject=exit_subject(exit_),
            before={},
            after={"state": exit_.state, "grounds": exit_.grounds, "provider": provider.number},
            now=now,
            decision=decision,
        )
        tell(exit_, "exit.clearance_proposed", {"grounds": "、".join(exit_.grounds), "reason": reason}, now)
    if CLOSING_GROUNDS.intersection(grounds):
        restriction_place(
            provider=provider,
            kind=RestrictionKind.CLOSED,
            reference=closing_reference(exit_),
            reason=Text("清退程序中，店铺与商品已全部关闭", "Clearance: the store and all products are closed"),
            clauses=tuple(cite("20(4)", *grounds)),
            decision=decision,
            actor=actor,
            now=now,
        )
    return exit_


def deposit_key(exit_: Exit) -> str:
    """Under which key the deposit of a cleared provider is kept (§20(4))."""
    return f"exit:{exit_.number}:deposit"


def closing_reference(exit_: Exit) -> str:
    """What names the restriction that a clearance lays over its provider."""
    return f"exit:{exit_.number}"


@act
def clearance_confirm(*, exit_: Exit, reason: str, actor: Actor, now: datetime) -> Exit:
    """A second operator confirms: unfinished orders are refunded, the deposit is kept, the subject never comes back.

    §20(4), §24, §25, §26. Raises NotPermitted for the operator who proposed it, InvalidInput without a reason,
    NotAllowed while an appeal waits against a finding it may rest on.
    """
    exit_ = _proposed(exit_, reason, actor)
    if FROM_FINDINGS.intersection(exit_.grounds) and open_appeals(exit_.provider):
        raise NotAllowed(
            _("An appeal waits against a finding of this provider: another operator decides it first."),
            clauses=["19", "20(4)"],
        )
    exit_.confirm(operator_id=actor.person, reason=reason.strip(), now=now)
    exit_.save()
    restriction_place(
        provider=exit_.provider,
        kind=RestrictionKind.CLOSED,
        reference=closing_reference(exit_),
        reason=Text("已清退", "Cleared out"),
        clauses=tuple(exit_.grounds),
        decision=exit_.decision,
        actor=actor,
        now=now,
    )
    provider_clear_out(provider=exit_.provider, decision=decision_of(exit_, now), actor=actor, now=now)
    reentry_bar_record(provider=exit_.provider, exit_kind=ExitKind.CLEARED_OUT, exited_at=now, actor=actor, now=now)
    exit_orders_begin(exit_=exit_, now=now)
    _audit(exit_, "clearance_confirm", actor, now)
    tell(exit_, "exit.cleared_out", {"reason": exit_.decision_reason}, now)
    return exit_


@act
def clearance_decline(*, exit_: Exit, reason: str, actor: Actor, now: datetime) -> Exit:
    """A second operator declines a proposed clearance, with the reason; what was closed is displayed again (§24)."""
    exit_ = _proposed(exit_, reason, actor)
    if "24(4)" in exit_.grounds:
        raise NotAllowed(
            _("At 24 points clearance is not a choice: overturn the finding on appeal first."),
            clauses=["20(4)", "24(4)"],
        )
    exit_.decline(operator_id=actor.person, reason=reason.strip(), now=now)
    exit_.save()
    _reopen(exit_, exit_.decision_reason, actor, now)
    _audit(exit_, "clearance_decline", actor, now)
    tell(exit_, "exit.clearance_declined", {"reason": exit_.decision_reason}, now)
    return exit_


@act
def clearance_withdraw(*, exit_: Exit, reason: str, actor: Actor, now: datetime) -> Exit:
    """The findings behind a clearance were overturned on appeal: it is taken back (§19, §24).

    Before it was confirmed it is withdrawn. Afterwards the provider is reinstated, its bars are taken back and the
    deposit that was kept returns, all as new entries; what buyers were paid back stays with them.
    """
    exit_ = selectors.exit_locked(exit_.pk)
    before = exit_.state
    if before == ExitState.PROPOSED:
        exit_.withdraw(reason=reason, now=now)
        exit_.save()
    else:
        exit_.overturn()
        exit_.save()
        provider_reinstate(provider=exit_.provider, reason=reason, actor=actor, now=now)
        reentry_bar_revoke(provider=exit_.provider, reason=reason, actor=actor, now=now)
        kept = deduction_of(deposit_key(exit_))
        if kept is not None:
            deduction_reverse(deduction=kept, reason=reason, actor=actor, now=now)
    _reopen(exit_, reason, actor, now)
    _audit(exit_, "clearance_withdraw", actor, now, before=before, reason=reason)
    tell(exit_, "exit.clearance_declined", {"reason": reason}, now)
    return exit_


def _proposed(exit_: Exit, reason: str, actor: Actor) -> Exit:
    exit_ = selectors.exit_locked(exit_.pk)
    require_role(actor, Role.OPERATIONS, exit_.provider)
    if exit_.state != ExitState.PROPOSED:
        raise NotAllowed(_("This clearance was decided before."))
    if actor.id == exit_.opened_by_id:
        raise NotPermitted(_("Another operator than the one who proposed it decides a clearance."), clauses=["20(4)"])
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the provider will read it."), field="reason")
    return exit_


def _reopen(exit_: Exit, reason: str, actor: Actor, now: datetime) -> None:
    if exit_.provider.state == ProviderState.LEAVING:
        # It had asked to leave before the clearance took over; it may ask again.
        provider_leaving_withdraw(provider=exit_.provider, actor=actor, now=now)
    restriction_lift(
        provider=exit_.provider,
        kind=RestrictionKind.CLOSED,
        reference=closing_reference(exit_),
        reason=reason,
        actor=actor,
        now=now,
    )


def _audit(
    exit_: Exit,
    act_name: str,
    actor: Actor,
    now: datetime,
    *,
    before: str = ExitState.PROPOSED,
    reason: str = "",
) -> None:
    audit_record(
        act=act_name,
        actor=actor,
        subject=exit_subject(exit_),
        before={"state": before},
        after={"state": exit_.state, "reason": reason or exit_.decision_reason},
        now=now,
    )
