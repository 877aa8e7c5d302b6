"""Who may speak for which side of an order."""

from core.acts import Actor
from orders.models import Order
from orders.services import require_buyer, require_provider
from providers.types import Permission
from support.types import Side


def require_side(order: Order, side: Side, actor: Actor) -> None:
    """Let only the buyer speak as the buyer, and only the team's support as the provider (§12).

    Raises OrderNotFound for strangers, RoleTooSmall for members of the team whose role does not cover it.
    """
    if side == Side.BUYER:
        require_buyer(order, actor)
    else:
        require_provider(order, actor, Permission.SUPPORT)
