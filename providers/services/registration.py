"""How a provider is reached and how it serves: contact, codes, service registration (§9(3)2, §9(4))."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts.contacts import normalize_email, normalize_phone
from accounts.selectors import has_verified_email
from accounts.services import mail_defer, sms_defer
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.periods import beijing_date
from providers.models import Application, Contact, ContactCode, Provider, ServicePerson, ServiceRegistration
from providers.selectors import provider_locked
from providers.services.guards import record, require_editable, require_member
from providers.services.papers import change_report
from providers.types import ChangeSubject, Channel, Permission, PersonOnDuty, ProviderState

CODE_MINUTES = 10
CODE_TRIES = 5
CODE_PAUSE = timedelta(seconds=60)
CODES_AN_HOUR = 5
MOST_PEOPLE = 50
LONGEST_WARRANTY = 3650


class CodeWrong(InvalidInput):
    """The code is not the one that was sent, or it is used up."""

    code = "code_wrong"


@act
def contact_save(*, provider: Provider, name: str, phone: str, email: str, actor: Actor, now: datetime) -> Contact:
    """Say whom the platform turns to (§9(3)2), as far as it is known; a new address or number is to be verified again.

    What the account itself has verified needs no second code. Of an admitted provider it is a reported change
    (§18(1)). Raises InvalidInput (name, phone, email), ApplicationClosed.
    """
    locked = _changeable(provider, actor)
    name = " ".join(name.split())
    if len(name) > 60:
        raise InvalidInput(_("A name has at most 60 characters."), field="name", clauses=["9(3)2"])
    try:
        number = normalize_phone(phone) or ""
    except ValueError:
        raise InvalidInput(
            _("Give a mobile number, with its country code outside the mainland."), field="phone", clauses=["9(3)2"]
        ) from None
    address = normalize_email(email) or ""
    if address:
        try:
            validate_email(address)
        except ValidationError:
            raise InvalidInput(_("This is not an e-mail address."), field="email", clauses=["9(3)2"]) from None
    contact = Contact.objects.filter(provider=locked).first() or Contact(provider=locked)
    before = _contact_shown(contact)
    if contact.email != address:
        contact.email_verified_at = None
    if contact.phone != number:
        contact.phone_verified_at = None
    contact.name, contact.phone, contact.email = name, number, address
    owner = locked.owner
    if address and address == owner.email and contact.email_verified_at is None and has_verified_email(owner):
        contact.email_verified_at = now
    if number and number == owner.phone and contact.phone_verified_at is None and owner.phone_verified_at:
        contact.phone_verified_at = now
    contact.save()
    after = _contact_shown(contact)
    if before != after:
        record("contact_save", actor, locked, before, after, now)
        _report_change(locked, ChangeSubject.CONTACT, before, after, actor, now)
    return contact


@act
def contact_code_send(*, contact: Contact, channel: str, actor: Actor, now: datetime) -> ContactCode:
    """Send a code to the contact's e-mail or phone, to prove that they can be reached (§9(3)2).

    Raises InvalidInput (channel, email, phone), NotAllowed when codes were sent a moment ago or too often.
    """
    if channel not in set(Channel):
        raise InvalidInput(_("Choose e-mail or phone."), field="channel")
    locked = provider_locked(contact.provider_id)
    require_member(actor, locked, Permission.PAPERS)
    current = Contact.objects.get(pk=contact.pk)
    address = current.email if channel == Channel.EMAIL else current.phone
    if not address:
        raise InvalidInput(_("Give it first."), field=str(channel), clauses=["9(3)2"])
    lately = ContactCode.objects.filter(contact=current, sent_at__gt=now - timedelta(hours=1))
    if lately.filter(channel=channel, sent_at__gt=now - CODE_PAUSE).exists():
        raise NotAllowed(_("A code was sent a moment ago. Wait a minute before asking for another."))
    if lately.count() >= CODES_AN_HOUR:
        raise NotAllowed(_("Too many codes were asked for. Try again in an hour."))
    text = f"{secrets.randbelow(10**6):06d}"
    code = ContactCode.objects.create(
        contact=current,
        channel=channel,
        address=address,
        digest=_digest(text, address),
        sent_at=now,
        expires_at=now + timedelta(minutes=CODE_MINUTES),
    )
    english = locked.owner.language.startswith("en")
    title = "Confirm your contact address" if english else "确认联系方式"
    words = (
        f"Your code is {text}. It is valid for {CODE_MINUTES} minutes. If you did not ask for it, ignore this message."
        if english
        else f"验证码 {text}，{CODE_MINUTES} 分钟内有效。若非本人操作，请忽略。"
    )
    if channel == Channel.EMAIL:
        mail_defer(recipient=address, title=title, text=words, now=now)
    else:
        sms_defer(phone=address, text=words, now=now)
    return code


def contact_verify(*, contact: Contact, channel: str, code: str, actor: Actor, now: datetime) -> Contact:
    """Take the code that was sent to the contact (§9(3)2). A wrong answer is counted; five use the code up.

    Raises CodeWrong (code). The count outlives the refusal, so this is not part of another act.
    """
    found = _code_try(contact=contact, channel=channel, code=code, actor=actor, now=now)
    if found is None:
        raise CodeWrong(_("This is not the code, or it is no longer valid."), field="code", clauses=["9(3)2"])
    return found


@act
def _code_try(*, contact: Contact, channel: str, code: str, actor: Actor, now: datetime) -> Contact | None:
    locked = provider_locked(contact.provider_id)
    require_member(actor, locked, Permission.PAPERS)
    current = Contact.objects.get(pk=contact.pk)
    address = current.email if channel == Channel.EMAIL else current.phone
    sent = (
        ContactCode.objects.select_for_update(no_key=True)
        .filter(contact=current, channel=channel, used_at__isnull=True, expires_at__gt=now)
        .order_by("-pk")
        .first()
    )
    if sent is None or sent.address != address or sent.attempts >= CODE_TRIES:
        return None
    if not hmac.compare_digest(sent.digest, _digest("".join(code.split()), address)):
        sent.attempts += 1
        sent.save(update_fields=["attempts"])
        return None
    sent.used_at = now
    sent.save(update_fields=["used_at"])
    field = f"{channel}_verified_at"
    setattr(current, field, now)
    current.save(update_fields=[field])
    record("contact_verify", actor, locked, {}, {"channel": channel}, now)
    return current


@act
def service_save(
    *,
    provider: Provider,
    people: Sequence[PersonOnDuty],
    days: Sequence[int],
    opens: time | None,
    closes: time | None,
    warranty_days: int | None,
    hotline: str,
    actor: Actor,
    now: datetime,
) -> ServiceRegistration:
    """Register who serves, when, and the warranty period (§9(4)), as far as it goes. What was declared true is
    declared anew.

    Of an admitted provider it is a reported change (§18(1)). Raises InvalidInput (people, days, opens, closes,
    warranty_days, hotline), ApplicationClosed.
    """
    locked = _changeable(provider, actor)
    kept = [one for one in people if one.name.strip() or one.duty.strip()]
    if len(kept) > MOST_PEOPLE:
        raise InvalidInput(_("Register at most 50 people."), field="people", clauses=["9(4)"])
    if any(not one.name.strip() or not one.duty.strip() for one in kept):
        raise InvalidInput(_("Give everybody's name and what they do."), field="people", clauses=["9(4)"])
    if any(len(one.name) > 60 or len(one.duty) > 60 or len(one.phone) > 24 for one in kept):
        raise InvalidInput(_("A name or duty is too long."), field="people", clauses=["9(4)"])
    if not set(days) <= set(range(1, 8)):
        raise InvalidInput(_("Choose days of the week."), field="days", clauses=["9(4)"])
    if opens is not None and closes is not None and closes <= opens:
        raise InvalidInput(_("The hours must end after they begin."), field="closes", clauses=["9(4)"])
    if warranty_days is not None and not 0 <= warranty_days <= LONGEST_WARRANTY:
        raise InvalidInput(_("Give the warranty in days, from 0 to 3,650."), field="warranty_days", clauses=["9(4)"])
    if len(hotline.strip()) > 24:
        raise InvalidInput(_("A phone number has at most 24 characters."), field="hotline")
    found = ServiceRegistration.objects.filter(provider=locked).first() or ServiceRegistration(provider=locked)
    before = _service_shown(found)
    found.days, found.opens, found.closes = sorted(set(days)), opens, closes
    found.warranty_days, found.hotline = warranty_days, hotline.strip()
    found.save()
    ServicePerson.objects.filter(registration=found).delete()
    ServicePerson.objects.bulk_create(
        [
            ServicePerson(registration=found, name=one.name.strip(), duty=one.duty.strip(), phone=one.phone.strip())
            for one in kept
        ]
    )
    after = _service_shown(found)
    if before != after:
        if locked.state == ProviderState.APPLYING:
            found.declared_true_at = None
            found.save(update_fields=["declared_true_at"])
        record("service_save", actor, locked, before, after, now)
        _report_change(locked, ChangeSubject.SERVICE, before, after, actor, now)
    return found


@act
def service_declare(*, provider: Provider, actor: Actor, now: datetime) -> ServiceRegistration:
    """Declare the service registration true (§9(4)). Raises NotAllowed where there is none, ApplicationClosed."""
    locked = _changeable(provider, actor)
    found = ServiceRegistration.objects.filter(provider=locked).first()
    if found is None:
        raise NotAllowed(_("Register the service first."), clauses=["9(4)"])
    if found.declared_true_at is None:
        found.declared_true_at = now
        found.save(update_fields=["declared_true_at"])
        record("service_declare", actor, locked, {}, {"declared": True}, now)
    return found


def _changeable(provider: Provider, actor: Actor) -> Provider:
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.PAPERS)
    if locked.state == ProviderState.APPLYING:
        application = Application.objects.filter(provider=locked).order_by("-pk").first()
        if application is None:
            raise NotAllowed(_("Start an application first."), clauses=["9"])
        require_editable(application)
    elif locked.state not in {ProviderState.ACTIVE, ProviderState.LEAVING}:
        raise NotAllowed(_("A provider that has left changes nothing any more."), clauses=["22"])
    return locked


def _report_change(
    provider: Provider, about: str, before: dict[str, object], after: dict[str, object], actor: Actor, now: datetime
) -> None:
    """Changed here today is reported today, so always in time."""
    if provider.state == ProviderState.APPLYING or not before:
        return
    changed = ", ".join(sorted(key for key in after if before.get(key) != after[key]))
    change_report(
        provider=provider, about=about, changed_on=beijing_date(now), description=changed, actor=actor, now=now
    )


def _digest(code: str, address: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{address}\n{code}".encode(), sha256).hexdigest()


def _contact_shown(contact: Contact) -> dict[str, object]:
    if contact.pk is None:
        return {}
    return {"name": contact.name, "phone": contact.masked_phone, "email": contact.masked_email}


def _service_shown(found: ServiceRegistration) -> dict[str, object]:
    if found.pk is None:
        return {}
    return {
        "days": list(found.days),
        "opens": found.opens,
        "closes": found.closes,
        "warranty_days": found.warranty_days,
        "hotline": found.hotline,
        "people": [f"{one.name} ({one.duty})" for one in found.people.all()],
    }
