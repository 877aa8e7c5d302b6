"""What the console says of cases, claims and defects: what waits, until when, and what came of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core.periods import end_of_working_days
from providers.types import Permission
from tests.violations.conftest import Scene
from tests.violations.test_defects import ask
from tests.violations.test_path import find, open_case
from tests.violations.test_takedowns import claim, proof, upheld
from violations.services import (
    appeal_allow,
    appeal_file,
    case_statement_add,
    defect_deny,
    remedy_offer,
    takedown_answer,
)
from violations.types import RemedyKind
from web.console.waiting import tasks_of, waiting_counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

WITHOUT_YOU, BY_OPERATOR = "Then it is decided without you.", "Then an operator decides."


@pytest.fixture
def console(scene: Scene) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.person.user)
    return client


def page(client: Client, path: str) -> str:
    return client.get(f"/console/{path}").content.decode()


def speak(scene: Scene, case: Any, now: datetime) -> None:
    case_statement_add(case=case, text="我们没有", evidence=[], side="provider", actor=scene.person.actor, now=now)


def waiting(scene: Scene, now: datetime) -> dict[str, int]:
    return {path: count for path, count in waiting_counts(scene.provider, set(Permission)).items() if count}


@pytest.mark.clause("19")
def test_who_has_spoken_is_not_asked_to_speak(scene: Scene, now: datetime, console: Client) -> None:
    case = open_case(scene, now, "V1502")
    for path in ("cases/", "standing/", f"standing/cases/{case.number}/"):
        assert WITHOUT_YOU in page(console, path), path
    assert waiting(scene, now)["/console/cases/"] == 1
    assert any(case.number in str(task.what) for task in tasks_of(scene.provider, set(Permission), now))

    speak(scene, case, now)

    for path in ("cases/", "standing/", f"standing/cases/{case.number}/"):
        assert WITHOUT_YOU not in page(console, path), path
        assert BY_OPERATOR in page(console, path), path
    assert "/console/cases/" not in waiting(scene, now)
    assert not any(case.number in str(task.what) for task in tasks_of(scene.provider, set(Permission), now))


@pytest.mark.clause("19")
def test_the_hearing_that_ends_first_comes_first(scene: Scene, now: datetime, console: Client) -> None:
    first = open_case(scene, now - timedelta(days=1), "V1502", "e1")
    second = open_case(scene, now, "V1502", "e2")
    assert first.hearing_due_at < second.hearing_due_at
    for path in ("cases/", "standing/"):
        text = page(console, path)
        assert text.index(first.number) < text.index(second.number), path
        assert text.count(f"cases/{first.number}/") == 1, path


@pytest.mark.clause("19", "21")
def test_what_an_appeal_took_back_is_not_counted_and_stands_in_the_timeline(
    scene: Scene, now: datetime, console: Client
) -> None:
    finding = find(scene, now, "V1502", "fake")
    one = f"standing/cases/{finding.case.number}/"
    assert "12 points" in page(console, "cases/")
    assert "Appeal until" in page(console, one)
    appeal = appeal_file(finding=finding, statement="订单真实", actor=scene.person.actor, now=now)
    assert "Appeal until" not in page(console, one)

    appeal_allow(appeal=appeal, reason="物流与发票相符", actor=scene.other, now=now)

    assert "12 points" not in page(console, "cases/")
    assert "overturned on appeal" in page(console, "cases/")
    timeline = page(console, one).split('class="timeline"')[1]
    for said in ("Finding: 12 points", "证据充分", "Appeal filed", "订单真实", "finding overturned", "物流与发票相符"):
        assert said in timeline, said


@pytest.mark.clause("18(17)", "18(17)2")
def test_claims_and_remedies_wait_until_they_are_answered(scene: Scene, now: datetime, console: Client) -> None:
    takedown = claim(scene, now)
    assert waiting(scene, now)["/console/infringement/"] == 1
    assert takedown.number in page(console, "")
    for path in ("products/", f"products/{scene.product.pk}/"):
        assert "hidden from buyers" in page(console, path), path

    takedown_answer(takedown=takedown, text="我方有著作权", files=[proof()], actor=scene.person.actor, now=now)

    assert "/console/infringement/" not in waiting(scene, now)
    assert takedown.number not in page(console, "")


@pytest.mark.clause("18(17)2")
def test_a_remedy_waits_with_its_deadline(scene: Scene, now: datetime, console: Client) -> None:
    remedy = upheld(scene, now).remedies.get()
    assert waiting(scene, now)["/console/infringement/"] == 1
    tasks = {task.url: task for task in tasks_of(scene.provider, set(Permission), now)}
    assert tasks[f"/console/infringement/remedies/{remedy.pk}/"].due_at == end_of_working_days(now, 5)

    remedy_offer(
        remedy=remedy, kind=RemedyKind.SUBSTITUTE, text="换同类商品", amount=None, actor=scene.person.actor, now=now
    )

    assert "/console/infringement/" not in waiting(scene, now)


@pytest.mark.clause("18(6)")
def test_a_question_about_a_defect_waits_until_it_is_answered(scene: Scene, now: datetime, console: Client) -> None:
    defect = ask(scene, now)
    assert waiting(scene, now)["/console/defects/"] == 1
    tasks = {task.url: task for task in tasks_of(scene.provider, set(Permission), now)}
    assert tasks[f"/console/defects/{defect.number}/"].due_at == defect.due_at

    defect_deny(defect=defect, denial="已鉴权", actor=scene.person.actor, now=now)

    assert "/console/defects/" not in waiting(scene, now)


def test_what_is_answered_is_quoted_where_it_is_answered(scene: Scene, now: datetime, console: Client) -> None:
    case = open_case(scene, now, "V1502", statement="刷单三十笔")
    assert "刷单三十笔" in page(console, f"standing/cases/{case.number}/do/speak/")
    takedown = claim(scene, now)
    assert "代码与界面均抄自我方产品" in page(console, f"infringement/{takedown.number}/answer/")
