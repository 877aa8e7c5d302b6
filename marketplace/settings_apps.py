"""Settings of the parts that have many: sign-in (django-allauth) and the operators' desk (django-unfold)."""

import environ
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

env = environ.Env()

UNFOLD = {
    "SITE_TITLE": _("Operators' desk"),
    "SITE_HEADER": _("Operators' desk"),
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "web.desk.home.dashboard",
    "SITE_ICON": lambda request: static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "STYLES": [lambda request: static("css/desk.css")],
    "SCRIPTS": [lambda request: static("js/desk.js")],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "web.desk.navigation.sections"},
    # The accent of every page (assets/css/tokens.css), as the shades that unfold draws with.
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% 0.012 228)",
            "100": "oklch(95.4% 0.018 228)",
            "200": "oklch(90% 0.035 228)",
            "300": "oklch(84% 0.055 226)",
            "400": "oklch(79% 0.086 214)",
            "500": "oklch(68% 0.09 222)",
            "600": "oklch(41.5% 0.088 232)",
            "700": "oklch(37% 0.08 232)",
            "800": "oklch(32% 0.07 233)",
            "900": "oklch(28% 0.06 234)",
            "950": "oklch(22% 0.05 235)",
        },
    },
}

# Sign-in: e-mail or mobile number with a password or a code, a second factor by TOTP, and the cloud's own accounts.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# How many proxies of ours stand before the web server; rate limits count by the address they report.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_ADAPTER = "accounts.authentication.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.authentication.forms.LoginForm",
    "signup": "accounts.authentication.forms.SignupForm",
    "change_password": "accounts.authentication.forms.ChangePasswordForm",
    "set_password": "accounts.authentication.forms.SetPasswordForm",
    "reset_password_from_key": "accounts.authentication.forms.ResetPasswordKeyForm",
    "reset_password": "accounts.authentication.forms.ResetPasswordForm",
    "request_login_code": "accounts.authentication.forms.RequestLoginCodeForm",
    "change_email": "accounts.authentication.forms.ChangeEmailForm",
    "change_phone": "accounts.authentication.forms.ChangePhoneForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# The sign-up form asks for one of the two (accounts.authentication.forms.SignupForm).
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {
    "login": env.str("RATE_LIMIT_LOGIN", default="30/m/ip"),
    "login_failed": env.str("RATE_LIMIT_LOGIN_FAILED", default="20/m/ip,5/5m/key"),
    "signup": env.str("RATE_LIMIT_SIGNUP", default="20/m/ip"),
    "verify_phone": env.str("RATE_LIMIT_VERIFY_PHONE", default="1/30s/key,6/m/ip"),
    "change_phone": "3/m/user",
}
MFA_ADAPTER = "accounts.authentication.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Phones have no e-mail address to verify; who signed in by either may protect the account.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Operators reach their desk only with a second factor; a demo may do without.
OPERATOR_TOTP_REQUIRED = env.bool("OPERATOR_TOTP_REQUIRED", default=not env.bool("DEBUG", default=True))

# Text messages: on a development machine they land in the mailbox page; in production a gateway takes them.
SMS_SENDER = env.str(
    "SMS_SENDER",
    default="notifications.mailbox.MailboxSms" if env.bool("DEBUG", default=True) else "notifications.sms.GatewaySms",
)
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_KEY = env.str("SMS_GATEWAY_KEY", default="")

# OpenID Connect to the cloud's own accounts: set OIDC_SERVER_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.
SOCIALACCOUNT_ADAPTER = "accounts.authentication.social.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, object]] = {}
if env.str("OIDC_SERVER_URL", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        # The cloud verifies the addresses of its own accounts, so that the same address is the same person.
        "VERIFIED_EMAIL": True,
        "EMAIL_AUTHENTICATION": True,
        "EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "APPS": [
            {
                "provider_id": env.str("OIDC_PROVIDER_ID", default="cloud"),
                "name": env.str("OIDC_NAME", default="Cloud account"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env.str("OIDC_SERVER_URL")},
            }
        ],
    }
