"""The demo's people: buyers, providers' owners with everything their papers ask for, and operators."""

import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from PIL import Image, ImageDraw
from stdnum.cn import ric, uscc

from accounts.models import User
from accounts.services import demo_account_create, demo_operators_create, identity_verify
from core.acts import SYSTEM, Actor
from core.models import OutboxMessage
from deposits.selectors import standing
from deposits.services import deposit_pay
from providers import selectors, services
from providers.models import Application, Provider
from providers.types import DocumentDetails, DocumentSlot, PersonOnDuty, ProviderState
from regulation.types import Text
from settlements.services import payout_account_set
from web.demo import bank
from web.demo.content import ProviderText
from web.demo.story import Story

BUYERS = (
    ("buyer", "周扬 · 云上茶业", "zh-hans"),
    ("buyer2", "Emma Clarke", "en"),
    ("buyer3", "吴晓峰 · 精工机械", "zh-hans"),
    ("buyer4", "孙雅 · 博文教育", "zh-hans"),
    ("buyer5", "何立群 · 康源诊所", "zh-hans"),
    ("buyer6", "冯媛 · 好邻居超市", "zh-hans"),
    ("buyer7", "唐骏 · 驰远物流", "zh-hans"),
    ("buyer8", "宋词 · 一页设计", "zh-hans"),
)
# Who is listed first among the sign-ins: a provider of services, one of software, a person on its own.
SHOWN_FIRST = ("hengjie", "yunqiao", "chenxi")


@dataclass
class Seller:
    """A provider of the demo with its texts; `provider` and `user` once it exists."""

    text: ProviderText
    user: User
    provider: Provider | None = None
    opened_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        return Actor.of(self.user)


@dataclass
class Cast:
    """Everybody in the demo."""

    operators: dict[str, User] = field(default_factory=dict)
    buyers: list[User] = field(default_factory=list)
    sellers: dict[str, Seller] = field(default_factory=dict)

    def operator(self, name: str) -> Actor:
        """An operator as an actor, by its name in the list of sign-ins."""
        return Actor.of(self.operators[name])


def cast_create(story: Story, texts: list[ProviderText], buyers: int) -> Cast:
    """Open the accounts of everybody, those worth signing in with first."""
    start = story.ago(370, 9)
    cast = Cast(operators=demo_operators_create(now=start))
    names = list(BUYERS[:buyers])
    first = [text for key in SHOWN_FIRST for text in texts if text.key == key]
    for name, shown, language in names[:1]:
        cast.buyers.append(demo_account_create(name=name, display_name=shown, language=language, now=start))
    for text in [*first, *(text for text in texts if text not in first)]:
        joined = story.ago(text.days + 2, 9)
        user = demo_account_create(name=text.key, display_name=f"{text.contact} · {text.store[0]}", now=joined)
        cast.sellers[text.key] = Seller(text, user)
    for name, shown, language in names[1:]:
        cast.buyers.append(demo_account_create(name=name, display_name=shown, language=language, now=start))
    # The order in which they came, so that what each does follows.
    cast.sellers = {text.key: cast.sellers[text.key] for text in texts}
    return cast


def seller_enter(story: Story, cast: Cast, seller: Seller, serial: int) -> None:
    """A provider applies, is reviewed, pays its deposit and opens, as far as its part of the demo goes."""
    at = story.ago(seller.text.days, 9, 30)
    number = number_of(seller.text.kind, serial)
    identity_verify(
        user=seller.user,
        kind=seller.text.kind,
        legal_name=seller.text.legal_name,
        number=number,
        actor=seller.actor,
        now=at,
    )
    if seller.text.key == "platform":
        seller.provider = services.platform_provider_create(
            owner=seller.user,
            slug="marketplace-select",
            name=Text(*seller.text.store),
            introduction=Text(*seller.text.introduction),
            actor=cast.operator("operations"),
            now=at,
        )
        seller.opened_at = at
        _bank_account(seller, serial, at)
        return
    application = _application(seller, number, serial, at)
    submitted = at + timedelta(hours=3)
    services.application_submit(application=application, actor=seller.actor, now=min(submitted, story.now))
    if seller.text.state == "waiting":
        return
    reviewer = cast.operator("operations")
    services.application_claim(application=application, actor=reviewer, now=at + timedelta(hours=6))
    if seller.text.state == "review":
        return
    approved = at + timedelta(hours=8)
    services.application_approve(
        application=application, note="材料齐全，与登记信息一致。", actor=reviewer, now=approved
    )
    seller.provider = Provider.objects.get(pk=application.provider_id)
    _bank_account(seller, serial, approved + timedelta(hours=1))
    if seller.text.state == "unpaid":
        return
    paid = approved + timedelta(hours=2)
    deposit_in(seller, standing(seller.provider).required, paid)
    seller.opened_at = paid


def deposit_in(seller: Seller, amount: Decimal, at: datetime) -> None:
    """A provider pays into its deposit."""
    assert seller.provider is not None
    if amount > 0:
        bank.pay(deposit_pay(provider=seller.provider, amount=amount, actor=seller.actor, now=at), at)


