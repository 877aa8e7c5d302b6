"""What payers are told about money that arrived and could not be taken."""

from notifications import kinds

_GOES_BACK = {
    "zh-hans": "我们收到您为“{title}”（付款单 {number}）支付的 {amount}（应付 {asked}），",
    "en": "We received {amount} from you for “{title}” (payment {number}, {asked} asked for). ",
}


def _kind(reason: str, title_zh: str, title_en: str, body_zh: str, body_en: str) -> None:
    kinds.register(
        f"payments.stray.{reason}",
        title={"zh-hans": title_zh, "en": title_en},
        body={"zh-hans": _GOES_BACK["zh-hans"] + body_zh, "en": _GOES_BACK["en"] + body_en},
        group="money",
        mandatory=True,
    )


_kind(
    "late",
    "付款到账时已超过时限，款项正在退回",
    "Your payment came too late and is on its way back",
    "但到账时该付款单已关闭。款项已自动原路退回，您无需操作；如仍需购买，请重新下单。",
    "The payment had been closed by then. The money goes back the way it came, by itself; to buy, please order again.",
)
_kind(
    "twice",
    "您重复支付了一次，多付的款项正在退回",
    "You paid twice; the second payment is on its way back",
    "但该付款单此前已付清。多付的款项已自动原路退回，您无需操作。",
    "It had been paid before. The second payment goes back the way it came, by itself.",
)
_kind(
    "wrong_amount",
    "收到的金额与应付金额不一致",
    "The amount we received is not the one asked for",
    "金额与应付金额不一致，款项已单独保管，由平台运营人员核实后处理，结果会另行通知您。",
    "The amounts differ, so we keep the money apart until an operator has looked into it. You will hear from us.",
)
_kind(
    "refused",
    "所购内容已无法提供，款项正在退回",
    "What you paid for can no longer be had; your money is on its way back",
    "但所购内容已无法提供。款项已自动原路退回，您无需操作。",
    "What it was for can no longer be had. The money goes back the way it came, by itself.",
)
_kind(
    "gateway_returned",
    "支付渠道已将款项退回",
    "The payment provider returned your money",
    "支付渠道已将该笔款项原路退回，本次付款未成功。",
    "The payment provider has returned it the way it came: this payment did not go through.",
)
kinds.register(
    "payments.queue",
    title={"zh-hans": "待处理款项：{what}", "en": "Money to look into: {what}"},
    body={
        "zh-hans": "{what}（{subject}）。请在运营后台的支付队列中处理。",
        "en": "{what} ({subject}). Please deal with it in the payment queues of the operators' desk.",
    },
    group="work",
)
kinds.register(
    "payments.stray.settled",
    title={"zh-hans": "金额不一致的款项已处理", "en": "The payment with another amount was dealt with"},
    body={
        "zh-hans": "您为“{title}”（付款单 {number}）支付的 {amount} 已核实：{outcome}。",
        "en": "We looked into the {amount} you paid for “{title}” (payment {number}): {outcome}.",
    },
    group="money",
    mandatory=True,
)
