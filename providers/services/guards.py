"""Who may act, and what every act wants said: shared by the acts of this app and those above it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import services as accounts
from accounts.selectors import user_by_pk
from accounts.types import Role as OperatorRole
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed, NotPermitted
from providers.models import Application, Provider
from providers.selectors import ProviderNotFound, RoleTooSmall, role_of_account
from providers.types import EDITABLE, may
from regulation.services import audit_record
from regulation.types import Text

REASON_LENGTH = 500


class ApplicationClosed(NotAllowed):
    """The application is being reviewed or was settled, so it cannot be changed now."""

    code = "application_closed"


def require_operator(actor: Actor) -> None:
    """Refuse anybody but operators of the marketplace and the platform itself. Raises NotPermitted."""
    accounts.require_operator(actor, OperatorRole.OPERATIONS)


def require_role(actor: Actor, role: str, provider: Provider) -> int:
    """Let an operator of that role go on who does not work for the provider; says who it is. Raises NotPermitted."""
    user = user_by_pk(actor.id) if actor.kind == "operator" and actor.id is not None else None
    if user is None or not user.has_role(role):
        raise NotPermitted(_("Your role as an operator does not cover this."))
    if role_of_account(user.pk, provider) is not None:
        raise NotPermitted(_("You work for this provider. Leave this to somebody else."))
    return user.pk


def require_person(actor: Actor) -> int:
    """The account behind an act that a person has to answer for. Raises NotPermitted for the platform itself."""
    if actor.id is None:
        raise NotPermitted(_("A person has to do this."))
    return actor.id


def require_member(actor: Actor, provider: Provider, permission: str) -> None:
    """Let only the team go on, as far as the role covers it; the platform itself may.

    Raises ProviderNotFound for strangers, RoleTooSmall for members.
    """
    if actor.kind == "system":
        return
    role = role_of_account(actor.id, provider)
    if role is None:
        raise ProviderNotFound
    if not may(role, permission):
        raise RoleTooSmall


def require_reason(reason: str) -> str:
    """The reason without spaces around it. Raises InvalidInput (field reason) where there is none."""
    text = reason.strip()
    if not text:
        raise InvalidInput(_("Say why: the reason is kept and shown to whoever it concerns."), field="reason")
    if len(text) > REASON_LENGTH:
        raise InvalidInput(_("Say it in at most 500 characters."), field="reason")
    return text


def require_editable(application: Application) -> None:
    """Raises ApplicationClosed while it is with the operators or settled."""
    if application.state not in EDITABLE:
        raise ApplicationClosed(
            _("This application is with the operators or settled, so it cannot be changed now."), clauses=["9"]
        )


def both_languages(reason: Text | str) -> Text:
    """A reason in both languages; what an operator wrote in one is shown in both."""
    return reason if isinstance(reason, Text) else Text(reason, reason)


def record(
    act: str,
    actor: Actor,
    provider: Provider,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
    **more: Any,
) -> None:
    """Leave a record of an act on the provider's own trail."""
    audit_record(act=act, actor=actor, subject=provider.subject, before=before, after=after, now=now, **more)
