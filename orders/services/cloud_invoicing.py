"""Acts about invoices for what a provider bought of the cloud itself (§13(4))."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.selectors import operators_with
from accounts.types import Role
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.periods import end_of_working_days
from core.references import new_number
from notifications.services import notify_many
from orders.models import CloudInvoice
from orders.services.access import OrderNotFound, require_operator, required_text
from orders.types import CloudInvoiceState
from providers.models import Provider
from providers.selectors import rulebook_of_provider, staff_users
from providers.services.guards import require_member
from providers.types import Permission
from regulation.services import audit_record


@act
def cloud_invoice_request(
    *,
    provider: Provider,
    bill: str,
    amount: Decimal,
    heading: str,
    tax_number: str,
    email: str,
    actor: Actor,
    now: datetime,
) -> CloudInvoice:
    """A provider asks for an invoice for what it bought of the cloud (§13(4)); `amount` in yuan, as on the bill.

    Finance passes it on and answers within the working days of invoices. Raises InvalidInput (bill, amount, heading),
    NotAllowed for a bill that was asked for or invoiced before.
    """
    require_member(actor, provider, Permission.INVOICES)
    bill, heading = required_text(bill, "bill", 60), required_text(heading, "heading", 120)
    if amount <= 0:
        raise InvalidInput(_("The amount is above zero, as on the bill."), field="amount")
    if CloudInvoice.objects.filter(provider=provider, bill=bill).exclude(state=CloudInvoiceState.DECLINED).exists():
        raise NotAllowed(_("An invoice for this bill was asked for before."), field="bill", clauses=["13(4)"])
    days = rulebook_of_provider(provider, now).parameter("invoice.issue_working_days")
    invoice = CloudInvoice.objects.create(
        number=new_number("E", now),
        provider=provider,
        bill=bill,
        amount=amount,
        heading=heading,
        tax_number=tax_number.strip()[:30],
        email=email.strip(),
        requested_at=now,
        requested_by_id=actor.person,
        due_at=end_of_working_days(now, days),
    )
    _audit(invoice, "cloud_invoice_request", {}, actor, now)
    notify_many(
        recipients=operators_with(Role.FINANCE),
        kind="cloud_invoice.requested",
        subject=f"cloud_invoice:{invoice.number}",
        context=_context(invoice),
        now=now,
        link=f"/admin/orders/cloudinvoice/{invoice.pk}/change/",
    )
    return invoice


@act
def cloud_invoice_issue(*, invoice: CloudInvoice, document_number: str, actor: Actor, now: datetime) -> CloudInvoice:
    """Finance enters the invoice that the cloud made out (§13(4)). Raises InvalidInput, NotAllowed."""
    invoice = _locked(invoice, actor)
    invoice.issue(document_number=required_text(document_number, "document_number", 60), by_id=actor.person, now=now)
    return _answered(invoice, "cloud_invoice_issue", actor, now)


@act
def cloud_invoice_decline(*, invoice: CloudInvoice, reason: str, actor: Actor, now: datetime) -> CloudInvoice:
    """Finance says why the cloud makes no invoice out (§13(4)). Raises InvalidInput (reason), NotAllowed."""
    invoice = _locked(invoice, actor)
    invoice.decline(reason=required_text(reason, "reason", 500), by_id=actor.person, now=now)
    return _answered(invoice, "cloud_invoice_decline", actor, now)


def _locked(invoice: CloudInvoice, actor: Actor) -> CloudInvoice:
    require_operator(actor, Role.FINANCE)
    found = CloudInvoice.objects.select_for_update(no_key=True, of=("self",)).filter(pk=invoice.pk).first()
    if found is None:
        raise OrderNotFound
    if found.state != CloudInvoiceState.REQUESTED:
        raise NotAllowed(_("This request was answered before."))
    return found


def _answered(invoice: CloudInvoice, name: str, actor: Actor, now: datetime) -> CloudInvoice:
    invoice.save()
    _audit(invoice, name, {"state": CloudInvoiceState.REQUESTED}, actor, now)
    notify_many(
        recipients=staff_users(invoice.provider, Permission.INVOICES),
        kind=f"cloud_invoice.{invoice.state}",
        subject=f"cloud_invoice:{invoice.number}",
        context=_context(invoice),
        now=now,
        link="/console/invoices/cloud/",
    )
    return invoice


def _context(invoice: CloudInvoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "bill": invoice.bill,
        "amount": invoice.amount,
        "provider": str(invoice.provider),
        "document": invoice.document_number or "—",
        "reason": invoice.reason or "—",
    }


def _audit(invoice: CloudInvoice, name: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=f"orders.{name}",
        actor=actor,
        subject=f"cloud_invoice:{invoice.number}",
        before=before,
        after={
            "state": invoice.state,
            "provider": invoice.provider.number,
            "bill": invoice.bill,
            "amount": str(invoice.amount),
            "document": invoice.document_number,
            "reason": invoice.reason,
        },
        now=now,
    )
