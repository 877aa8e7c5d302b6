"""Two operators approve a statement, and it is paid."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import NotAllowed, NotPermitted
from ledger.types import payable
from payments.services import payout_open
from providers.selectors import restrictions_in_force
from providers.types import RestrictionKind
from settlements.models import Statement
from settlements.selectors.statements import payout_recipient
from settlements.services.issuing import reserve, unreserve
from settlements.services.statements import (
    NotNow,
    record,
    require_possible,
    require_role,
    statement_locked,
    tell_operators,
    tell_provider,
)
from settlements.types import StatementState

PURPOSE = "settlement"


class SecondOperatorNeeded(NotPermitted):
    """Operations and finance are two different operators."""

    code = "second_operator_needed"


class PayoutsHeld(NotAllowed):
    """A measure holds the provider's payouts."""

    code = "payouts_held"


class NoPayoutAccount(NotAllowed):
    """The provider has not said where it is paid to."""

    code = "no_payout_account"


@act
def statement_approve_operations(*, statement: Statement, actor: Actor, now: datetime) -> Statement:
    """Marketplace operations approves a confirmed statement. Raises NotNow, NotPermitted."""
    locked = statement_locked(statement.pk)
    by_id = require_role(actor, Role.OPERATIONS, locked.provider)
    require_possible(locked.approve_operations)
    locked.approve_operations(by_id=by_id, now=now)
    locked.save(update_fields=["state", "operations_at", "operations_by"])
    record(locked, "settlement.approve_operations", StatementState.CONFIRMED, actor, now)
    tell_operators(locked, Role.FINANCE, now)
    return locked


@act
def statement_approve_finance(*, statement: Statement, actor: Actor, now: datetime) -> Statement:
    """Finance approves a statement, and its payout is sent; one that comes to nothing is closed.

    Raises SecondOperatorNeeded for the operator who approved it for operations, NotNow, NotPermitted, PayoutsHeld,
    NoPayoutAccount.
    """
    locked = statement_locked(statement.pk)
    by_id = require_role(actor, Role.FINANCE, locked.provider)
    require_possible(locked.approve_finance)
    if by_id == locked.operations_by_id:
        raise SecondOperatorNeeded(_("You approved this for operations. Finance is another operator."))
    locked.approve_finance(by_id=by_id, now=now)
    locked.save(update_fields=["state", "finance_at", "finance_by"])
    record(locked, "settlement.approve_finance", StatementState.APPROVED_OPERATIONS, actor, now)
    _pay(locked, now)
    return locked


@act
def statement_pay_again(*, statement: Statement, actor: Actor, now: datetime) -> Statement:
    """Send a payout once more that came back, to the account that the provider has now. Raises NotNow, NotPermitted."""
    locked = statement_locked(statement.pk)
    require_role(actor, Role.FINANCE, locked.provider)
    if locked.state != StatementState.APPROVED_FINANCE:
        raise NotNow(_("There is no payout to send again."))
    _pay(locked, now)
    record(locked, "settlement.pay_again", StatementState.APPROVED_FINANCE, actor, now)
    return locked


def _pay(statement: Statement, now: datetime) -> None:
    if statement.payout == 0:
        statement.complete(now=now)
        statement.save(update_fields=["state", "paid_at"])
        tell_provider(statement, "settlement.closed", now)
        return
    held = restrictions_in_force(statement.provider, now).filter(kind=RestrictionKind.PAYOUT_HELD)
    if held.exists():
        raise PayoutsHeld(_("A measure holds this provider's payouts. Lift it first."), clauses=("20(5)",))
    recipient = payout_recipient(statement.provider_id)
    if recipient is None:
        raise NoPayoutAccount(_("The provider has not given a bank account yet."))
    unreserve(statement, now)
    payout = payout_open(
        purpose=PURPOSE,
        reference=statement.number,
        amount=statement.payout,
        source=payable(statement.provider_id),
        provider_id=statement.provider_id,
        recipient=recipient,
        title=str(_("Settlement %(number)s") % {"number": statement.number}),
        key=f"statement:{statement.number}:{statement.payouts}",
        now=now,
    )
    statement.pay(payout_number=payout.number)
    statement.save(update_fields=["state", "payout_number", "payouts"])


def payout_done(payout: Any, now: datetime) -> None:
    """The gateway has paid: the statement is done. Called inside the payment's act."""
    statement = _of(payout)
    if statement is None or statement.state != StatementState.PAYING:
        return
    statement.complete(now=now)
    statement.save(update_fields=["state", "paid_at"])
    record(statement, "settlement.paid", StatementState.PAYING, SYSTEM, now)
    tell_provider(statement, "settlement.paid", now)


def payout_returned(payout: Any, now: datetime) -> None:
    """The payout was given up and its money is back: finance sends it again. Called inside the payment's act."""
    statement = _of(payout)
    if statement is None or statement.state != StatementState.PAYING:
        return
    statement.pay_again()
    statement.save(update_fields=["state", "payout_number"])
    reserve(statement, now)
    record(statement, "settlement.payout_returned", StatementState.PAYING, SYSTEM, now)
    tell_provider(statement, "settlement.payout_returned", now)
    tell_operators(statement, Role.FINANCE, now)


def _of(payout: Any) -> Statement | None:
    found = Statement.objects.filter(number=payout.reference, payout_number=payout.number).values_list("pk", flat=True)
    return statement_locked(found[0]) if found else None
