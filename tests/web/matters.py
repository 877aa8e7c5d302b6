"""What waits for somebody's decision: on the desk, in the console, and with a buyer."""

import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from catalog.services import package_add
from core.acts import SYSTEM, Actor
from core.uploads import EVIDENCE, checked_upload
from exits.models import ExitOrder
from exits.services import clearance_confirm, clearance_open, exit_request
from notifications.models import Announcement
from notifications.services import announcement_publish, announcement_write
from orders.services import cloud_invoice_request
from providers.types import ExitKind
from support.services import message_send
from support.types import Side
from tests.catalog.making import make_draft, make_submitted
from tests.orders.making import buy, deliver_product, make_shop, monthly
from tests.providers.making import Person, make_application
from violations.models import Case, Measure, MessageReport, Remedy
from violations.services import (
    appeal_file,
    campaign_submit,
    case_find,
    case_hearing_close,
    case_open,
    case_statement_add,
    defect_ask,
    defect_deny,
    defect_disclose,
    remedy_offer,
    takedown_file,
    takedown_uphold,
)
from violations.types import CaseSource, RemedyKind

# Rows of the schedule that hide nothing: the shop stays open.
UNTRUE_REGISTRATION, UNASKED_PROMOTION, OFFLINE = "V0902", "V1810", "V1201"


def open_case(product: Any, order: Any, code: str, event: str, operator: User, now: datetime) -> Case:
    """A case against the shop, in its hearing."""
    return case_open(
        provider=product.provider, code=code, occurred_at=now - timedelta(hours=1), statement="经查属实",
        source=CaseSource.OPERATOR, event=event, product=None, order=order, complaint=None,
        actor=Actor.of(operator), now=now,
    )  # fmt: skip


def heard_case(product: Any, order: Any, owner: Person, code: str, event: str, operator: User, now: datetime) -> Case:
    case = open_case(product, order, code, event, operator, now)
    return case_hearing_close(case=case, actor=owner.actor, now=now)


def make_cases(product: Any, order: Any, owner: Person, operator: User, now: datetime) -> dict[str, Any]:
    """A case in each stage: in its hearing, heard, found (with a measure in force), and appealed."""
    things: dict[str, Any] = {
        "hearing": open_case(product, order, UNTRUE_REGISTRATION, "e1", operator, now),
        "heard": heard_case(product, order, owner, UNTRUE_REGISTRATION, "e2", operator, now),
    }
    for name, code in (("finding", UNASKED_PROMOTION), ("appealed", OFFLINE)):
        case = heard_case(product, order, owner, code, name, operator, now)
        things[name] = case_find(
            case=case, code=code, compensation=None, reason="证据充分", actor=Actor.of(operator), now=now
        )
    looked = checked_upload(io.BytesIO("对话记录".encode()), name="evidence.txt", kinds=EVIDENCE, field="evidence")
    case_statement_add(
        case=things["hearing"], text="我们没有这样做。", evidence=[looked], side="provider", actor=owner.actor, now=now
    )
    things["appeal"] = appeal_file(finding=things["appealed"], statement="不属实", actor=owner.actor, now=now)
    things["measure"] = Measure.objects.filter(finding=things["finding"], name="mute_messages_7_days").get()
    return things


def make_exits(operator: User, second: User, buyer: Person, now: datetime) -> dict[str, Any]:
    """A provider that asked to leave, a proposed clearance, and a confirmed one whose buyer may choose."""
    leaving, leaver = make_shop(now)
    accused, _owner = make_shop(now)
    gone, seller = make_shop(now, plans=[monthly("310.00")])
    subscription, _buyer = buy(gone, now, buyer=buyer)
    deliver_product(subscription, seller, now)
    opened = {
        product.pk: clearance_open(
            provider=product.provider, grounds=["24(2)"], reason="证据充分", reference=f"t{product.pk}", decision=None,
            actor=actor, now=now,
        )
        for product, actor in ((accused, Actor.of(operator)), (gone, SYSTEM))
    }  # fmt: skip
    clearance_confirm(exit_=opened[gone.pk], reason="同意", actor=Actor.of(second), now=now)
    return {
        "leaver": leaver,
        "accused": accused.provider,
        "exit": exit_request(
            provider=leaving.provider, kind=ExitKind.VOLUNTARY, reason="业务调整", actor=leaver.actor, now=now
        ),
        "clearance": opened[accused.pk],
        "exit_order": ExitOrder.objects.get(order=subscription),
        "subscription": subscription,
    }


