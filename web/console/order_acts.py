"""What a provider may do on an order, as pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.types import ProductClass
from core.acts import Actor
from orders import services
from orders.selectors import claim_of, invoice_of, milestone_of, offer_of
from orders.types import OrderAct
from web.acts import ActPage, Done, FilesField
from web.components.steps import Consequence
from web.components.words import deadline_text

TEXT = forms.Textarea({"rows": 4})


class HandInForm(forms.Form):
    statement = forms.CharField(label=_("What was done"), max_length=5000, widget=TEXT)
    files = FilesField(label=_("Evidence of delivery"), help_text=_("At least one file, at most 10 MB each."))  # type: ignore[assignment]


class DeliverForm(forms.Form):
    access = forms.CharField(
        label=_("Access"),
        help_text=_("Address, account, key or license. Kept encrypted; only the buyer reads it."),
        max_length=5000,
        widget=TEXT,
    )
    guide = forms.CharField(label=_("How to begin"), required=False, max_length=5000, widget=TEXT)
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]


class DeductionForm(forms.Form):
    amount = forms.DecimalField(label=_("What you keep (¥)"), min_value=0, max_digits=12, decimal_places=2)
    statement = forms.CharField(label=_("What it is for"), max_length=2000, widget=TEXT)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=4000, widget=TEXT)
    amount = forms.DecimalField(
        label=_("Compensation you offer (¥)"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]


class IssueForm(forms.Form):
    document_number = forms.CharField(label=_("Number on the invoice"), max_length=60)
    files = FilesField(label=_("The invoice"), help_text=_("A PDF or a picture, at most 10 MB."))  # type: ignore[assignment]


class FeeInvoiceForm(forms.Form):
    heading = forms.CharField(label=_("Name on the invoice"), max_length=100)
    tax_number = forms.CharField(label=_("Tax number"), max_length=30, required=False)


class TextForm(forms.Form):
    text = forms.CharField(label=_("Your reply"), max_length=2000, widget=TEXT)


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, required=False, widget=TEXT)


def order_url(order: Any) -> str:
    """The console's page of an order."""
    return f"/console/orders/{order.number}/"


FINDERS: dict[OrderAct, Callable[[Any, int], Any]] = {
    OrderAct.MILESTONE_START: milestone_of,
    OrderAct.MILESTONE_SUBMIT: milestone_of,
    OrderAct.SIGN_DEDUCTION: offer_of,
    OrderAct.DECLINE_DEDUCTION: offer_of,
    OrderAct.WITHDRAW_DEDUCTION: offer_of,
    OrderAct.ANSWER_CLAIM: claim_of,
    OrderAct.ESCALATE_CLAIM: claim_of,
    OrderAct.ISSUE_INVOICE: invoice_of,
}


def find_target(order: Any, act: OrderAct, pk: int | None) -> Any:
    """What an act is done to: a milestone, offer, claim or invoice of this order. NotFound for any other's."""
    return FINDERS[act](order, pk) if pk is not None and act in FINDERS else None


