"""Everything that happened to an order, from the trail itself: what, who, when, files, clauses, money."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from orders import timeline
from orders.models import Order, OrderFile
from orders.types import TimelineEvent, TimelineFile
from regulation.models import AuditRecord
from regulation.selectors import trail_of
from regulation.types import Text

# What the acts of the trail are called on a timeline; acts that are left out are no event for people.
TITLES: dict[str, Text] = {
    "orders.place": Text("买家下单", "Ordered"),
    "orders.renew": Text("买家续费下单", "Renewal ordered"),
    "orders.pay": Text("付款成功，款项进入担保账户", "Paid; the money is in escrow"),
    "orders.cancel": Text("订单已取消", "Order cancelled"),
    "orders.deliver": Text("服务商已交付", "Delivered by the provider"),
    "orders.milestone_start": Text("里程碑开工", "Milestone begun"),
    "orders.milestone_submit": Text("里程碑提交验收", "Milestone handed in"),
    "orders.milestone_accept": Text("里程碑验收通过", "Milestone accepted"),
    "orders.milestone_return": Text("里程碑退回", "Milestone sent back"),
    "orders.confirm": Text("服务确认完成", "Service confirmed complete"),
    "orders.guarantee_end": Text("担保期结束", "Guarantee ended"),
    "orders.release": Text("款项划入服务商应付账户", "Money released to the provider"),
    "orders.hold": Text("款项暂留", "Money held"),
    "orders.unhold": Text("款项解除暂留", "Money no longer held"),
    "orders.acceptance_remind": Text("提醒买家验收", "Buyer reminded to accept"),
    "orders.acceptance_ask_operator": Text("验收转由平台处理", "Acceptance goes to the platform"),
    "orders.acceptance_settle": Text("平台凭证据处理验收", "Acceptance settled by the platform"),
    "orders.reopen": Text("确认撤销，订单恢复", "Confirmation undone, order reopened"),
    "orders.terminate": Text("双方协商提前结束", "Ended early by agreement"),
    "orders.close": Text("订单关闭", "Order closed"),
    "orders.late_start": Text("超过开工时限", "Work has not begun in time"),
    "orders.term_warn": Text("服务期即将到期提醒", "Told that the term is about to end"),
    "orders.deduction_offer": Text("提出协商扣款", "Deduction offered"),
    "orders.deduction_sign": Text("协商扣款双方签署", "Deduction signed by both"),
    "orders.deduction_decline": Text("协商扣款被拒绝", "Deduction declined"),
    "orders.deduction_withdraw": Text("协商扣款撤回", "Deduction withdrawn"),
    "orders.claim_file": Text("提出质保申请", "Warranty claim filed"),
    "orders.claim_answer": Text("服务商答复质保申请", "Warranty claim answered"),
    "orders.claim_resolve": Text("质保申请已解决", "Warranty claim resolved"),
    "orders.claim_escalate": Text("质保申请转交平台", "Warranty claim goes to the platform"),
    "orders.claim_compensate": Text("质保赔付", "Compensation under the warranty"),
    "orders.claim_refuse": Text("质保申请未获支持", "Warranty claim not upheld"),
    "orders.claim_withdraw": Text("质保申请撤回", "Warranty claim withdrawn"),
    "orders.compensate": Text("赔付款退还买家", "Compensation sent to the buyer"),
    "orders.compensation_arrive": Text("赔付款到账", "Compensation arrived"),
    "orders.invoice_owe": Text("申请开具发票", "Invoice asked for"),
    "orders.invoice_issue": Text("发票已开具", "Invoice issued"),
    "orders.invoice_late": Text("发票逾期未开", "Invoice is late"),
    "orders.invoice_reduce": Text("应开发票金额调整", "Invoice adjusted after a refund"),
    "orders.review_write": Text("买家评价", "Reviewed by the buyer"),
    "orders.review_follow_up": Text("买家追加评价", "Review added to"),
    "orders.review_reply": Text("服务商回复评价", "Review answered"),
    "refunds.request": Text("申请退款", "Refund asked for"),
    "refunds.refuse": Text("退款申请不符合规则", "Refund not granted"),
    "refunds.accept": Text("服务商同意退款", "Refund accepted by the provider"),
    "refunds.dispute": Text("服务商不同意退款", "Refund disputed by the provider"),
    "refunds.escalate": Text("退款转交平台处理", "Refund goes to the platform"),
    "refunds.agree": Text("双方就退款金额达成一致", "Both agreed on the refund"),
    "refunds.decide": Text("退款决定", "Refund decided"),
    "refunds.withdraw": Text("买家撤回退款申请", "Refund withdrawn"),
    "refunds.pay_back": Text("退款已发出", "Refund on its way"),
    "refunds.arrive": Text("退款到账", "Refund arrived"),
}
# Which amount of an act is shown as money that moved.
_AMOUNTS = {
    "orders.pay": "paid",
    "orders.release": "to_provider",
    "orders.compensate": "amount",
    "orders.compensation_arrive": "amount",
    "refunds.pay_back": "amount",
    "refunds.arrive": "amount",
}
_TEXTS = ("reason", "statement")


# What an event says by a code: what keeps an order's money where it is, and why an order was never paid.
CODES = {
    "refund": gettext_lazy("because of a refund"),
    "complaint": gettext_lazy("because of a complaint"),
    "case": gettext_lazy("because of a case"),
    "invoice": gettext_lazy("because an invoice is owed"),
    "expired": gettext_lazy("not paid in time"),
    "buyer": gettext_lazy("the buyer cancelled it"),
    "platform": gettext_lazy("the platform cancelled it"),
}


def timeline_of(order: Order) -> list[TimelineEvent]:
    """Everything that happened to an order, oldest first, in a fixed number of queries."""
    files: dict[str, list[TimelineFile]] = defaultdict(list)
    for found in OrderFile.objects.filter(order=order).order_by("id"):
        files[found.place].append(
            TimelineFile(found.name, f"/orders/files/{found.pk}/", found.content_type, found.size)
        )
    events = [_event(record, files) for record in trail_of(order.subject) if record.act in TITLES]
    return sorted([*events, *timeline.added(order)], key=lambda event: (event.at, event.position))


def _event(record: AuditRecord, files: dict[str, list[TimelineFile]]) -> TimelineEvent:
    after: dict[str, Any] = record.after
    amount = after.get(_AMOUNTS.get(record.act, ""))
    text = next((str(after[name]) for name in _TEXTS if after.get(name)), "")
    place = f"submission:{after['submission']}" if "submission" in after else ""
    if record.act == "orders.acceptance_settle":
        place = "settlement:1"
    decision = record.decision
    return TimelineEvent(
        at=record.at,
        kind=record.act,
        title=TITLES[record.act],
        actor=record.actor_name,
        actor_kind=record.actor_kind,
        text=str(CODES.get(text, text)),
        clauses=tuple(decision.clauses) if decision is not None else (),
        amount=Decimal(amount) if amount else None,
        decision=decision,
        files=tuple(files.get(place, ())),
        values=after,
        position=record.pk,
    )
