"""Whoever may not do something is refused by the act itself, and nothing is written: pages are not the only way in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

import exits.services
import support.services
import violations.services
from accounts.models import User
from accounts.services import operator_appoint
from core.acts import SYSTEM, Actor
from core.clock import BEIJING
from core.errors import NotFound, NotPermitted
from core.models import OutboxMessage
from exits.models import Exit, ExitOrder
from exits.types import Choice
from ledger.models import Entry
from notifications.models import Message
from providers.models import Restriction
from providers.types import ExitKind
from regulation.models import AuditRecord, DecisionRecord
from support.models import AutoReply, ChatMessage, Ticket, TicketMessage
from support.types import Side, TicketKind
from tests.web.scene import Scene, join, paper
from violations.models import (
    Appeal,
    Campaign,
    Case,
    CaseStatement,
    Complaint,
    Defect,
    Evidence,
    Finding,
    Measure,
    MessageReport,
    Remedy,
    Takedown,
)
from violations.types import CaseSource, RemedyKind, ReportKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)
KEPT = (AuditRecord, DecisionRecord, Entry, Message, OutboxMessage, Evidence, CaseStatement, ChatMessage, TicketMessage)
STATES = (
    Case, Complaint, Finding, Appeal, Measure, Exit, ExitOrder, Ticket, Restriction, AutoReply, MessageReport, Takedown,
    Remedy, Defect, Campaign,
)  # fmt: skip

TEAM = {"owner", "manager", "support"}
SELLING = {"owner", "manager"}
OPERATIONS = {"marketplace_operations", "superuser"}
ARBITRATION = {"arbitration", "superuser"}
Call = Callable[[Scene, Actor], Any]


def act(name: str, *given: str, **more: Any) -> Call:
    """A call of an act of the three apps with things of the scene: `case=hearing` hands `things["hearing"]` over."""
    function = next(
        found
        for module in (support.services, violations.services, exits.services)
        if (found := getattr(module, name, None)) is not None
    )

    def call(scene: Scene, actor: Actor) -> Any:
        things = dict(pair.split("=") for pair in given)
        chosen = {field: scene.things[thing] for field, thing in things.items()}
        return function(**chosen, **more, actor=actor, now=NOW)

    return call


def complain(scene: Scene, actor: Actor) -> Any:
    return violations.services.complaint_file(
        complainant=scene.people["buyer"], provider=scene.things["provider"], order=None, product=None,
        statement="拒不退款", conduct_on=NOW.date(), code="", evidence=[], actor=actor, now=NOW,
    )  # fmt: skip


def add_evidence(scene: Scene, actor: Actor) -> Any:
    from core.uploads import EVIDENCE, checked_upload

    file = checked_upload(paper(), name="evidence.txt", kinds=EVIDENCE, field="files")
    complaint = scene.things["complaint"]
    return violations.services.complaint_support(complaint=complaint, evidence=[file], actor=actor, now=NOW)


def claim(scene: Scene, actor: Actor) -> Any:
    return violations.services.takedown_file(
        claimant=scene.people["buyer"], product=scene.things["product"], work="日志管家", basis="own",
        statement="抄袭", files=[scene.things["proof"]], actor=actor, now=NOW,
    )  # fmt: skip


def solve(scene: Scene, actor: Actor) -> Any:
    return support.services.ticket_solve(ticket=scene.things["ticket"], remedy="已修复", actor=actor, now=NOW)


def reopen(scene: Scene, actor: Actor) -> Any:
    solve(scene, Actor.of(scene.people["owner"]))
    return support.services.ticket_reopen(ticket=scene.things["ticket"], actor=actor, now=NOW)


OPEN_CASE = {
    "code": "V0902", "occurred_at": NOW - timedelta(hours=1), "statement": "属实", "source": CaseSource.OPERATOR,
    "event": "another", "product": None, "order": None, "complaint": None,
}  # fmt: skip
WHY = {"reason": "理由"}
DEFECT = {"title": "缺陷", "effect": "影响", "advice": "建议"}
PROMOTION = {"title_zh": "新版", "title_en": "New", "text_zh": "更快", "text_en": "Faster"}
# What is called, and who of the scene may.
ACTS: dict[str, tuple[Call, set[str]]] = {
    "message_send": (act("message_send", "order=order", side=Side.BUYER, text="您好", file=None), {"buyer"}),
    "message_send for the provider": (
        act("message_send", "order=order", side=Side.PROVIDER, text="您好", file=None),
        TEAM,
    ),
    "auto_reply_set": (
        act("auto_reply_set", "provider=provider", text_zh="稍后", text_en="", is_on=True),
        TEAM,
    ),
    "ticket_open": (
        act("ticket_open", "order=order", kind=TicketKind.QUESTION, title="问", text="问", file=None),
        {"buyer"},
    ),
    "ticket_reply": (act("ticket_reply", "ticket=ticket", side=Side.BUYER, text="补充", file=None), {"buyer"}),
    "ticket_reply for the provider": (
        act("ticket_reply", "ticket=ticket", side=Side.PROVIDER, text="在看", file=None),
        TEAM,
    ),
    "ticket_solve": (solve, TEAM),
    "ticket_reopen": (reopen, {"buyer"}),
    "ticket_close": (act("ticket_close", "ticket=ticket"), {"buyer"}),
    "complaint_file": (complain, {"buyer"}),
    "complaint_respond": (act("complaint_respond", "complaint=complaint", response="核实中", evidence=[]), TEAM),
    "complaint_support": (add_evidence, {"buyer"}),
    "complaint_withdraw": (act("complaint_withdraw", "complaint=complaint"), {"buyer"}),
    "complaint_uphold": (
        act("complaint_uphold", "complaint=complaint", code="V0902", occurred_at=NOW - timedelta(hours=1), **WHY),
        OPERATIONS,
    ),
    "complaint_dismiss": (act("complaint_dismiss", "complaint=complaint", **WHY), OPERATIONS),
    "case_open": (act("case_open", "provider=provider", **OPEN_CASE), OPERATIONS),
    "case_statement_add": (
        act("case_statement_add", "case=hearing", text="申辩", evidence=[], side="provider"),
        TEAM,
    ),
    "case_statement_add for the platform": (
        act("case_statement_add", "case=hearing", text="说明", evidence=[], side="operator"),
        OPERATIONS,
    ),
    "case_hearing_close": (act("case_hearing_close", "case=hearing"), TEAM),
    "case_dismiss": (act("case_dismiss", "case=heard", **WHY), OPERATIONS),
    "case_find": (act("case_find", "case=heard", code="V0902", compensation=None, **WHY), OPERATIONS),
    "measure_lift": (act("measure_lift", "measure=measure", **WHY), OPERATIONS),
    "appeal_file": (act("appeal_file", "finding=finding", statement="不属实"), TEAM),
    "appeal_reject": (act("appeal_reject", "appeal=appeal", **WHY), ARBITRATION),
    "appeal_allow": (act("appeal_allow", "appeal=appeal", **WHY), ARBITRATION),
    "exit_request": (act("exit_request", "provider=provider", kind=ExitKind.VOLUNTARY, **WHY), {"owner"}),
    "exit_request at the agreement's end": (
        act("exit_request", "provider=provider", kind=ExitKind.TERMINATED, **WHY),
        OPERATIONS,
    ),
    "exit_withdraw": (act("exit_withdraw", "exit_=exit", **WHY), {"leaver"}),
    "exit_order_choose": (act("exit_order_choose", "row=exit_order", choice=Choice.KEEP), {"buyer"}),
    "clearance_open": (
        act("clearance_open", "provider=provider", grounds=["24(2)"], reference="t", decision=None, **WHY),
        OPERATIONS,
    ),
    "clearance_confirm": (act("clearance_confirm", "exit_=clearance", **WHY), OPERATIONS | {"insider"}),
    "clearance_decline": (act("clearance_decline", "exit_=clearance", **WHY), OPERATIONS | {"insider"}),
    "message_report": (act("message_report", "message=said", kind=ReportKind.CONTACT, note=""), {"buyer"}),
    "message_report_uphold": (act("message_report_uphold", "report=report", code="V0902", **WHY), OPERATIONS),
    "message_report_dismiss": (act("message_report_dismiss", "report=report", **WHY), OPERATIONS),
    "takedown_file": (claim, {"buyer"}),
    "takedown_answer": (act("takedown_answer", "takedown=takedown", text="原创", files=[]), TEAM),
    "takedown_withdraw": (act("takedown_withdraw", "takedown=takedown"), {"buyer"}),
    "takedown_uphold": (act("takedown_uphold", "takedown=takedown", code="V0902", **WHY), OPERATIONS),
    "takedown_dismiss": (act("takedown_dismiss", "takedown=takedown", **WHY), OPERATIONS),
    "remedy_offer": (
        act("remedy_offer", "remedy=owed", kind=RemedyKind.MIGRATION, text="迁移", amount=None),
        TEAM,
    ),
    "remedy_accept": (act("remedy_accept", "remedy=offered"), {"buyer"}),
    "remedy_return": (act("remedy_return", "remedy=offered", note="不适合"), {"buyer"}),
    "defect_ask": (act("defect_ask", "product=product", question="有无缺陷？"), OPERATIONS),
    "defect_disclose": (act("defect_disclose", "product=product", asked=None, **DEFECT), SELLING),
    "defect_deny": (act("defect_deny", "defect=asked", denial="没有"), SELLING),
    "defect_mend": (act("defect_mend", "defect=disclosed", note="已修复"), SELLING),
    "defect_clear": (act("defect_clear", "defect=denied", **WHY), OPERATIONS),
    "defect_contest": (act("defect_contest", "defect=denied", code="V1806", **WHY), OPERATIONS),
    "campaign_submit": (act("campaign_submit", "provider=provider", "product=product", texts=PROMOTION), SELLING),
    "campaign_withdraw": (act("campaign_withdraw", "campaign=campaign"), {"another provider"}),
    "campaign_approve": (act("campaign_approve", "campaign=campaign"), OPERATIONS | {"insider"}),
    "campaign_refuse": (act("campaign_refuse", "campaign=campaign", **WHY), OPERATIONS | {"insider"}),
}  # fmt: skip
# Steps inside other acts and of the clock: nobody reaches them but through one that asks who it is.
INNER = {"clearance_withdraw", "exit_complete", "measure_end"}


@pytest.fixture(scope="module")
def cast(market: Scene) -> dict[str, User]:
    """Everybody of the scene, and those who stand on two sides."""
    people = {name: user for name, user in market.people.items() if user is not None}
    owner = market.things["owner"]
    insider = join(market.things["provider"], owner, "support", NOW)
    operator_appoint(user=insider, roles=["marketplace_operations", "arbitration"], actor=SYSTEM, now=NOW)
    return {**people, "leaver": market.things["leaver"].user, "insider": User.objects.get(pk=insider.pk)}


def written() -> list[Any]:
    """What an act leaves behind, wherever it stops."""
    rows = [model._default_manager.count() for model in KEPT]
    return rows + [list(model._default_manager.order_by("pk").values_list()) for model in STATES]


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.clause("12", "18(16)", "19", "20(4)", "23", "26(1)")
def test_an_act_does_nothing_for_those_who_may_not(market: Scene, cast: dict[str, User], name: str) -> None:
    call, may = ACTS[name]
    if may >= TEAM:
        # Who works for the provider speaks for it, whatever else they are.
        may = may | {"insider"}
    before = written()
    for who, user in cast.items():
        save = transaction.savepoint()
        if who in may:
            call(market, Actor.of(user))
            assert written() != before, who
        else:
            with pytest.raises((NotFound, NotPermitted)):
                call(market, Actor.of(user))
            if name != "ticket_reopen":
                assert written() == before, who
        transaction.savepoint_rollback(save)


def test_every_act_of_these_apps_is_asked() -> None:
    """A new act needs a line above."""
    known = {name.split()[0] for name in ACTS} | INNER
    acts = {
        name
        for module in (support.services, violations.services, exits.services)
        for name in module.__all__
        if getattr(getattr(module, name), "is_act", False) and "actor" in getattr(module, name).__annotations__
    }
    assert acts == known


def test_evidence_of_a_stranger_is_not_kept(market: Scene, cast: dict[str, User]) -> None:
    from core.uploads import EVIDENCE, checked_upload

    file = checked_upload(paper(), name="evidence.txt", kinds=EVIDENCE, field="files")
    before = written()
    for who in ("buyer", "another provider", "finance staff", "rulebook"):
        with pytest.raises((NotFound, NotPermitted)):
            violations.services.complaint_respond(
                complaint=market.things["complaint"], response="x", evidence=[file], actor=Actor.of(cast[who]), now=NOW
            )
    assert written() == before
