"""What providers and operators are told about deposits (§9(6))."""

from notifications import kinds


def _kind(name: str, zh: tuple[str, str], en: tuple[str, str], *, group: str = "money", mandatory: bool = True) -> None:
    kinds.register(
        f"deposits.{name}",
        title={"zh-hans": zh[0], "en": en[0]},
        body={"zh-hans": zh[1], "en": en[1]},
        group=group,
        mandatory=mandatory,
    )


_kind(
    "required",
    ("请缴纳保证金 {amount}", "按最高价格 {highest} 应缴保证金 {amount}。缴足后店铺立即展示。"),
    (
        "Deposit to pay: {amount}",
        "For a highest price of {highest} the deposit is {amount}. The store is shown as soon as it is paid.",
    ),
)
_kind(
    "paid",
    ("保证金到账 {amount}", "已收到 {amount}，保证金余额 {balance}。"),
    ("Deposit received: {amount}", "We have received {amount}. The deposit now holds {balance}."),
)
_kind(
    "sufficient",
    ("保证金已足额", "保证金余额 {balance}，达到应缴的 {required}。因保证金不足的限制已解除。"),
    (
        "The deposit suffices",
        "The deposit of {balance} reaches the required {required}. What was closed for it is open again.",
    ),
)
_kind(
    "deducted",
    ("保证金扣除 {amount}", "扣除单 {number}：扣除 {amount}，原因：{reason}。余额 {balance}。您可以申诉。"),
    (
        "Deducted from the deposit: {amount}",
        "Deduction {number}: {amount}, because: {reason}. The deposit now holds {balance}. You may appeal.",
    ),
)
_kind(
    "deduction_reversed",
    ("扣除已冲回 {amount}", "扣除单 {number} 已冲回 {amount}，原因：{reason}。余额 {balance}。"),
    (
        "Deduction taken back: {amount}",
        "Deduction {number} of {amount} was taken back, because: {reason}. The deposit now holds {balance}.",
    ),
)
_kind(
    "top_up",
    (
        "请补足保证金 {shortfall}",
        "应缴 {required}，余额 {balance}，还差 {shortfall}。请在 {deadline} 之前补足；逾期从下期结算中扣补，"
        "仍不足将停止展示。",
    ),
    (
        "Top up the deposit: {shortfall}",
        "Of the required {required} the deposit holds {balance}; {shortfall} is missing. Top it up before "
        "{deadline}; after "
        "that it is taken from the next settlement, and if that does not cover it the display is closed.",
    ),
)
_kind(
    "withholding",
    (
        "保证金逾期未补足",
        "还差 {shortfall}，{deadline} 前未补足，将从下期结算中扣补。{settlement} 前仍未补足的，"
        "店铺和商品停止展示。现在补足仍可避免。",
    ),
    (
        "The deposit was not topped up in time",
        "{shortfall} is missing and was not topped up before {deadline}: it is taken from the next "
        "settlement. If it is "
        "still missing by {settlement}, the store and its products are hidden. Topping it up now still avoids that.",
    ),
)
_kind(
    "withheld",
    ("结算扣补保证金 {amount}", "已从结算款中扣补 {amount}，还差 {remaining}。"),
    (
        "Taken from a settlement: {amount}",
        "{amount} went from a settlement into the deposit; {remaining} is still missing.",
    ),
)
_kind(
    "additional_proposed",
    ("待确认：追加保证金", "{provider} 十二个月内第 {count} 次扣除保证金，可以要求追加 {amount}，请确认或不予追加。"),
    (
        "To settle: an additional deposit",
        "{provider} had {count} deductions within twelve months; {amount} more may be asked. Please confirm "
        "or decline.",
    ),
    group="work",
    mandatory=False,
)
_kind(
    "additional_confirmed",
    ("追加保证金 {amount}", "因十二个月内多次扣除，应缴保证金增加 {amount}，至 {until}。说明：{reason}"),
    (
        "Additional deposit: {amount}",
        "After several deductions within twelve months the required deposit rises by {amount} until {until}. {reason}",
    ),
)
_kind(
    "additional_ended",
    ("追加保证金已到期", "追加的 {amount} 不再要求。"),
    ("The additional deposit has ended", "The additional {amount} is no longer required."),
    mandatory=False,
)
_kind(
    "return_sent",
    ("保证金退还中 {amount}", "{amount} 正在退回 {recipient}。"),
    ("Deposit on its way back: {amount}", "{amount} is on its way to {recipient}."),
)
_kind(
    "returned",
    ("保证金已退还 {amount}", "{amount} 已退还到账。"),
    ("Deposit given back: {amount}", "{amount} has arrived."),
)
_kind(
    "return_failed",
    ("保证金退还未成功", "{amount} 未能退回银行账户，已回到保证金账户。请核对收款账户。"),
    (
        "The deposit could not be given back",
        "{amount} did not reach the bank account and is in the deposit again. Check the account.",
    ),
)
