"""Infringement claims about the provider's products, and the remedies that it owes their users (§18(17))."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from core.uploads import file_response
from providers.models import Provider
from providers.types import Permission
from violations import selectors, services
from violations.models.takedowns import REMEDY_KINDS
from violations.types import RemedyKind, TakedownState
from web.acts import ActPage, Done, FilesField, evidence_sent
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page

CLAIMS = "/console/infringement/"
TONES = {TakedownState.FILED: "due", TakedownState.UPHELD: "refused"}


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=4000, widget=forms.Textarea({"rows": 5}))
    files = FilesField(label=gettext_lazy("Evidence"), required=False)  # type: ignore[assignment]


class OfferForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What do you offer?"), choices=REMEDY_KINDS, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("What the user gets, how and when"), max_length=2000, widget=forms.Textarea({"rows": 5})
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Costs you pay beside (¥)"),
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("Paid when the user accepts, out of what you are owed, then out of your deposit."),
    )


@provider_page(Permission.COMPLAINTS)
def index(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Which of my products are hidden for a claim, and whom do I owe a remedy?"""
    return draw(
        request,
        "takedowns",
        now,
        claims=list(selectors.takedowns_of_provider(provider).order_by("-filed_at", "-id")[:50]),
        owed=list(selectors.remedies_of_provider(provider).filter(state="owed").order_by("due_at", "id")[:50]),
    )


@provider_page(Permission.COMPLAINTS)
def detail(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """One claim: what is said, my answer, the decision, and the remedies I owe after it."""
    found = selectors.takedown_of_provider(provider, number)
    return draw(
        request,
        "takedown",
        now,
        claim=found,
        product_page=f"/console/products/{found.product_id}/",
        tone=TONES.get(TakedownState(found.state), "paid"),
        open=found.state == TakedownState.FILED,
        files=list(found.files.order_by("id")),
        remedies=list(found.remedies.select_related("order__buyer").order_by("state", "due_at", "id")[:200]),
        crumbs=[(_("Infringement claims"), CLAIMS)],
    )


@provider_page(Permission.COMPLAINTS)
def file(request: HttpRequest, provider: Provider, now: datetime, number: str, pk: int) -> Any:
    """A file of a claim about one's own product."""
    found = selectors.takedown_upload(selectors.takedown_of_provider(provider, number), pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)


def _answer(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.takedown_answer(
        takedown=found,
        text=data["text"],
        files=evidence_sent(data["files"]),
        actor=actor,
        now=now,
    )
    return Done(_("Your answer is kept. The platform decides on it."), f"{CLAIMS}{found.number}/")


ANSWER = ActPage(
    pgettext_lazy("infringement", "Answer the claim"),
    gettext_lazy("Send the answer"),
    _answer,
    lambda found, target, now: [
        Consequence(_("The claimant and the platform read it. It cannot be changed."), None, "held"),
        Consequence(_("The product is hidden until an operator has decided."), None, "late"),
    ],
    form=AnswerForm,
    clauses=("18(17)",),
    quote=lambda found, target: found.statement,
)


@provider_page(Permission.COMPLAINTS)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, provider: Provider, now: datetime, number: str) -> HttpResponse:
    """Answer a claim."""
    found = selectors.takedown_of_provider(provider, number)
    if found.state != TakedownState.FILED or found.responded_at is not None:
        messages.warning(request, _("This is not possible at the moment: the claim has moved on."))
        return redirect(f"{CLAIMS}{number}/")
    return do(request, ANSWER, found, now, back=f"{CLAIMS}{number}/")


def _offer(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.remedy_offer(
        remedy=found, kind=RemedyKind(data["kind"]), text=data["text"], amount=data["amount"], actor=actor, now=now
    )
    return Done(_("The user is told of your offer."), f"{CLAIMS}{found.takedown.number}/")


OFFER = ActPage(
    gettext_lazy("Offer a remedy"),
    gettext_lazy("Send the offer"),
    _offer,
    lambda found, target, now: [
        Consequence(_("The user accepts it, or sends it back and you owe another."), None, "held")
    ],
    form=OfferForm,
    clauses=("18(17)2",),
    quote=lambda found, target: found.returned_note,
)


@provider_page(Permission.COMPLAINTS)
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, provider: Provider, now: datetime, pk: int) -> HttpResponse:
    """Offer a user what makes good for the product that was taken down."""
    found = selectors.remedy_of_provider(provider, pk)
    return do(request, OFFER, found, now, back=f"{CLAIMS}{found.takedown.number}/")
