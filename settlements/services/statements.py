"""What the provider says of a statement, and what an operator answers."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.selectors import operators_with, user_by_pk
from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed, NotFound, NotPermitted
from core.fsm import can_proceed
from core.periods import end_of_working_days
from notifications.services import notify_many
from providers.models import Provider
from providers.selectors import require_permission, rulebook_of_provider, staff_users
from providers.services import require_role
from providers.types import Permission
from regulation.services import audit_record
from settlements.models import CycleVisit, SettlementItem, Statement, StatementLine
from settlements.services.issuing import unreserve
from settlements.types import StatementState


class StatementNotFound(NotFound):
    """There is no such statement."""

    code = "statement_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such statement."))


class NotNow(NotAllowed):
    """The state that the statement is in does not allow it."""

    code = "not_now"


def statement_locked(statement_id: int) -> Statement:
    """A statement with its provider, its row locked until the act ends. Raises StatementNotFound."""
    found = (
        Statement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("provider")
        .filter(pk=statement_id)
        .first()
    )
    if found is None:
        raise StatementNotFound
    return found


def require_possible(transition: Any) -> None:
    """Refuse a transition that the state does not allow. Raises NotNow."""
    if not can_proceed(transition):
        raise NotNow(_("This is not possible in the state that the statement is in now. Load the page again."))


def require_money(actor: Actor, provider: Provider) -> None:
    """Let a member of the team go on whose role covers money. Raises ProviderNotFound for strangers."""
    if actor.kind == "system":
        return
    if actor.id is None:
        raise NotPermitted(_("Sign in to do this."))
    require_permission(user=user_by_pk(actor.id), provider=provider, permission=Permission.MONEY)


@act
def statement_confirm(*, statement: Statement, actor: Actor, now: datetime) -> Statement:
    """The provider agrees to a statement. Raises NotNow once it is confirmed, disputed or returned."""
    locked = statement_locked(statement.pk)
    require_money(actor, locked.provider)
    require_possible(locked.confirm)
    _confirm(locked, actor, now)
    return locked


@act
def statement_confirm_itself(*, statement_id: int, now: datetime) -> bool:
    """Confirm a statement whose five working days have passed without an objection. Returns whether it was due."""
    locked = statement_locked(statement_id)
    if locked.state != StatementState.ISSUED or locked.confirm_due_at is None or locked.confirm_due_at > now:
        return False
    _confirm(locked, SYSTEM, now)
    return True


def _confirm(statement: Statement, actor: Actor, now: datetime) -> None:
    statement.confirm(by_id=actor.id, now=now)
    statement.save(update_fields=["state", "confirmed_at", "confirmed_by"])
    record(statement, "settlement.statement_confirm", StatementState.ISSUED, actor, now)
    if actor.kind == "system":
        tell_provider(statement, "settlement.confirmed_itself", now)
    tell_operators(statement, Role.OPERATIONS, now)


@act
def statement_dispute(*, statement: Statement, text: str, actor: Actor, now: datetime) -> Statement:
    """The provider says what is wrong; the statement is not paid until an operator has answered. Raises NotNow."""
    locked = statement_locked(statement.pk)
    require_money(actor, locked.provider)
    said = text.strip()
    if not said:
        raise InvalidInput(_("Say what is wrong with the statement."), field="text")
    require_possible(locked.contest)
    if locked.confirm_due_at is not None and now >= locked.confirm_due_at:
        raise NotNow(_("The time to object has passed; the statement counts as confirmed."))
    locked.contest(text=said[:2000], now=now)
    locked.save(update_fields=["state", "disputed_at", "dispute", "answer"])
    record(locked, "settlement.statement_dispute", StatementState.ISSUED, actor, now)
    tell_operators(locked, Role.OPERATIONS, now)
    return locked


@act
def statement_answer(*, statement: Statement, text: str, actor: Actor, now: datetime) -> Statement:
    """An operator explains a disputed statement; the provider's days to object start over. Raises NotNow."""
    locked = statement_locked(statement.pk)
    require_role(actor, Role.OPERATIONS, locked.provider)
    said = text.strip()
    if not said:
        raise InvalidInput(_("Explain the statement to the provider."), field="text")
    require_possible(locked.uphold)
    days = rulebook_of_provider(locked.provider, now).parameter("settlement.confirm_working_days")
    locked.uphold(answer=said[:2000], confirm_due_at=end_of_working_days(now, days))
    locked.save(update_fields=["state", "answer", "confirm_due_at"])
    record(locked, "settlement.statement_answer", StatementState.DISPUTED, actor, now)
    tell_provider(locked, "settlement.answered", now, answer=locked.answer)
    return locked


@act
def statement_return(*, statement: Statement, text: str, actor: Actor, now: datetime) -> Statement:
    """Withdraw a statement that is wrong: what it held goes into a new one. What the deposit received stays there.

    By operations while disputed or confirmed, by finance where operations has approved it. Raises NotNow, InvalidInput.
    """
    locked = statement_locked(statement.pk)
    role = Role.FINANCE if locked.state == StatementState.APPROVED_OPERATIONS else Role.OPERATIONS
    require_role(actor, role, locked.provider)
    said = text.strip()
    if not said:
        raise InvalidInput(_("Say why: the reason is kept and shown to the provider."), field="text")
    require_possible(locked.give_back)
    before = locked.state
    for line in StatementLine.objects.filter(statement=locked, source="settlement").order_by("item_id"):
        SettlementItem.objects.filter(pk=line.item_id).update(settled=F("settled") - line.amount)
    unreserve(locked, now)
    CycleVisit.objects.filter(provider=locked.provider, cycle_on=locked.cycle_on).delete()
    locked.give_back(answer=said[:2000], now=now)
    locked.save(update_fields=["state", "answer", "returned_at"])
    record(locked, "settlement.statement_return", before, actor, now)
    tell_provider(locked, "settlement.returned", now, answer=locked.answer)
    return locked


def record(statement: Statement, name: str, before: str, actor: Actor, now: datetime) -> None:
    """Leave a record of what happened to a statement."""
    audit_record(
        act=name,
        actor=actor,
        subject=statement.reference,
        before={"state": before},
        after={
            "state": statement.state,
            "payout": statement.payout,
            "dispute": statement.dispute,
            "answer": statement.answer,
        },
        now=now,
    )


def tell_provider(statement: Statement, kind: str, now: datetime, **context: Any) -> None:
    """Tell those of the provider's team who see its money."""
    notify_many(
        recipients=staff_users(statement.provider, Permission.MONEY_SEE),
        kind=kind,
        subject=statement.reference,
        context={"number": statement.number, "payout": statement.payout, **context},
        now=now,
        link=f"/console/statements/{statement.number}/",
    )


def tell_operators(statement: Statement, role: Role, now: datetime) -> None:
    """Tell the operators whose turn it is."""
    notify_many(
        recipients=operators_with(role),
        kind="settlement.your_turn",
        subject=statement.reference,
        context={
            "number": statement.number,
            "payout": statement.payout,
            "provider": str(statement.provider),
            "state": statement.get_state_display(),
        },
        now=now,
        link=f"/admin/settlements/statement/{statement.pk}/change/",
    )
