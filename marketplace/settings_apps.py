"""Settings of the parts that have many: sign-in (django-allauth) and the operators' desk (django-unfold)."""

from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": _("Operators' desk"),
    "SITE_HEADER": _("Operators' desk"),
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}

ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email", "phone", "password1*", "password2*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
