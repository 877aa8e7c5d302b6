"""Who owes what by when: one sentence for each order."""

from datetime import datetime
from typing import Any

from catalog.types import ProductClass
from orders.types import OrderState, Side, Waiting
from regulation.types import Text, moment_of_end


def _until(at: datetime | None, zh: str, en: str) -> Text:
    if at is None:
        return Text(f"{zh}。", f"{en}.")
    end = moment_of_end(at)
    return Text(f"{zh}，最晚 {end.zh}。", f"{en}, by {end.en}.")


def waiting_for(order: Any, now: datetime) -> Waiting:
    """Who owes what by when on an order, from its own columns (no query)."""
    state = order.state
    if state == OrderState.PLACED:
        return Waiting(
            Side.BUYER,
            "pay",
            order.pay_due_at,
            _until(order.pay_due_at, "等待买家付款", "Waiting for the buyer to pay"),
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
            Text("有退款、投诉或案件正在处理，款项暂留担保账户。", "A refund, complaint or case is open; the "
            "money stays where it is."),
        )  # fmt: skip
    if state == OrderState.PAID:
        due = order.start_due_at
        if order.is_service:
            return Waiting(
                Side.PROVIDER, "start", due, _until(due, "等待服务商开工", "Waiting for the provider to begin")
            )
        return Waiting(
            Side.PROVIDER, "deliver", due, _until(due, "等待服务商交付", "Waiting for the provider to deliver")
        )
    if state == OrderState.IN_SERVICE:
        return _in_service(order)
    return _done(order, now)


def _in_service(order: Any) -> Waiting:
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
            Side.BUYER, "accept", due, _until(due, "等待买家验收", "Waiting for the buyer to accept what was handed in")
        )
    return Waiting(
        Side.PROVIDER,
        "work",
        None,
        Text("等待服务商完成并提交里程碑。", "Waiting for the provider to hand in the next milestone."),
    )


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
