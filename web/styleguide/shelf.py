"""Sample products for the style guide."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from web.components.steps import ChoiceCard
from web.styleguide.samples import say

PRODUCTS = (
    (
        ("云原生数据库审计", "Cloud-native database audit"),
        "database",
        (
            "采集、分析并留存数据库访问记录，满足等保审计要求",
            "Collects and keeps records of database access for audits",
        ),
        ("星澜科技", "Xinglan Tech"),
        "1200.00",
        "yearly",
        "application",
        "4.6",
        128,
        1204,
    ),
    (
        ("等保合规咨询与整改", "Compliance consulting"),
        "services",
        (
            "差距评估、整改方案、协助测评，五个里程碑逐项验收",
            "Assessment, remediation and audit support in five milestones",
        ),
        ("安岳信息", "Anyue Info"),
        "38000.00",
        "one_off",
        "service",
        "4.9",
        36,
        57,
    ),
    (
        ("Nginx 加固镜像", "Hardened Nginx image"),
        "image",
        ("预置安全基线与自动更新的 Web 服务器镜像", "A web server image with a security baseline and updates"),
        ("北岸工程", "Beian Engineering"),
        "0",
        "free",
        "application",
        None,
        0,
        3310,
    ),
    (
        ("边缘加速流量包", "Edge traffic package"),
        "network",
        ("覆盖 31 省的边缘节点，按量抵扣", "Edge nodes in 31 provinces, used up by volume"),
        ("迅达网络", "Xunda Network"),
        "165.00",
        "monthly",
        "tool",
        "4.1",
        64,
        890,
    ),
    (
        ("智能客服机器人", "Support assistant"),
        "ai",
        ("接入知识库，七成以上的重复问题自动作答", "Answers most repeated questions from your knowledge base"),
        ("言语智能", "Yanyu AI"),
        "599.00",
        "monthly",
        "application",
        "4.4",
        211,
        1832,
    ),
    (
        ("团队文档协作", "Team documents"),
        "office",
        ("多人编辑、审批与归档，可导出存证", "Editing together, approvals, archives, sealed exports"),
        ("云栖软件", "Yunqi Software"),
        "5980.00",
        "yearly",
        "application",
        "4.3",
        402,
        2790,
    ),
    (
        ("对象存储迁移工具", "Object storage migration"),
        "storage",
        ("断点续传、逐件校验的跨云迁移", "Resumable migration between clouds, each object verified"),
        ("北岸工程", "Beian Engineering"),
        "299.00",
        "one_off",
        "tool",
        "4.0",
        12,
        154,
    ),
    (
        ("业务数据看板", "Business dashboards"),
        "data",
        ("连接常见数据源，十分钟搭好第一张看板", "Connects to common sources; a first dashboard in ten minutes"),
        ("数见科技", "Shujian"),
        "99.00",
        "monthly",
        "application",
        "4.7",
        87,
        640,
    ),
)


def store(now: datetime) -> dict[str, Any]:
    products = []
    for name, category, line, provider, price, billing, product_class, score, reviews, sold in PRODUCTS:
        products.append(
            {
                "url": "/styleguide/store/",
                "name": say(*name),
                "line": say(*line),
                "provider": say(*provider),
                "price": Decimal(price),
                "billing": billing,
                "product_class": product_class,
                "score": score,
                "reviews": reviews,
                "sold": sold,
                "cover": f"/styleguide/cover.svg?{urlencode({'name': name[0], 'category': category})}",
                "logo": f"/styleguide/logo.svg?{urlencode({'name': say(*provider), 'category': category})}",
            }
        )
    return {
        "products": products,
        "plans": [
            ChoiceCard(
                "basic",
                say("基础版", "Basic"),
                say("5 个实例，保留 30 天", "5 instances, kept 30 days"),
                "¥1,200.00 / " + say("年", "year"),
                checked=True,
            ),
            ChoiceCard(
                "pro",
                say("专业版", "Professional"),
                say("50 个实例，保留 180 天", "50 instances, kept 180 days"),
                "¥6,800.00 / " + say("年", "year"),
            ),
            ChoiceCard(
                "max",
                say("旗舰版", "Enterprise"),
                say("暂停销售：服务商正在更换版本", "Not on sale: a new version is coming"),
                "¥19,800.00 / " + say("年", "year"),
                disabled=True,
            ),
        ],
    }
