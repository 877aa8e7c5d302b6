"""Money into a deposit, and back when a provider has left (§9(6))."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import require_operator
from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.money import ZERO, yuan
from core.references import new_number
from deposits.models import AdditionalDeposit, DepositPayment, DepositReturn, TopUpDemand
from deposits.selectors import DepositNotFound, payment_open
from deposits.services.requirements import deposit_lock, settle, tell
from deposits.types import OPEN_DEMANDS, PaymentState, ProposalState, ReturnState
from ledger.types import deposit as deposit_account
from payments.models import PaymentIntent, Payout
from payments.selectors import intent_of
from payments.services import intent_close, intent_open, payout_open
from payments.types import Recipient
from providers.models import Provider, Store
from providers.services.guards import record, require_member, require_person
from providers.types import Permission, ProviderState

PURPOSE = "deposit"
LARGEST = Decimal("1000000.00")
PAY_HOURS = 24


@act
def deposit_pay(*, provider: Provider, amount: Decimal, actor: Actor, now: datetime) -> PaymentIntent:
    """Set out to pay an amount (yuan) into the deposit; its page is `/pay/<number>/` (§9(6), §9(6)3).

    One payment at a time: asking for the same amount again returns the one that is open, another amount replaces it.
    Raises InvalidInput (amount), NotAllowed for a provider that has left, DepositNotFound, RoleTooSmall.
    """
    require_member(actor, provider, Permission.MONEY)
    if amount != yuan(amount) or not ZERO < amount <= LARGEST:
        raise InvalidInput(_("Give an amount above zero and up to ¥1,000,000."), field="amount", clauses=["9(6)"])
    payer = User.objects.get(pk=require_person(actor))
    waiting = payment_open(provider)
    if waiting is not None:
        known = intent_of(PURPOSE, waiting.number)
        if known is not None and known.state == "open" and (waiting.amount, waiting.payer_id) == (amount, payer.pk):
            return known
        # Before any lock of ours: a payment that is arriving holds its own.
        intent_close(purpose=PURPOSE, reference=waiting.number, reason="replaced", now=now)
    held = deposit_lock(provider_id=provider.pk)
    if held is None:
        raise DepositNotFound
    if held.provider.state not in {ProviderState.ACTIVE, ProviderState.LEAVING} or held.deposit.returning:
        raise NotAllowed(_("A provider that has left pays no deposit."), clauses=["22"])
    for stale in DepositPayment.objects.filter(provider=held.provider, state=PaymentState.OPEN):
        stale.close(now=now)
        stale.save(update_fields=["state", "settled_at"])
    payment = DepositPayment.objects.create(
        number=new_number("J", now), provider=held.provider, amount=amount, payer=payer, opened_at=now
    )
    store = Store.objects.get(provider=held.provider)
    intent = intent_open(
        purpose=PURPOSE,
        reference=payment.number,
        amount=amount,
        payer=payer,
        title=f"入驻保证金 Deposit · {store.name_zh}",
        now=now,
        expires_at=now + timedelta(hours=PAY_HOURS),
    )
    payment.intent_number = intent.number
    payment.save(update_fields=["intent_number"])
    record("deposit_pay", actor, held.provider, {}, {"payment": payment.number, "amount": amount}, now)
    return intent


def payment_destination(reference: str) -> str:
    """The account that a payment of a deposit goes to."""
    return deposit_account(DepositPayment.objects.values_list("provider_id", flat=True).get(number=reference))


@act
def deposit_paid(*, intent: PaymentIntent, now: datetime) -> None:
    """The money has arrived and is booked: what was short is made good, the display restored at once (§9(6)3).

    Raises NotAllowed for a provider that has left meanwhile; the money is then paid back.
    """
    provider_id = DepositPayment.objects.values_list("provider_id", flat=True).get(number=intent.reference)
    held = deposit_lock(provider_id=provider_id)
    payment = DepositPayment.objects.get(number=intent.reference)
    if held is None or held.deposit.returning or payment.state != PaymentState.OPEN:
        raise NotAllowed(_("This deposit takes no payment any more."), clauses=["9(6)"])
    payment.pay(now=now)
    payment.save(update_fields=["state", "settled_at"])
    record(
        "deposit_paid",
        SYSTEM,
        held.provider,
        {"balance": held.balance - payment.amount},
        {"balance": held.balance, "payment": payment.number},
        now,
    )
    tell(held.provider, "paid", {"amount": payment.amount, "balance": held.balance}, now)
    settle(held=held, cause=f"payment:{payment.number}", now=now)


@act
def deposit_payment_expire(*, intent: PaymentIntent, now: datetime) -> None:
    """Nobody paid in time."""
    payment = DepositPayment.objects.select_for_update(no_key=True).get(number=intent.reference)
    if payment.state == PaymentState.OPEN:
        payment.close(now=now)
        payment.save(update_fields=["state", "settled_at"])


@act
def deposit_return(*, provider: Provider, recipient: Recipient, actor: Actor, now: datetime) -> DepositReturn | None:
    """Give a provider that has left what its deposit holds, to the bank account named (§9(6), §26).

    When that is due is for the exit to say. None where nothing is left. Asking again while it is on its way returns
    that one. Raises NotAllowed while the provider is still here, DepositNotFound.
    """
    require_operator(actor, Role.FINANCE)
    held = deposit_lock(provider_id=provider.pk)
    if held is None:
        raise DepositNotFound
    if held.provider.state not in {ProviderState.LEFT, ProviderState.CLEARED}:
        raise NotAllowed(_("The deposit is given back when the provider has left."), clauses=["9(6)"])
    known = DepositReturn.objects.filter(provider=held.provider, state=ReturnState.SENT).first()
    if known is not None:
        return known
    _release(held.provider, now)
    deposit = held.deposit
    deposit.returning, deposit.required, deposit.changed_at = True, ZERO, now
    deposit.save(update_fields=["returning", "required", "changed_at"])
    if held.available == ZERO:
        return None
    times = DepositReturn.objects.filter(provider=held.provider).count()
    payout = payout_open(
        purpose=PURPOSE,
        reference=held.provider.number,
        amount=held.available,
        source=deposit_account(held.provider.pk),
        provider_id=held.provider.pk,
        recipient=recipient,
        title="保证金退还 Deposit return",
        key=f"deposit:return:{held.provider.number}:{times + 1}",
        now=now,
    )
    sent = DepositReturn.objects.create(
        provider=held.provider, amount=held.available, payout_number=payout.number, opened_at=now
    )
    record("deposit_return", actor, held.provider, {"balance": held.balance}, {"payout": payout.number}, now)
    tell(held.provider, "return_sent", {"amount": sent.amount, "recipient": payout.recipient_shown}, now)
    return sent


@act
def deposit_returned(*, payout: Payout, now: datetime) -> None:
    """The bank has the returned deposit."""
    sent = DepositReturn.objects.select_for_update(no_key=True).get(payout_number=payout.number)
    if sent.state == ReturnState.SENT:
        sent.arrive(now=now)
        sent.save(update_fields=["state", "settled_at"])
        tell(sent.provider, "returned", {"amount": sent.amount}, now)


@act
def deposit_return_failed(*, payout: Payout, now: datetime) -> None:
    """The bank would not take it; the money is in the deposit again and can be sent to another account."""
    sent = DepositReturn.objects.select_for_update(no_key=True).get(payout_number=payout.number)
    if sent.state == ReturnState.SENT:
        sent.fail(now=now)
        sent.save(update_fields=["state", "settled_at"])
        tell(sent.provider, "return_failed", {"amount": sent.amount}, now)


def _release(provider: Provider, now: datetime) -> None:
    """What was still asked of a provider that has left is asked no longer."""
    for demand in TopUpDemand.objects.filter(provider=provider, state__in=list(OPEN_DEMANDS)):
        demand.satisfy(now=now)
        demand.save(update_fields=["state", "satisfied_at"])
    for additional in AdditionalDeposit.objects.filter(
        provider=provider, state__in=[ProposalState.PROPOSED, ProposalState.CONFIRMED]
    ):
        additional.end(now=now)
        additional.save(update_fields=["state", "ended_at"])
