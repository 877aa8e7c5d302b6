"""The account pages: who am I here?"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import scopes, selectors, services
from accounts.authentication import signed_in
from accounts.forms import IdentityForm, ProfileForm, TokenForm, refuse
from accounts.types import IdentityState
from core import clock
from core.acts import Actor
from core.errors import DomainError

LANGUAGE_COOKIE_AGE = 365 * 86400


@login_required
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Profile, ways to sign in, security, real name, tokens."""
    user = signed_in(request)
    context: dict[str, Any] = {
        "email_verified": bool(user.email) and selectors.has_verified_email(user),
        "totp": selectors.has_totp(user),
        "totp_required": settings.OPERATOR_TOTP_REQUIRED and user.is_operator,
        "verification": selectors.identity_latest(user),
        "tokens": selectors.tokens_of(user).filter(expires_at__gt=clock.now()).count(),
        "cloud_sign_in": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
    return render(request, "accounts/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Change the display name and the language."""
    user = signed_in(request)
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"display_name": user.display_name, "language": user.language},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.profile_update(user=user, **form.cleaned_data, actor=Actor.of(user), now=clock.now())
        except DomainError as error:
            refuse(form, error)
        else:
            with translation.override(user.language):
                messages.success(request, _("Your profile is saved."))
            response = redirect("account_home")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, max_age=LANGUAGE_COOKIE_AGE, samesite="Lax"
            )
            return response
    return render(request, "accounts/profile.html", {"form": form})


@sensitive_post_parameters("legal_name", "number")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Real-name verification (§9(2)): its state, and the form where there is something to ask."""
    user = signed_in(request)
    latest = selectors.identity_latest(user)
    closed = latest is not None and latest.state in {IdentityState.PENDING, IdentityState.VERIFIED}
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            latest = services.identity_verify(user=user, **form.cleaned_data, actor=Actor.of(user), now=clock.now())
        except DomainError as error:
            refuse(form, error)
        else:
            if latest.state == IdentityState.VERIFIED:
                messages.success(request, _("Your real name is verified."))
            return redirect("account_identity")
    return render(request, "accounts/identity.html", {"form": form, "verification": latest, "closed": closed})


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The API tokens of the account."""
    titles = scopes.titles()
    rows = [
        {"token": token, "scopes": [titles.get(name, name) for name in token.scopes]}
        for token in selectors.tokens_of(signed_in(request))
    ]
    columns = [{"label": label} for label in (_("Token"), _("What it may do"), _("Expires"), _("Last used"), "")]
    return render(request, "accounts/tokens.html", {"rows": rows, "columns": columns, "now": clock.now()})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token; the answer shows it, once."""
    user = signed_in(request)
    form = TokenForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            token, text = services.token_create(
                user=user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=now + timedelta(days=form.cleaned_data["days"]),
                actor=Actor.of(user),
                now=now,
            )
        except DomainError as error:
            refuse(form, error)
        else:
            return render(request, "accounts/token_made.html", {"token": token, "text": text})
    return render(request, "accounts/token_new.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what revoking will do, and do it."""
    token = selectors.token_for(signed_in(request), pk)
    if request.method == "POST":
        services.token_revoke(token=token, actor=Actor.of(request.user), now=clock.now())
        messages.success(request, _("The token is revoked."))
        return redirect("account_tokens")
    consequences = [
        {"text": _("Programs that use it are refused from now on."), "amount": None, "tone": "late"},
        {"text": _("It cannot be restored; make a new one instead."), "amount": None, "tone": "neutral"},
    ]
    return render(request, "accounts/token_revoke.html", {"token": token, "consequences": consequences})
