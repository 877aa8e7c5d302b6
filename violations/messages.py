"""What people are told about complaints, cases and standing."""

from notifications.kinds import register

GROUP = "disputes"

register(
    "complaint.filed",
    title={
        "zh-hans": "收到投诉 {number}，请在 30 分钟内响应",
        "en": "Complaint {number}: please answer within 30 minutes",
    },
    body={
        "zh-hans": "有用户对您提出投诉 {number}。请在 {due_at} 之前响应，逾期将立案处理（§18(16)）。",
        "en": "A customer complained about you ({number}). Answer before {due_at}; after that a case opens (§18(16)).",
    },
    group=GROUP,
    mandatory=True,
    sms=True,
)
register(
    "complaint.supported",
    title={"zh-hans": "投诉 {number} 有新证据", "en": "New evidence for complaint {number}"},
    body={
        "zh-hans": "投诉人为投诉 {number} 补充了 {files} 份证据，请查看。",
        "en": "The person who complained added evidence to complaint {number} (files: {files}). Please look at it.",
    },
    group=GROUP,
)
register(
    "complaint.answered",
    title={"zh-hans": "服务商已响应投诉 {number}", "en": "The provider answered complaint {number}"},
    body={
        "zh-hans": "服务商已回复您的投诉 {number}，平台将结合双方证据作出处理。",
        "en": "The provider has answered your complaint {number}. The platform now examines both sides' evidence.",
    },
    group=GROUP,
)
register(
    "complaint.upheld",
    title={"zh-hans": "投诉 {number} 成立", "en": "Complaint {number} is upheld"},
    body={
        "zh-hans": "平台认为投诉 {number} 成立，已立案。理由：{reason}",
        "en": "The platform upholds complaint {number} and has opened a case. Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "complaint.dismissed",
    title={"zh-hans": "投诉 {number} 不成立", "en": "Complaint {number} is dismissed"},
    body={
        "zh-hans": "平台认为投诉 {number} 不成立。理由：{reason}",
        "en": "The platform dismisses complaint {number}. Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "complaint.withdrawn",
    title={"zh-hans": "投诉 {number} 已撤回", "en": "Complaint {number} was withdrawn"},
    body={
        "zh-hans": "投诉人撤回了投诉 {number}。备注：{reason}",
        "en": "The person who complained withdrew complaint {number}. Note: {reason}",
    },
    group=GROUP,
)
register(
    "case.opened",
    title={"zh-hans": "案件 {number} 已立案，请申辩", "en": "Case {number} is open: you may be heard"},
    body={
        "zh-hans": "平台就“{row}”（{code}）立案。请在 {due_at} 之前提交申辩和证据（§19）。",
        "en": "The platform opened a case under {code}, {row}. Give your statement and evidence before {due_at} (§19).",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "case.dismissed",
    title={"zh-hans": "案件 {number} 不予处理", "en": "Case {number} is dismissed"},
    body={
        "zh-hans": "平台认为案件 {number} 不构成违规。理由：{reason}（申辩期至 {due_at}）",
        "en": "The platform finds no violation in case {number}. Reason: {reason} (hearing until {due_at})",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "case.found",
    title={"zh-hans": "案件 {number} 认定结果：扣 {points} 分", "en": "Finding in case {number}: points {points}"},
    body={
        "zh-hans": "平台认定“{row}”成立，扣 {points} 分。理由：{reason}。您可以在 {due_at} 之前申诉，由另一名运营人员处理（§19）。",
        "en": "The platform finds: {row}; points {points}. Reason: {reason}. You may appeal before {due_at}; another operator decides (§19).",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "appeal.rejected",
    title={"zh-hans": "案件 {number} 申诉未成立", "en": "Appeal in case {number} is rejected"},
    body={
        "zh-hans": "另一名运营人员维持了案件 {number} 的认定。理由：{reason}",
        "en": "Another operator confirmed the finding in case {number}. Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "appeal.allowed",
    title={"zh-hans": "案件 {number} 申诉成立，处理已撤销", "en": "Appeal in case {number} is allowed"},
    body={
        "zh-hans": "另一名运营人员撤销了案件 {number} 的认定，扣分、冻结与扣款已恢复。理由：{reason}",
        "en": "Another operator overturned the finding in case {number}: points, freezes and deductions are taken back. Reason: {reason}",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "standing.step",
    title={"zh-hans": "本年扣分达到 {points} 分", "en": "Your points of this year reached {points}"},
    body={
        "zh-hans": "本年扣分达到 {points} 分档，店铺冻结 {days} 天；累计 24 分将被清退（§20）。",
        "en": "Your points reached the step at {points}: the store is frozen for {days} days. 24 points end your stay (§20).",
    },
    group=GROUP,
    mandatory=True,
)
register(
    "standing.year_closed",
    title={"zh-hans": "{year} 年扣分已结：{points} 分", "en": "Points of {year} are closed: {points}"},
    body={
        "zh-hans": "{year} 年 12 月 31 日 24:00 起扣分重新计算，{year} 年共扣 {points} 分，记录可随时查看（§21）。",
        "en": "From 24:00 on 31 December {year} points start over. {year} came to {points}; the record stays readable (§21).",
    },
    group=GROUP,
)

register(
    "message_report.upheld",
    title={"zh-hans": "您举报的消息已查实", "en": "The message you reported broke the rules"},
    body={
        "zh-hans": "您在订单 {number} 的对话中举报的消息违反规则，平台已对服务商立案。说明：{reason}",
        "en": "The message you reported in the conversation of order {number} broke the rules; a case is open against the "
        "provider. Reason: {reason}",
    },
    group=GROUP,
)
register(
    "message_report.dismissed",
    title={"zh-hans": "您举报的消息未发现违规", "en": "Nothing wrong was found in the message you reported"},
    body={
        "zh-hans": "平台查看了您在订单 {number} 的对话中举报的消息，未发现违规。说明：{reason}",
        "en": "The platform looked at the message you reported in the conversation of order {number} and found nothing "
        "against the rules. Reason: {reason}",
    },
    group=GROUP,
)

for _name, _title, _body in (
    (
        "takedown.filed",
        ("商品“{product}”被主张侵权，已暂停展示", "“{product}” is hidden: an infringement is claimed"),
        (
            "有权利人主张该商品侵犯“{work}”（{number}），商品已立即停止展示和销售（§18(17)1）。请尽快提交说明和权属证明。",
            "A holder of rights claims that it infringes “{work}” ({number}). It is neither shown nor sold from now on "
            "(§18(17)1). Answer with what proves your own rights.",
        ),
    ),
    (
        "takedown.answered",
        ("服务商已答复您的侵权投诉 {number}", "The provider answered your claim {number}"),
        (
            "服务商已就“{product}”答复，运营人员将结合双方材料作出决定。",
            "The provider answered about “{product}”. An operator decides with what both sides handed in.",
        ),
    ),
    (
        "takedown.upheld",
        ("侵权投诉 {number} 成立", "Infringement claim {number} is upheld"),
        (
            "平台认定“{product}”侵犯“{work}”，商品已下架。服务商须为已购用户提供替代、迁移或承担费用（§18(17)2）。理由：{reason}",
            "“{product}” infringes “{work}” and has left the market. The provider owes its users a substitute, a migration "
            "or the costs (§18(17)2). Reason: {reason}",
        ),
    ),
    (
        "takedown.dismissed",
        ("侵权投诉 {number} 不成立", "Infringement claim {number} is dismissed"),
        (
            "平台未认定“{product}”侵权，商品恢复展示。理由：{reason}",
            "No infringement was found in “{product}”; it is shown again. Reason: {reason}",
        ),
    ),
    (
        "takedown.withdrawn",
        ("侵权投诉 {number} 已撤回", "Infringement claim {number} was withdrawn"),
        (
            "权利人撤回了对“{product}”的投诉，商品恢复展示。",
            "The claim about “{product}” was withdrawn; it is shown again.",
        ),
    ),
    (
        "defect.asked",
        ("请说明商品“{product}”的缺陷", "Is there a defect in “{product}”?"),
        (
            "平台询问：{question}。请在 {due_at} 前告知用户，或说明不存在缺陷，逾期将立案处理（§18(6)）。",
            "The platform asks: {question}. By {due_at} tell the users, or say why there is none; after that a case opens "
            "(§18(6)).",
        ),
    ),
    (
        "defect.denied",
        ("服务商称“{product}”不存在缺陷", "The provider sees no defect in “{product}”"),
        ("缺陷询问 {number} 已答复，请判断。", "Question {number} was answered. Please judge."),
    ),
    (
        "defect.none",
        ("“{product}”未认定缺陷", "No defect was found in “{product}”"),
        (
            "平台接受您对 {number} 的说明。理由：{reason}",
            "The platform accepts what you say about {number}. Reason: {reason}",
        ),
    ),
    (
        "defect.disclosed",
        ("您使用的“{product}”存在缺陷：{title}", "A defect in “{product}”, which you use: {title}"),
        ("影响：{effect}\n建议您：{advice}", "What it may lead to: {effect}\nWhat you should do: {advice}"),
    ),
    (
        "defect.mended",
        ("“{product}”的缺陷已修复：{title}", "The defect in “{product}” is mended: {title}"),
        ("修复说明：{note}", "How it was mended: {note}"),
    ),
    (
        "remedy.owed",
        ("订单 {order} 的商品因侵权下架", "The product of order {order} was taken down"),
        (
            "您购买的商品被认定侵权并下架。服务商须在 {due_at} 前为您提供替代商品、迁移或承担费用（§18(17)2）。",
            "What you bought was found to infringe rights and has left the market. By {due_at} the provider offers you a "
            "substitute, a migration or the costs (§18(17)2).",
        ),
    ),
    (
        "remedy.offered",
        ("请查看订单 {order} 的补救方案", "A remedy is offered for order {order}"),
        ("服务商为您提出了补救方案，请确认是否接受。", "The provider offers you a remedy. Accept it, or send it back."),
    ),
    (
        "remedy.accepted",
        ("订单 {order} 的用户接受了补救方案", "The user of order {order} accepted the remedy"),
        (
            "侵权下架 {number}：用户已接受您的方案，请按约定履行。",
            "Takedown {number}: the user accepted. Do as you offered.",
        ),
    ),
    (
        "remedy.returned",
        ("订单 {order} 的用户未接受补救方案", "The user of order {order} sent the remedy back"),
        ("侵权下架 {number}：请重新提出方案。", "Takedown {number}: offer another remedy."),
    ),
):
    register(
        _name,
        title={"zh-hans": _title[0], "en": _title[1]},
        body={"zh-hans": _body[0], "en": _body[1]},
        group=GROUP,
        mandatory=True,
    )

register(
    "promotion.sent",
    title={"zh-hans": "{title}", "en": "{title}"},
    body={
        "zh-hans": "{text}\n\n来自您购买过的服务商 {provider}，经平台同意发送。不想再收到，可在消息设置中关闭“推广”。",
        "en": "{text}\n\nFrom {provider}, of whom you bought, with the platform's consent. To get no more of these, switch "
        "promotions off in your message settings.",
    },
    group="promotions",
)
register(
    "promotion.approved",
    title={"zh-hans": "推广“{title}”已发送", "en": "The promotion “{title}” was sent"},
    body={
        "zh-hans": "平台已同意，推广已发送给 {count} 位买家。说明：{reason}",
        "en": "The platform consented; {count} buyers were told. Note: {reason}",
    },
    group="store",
)
register(
    "promotion.refused",
    title={"zh-hans": "推广“{title}”未获同意", "en": "The promotion “{title}” was refused"},
    body={
        "zh-hans": "推广未发送给任何人（{count} 位）。理由：{reason}",
        "en": "Nobody was told ({count}). Reason: {reason}",
    },
    group="store",
)
