"""Whether what the listing says and what it costs fit together (§10(5), §17)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from catalog.checks.folding import fold
from catalog.types import Billing, Finding, ListingContent, ProductClass, Severity

_AMOUNT = re.compile(
    r"(?:¥|￥|rmb|cny)\s*(\d[\d,]*(?:\.\d{1,2})?)\s*(万)?|(\d[\d,]*(?:\.\d{1,2})?)\s*(万)?\s*元(?!素|数据|宇宙|旦|组)"
)
_FREE = re.compile(
    r"免费(?!试用|咨询|体验|评估|诊断|培训|更新|升级|技术|售后|重|赠)|(?<![a-z-])free(?!\s*(?:trial|consult|assess|demo|of\b|form|up)|-|[a-z])"
)
_MONTHLY = re.compile(r"月(?!度报)|month")
_YEARLY = re.compile(r"年(?!度报)|year|annual")


def check_prices(content: ListingContent) -> Iterator[Finding]:
    """No plan, two plans of one name, prices in the text that no plan has, promises that the class does not allow."""
    if not content.plans:
        yield Finding("missing", "plans", "10(2)", Severity.REFUSE, "请至少设置一个套餐。", "Set up at least one plan.")
        return
    yield from _names(content)
    yield from _amounts(content)
    yield from _free(content)
    yield from _promise(content)


def _names(content: ListingContent) -> Iterator[Finding]:
    names = Counter(plan.name_zh.strip() for plan in content.plans)
    codes = Counter(plan.code for plan in content.plans)
    for row, plan in enumerate(content.plans):
        if not plan.name_zh.strip():
            yield Finding(
                "missing", "plans.name_zh", "10(5)", Severity.REFUSE, "请填写套餐名称。", "Name the plan.", row=row
            )
        elif names[plan.name_zh.strip()] > 1 or codes[plan.code] > 1:
            yield Finding(
                "twice",
                "plans.name_zh",
                "10(5)",
                Severity.REFUSE,
                "有两个套餐同名，买家分不清楚。",
                "Two plans have the same name; buyers cannot tell them apart.",
                row=row,
            )
        name = fold(f"{plan.name_zh} {plan.name_en}").text
        wrong = (plan.billing == Billing.MONTHLY and _YEARLY.search(name) and not _MONTHLY.search(name)) or (
            plan.billing == Billing.YEARLY and _MONTHLY.search(name) and not _YEARLY.search(name)
        )
        if wrong:
            yield Finding(
                "billing",
                "plans.billing",
                "10(5)",
                Severity.WARN,
                "套餐名称与计费方式不一致。",
                "The plan's name does not fit its billing.",
                row=row,
            )


def _amounts(content: ListingContent) -> Iterator[Finding]:
    prices = {plan.price for plan in content.plans}
    for field in ("title_zh", "title_en", "tagline_zh", "tagline_en", "description_zh", "description_en"):
        folded = fold(content.texts.get(field, ""))
        for found in _AMOUNT.finditer(folded.text):
            number = Decimal((found.group(1) or found.group(3)).replace(",", ""))
            amount = number * 10000 if found.group(2) or found.group(4) else number
            if amount in prices:
                continue
            start, end = folded.span(*found.span())
            heading = field.startswith(("title", "tagline"))
            yield Finding(
                "price",
                field,
                "10(5)",
                Severity.REFUSE if heading else Severity.WARN,
                f"这里写的价格（{amount:f} 元）与任何套餐都不一致。",
                f"The price said here ({amount:f} yuan) is that of no plan.",
                start,
                end,
                folded.excerpt(start, end),
            )


def _free(content: ListingContent) -> Iterator[Finding]:
    if any(plan.price == 0 for plan in content.plans):
        return
    for field in ("title_zh", "title_en", "tagline_zh", "tagline_en"):
        folded = fold(content.texts.get(field, ""))
        for found in _FREE.finditer(folded.text):
            start, end = folded.span(*found.span())
            yield Finding(
                "price",
                field,
                "10(5)",
                Severity.REFUSE,
                "标题或简介说是免费的，但没有免费套餐。",
                "The title or line says it is free, but no plan is.",
                start,
                end,
                folded.excerpt(start, end),
            )


def _promise(content: ListingContent) -> Iterator[Finding]:
    promised = content.policy_percent is not None and content.policy_percent > 0
    if content.product_class == ProductClass.TOOL:
        if promised:
            yield Finding(
                "promise",
                "policy_percent",
                "17(1)3",
                Severity.REFUSE,
                "工具类商品不支持退款，不能作出退款承诺。",
                "Tools are not refundable, so no refund can be promised.",
            )
        if content.milestones:
            yield Finding(
                "milestones",
                "milestones",
                "11",
                Severity.REFUSE,
                "只有服务类商品才有里程碑。",
                "Only services have milestones.",
            )
        return
    if promised and not content.texts.get("refund_text_zh", "").strip():
        yield Finding(
            "missing",
            "refund_text_zh",
            "17(4)2" if content.product_class == ProductClass.APPLICATION else "17(4)1",
            Severity.REFUSE,
            "请写明担保期后退款的条件。",
            "Say under which conditions you refund after the guarantee.",
        )
    if not promised and any(plan.price > 0 for plan in content.plans):
        yield Finding(
            "no_promise",
            "policy_percent",
            "17(4)2" if content.product_class == ProductClass.APPLICATION else "17(4)1",
            Severity.WARN,
            "没有承诺担保期后的退款，买家会看到“担保期后不退款”。",
            "No refund is promised after the guarantee; buyers will read “no refund after the guarantee”.",
        )
    if content.product_class == ProductClass.APPLICATION and content.milestones:
        yield Finding(
            "milestones",
            "milestones",
            "11",
            Severity.REFUSE,
            "只有服务类商品才有里程碑。",
            "Only services have milestones.",
        )
