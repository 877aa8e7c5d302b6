"""Operators reach their desk with a second factor only, where the settings say so."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.selectors import has_totp

DESK = "/admin/"


class OperatorSecondFactorMiddleware:
    """Sends an operator without a second factor to set one up (setting `OPERATOR_TOTP_REQUIRED`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.OPERATOR_TOTP_REQUIRED and request.path.startswith(DESK):
            user = request.user
            if user.is_authenticated and user.is_operator and not has_totp(user):
                messages.warning(request, _("Operators sign in with a second factor. Set it up first."))
                return redirect("mfa_activate_totp")
        return self.get_response(request)
