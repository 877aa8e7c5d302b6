"""What people are told when a provider leaves."""

from notifications.kinds import register

GROUP = "disputes"

register(
    "exit.requested",
    title={"zh-hans": "退出申请 {number} 已受理", "en": "Exit {number} has begun"},
    body={
        "zh-hans": "已停止新订单。请完成在途服务并结清款项，全部完成后退出生效，保证金在最后一个质保期结束后退还。备注：{reason}",
        "en": "No new orders come in. Finish the work that is under way; then the exit takes effect, and the deposit is returned after the last warranty. Note: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.left",
    title={"zh-hans": "退出 {number} 已生效", "en": "Exit {number} has taken effect"},
    body={
        "zh-hans": "您已退出云市场，结余的保证金将在 {due_at} 之前退还。",
        "en": "You have left the marketplace. The rest of the deposit is returned by {due_at}.",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.clearance_settled",
    title={"zh-hans": "清退 {number} 已执行完毕", "en": "Clearance {number} is carried out"},
    body={
        "zh-hans": "未完成的订单已全部退款，保证金余额 {amount} 不予退还（§20(4)、§26(1)）。",
        "en": "Unfinished orders were refunded; the rest of the deposit, {amount}, is kept (§20(4), §26(1)).",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.settled",
    title={"zh-hans": "退出 {number} 的保证金已退还", "en": "The deposit of exit {number} was returned"},
    body={
        "zh-hans": "保证金余额已打款到登记的账户。",
        "en": "The rest of the deposit was paid to the account on file.",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.clearance_proposed",
    title={"zh-hans": "清退程序 {number} 已启动", "en": "Clearance {number} has begun"},
    body={
        "zh-hans": "依据 {grounds} 条，清退程序已启动，等待另一名运营人员确认。理由：{reason}",
        "en": "A clearance has begun under {grounds} and waits for a second operator. Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.clearance_declined",
    title={"zh-hans": "清退程序 {number} 已终止", "en": "Clearance {number} was dropped"},
    body={
        "zh-hans": "清退不再执行，展示已恢复。理由：{reason}",
        "en": "The clearance is dropped and the display restored. Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.cleared_out",
    title={"zh-hans": "您已被清退（{number}）", "en": "You are cleared out ({number})"},
    body={
        "zh-hans": "未完成的订单将全额退款，保证金不予退还，永久不得重新入驻（§20(4)、§25、§26）。理由：{reason}",
        "en": "Unfinished orders are refunded in full, the deposit is kept, and the subject may not return (§20(4), §25, §26). Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "exit.choose",
    title={
        "zh-hans": "订单 {number} 的服务商将退出，请选择",
        "en": "The provider of order {number} leaves: please choose",
    },
    body={
        "zh-hans": "请在 {due_at} 之前选择：退回未使用部分，或继续使用到期；逾期按退款处理（§26(1)）。",
        "en": "Choose before {due_at}: the unused part back, or use to the end of the term. Without a choice it is paid back (§26(1)).",
    },
    mandatory=True,
)
register(
    "exit.after_sales",
    title={"zh-hans": "订单 {number} 的服务商已退出", "en": "The provider of order {number} has left"},
    body={
        "zh-hans": "订单 {number} 已完成，售后请与服务商直接协商；云资源部分仍可续费（§26(2)、§26(3)）。",
        "en": "Order {number} is complete. After-sales is between you and the provider; cloud resources can still be renewed (§26(2), §26(3)).",
    },
    mandatory=True,
)