def make_queues(provider: Any, owner: Person, now: datetime) -> dict[str, Any]:
    """An application, a listing version and an invoice of the cloud that wait, and a draft with a file."""
    application, _person = make_application(now)
    draft = make_draft(provider, owner, now)
    return {
        "application": application,
        "version": make_submitted(provider, owner, now),
        "package": package_add(
            version=draft, upload=io.BytesIO("说明".encode()), name="guide.txt", actor=owner.actor, now=now
        ),
        "cloud_invoice": cloud_invoice_request(
            provider=provider, bill="B-2026-02-0001", amount=Decimal("8600.00"), heading="云端有限公司", tax_number="",
            email="", actor=owner.actor, now=now,
        ),
    }  # fmt: skip


def make_claims(
    product: Any,
    order: Any,
    owner: Person,
    other: tuple[Any, Person],
    buyer: Person,
    operator: User,
    proof: Any,
    now: datetime,
) -> dict[str, Any]:
    """What is said about messages, rights and defects, in each stage, and another provider's promotion."""
    provider, theirs = product.provider, other[0]
    by_operator = Actor.of(operator)
    hidden, _ = make_shop(now, provider=provider, person=owner)
    gone, _ = make_shop(now, provider=provider, person=owner)
    used = [buy(gone, now, buyer=buyer)[0] for _n in range(2)]
    claims = [
        takedown_file(
            claimant=buyer.user,
            product=one,
            work="日志管家",
            basis="own",
            statement="抄袭",
            files=[proof],
            actor=buyer.actor,
            now=now,
        )
        for one in (hidden, gone)
    ]
    takedown_uphold(takedown=claims[1], code=UNTRUE_REGISTRATION, reason="证据充分", actor=by_operator, now=now)
    owed, offered = (Remedy.objects.get(order=one) for one in used)
    said = message_send(order=order, side=Side.PROVIDER, text="加微信 abc12345", file=None, actor=owner.actor, now=now)
    asked, denied = (
        defect_ask(product=product, question="接口是否鉴权？", actor=by_operator, now=now) for _n in range(2)
    )
    texts = {"title_zh": "新版", "title_en": "New", "text_zh": "更快", "text_en": "Faster"}
    return {
        "proof": proof,
        "takedown": claims[0],
        "owed": owed,
        "offered": remedy_offer(
            remedy=offered, kind=RemedyKind.SUBSTITUTE, text="换用乙商品", amount=None, actor=owner.actor, now=now
        ),
        "said": said,
        "report": MessageReport.objects.get(message=said),
        "asked": asked,
        "denied": defect_deny(defect=denied, denial="仅内网可达", actor=owner.actor, now=now),
        "disclosed": defect_disclose(
            product=product, asked=None, title="缺陷", effect="影响", advice="建议", actor=owner.actor, now=now
        ),
        "campaign": campaign_submit(
            provider=theirs.provider, product=theirs, texts=texts, actor=other[1].actor, now=now
        ),
    }  # fmt: skip


def announce(operator: User, now: datetime) -> Announcement:
    """A draft of an announcement."""
    return announcement_write(
        author=operator,
        about="service",
        title={"zh-hans": "系统维护", "en": "Maintenance"},
        body={"zh-hans": "今晚系统维护。", "en": "The system is maintained tonight."},
        effective_at=now + timedelta(days=7),
        actor=Actor.of(operator),
        now=now,
    )


def make_announcements(operator: User, now: datetime) -> dict[str, Any]:
    """One that everybody reads, and one that is being written."""
    published = announcement_publish(announcement=announce(operator, now), actor=Actor.of(operator), now=now)
    return {"announcement": published, "draft": announce(operator, now)}
