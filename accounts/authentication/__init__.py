"""How people and programs prove who they are. Programs: `ScopedTokenAuthentication` and `HasScope`."""

from accounts.authentication.tokens import HasScope, ScopedTokenAuthentication

__all__ = ["HasScope", "ScopedTokenAuthentication"]
