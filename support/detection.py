"""What in a chat looks like leading a buyer out of the market (§14), or like abuse (§18(7)).

Pure: nothing is blocked, what is found waits for an operator's judgement.
"""

import re

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:微信|加\s*[vV]|QQ|wechat|whatsapp|telegram)\s*(?:号|id)?\s*[::]?\s*[\w-]{5,}", re.IGNORECASE)
_PAYMENT = re.compile(
    r"(?:私下|线下|直接|off.?platform|directly)\s*(?:付款|转账|支付|打款|pay|transfer)", re.IGNORECASE
)
_ABUSE = re.compile(
    r"傻[逼比屄叉xX]|[煞沙]笔|脑残|白痴|废物|滚蛋|王八蛋|混蛋|去死|[他你]妈的|弄死你|打死你|揍你|找人收拾|走着瞧|让你好看"
    r"|\b(?:idiots?|morons?|assholes?|bitch|bastards?|fuck(?:ing|er)?|kill you|hurt you|shut up|you will regret)\b",
    re.IGNORECASE,
)


def flag_of(text: str) -> str:
    """Why a provider's message should be looked at: `payment`, `contact` or `link` (§14(1), §14(2)), `abuse` (§18(7)).

    Empty where nothing is found; the heaviest where there is more.
    """
    if _PAYMENT.search(text):
        return "payment"
    if _PHONE.search(text) or _ACCOUNT.search(text):
        return "contact"
    if _LINK.search(text):
        return "link"
    if _ABUSE.search(text):
        return "abuse"
    return ""
