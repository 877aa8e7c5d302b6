"""From a complaint to a clearance and an appeal: one path through articles 18(16) to 21."""

from datetime import datetime, timedelta

import pytest

from core import sweeps
from core.acts import SYSTEM
from core.clock import BEIJING
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.uploads import EVIDENCE, checked_upload
from deposits.selectors import deposit_balance
from exits.selectors import open_exit_of
from exits.services import clearance_confirm
from orders.models import Order
from providers.models import Provider
from providers.selectors import is_displayed
from regulation.models import AuditRecord
from tests.orders.making import books_fit, evidence, told
from tests.violations.conftest import Scene
from violations.models import Case, Complaint, PointsEntry, YearTally
from violations.selectors import points_of_year
from violations.services import (
    appeal_allow,
    appeal_file,
    case_find,
    case_hearing_close,
    case_open,
    case_statement_add,
    complaint_file,
    complaint_respond,
    complaint_support,
    complaint_uphold,
    complaint_withdraw,
)
from violations.types import CaseSource, CaseState, ComplaintState

pytestmark = pytest.mark.django_db


def complain(scene: Scene, now: datetime, **changes) -> Complaint:
    given = {
        "complainant": scene.buyer.user, "provider": scene.provider, "order": scene.order, "product": scene.product,
        "statement": "付款后要求另外转账。", "conduct_on": now.date(), "code": "",
        "evidence": [], "actor": scene.buyer.actor,
    }  # fmt: skip
    return complaint_file(**(given | changes), now=now)


def open_case(scene: Scene, now: datetime, code: str, event: str = "e1", **changes) -> Case:
    given = {
        "provider": scene.provider, "code": code, "occurred_at": now - timedelta(hours=1), "statement": "经查属实",
        "source": CaseSource.OPERATOR, "event": event, "product": scene.product, "order": scene.order,
        "complaint": None,
        "actor": scene.operator,
    }  # fmt: skip
    return case_open(**(given | changes), now=now)


def find(scene: Scene, now: datetime, code: str, event: str):
    case = open_case(scene, now, code, event)
    case_hearing_close(case=case, actor=scene.person.actor, now=now)
    return case_find(case=case, code=code, compensation=None, reason="证据充分", actor=scene.operator, now=now)


@pytest.mark.clause("18(16)")
def test_an_answer_one_second_before_thirty_minutes_is_in_time(scene: Scene, now: datetime) -> None:
    complaint = complain(scene, now)

    complaint_respond(
        complaint=complaint, response="正在核实", evidence=[], actor=scene.person.actor,
        now=now + timedelta(minutes=29, seconds=59),
    )  # fmt: skip

    assert sweeps.run("violations.complaint_response", now + timedelta(days=1)).done == 0
    assert not Case.objects.exists()
    assert told(scene.buyer.user, "complaint.answered") == 1


@pytest.mark.clause("18(16)")
def test_the_thirtieth_minute_opens_a_case_once_however_often_the_sweep_runs(scene: Scene, now: datetime) -> None:
    complain(scene, now)
    due = now + timedelta(minutes=30)

    assert sweeps.run("violations.complaint_response", due - timedelta(microseconds=1)).done == 0
    assert sweeps.run("violations.complaint_response", due).done == 1
    assert sweeps.run("violations.complaint_response", due + timedelta(days=30)).done == 0

    case = Case.objects.get()
    assert (case.code, case.source) == ("V1816", CaseSource.LATE_RESPONSE)
    assert told(scene.person.user, "case.opened") == 1


@pytest.mark.clause("18(16)1")
def test_only_the_complainant_withdraws(scene: Scene, now: datetime) -> None:
    complaint = complain(scene, now)
    trail = AuditRecord.objects.count()

    with pytest.raises(NotPermitted):
        complaint_withdraw(complaint=complaint, actor=scene.person.actor, now=now)
    assert AuditRecord.objects.count() == trail

    complaint_withdraw(complaint=complaint, actor=scene.buyer.actor, now=now)
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.WITHDRAWN


@pytest.mark.clause("18(16)")
@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("statement", {"statement": "  "}),
        ("code", {"code": "V9999"}),
        ("conduct_on", {"conduct_on": datetime(2030, 1, 1).date()}),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(
    scene: Scene, now: datetime, field: str, change: dict
) -> None:
    trail = AuditRecord.objects.count()

    with pytest.raises(InvalidInput) as refused:
        complain(scene, now, **change)

    assert refused.value.field == field
    assert not Complaint.objects.exists()
    assert AuditRecord.objects.count() == trail


