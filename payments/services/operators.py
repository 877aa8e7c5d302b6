"""What only operators do."""

from django.utils.translation import gettext_lazy as _

from accounts import services as accounts
from accounts.types import Role
from core.acts import Actor
from core.errors import NotPermitted


def require_operator(actor: Actor) -> None:
    """Raises NotPermitted for anybody but an operator of finance; the platform itself has nothing to decide here."""
    if actor.kind == "system":
        raise NotPermitted(_("Only an operator may do this."))
    accounts.require_operator(actor, Role.FINANCE)
