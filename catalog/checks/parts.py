"""What a listing must have before it can be handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from catalog.checks.folding import blank_tags
from catalog.types import Finding, ListingContent, ProductClass, Severity

SHORTEST_DESCRIPTION = 30
HUNDRED = Decimal(100)
_PUBLIC_PAGE = re.compile(r"https?://[^\s/@]+\.[^\s/@]{2,}(?:/\S*)?", re.IGNORECASE)
_COPYLEFT = re.compile(r"^(?:agpl|gpl|sspl|lgpl)", re.IGNORECASE)

# field, clause, Chinese, English: refused while the Chinese text is empty.
_REQUIRED = (
    ("title", "10(5)", "请填写商品标题。", "Give the product a title."),
    ("tagline", "10(5)", "请用一句话说明商品。", "Say in one line what the product is."),
    ("description", "10(5)", "请填写商品详情。", "Describe the product."),
    ("terms", "10(3)", "请填写向用户公示的产品协议或服务条款。", "Give the terms of use that users are shown."),
    (
        "delist_use",
        "10(7)",
        "请说明下架后已购用户如何继续使用。",
        "Say how buyers go on using it after it is delisted.",
    ),
    ("delist_transfer", "10(7)", "请说明下架后权属如何转移。", "Say how rights pass on after it is delisted."),
    (
        "delist_data",
        "10(7)",
        "请说明下架后用户数据如何交还。",
        "Say how users get their data back after it is delisted.",
    ),
    ("security", "10(1)", "请填写安全说明，供安全审核使用。", "Give the security statement that the review rests on."),
)


def _whole(code: str, field: str, clause: str, severity: Severity, zh: str, en: str, row: int | None = None) -> Finding:
    return Finding(code, field, clause, severity, zh, en, row=row)


def check_parts(content: ListingContent) -> Iterator[Finding]:
    """Missing texts, plans, milestones, declarations and pages."""
    yield from _texts(content)
    yield from _declarations(content)
    yield from _service(content)


def _texts(content: ListingContent) -> Iterator[Finding]:
    for name, clause, zh, en in _REQUIRED:
        if not blank_tags(content.texts.get(f"{name}_zh", "")).strip():
            yield _whole("missing", f"{name}_zh", clause, Severity.REFUSE, zh, en)
    description = "".join(blank_tags(content.texts.get("description_zh", "")).split())
    if description and len(description) < SHORTEST_DESCRIPTION:
        yield _whole(
            "too_short",
            "description_zh",
            "10(5)",
            Severity.REFUSE,
            f"详情太短，至少写 {SHORTEST_DESCRIPTION} 个字，让买家看得明白。",
            f"The description is too short: write at least {SHORTEST_DESCRIPTION} characters.",
        )
    if not content.has_cover:
        yield _whole("missing", "cover", "10(5)", Severity.REFUSE, "请上传封面图。", "Upload a cover picture.")
    for name in ("title", "tagline", "description", "terms"):
        if content.texts.get(f"{name}_zh") and not content.texts.get(f"{name}_en", "").strip():
            yield _whole(
                "no_english",
                f"{name}_en",
                "10(5)",
                Severity.WARN,
                "没有英文内容，英文页面将显示中文。",
                "There is no English text; English pages will show the Chinese.",
            )
    if any(plan.price > 0 for plan in content.plans) and not content.texts.get("aftersales_zh", "").strip():
        yield _whole(
            "missing",
            "aftersales_zh",
            "12",
            Severity.REFUSE,
            "收费商品须提供售后服务，请说明渠道和时间。",
            "Paid products need after-sales service: say how and when it is reached.",
        )


def _declarations(content: ListingContent) -> Iterator[Finding]:
    if not content.texts.get("deployment_basis_code", ""):
        yield _whole(
            "missing",
            "deployment_basis",
            "9(6bis)",
            Severity.REFUSE,
            "请说明商品与本云的关系：部署在本云、与本云资源打包，或为紧密相关的工具。",
            "Say how the product belongs to the cloud: it runs on it, is bundled with it, or is a closely tied tool.",
        )
    if not content.ip_confirmed:
        yield _whole(
            "missing",
            "ip_confirmed",
            "10(4)",
            Severity.REFUSE,
            "请确认您拥有合法的知识产权或授权。",
            "Confirm that you hold the rights to it or are authorised.",
        )
    for row, component in enumerate(content.open_source):
        if not component.get("name", "").strip() or not component.get("licence", "").strip():
            yield _whole(
                "incomplete",
                "open_source",
                "10(4)",
                Severity.REFUSE,
                "请写明开源组件的名称和许可证。",
                "Name the open-source component and its licence.",
                row,
            )
        elif _COPYLEFT.match(component["licence"].strip()):
            yield _whole(
                "copyleft",
                "open_source",
                "10(4)",
                Severity.WARN,
                f"{component['licence']} 要求公开源代码，请在安全说明中写明如何遵守。",
                f"{component['licence']} asks for the source to be offered; say in the security statement how you "
                "comply.",
                row,
            )
    for row, item in enumerate(content.data_items):
        if not item.get("name", "").strip() or not item.get("purpose", "").strip():
            yield _whole(
                "incomplete",
                "data_items",
                "10(8)3",
                Severity.REFUSE,
                "请写明收集的数据或权限及其用途。",
                "Name the data or permission and what it is needed for.",
                row,
            )
    if content.own_site_needed:
        yield from _own_site(content.own_site_url.strip())


def _own_site(address: str) -> Iterator[Finding]:
    if not address:
        yield _whole(
            "missing",
            "own_site_url",
            "10(6)",
            Severity.REFUSE,
            "请填写该商品在您官网上的独立展示页地址。",
            "Give the product's own page on your site.",
        )
    elif not _PUBLIC_PAGE.fullmatch(address):
        yield _whole(
            "not_a_page",
            "own_site_url",
            "10(6)",
            Severity.REFUSE,
            "这不是一个可以公开访问的网页地址。",
            "This is not the address of a public page.",
        )


def _service(content: ListingContent) -> Iterator[Finding]:
    if content.product_class != ProductClass.SERVICE:
        return
    if not content.milestones:
        yield _whole(
            "missing",
            "milestones",
            "11",
            Severity.REFUSE,
            "服务类商品须设置里程碑，让用户逐步确认进度。",
            "A service needs milestones, so that users can confirm its progress.",
        )
        return
    for row, milestone in enumerate(content.milestones):
        if not milestone.title_zh.strip():
            yield _whole(
                "missing",
                "milestones.title_zh",
                "11",
                Severity.REFUSE,
                "请填写里程碑名称。",
                "Name the milestone.",
                row,
            )
        if not milestone.acceptance_zh.strip():
            yield _whole(
                "missing",
                "milestones.acceptance_zh",
                "11",
                Severity.REFUSE,
                "请写明怎样才算完成，用户据此验收。",
                "Say when it is done: users accept by these criteria.",
                row,
            )
        if milestone.days < 1:
            yield _whole(
                "not_positive",
                "milestones.days",
                "11",
                Severity.REFUSE,
                "每个里程碑至少需要 1 天。",
                "A milestone takes at least one day.",
                row,
            )
    total = sum((milestone.share for milestone in content.milestones), Decimal(0))
    if total != HUNDRED:
        yield _whole(
            "shares",
            "milestones",
            "11",
            Severity.REFUSE,
            f"各里程碑的占比合计为 {total:f}%，应为 100%。",
            f"The shares of the milestones add up to {total:f}%, not 100%.",
        )
