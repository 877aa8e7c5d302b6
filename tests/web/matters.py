"""What waits for somebody's decision: on the desk, in the console, and with a buyer."""

import io
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from core.acts import SYSTEM, Actor
from core.uploads import EVIDENCE, checked_upload
from exits.models import ExitOrder
from exits.services import clearance_confirm, clearance_open, exit_request
from notifications.models import Announcement
from notifications.services import announcement_publish, announcement_write
from providers.types import ExitKind
from tests.catalog.making import make_submitted
from tests.orders.making import buy, deliver_product, make_shop, monthly
from tests.providers.making import Person, make_application
from violations.models import Case, Measure
from violations.services import appeal_file, case_find, case_hearing_close, case_open, case_statement_add
from violations.types import CaseSource

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
    """An application and a listing version that wait for their review."""
    application, _person = make_application(now)
    return {"application": application, "version": make_submitted(provider, owner, now)}


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
