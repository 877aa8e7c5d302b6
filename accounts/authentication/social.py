"""Sign-in with the cloud's own accounts (OpenID Connect)."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.models import User, default_display_name


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Takes name and address from the cloud; a number there is not ours to trust, it is verified here."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        name = (data.get("name") or " ".join(filter(None, (data.get("last_name"), data.get("first_name"))))).strip()
        user.display_name = (name or default_display_name(user.email, None))[:60]
        user.language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        return user
