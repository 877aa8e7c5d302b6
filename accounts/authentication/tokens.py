"""API tokens: `Authorization: Bearer cm_<prefix>_<secret>`, each with the scopes it was given."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts import selectors, services
from accounts.models import ApiToken, User
from core import clock


class ScopedTokenAuthentication(BaseAuthentication):
    """Signs a program in by its token; `request.auth` is then the token. Refused tokens answer 401."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the token as “Bearer” followed by the token, without spaces."))
        now = clock.now()
        token = selectors.token_for_secret(parts[1].decode("ascii", "replace"), now)
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        services.token_touch(token=token, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class HasScope(BasePermission):
    """A token reaches only views that name a scope it holds; somebody signed in by session is not narrowed.

    Views say `required_scopes = {"read": "orders:read", "write": "orders:write"}`; one that says nothing is closed to
    tokens. `read` answers GET, HEAD and OPTIONS, `write` the rest.
    """

    message = _("This token does not hold the scope that this needs.")

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        scopes: dict[str, str] = getattr(view, "required_scopes", {})
        needed = scopes.get("read" if request.method in SAFE_METHODS else "write")
        return needed is not None and needed in request.auth.scopes


class ScopedTokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes the token."""

    target_class = "accounts.authentication.tokens.ScopedTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
