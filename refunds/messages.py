"""What buyers, providers and operators are told about refunds."""

from notifications import kinds

ZH, EN = "退款 {number}（订单 {order}，{title}）", "Refund {number} (order {order}, {title})"


def _kind(
    name: str, title_zh: str, title_en: str, body_zh: str, body_en: str, group: str = "disputes", must: bool = True
) -> None:
    kinds.register(
        name,
        title={"zh-hans": title_zh, "en": title_en},
        body={"zh-hans": body_zh, "en": body_en},
        group=group,
        mandatory=must,
    )


_kind(
    "refund.requested", "收到退款申请：{title}", "Refund asked for: {title}",
    ZH + "：买家申请退还 {asked}。说明：{statement}。请最晚 {due_at} 答复，逾期由平台处理。",
    EN + ": the buyer asks for {asked}. Statement: {statement}. Please answer by {due_at}; after that the "
    "platform takes it up.",
)  # fmt: skip
_kind(
    "refund.not_refundable", "退款申请不符合规则：{title}", "Not refundable: {title}",
    ZH + "：{because}款项没有变动。", EN + ": {because} No money was moved.",
)  # fmt: skip
_kind(
    "refund.paying_back", "退款 {amount} 正在退回", "Refund of {amount} on its way",
    ZH + "：{amount} 已原路退回，到账后另行通知。", EN + ": {amount} goes back the way it came. You will hear "
    "when it arrives.",
)  # fmt: skip
_kind(
    "refund.arrived", "退款 {amount} 已到账", "Refund of {amount} arrived",
    ZH + "：支付渠道已退回 {amount}。", EN + ": the payment provider has returned {amount}.",
)  # fmt: skip
_kind(
    "refund.accepted", "服务商同意退款", "The provider accepts the refund",
    ZH + "：服务商已同意，退还 {amount}。", EN + ": the provider accepts; {amount} goes back.",
)  # fmt: skip
_kind(
    "refund.disputed", "服务商不同意退款", "The provider disputes the refund",
    ZH + "：{reply}。双方可继续协商；{decide_at} 前未达成一致由平台处理，也可随时请平台决定。",
    EN + ": {reply}. You may go on negotiating; without agreement by {decide_at} the platform decides, or "
    "earlier if you ask.",
)  # fmt: skip
_kind(
    "refund.offered", "收到和解金额：{offered}", "An amount was offered: {offered}",
    ZH + "：对方提出以 {offered} 解决。说明：{statement}。您签署后生效。",
    EN + ": the other side offers to settle for {offered}. {statement} It binds when you sign.",
)  # fmt: skip
_kind(
    "refund.offer_declined", "和解金额被拒绝", "The offer was declined",
    ZH + "：对方没有接受 {offered}（{statement}）。", EN + ": the other side does not accept {offered} ({statement}).",
)  # fmt: skip
_kind(
    "refund.agreed", "退款金额已由双方签署：{offered}", "Both signed for {offered}",
    ZH + "：双方同意退还 {offered}（{statement}），正在退回。", EN + ": both agree on {offered} ({statement}); "
    "it is on its way.",
)  # fmt: skip
_kind(
    "refund.escalated", "退款已转交平台", "The refund goes to the platform",
    ZH + "已转交平台处理，请在退款页补充证据。", EN + " is with the platform now. Please add your evidence on "
    "its page.",
)  # fmt: skip
_kind(
    "refund.to_decide", "待处理退款争议：{number}", "Refund in dispute: {number}",
    ZH + "等待平台处理。", EN + " waits for the platform.", "work", must=False,
)  # fmt: skip
_kind(
    "refund.decided", "退款决定：退还 {amount}", "Refund decided: {amount}",
    ZH + "：{because}退还 {amount}。", EN + ": {because} {amount} goes back.",
)  # fmt: skip
_kind(
    "refund.refused", "退款理由未获支持", "The refund was not granted",
    ZH + "：{finding}。{because}", EN + ": {finding}. {because}",
)  # fmt: skip
_kind(
    "refund.withdrawn", "买家撤回了退款申请", "The refund was taken back",
    ZH + "已由买家撤回，款项没有变动。", EN + " was taken back by the buyer. No money was moved.",
)  # fmt: skip
_kind(
    "refund.said", "退款协商有新消息", "A new message about a refund",
    ZH + "：{text}", EN + ": {text}",
)  # fmt: skip
_kind(
    "refund.imposed", "平台退款：{amount}", "Refund by the platform: {amount}",
    ZH + "：{reason}，退还 {amount}。", EN + ": {reason}. {amount} goes back.",
)  # fmt: skip
