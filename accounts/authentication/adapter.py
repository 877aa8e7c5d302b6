"""How django-allauth reaches our accounts: who owns an address or number, and where codes are sent."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from allauth.core import context as allauth_context
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import selectors, services, sms
from accounts.authentication.people import signed_in
from accounts.contacts import normalize_phone
from accounts.models import User
from core import clock
from core.acts import Actor

logger = logging.getLogger(__name__)


class MobileField(PhoneField):
    """A mobile number; without a country code it is a mainland one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["validators"] = []
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> str:
        try:
            return normalize_phone(super().to_python(value)) or ""
        except ValueError:
            raise forms.ValidationError(
                _("Enter a mobile number, such as 138 0013 8000; abroad with its country code."), code="invalid_phone"
            ) from None


def page_language() -> str:
    """The language of the page, as accounts keep it."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up and sign-in by e-mail or mobile number. What it writes, it writes through acts."""

    def save_user(self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True) -> User:
        data = form.cleaned_data
        created = services.account_create(
            email=data.get("email") or user.email,
            phone=data.get("phone"),
            password=data.get("password1"),
            display_name=data.get("display_name") or user.display_name,
            language=page_language(),
            actor=None,
            now=clock.now(),
        )
        # The caller goes on with the object it handed in (a social sign-in connects it afterwards).
        user.__dict__.update(created.__dict__)
        return created

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return MobileField(**kwargs)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        services.phone_set(user=user, phone=phone, verified=verified, actor=Actor.of(user), now=clock.now())

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return selectors.user_by_phone(phone)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        self._text(phone, _("Your verification code is %(code)s. Never tell it to anybody.") % {"code": code})

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        self._text(phone, _("Somebody asked for a code with this number, but it has no account."))

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._text(phone, _("This number has an account already. Sign in, or reset your password."))

    def _text(self, phone: str, text: str) -> None:
        name = settings.SITE_NAME[page_language()]
        text = f"【{name}】{text}" if page_language() == "zh-hans" else f"{name}: {text}"
        try:
            sms.sender().send(phone=phone, text=text)
        except OSError as error:
            logger.warning("text message: %s; left to the outbox", error)
            services.sms_defer(phone=phone, text=text, now=clock.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Codes are awaited by somebody, so they leave at once; where mail is down the outbox carries them later."""
        request = allauth_context.request
        message = self.render_mail(
            template_prefix,
            email,
            {
                "request": request,
                "email": email,
                "site_name": settings.SITE_NAME[page_language()],
                "site_url": settings.SITE_URL,
                **context,
            },
        )
        try:
            message.send()
        except (OSError, SMTPException) as error:
            logger.warning("mail %s: %s; left to the outbox", template_prefix, error)
            services.mail_defer(recipient=email, title=str(message.subject), text=str(message.body), now=clock.now())

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # django-allauth counts failures by e-mail only, so that all numbers would share one count.
        login = credentials.get("email") or credentials.get("phone") or ""
        return f"sign-in:{login.lower()}"

    def get_login_stages(self) -> list[str]:
        ours = "accounts.authentication.stages.AddressVerificationStage"
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index") if signed_in(request).is_operator else super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_home")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 86400, samesite="Lax")
        return response
