"""Who may do what with a listing."""

from django.utils.translation import gettext_lazy as _

from accounts.selectors import user_by_pk
from accounts.types import Role
from core.acts import Actor
from core.errors import NotPermitted
from providers.models import Provider
from providers.selectors import require_permission_of, role_of
from providers.types import Permission


class ReviewerNeeded(NotPermitted):
    """Only an operator of the marketplace may do this."""

    code = "reviewer_needed"


def require_products(actor: Actor, provider: Provider) -> None:
    """Let a member of the provider's team go on whose role covers products, and the platform itself.

    Raises ProviderNotFound for strangers and RoleTooSmall for other members.
    """
    if actor.kind == "system":
        return
    if actor.id is None:
        raise NotPermitted(_("Sign in to do this."))
    require_permission_of(user_id=actor.id, provider=provider, permission=Permission.PRODUCTS)


def require_reviewer(actor: Actor, provider: Provider | None = None) -> None:
    """Let an operator of the marketplace go on who does not work for the provider. Raises ReviewerNeeded."""
    if actor.kind == "system":
        return
    user = user_by_pk(actor.id) if actor.kind == "operator" and actor.id is not None else None
    if user is None or not user.has_role(Role.OPERATIONS):
        raise ReviewerNeeded(_("Only marketplace operations may do this."))
    if provider is not None and role_of(user, provider) is not None:
        raise ReviewerNeeded(_("You work for this provider. Leave the review to somebody else."))
