"""What buyers, providers and operators are told about orders."""

from notifications import kinds

ORDER_ZH, ORDER_EN = "订单 {number}（{title}）", "Order {number} ({title})"


def _kind(
    name: str, title_zh: str, title_en: str, body_zh: str, body_en: str, group: str = "orders", must: bool = False
) -> None:
    kinds.register(
        name,
        title={"zh-hans": title_zh, "en": title_en},
        body={"zh-hans": body_zh, "en": body_en},
        group=group,
        mandatory=must,
    )


_kind(
    "order.paid", "付款成功：{title}", "Paid: {title}",
    ORDER_ZH + "已付款 {amount}。款项由平台担保，服务商交付后按规则划付。",
    ORDER_EN + " is paid: {amount}. The platform holds the money in escrow until it is due to the provider.",
    must=True,
)  # fmt: skip
_kind(
    "order.paid.provider", "新订单：{title}", "New order: {title}",
    "{buyer} 购买了“{title}”，" + "订单 {number}，金额 {amount}，已付款。请最晚 {due_at} 开工或交付。",
    "{buyer} bought “{title}”: order {number}, {amount}, paid. Please begin or deliver by {due_at}.",
    must=True,
)  # fmt: skip
_kind(
    "order.taken", "领取成功：{title}", "Yours: {title}",
    ORDER_ZH + "已生效，无需付款（{amount}）。", ORDER_EN + " is in force; nothing is to be paid ({amount}).",
)  # fmt: skip
_kind(
    "order.taken.provider", "新的免费订单：{title}", "New free order: {title}",
    "{buyer} 领取了“{title}”，订单 {number}（{amount}）。请最晚 {due_at} 交付。",
    "{buyer} took “{title}”: order {number} ({amount}). Please deliver by {due_at}.",
)  # fmt: skip
_kind(
    "order.expired", "订单超时未付款，已取消", "Order cancelled: not paid in time",
    ORDER_ZH + "未在时限内付款，已取消，没有扣款。如仍需要，请重新下单。",
    ORDER_EN + " was not paid in time and is cancelled; nothing was charged. To buy, please order again.",
)  # fmt: skip
_kind(
    "order.cancelled_by_platform", "订单已取消", "Order cancelled",
    "服务商正在退出市场，" + ORDER_ZH + "已取消，没有扣款。",
    "The provider is leaving the market. " + ORDER_EN + " is cancelled; nothing was charged.",
    must=True,
)  # fmt: skip
_kind(
    "order.delivered", "已交付：{title}", "Delivered: {title}",
    ORDER_ZH + "已交付，访问方式见订单页。", ORDER_EN + " was delivered. How to reach it stands on the order's page.",
)  # fmt: skip
_kind(
    "order.delivered_again", "访问方式已更新：{title}", "Access changed: {title}",
    ORDER_ZH + "的访问方式已更新，见订单页。", "The access of " + "order {number} ({title}) was changed. See "
    "the order's page.",
)  # fmt: skip
_kind(
    "milestone.started", "里程碑已开工：{milestone}", "Milestone begun: {milestone}",
    ORDER_ZH + "的里程碑“{milestone}”已开工，预计 {due_at} 前完成。",
    ORDER_EN + ": work on “{milestone}” has begun; it is due by {due_at}.",
)  # fmt: skip
_kind(
    "milestone.submitted", "请验收：{milestone}", "Please accept: {milestone}",
    ORDER_ZH + "的里程碑“{milestone}”已提交，请查看证据后验收或退回。",
    ORDER_EN + ": “{milestone}” was handed in. Please look at the evidence and accept it or send it back.",
    must=True,
)  # fmt: skip
_kind(
    "milestone.accepted", "里程碑验收通过：{milestone}", "Milestone accepted: {milestone}",
    ORDER_ZH + "的里程碑“{milestone}”已由买家验收。", ORDER_EN + ": the buyer accepted “{milestone}”.",
)  # fmt: skip
_kind(
    "milestone.returned", "里程碑被退回：{milestone}", "Milestone sent back: {milestone}",
    ORDER_ZH + "的里程碑“{milestone}”被退回：{reason}", ORDER_EN + ": “{milestone}” was sent back: {reason}",
    must=True,
)  # fmt: skip
_kind(
    "order.confirmed", "服务已确认完成：{title}", "Service confirmed complete: {title}",
    ORDER_ZH + "已确认完成，担保期结束，质保期开始。",
    ORDER_EN + " is confirmed complete. The guarantee has ended and the warranty begins.",
    must=True,
)  # fmt: skip
_kind(
    "order.confirmed_by_silence", "服务已自动确认完成：{title}", "Service confirmed by silence: {title}",
    ORDER_ZH + "长时间未收到您的答复，按规则自动确认完成。",
    ORDER_EN + " was confirmed complete by the rules, because you did not answer for a long time.",
    must=True,
)  # fmt: skip
_kind(
    "order.acceptance_reminder", "提醒：请验收 {title}", "Reminder: please accept {title}",
    ORDER_ZH + "自 {since} 起等待您验收。不答复不等于同意，但拖得太久将由平台凭证据处理。",
    ORDER_EN + " has waited for your acceptance since {since}. Silence is not consent, but in the end an operator "
    "settles it by the evidence.",
    must=True,
)  # fmt: skip
_kind(
    "order.acceptance_with_operator", "验收已转由平台处理", "The acceptance goes to the platform",
    ORDER_ZH + "长时间未验收，已转由平台凭双方证据处理。",
    ORDER_EN + " was not accepted for a long time. An operator now settles it by the evidence of both.",
    must=True,
)  # fmt: skip
_kind(
    "order.acceptance_to_settle", "待处理验收：{number}", "Acceptance to settle: {number}",
    ORDER_ZH + "等待凭证据处理验收。", ORDER_EN + " waits for an acceptance to be settled by the evidence.", "work",
)  # fmt: skip
_kind(
    "order.acceptance_settled_complete", "平台认定服务已完成", "The platform finds the service complete",
    ORDER_ZH + "经核对证据认定已完成：{statement}", ORDER_EN + " was found complete by the evidence: {statement}",
    must=True,
)  # fmt: skip
_kind(
    "order.acceptance_settled_incomplete", "平台认定服务尚未完成", "The platform finds the service not complete",
    ORDER_ZH + "经核对证据认定尚未完成：{statement}", ORDER_EN + " was found not complete by the evidence: {statement}",
    must=True,
)  # fmt: skip
_kind(
    "order.reopened", "确认已撤销，订单恢复", "Confirmation undone, order reopened",
    ORDER_ZH + "的完成确认已撤销，担保期恢复。原因：{reason}",
    "The confirmation of order {number} ({title}) was undone and its guarantee is restored. Why: {reason}",
    "disputes", must=True,
)  # fmt: skip
_kind(
    "order.released", "款项已划入应付账户：{net}", "Released to you: {net}",
    ORDER_ZH + "担保结束，扣除服务费 {fee} 后的 {net} 已划入您的应付账户，将进入下一期结算单。",
    ORDER_EN + ": the guarantee is over. {net} after a service fee of {fee} is owed to you and goes into the "
    "next statement.",
    "money",
)  # fmt: skip
_kind(
    "order.late_start", "服务商未按时开工：{title}", "Not begun in time: {title}",
    ORDER_ZH + "应在 {due_at} 前开工，服务商尚未开始。您可以继续等待，或在担保期内申请全额退款。",
    ORDER_EN + " should have begun by {due_at} and has not. You may wait, or ask for a full refund in the guarantee.",
    must=True,
)  # fmt: skip
_kind(
    "order.start_late", "已超过开工时限：{title}", "You have not begun in time: {title}",
    ORDER_ZH + "应在 {due_at} 前开工。请立即开工或联系买家。",
    ORDER_EN + " should have begun by {due_at}. Please begin at once, or contact the buyer.",
    must=True,
)  # fmt: skip
_kind(
    "order.term_ending", "即将到期：{title}", "About to end: {title}",
    ORDER_ZH + "的服务期将于 {ends_at} 结束。如需继续使用，请在市场内续费。",
    "The term of order {number} ({title}) ends on {ends_at}. To go on using it, renew it here in the market.",
)  # fmt: skip
for _name, _title, _body in (
    ("offered", ("收到协商扣款方案", "A deduction was offered"), ("对方提出提前结束服务，服务商保留 {kept}，"
    "退还 {rest}：{statement}。"
    "须双方签署才生效。", "The other side offers to end the service early: the provider keeps {kept}, {rest} "
    "goes back: "
    "{statement}. It binds only when both have signed.")),
    ("signed", ("协商扣款已由双方签署", "The deduction is signed by both"), ("服务商保留 {kept}，退还 {rest}，"
    "订单提前结束："
    "{statement}", "The provider keeps {kept}, {rest} goes back, and the order ends early: {statement}")),
    ("declined", ("协商扣款被拒绝", "The deduction was declined"), ("对方没有接受保留 {kept}、退还 {rest} "
    "的方案：{statement}。一切照旧。"
    "", "The other side does not agree that {kept} is kept and {rest} goes back: {statement}. Everything stays "
    "as it was.")),
    ("withdrawn", ("协商扣款已撤回", "The deduction was taken back"), ("对方撤回了保留 {kept}、退还 {rest} 的方案："
    "{statement}", "The other side took back its offer that {kept} is kept and {rest} goes back: {statement}")),
):  # fmt: skip
    _kind(
        f"deduction.{_name}", _title[0], _title[1], ORDER_ZH + "，方案 {offer}：" + _body[0],
        ORDER_EN + ", offer {offer}. " + _body[1], "disputes", must=True,
    )  # fmt: skip
