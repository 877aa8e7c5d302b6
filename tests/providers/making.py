"""Providers in every state, made by the acts themselves. Other apps' tests use these too."""

import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from PIL import Image
from stdnum.cn import ric, uscc

from accounts.models import User
from accounts.services import account_create, identity_verify, operator_appoint
from core.acts import SYSTEM, Actor
from core.models import OutboxMessage
from providers import selectors, services
from providers.models import Application, Document, Provider
from providers.types import DocumentDetails, DocumentSlot, PersonOnDuty
from regulation.types import Text

serial = count(1)
WORKDAYS = [1, 2, 3, 4, 5]


@dataclass
class Person:
    """An account with what its papers say."""

    user: User
    name: str
    number: str

    @property
    def actor(self) -> Actor:
        return Actor.of(self.user)


def credit_code(n: int) -> str:
    """A unified social credit code whose check character fits."""
    body = f"91110108MA{n:07d}"
    return body + uscc.calc_check_digit(body)


def identity_number(n: int) -> str:
    """An identity number whose check character fits."""
    body = f"11010519900307{n % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def picture(colour: str = "white") -> io.BytesIO:
    """A small picture, as somebody would photograph a paper."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, format="PNG")
    out.seek(0)
    return out


def make_operator(now: datetime, *roles: str) -> User:
    n = next(serial)
    user = account_create(
        email=f"operator{n}@market.example",
        password="a long password",
        display_name=f"Operator {n}",
        language="zh-hans",
        actor=SYSTEM,
        now=now,
    )
    operator_appoint(user=user, roles=roles or ("marketplace_operations", "finance"), actor=SYSTEM, now=now)
    return User.objects.get(pk=user.pk)


def make_person(now: datetime, kind: str = "enterprise", *, verified: bool = True, n: int | None = None) -> Person:
    """An account, by default with its real name verified; the same `n` is the same legal subject."""
    m = next(serial)
    n = m if n is None else n
    user = account_create(
        email=f"person{m}@example.com",
        password="a long password",
        display_name=f"Person {m}",
        language="zh-hans",
        actor=SYSTEM,
        now=now,
    )
    name = f"云端{n}号有限公司" if kind == "enterprise" else f"王小{n}"
    number = credit_code(n) if kind == "enterprise" else identity_number(n)
    if verified:
        identity_verify(user=user, kind=kind, legal_name=name, number=number, actor=Actor.of(user), now=now)
    return Person(user, name, number)


def start(person: Person, now: datetime, kind: str = "enterprise") -> Application:
    return services.application_start(user=person.user, kind=kind, actor=person.actor, now=now)


def hand_in(
    person: Person,
    provider: Provider,
    slot: str,
    now: datetime,
    *,
    number: str | None = None,
    holder: str | None = None,
    expires_on: date | None = None,
) -> Document:
    own = slot != DocumentSlot.LEGAL_REPRESENTATIVE_ID
    details = DocumentDetails(
        number=number or (person.number if own else identity_number(900 + person.user.pk % 99)),
        holder=holder or (person.name if own else "李代表"),
        issued_on=date(2020, 1, 1),
        expires_on=expires_on,
    )
    return services.document_upload(
        provider=provider,
        slot=slot,
        details=details,
        upload=picture(),
        file_name="paper.png",
        actor=person.actor,
        now=now,
    )


def sent_code(address: str) -> str:
    """The code in the last message to an address or number."""
    for message in OutboxMessage.objects.filter(topic__in=["accounts.mail", "accounts.sms"]).order_by("-pk"):
        if address in {message.payload.get("recipient"), message.payload.get("phone")}:
            found = re.search(r"\d{6}", message.payload["text"])
            if found:
                return found[0]
    raise LookupError(address)


def fill(
    application: Application,
    person: Person,
    now: datetime,
    *,
    price: Decimal | None = Decimal("1000.00"),
    consigned: bool = False,
    expires_on: date | None = None,
) -> Application:
    """Fill everything in that the wizard asks for."""
    provider = application.provider
    services.application_subject_save(
        application=application,
        kind=provider.kind,
        consigned=consigned,
        highest_price=price,
        actor=person.actor,
        now=now,
    )
    provider.refresh_from_db()
    slots = (
        [DocumentSlot.BUSINESS_LICENCE, DocumentSlot.LEGAL_REPRESENTATIVE_ID]
        if provider.kind == "enterprise"
        else [DocumentSlot.IDENTITY_CARD]
    )
    for slot in slots:
        hand_in(person, provider, slot, now, expires_on=expires_on)
    n = application.pk
    contact = services.contact_save(
        provider=provider,
        name="张联系",
        phone=f"1380000{n % 10000:04d}",
        email=f"contact{n}@example.com",
        actor=person.actor,
        now=now,
    )
    for channel, address in (("email", contact.email), ("phone", contact.phone)):
        services.contact_code_send(contact=contact, channel=channel, actor=person.actor, now=now)
        services.contact_verify(contact=contact, channel=channel, code=sent_code(address), actor=person.actor, now=now)
    services.service_save(
        provider=provider,
        people=[PersonOnDuty("陈工", "实施工程师")],
        days=WORKDAYS,
        opens=time(9),
        closes=time(18),
        warranty_days=90,
        hotline="400-000-0000",
        actor=person.actor,
        now=now,
    )
    services.service_declare(provider=provider, actor=person.actor, now=now)
    services.application_store_save(
        application=application,
        slug=f"store-{n}",
        name_zh=f"云端{n}号店",
        name_en=f"Cloud Store {n}",
        introduction_zh="做云上运维的团队。",
        introduction_en="A team for operations in the cloud.",
        actor=person.actor,
        now=now,
    )
    services.agreement_texts_load(actor=SYSTEM, now=now)
    for kind in selectors.agreements_needed(Provider.objects.get(pk=provider.pk)):
        services.agreement_sign(
            provider=provider, text=selectors.agreement_texts_current(now)[kind], actor=person.actor, now=now
        )
    services.application_attest(application=application, actor=person.actor, now=now)
    return Application.objects.select_related("provider").get(pk=application.pk)


def make_application(now: datetime, kind: str = "enterprise", **more: object) -> tuple[Application, Person]:
    """An application that is complete and handed in."""
    person = make_person(now, kind)
    application = fill(start(person, now, kind), person, now, **more)  # type: ignore[arg-type]
    return services.application_submit(application=application, actor=person.actor, now=now), person


def approve(application: Application, operator: User, now: datetime) -> Application:
    actor = Actor.of(operator)
    services.application_claim(application=application, actor=actor, now=now)
    return services.application_approve(application=application, note="", actor=actor, now=now)


def make_admitted(
    now: datetime, kind: str = "enterprise", *, reviewer: User | None = None, **more: object
) -> tuple[Provider, Person]:
    """A provider that was approved, by an operator made for it unless one is given, and has not paid its deposit."""
    application, person = make_application(now, kind, **more)
    approve(application, reviewer or make_operator(now), now)
    return Provider.objects.get(pk=application.provider_id), person


def pay_in(provider: Provider, person: Person, amount: Decimal, now: datetime) -> None:
    """Pay into the deposit, through the payment and what the gateway tells."""
    from deposits.services import deposit_pay
    from payments.services import payment_receive
    from payments.types import Movement, Notice

    intent = deposit_pay(provider=provider, amount=amount, actor=person.actor, now=now)
    payment_receive(
        gateway=intent.gateway,
        notice=Notice(
            notice_id=f"n{intent.number}",
            movement=Movement.PAYMENT,
            succeeded=True,
            number=intent.number,
            trade=f"t{intent.number}",
            amount=amount,
            at=now,
        ),
        now=now,
    )


def make_provider(now: datetime, kind: str = "enterprise", **more: Any) -> tuple[Provider, Person]:
    """A provider whose deposit is paid and whose store is shown."""
    from deposits.selectors import standing

    provider, person = make_admitted(now, kind, **more)
    pay_in(provider, person, standing(provider).required, now)
    return Provider.objects.get(pk=provider.pk), person


def leave_reason(zh: str = "原因", en: str = "reason") -> Text:
    return Text(zh, en)
