"""Forms of the account pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import scopes
from accounts.models import LANGUAGES, User
from accounts.types import SubjectKind
from core.errors import DomainError


def refuse(form: forms.Form, error: DomainError) -> None:
    """Show a refusal at the field it names, or on top of the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


class ProfileForm(forms.Form):
    """What somebody is called, and in which language the platform writes to them."""

    display_name = forms.CharField(
        label=_("Display name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "nickname"})
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        widget=forms.RadioSelect,
        help_text=_("Of pages, mail and text messages."),
    )


class IdentityForm(forms.Form):
    """Which legal subject stands behind the account."""

    kind = forms.ChoiceField(
        label=_("Who are you?"),
        choices=[
            (SubjectKind.ENTERPRISE.value, _("An enterprise")),
            (SubjectKind.INDIVIDUAL.value, _("An individual")),
        ],
        widget=forms.RadioSelect,
        initial=SubjectKind.ENTERPRISE.value,
    )
    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=100,
        help_text=_("The enterprise's name as on its business license, or your name as on your identity card."),
    )
    number = forms.CharField(
        label=_("Unified social credit code or identity number"),
        max_length=24,
        help_text=_("18 characters. It is stored encrypted and shown masked, to operators too."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}),
    )


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Name of the token"), max_length=60, help_text=_("Such as the system that will use it.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label=_("How long it lasts"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year"))],
        initial=90,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = scopes.available(user)
        chosen = self.fields["scopes"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = [(scope.name, f"{scope.title} ({scope.name})") for scope in offered]
