"""Taking from a deposit, giving it back on appeal, and asking for more after the third time (§9(6)2, §9(6)4, 19,
§20(3)).
"""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.selectors import operators_with
from accounts.services import require_operator
from accounts.types import Role as OperatorRole
from core.acts import SYSTEM, Actor, act
from core.errors import Conflict, InvalidInput, NotAllowed
from core.money import ZERO, format_yuan, yuan
from core.references import new_number
from deposits.models import AdditionalDeposit, Deduction, DeductionReversal
from deposits.selectors import DepositNotFound, deduction_instants
from deposits.services.requirements import Held, additional_apply, deposit_lock, keep, settle, tell
from deposits.types import DeductionKind, ProposalState
from ledger.services import accounts_lock, post, reverse
from ledger.types import COMPENSATION, Posting, carries_balance
from ledger.types import deposit as deposit_account
from notifications.services import notify_many
from providers.decisions import decided
from providers.models import Provider
from providers.selectors import rulebook_of_provider
from providers.services.guards import both_languages, record, require_person, require_reason
from providers.types import ProviderState
from regulation.models import DecisionRecord
from regulation.services import audit_record
from regulation.types import Text

RULE = "deposit.additional"


class DepositTooSmall(NotAllowed):
    """The deposit does not hold what is to be taken; `available` is what it does hold (yuan)."""

    code = "deposit_too_small"

    def __init__(self, available: Decimal) -> None:
        super().__init__(
            _("The deposit holds only %(amount)s.") % {"amount": format_yuan(available)},
            field="amount",
            clauses=["9(6)2"],
        )
        self.available = available


@act
def deposit_deduct(
    *,
    provider: Provider,
    amount: Decimal,
    kind: str,
    reason: Text | str,
    reference: str,
    recipient_account: str,
    decision: DecisionRecord,
    key: str,
    actor: Actor,
    now: datetime,
) -> Deduction:
    """Take an amount (yuan) from a provider's deposit, by a recorded decision, for the account given (§9(6)2, §20(3)).

    The provider is told how much, why and on which ground; a deposit that falls short is demanded back within three
    working days, and a third deduction in twelve months proposes an additional one. The same key with the same input
    returns the first. Raises DepositTooSmall, InvalidInput (amount, kind, reason), Conflict, DepositNotFound.
    """
    if amount != yuan(amount) or amount <= ZERO:
        raise InvalidInput(_("The amount must be above zero."), field="amount", clauses=["9(6)2"])
    if kind not in set(DeductionKind):
        raise InvalidInput(_("There is no such kind of deduction."), field="kind")
    words = both_languages(reason)
    require_reason(words.zh[:500])
    own = deposit_account(provider.pk)
    if recipient_account == own:
        raise InvalidInput(_("A deposit cannot be deducted to itself."), field="recipient_account")
    held = deposit_lock(provider_id=provider.pk)
    if held is None:
        raise DepositNotFound
    known = Deduction.objects.filter(key=key).first()
    if known is not None:
        if (known.provider_id, known.amount, known.recipient_account) != (provider.pk, amount, recipient_account):
            raise Conflict(_("This was deducted before with other input."), field="key")
        return known
    if held.available < amount:
        raise DepositTooSmall(held.available)
    number = new_number("D", now)
    moved = post(
        key=f"deduction:{number}",
        postings=[Posting(own, recipient_account, amount)],
        subject=f"deduction:{number}",
        now=now,
    )
    held.balance -= amount
    deduction = Deduction.objects.create(
        number=number,
        provider=held.provider,
        kind=kind,
        amount=amount,
        reason_zh=words.zh[:500],
        reason_en=words.en[:500],
        reference=reference[:80],
        recipient_account=recipient_account,
        key=key,
        decision=decision,
        transaction=moved,
        deducted_by=actor.reference,
        deducted_at=now,
    )
    audit_record(
        act="deposit_deduct",
        actor=actor,
        subject=held.provider.subject,
        before={"balance": held.balance + amount},
        after={"balance": held.balance, "deduction": number, "amount": amount, "reference": reference},
        now=now,
        decision=decision,
    )
    tell(
        held.provider,
        "deducted",
        {"number": number, "amount": amount, "reason": words.as_json(), "balance": held.balance},
        now,
    )
    settle(held=held, cause=f"deduction:{number}", now=now)
    _propose_additional(held, deduction, now)
    return deduction


@act
def deduction_reverse(
    *, deduction: Deduction, reason: str, decision: DecisionRecord | None = None, actor: Actor, now: datetime
) -> DeductionReversal:
    """Take a deduction back, because an appeal found for the provider (§19): new entries, nothing is erased.

    Where whoever got the money no longer holds it, the platform makes it good. It no longer counts for an additional
    deposit. Taking it back again returns the first. Raises InvalidInput (reason).
    """
    why = require_reason(reason)
    own = deposit_account(deduction.provider_id)
    recipient = deduction.recipient_account
    held = deposit_lock(provider_id=deduction.provider_id, also=(recipient,) if carries_balance(recipient) else ())
    if held is None:
        raise DepositNotFound
    known = DeductionReversal.objects.filter(deduction=deduction).first()
    if known is not None:
        return known
    key = f"deduction:{deduction.number}:reverse"
    gone = carries_balance(recipient) and accounts_lock(paths=[recipient])[recipient].available < deduction.amount
    moved = (
        post(
            key=key,
            postings=[Posting(COMPENSATION, own, deduction.amount)],
            subject=f"deduction:{deduction.number}",
            now=now,
        )
        if gone
        else reverse(transaction=deduction.transaction, key=key, now=now)
    )
    held.balance += deduction.amount
    reversal = DeductionReversal.objects.create(
        deduction=deduction,
        reason=why,
        decision=decision,
        transaction=moved,
        reversed_by=actor.reference,
        reversed_at=now,
    )
    record(
        "deduction_reverse",
        actor,
        held.provider,
        {"balance": held.balance - deduction.amount},
        {"balance": held.balance, "deduction": deduction.number, "reason": why},
        now,
        decision=decision,
    )
    tell(
        held.provider,
        "deduction_reversed",
        {"number": deduction.number, "amount": deduction.amount, "reason": why, "balance": held.balance},
        now,
    )
    settle(held=held, cause=f"reversal:{deduction.number}", now=now)
    _end_unfounded(held, now)
    return reversal


