"""From a complaint to the end of a provider's stay, told by pages: thirty minutes, a hearing, findings, an appeal."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.services import identity_verify
from core import clock, sweeps
from core.acts import Actor
from core.periods import end_of_days, end_of_working_days
from deposits.models import Deduction, DeductionReversal
from deposits.selectors import deposit_balance, standing
from exits.models import Exit
from ledger.selectors import balance
from orders.models import Order
from payments.selectors import intent_of
from providers.models import Provider, ReentryBar
from providers.selectors import is_displayed
from refunds.models import RefundRequest
from tests.journeys.acting import Stage, Visitor, all_is_proved, desk_act, desk_buttons, pay_at_gateway, reads_english
from tests.orders.making import in_escrow, make_shop, place, told
from tests.providers.making import fill, make_operator, make_person, pay_in, start
from violations.models import Appeal, Case, Complaint, Finding, PointsEntry
from violations.selectors import points_of_year

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
HIDDEN = 404


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.OPERATOR_TOTP_REQUIRED = False


@dataclass
class Court:
    """Everybody in the story, each in a browser of their own."""

    stage: Stage
    product: Any
    order: Order
    provider: Provider
    owner: Any
    buyer: Any
    buying: Visitor
    selling: Visitor
    first: Visitor
    second: Visitor
    desk: list[Any]

    def shown(self) -> bool:
        """Whether a stranger finds the product in the storefront."""
        page = self.stage.enter("zh-hans").page
        response = page.goto(f"/p/{self.product.slug}/")
        page.context.close()
        assert response is not None
        assert (response.status == 200) == is_displayed(Provider.objects.get(pk=self.provider.pk), clock.now())
        return response.status == 200

    def shortfall_paid(self) -> None:
        now = standing(self.provider)
        missing = now.required - now.balance
        if missing > 0:
            pay_in(self.provider, self.owner, missing, clock.now())


@pytest.fixture
def court(stage: Stage, now: datetime) -> Court:
    product, owner = make_shop(now)
    buyer = make_person(now)
    order = place(buyer, product, now)
    buying = stage.enter("zh-hans").sign_in(buyer.user.email)
    intent = intent_of("order", order.number)
    assert intent is not None
    buying.open(f"/pay/{intent.number}/")
    pay_at_gateway(stage, buying)
    order.refresh_from_db()
    desk = [make_operator(now, "marketplace_operations", "arbitration") for _ in range(2)]
    reads_english(desk[1])
    return Court(
        stage, product, order, order.provider, owner, buyer,
        buying,
        stage.enter("zh-hans").sign_in(owner.user.email),
        stage.enter("zh-hans").sign_in(desk[0].email),
        stage.enter("en").sign_in(desk[1].email),
        desk,
    )  # fmt: skip


def open_case(court: Court, code: str) -> Case:
    """An operator opens a case about the order; the provider says that it has nothing to add."""
    desk_act(
        court.first, "/admin/violations/case/open", "Open the case", provider=court.provider.number, code=code,
        occurred_on=f"{clock.now():%Y-%m-%d}", order=court.order.number, reason="经核查有订单与聊天记录为证。",
    )  # fmt: skip
    case = Case.objects.latest("pk")
    assert (case.code, case.state) == (code, "hearing")
    court.selling.open(f"/console/standing/cases/{case.number}/")
    court.selling.follow("Say that everything is said")
    court.selling.press("Everything is said")
    court.selling.page.wait_for_url(f"**/cases/{case.number}/")
    case.refresh_from_db()
    assert case.state == "heard"
    return case


def find(court: Court, case: Case, foreseen: str) -> Finding:
    seen = court.first.open(f"/admin/violations/case/{case.pk}/change/")
    expect(seen.locator("body")).to_contain_text(f"扣 {foreseen}")
    desk_act(
        court.first,
        f"/admin/violations/case/{case.pk}/find",
        "Make the finding",
        code=case.code,
        reason="证据充分，认定成立。",
    )
    return Finding.objects.get(case=case)


@pytest.mark.clause("18(16)", "19", "20(1)", "20(2)", "20(3)", "20(4)", "21", "24(4)", "25", "26(1)")
def test_from_a_complaint_to_a_clearance(court: Court) -> None:
    stage, provider = court.stage, court.provider
    deposit = deposit_balance(provider.pk)
    assert court.shown()

    # The buyer complains; the provider has thirty minutes, round the clock.
    page = court.buying.open(f"/complaints/new/?order={court.order.number}")
    page.locator("#id_statement").fill("服务商用自己的账号下单并写了好评。")
    page.locator("input[type=file]").set_input_files(
        {"name": "订单截图.txt", "mimeType": "text/plain", "buffer": "截图说明".encode()}
    )
    court.buying.press("Send the complaint")
    page.wait_for_url(re.compile(r"/complaints/K"))
    complaint = Complaint.objects.get()
    assert complaint.due_at == complaint.filed_at + timedelta(minutes=30)
    court.buying.sees("Waiting for the provider to answer")
    assert told(court.owner.user, "complaint.filed") == 1
    stage.at(complaint.due_at - timedelta(seconds=30))
    assert sweeps.run("violations.complaint_response", clock.now()).done == 0
    stage.at(complaint.due_at)
    assert sweeps.run("violations.complaint_response", clock.now()).done == 1
    page.reload()
    expect(page.locator("#main")).to_contain_text("30 分钟内未答复")
    late = Case.objects.get()
    assert (late.code, late.source) == ("V1816", "late_response")

    # The provider reads the evidence, answers too late, and is heard for three working days.
    seller = court.selling.open(f"/console/complaints/{complaint.number}/")
    expect(seller.locator("#main")).to_contain_text("订单截图.txt")
    court.selling.follow("Answer the complaint")
    seller.locator("#id_text").fill("当时值班人员在处理故障。")
    court.selling.press("Send the answer")
    seller.wait_for_url(f"**/console/complaints/{complaint.number}/")
    desk_act(
        court.first, f"/admin/violations/complaint/{complaint.pk}/uphold", "Uphold and open a case",
        code="V1502", reason="下单账号与服务商为同一主体。",
    )  # fmt: skip
    complaint.refresh_from_db()
    assert (complaint.state, told(court.buyer.user, "complaint.upheld")) == ("upheld", 1)
    case = Case.objects.get(event=f"complaint:{complaint.number}")
    assert case.hearing_due_at == end_of_working_days(case.opened_at, 3)
    seller = court.selling.open(f"/console/standing/cases/{case.number}/")
    expect(seller.locator("#main")).to_contain_text("3月5日 24:00")
    court.selling.follow("Make a statement")
    seller.locator("#id_text").fill("系同事个人行为。")
    court.selling.press("Add the statement")
    seller.wait_for_url(f"**/cases/{case.number}/")
    assert desk_buttons(court.first, f"/admin/violations/case/{case.pk}/change/", "find", "dismiss") == [False, True]
    stage.at(case.hearing_due_at - timedelta(seconds=30))
    assert sweeps.run("violations.hearing", clock.now()).done == 0
    stage.at(case.hearing_due_at)
    assert sweeps.run("violations.hearing", clock.now()).done == 2
    assert desk_buttons(court.first, f"/admin/violations/case/{case.pk}/change/", "find", "dismiss") == [True, True]
    expect(court.first.page.locator("body")).to_contain_text("系同事个人行为。")

    # Both findings: points, a freeze, a deduction; the store is gone from the storefront at once.
    find(court, late, "2 分")
    finding = find(court, case, "12 分")
    assert points_of_year(provider.pk, finding.decided_at.year) == 14
    assert {"19", "20", "15(2)"} <= set(finding.decision.clauses)
    assert deposit - deposit_balance(provider.pk) == Decimal("5000.00")
    assert balance("penalties:platform") == Decimal("5000.00")
    assert not court.shown()
    court.selling.open(f"/console/standing/cases/{case.number}/")
    for words in ("¥5,000.00", "§15(2)"):
        expect(court.selling.page.locator("#main")).to_contain_text(words)
    # Orders go on while the store is frozen.
    assert court.buying.open(f"/orders/{court.order.number}/").locator("#main").is_visible()

    # Freeze and shortfall overlap; each lifts by itself.
    court.shortfall_paid()
    assert not court.shown()
    thaws = end_of_days(finding.decided_at, 15)
    assert finding.measures.get(kind="freeze", step=None).until == thaws
    stage.at(thaws - timedelta(seconds=30))
    sweeps.run("violations.measure_end", clock.now())
    assert not court.shown()
    stage.at(thaws)
    sweeps.run("violations.measure_end", clock.now())
    assert court.shown()

    # A further case reaches 24 points: everything closes. The appeal goes to another operator and takes all back.
    held = deposit_balance(provider.pk)
    second = find(court, open_case(court, "V1601"), "12 分")
    exit_ = Exit.objects.get()
    assert (exit_.state, exit_.grounds) == ("proposed", ["24(4)"])
    assert told(court.owner.user, "exit.clearance_proposed") == 1
    assert not court.shown()
    taken = Deduction.objects.latest("pk")
    seller = court.selling.open(f"/console/standing/cases/{second.case.number}/")
    court.selling.follow("Appeal against the finding")
    seller.locator("#id_text").fill("评价由用户本人修改，有日志。")
    court.selling.press("File the appeal")
    seller.wait_for_url(f"**/cases/{second.case.number}/")
    appeal = Appeal.objects.get()
    # Whoever found does not decide the appeal, and nothing final happens while it waits.
    assert desk_buttons(court.first, f"/admin/violations/appeal/{appeal.pk}/change/", "allow", "reject") == [
        False,
        False,
    ]
    page = court.second.open(f"/admin/exits/exit/{exit_.pk}/confirm")
    page.locator("#id_reason").fill("too early")
    page.get_by_role("button", name=court.second.says("Confirm the clearance")).click()
    expect(page.locator("[role=alert]").first).to_contain_text("An appeal waits against a finding of this provider")
    assert Order.objects.get(pk=court.order.pk).refunded == 0
    desk_act(
        court.second, f"/admin/violations/appeal/{appeal.pk}/allow", "Overturn the finding", reason="日志证实无误。"
    )  # fmt: skip
    exit_.refresh_from_db()
    assert exit_.state == "withdrawn"
    assert list(PointsEntry.objects.order_by("pk").values_list("points", flat=True)) == [2, 12, 12, -12]
    assert DeductionReversal.objects.get().deduction == taken
    assert deposit_balance(provider.pk) == held
    assert told(court.owner.user, "appeal.allowed") == 1
    assert court.shown()

    # Another case, and this time it stands. Who made it necessary cannot confirm; a second operator does.
    third = find(court, open_case(court, "V1602"), "12 分")
    assert points_of_year(provider.pk, third.decided_at.year) == 26
    exit_ = Exit.objects.get(state="proposed")
    assert not court.shown()
    assert desk_buttons(court.first, f"/admin/exits/exit/{exit_.pk}/change/", "confirm", "decline") == [False, False]
    escrow = in_escrow(court.order)
    assert escrow == court.order.amount
    desk_act(court.second, f"/admin/exits/exit/{exit_.pk}/confirm", "Confirm the clearance", reason="26 points")
    assert Provider.objects.get(pk=provider.pk).state == "cleared"
    assert sweeps.run("exits.orders", clock.now()).done == 1
    assert sweeps.run("exits.complete", clock.now()).done == 0, "the buyer is paid back first"
    stage.settle_all()
    refund = RefundRequest.objects.get(order=court.order)
    assert (refund.state, refund.amount) == ("paid_back", court.order.amount)
    assert in_escrow(court.order) == 0
    page = court.buying.open(f"/orders/{court.order.number}/")
    expect(page.locator("#main")).to_contain_text("已退款")
    kept = deposit_balance(provider.pk)
    assert kept > 0
    assert sweeps.run("exits.complete", clock.now()).done == 1
    assert sweeps.run("exits.complete", clock.now()).done == 0
    assert deposit_balance(provider.pk) == 0
    assert balance("penalties:platform") == Decimal("5000.00") + kept
    assert [told(court.owner.user, kind) for kind in ("exit.cleared_out", "exit.clearance_settled", "exit.left")] == [
        1, 1, 0,
    ]  # fmt: skip
    expect(court.selling.open("/console/leaving/").locator("#main")).to_contain_text("永久不得重新入驻")
    assert court.selling.page.goto(f"/p/{court.product.slug}/").status == HIDDEN  # type: ignore[union-attr]

    # The same legal subject under another account, ten years later.
    assert ReentryBar.objects.filter(provider=provider, never=True).exists()
    ten_years = stage.at(clock.now().replace(year=clock.now().year + 10))
    newcomer = make_person(ten_years, verified=False)
    identity_verify(
        user=newcomer.user, kind="enterprise", legal_name=court.owner.name, number=court.owner.number,
        actor=Actor.of(newcomer.user), now=ten_years,
    )  # fmt: skip
    newcomer.name, newcomer.number = court.owner.name, court.owner.number
    application = fill(start(newcomer, ten_years), newcomer, ten_years)
    back = stage.enter("zh-hans").sign_in(newcomer.user.email)
    back.open("/console/application/do/submit/")
    back.press("Hand the application in")
    expect(back.page.locator("[role=alert]").first).to_contain_text("§25")
    application.refresh_from_db()
    assert application.state == "draft"
    all_is_proved()
