"""Messages that look wrong: found by the market, reported by the buyer, judged by an operator (14, 18(7))."""

from datetime import datetime, timedelta

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound
from support.models import ChatMessage
from support.services import message_send
from support.types import Side
from tests.orders.making import make_person, told, trail
from tests.providers.making import make_operator
from violations.models import Case, MessageReport
from violations.services import message_report, message_report_dismiss, message_report_uphold
from violations.types import ReportKind


def say(scene, text: str, now: datetime, side: Side = Side.PROVIDER) -> ChatMessage:
    who = scene.person if side == Side.PROVIDER else scene.buyer
    return message_send(order=scene.order, side=side, text=text, file=None, actor=who.actor, now=now)


@pytest.mark.clause("14", "14(1)", "14(2)", "18(7)")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我们线下转账吧，便宜两百", "payment"),
        ("加微信 abc12345 细聊", "contact"),
        ("你个白痴，走着瞧", "abuse"),
        ("Shut up, you idiot", "abuse"),
        ("请在控制台点击“开通”", None),
        ("The module idiomatic-ci is installed", None),
    ],
)
def test_what_a_provider_writes_reaches_the_operators(scene, now: datetime, text: str, kind: str | None) -> None:
    say(scene, text, now)

    found = MessageReport.objects.values_list("kind", "reporter", "state")
    assert list(found) == ([(kind, None, "open")] if kind else [])
    assert Case.objects.count() == 0


@pytest.mark.clause("18(7)")
def test_what_a_buyer_writes_is_not_looked_into(scene, now: datetime) -> None:
    say(scene, "你个白痴，走着瞧", now, Side.BUYER)

    assert MessageReport.objects.count() == 0


@pytest.mark.clause("14(3)", "18(7)")
def test_a_report_that_is_upheld_opens_one_case(scene, now: datetime) -> None:
    message = say(scene, "换到别家云吧，白痴", now)
    by_buyer = message_report(message=message, kind=ReportKind.CLOUD, note="劝我换云", actor=scene.buyer.actor, now=now)
    for report in MessageReport.objects.order_by("id"):
        message_report_uphold(report=report, code="V1403", reason="引导使用他云", actor=scene.operator, now=now)

    case = Case.objects.get()
    assert (case.code, case.order, case.provider) == ("V1403", scene.order, scene.provider)
    by_buyer.refresh_from_db()
    assert (by_buyer.state, by_buyer.case) == ("upheld", case)
    assert told(scene.buyer.user, "message_report.upheld") == 1
    assert trail(f"order:{scene.order.number}").count("message_report_uphold") == 2


@pytest.mark.clause("14")
def test_a_report_that_is_dismissed_leaves_no_trace_on_the_provider(scene, now: datetime) -> None:
    message = say(scene, "文档在控制台里", now)
    report = message_report(message=message, kind=ReportKind.OTHER, note="", actor=scene.buyer.actor, now=now)

    message_report_dismiss(report=report, reason="正常答复", actor=scene.operator, now=now)

    assert Case.objects.count() == 0
    assert told(scene.buyer.user, "message_report.dismissed") == 1
    report.refresh_from_db()
    with pytest.raises(NotAllowed):
        message_report_uphold(report=report, code="V1807", reason="反悔", actor=scene.operator, now=now)
    assert Case.objects.count() == 0


@pytest.mark.clause("14")
def test_who_may_report_what(scene, now: datetime) -> None:
    theirs, own = say(scene, "您好", now), say(scene, "在吗", now, Side.BUYER)
    stranger = make_person(now)
    with pytest.raises(NotFound):
        message_report(message=theirs, kind=ReportKind.OTHER, note="", actor=stranger.actor, now=now)
    with pytest.raises(NotAllowed):
        message_report(message=own, kind=ReportKind.OTHER, note="", actor=scene.buyer.actor, now=now)
    message_report(message=theirs, kind=ReportKind.OTHER, note="", actor=scene.buyer.actor, now=now)
    with pytest.raises(NotAllowed):
        message_report(message=theirs, kind=ReportKind.ABUSE, note="", actor=scene.buyer.actor, now=now)
    assert MessageReport.objects.count() == 1


@pytest.mark.clause("14")
def test_a_judgement_needs_its_reason(scene, now: datetime) -> None:
    say(scene, "加微信 abc12345", now)
    report = MessageReport.objects.get()
    for judge in (
        lambda: message_report_uphold(report=report, code="V1402", reason=" ", actor=scene.operator, now=now),
        lambda: message_report_dismiss(report=report, reason="", actor=scene.operator, now=now),
        lambda: message_report_uphold(report=report, code="V9999", reason="违规", actor=scene.operator, now=now),
    ):
        with pytest.raises(InvalidInput):
            judge()
    report.refresh_from_db()
    assert report.state == "open"
    assert Case.objects.count() == 0


@pytest.mark.clause("14", "18(7)")
def test_the_buyer_reports_from_the_chat(scene, now: datetime, clock, client) -> None:
    message = say(scene, "别问了", now)
    client.force_login(scene.buyer.user)
    chat = f"/orders/{scene.order.number}/chat/"
    assert f"{chat}{message.pk}/report/" in client.get(chat).content.decode()

    answer = client.post(f"{chat}{message.pk}/report/", {"kind": "abuse", "note": "态度恶劣"})

    assert (answer.status_code, answer["Location"]) == (302, chat)
    report = MessageReport.objects.get()
    assert (report.kind, report.note, report.reporter) == ("abuse", "态度恶劣", scene.buyer.user)
    client.force_login(make_person(now).user)
    assert client.get(f"{chat}{message.pk}/report/").status_code == 404


@pytest.mark.clause("14", "18(7)")
def test_the_desk_shows_what_was_said_just_before_and_after(scene, now: datetime, clock, client) -> None:
    words = [f"第{n}句" for n in range(9)]
    said = [say(scene, word, now + timedelta(seconds=n)) for n, word in enumerate(words)]
    report = message_report(message=said[4], kind=ReportKind.OTHER, note="", actor=scene.buyer.actor, now=now)
    client.force_login(make_operator(now, "marketplace_operations"))

    page = client.get(f"/admin/violations/messagereport/{report.pk}/change/").content.decode()

    assert [word for word in words if word in page] == words[1:8]
    assert sorted(words[1:8], key=page.rindex) == words[1:8]