@pytest.mark.clause("11(1)2", "18(16)")
def test_the_order_s_money_is_held_while_a_complaint_is_open(scene: Scene, now: datetime) -> None:
    complaint = complain(scene, now)
    assert Order.objects.get(pk=scene.order.pk).held

    complaint_withdraw(complaint=complaint, actor=scene.buyer.actor, now=now)
    assert not Order.objects.get(pk=scene.order.pk).held


@pytest.mark.clause("19")
def test_the_provider_is_heard_for_three_working_days_first(scene: Scene, now: datetime) -> None:
    case = open_case(scene, now, "V1816")
    ends = datetime(2026, 3, 6, 0, 0, tzinfo=BEIJING)
    assert case.hearing_due_at == ends

    with pytest.raises(NotAllowed):
        case_find(case=case, code="V1816", compensation=None, reason="属实", actor=scene.operator, now=now)
    case_statement_add(case=case, text="当时系统故障", evidence=[], side="provider", actor=scene.person.actor, now=now)
    assert sweeps.run("violations.hearing", ends - timedelta(seconds=1)).done == 0
    assert sweeps.run("violations.hearing", ends).done == 1
    assert sweeps.run("violations.hearing", ends).done == 0

    case_find(case=case, code="V1816", compensation=None, reason="属实", actor=scene.operator, now=ends)
    assert points_of_year(scene.provider.pk, 2026) == 2


@pytest.mark.clause("19")
def test_malware_closes_the_store_at_once_and_a_dismissal_opens_it_again(scene: Scene, now: datetime) -> None:
    from violations.services import case_dismiss

    case = open_case(scene, now, "V1010")
    assert not is_displayed(Provider.objects.get(pk=scene.provider.pk), now)

    case_dismiss(case=case, reason="误报", actor=scene.operator, now=now)
    assert is_displayed(Provider.objects.get(pk=scene.provider.pk), now)


@pytest.mark.clause("19")
def test_one_event_is_charged_once(scene: Scene, now: datetime) -> None:
    first = open_case(scene, now, "V1816", "same")

    assert open_case(scene, now, "V1502", "same").pk == first.pk
    assert Case.objects.count() == 1


@pytest.mark.clause("20(1)", "20(2)", "20(3)")
def test_a_finding_brings_points_a_freeze_that_lifts_by_itself_and_a_deduction(scene: Scene, now: datetime) -> None:
    before = deposit_balance(scene.provider.pk)

    finding = find(scene, now, "V1502", "fake")

    assert finding.points == 12
    assert before - deposit_balance(scene.provider.pk) == min(before, 5000)
    provider = Provider.objects.get(pk=scene.provider.pk)
    assert not is_displayed(provider, now)
    freeze_end = datetime(2026, 3, 18, tzinfo=BEIJING)
    sweeps.run("violations.measure_end", freeze_end - timedelta(seconds=1))
    assert finding.measures.filter(kind="freeze", state="ended").count() <= 1
    sweeps.run("violations.measure_end", freeze_end)
    sweeps.run("violations.measure_end", freeze_end)
    assert not finding.measures.filter(kind="freeze", state="in_force").exists()
    books_fit()


@pytest.mark.clause("20(4)", "24(4)", "25", "26(1)")
def test_24_points_close_everything_at_once_and_a_second_operator_ends_it(scene: Scene, now: datetime) -> None:
    find(scene, now, "V1502", "one")
    assert open_exit_of(scene.provider) is None
    find(scene, now, "V1601", "two")

    exit_ = open_exit_of(scene.provider)
    assert exit_ is not None
    assert exit_.grounds == ["24(4)"]
    assert not is_displayed(Provider.objects.get(pk=scene.provider.pk), now)
    with pytest.raises(NotPermitted):
        clearance_confirm(exit_=exit_, reason="确认", actor=scene.operator, now=now)
    assert Order.objects.get(pk=scene.order.pk).refunded == 0

    clearance_confirm(exit_=exit_, reason="确认", actor=scene.other, now=now)
    assert sweeps.run("exits.orders", now).failed == 0
    order = Order.objects.get(pk=scene.order.pk)
    assert order.refunded == order.amount
    assert Provider.objects.get(pk=scene.provider.pk).state == "cleared"
    assert sweeps.run("exits.orders", now).done == 0
    books_fit()