@act
def additional_confirm(*, additional: AdditionalDeposit, reason: str, actor: Actor, now: datetime) -> AdditionalDeposit:
    """An operator asks for the additional deposit that was proposed (§9(6)4): the requirement rises for its year.

    Raises InvalidInput (reason), NotAllowed where it was settled or its time is over.
    """
    held, found, why = _proposal(additional, reason, actor, now)
    found.confirm(operator_id=require_person(actor), reason=why, now=now)
    found.save(update_fields=["state", "settled_by", "settled_at", "reason"])
    _note_additional("additional_confirm", found, actor, why, now)
    tell(held.provider, "additional_confirmed", {"amount": found.amount, "until": found.until, "reason": why}, now)
    additional_apply(held=held, amount=found.amount, cause="additional", actor=actor, now=now)
    return found


@act
def additional_decline(*, additional: AdditionalDeposit, reason: str, actor: Actor, now: datetime) -> AdditionalDeposit:
    """An operator does not ask for the additional deposit that was proposed (§9(6)4). Raises InvalidInput (reason),
    NotAllowed.
    """
    _held, found, why = _proposal(additional, reason, actor, now)
    found.decline(operator_id=require_person(actor), reason=why, now=now)
    found.save(update_fields=["state", "settled_by", "settled_at", "reason"])
    _note_additional("additional_decline", found, actor, why, now)
    return found


@act
def additional_end(*, additional_id: int, now: datetime) -> bool:
    """The year of an additional deposit is over: the requirement falls again (§9(6)4). False where nothing is due."""
    provider_id = AdditionalDeposit.objects.values_list("provider_id", flat=True).get(pk=additional_id)
    held = deposit_lock(provider_id=provider_id)
    found = AdditionalDeposit.objects.get(pk=additional_id)
    if held is None or found.until > now or found.state not in {ProposalState.PROPOSED, ProposalState.CONFIRMED}:
        return False
    _end(held, found, "its year is over", now)
    return True


def _propose_additional(held: Held, deduction: Deduction, now: datetime) -> None:
    provider = held.provider
    standing = AdditionalDeposit.objects.filter(
        provider=provider, state__in=[ProposalState.PROPOSED, ProposalState.CONFIRMED]
    )
    if provider.state not in {ProviderState.ACTIVE, ProviderState.LEAVING} or standing.exists():
        return
    decision, facts = decided(
        RULE, rulebook_of_provider(provider, now), deductions=deduction_instants(provider), at=now
    )
    if decision.outcome != "propose_additional":
        return
    proposed = AdditionalDeposit.objects.create(
        provider=provider,
        deduction=deduction,
        count=decision.values["count"],
        amount=decision.values["amount"],
        until=decision.values["until"],
        decision=keep(decision, facts, provider, now),
        proposed_at=now,
    )
    _note_additional("additional_propose", proposed, SYSTEM, "", now)
    notify_many(
        recipients=operators_with(OperatorRole.FINANCE),
        kind="deposits.additional_proposed",
        subject=provider.subject,
        context={"provider": str(provider), "count": proposed.count, "amount": proposed.amount},
        link="/admin/deposits/additionaldeposit/",
        now=now,
    )


def _end_unfounded(held: Held, now: datetime) -> None:
    """An additional deposit falls where, without what was taken back, there were not more than two deductions."""
    for found in AdditionalDeposit.objects.filter(
        provider=held.provider, state__in=[ProposalState.PROPOSED, ProposalState.CONFIRMED]
    ):
        decision, _facts = decided(
            RULE,
            rulebook_of_provider(held.provider, found.proposed_at),
            deductions=deduction_instants(held.provider),
            at=found.proposed_at,
        )
        if decision.outcome != "propose_additional":
            _end(held, found, "the deductions it rested on were taken back", now)


def _end(held: Held, found: AdditionalDeposit, reason: str, now: datetime) -> None:
    confirmed = found.state == ProposalState.CONFIRMED
    found.end(now=now)
    found.save(update_fields=["state", "ended_at"])
    _note_additional("additional_end", found, SYSTEM, reason, now)
    if confirmed:
        tell(held.provider, "additional_ended", {"amount": found.amount}, now)
        additional_apply(held=held, amount=-found.amount, cause="additional_end", actor=SYSTEM, now=now)


def _proposal(
    additional: AdditionalDeposit, reason: str, actor: Actor, now: datetime
) -> tuple[Held, AdditionalDeposit, str]:
    require_operator(actor, OperatorRole.FINANCE)
    why = require_reason(reason)
    held = deposit_lock(provider_id=additional.provider_id)
    if held is None:
        raise DepositNotFound
    found = AdditionalDeposit.objects.get(pk=additional.pk)
    if found.state != ProposalState.PROPOSED or found.until <= now:
        raise NotAllowed(_("This proposal was settled, or its time is over."), clauses=["9(6)4"])
    return held, found, why


def _note_additional(name: str, found: AdditionalDeposit, actor: Actor, reason: str, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=found.subject,
        before={},
        after={"state": found.state, "amount": found.amount, "until": found.until, "reason": reason},
        now=now,
        decision=found.decision,
    )
