"""The provider's money: deposit, statements, where payouts go, invoices owed."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from accounts.authentication import signed_in
from core.acts import Actor
from core.pages import keyset_page
from core.periods import beijing_date
from deposits.selectors import additional_of, balance_history, deductions_of, demands_of, payment_open, payments_of
from deposits.selectors import standing as deposit_standing
from deposits.services import deposit_pay
from orders.models import Invoice
from orders.selectors import in_guarantee_of_provider, invoices_of_issuer, invoices_owed
from orders.types import InvoiceState
from providers.models import Provider
from providers.types import Permission
from settlements.exports import statement_csv, statement_xlsx
from settlements.selectors import (
    available_acts,
    decision_of,
    held_back,
    lines_page,
    payout_account,
    statement_for,
    statements_page,
)
from settlements.selectors import standing as settlement_standing
from settlements.services import payout_account_set, statement_confirm, statement_dispute
from settlements.types import HoldReason, StatementState
from web.acts import ActPage, Done
from web.components.charts import Chart, Series
from web.components.lists import FilterSpec, field_choices, list_state
from web.components.steps import Consequence, Step
from web.components.words import day_text
from web.console.access import allowed, do, draw, provider_page
from web.console.home import payouts_chart

DEPOSIT, STATEMENTS = "/console/deposit/", "/console/statements/"
STATEMENT_TONES = {
    StatementState.ISSUED: "due",
    StatementState.DISPUTED: "late",
    StatementState.PAID: "paid",
    StatementState.RETURNED: "refused",
}
STATES = [
    (StatementState.ISSUED, gettext_lazy("to be confirmed")),
    (StatementState.DISPUTED, gettext_lazy("disputed")),
    (StatementState.CONFIRMED, gettext_lazy("confirmed")),
    (StatementState.RETURNED, gettext_lazy("taken back")),
    (StatementState.PAYING, gettext_lazy("being paid out")),
    (StatementState.PAID, gettext_lazy("paid out")),
]


class PayForm(forms.Form):
    amount = forms.DecimalField(
        label=gettext_lazy("Amount to pay in (¥)"), min_value=0, max_digits=12, decimal_places=2
    )


class AccountForm(forms.Form):
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=120)
    bank = forms.CharField(label=gettext_lazy("Bank and branch"), max_length=120)
    account = forms.CharField(label=gettext_lazy("Account number"), max_length=40)


class DisputeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is wrong with it"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


@provider_page(Permission.MONEY_SEE)
def deposit(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What is required, what is there, what was taken, what must be topped up by when?"""
    return draw(
        request,
        "deposit",
        now,
        standing=deposit_standing(provider),
        demands=list(demands_of(provider)[:10]),
        deductions=list(deductions_of(provider).select_related("decision", "reversal")[:50]),
        payments=list(payments_of(provider)[:50]),
        additional=list(additional_of(provider)[:10]),
        waiting=payment_open(provider),
        chart=_balance_chart(provider),
        may_pay=allowed(request.user, provider, Permission.MONEY),
    )


def _balance_chart(provider: Provider) -> Chart | None:
    points = balance_history(provider)
    if len(points) < 2:
        return None
    return Chart(
        _("Deposit after each movement"),
        [beijing_date(at).isoformat() for at, _held in points],
        [Series(_("There now"), [held for _at, held in points])],
        unit="yuan",
        limit=deposit_standing(provider).required,
        limit_name=_("Required"),
        label_name=pgettext("console", "Day"),
    )


