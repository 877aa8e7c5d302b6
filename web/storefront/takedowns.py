"""Rights that a product infringes: the claim, and what its users are offered afterwards (§18(17))."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from catalog.models import Product
from catalog.selectors import product_page
from core import clock
from core.acts import Actor
from core.pages import keyset_page
from core.uploads import file_response
from orders.selectors import order_of_buyer
from violations.models.takedowns import BASES
from violations.selectors import remedy_of_order, takedown_of_person, takedown_upload, takedowns_of_person
from violations.services import remedy_accept, remedy_return, takedown_file, takedown_withdraw
from violations.types import RemedyState, TakedownState
from web.acts import ActPage, Done, FilesField, act_page, evidence_sent
from web.components.steps import Consequence
from web.components.timeline import Attachment, TimelineItem
from web.storefront.cards import worded

TONES = {
    TakedownState.FILED: "held",
    TakedownState.UPHELD: "paid",
    TakedownState.DISMISSED: "refused",
    TakedownState.WITHDRAWN: "neutral",
}


class ClaimForm(forms.Form):
    work = forms.CharField(
        label=gettext_lazy("The work or right"),
        help_text=gettext_lazy("Its name, and the number of its registration where it has one."),
        max_length=200,
    )
    basis = forms.ChoiceField(label=gettext_lazy("Who holds it?"), choices=BASES, widget=forms.RadioSelect)
    statement = forms.CharField(
        label=gettext_lazy("How the product infringes it"), max_length=4000, widget=forms.Textarea({"rows": 6})
    )
    files = FilesField(  # type: ignore[assignment]  # the form's own mapping of uploads is never read by this name
        label=gettext_lazy("Proof of the right"),
        help_text=gettext_lazy("Pictures, PDF, text or office files, each up to 10 MB."),
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why it does not help you"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


def _file(product: Product, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    takedown = takedown_file(
        claimant=target,
        product=product,
        work=data["work"],
        basis=data["basis"],
        statement=data["statement"],
        files=evidence_sent(data["files"]),
        actor=actor,
        now=now,
    )
    return Done(_("Your claim is filed and the product is hidden."), f"/infringement/{takedown.number}/")


CLAIM = ActPage(
    gettext_lazy("Report an infringement"),
    pgettext_lazy("takedowns", "File the claim"),
    _file,
    lambda product, target, now: [
        Consequence(gettext_lazy("The product is neither shown nor sold while the claim is examined."), None, "late"),
        Consequence(gettext_lazy("The provider reads your claim and answers; an operator decides."), None, "held"),
        Consequence(gettext_lazy("False evidence is itself against the rules."), None, "refused"),
    ],
    form=ClaimForm,
    clauses=("10(8)1", "16(3)", "18(17)1"),
)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Claim that a product on sale infringes one's rights."""
    now = clock.now()
    page = product_page(slug=slug, now=now)
    product = Product.objects.select_related("provider", "live_version").get(pk=page["id"])
    about = format_html('{} <a href="/p/{}/">{}</a>', _("Product"), slug, worded(page["texts"], "title"))
    return act_page(
        request,
        page=CLAIM,
        subject=product,
        target=request.user,
        back=f"/p/{slug}/",
        now=now,
        more={"about": about},
    )


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """My infringement claims, and where each stands."""
    page = keyset_page(
        takedowns_of_person(request.user), order_by=("-filed_at", "-id"), cursor=request.GET.get("cursor")
    )
    return render(request, "takedowns/index.html", {"page": page, "now": clock.now()})


