"""How people and programs prove who they are. Programs: `ScopedTokenAuthentication` and `HasScope`."""

from accounts.authentication.people import signed_in
from accounts.authentication.tokens import HasScope, ScopedTokenAuthentication

__all__ = ["HasScope", "ScopedTokenAuthentication", "signed_in"]
