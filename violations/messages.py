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
    title={"zh-hans": "案件 {number} 认定结果：扣 {points} 分", "en": "Finding in case {number}: {points} points"},
    body={
        "zh-hans": "平台认定“{row}”成立，扣 {points} 分。理由：{reason}。您可以在 {due_at} 之前申诉，由另一名运营人员处理（§19）。",
        "en": "The platform finds: {row}, {points} points. Reason: {reason}. You may appeal before {due_at}; another operator decides (§19).",
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
