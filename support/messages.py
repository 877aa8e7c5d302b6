"""What people are told about conversations and tickets."""

from notifications.kinds import register

register(
    "chat.asked",
    title={"zh-hans": "订单 {number} 的买家在咨询", "en": "The buyer of order {number} is asking"},
    body={
        "zh-hans": "订单 {number} 的买家发来消息。服务时间内请在 30 秒内回复（§12(1)3）。",
        "en": "The buyer of order {number} wrote to you. In business hours answer within 30 seconds (§12(1)3).",
    },
)
register(
    "chat.answered",
    title={"zh-hans": "服务商回复了订单 {number} 的咨询", "en": "The provider answered about order {number}"},
    body={
        "zh-hans": "服务商在订单 {number} 的对话中回复了您。",
        "en": "The provider answered you in the conversation of order {number}.",
    },
)
register(
    "ticket.opened",
    title={"zh-hans": "新售后工单 {number}：{title}", "en": "New ticket {number}: {title}"},
    body={
        "zh-hans": "买家提交了售后工单 {number}（{title}），请尽快处理（§12）。",
        "en": "A buyer opened ticket {number} ({title}). Please look after it (§12).",
    },
)
register(
    "ticket.written",
    title={"zh-hans": "工单 {number} 有新消息", "en": "New word in ticket {number}"},
    body={
        "zh-hans": "买家在工单 {number}（{title}）中留言。",
        "en": "The buyer wrote in ticket {number} ({title}).",
    },
)
register(
    "ticket.answered",
    title={"zh-hans": "工单 {number} 有回复", "en": "Ticket {number} was answered"},
    body={
        "zh-hans": "服务商回复了工单 {number}（{title}）。",
        "en": "The provider answered ticket {number} ({title}).",
    },
)
register(
    "ticket.solved",
    title={"zh-hans": "工单 {number} 已处理，请确认", "en": "Ticket {number} is solved: please confirm"},
    body={
        "zh-hans": "服务商表示工单 {number}（{title}）已解决。请确认关闭，未解决可重新打开。",
        "en": "The provider says that ticket {number} ({title}) is solved. Close it, or reopen it if it is not.",
    },
)
