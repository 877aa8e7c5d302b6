"""Believable data for the style guide, in both languages. It never touches the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from core.clock import BEIJING
from web.components.charts import Chart, Series
from web.components.icons import TONE_ICONS
from web.components.lists import Column, FilterSpec, ListState, list_state
from web.components.money import money_strip
from web.components.reviews import review_bars
from web.components.steps import Consequence, Tab, steps_at
from web.components.words import in_chinese


def say(chinese: str, english: str) -> str:
    """The words for the reader: sample data is not part of the catalogue of translations."""
    return chinese if in_chinese() else english


def foundations(now: datetime) -> dict[str, Any]:
    return {
        "tones": [
            ("neutral", say("草稿", "Draft")),
            ("accent", say("进行中", "In progress")),
            ("held", say("担保中", "In escrow")),
            ("due", say("待处理", "Due")),
            ("late", say("已逾期", "Late")),
            ("paid", say("已打款", "Paid")),
            ("refused", say("已驳回", "Refused")),
        ],
        "tone_icons": TONE_ICONS,
        "crumbs": [(say("商品", "Products"), "/styleguide/"), (say("数据库", "Databases"), "/styleguide/")],
        "tabs": [
            Tab(say("详情", "Details"), "?tab=details", current=True),
            Tab(say("套餐", "Plans"), "?tab=plans", count=3),
            Tab(say("服务步骤", "Service steps"), "?tab=steps", count=4),
            Tab(say("评价", "Reviews"), "?tab=reviews", count=128),
            Tab(say("条款与退出", "Terms and leaving"), "?tab=terms"),
        ],
        "steps": steps_at(
            [
                say("主体信息", "Legal subject"),
                say("资质材料", "Documents"),
                say("服务登记", "Service register"),
                say("签署协议", "Agreements"),
                say("缴纳保证金", "Deposit"),
            ],
            2,
        ),
        "facts": [
            (say("统一社会信用代码", "Credit code"), "91110000MA01ABCD3X"),
            (say("联系人", "Contact"), say("周敏", "Zhou Min")),
            (say("服务时间", "Service hours"), say("工作日 09:00–18:00", "Working days 09:00–18:00")),
            (say("质保期", "Warranty"), say("12 个月", "12 months")),
        ],
    }


def form_initial() -> dict[str, Any]:
    return {
        "name": say("云原生数据库审计", "Cloud-native database audit"),
        "category": "database",
        "details": say(
            "采集、分析并留存数据库访问记录，满足等保二级、三级的审计要求。",
            "Collects, analyses and keeps records of database access for compliance audits.",
        ),
        "price": "1200.00",
        "billing": "yearly",
        "systems": ["linux", "k8s"],
    }


ORDERS = (
    (
        "O260302-7K3QF-8",
        ("数据库审计 · 标准版", "Database audit · Standard"),
        ("星澜科技", "Xinglan Tech"),
        "held",
        "1200.00",
        2,
    ),
    ("O260227-P4M2X-1", ("等保合规咨询", "Compliance consulting"), ("安岳信息", "Anyue Info"), "due", "38000.00", 76),
    (
        "O260214-9D8WN-5",
        ("企业网盘 50 席", "Team drive, 50 seats"),
        ("云栖软件", "Yunqi Software"),
        "paid",
        "5980.00",
        390,
    ),
    (
        "O260203-K2V6T-3",
        ("CDN 流量包 10 TB", "CDN traffic, 10 TB"),
        ("迅达网络", "Xunda Network"),
        "refused",
        "1650.00",
        660,
    ),
    (
        "O260118-B7R5H-0",
        ("Nginx 加固镜像", "Hardened Nginx image"),
        ("北岸工程", "Beian Engineering"),
        "late",
        "299.00",
        1040,
    ),
)
STATES = {
    "held": ("担保中", "In escrow"),
    "due": ("待确认里程碑", "Milestone to confirm"),
    "paid": ("已完成", "Completed"),
    "refused": ("已退款", "Refunded"),
    "late": ("服务商逾期", "Provider late"),
}


def list_of(params: QueryDict) -> ListState:
    return list_state(
        params,
        filters=[
            FilterSpec(
                "state",
                say("状态", "State"),
                [(key, say(*words)) for key, words in STATES.items()],
                {"held": 12, "due": 3, "paid": 208, "refused": 4, "late": 1},
            ),
            FilterSpec(
                "class",
                say("类别", "Class"),
                [
                    ("application", say("应用", "Application")),
                    ("service", say("服务", "Service")),
                    ("tool", say("工具", "Tool")),
                ],
            ),
        ],
        sorts=[
            ("-placed", say("最新下单", "Newest first")),
            ("placed", say("最早下单", "Oldest first")),
            ("-total", say("金额从高到低", "Highest amount")),
        ],
        default_sort="-placed",
    )


def lists(now: datetime) -> dict[str, Any]:
    state = list_of(QueryDict("sort=-placed"))
    return {
        "columns": [
            Column("", select=True),
            state.column(say("订单", "Order")),
            state.column(say("下单时间", "Placed"), "placed"),
            state.column(say("状态", "State")),
            state.column(say("金额", "Amount"), "total", "num"),
        ],
        "rows": [
            {
                "number": number,
                "what": say(*what),
                "who": say(*who),
                "tone": tone,
                "state": say(*STATES[tone]),
                "total": Decimal(total),
                "at": now - timedelta(hours=hours),
            }
            for number, what, who, tone, total, hours in ORDERS
        ],
        "total": sum(Decimal(row[4]) for row in ORDERS),
        "page": {"next_cursor": "sample", "previous_cursor": None},
        "wide_columns": [
            Column(label, align="num" if index else "")
            for index, label in enumerate(
                [
                    say("结算周期", "Cycle"),
                    say("销售", "Sales"),
                    say("平台服务费", "Fee"),
                    say("退款追回", "Recovered"),
                    say("保证金补足", "Deposit"),
                    say("应付", "Payable"),
                ]
            )
        ],
        "wide_rows": [
            (say("2026年2月下", "Feb 2026, second half"), "48200.00", "-2410.00", "-1200.00", "0.00", "44590.00"),
            (say("2026年2月上", "Feb 2026, first half"), "31980.00", "-1599.00", "0.00", "-5000.00", "25381.00"),
            (say("2026年1月下", "Jan 2026, second half"), "52710.00", "-2635.50", "-299.00", "0.00", "49775.50"),
        ],
    }


def money(now: datetime) -> dict[str, Any]:
    return {
        "strip": money_strip(
            {"in_escrow": "26000.00", "due": "8000.00", "settled": "0", "paid": "4000.00", "returned": "0"},
            {"in_escrow": say("确认里程碑后放款", "leaves as you confirm milestones")},
        ),
        "strip_total": Decimal("38000.00"),
        "done": money_strip(
            {"in_escrow": "0", "due": "0", "settled": "0", "paid": "0", "returned": "1200.00"},
            {"returned": say("2026-03-05 退回支付宝", "2026-03-05 to Alipay")},
        ),
        "done_total": Decimal("1200.00"),
        "tallies": [0, 4, 8, 15, 24],
        "year": now.year,
        "places": [
            ("with_you", Decimal("299.00")),
            ("in_escrow", Decimal("1200.00")),
            ("due", Decimal("8000.00")),
            ("settled", Decimal("25381.00")),
            ("paid", Decimal("44590.00")),
            ("returned", Decimal("1650.00")),
        ],
    }


def pictures(now: datetime) -> dict[str, Any]:
    months = [say(f"{n}月", datetime(2026, n, 1, tzinfo=BEIJING).strftime("%b")) for n in range(1, 13)]
    balance = [50000, 50000, 48200, 48200, 50000, 50000, 41000, 38600, 50000, 50000, 50000, 47400]
    return {
        "balance": Chart(
            title=say("保证金余额", "Deposit balance"),
            labels=months,
            series=[Series(say("余额", "Balance"), [Decimal(value) for value in balance], "held")],
            unit="yuan",
            limit=Decimal(50000),
            limit_name=say("应缴", "Required"),
            label_name=say("月份", "Month"),
        ),
        "sales": Chart(
            title=say("每月销售与退款", "Sales and refunds each month"),
            labels=months,
            series=[
                Series(
                    say("成交", "Sales"),
                    [Decimal(v) for v in (31, 28, 44, 52, 49, 61, 58, 70, 66, 81, 95, 88)],
                    "accent",
                ),
                Series(say("退款", "Refunds"), [Decimal(v) for v in (2, 1, 4, 3, 3, 5, 2, 6, 4, 5, 9, 4)], "refused"),
            ],
            kind="stacked",
            label_name=say("月份", "Month"),
        ),
        "bars": review_bars({5: 92, 4: 21, 3: 8, 2: 3, 1: 4}),
        "nothing": review_bars({}),
        "stats": [
            (
                say("本期应结", "Owed this cycle"),
                "¥44,590.00",
                "paid",
                say("下次结算 3月16日", "next statement 16 March"),
            ),
            (say("担保中", "In escrow"), "¥128,300.00", "held", say("23 个订单", "23 orders")),
            (say("待答复", "To answer"), "3", "due", say("最早 5 小时后到期", "the first in 5 hours")),
            (say("30 秒内响应", "Answered within 30 s"), "98.2%", "", say("近 30 天", "last 30 days")),
        ],
    }


def confirm(now: datetime) -> dict[str, Any]:
    return {
        "consequences": [
            Consequence(
                say("全额退还买家，资金从担保资金转出", "Everything goes back to the buyer, out of escrow"),
                Decimal("1200.00"),
                "refused",
            ),
            Consequence(
                say("服务商不再收到这笔货款", "The provider is no longer owed this sale"), Decimal("1140.00"), "due"
            ),
            Consequence(say("平台服务费不再收取", "The service fee is not charged"), Decimal("60.00"), "neutral"),
            Consequence(say("许可证在今天 24:00 停用", "The license stops working at the end of today"), None, "late"),
        ],
        "cited": ["17(1)1", "17(4)2"],
    }