def _start(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.milestone_start(milestone=target, actor=actor, now=now)
    return Done(_("The milestone has begun; the buyer is told."), order_url(order))


def _submit(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.milestone_submit(milestone=target, actor=actor, now=now, **data)
    return Done(_("Handed in. The buyer looks at it now."), order_url(order))


def _deliver(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.order_deliver(order=order, actor=actor, now=now, **data)
    return Done(_("Delivered. The buyer can use it now."), order_url(order))


def _offer(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_offer(order=order, actor=actor, now=now, **data)
    return Done(_("Your offer is with the buyer, who may sign it."), order_url(order))


def _sign(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_sign(offer=target, actor=actor, now=now)
    return Done(_("Both have signed. The order ends with that."), order_url(order))


def _decline(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_decline(offer=target, reason=data["reason"], actor=actor, now=now)
    return Done(_("The offer is declined."), order_url(order))


def _withdraw(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_withdraw(offer=target, actor=actor, now=now)
    return Done(_("Your offer is withdrawn."), order_url(order))


def _answer(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.claim_answer(claim=target, actor=actor, now=now, **data)
    return Done(_("Your answer is with the buyer."), order_url(order))


def _escalate(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.claim_escalate(claim=target, actor=actor, now=now)
    return Done(_("The platform decides now."), order_url(order))


def _issue(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.invoice_issue(invoice=target, actor=actor, now=now, **data)
    return Done(_("The invoice is issued; the buyer is told."), order_url(order))


def _fee_invoice(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.fee_invoice_request(order=order, actor=actor, now=now, **data)
    return Done(_("The invoice of the service fee is asked for."), order_url(order))


def _reply(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.review_reply(review=order.review, text=data["text"], actor=actor, now=now)
    return Done(_("Your reply stands below the review."), order_url(order))


def _deliver_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    lines = [Consequence(_("The buyer is told, and can open it at once."), None, "held")]
    if order.delivered_at is not None:
        lines.append(Consequence(_("What you delivered before stays beside it."), None, "neutral"))
    elif order.product_class == ProductClass.TOOL:
        lines.append(Consequence(_("A tool has no guarantee: the order is complete with that."), None, "paid"))
    elif order.in_guarantee(now):
        ends = deadline_text(order.guarantee_ends_at, now)
        words = _("The money stays in guaranteed trade until %(when)s.") % {"when": ends}
        lines.append(Consequence(words, None, "neutral"))
    return lines


def _nothing_moves(order: Any, target: Any, now: datetime) -> list[Consequence]:
    return [
        Consequence(_("The other side is told that the offer no longer stands."), None, "held"),
        Consequence(_("The order goes on as it was; no money moves."), None, "neutral"),
    ]


def _sign_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    return [
        Consequence(_("You keep, less the service fee"), target.amount, "due"),
        Consequence(_("The buyer gets back"), order.left - target.amount, "paid"),
        Consequence(_("The order ends."), None, "neutral"),
    ]


def _issue_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    heading = " · ".join(part for part in (target.heading, target.tax_number, target.email) if part)
    return [
        Consequence(
            _("Invoice to %(heading)s") % {"heading": heading or target.get_recipient_display()}, target.amount, "due"
        ),
        Consequence(_("Whoever it is for is told and can open it; it cannot be changed."), None, "held"),
    ]


def _reply_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    return [Consequence(_("Everybody reads it below the review. You can reply once."), None, "held")]


PAGES: dict[OrderAct, ActPage] = {
    OrderAct.MILESTONE_START: ActPage(
        _("Begin this milestone"),
        "",
        _start,
        lambda order, target, now: [Consequence(_("Its days count from now on."), None, "due")],
        clauses=("11(1)3",),
    ),
    OrderAct.MILESTONE_SUBMIT: ActPage(
        _("Hand this milestone in"),
        "",
        _submit,
        lambda order, target, now: [
            Consequence(_("The buyer accepts it or sends it back with reasons."), None, "held"),
            Consequence(_("Money moves only when the whole service is confirmed."), None, "neutral"),
        ],
        form=HandInForm,
        clauses=("11(1)3",),
    ),
    OrderAct.DELIVER: ActPage(
        _("Deliver"), _("Deliver it"), _deliver, _deliver_will, form=DeliverForm, clauses=("11(1)",)
    ),
    OrderAct.OFFER_DEDUCTION: ActPage(
        _("Offer to end the order early, with a deduction"),
        _("Offer it to the buyer"),
        _offer,
        lambda order, target, now: [Consequence(_("Nothing happens unless the buyer signs."), None, "held")],
        form=DeductionForm,
        clauses=("11(2)3",),
    ),
    OrderAct.SIGN_DEDUCTION: ActPage(
        _("Sign the deduction"), "", _sign, _sign_will, clauses=("11(2)3",), danger=True
    ),
    OrderAct.DECLINE_DEDUCTION: ActPage(
        _("Decline the deduction"), "", _decline, _nothing_moves, form=WhyForm, clauses=("11(2)3",)
    ),
    OrderAct.WITHDRAW_DEDUCTION: ActPage(
        _("Withdraw your offer"), "", _withdraw, _nothing_moves, clauses=("11(2)3",)
    ),
    OrderAct.ANSWER_CLAIM: ActPage(
        _("Answer the claim"),
        _("Send the answer"),
        _answer,
        lambda order, target, now: [
            Consequence(_("The buyer accepts your answer, or asks the platform to decide."), None, "held"),
            Consequence(_("Compensation that you offer is paid when the buyer accepts."), None, "due"),
        ],
        form=AnswerForm,
        clauses=("11(2)1",),
        quote=lambda order, target: target.statement,
    ),
    OrderAct.ESCALATE_CLAIM: ActPage(
        _("Ask the platform to decide"),
        _("Ask the platform"),
        _escalate,
        lambda order, target, now: [
            Consequence(_("An operator decides on the claim; both sides are bound by it."), None, "neutral")
        ],
        clauses=("11(2)1",),
    ),
    OrderAct.ISSUE_INVOICE: ActPage(
        _("Issue the invoice"), "", _issue, _issue_will, form=IssueForm, clauses=("13",)
    ),
    OrderAct.ASK_FEE_INVOICE: ActPage(
        _("Ask for the invoice of the service fee"), "", _fee_invoice,
        lambda order, target, now: [Consequence(_("The market owes you an invoice of"), order.fee, "due")],
        form=FeeInvoiceForm, clauses=("13(3)",),
    ),
    OrderAct.REPLY_REVIEW: ActPage(
        _("Reply to the review"), _("Publish the reply"), _reply, _reply_will, form=TextForm, clauses=("16(1)",),
        quote=lambda order, target: order.review.text,
    ),
}  # fmt: skip
LABELS = {act: page.title for act, page in PAGES.items()}
