"""What providers and reviewers are told about products."""

from notifications import kinds


def _kind(
    name: str, zh: tuple[str, str], en: tuple[str, str], *, group: str = "store", mandatory: bool = False
) -> None:
    kinds.register(
        f"listing.{name}",
        title={"zh-hans": zh[0], "en": en[0]},
        body={"zh-hans": zh[1], "en": en[1]},
        group=group,
        mandatory=mandatory,
    )


_kind(
    "submitted",
    ("待审核：{title}", "{provider}提交了商品“{title}”的第 {version} 版，等待安全审核。"),
    ("To review: {title}", "{provider} handed in version {version} of “{title}” for its security review."),
    group="work",
)
_kind(
    "returned",
    ("“{title}”需要修改", "第 {version} 版已退回，有 {count} 处需要修改。审核说明：{note}。修改后请重新提交。"),
    (
        "“{title}” needs changes",
        "Version {version} was sent back with {count} findings. Note: {note}. Hand it in again once changed.",
    ),
)
_kind(
    "refused",
    ("“{title}”未通过审核", "第 {version} 版不能上架（{count} 处待改）。原因：{note}。"),
    ("“{title}” was refused", "Version {version} cannot be listed ({count} findings). Reason: {note}."),
)
_kind(
    "awaiting_deposit",
    (
        "“{title}”已通过审核，待补足保证金",
        "第 {version} 版的价格需要保证金 {required}，还差 {missing}。补足后商品自动上架。",
    ),
    (
        "“{title}” is approved and waits for the deposit",
        "The prices of version {version} need a deposit of {required}; {missing} is missing. It goes "
        "on sale by itself once paid.",
    ),
    mandatory=True,
)
_kind(
    "released",
    ("“{title}”已上架", "第 {version} 版已通过审核并开始销售。"),
    ("“{title}” is on sale", "Version {version} passed its review and is on sale."),
)
_kind(
    "taken_down",
    ("“{title}”已被下架整改", "平台已将商品下架，修改并重新通过审核后才能恢复销售。原因：{note}。已购用户不受影响。"),
    (
        "“{title}” was taken down",
        "The platform took the product down until it is changed and reviewed again. Reason: {note}. "
        "Who bought it keeps it.",
    ),
    mandatory=True,
)
_kind(
    "delisted",
    ("“{title}”已下架", "平台已将商品下架。原因：{note}。请按下架策略保障已购用户。"),
    (
        "“{title}” was delisted",
        "The platform delisted the product. Reason: {note}. Look after those who bought it as your "
        "delisting policy says.",
    ),
    mandatory=True,
)
_kind(
    "restricted",
    ("“{title}”暂不展示", "商品暂时不展示、不能购买。原因：{reason}。已购用户不受影响。"),
    (
        "“{title}” is hidden for now",
        "The product is not shown and cannot be bought. Reason: {reason}. Who bought it keeps it.",
    ),
    mandatory=True,
)
_kind(
    "zero_sales_warning",
    (
        "“{title}”还有 {days} 天将因零成交下架",
        "连续三个月没有成交的商品会被强制下架（18(14)）。{due_at} 之前有一笔成交，商品就会保留。",
    ),
    (
        "“{title}” will be delisted in {days} days without a sale",
        "Products without a sale in three months are delisted (18(14)). One sale before {due_at} keeps it.",
    ),
    mandatory=True,
)
_kind(
    "zero_sales_delisted",
    (
        "{count} 个商品因零成交下架",
        "连续三个月没有成交，以下商品已强制下架（18(14)）：{title}。更新内容并重新通过审核后可以再次上架，期限重新计算。",
    ),
    (
        "Delisted for want of a sale: {count}",
        "These had no sale in three months and were delisted (18(14)): {title}. Update them and have "
        "them reviewed to list them "
        "again; the three months then start over.",
    ),
    mandatory=True,
)
_kind(
    "stale",
    (
        "请更新“{title}”或确认版本",
        "商品自 {since} 起没有更新，也未确认版本。请在 {due_at} 前发布新版本，或确认市场上的版本仍为最新（18(13)），逾期将立案处理。",
    ),
    (
        "Update “{title}”, or attest its version",
        "It was neither updated nor attested since {since}. By {due_at} release a new version, or say that the one in the "
        "market is the current one (18(13)); after that a case opens.",
    ),
    mandatory=True,
)
