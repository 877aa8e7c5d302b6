"""What only operators do."""

from django.utils.translation import gettext_lazy as _

from core.acts import Actor
from core.errors import NotPermitted


def require_operator(actor: Actor) -> None:
    """Raises NotPermitted for anybody but an operator; which of them may is for the desk to say."""
    if actor.kind != "operator":
        raise NotPermitted(_("Only an operator may do this."))