_kind(
    "claim.filed", "收到质保申请：{title}", "Warranty claim: {title}",
    ORDER_ZH + "的买家提出申请 {claim}：{statement}。请最晚 {due_at} 答复，逾期由平台处理。",
    "The buyer of order {number} ({title}) filed claim {claim}: {statement}. Please answer by {due_at}; after "
    "that the platform decides.",
    "disputes", must=True,
)  # fmt: skip
_kind(
    "claim.answered", "服务商已答复您的质保申请", "Your warranty claim was answered",
    ORDER_ZH + "，申请 {claim} 的答复：{answer}", ORDER_EN + ", claim {claim}, answer: {answer}", "disputes", must=True,
)  # fmt: skip
_kind(
    "claim.settled", "买家接受了您的答复", "The buyer accepts your answer",
    ORDER_ZH + "，申请 {claim} 已按答复解决。", ORDER_EN + ": claim {claim} is settled by your answer.", "disputes",
)  # fmt: skip
_kind(
    "claim.escalated", "质保申请已转交平台", "The warranty claim goes to the platform",
    ORDER_ZH + "，申请 {claim} 由平台认定。", ORDER_EN + ": the platform decides claim {claim}.", "disputes", must=True,
)  # fmt: skip
_kind(
    "claim.to_decide", "待认定质保申请：{claim}", "Warranty claim to decide: {claim}",
    ORDER_ZH + "，申请 {claim} 等待认定。", ORDER_EN + ": claim {claim} waits for a decision.", "work",
)  # fmt: skip
_kind(
    "claim.withdrawn", "质保申请已撤回", "The warranty claim was taken back",
    ORDER_ZH + "，买家撤回了申请 {claim}。", ORDER_EN + ": the buyer took back claim {claim}.", "disputes",
)  # fmt: skip
_kind(
    "claim.upheld", "质保申请获得支持", "The warranty claim was upheld",
    ORDER_ZH + "，申请 {claim}：{finding}", ORDER_EN + ", claim {claim}: {finding}", "disputes", must=True,
)  # fmt: skip
_kind(
    "claim.refused", "质保申请未获支持", "The warranty claim was not upheld",
    ORDER_ZH + "，申请 {claim}：{finding}", ORDER_EN + ", claim {claim}: {finding}", "disputes", must=True,
)  # fmt: skip
_kind(
    "order.compensated", "赔付款 {amount} 正在退回", "Compensation of {amount} is on its way",
    ORDER_ZH + "的赔付 {amount}（{cause}，{reason}）已原路退回，到账后另行通知。",
    ORDER_EN + ": a compensation of {amount} ({cause}, {reason}) goes back the way you paid. You will hear "
    "when it arrives.",
    "money", must=True,
)  # fmt: skip
_kind(
    "order.compensation_taken", "支付赔付 {amount}", "Compensation of {amount} paid",
    ORDER_ZH + "向买家赔付 {amount}（{cause}，{reason}），从应付款中支付，不足部分从保证金扣除。",
    ORDER_EN + ": {amount} was paid to the buyer ({cause}, {reason}) out of what you are owed, and what that "
    "did not cover out of your deposit.",
    "money", must=True,
)  # fmt: skip
_kind(
    "order.compensation_arrived", "赔付款 {amount} 已到账", "Compensation of {amount} arrived",
    ORDER_ZH + "的赔付（{cause}）已由支付渠道退回 {amount}。", ORDER_EN + ": the payment provider has returned "
    "{amount} ({cause}).",
    "money",
)  # fmt: skip
_kind(
    "invoice.requested", "请开具发票：{amount}", "Please issue an invoice: {amount}",
    ORDER_ZH + "需开具发票 {invoice}，金额 {amount}，最晚 {due_at}。由服务商开具的，开具前该订单不进入结算单。",
    ORDER_EN + " needs invoice {invoice} of {amount} by {due_at}. Until a provider has issued its invoice, the "
    "order stays out of statements.",
    "money", must=True,
)  # fmt: skip
_kind(
    "invoice.red", "请开具红字发票：{amount}", "Please issue a red invoice: {amount}",
    ORDER_ZH + "已退款，需开具红字发票 {invoice}，金额 {amount}，最晚 {due_at}。",
    ORDER_EN + " was refunded: red invoice {invoice} of {amount} is due by {due_at}.", "money", must=True,
)  # fmt: skip
_kind(
    "invoice.issued", "发票已开具：{amount}", "Invoice issued: {amount}",
    ORDER_ZH + "的发票 {invoice}（{amount}）已开具，号码 {document}，可在订单页下载。",
    ORDER_EN + ": invoice {invoice} of {amount} was issued as {document}. Download it on the order's page.", "money",
)  # fmt: skip
_kind(
    "invoice.late", "发票逾期未开：{invoice}", "Invoice is late: {invoice}",
    ORDER_ZH + "的发票 {invoice}（{amount}）应在 {due_at} 前开具，请尽快处理。",
    ORDER_EN + ": invoice {invoice} of {amount} was due by {due_at}. Please issue it now.", "money", must=True,
)  # fmt: skip
_kind(
    "review.written", "收到新评价：{score} 星", "New review: {score} stars",
    ORDER_ZH + "的买家发表了评价，您可以公开回复一次。", "The buyer of order {number} ({title}) wrote a "
    "review. You may answer it "
    "in public once.",
    "store",
)  # fmt: skip
_kind(
    "review.followed_up", "买家追加了评价", "A review was added to",
    ORDER_ZH + "的买家追加了评价。", "The buyer of order {number} ({title}) added to the review.", "store",
)  # fmt: skip
_kind(
    "review.replied", "服务商回复了您的评价", "Your review was answered",
    ORDER_ZH + "的服务商回复了您的评价。", "The provider of order {number} ({title}) answered your review.",
)  # fmt: skip
_kind(
    "review.to_look_at", "待核查评价：{number}", "Review to look at: {number}",
    ORDER_ZH + "的评价人与服务商有关联，请核查后公开或移除。",
    "Whoever reviewed order {number} ({title}) is connected with a provider. Look into it, then publish or "
    "remove it.", "work",
)  # fmt: skip
_kind(
    "review.published", "您的评价已公开", "Your review is published",
    ORDER_ZH + "的评价经核查已公开。", "Your review of order {number} ({title}) was looked into and is published.",
)  # fmt: skip
_kind(
    "review.removed", "您的评价已移除", "Your review was removed",
    ORDER_ZH + "的评价已移除，原因：{reason}", "Your review of order {number} ({title}) was removed: "
    "{reason}", "disputes",
    must=True,
)  # fmt: skip
for _name, _title, _body, _group in (
    (
        "requested",
        ("待开云资源发票：{provider}", "Invoice for cloud purchases: {provider}"),
        (
            "服务商申请为账单 {bill} 开具 {amount} 的云资源发票（{number}，13(4)）。",
            "The provider asks for an invoice of {amount} for the bill {bill} ({number}, 13(4)).",
        ),
        "work",
    ),
    (
        "issued",
        ("账单 {bill} 的云资源发票已开具", "The invoice for the bill {bill} is issued"),
        (
            "发票号码 {document}，金额 {amount}（{number}）。",
            "Its number is {document}, its amount {amount} ({number}).",
        ),
        "money",
    ),
    (
        "declined",
        ("账单 {bill} 的云资源发票未开具", "No invoice for the bill {bill}"),
        ("申请 {number} 未通过，原因：{reason}", "The request {number} was declined: {reason}"),
        "money",
    ),
):
    kinds.register(
        f"cloud_invoice.{_name}",
        title={"zh-hans": _title[0], "en": _title[1]},
        body={"zh-hans": _body[0], "en": _body[1]},
        group=_group,
    )
