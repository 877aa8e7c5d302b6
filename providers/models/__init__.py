"""Providers, their applications and papers, their stores and teams, and what is laid over them."""

from providers.models.agreement import Agreement, AgreementText
from providers.models.application import Application
from providers.models.condition import ConditionAnswer, PlatformCondition
from providers.models.document import ChangeReport, Document, LapseDuty
from providers.models.provider import Provider, ReentryBar, Restriction
from providers.models.registration import Contact, ContactCode, ServicePerson, ServiceRegistration
from providers.models.store import StaffInvitation, StaffMember, Store
from providers.models.support import SupportProfile

__all__ = [
    "Agreement",
    "AgreementText",
    "Application",
    "ChangeReport",
    "ConditionAnswer",
    "Contact",
    "ContactCode",
    "Document",
    "LapseDuty",
    "PlatformCondition",
    "Provider",
    "ReentryBar",
    "Restriction",
    "ServicePerson",
    "ServiceRegistration",
    "StaffInvitation",
    "StaffMember",
    "Store",
    "SupportProfile",
]
