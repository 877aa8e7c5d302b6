"""Acts about a provider's own exit and an agreement's end (§22, §23): checklist, leaving, the deposit back (§9(6))."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import NotAllowed
from core.money import ZERO
from core.periods import end_of_working_days
from core.references import new_number
from deposits.selectors import deposit_balance
from deposits.services import deposit_deduct, deposit_lock, deposit_return
from exits import selectors
from exits.models import Exit
from exits.services.clearance import deposit_key
from exits.services.orders import exit_orders_begin
from exits.services.telling import decision_of, exit_subject, tell
from exits.types import ExitState
from providers.services import (
    provider_leave,
    provider_leaving_begin,
    provider_leaving_withdraw,
    reentry_bar_record,
    require_member,
    require_role,
)
from providers.types import ExitKind, Permission
from regulation.selectors import rulebook_at
from regulation.services import audit_record
from regulation.types import Text


@act
def exit_request(*, provider: Any, kind: ExitKind, reason: str, actor: Actor, now: datetime) -> Exit:
    """A provider asks to leave (§23), or its agreement ends (§22): no new sales from now on, what was sold is finished.

    The provider itself asks to leave; its agreement is ended by an operator of the marketplace. An exit that is open
    already is returned. Open cases and complaints do not keep it from asking, but from leaving.
    Raises ProviderNotFound for strangers, RoleTooSmall, NotPermitted.
    """
    provider = selectors.provider_locked(provider.pk)
    _require_theirs(provider, kind, actor)
    known = selectors.open_exit_of(provider)
    if known is not None:
        return known
    exit_ = Exit(
        number=new_number("X", now),
        provider=provider,
        kind=kind,
        reason=reason.strip(),
        opened_at=now,
        opened_by_id=actor.id,
    )
    exit_.save()
    provider_leaving_begin(provider=provider, actor=actor, now=now)
    _audit(exit_, "exit_request", {}, actor, now)
    tell(exit_, "exit.requested", {"reason": exit_.reason or "—"}, now)
    return exit_


@act
def exit_withdraw(*, exit_: Exit, reason: str, actor: Actor, now: datetime) -> Exit:
    """The provider stays after all; its store and products are displayed again (§23)."""
    exit_ = selectors.exit_locked(exit_.pk)
    _require_theirs(exit_.provider, exit_.kind, actor)
    if exit_.state != ExitState.PREPARING:
        raise NotAllowed(_("This exit can no longer be withdrawn."))
    exit_.withdraw(reason=reason.strip(), now=now)
    exit_.save()
    provider_leaving_withdraw(provider=exit_.provider, actor=actor, now=now)
    _audit(exit_, "exit_withdraw", {"state": ExitState.PREPARING}, actor, now)
    return exit_


@act
def exit_complete(*, exit_id: int, actor: Actor, now: datetime) -> bool:
    """Everything on the checklist is done: the provider has left (§22 to §25), and may not return before its time.

    False while anything is open, or where it has left. The deposit goes back within 15 working days of the last
    warranty's end (a platform default of §9(6)1), never after a clearance (§20(4)).
    """
    # The deposit's account is locked before the provider: the order in which a payment into it takes them.
    deposit_lock(provider_id=selectors.provider_id_of(exit_id))
    exit_ = selectors.exit_locked(exit_id)
    if exit_.state not in {ExitState.PREPARING, ExitState.EXECUTING}:
        return False
    if any(not item.done for item in selectors.checklist(exit_, now)):
        return False
    if exit_.state == ExitState.PREPARING and not exit_.orders.exists() and exit_orders_begin(exit_=exit_, now=now):
        return True
    before = exit_.state
    exit_.leave(now=now)
    if exit_.kind != ExitKind.CLEARED_OUT:
        days = rulebook_at(now).parameter("deposit.return_working_days")
        exit_.deposit_due_at = end_of_working_days(selectors.last_duty_end(exit_, now), days)
        provider_leave(provider=exit_.provider, exit_kind=exit_.kind, actor=actor, now=now)
        reentry_bar_record(provider=exit_.provider, exit_kind=exit_.kind, exited_at=now, actor=actor, now=now)
        exit_.save()
        tell(exit_, "exit.left", {"due_at": exit_.deposit_due_at}, now)
    else:
        exit_.save()
        kept = _keep_deposit(exit_, actor, now)
        exit_.settle(now=now)
        exit_.save()
        tell(exit_, "exit.clearance_settled", {"amount": kept}, now)
    _audit(exit_, "exit_complete", {"state": before}, actor, now)
    return True


def _keep_deposit(exit_: Exit, actor: Actor, now: datetime) -> Decimal:
    """What is left of a cleared provider's deposit is kept, once its buyers have been paid back (§20(4)); how much."""
    amount = deposit_balance(exit_.provider_id)
    if amount <= ZERO:
        return ZERO
    deposit_deduct(
        provider=exit_.provider,
        amount=amount,
        kind="penalty",
        reason=Text("清退，保证金不予退还", "Cleared out: the deposit is kept"),
        reference=exit_.number,
        recipient_account="penalties:platform",
        decision=decision_of(exit_, now),
        key=deposit_key(exit_),
        actor=actor,
        now=now,
    )
    return amount


@act
def exit_deposit_return(*, exit_id: int, now: datetime) -> bool:
    """The last warranty is over and no case is open: the rest of the deposit goes back (§9(6)1; a platform default).

    False before its time, while a case is open, or where it is settled.
    """
    exit_ = selectors.exit_locked(exit_id)
    if exit_.state != ExitState.LEFT or exit_.deposit_due_at is None or not selectors.deposit_may_return(exit_, now):
        return False
    deposit_return(provider=exit_.provider, recipient=selectors.payout_recipient(exit_.provider), actor=SYSTEM, now=now)
    exit_.settle(now=now)
    exit_.save()
    _audit(exit_, "exit_deposit_return", {"state": ExitState.LEFT}, SYSTEM, now)
    tell(exit_, "exit.settled", {}, now)
    return True


def _require_theirs(provider: Any, kind: str, actor: Actor) -> None:
    if kind == ExitKind.VOLUNTARY:
        require_member(actor, provider, Permission.LEAVE)
    elif actor.kind != "system":
        require_role(actor, Role.OPERATIONS, provider)


def _audit(exit_: Exit, act_name: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=act_name,
        actor=actor,
        subject=exit_subject(exit_),
        before=before,
        after={"state": exit_.state, "kind": exit_.kind},
        now=now,
    )
