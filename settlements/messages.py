"""What providers and operators are told about settlements."""

from notifications import kinds


def _kind(
    name: str, zh: tuple[str, str], en: tuple[str, str], *, group: str = "money", mandatory: bool = False
) -> None:
    kinds.register(
        f"settlement.{name}",
        title={"zh-hans": zh[0], "en": en[0]},
        body={"zh-hans": zh[1], "en": en[1]},
        group=group,
        mandatory=mandatory,
    )


_kind(
    "issued",
    ("结算单 {number} 已出", "本期应付 {payout}。请在 {confirm_by} 之前核对并确认；到期没有异议即视为确认。"),
    (
        "Statement {number} is ready",
        "The payout is {payout}. Check and confirm it by {confirm_by}; without an objection it then "
        "counts as confirmed.",
    ),
    mandatory=True,
)
_kind(
    "confirmed_itself",
    ("结算单 {number} 已自动确认", "确认期内没有异议，结算单（应付 {payout}）已进入平台审批。"),
    (
        "Statement {number} confirmed itself",
        "Nobody objected in time; the statement ({payout}) is now with the platform.",
    ),
)
_kind(
    "answered",
    ("结算单 {number} 的异议已答复", "答复：{answer}。应付金额仍为 {payout}，请重新核对并确认。"),
    (
        "Your objection to statement {number} was answered",
        "Answer: {answer}. The payout stays {payout}; please check it again.",
    ),
    mandatory=True,
)
_kind(
    "returned",
    ("结算单 {number} 已撤回", "说明：{answer}。原应付 {payout} 的各项将并入新的结算单。"),
    ("Statement {number} was withdrawn", "Note: {answer}. What it held ({payout}) goes into a new statement."),
    mandatory=True,
)
_kind(
    "closed",
    ("结算单 {number} 已办结", "本期应付 {payout}，没有需要打款的金额。"),
    ("Statement {number} is closed", "The payout is {payout}; there is nothing to send."),
)
_kind(
    "paid",
    ("结算单 {number} 已打款", "{payout} 已打款至您的收款账户。"),
    ("Statement {number} is paid", "{payout} was sent to your bank account."),
    mandatory=True,
)
_kind(
    "payout_returned",
    ("结算单 {number} 的打款被退回", "{payout} 未能入账。请核对收款账户，财务会再次打款。"),
    (
        "The payout of statement {number} came back",
        "{payout} could not be credited. Check your bank account; finance sends it again.",
    ),
    mandatory=True,
)
_kind(
    "account_changed",
    ("收款账户已变更", "今后的结算款将打入 {account}。如不是您本人操作，请立即联系平台。"),
    (
        "Your bank account was changed",
        "Settlements now go to {account}. If this was not you, contact the platform at once.",
    ),
    mandatory=True,
)
_kind(
    "your_turn",
    ("结算单 {number}：{state}", "{provider}的结算单，应付 {payout}，等待您处理。"),
    ("Statement {number}: {state}", "A statement of {provider}, {payout}, waits for you."),
    group="work",
)
