"""What providers and operators are told about applications, papers and restrictions."""

from notifications import kinds


def _kind(
    name: str, zh: tuple[str, str], en: tuple[str, str], *, group: str = "store", mandatory: bool = False
) -> None:
    kinds.register(
        f"providers.{name}",
        title={"zh-hans": zh[0], "en": en[0]},
        body={"zh-hans": zh[1], "en": en[1]},
        group=group,
        mandatory=mandatory,
    )


_kind(
    "application_submitted",
    ("入驻申请 {number} 已提交", "我们已收到您的入驻申请，运营人员会按提交先后审核。结果会通知您。"),
    (
        "Application {number} handed in",
        "We have your application. Operators review in the order of arrival, and you will be told.",
    ),
)
_kind(
    "application_waiting",
    ("新的入驻申请 {number}", "{name} 提交了入驻申请，等待审核。"),
    ("New application {number}", "{name} handed in an application that waits for review."),
    group="work",
)
_kind(
    "application_returned",
    ("入驻申请 {number} 需要补正", "请按说明补正后重新提交：{reason}"),
    ("Application {number} needs mending", "Please mend it as described and hand it in again: {reason}"),
    mandatory=True,
)
_kind(
    "application_approved",
    ("入驻申请 {number} 已通过", "店铺“{store}”已开通。缴足保证金后即可展示，现在就可以准备商品。"),
    (
        "Application {number} approved",
        "The store “{store}” is yours. It is shown as soon as the deposit is paid; you can prepare products now.",
    ),
    mandatory=True,
)
_kind(
    "application_refused",
    ("入驻申请 {number} 未通过", "未通过的理由：{reason}"),
    ("Application {number} refused", "It was refused for this reason: {reason}"),
    mandatory=True,
)
_kind(
    "restriction_placed",
    ("{restriction}", "原因：{reason}。{effect} 持续到：{until}。"),
    ("{restriction}", "Why: {reason}. {effect} Until: {until}."),
    group="disputes",
    mandatory=True,
)
_kind(
    "restriction_lifted",
    ("已解除：{restriction}", "该限制已解除，当时的原因：{reason}。其他仍在生效的限制不受影响。"),
    (
        "Ended: {restriction}",
        "This restriction has ended; it had been placed because: {reason}. Others that are in force stay.",
    ),
    group="disputes",
)
_kind(
    "document_expiring",
    ("{paper} 还有 {days} 天到期", "{paper}有效期至 {expires_on}。请在到期前准备新的证件，变更后三十天内报备。"),
    (
        "{paper}: {days} days left",
        "{paper} is valid to {expires_on}. Have a new one ready, and report the change within thirty days.",
    ),
    mandatory=True,
)
_kind(
    "document_lapsed",
    ("{paper} 已到期，请报备", "{paper}有效期至 {expires_on}，已失效。请在 {due_at} 之前上传新证件报备。"),
    (
        "{paper} has lapsed: report it",
        "{paper} was valid to {expires_on}. Report the lapse with a new paper before {due_at}.",
    ),
    mandatory=True,
)
_kind(
    "change_late",
    (
        "{paper} 失效未按时报备",
        "{paper}有效期至 {expires_on}，应在 {due_at} 之前报备而未报备，已转入违规处理。请尽快补报。",
    ),
    (
        "{paper}: lapse not reported in time",
        "{paper} was valid to {expires_on}; its lapse was to be reported before {due_at} and was not. It is handled as "
        "conduct now. Report it as soon as you can.",
    ),
    group="disputes",
    mandatory=True,
)
_kind(
    "change_accept",
    ("变更已确认", "您报备的 {changed_on} 的变更已经核对确认。"),
    ("Change accepted", "The change of {changed_on} that you reported was checked and accepted."),
)
_kind(
    "change_refuse",
    ("变更未通过核对", "您报备的 {changed_on} 的变更未通过：{reason}。请重新报备。"),
    (
        "Change not accepted",
        "The change of {changed_on} that you reported was not accepted: {reason}. Please report it again.",
    ),
    mandatory=True,
)
_kind(
    "conditions_unmet",
    (
        "不再满足入驻条件",
        "以下条件不再满足：{conditions}。请在 {cure_by} 之前恢复，逾期可能被清退。恢复后店铺自动展示。",
    ),
    (
        "Conditions of admission are no longer met",
        "No longer met: {conditions}. Mend this before {cure_by}, or clearance may follow. The store is shown again by "
        "itself once it is mended.",
    ),
    group="disputes",
    mandatory=True,
)
_kind(
    "terms_offered",
    ("有一份补充协议待签署", "平台提供了补充条款：{note}。签署后优先于平台规则适用。"),
    (
        "A supplementary agreement to sign",
        "The platform offers terms of your own: {note}. Once signed they prevail over the rules.",
    ),
)
_kind(
    "staff_joined",
    ("{name} 已加入团队", "{name} 接受了邀请。您可以随时调整其角色。"),
    ("{name} joined the team", "{name} accepted the invitation. You can change the role at any time."),
)