def deposit_keep_full(seller: Seller, at: datetime) -> None:
    """A provider that was told of a short deposit tops it up (§9(6)3); most do so the next day."""
    assert seller.provider is not None
    if Provider.objects.get(pk=seller.provider.pk).state != ProviderState.ACTIVE:
        return
    held = standing(seller.provider)
    deposit_in(seller, held.required - held.balance, at)


def _bank_account(seller: Seller, serial: int, at: datetime) -> None:
    assert seller.provider is not None
    payout_account_set(
        provider=Provider.objects.get(pk=seller.provider.pk),
        holder=seller.text.legal_name,
        bank="演示银行 城中支行",
        account=f"62220000{serial:08d}8",
        actor=seller.actor,
        now=at,
    )


def number_of(kind: str, serial: int) -> str:
    """A credit code or identity number whose check character fits; nobody's."""
    if kind == "enterprise":
        body = f"91990100MA{serial:07d}"
        return body + str(uscc.calc_check_digit(body))
    body = f"11010519900307{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def paper(title: str) -> io.BytesIO:
    """A stand-in for a photographed paper, plainly marked."""
    made = io.BytesIO(_drawn(title))
    made.name = f"{title}.png"
    return made


@cache
def _drawn(title: str) -> bytes:
    image = Image.new("RGB", (480, 320), "#f4f5f7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((12, 12, 468, 308), outline="#8a94a6", width=3)
    draw.text((40, 140), f"DEMO / {title}", fill="#3d4657")
    out = io.BytesIO()
    image.quantize(8).save(out, format="PNG")
    return out.getvalue()


def _application(seller: Seller, number: str, serial: int, at: datetime) -> Application:
    text, actor = seller.text, seller.actor
    application = services.application_start(user=seller.user, kind=text.kind, actor=actor, now=at)
    provider = application.provider
    services.application_subject_save(
        application=application, kind=text.kind, consigned=False, highest_price=text.highest, actor=actor, now=at
    )
    enterprise = text.kind == "enterprise"
    slots = (
        [DocumentSlot.BUSINESS_LICENCE, DocumentSlot.LEGAL_REPRESENTATIVE_ID]
        if enterprise
        else [DocumentSlot.IDENTITY_CARD]
    )
    for slot in slots:
        own = slot != DocumentSlot.LEGAL_REPRESENTATIVE_ID
        services.document_upload(
            provider=provider,
            slot=slot,
            details=DocumentDetails(
                number=number if own else number_of("individual", 500 + serial),
                holder=text.legal_name if own else text.contact,
                issued_on=date(2020, 5, 18),
                expires_on=None,
            ),
            upload=paper(str(slot)),
            file_name=f"{slot}.png",
            actor=actor,
            now=at,
        )
    contact = services.contact_save(
        provider=provider,
        name=text.contact,
        phone=f"1390000{serial:04d}",
        email=f"contact.{text.key}@demo.example",
        actor=actor,
        now=at,
    )
    for channel, address in (("email", contact.email), ("phone", contact.phone)):
        services.contact_code_send(contact=contact, channel=channel, actor=actor, now=at)
        services.contact_verify(contact=contact, channel=channel, code=_sent_code(address), actor=actor, now=at)
    services.service_save(
        provider=provider,
        people=[PersonOnDuty(text.contact, "客户成功" if enterprise else "本人")],
        days=[1, 2, 3, 4, 5],
        opens=time(9),
        closes=time(18),
        warranty_days=90,
        hotline=f"400-800-{serial:04d}",
        actor=actor,
        now=at,
    )
    services.service_declare(provider=provider, actor=actor, now=at)
    services.application_store_save(
        application=application,
        slug=text.key,
        name_zh=text.store[0],
        name_en=text.store[1],
        introduction_zh=text.introduction[0],
        introduction_en=text.introduction[1],
        actor=actor,
        now=at,
    )
    for kind in selectors.agreements_needed(Provider.objects.get(pk=provider.pk)):
        services.agreement_sign(
            provider=provider, text=selectors.agreement_texts_current(at)[kind], actor=actor, now=at
        )
    services.application_attest(application=application, actor=actor, now=at)
    return Application.objects.select_related("provider").get(pk=application.pk)


def _sent_code(address: str) -> str:
    """The code in the last message to an address or number, as its owner would read it."""
    waiting: Any = OutboxMessage.objects.filter(topic__in=["accounts.mail", "accounts.sms"]).order_by("-pk")[:4]
    for message in waiting:
        if address in {message.payload.get("recipient"), message.payload.get("phone")}:
            found = re.search(r"\d{6}", message.payload["text"])
            if found:
                return found[0]
    raise LookupError(address)


def agreement_texts_load(story: Story) -> None:
    """The agreements that providers sign."""
    services.agreement_texts_load(actor=SYSTEM, now=story.ago(371, 9))
