"""What notifications themselves send: announcements, and what concerns an account."""

from datetime import datetime

from accounts.models import IdentityVerification, User
from accounts.types import IdentityState
from notifications import kinds
from notifications.services import notify

kinds.register(
    "announcement",
    title={"zh-hans": "{title}", "en": "{title}"},
    body={"zh-hans": "{body}", "en": "{body}"},
    group="announcements",
    mandatory=True,
)
kinds.register(
    "announcement.service",
    title={"zh-hans": "{title}", "en": "{title}"},
    body={"zh-hans": "{body}", "en": "{body}"},
    group="announcements",
)
kinds.register(
    "identity.verified",
    title={"zh-hans": "实名认证已通过", "en": "Your real name is verified"},
    body={
        "zh-hans": "{name}（{number}）已通过实名认证。现在可以申请成为服务商，也可以开具以该名称为抬头的发票。",
        "en": "{name} ({number}) is verified. You may now apply as a provider, and ask for invoices in this name.",
    },
    group="account",
    mandatory=True,
)
kinds.register(
    "identity.refused",
    title={"zh-hans": "实名认证未通过", "en": "Your real name could not be verified"},
    body={
        "zh-hans": "登记机关没有确认 {name}（{number}）。请核对名称和号码后重新提交。",
        "en": "The register did not confirm {name} ({number}). Check the name and the number, and submit them again.",
    },
    group="account",
    mandatory=True,
)
kinds.register(
    "identity.revoked",
    title={"zh-hans": "实名认证已撤销", "en": "Your real-name verification was revoked"},
    body={
        "zh-hans": "{name}（{number}）的实名认证已撤销，原因：{reason}。请重新认证。",
        "en": "The verification of {name} ({number}) was revoked: {reason}. Please verify again.",
    },
    group="account",
    mandatory=True,
    sms=True,
)
kinds.register(
    "account.closed",
    title={"zh-hans": "您的账号已停用", "en": "Your account was closed"},
    body={
        "zh-hans": "运营人员停用了您的账号，原因：{reason}。如有异议，请联系平台客服。",
        "en": "An operator closed your account: {reason}. If you disagree, contact the platform's support.",
    },
    group="account",
    mandatory=True,
    sms=True,
)

_IDENTITY_KINDS = {
    IdentityState.VERIFIED.value: "identity.verified",
    IdentityState.REFUSED.value: "identity.refused",
    IdentityState.REVOKED.value: "identity.revoked",
}


def tell_identity(verification: IdentityVerification, now: datetime) -> None:
    """Tell the person what the register said."""
    notify(
        recipient=verification.user,
        kind=_IDENTITY_KINDS[verification.state],
        subject=f"account:{verification.user_id}",
        context={
            "name": verification.masked_name,
            "number": verification.masked_number,
            "reason": verification.reason,
        },
        now=now,
        link="/account/identity/",
    )


def tell_closed(user: User, reason: str, now: datetime) -> None:
    """Tell the person that their account was closed, and why."""
    notify(recipient=user, kind="account.closed", subject=f"account:{user.pk}", context={"reason": reason}, now=now)
