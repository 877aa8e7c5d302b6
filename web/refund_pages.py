"""Refunds as pages, for the buyer and the provider: the same room, the same acts, another frame."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.acts import Actor
from core.errors import DomainError
from refunds import services
from refunds.selectors import if_accepted, offer_of
from refunds.types import RefundAct
from web.acts import ActPage, Done, FilesField
from web.components.steps import Consequence
from web.components.timeline import Attachment, ChatMessage, file_size
from web.components.words import deadline_text


class SayForm(forms.Form):
    text = forms.CharField(label=_("Message"), max_length=5000, widget=forms.Textarea({"rows": 3}))
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]


class OfferForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount to pay back (¥)"), min_value=0, max_digits=12, decimal_places=2)
    statement = forms.CharField(label=_("Why"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3}))


class ReplyForm(forms.Form):
    reply = forms.CharField(label=_("Your answer"), max_length=5000, required=False, widget=forms.Textarea({"rows": 4}))


class NeededReplyForm(forms.Form):
    reply = forms.CharField(label=_("Why you do not agree"), max_length=5000, widget=forms.Textarea({"rows": 4}))


def find_target(refund: Any, pk: int | None) -> Any:
    """The offer that an act is done to, or None."""
    return offer_of(refund, pk) if pk is not None else None


def _url(refund: Any, actor: Actor) -> str:
    return f"/refunds/{refund.number}/" if actor.id == refund.buyer_id else f"/console/refunds/{refund.number}/"


def _accept(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_accept(refund=refund, reply=data["reply"], actor=actor, now=now)
    return Done(_("The refund is accepted and on its way back."), _url(refund, actor))


def _dispute(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_dispute(refund=refund, reply=data["reply"], actor=actor, now=now)
    return Done(_("Your answer is with the buyer."), _url(refund, actor))


def _escalate(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_escalate(refund=refund, actor=actor, now=now)
    return Done(_("The platform decides now."), _url(refund, actor))


def _withdraw(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_withdraw(refund=refund, actor=actor, now=now)
    return Done(_("The refund is withdrawn."), _url(refund, actor))


def _offer(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_offer(refund=refund, amount=data["amount"], statement=data["statement"], actor=actor, now=now)
    return Done(_("Your offer is with the other side."), _url(refund, actor))


def _sign(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_offer_sign(offer=target, actor=actor, now=now)
    return Done(_("Both have agreed. The money is on its way back."), _url(refund, actor))


def _decline(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_offer_decline(offer=target, actor=actor, now=now)
    return Done(_("The offer is declined."), _url(refund, actor))


def _withdraw_offer(refund: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.refund_offer_withdraw(offer=target, actor=actor, now=now)
    return Done(_("Your offer is withdrawn."), _url(refund, actor))


def _accept_will(refund: Any, target: Any, now: datetime) -> list[Consequence]:
    _decision, amount = if_accepted(refund)
    if amount <= 0:
        return [Consequence(_("Nothing is paid back by the rules, and the request ends."), None, "neutral")]
    return [
        Consequence(_("Paid back to the buyer, from escrow or from what you are owed"), amount, "due"),
        Consequence(_("The refund is settled with that."), None, "neutral"),
    ]


def _unless_agreed(refund: Any, now: datetime) -> list[Consequence]:
    if refund.decide_due_at is None:
        return []
    when = deadline_text(refund.decide_due_at, now)
    words = _("Without agreement by %(when)s the platform decides.") % {"when": when}
    return [Consequence(words, None, "neutral")]


PAGES: dict[RefundAct, ActPage] = {
    RefundAct.ACCEPT: ActPage(
        _("Accept the refund"),
        _("Accept and pay back"),
        _accept,
        _accept_will,
        form=ReplyForm,
        clauses=("17(1)", "17(5)"),
        danger=True,
        decision=lambda refund: if_accepted(refund)[0],
    ),
    RefundAct.DISPUTE: ActPage(
        _("Disagree with the refund"),
        _("Send the answer"),
        _dispute,
        lambda refund, target, now: [
            Consequence(_("The buyer and the platform read it. The two of you go on talking."), None, "held"),
            *_unless_agreed(refund, now),
        ],
        form=NeededReplyForm,
        clauses=("17(1)",),
        quote=lambda refund, target: refund.statement,
    ),
    RefundAct.ESCALATE: ActPage(
        _("Ask the platform to decide"),
        _("Ask the platform"),
        _escalate,
        lambda refund, target, now: [
            Consequence(
                _("In the guarantee the platform pays back the full price.")
                if refund.in_guarantee
                else _("An operator looks at what both sides have said and finds whether the reason holds."),
                None,
                "neutral",
            )
        ],
        clauses=("17(1)",),
    ),
    RefundAct.WITHDRAW: ActPage(
        _("Withdraw the refund"),
        "",
        _withdraw,
        lambda refund, target, now: [Consequence(_("Nothing is paid back. You may ask again."), None, "neutral")],
    ),
    RefundAct.OFFER: ActPage(
        _("Offer an amount"),
        _("Send the offer"),
        _offer,
        lambda refund, target, now: [
            Consequence(_("It binds you: once the other side agrees, the money moves."), None, "due"),
            Consequence(_("What can be paid back at most"), refund.order.left, "neutral"),
        ],
        form=OfferForm,
        clauses=("17(1)",),
    ),
    RefundAct.SIGN_OFFER: ActPage(
        _("Agree to the offer"),
        "",
        _sign,
        lambda refund, target, now: [
            Consequence(_("Paid back to the buyer"), target.amount, "paid"),
            Consequence(_("The refund is settled with that."), None, "neutral"),
        ],
        clauses=("17(1)",),
        danger=True,
    ),
    RefundAct.DECLINE_OFFER: ActPage(
        _("Decline the offer"),
        "",
        _decline,
        lambda refund, target, now: [
            Consequence(_("The offer no longer stands"), target.amount, "neutral"),
            *_unless_agreed(refund, now),
        ],
    ),
    RefundAct.WITHDRAW_OFFER: ActPage(
        _("Withdraw your offer"),
        "",
        _withdraw_offer,
        lambda refund, target, now: [
            Consequence(_("Nobody can agree to it any more"), target.amount, "neutral"),
            *_unless_agreed(refund, now),
        ],
    ),
}


def say(form: SayForm, refund: Any, actor: Actor, now: datetime) -> DomainError | None:
    """Write into the room; what refuses comes back."""
    try:
        services.refund_say(
            refund=refund, text=form.cleaned_data["text"], files=form.cleaned_data["files"], actor=actor, now=now
        )
    except DomainError as error:
        return error
    return None


def room_lines(detail: Any) -> list[ChatMessage]:
    """What was said in the room, oldest first."""
    return [
        ChatMessage(
            who=one.author,
            at=one.at,
            text=one.text,
            mine=one.side == detail.side,
            attachments=[Attachment(file.name, file.link, file_size(file.size)) for file in one.files],
        )
        for one in detail.room
    ]