@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One claim: what both sides said, and what came of it."""
    found = takedown_of_person(request.user, number)
    files = list(found.files.order_by("id"))
    base = f"/infringement/{number}/files/"

    def given(own: bool) -> list[Attachment]:
        return [
            Attachment(one.name, f"{base}{one.pk}/") for one in files if (one.given_by_id == request.user.pk) == own
        ]

    items = [
        TimelineItem(
            _("Claim filed, product hidden"),
            found.filed_at,
            _("you"),
            "megaphone",
            "accent",
            found.statement,
            ("18(17)1",),
            attachments=given(True),
        )
    ]
    if found.responded_at:
        items.append(
            TimelineItem(
                _("The provider answered"),
                found.responded_at,
                icon="message-circle",
                note=found.response,
                attachments=given(False),
            )
        )
    if found.decided_at:
        tone = TONES[TakedownState(found.state)]
        items.append(
            TimelineItem(found.get_state_display(), found.decided_at, icon="gavel", tone=tone, note=found.reason)
        )
    context = {
        "claim": found,
        "tone": TONES[TakedownState(found.state)],
        "is_open": found.state == TakedownState.FILED,
        "timeline": sorted(items, key=lambda item: item.at, reverse=True),
        "now": clock.now(),
        "crumbs": [(_("My infringement claims"), "/infringement/")],
    }
    return render(request, "takedowns/detail.html", context)


@login_required
def file(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A file of one's own claim."""
    found = takedown_upload(takedown_of_person(request.user, number), pk)
    return file_response(found.file, name=found.name, content_type=found.content_type)


def _withdraw(claim: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    takedown_withdraw(takedown=claim, actor=actor, now=now)
    return Done(_("The claim is withdrawn and the product is shown again."), f"/infringement/{claim.number}/")


WITHDRAW = ActPage(
    gettext_lazy("Withdraw this claim"),
    gettext_lazy("Withdraw the claim"),
    _withdraw,
    lambda claim, target, now: [
        Consequence(gettext_lazy("The product is shown and sold again, unless something else hides it."), None, "due")
    ],
    clauses=("18(17)",),
    danger=True,
)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a claim back."""
    found = takedown_of_person(request.user, number)
    back = f"/infringement/{number}/"
    if found.state != TakedownState.FILED:
        messages.warning(request, _("This claim was decided or withdrawn."))
        return redirect(back)
    return act_page(request, page=WITHDRAW, subject=found, target=None, back=back, now=clock.now())


def _remedy(request: HttpRequest, number: str) -> Any:
    found = remedy_of_order(order_of_buyer(request.user, number))
    if found is None:
        raise Http404(number)
    return found


@login_required
def remedy(request: HttpRequest, number: str) -> HttpResponse:
    """What the provider owes or offers for an order whose product was taken down."""
    found = _remedy(request, number)
    context = {
        "remedy": found,
        "order": found.order,
        "waits": found.state == RemedyState.OWED,
        "may_choose": found.state == RemedyState.OFFERED,
        "now": clock.now(),
        "crumbs": [(_("My orders"), "/orders/"), (number, f"/orders/{number}/")],
    }
    return render(request, "takedowns/remedy.html", context)


def _accept(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    remedy_accept(remedy=found, actor=actor, now=now)
    return Done(_("You accepted what the provider offers."), f"/orders/{found.order.number}/remedy/")


def _return(found: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    remedy_return(remedy=found, note=data["note"], actor=actor, now=now)
    return Done(_("The provider offers you something else."), f"/orders/{found.order.number}/remedy/")


REMEDY_ACTS = {
    "accept": ActPage(
        gettext_lazy("Accept the remedy"),
        "",
        _accept,
        lambda found, target, now: [
            Consequence(gettext_lazy("The provider does what it offers."), None, "paid"),
            *(
                [Consequence(gettext_lazy("This amount comes back the way you paid."), found.amount, "returned")]
                if found.amount
                else []
            ),
        ],
        clauses=("18(17)2",),
    ),
    "return": ActPage(
        gettext_lazy("Send the remedy back"),
        "",
        _return,
        lambda found, target, now: [
            Consequence(gettext_lazy("The provider owes you another offer, in the same time again."), None, "due")
        ],
        form=NoteForm,
        clauses=("18(17)2",),
    ),
}


@login_required
@require_http_methods(["GET", "POST"])
def remedy_act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Accept what is offered, or send it back."""
    found = _remedy(request, number)
    if name not in REMEDY_ACTS:
        raise Http404(name)
    back = f"/orders/{number}/remedy/"
    return act_page(request, page=REMEDY_ACTS[name], subject=found, target=None, back=back, now=clock.now())
