"""What a provider may do with a product or a version of it, as pages."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import services
from catalog.types import TERM_MONTHS
from core.acts import Actor
from providers.models import Provider
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.product_forms import StartForm

PRODUCTS = "/console/products/"


def _create(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    version = services.product_create(provider=provider, actor=actor, now=now, **data)
    return Done(_("A draft was made. Fill in its sections."), f"{PRODUCTS}{version.product_id}/basics/")


NEW = ActPage(gettext_lazy("New product"), gettext_lazy("Make a draft"), _create, form=StartForm, clauses=("10(1)",))


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What is new"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )


class ReasonForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea({"rows": 3}))


def _submit(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_submit(version=version, change_note=data["note"], actor=actor, now=now)
    return Done(_("The version is with the reviewers."), f"{PRODUCTS}{version.product_id}/")


def _withdraw(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_withdraw(version=version, actor=actor, now=now)
    return Done(_("The version is withdrawn."), f"{PRODUCTS}{version.product_id}/")


def _open(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.version_open(product=version.product, actor=actor, now=now)
    return Done(_("A new version was begun; the one on sale stays as it is."), f"{PRODUCTS}{version.product_id}/")


def _delist(version: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.product_delist(product=version.product, reason="provider", note=data["note"], actor=actor, now=now)
    return Done(_("The product is off the market."), f"{PRODUCTS}{version.product_id}/")


ACTS = {
    "submit": ActPage(
        gettext_lazy("Hand the version in"),
        "",
        _submit,
        lambda version, target, now: [
            Consequence(_("A reviewer looks at it. You cannot change it meanwhile."), None, "held")
        ],
        form=NoteForm,
        clauses=("10(1)", "18(10)"),
    ),
    "withdraw": ActPage(
        gettext_lazy("Withdraw the version"),
        "",
        _withdraw,
        lambda version, target, now: [
            Consequence(_("It is not reviewed any further. Begin a new version to change it."), None, "neutral")
        ],
    ),
    "open": ActPage(
        gettext_lazy("Begin a new version"),
        "",
        _open,
        lambda version, target, now: [
            Consequence(_("The version on sale stays on sale until the new one is released."), None, "neutral")
        ],
        clauses=("18(10)",),
    ),
    "delist": ActPage(
        gettext_lazy("Take the product off the market"),
        "",
        _delist,
        lambda version, target, now: [
            Consequence(_("Nobody can buy it any more."), None, "late"),
            Consequence(_("What was sold is served to its end, with guarantee and warranty."), None, "held"),
        ],
        form=ReasonForm,
        clauses=("10(7)",),
        danger=True,
    ),
}


def _stop(product: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.plan_stop(plan=target, actor=actor, now=now)
    return Done(_("The plan is not sold for now."), f"{PRODUCTS}{product.pk}/")


def _resume(product: Any, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.plan_resume(plan=target, actor=actor, now=now)
    return Done(_("The plan is sold again."), f"{PRODUCTS}{product.pk}/")


PLAN_ACTS = {
    "stop": ActPage(
        gettext_lazy("Stop selling this plan"),
        "",
        _stop,
        lambda product, target, now: [
            Consequence(_("Nobody can buy “%(plan)s” from now on.") % {"plan": target.name}, target.price, "late"),
            Consequence(
                _("Who bought it keeps it and can renew it.")
                if TERM_MONTHS[target.billing]
                else _("Who bought it keeps it."),
                None,
                "held",
            ),
            Consequence(_("You can sell it again at any time, without a review."), None, "neutral"),
        ],
    ),
    "resume": ActPage(
        gettext_lazy("Sell this plan again"),
        "",
        _resume,
        lambda product, target, now: [
            Consequence(_("“%(plan)s” can be bought again at once.") % {"plan": target.name}, target.price, "paid")
        ],
    ),
}
