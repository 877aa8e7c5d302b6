"""The support that the store offers beside the chat (§12(1)1)."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.acts import Actor
from providers import services
from providers.models import Provider
from providers.selectors import support_profile_of
from providers.types import Permission
from web.acts import ActPage, Done
from web.console.access import do, provider_page

STORE = "/console/store/"


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1000, required=False, widget=forms.Textarea({"rows": 3}))


class SupportForm(forms.Form):
    phone = forms.CharField(label=gettext_lazy("Service phone"), max_length=24, required=False)
    phone_hours_zh = forms.CharField(label=gettext_lazy("Phone hours in Chinese"), max_length=120, required=False)
    phone_hours_en = forms.CharField(label=gettext_lazy("Phone hours in English"), max_length=120, required=False)
    technical_zh = _text(gettext_lazy("Technical support in Chinese"))
    technical_en = _text(gettext_lazy("Technical support in English"))
    product_zh = _text(gettext_lazy("Product support in Chinese"))
    product_en = _text(gettext_lazy("Product support in English"))


def _given(provider: Provider, target: Any) -> dict[str, Any]:
    found = support_profile_of(provider.pk)
    return {name: getattr(found, name) for name in SupportForm.base_fields} if found else {}


def _save(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    texts = {name: text for name, text in data.items() if name != "phone"}
    services.support_profile_save(provider=provider, phone=data["phone"], texts=texts, actor=actor, now=now)
    return Done(_("Buyers see your support on the store and on every product."), STORE)


SUPPORT = ActPage(
    gettext_lazy("Support beside the chat"),
    gettext_lazy("Keep the changes"),
    _save,
    form=SupportForm,
    initial=_given,
    clauses=("12(1)1",),
)


@provider_page(Permission.STORE)
@require_http_methods(["GET", "POST"])
def support(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """By which ways do we help the users of our products?"""
    return do(request, SUPPORT, provider, now, back=STORE)
