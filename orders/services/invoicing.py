"""Invoices: asked for, owed, issued, and reversed after a refund (§13)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.money import ZERO
from core.periods import end_of_working_days
from core.references import new_number
from orders.models import Invoice, Order, OrderHold
from orders.rules import InvoiceFacts
from orders.services.access import (
    NotNow,
    OrderNotFound,
    files_keep,
    named,
    order_locked,
    require_buyer,
    require_operator,
    require_provider,
    required_text,
    rulebook_of,
    tell_buyer,
    tell_operators,
    tell_provider,
)
from orders.types import HoldReason, InvoiceKind, InvoiceParty, InvoiceState
from providers.types import Permission
from regulation import registry
from regulation.models import DecisionRecord
from regulation.services import audit_record, decision_record
from regulation.types import Decision
from settlements import services as settlements


class InvoiceNotOwed(NotAllowed):
    """No invoice of this kind is due."""

    code = "invoice_not_owed"


def _obligation(order: Order, now: datetime) -> tuple[Decision, DecisionRecord]:
    """Which invoices what was paid and not refunded makes due (§13)."""
    paid = order.amount - order.refunded
    consigned = order.consigned
    supply = None
    if order.supply_amount is not None:
        supply = (order.supply_amount * paid / order.amount).quantize(Decimal("0.01"))
    # On consignment the platform keeps what is above the supply price and charges no fee beside.
    facts = InvoiceFacts(consigned, paid, supply, ZERO if consigned else min(order.fee, paid))
    decision = registry.decide("invoice.obligation", facts, rulebook_of(order, now))
    return decision, decision_record(decision=decision, facts=facts, subject=order.subject, now=now)


def _owed(decision: Decision, recipient: InvoiceParty, issuer: InvoiceParty | None = None) -> dict[str, Any] | None:
    for one in decision.values["invoices"]:
        if one["recipient"] == recipient and (issuer is None or one["issuer"] == issuer):
            return dict(one)
    return None


def _owe(order: Order, *, now: datetime, actor: Actor, **fields: Any) -> Invoice:
    """Write down that an invoice is owed; while a provider owes it, what the order earned is kept out of statements."""
    days = rulebook_of(order, now).parameter("invoice.issue_working_days")
    try:
        with transaction.atomic():
            invoice = Invoice.objects.create(
                number=new_number("I", now),
                order=order,
                requested_at=now,
                due_at=end_of_working_days(now, days),
                **fields,
            )
    except IntegrityError as error:
        if "invoice_one_normal" not in str(error):
            raise
        raise InvoiceNotOwed(_("This invoice was asked for already.")) from error
    if invoice.issuer == InvoiceParty.PROVIDER:
        OrderHold.objects.bulk_create(
            [OrderHold(order=order, reason=HoldReason.INVOICE, cause=invoice.number, placed_at=now)],
            ignore_conflicts=True,
        )
        settlements.item_hold(reference=order.number, reason=HoldReason.INVOICE, cause=invoice.number, now=now)
    audit_record(
        act="orders.invoice_owe",
        actor=actor,
        subject=order.subject,
        before={},
        after={
            "invoice": invoice.number,
            "kind": invoice.kind,
            "issuer": invoice.issuer,
            "recipient": invoice.recipient,
            "amount": str(invoice.amount),
            "due_at": invoice.due_at,
        },
        decision=invoice.decision,
        now=now,
    )
    _tell_issuer(order, invoice, now)
    return invoice


def _tell_issuer(order: Order, invoice: Invoice, now: datetime) -> None:
    kind = "invoice.red" if invoice.is_red else "invoice.requested"
    context = {"invoice": invoice.number, "amount": invoice.amount, "due_at": invoice.due_at}
    if invoice.issuer == InvoiceParty.PROVIDER:
        tell_provider(order, kind, now, context, permission=Permission.INVOICES)
    else:
        tell_operators(
            order, kind, now, role=Role.FINANCE, link="/admin/orders/invoice/?state__exact=requested", context=context
        )


@act
def invoice_request(
    *, order: Order, heading: str, tax_number: str = "", email: str = "", actor: Actor, now: datetime
) -> Invoice:
    """The buyer asks for an invoice for what was paid and not refunded (§13(1)).

    The provider owes it, on consignment the platform (§13(2)). Raises NotNow before payment, InvoiceNotOwed where
    there is one or
    nothing is left to invoice.
    """
    order = order_locked(order.pk)
    require_buyer(order, actor)
    if not order.is_paid:
        raise NotNow(_("An invoice can be asked for once the order is paid."))
    heading = required_text(heading, "heading", 120)
    decision, record = _obligation(order, now)
    owed = _owed(decision, InvoiceParty.BUYER)
    if owed is None:
        raise InvoiceNotOwed(_("Nothing is left to invoice."), decision=decision)
    return _owe(
        order,
        issuer=owed["issuer"],
        recipient=InvoiceParty.BUYER,
        amount=owed["amount"],
        heading=heading,
        tax_number=tax_number.strip()[:30],
        email=email.strip(),
        requested_by_id=actor.id,
        decision=record,
        actor=actor,
        now=now,
    )


@act
def fee_invoice_request(*, order: Order, heading: str, tax_number: str = "", actor: Actor, now: datetime) -> Invoice:
    """The provider asks the platform for an invoice for its service fee (§13(3)). Raises InvoiceNotOwed where there is
    none.
    """
    order = order_locked(order.pk)
    require_provider(order, actor, Permission.INVOICES)
    if order.released_at is None:
        raise NotNow(_("The service fee is invoiced once it has been charged."))
    decision, record = _obligation(order, now)
    owed = _owed(decision, InvoiceParty.PROVIDER, InvoiceParty.PLATFORM)
    if owed is None:
        raise InvoiceNotOwed(_("No service fee was charged for this order."), decision=decision)
    return _owe(
        order,
        issuer=InvoiceParty.PLATFORM,
        recipient=InvoiceParty.PROVIDER,
        amount=owed["amount"],
        heading=required_text(heading, "heading", 120),
        tax_number=tax_number.strip()[:30],
        requested_by_id=actor.id,
        decision=record,
        actor=actor,
        now=now,
    )


def consignment_invoice_owe(order: Order, amount: Decimal, now: datetime) -> Invoice | None:
    """The provider owes the platform an invoice at the supply price (§13(2)); until then nothing is settled. Part of
    an act.
    """
    known = Invoice.objects.filter(
        order=order,
        issuer=InvoiceParty.PROVIDER,
        recipient=InvoiceParty.PLATFORM,
        kind=InvoiceKind.NORMAL,
        state__in=[InvoiceState.REQUESTED, InvoiceState.ISSUED],
    ).exists()
    if known or amount <= 0:
        return None
    _decision, record = _obligation(order, now)
    return _owe(
        order,
        issuer=InvoiceParty.PROVIDER,
        recipient=InvoiceParty.PLATFORM,
        amount=amount,
        decision=record,
        actor=SYSTEM,
        now=now,
    )


def invoice_locked(pk: int) -> Invoice:
    """An invoice's row, locked after its order's. Raises OrderNotFound."""
    invoice = Invoice.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if invoice is None:
        raise OrderNotFound
    return invoice


@act
def invoice_issue(
    *, invoice: Invoice, document_number: str, files: Sequence[IO[bytes]] = (), actor: Actor, now: datetime
) -> Invoice:
    """Whoever owes an invoice has made it out: number and document are kept, the hold on the settlement ends (§13).

    The provider's team, or an operator of finance for the platform's own. Raises NotNow where it is not owed any more,
    InvalidInput without a number or a document.
    """
    order = order_locked(invoice.order_id)
    if invoice.issuer == InvoiceParty.PROVIDER:
        require_provider(order, actor, Permission.INVOICES)
    else:
        require_operator(actor, Role.FINANCE)
    invoice = invoice_locked(invoice.pk)
    if invoice.state != InvoiceState.REQUESTED:
        raise NotNow(_("This invoice is not owed any more."))
    document_number = required_text(document_number, "document_number", 60)
    if not files:
        raise InvalidInput(_("Add the invoice itself as a file."), field="files")
    assert actor.id is not None
    invoice.issue(document_number=document_number, by_id=actor.id, now=now)
    invoice.save(update_fields=["state", "document_number", "issued_by", "issued_at"])
    files_keep(order=order, place=invoice.place, files=files, by_id=actor.id, now=now)
    _lift(order, invoice, now)
    audit_record(
        act="orders.invoice_issue",
        actor=actor,
        subject=order.subject,
        before={"state": InvoiceState.REQUESTED},
        after={"invoice": invoice.number, "state": invoice.state, "document": document_number},
        now=now,
    )
    context = {"invoice": invoice.number, "amount": invoice.amount, "document": document_number}
    if invoice.recipient == InvoiceParty.BUYER:
        tell_buyer(order, "invoice.issued", now, context)
    elif invoice.recipient == InvoiceParty.PROVIDER:
        tell_provider(order, "invoice.issued", now, context, permission=Permission.INVOICES)
    return invoice


def _lift(order: Order, invoice: Invoice, now: datetime) -> None:
    OrderHold.objects.filter(
        order=order, reason=HoldReason.INVOICE, cause=invoice.number, lifted_at__isnull=True
    ).update(lifted_at=now)
    settlements.item_unhold(reference=order.number, reason=HoldReason.INVOICE, cause=invoice.number, now=now)


def invoices_follow_refund(
    *, order: Order, refunded: Decimal, fee_returned: Decimal, cause: str, now: datetime
) -> list[Invoice]:
    """Bring a locked order's invoices in line with a refund of `refunded` yuan (§13). Part of the refund's act.

    What was not issued yet is for less, or no longer owed; what was issued is reversed by a red invoice.
    """
    made = []
    open_or_issued = Invoice.objects.select_for_update(no_key=True, of=("self",)).filter(
        order=order, kind=InvoiceKind.NORMAL, state__in=[InvoiceState.REQUESTED, InvoiceState.ISSUED]
    )
    for invoice in open_or_issued.order_by("pk"):
        part = _part_of(order, invoice, refunded, fee_returned)
        if part <= 0:
            continue
        if invoice.state == InvoiceState.REQUESTED:
            _reduce(order, invoice, part, cause, now)
            continue
        made.append(
            _owe(
                order,
                kind=InvoiceKind.RED,
                issuer=invoice.issuer,
                recipient=invoice.recipient,
                amount=part,
                reverses=invoice,
                cause=cause,
                heading=invoice.heading,
                tax_number=invoice.tax_number,
                email=invoice.email,
                actor=SYSTEM,
                now=now,
            )
        )
    return made


def _part_of(order: Order, invoice: Invoice, refunded: Decimal, fee_returned: Decimal) -> Decimal:
    """How much of an invoice a refund takes away (yuan)."""
    if invoice.recipient == InvoiceParty.BUYER:
        part = refunded
    elif invoice.recipient == InvoiceParty.PLATFORM:
        part = (invoice.amount * refunded / order.amount).quantize(Decimal("0.01"))
    else:
        part = fee_returned
    return min(part, invoice.amount)


def _reduce(order: Order, invoice: Invoice, part: Decimal, cause: str, now: datetime) -> None:
    before = invoice.amount
    if part >= invoice.amount:
        invoice.cancel(now=now)
        invoice.save(update_fields=["state", "cancelled_at"])
        _lift(order, invoice, now)
    else:
        invoice.amount -= part
        invoice.save(update_fields=["amount"])
    audit_record(
        act="orders.invoice_reduce",
        actor=SYSTEM,
        subject=order.subject,
        before={"invoice": invoice.number, "amount": str(before)},
        after={"state": invoice.state, "amount": str(invoice.amount), "cause": cause},
        now=now,
    )


@act
def invoice_remind(*, invoice_id: int, now: datetime) -> bool:
    """Tell once that an invoice is late; what it holds stays held (§13(1)). False where it is not late or was told."""
    found = Invoice.objects.filter(pk=invoice_id).values_list("order_id", flat=True).first()
    if found is None:
        return False
    order = order_locked(found)
    invoice = invoice_locked(invoice_id)
    if invoice.state != InvoiceState.REQUESTED or invoice.late_told_at is not None or invoice.due_at > now:
        return False
    invoice.late_told_at = now
    invoice.save(update_fields=["late_told_at"])
    audit_record(
        act="orders.invoice_late",
        actor=SYSTEM,
        subject=order.subject,
        before={},
        after={"invoice": invoice.number, "due_at": invoice.due_at},
        now=now,
    )
    context = {**named(order), "invoice": invoice.number, "amount": invoice.amount, "due_at": invoice.due_at}
    if invoice.issuer == InvoiceParty.PROVIDER:
        tell_provider(order, "invoice.late", now, context, permission=Permission.INVOICES)
    else:
        tell_operators(
            order, "invoice.late", now, role=Role.FINANCE, link="/admin/orders/invoice/?state__exact=requested",
            context=context,
        )  # fmt: skip
    return True
