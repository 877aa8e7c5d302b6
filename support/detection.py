"""What in a chat looks like leading a buyer out of the market (§14). Pure: operators judge, nothing is blocked."""

import re

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:微信|加\s*[vV]|QQ|wechat|whatsapp|telegram)\s*(?:号|id)?\s*[::]?\s*[\w-]{5,}", re.IGNORECASE)
_PAYMENT = re.compile(
    r"(?:私下|线下|直接|off.?platform|directly)\s*(?:付款|转账|支付|打款|pay|transfer)", re.IGNORECASE
)


def flag_of(text: str) -> str:
    """Why a provider's message should be looked at under article 14: `payment`, `contact`, `link`, or nothing."""
    if _PAYMENT.search(text):
        return "payment"
    if _PHONE.search(text) or _ACCOUNT.search(text):
        return "contact"
    if _LINK.search(text):
        return "link"
    return ""