@pytest.mark.clause("19")
def test_an_appeal_goes_to_another_operator_and_takes_everything_back_as_new_entries(
    scene: Scene, now: datetime
) -> None:
    deposit = deposit_balance(scene.provider.pk)
    finding = find(scene, now, "V1502", "fake")
    due = finding.appeal_due_at
    assert due == datetime(2026, 3, 10, tzinfo=BEIJING)
    with pytest.raises(NotAllowed):
        appeal_file(finding=finding, statement="不属实", actor=scene.person.actor, now=due)
    appeal = appeal_file(finding=finding, statement="不属实", actor=scene.person.actor, now=due - timedelta(seconds=1))

    with pytest.raises(NotPermitted):
        appeal_allow(appeal=appeal, reason="查清", actor=scene.operator, now=due)
    appeal_allow(appeal=appeal, reason="查清", actor=scene.other, now=due)

    assert points_of_year(scene.provider.pk, 2026) == 0
    assert list(PointsEntry.objects.order_by("id").values_list("points", flat=True)) == [12, -12]
    assert deposit_balance(scene.provider.pk) == deposit
    assert is_displayed(Provider.objects.get(pk=scene.provider.pk), due)
    books_fit()


@pytest.mark.clause("21")
def test_a_december_case_decided_in_january_counts_in_the_new_year(scene: Scene) -> None:
    december = datetime(2026, 12, 31, 23, 0, tzinfo=BEIJING)
    midnight = datetime(2027, 1, 1, tzinfo=BEIJING)
    find(scene, december, "V1816", "old")
    late = open_case(scene, december, "V1005", "late")
    case_hearing_close(case=late, actor=scene.person.actor, now=december)

    assert sweeps.run("violations.year_end", midnight - timedelta(seconds=1)).done == 0
    assert sweeps.run("violations.year_end", midnight).done == 1
    assert sweeps.run("violations.year_end", midnight + timedelta(days=30)).done == 0
    case_find(case=late, code="V1005", compensation=None, reason="属实", actor=scene.operator, now=midnight)

    assert (points_of_year(scene.provider.pk, 2026), points_of_year(scene.provider.pk, 2027)) == (2, 3)
    assert YearTally.objects.get().points == 2
    assert late.rulebook == "2017-03-07"


@pytest.mark.clause("18(16)", "19")
def test_an_upheld_complaint_opens_a_case_under_the_row_of_its_day(scene: Scene, now: datetime) -> None:
    complaint = complain(scene, now)

    complaint_uphold(
        complaint=complaint,
        code="V1401",
        occurred_at=now - timedelta(hours=1),
        reason="有转账截图",
        actor=scene.operator,
        now=now,
    )

    case = Case.objects.get(event=f"complaint:{complaint.number}")
    assert (case.code, case.state, case.complaint_id) == ("V1401", CaseState.HEARING, complaint.pk)
    assert told(scene.buyer.user, "complaint.upheld") == 1
    assert SYSTEM.id is None


@pytest.mark.clause("18(16)")
def test_evidence_is_added_by_the_complainant_alone_and_up_to_a_number(scene: Scene, now: datetime) -> None:
    complaint = complain(scene, now)
    file = checked_upload(evidence(), name="记录.txt", kinds=EVIDENCE, field="files")
    trail = AuditRecord.objects.count()

    with pytest.raises(NotPermitted):
        complaint_support(complaint=complaint, evidence=[file], actor=scene.person.actor, now=now)
    for files in ([], [file] * 31):
        with pytest.raises(InvalidInput) as refused:
            complaint_support(complaint=complaint, evidence=files, actor=scene.buyer.actor, now=now)
        assert refused.value.field == "files"
    assert (AuditRecord.objects.count(), complaint.evidence.count()) == (trail, 0)

    complaint_support(complaint=complaint, evidence=[file], actor=scene.buyer.actor, now=now)
    kept = complaint.evidence.get()
    assert (kept.side, kept.given_by_id, kept.sha256) == ("complainant", scene.buyer.user.pk, file.sha256)
    assert AuditRecord.objects.latest("pk").after == {"files": 1, "sha256": [file.sha256]}
    assert told(scene.person.user, "complaint.supported") == 1

    complaint_withdraw(complaint=complaint, actor=scene.buyer.actor, now=now)
    with pytest.raises(NotAllowed):
        complaint_support(complaint=complaint, evidence=[file], actor=scene.buyer.actor, now=now)
    assert complaint.evidence.count() == 1