def _pay(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    intent = deposit_pay(provider=provider, amount=data["amount"], actor=actor, now=now)
    return Done(_("Pay now; the deposit grows as soon as the money is there."), f"/pay/{intent.number}/")


def _missing(provider: Provider, target: Any) -> dict[str, Any]:
    return {"amount": deposit_standing(provider).shortfall or None}


PAY = ActPage(
    gettext_lazy("Pay into the deposit"),
    gettext_lazy("Go on to the payment"),
    _pay,
    lambda provider, target, now: [
        Consequence(_("Missing now"), deposit_standing(provider).shortfall, "due"),
        Consequence(_("It stays yours; it comes back when you have left and every duty has ended."), None, "held"),
    ],
    form=PayForm,
    clauses=("9(6)",),
    initial=_missing,
)


@provider_page(Permission.MONEY)
@require_http_methods(["GET", "POST"])
def deposit_payment(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Pay into the deposit."""
    return do(request, PAY, provider, now, back=DEPOSIT)


@provider_page(Permission.MONEY_SEE)
def statements(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What was I paid, what comes next, what is held back?"""
    state = list_state(request.GET, filters=[FilterSpec("state", _("State"), STATES)])
    page = statements_page(
        provider=provider, state=state.values.get("state", ""), query=state.q, cursor=request.GET.get("cursor")
    )
    rows = [
        {"one": one, "said": _said(one), "tone": STATEMENT_TONES.get(StatementState(one.state), "held")}
        for one in page.items
    ]
    plain = not state.chips and not request.GET.get("cursor")
    return draw(
        request,
        "statements",
        now,
        page=page,
        rows=rows,
        list=state,
        filtered=bool(state.chips),
        standing=settlement_standing(provider, now),
        in_guarantee=in_guarantee_of_provider(provider),
        held=[{**one, "cause": _cause(one["hold"])} for one in held_back(provider)],
        chart=payouts_chart(page.items) if plain else None,
        may_money=allowed(request.user, provider, Permission.MONEY),
    )


def _said(found: Any) -> Any:
    """Where a statement stands, said to its provider."""
    return dict(STATES).get(found.state, found.get_state_display())


def _cause(hold: Any) -> str:
    """The page of what keeps money back."""
    pages = {HoldReason.REFUND: "refunds", HoldReason.COMPLAINT: "complaints", HoldReason.CASE: "standing/cases"}
    page = pages.get(hold.reason)
    return f"/console/{page}/{hold.cause}/" if page and hold.cause else f"/console/orders/{hold.reference}/"


@provider_page(Permission.MONEY_SEE)
def statement(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One statement: what came in, what went off, what is paid out, line by line."""
    found = statement_for(provider=provider, number=number)
    waterfall = [
        (_("Sales out of guarantee"), found.sales, ""),
        (_("Service fee"), found.fee, "−"),
        (_("Recovered after refunds"), found.recovered, "−"),
        (_("Deposit topped up"), found.topped_up, "−"),
        (_("Deductions"), found.deducted, "−"),
    ]
    return draw(
        request,
        "statement",
        now,
        statement=found,
        said=_said(found),
        tone=STATEMENT_TONES.get(StatementState(found.state), "held"),
        waterfall=[line for line in waterfall if line[1]],
        steps=_statement_steps(found),
        waiting=STATEMENT_WAITS.get(StatementState(found.state), ""),
        page=lines_page(statement=found, cursor=request.GET.get("cursor")),
        acts=available_acts(found, signed_in(request)),
        decision=decision_of(found),
        account=payout_account(provider.pk),
        crumbs=[(_("Statements"), STATEMENTS)],
    )


STATEMENT_WAITS = {
    StatementState.DISPUTED: gettext_lazy("Waiting for the platform to answer your objection"),
    StatementState.CONFIRMED: gettext_lazy("Waiting for the approval of operations"),
    StatementState.APPROVED_OPERATIONS: gettext_lazy("Waiting for the approval of finance"),
    StatementState.APPROVED_FINANCE: gettext_lazy("Waiting for the payout to be sent"),
    StatementState.PAYING: gettext_lazy("The money is on its way to your account"),
}


def _statement_steps(found: Any) -> list[Step]:
    """How far a statement is, with the day of each step that is done."""
    done = [
        (_("Issued"), found.issued_at),
        (pgettext("statement", "Confirmed"), found.confirmed_at),
        (_("Approved by operations"), found.operations_at),
        (_("Approved by finance"), found.finance_at),
        (_("Paid out"), found.paid_at),
    ]
    last = max((place for place, (_label, at) in enumerate(done) if at), default=-1)
    return [
        Step(label, "done" if at else "current" if place == last + 1 else "todo", "", day_text(at) if at else "")
        for place, (label, at) in enumerate(done)
    ]


def _confirm(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    statement_confirm(statement=found, actor=actor, now=now)
    return Done(
        _("The statement is confirmed. Operations and finance look at it next."), f"{STATEMENTS}{found.number}/"
    )


def _dispute(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    statement_dispute(statement=found, text=data["text"], actor=actor, now=now)
    return Done(_("Your objection is with operations."), f"{STATEMENTS}{found.number}/")


def _confirm_will(found: Any, target: Any, now: datetime) -> list[Consequence]:
    account = payout_account(found.provider_id)
    lines = [
        Consequence(_("Paid out as soon as operations and finance have approved it"), found.payout, "paid"),
        Consequence(_("It can no longer be disputed."), None, "late"),
    ]
    if account is None:
        lines.append(Consequence(_("Nothing can be paid out without an account."), None, "late"))
    else:
        to = _("It goes to %(bank)s, %(account)s.") % {"bank": account.bank, "account": account.masked}
        lines.append(Consequence(to, None, "neutral"))
    return lines


STATEMENT_ACTS = {
    "confirm": ActPage(
        gettext_lazy("Confirm the statement"),
        "",
        _confirm,
        _confirm_will,
        clauses=("11(1)1",),
    ),
    "dispute": ActPage(
        gettext_lazy("Dispute the statement"),
        gettext_lazy("Send the objection"),
        _dispute,
        lambda found, target, now: [
            Consequence(_("Nothing of it is paid out until operations has answered"), found.payout, "held"),
            Consequence(_("If it is wrong it is taken back, and a new one is made."), None, "neutral"),
            Consequence(_("If it is right you read why, and your days to object start over."), None, "neutral"),
        ],
        form=DisputeForm,
        clauses=("11(1)1",),
    ),
}


@provider_page(Permission.MONEY)
@require_http_methods(["GET", "POST"])
def statement_act(request: HttpRequest, provider: Provider, now: datetime, number: str, name: str) -> HttpResponse:
    """Confirm or dispute a statement."""
    if name not in STATEMENT_ACTS:
        raise Http404(name)
    found = statement_for(provider=provider, number=number)
    return do(request, STATEMENT_ACTS[name], found, now, back=f"{STATEMENTS}{number}/")


EXPORTS = {
    "csv": (statement_csv, "text/csv; charset=utf-8"),
    "xlsx": (statement_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@provider_page(Permission.MONEY_SEE)
def statement_export(request: HttpRequest, provider: Provider, now: datetime, number: str, kind: str) -> HttpResponse:
    """A statement as a file for the books."""
    if kind not in EXPORTS:
        raise Http404(kind)
    write, content_type = EXPORTS[kind]
    response = HttpResponse(write(statement_for(provider=provider, number=number)), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{number}.{kind}"'
    return response


def _account_given(provider: Provider, target: Any) -> dict[str, Any]:
    known = payout_account(provider.pk)
    return {"holder": known.holder if known else provider.legal_name, "bank": known.bank if known else ""}


def _account(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    payout_account_set(provider=provider, actor=actor, now=now, **data)
    return Done(_("Payouts go to this account from now on."), STATEMENTS)


def _account_will(provider: Provider, target: Any, now: datetime) -> list[Consequence]:
    known = payout_account(provider.pk)
    lines = [
        Consequence(_("Every payout from now on goes to this account."), None, "due"),
        Consequence(_("Every member who sees the money is told about the change."), None, "neutral"),
    ]
    if known is not None:
        words = _("Now they go to %(holder)s, %(bank)s, %(account)s.") % {
            "holder": known.holder,
            "bank": known.bank,
            "account": known.masked,
        }
        lines.insert(0, Consequence(words, None, "held"))
    return lines


ACCOUNT = ActPage(
    gettext_lazy("Account for payouts"),
    gettext_lazy("Use this account"),
    _account,
    _account_will,
    form=AccountForm,
    clauses=("11(1)1",),
    initial=_account_given,
)


@provider_page(Permission.MONEY)
@require_http_methods(["GET", "POST"])
def finance(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Where payouts go."""
    return do(request, ACCOUNT, provider, now, back=STATEMENTS)


@provider_page(Permission.INVOICES)
def invoices(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Which invoices do I owe, by when, and which have I issued?"""
    state = list_state(request.GET, filters=[FilterSpec("state", _("State"), field_choices(Invoice, "state"))])
    found = invoices_of_issuer(provider).filter(**state.values)
    if state.q:
        found = found.filter(
            Q(number__icontains=state.q)
            | Q(document_number__icontains=state.q)
            | Q(heading__icontains=state.q)
            | Q(order__number__icontains=state.q)
        )
    cursor = request.GET.get("cursor")
    owed = [] if state.chips or cursor else list(invoices_owed(provider)[:50])
    rest = found.exclude(pk__in=[one.pk for one in owed]) if owed else found
    # Those that are owed come in the order of their deadlines, alone as above the rest.
    by_deadline = state.values.get("state") == InvoiceState.REQUESTED
    page = keyset_page(rest, order_by=("due_at", "id") if by_deadline else ("-requested_at", "-id"), cursor=cursor)
    return draw(request, "invoices", now, list=state, owed=owed, page=page, filtered=bool(state.chips))
