"""Who is asking."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import NotPermitted


def signed_in(request: Any) -> User:
    """The account that is signed in, for views behind `login_required`. Raises NotPermitted for nobody."""
    user = request.user
    if not isinstance(user, User):
        raise NotPermitted(_("Sign in first."))
    return user
