"""Sign-in forms with one field for either: an e-mail address or a mobile number."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context, ratelimit
from django import forms
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.authentication.adapter import AccountAdapter
from accounts.contacts import looks_like_phone, normalize_email, normalize_phone
from accounts.types import BlockKind

BLOCKED = _("No account can be opened with this. Please contact the platform's support.")


class ContactField(forms.CharField):
    """An e-mail address or a mobile number; cleans to the one as stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail or mobile number"))
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text:
            return ""
        if looks_like_phone(text):
            try:
                return normalize_phone(text) or ""
            except ValueError:
                raise forms.ValidationError(
                    _("This is not a mobile number. Outside the mainland, begin with + and the country code."),
                    code="invalid_phone",
                ) from None
        email = normalize_email(text) or ""
        try:
            validate_email(email)
        except forms.ValidationError:
            raise forms.ValidationError(
                _("Enter an e-mail address, such as name@example.com, or a mobile number."), code="invalid_login"
            ) from None
        return email


def is_email(contact: str) -> bool:
    return "@" in contact


class LoginForm(allauth_forms.LoginForm):
    """Password sign-in by either."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = {name: field for name, field in self.fields.items() if name != "login"}
        self.fields: dict[str, forms.Field] = {"login": ContactField(), **others}
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("Remember me")


class SignupForm(allauth_forms.SignupForm):
    """Opens an account: how to reach you, what to call you, a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password1"]
        password.widget.attrs.pop("placeholder", None)
        self.fields: dict[str, forms.Field] = {
            "login": ContactField(help_text=_("You sign in with it, and a code is sent to it now.")),
            "display_name": forms.CharField(
                label=_("Display name"),
                max_length=60,
                required=False,
                help_text=_("What others see of you. You can change it later."),
                widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
            ),
            "password1": password,
        }

    def clean_login(self) -> str:
        contact: str = self.cleaned_data["login"]
        kind = BlockKind.EMAIL if is_email(contact) else BlockKind.PHONE
        if selectors.is_blocked(kind, contact):
            raise forms.ValidationError(BLOCKED, code="blocked")
        if kind == BlockKind.EMAIL:
            self.cleaned_data["email"] = self.validate_unique_email(contact)
        else:
            self.cleaned_data["phone"] = contact
        return contact


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Sends a code to either; the next pages are the same."""

    email = ContactField()

    def clean_email(self) -> str:
        contact: str = self.cleaned_data["email"]
        if is_email(contact):
            self.users = filter_users_by_email(contact, is_active=True, prefer_verified=True, for_login=True)
        else:
            user = selectors.user_by_phone(contact)
            self.users = [user] if user and user.is_active and user.phone_verified_at else []
        return contact

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        contact: str = self.cleaned_data["email"]
        if is_email(contact):
            return str(allauth_forms.ResetPasswordForm.save(self, request, **kwargs))
        PhoneResetProcess.initiate(request=request, user=self.users[0] if self.users else None, email=contact)
        return contact


def _name_passwords(fields: dict[str, forms.Field]) -> None:
    """Call the fields of a new password as the other pages would: in sentence case, without words inside them."""
    called = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }
    for name in called.keys() & fields.keys():
        fields[name].label = called[name]
        fields[name].widget.attrs.pop("placeholder", None)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Another password for an account that has one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_passwords(self.fields)


class SetPasswordForm(allauth_forms.SetPasswordForm):
    """The first password of an account that was opened through the cloud."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_passwords(self.fields)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """The new password of somebody who forgot the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_passwords(self.fields)


class PhoneResetProcess(PasswordResetVerificationProcess):
    """A password reset whose code goes to the phone."""

    def send(self) -> None:
        adapter, phone = AccountAdapter(), self.state["email"]
        ratelimit.consume(context.request, action="verify_phone", key=phone, raise_exception=True)
        if self.user is None:
            adapter.send_unknown_account_sms(phone)
            return
        self.state["code"] = adapter.generate_password_reset_code()
        adapter.send_verification_code_sms(user=self.user, phone=phone, code=self.code)


class RequestLoginCodeForm(allauth_forms.RequestLoginCodeForm):
    """Asks for a code to sign in with, by either."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = None
        self.fields = {"login": ContactField()}

    def clean_login(self) -> str:
        contact: str = self.cleaned_data["login"]
        name, check = ("email", super().clean_email) if is_email(contact) else ("phone", super().clean_phone)
        self.cleaned_data[name] = contact
        check()
        return contact


class ChangeEmailForm(allauth_forms.ChangeEmailForm):
    """Another e-mail address."""

    def clean_email(self) -> str:
        if selectors.is_blocked(BlockKind.EMAIL, self.cleaned_data["email"]):
            raise forms.ValidationError(BLOCKED, code="blocked")
        return str(super().clean_email())


class ChangePhoneForm(allauth_forms.ChangePhoneForm):
    """Another mobile number."""

    def clean_phone(self) -> str:
        if selectors.is_blocked(BlockKind.PHONE, self.cleaned_data["phone"]):
            raise forms.ValidationError(BLOCKED, code="blocked")
        return str(super().clean_phone())
