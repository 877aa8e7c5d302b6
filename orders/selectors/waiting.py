"""Who owes what by when: one sentence for each order."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Min

from catalog.types import ProductClass
from orders.models import OrderMilestone
from orders.types import MilestoneState, OrderState, Side, Waiting
from regulation.types import Text, moment_of_end

_CALLED: dict[str, Text] = {
    Side.BUYER: Text("买家", "the buyer"),
    Side.PROVIDER: Text("服务商", "the provider"),
    Side.PLATFORM: Text("平台", "the platform"),
}


def called(side: str, reader: str = "") -> Text:
    """What a side is called to a reader: `you` where it is the reader's own."""
    return Text("您", "you") if side == reader else _CALLED[side]


def _until(at: datetime | None, zh: str, en: str) -> Text:
    if at is None:
        return Text(f"{zh}。", f"{en}.")
    end = moment_of_end(at)
    return Text(f"{zh}，最晚 {end.zh}。", f"{en}, by {end.en}.")


def work_due(orders: Iterable[Any]) -> dict[int, datetime]:
    """When the milestone that is being worked on is due, by order; one query, none where no service is in work."""
    running = [one.pk for one in orders if one.is_service and one.state == OrderState.IN_SERVICE]
    if not running:
        return {}
    begun = OrderMilestone.objects.filter(
        order__in=running, state__in=[MilestoneState.STARTED, MilestoneState.RETURNED]
    )
    return dict(begun.values_list("order_id").annotate(Min("due_at")))


def waiting_for(order: Any, now: datetime, reader: str = "", work_due_at: datetime | None = None) -> Waiting:
    """Who owes what by when on an order, said to a reader of one side, from its own columns (no query).

    `work_due_at` is what `work_due` found for it.
    """
    state = order.state
    buyer, provider = called(Side.BUYER, reader), called(Side.PROVIDER, reader)
    if state == OrderState.PLACED:
        return Waiting(
            Side.BUYER,
            "pay",
            order.pay_due_at,
            _until(order.pay_due_at, f"等待{buyer.zh}付款", f"Waiting for {buyer.en} to pay"),
        )
    if state == OrderState.CANCELLED:
        return Waiting(
            "", "cancelled", None, Text("订单已取消，没有付款。", "The order was cancelled; nothing was paid.")
        )
    if state == OrderState.REFUNDED:
        return Waiting("", "refunded", None, Text("已全额退款。", "Everything was refunded."))
    if order.held:
        return Waiting(
            "", "held", None,
            Text("有退款、投诉或案件正在处理，尚未结算的款项暂不结算。", "A refund, complaint or case is open; "
            "what has not been settled waits until it ends."),
        )  # fmt: skip
    if state == OrderState.PAID:
        due = order.start_due_at
        if order.is_service:
            return Waiting(
                Side.PROVIDER, "start", due,
                _until(due, f"等待{provider.zh}开工", f"Waiting for {provider.en} to begin"),
            )  # fmt: skip
        return Waiting(
            Side.PROVIDER, "deliver", due,
            _until(due, f"等待{provider.zh}交付", f"Waiting for {provider.en} to deliver"),
        )  # fmt: skip
    if state == OrderState.IN_SERVICE:
        return _in_service(order, reader, work_due_at)
    return _done(order, now)


def _in_service(order: Any, reader: str, work_due_at: datetime | None) -> Waiting:
    buyer, provider = called(Side.BUYER, reader), called(Side.PROVIDER, reader)
    if not order.is_service:
        ends = order.guarantee_ends_at
        if ends is None or order.product_class == ProductClass.TOOL:
            return Waiting("", "running", None, Text("已交付。", "Delivered."))
        end = moment_of_end(ends)
        zh = f"担保期至 {end.zh}，期内可无理由全额退款。"
        en = f"Under guarantee until {end.en}: refundable in full without a reason."
        return Waiting("", "guarantee", ends, Text(zh, en))
    if order.settle_asked_at is not None:
        return Waiting(
            Side.PLATFORM, "settle_acceptance", None,
            Text("买家长时间未回应，等待平台凭证据处理验收。", "The buyer has not answered; waiting for the "
            "platform to settle the "
            "acceptance by the evidence."),
        )  # fmt: skip
    if order.awaiting_since is not None:
        due = order.settle_due_at
        return Waiting(
            Side.BUYER, "accept", due,
            _until(due, f"等待{buyer.zh}验收", f"Waiting for {buyer.en} to accept what was handed in"),
        )  # fmt: skip
    zh, en = f"等待{provider.zh}完成并提交里程碑", f"Waiting for {provider.en} to hand in the next milestone"
    return Waiting(Side.PROVIDER, "work", work_due_at, _until(work_due_at, zh, en))


def _done(order: Any, now: datetime) -> Waiting:
    ends = order.warranty_ends_at
    if ends is not None and now < ends:
        end = moment_of_end(ends)
        sentence = Text(f"已完成，质保期至 {end.zh}。", f"Completed; under warranty until {end.en}.")
        return Waiting("", "warranty", ends, sentence)
    term = order.term_ends_at
    if term is not None and now < term:
        end = moment_of_end(term)
        return Waiting("", "term", term, Text(f"服务期至 {end.zh}。", f"The term runs until {end.en}."))
    return Waiting("", "done", None, Text("已完成。", "Completed."))
