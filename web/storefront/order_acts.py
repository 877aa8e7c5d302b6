"""What a buyer may do on an order, as pages."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.selectors import plan_for_renewal
from core.acts import Actor
from core.errors import NotFound
from orders import services
from orders.selectors import claim_of, milestone_of, offer_of
from orders.types import ClaimWish, OrderAct
from web.acts import ActPage, Done, FilesField
from web.components.steps import Consequence


def order_url(order: Any) -> str:
    """The page of an order."""
    return f"/orders/{order.number}/"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("What is missing"),
        help_text=_("The provider reads it and mends that."),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}))


class ClaimForm(forms.Form):
    wish = forms.ChoiceField(
        label=_("What you ask for"),
        choices=[
            (ClaimWish.REPAIR, _("mend it")),
            (ClaimWish.SERVICE, _("do what was promised")),
            (ClaimWish.COMPENSATION, _("a compensation")),
        ],
        widget=forms.RadioSelect,
    )
    statement = forms.CharField(label=_("What is wrong"), max_length=4000, widget=forms.Textarea({"rows": 5}))
    amount_asked = forms.DecimalField(
        label=_("Amount (¥)"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=_("Only for a compensation."),
    )
    files = FilesField(label=_("Evidence"), required=False)  # type: ignore[assignment]


class InvoiceForm(forms.Form):
    heading = forms.CharField(
        label=_("Invoice title"), help_text=_("The name of your enterprise, or your own."), max_length=100
    )
    tax_number = forms.CharField(label=_("Tax number"), max_length=30, required=False)
    email = forms.EmailField(label=_("Send it to"), required=False)


class ReviewForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("Stars"),
        coerce=int,
        choices=[(5, "★★★★★"), (4, "★★★★"), (3, "★★★"), (2, "★★"), (1, "★")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Your experience"),
        help_text=_("It cannot be changed afterwards; you may add to it once."),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )


class FollowUpForm(forms.Form):
    text = forms.CharField(label=_("What you add"), max_length=2000, widget=forms.Textarea({"rows": 4}))


class DeductionForm(forms.Form):
    amount = forms.DecimalField(
        label=_("The provider keeps (¥)"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("For what was used because of a change of yours. The rest comes back to you."),
    )
    statement = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 4}))


def find_target(order: Any, act: OrderAct, pk: int | None) -> Any:
    """What an act is done to: a milestone, an offer or a claim of this order. NotFound for any other's."""
    if pk is None:
        return None
    if act in {OrderAct.MILESTONE_ACCEPT, OrderAct.MILESTONE_RETURN}:
        return milestone_of(order, pk)
    if act in {OrderAct.SIGN_DEDUCTION, OrderAct.DECLINE_DEDUCTION, OrderAct.WITHDRAW_DEDUCTION}:
        return offer_of(order, pk)
    if act in {OrderAct.WITHDRAW_CLAIM, OrderAct.ACCEPT_ANSWER, OrderAct.ESCALATE_CLAIM}:
        return claim_of(order, pk)
    return None


