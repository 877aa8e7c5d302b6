"""The operators' screens of accounts: who signs in, which legal subject stands behind them, their tokens."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin import screens  # noqa: F401  (registers the screens)

# The desk has no sign-in of its own: everybody passes the rate limits and the second factor of the one there is.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Tables of others that would let somebody go round the acts.
for model in (Group, EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
