"""Applications: the applicant's wizard, and the operators' queue (§9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.types import Role as OperatorRole
from core.errors import NotFound
from providers.models import Application, Contact, Document, Provider, ServiceRegistration
from providers.selectors.admission import requirements_of
from providers.selectors.people import ProviderNotFound
from providers.types import (
    EDITABLE,
    OPEN_APPLICATIONS,
    ApplicationState,
    DocumentState,
    ProviderState,
    Requirement,
    Section,
)
from regulation.selectors import trail_of


class ApplicationNotFound(NotFound):
    """There is no such application, or it is somebody else's."""

    code = "application_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such application."))


@dataclass(frozen=True, slots=True)
class SectionState:
    """A step of the wizard: what it asks for, and whether that is all there."""

    section: Section
    requirements: tuple[Requirement, ...]
    remark: str

    @property
    def complete(self) -> bool:
        """Whether nothing of it is missing that keeps the application from being handed in."""
        return all(one.met for one in self.requirements if one.needed_to == "submit")


def application_by_number(number: str) -> Application:
    """An application. Raises ApplicationNotFound."""
    found = Application.objects.select_related("provider", "provider__owner").filter(number=number).first()
    if found is None:
        raise ApplicationNotFound
    return found


def application_for(user: Any, number: str) -> Application:
    """Somebody's own application. Raises ApplicationNotFound for anybody else's."""
    found = application_by_number(number)
    if found.provider.owner_id != user.pk:
        raise ApplicationNotFound
    return found


def application_of(user: Any) -> Application | None:
    """The application that somebody is working on or waits for, or the last one that was settled."""
    found = Application.objects.select_related("provider").filter(provider__owner=user).order_by("-pk")
    return found.filter(state__in=list(OPEN_APPLICATIONS)).first() or found.first()


def application_locked(pk: int) -> Application:
    """An application and its provider, locked until the act ends. Raises ApplicationNotFound."""
    found = Application.objects.filter(pk=pk).values_list("provider_id", flat=True).first()
    if found is None:
        raise ApplicationNotFound
    # The provider first, as in every act that touches both.
    provider = Provider.objects.select_for_update(no_key=True, of=("self",)).get(pk=found)
    application = Application.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    application.provider = provider
    return application


def applications_of(provider: Provider) -> "QuerySet[Application]":
    """Every application of a provider, newest first."""
    return Application.objects.filter(provider=provider).order_by("-pk")


def sections_of(application: Application, now: datetime) -> list[SectionState]:
    """The wizard's steps in their order, each with what it still needs. Steps that ask for nothing are left out."""
    requirements = requirements_of(application.provider, now)
    found = []
    for section in Section:
        own = tuple(one for one in requirements if one.section == section and one.needed_to == "submit")
        if own:
            found.append(SectionState(section, own, str(application.remarks.get(section, ""))))
    return found


def is_editable(application: Application) -> bool:
    """Whether the applicant may change it now."""
    return application.state in EDITABLE


def applications_waiting() -> "QuerySet[Application]":
    """The operators' queue: handed in and not settled, the oldest first."""
    return (
        Application.objects.filter(state__in=[ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW])
        .select_related("provider", "claimed_by")
        .order_by("submitted_at", "pk")
    )


def application_next(operator: Any) -> Application | None:
    """What an operator works on next: what they have taken already, else the oldest that nobody has taken."""
    waiting = applications_waiting().exclude(provider__owner=operator)
    mine = waiting.filter(state=ApplicationState.UNDER_REVIEW, claimed_by=operator).first()
    return mine or waiting.filter(state=ApplicationState.SUBMITTED).first()


def available_acts(application: Application, user: Any) -> list[str]:
    """What somebody may do with an application now: the buttons of the console and of the operators' desk."""
    if application.provider.owner_id == user.pk:
        return {
            ApplicationState.DRAFT: ["edit", "submit", "withdraw"],
            ApplicationState.RETURNED: ["edit", "submit", "withdraw"],
            ApplicationState.SUBMITTED: ["withdraw"],
        }.get(ApplicationState(application.state), [])
    if not (user.is_operator and user.has_role(OperatorRole.OPERATIONS)):
        return []
    if application.state == ApplicationState.SUBMITTED:
        return ["claim"]
    if application.state == ApplicationState.UNDER_REVIEW:
        mine = application.claimed_by_id == user.pk
        return ["approve", "return", "refuse", "release"] if mine else ["take_over"]
    return []


def evidence_of(provider: Provider) -> dict[str, Any]:
    """The picture of everything that an application rests on, as it is kept when it is handed in.

    Numbers are kept as their blind index, names and files as they are: the papers themselves never change.
    """
    contact = Contact.objects.filter(provider=provider).first()
    service = ServiceRegistration.objects.filter(provider=provider).first()
    papers = Document.objects.filter(provider=provider, state=DocumentState.CURRENT).order_by("slot", "pk")
    return {
        "kind": provider.kind,
        "consigned": provider.consigned,
        "highest_price": None if provider.planned_highest_price is None else str(provider.planned_highest_price),
        "documents": [
            {
                "id": paper.pk,
                "slot": paper.slot,
                "number_index": paper.number_index,
                "expires_on": None if paper.expires_on is None else paper.expires_on.isoformat(),
                "sha256": paper.sha256,
            }
            for paper in papers
        ],
        "contact": {"name": contact.name, "phone": contact.masked_phone, "email": contact.masked_email}
        if contact
        else {},
        "service": {
            "days": list(service.days),
            "opens": service.opens.isoformat("minutes") if service.opens else None,
            "closes": service.closes.isoformat("minutes") if service.closes else None,
            "warranty_days": service.warranty_days,
            "people": [{"name": one.name, "duty": one.duty} for one in service.people.all()],
        }
        if service
        else {},
        "agreements": [
            {"kind": one.kind, "version": one.text.version, "sha256": one.text.sha256, "signature": one.signature}
            for one in provider.agreements.filter(text__isnull=False, terminated_at__isnull=True)
            .select_related("text")
            .order_by("kind", "pk")
            if one.text is not None
        ],
    }


def timeline_of(application: Application) -> Iterator[dict[str, Any]]:
    """Everything that happened to an application, newest first: what, by whom, when, and the decision where there is
    one.
    """
    for row in trail_of(application.subject):
        yield {
            "act": row.act,
            "actor_kind": row.actor_kind,
            "actor": row.actor_name,
            "at": row.at,
            "after": row.after,
            "decision": row.decision,
        }


def applying_provider_of(user: Any) -> Provider:
    """The provider that somebody is applying for. Raises ProviderNotFound."""
    found = Provider.objects.filter(owner=user, state=ProviderState.APPLYING).first()
    if found is None:
        raise ProviderNotFound
    return found