def _cancel(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.order_cancel(order=order, actor=actor, now=now)
    return Done(_("The order is cancelled. Nothing was paid."), order_url(order))


def _accept(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.milestone_accept(milestone=target, actor=actor, now=now)
    return Done(_("The milestone is accepted."), order_url(order))


def _return(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.milestone_return(milestone=target, reason=data["reason"], actor=actor, now=now)
    return Done(_("The milestone went back to the provider with your words."), order_url(order))


def _confirm(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.order_confirm(order=order, actor=actor, now=now)
    return Done(_("The whole service is confirmed. The provider will be paid."), order_url(order))


def _renew(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    renewal = services.order_renew(order=order, actor=actor, now=now)
    return Done(_("The renewal is placed. Pay it to go on."), order_url(renewal))


def _offer(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_offer(order=order, amount=data["amount"], statement=data["statement"], actor=actor, now=now)
    return Done(_("Your offer is with the provider, who may sign it."), order_url(order))


def _sign(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_sign(offer=target, actor=actor, now=now)
    return Done(_("Both have signed. The rest is on its way back to you."), order_url(order))


def _decline(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_decline(offer=target, reason=data["reason"], actor=actor, now=now)
    return Done(_("The deduction is declined. Nothing changes."), order_url(order))


def _withdraw_offer(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.deduction_withdraw(offer=target, actor=actor, now=now)
    return Done(_("Your offer is withdrawn."), order_url(order))


def _claim(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.claim_file(order=order, actor=actor, now=now, **data)
    return Done(_("Your claim is with the provider."), order_url(order))


def _accept_answer(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.claim_accept(claim=target, actor=actor, now=now)
    return Done(_("The answer is accepted."), order_url(order))


def _answer_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    if not target.amount_offered:
        return [Consequence(_("The claim is settled by what the provider does."), None, "neutral")]
    return [
        Consequence(_("You are paid"), target.amount_offered, "paid"),
        Consequence(_("The claim is settled by it."), None, "neutral"),
    ]


def _escalate(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.claim_escalate(claim=target, actor=actor, now=now)
    return Done(_("The platform looks at your claim now."), order_url(order))


def _withdraw_claim(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.claim_withdraw(claim=target, actor=actor, now=now)
    return Done(_("Your claim is withdrawn."), order_url(order))


def _invoice(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.invoice_request(order=order, actor=actor, now=now, **data)
    return Done(_("The invoice is asked for."), order_url(order))


def _review(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.review_write(order=order, score=data["score"], text=data["text"], actor=actor, now=now)
    return Done(_("Thank you. Your review is published."), order_url(order))


def _follow_up(order: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.review_follow_up(review=order.review, text=data["text"], actor=actor, now=now)
    return Done(_("Your words were added to the review."), order_url(order))


def _confirm_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    return [
        Consequence(_("The money leaves escrow and is owed to the provider, less the service fee."), order.left, "due"),
        Consequence(_("The guarantee ends: a full refund without a reason is no longer possible."), None, "late"),
        *([Consequence(_("The warranty begins now."), None, "paid")] if order.warranty_months else []),
    ]


def _renew_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    try:
        terms = plan_for_renewal(product_id=order.product_id, plan_code=order.terms["plan_code"], now=now)
    except NotFound:
        return []
    return [
        Consequence(_("The order is placed again, at today's price"), terms.price * order.quantity, "due"),
        Consequence(_("The new term follows the one that runs, without a gap."), None, "paid"),
        Consequence(_("Nothing is taken yet: you pay on the next page."), None, "neutral"),
    ]


def _sign_will(order: Any, target: Any, now: datetime) -> list[Consequence]:
    return [
        Consequence(_("The provider keeps"), target.amount, "due"),
        Consequence(_("You get back"), order.left - target.amount, "paid"),
        Consequence(_("The order ends."), None, "neutral"),
    ]


PAGES: dict[OrderAct, ActPage] = {
    OrderAct.CANCEL: ActPage(
        _("Cancel this order"),
        _("Cancel the order"),
        _cancel,
        lambda order, target, now: [
            Consequence(_("Nothing was paid; a payment that still arrives goes back by itself."), None, "neutral")
        ],
        danger=True,
    ),
    OrderAct.MILESTONE_ACCEPT: ActPage(
        _("Accept this milestone"),
        _("Accept the milestone"),
        _accept,
        lambda order, target, now: [
            Consequence(
                _("The milestone counts as done. No money moves until you confirm the whole service."), None, "neutral"
            )
        ],
        clauses=("11(1)3",),
    ),
    OrderAct.MILESTONE_RETURN: ActPage(
        _("Send this milestone back"), "", _return, form=ReasonForm, clauses=("11(1)3",)
    ),
    OrderAct.CONFIRM: ActPage(
        _("Confirm the whole service"),
        _("Confirm completion"),
        _confirm,
        _confirm_will,
        clauses=("11(1)3", "11(3)1", "17(1)2"),
    ),
    OrderAct.RENEW: ActPage(_("Renew this order"), _("Place the renewal"), _renew, _renew_will, clauses=("10(8)6",)),
    OrderAct.OFFER_DEDUCTION: ActPage(
        _("End the order early, with a deduction"),
        _("Offer it to the provider"),
        _offer,
        form=DeductionForm,
        clauses=("11(2)3",),
    ),
    OrderAct.SIGN_DEDUCTION: ActPage(_("Sign the deduction"), "", _sign, _sign_will, clauses=("11(2)3",), danger=True),
    OrderAct.DECLINE_DEDUCTION: ActPage(
        _("Decline the deduction"), "", _decline, form=OptionalReasonForm, clauses=("11(2)3",)
    ),
    OrderAct.WITHDRAW_DEDUCTION: ActPage(_("Withdraw your offer"), "", _withdraw_offer),
    OrderAct.CLAIM_WARRANTY: ActPage(
        _("Claim what was promised"), _("File the claim"), _claim, form=ClaimForm, clauses=("11(2)1", "11(3)2")
    ),
    OrderAct.ACCEPT_ANSWER: ActPage(
        _("Accept the provider's answer"), _("Accept the answer"), _accept_answer, _answer_will, clauses=("11(3)3",)
    ),
    OrderAct.ESCALATE_CLAIM: ActPage(_("Ask the platform to decide"), _("Ask the platform"), _escalate),
    OrderAct.WITHDRAW_CLAIM: ActPage(_("Withdraw your claim"), "", _withdraw_claim),
    OrderAct.ASK_INVOICE: ActPage(
        _("Ask for an invoice"), _("Ask for the invoice"), _invoice, form=InvoiceForm, clauses=("13(1)",)
    ),
    OrderAct.REVIEW: ActPage(
        _("Review this product"), _("Publish the review"), _review, form=ReviewForm, clauses=("16(1)",)
    ),
    OrderAct.FOLLOW_UP_REVIEW: ActPage(_("Add to your review"), _("Add it"), _follow_up, form=FollowUpForm),
}
LABELS = {
    OrderAct.PAY: _("Pay now"),
    OrderAct.ASK_REFUND: _("Ask for a refund"),
    **{act: page.title for act, page in PAGES.items()},
}
