"""Products in every state, made by the acts themselves. Other apps' tests use these too."""

import io
import random
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from PIL import Image

from accounts.models import User
from catalog import services
from catalog.models import Category, Product, ProductVersion
from catalog.types import MilestoneContent, PlanContent, StepContent
from core.acts import Actor
from providers.models import Provider
from tests.providers.making import Person, make_operator, make_provider

serial = count(1)

DESCRIPTION = (
    "面向中小企业的云上日志采集与检索服务，部署在您自己的云主机里，数据不出您的账户。"
    "支持按关键字、时间和主机检索，提供告警与归档，附带部署脚本和操作手册。"
)
WORDS = [
    "采集",
    "检索",
    "归档",
    "告警",
    "报表",
    "网关",
    "备份",
    "巡检",
    "迁移",
    "调度",
    "编排",
    "审计",
    "脱敏",
    "缓存",
    "队列",
    "镜像",
    "证书",
    "域名",
    "负载",
    "容器",
]


def picture(width: int = 800, height: int = 500) -> io.BytesIO:
    """A cover as a provider sends it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 160)).save(out, format="PNG")
    out.seek(0)
    return out


def category(slug: str, now: datetime) -> Category:
    """A category of the shipped tree."""
    services.categories_load(now=now)
    return Category.objects.select_related("parent").get(slug=slug)


def texts(n: int, **changes: Any) -> dict[str, Any]:
    """Everything a listing has to say, with nothing the checks object to. Each `n` is a text of its own."""
    lot = random.Random(n)
    own = "".join(f"{lot.choice(WORDS)}{lot.randrange(97)}" for _ in range(60))
    values = {
        "title_zh": f"云上日志管家 {n} 号",
        "title_en": f"Cloud log keeper {n}",
        "tagline_zh": "采集、检索和归档云主机日志",
        "tagline_en": "Collect, search and archive the logs of your cloud hosts",
        "description_zh": f"{DESCRIPTION}{own}",
        "description_en": "Collects, searches and archives logs inside your own cloud account.",
        "terms_zh": "您可在购买的期限内使用本商品，不得转售。",
        "terms_en": "You may use the product for the term you bought; it may not be resold.",
        "refund_text_zh": "担保期后，实例从未启动的，退回一半。",
        "refund_text_en": "After the guarantee, half is paid back where no instance was ever started.",
        "policy_percent": Decimal("50"),
        "delist_use_zh": "下架后，已购用户可以用到期满。",
        "delist_transfer_zh": "许可不随下架终止，可随主体变更转移。",
        "delist_data_zh": "下架前三十天通知用户导出数据。",
        "security_zh": "每次发布都做依赖扫描和镜像扫描，不含远程控制功能。",
        "deployment_basis": "runs_on_cloud",
        "aftersales_zh": "工作日 9:00 至 18:00 在线答复。",
        "ip_basis": "own",
        "ip_confirmed": True,
        "own_site_url": f"https://www.example-vendor.cn/products/{n}",
        "warranty_months": 3,
    }
    return {**values, **changes}


def one_off(price: str = "1200.00", code: str = "standard", name: str = "标准版") -> PlanContent:
    return PlanContent(code, name, "Standard" if code == "standard" else code.title(), "one_off", Decimal(price))


def monthly(price: str = "99.00") -> PlanContent:
    return PlanContent("monthly", "按月订阅", "Monthly", "monthly", Decimal(price))


def free() -> PlanContent:
    return PlanContent("free", "社区版", "Community", "free", Decimal("0.00"))


def milestones() -> list[MilestoneContent]:
    return [
        MilestoneContent("调研", "Survey", 3, Decimal("30"), "提交调研报告", "The survey report is handed in"),
        MilestoneContent("实施", "Work", 10, Decimal("50"), "系统上线并可访问", "The system is live"),
        MilestoneContent("培训", "Training", 2, Decimal("20"), "完成培训并交付手册", "Training is done"),
    ]


def make_draft(
    provider: Provider,
    person: Person,
    now: datetime,
    *,
    slug: str = "analytics",
    plans: list[PlanContent] | None = None,
    cover: bool = True,
    **changes: Any,
) -> ProductVersion:
    """A draft that is complete and could be handed in."""
    n = next(serial)
    values = texts(n, **changes)
    found = category(slug, now)
    version = services.product_create(
        provider=provider,
        category=found,
        title_zh=values["title_zh"],
        title_en=values["title_en"],
        actor=person.actor,
        now=now,
    )
    if found.product_class == "tool":
        values |= {"policy_percent": None} if "policy_percent" not in changes else {}
    services.version_save(
        version=version,
        changes=values,
        plans=plans if plans is not None else [one_off()],
        milestones=milestones() if found.product_class == "service" else [],
        steps=[StepContent("沟通", "Talk", "确认需求", "Settle what is needed")],
        actor=person.actor,
        now=now,
    )
    if cover:
        services.cover_set(version=version, upload=picture(), actor=person.actor, now=now)
    return ProductVersion.objects.get(pk=version.pk)


def make_submitted(provider: Provider, person: Person, now: datetime, **more: Any) -> ProductVersion:
    version = make_draft(provider, person, now, **more)
    return services.version_submit(version=version, actor=person.actor, now=now)


def approve(version: ProductVersion, reviewer: User, now: datetime) -> ProductVersion:
    actor = Actor.of(reviewer)
    services.version_claim(version=version, actor=actor, now=now)
    return services.version_approve(version=version, actor=actor, now=now)


def make_listed(
    now: datetime, *, provider: Provider | None = None, person: Person | None = None, **more: Any
) -> tuple[Product, Person]:
    """A product on sale, of a provider made for it unless one is given."""
    if provider is None or person is None:
        provider, person = make_provider(now, price=Decimal("10000.00"))
    version = make_submitted(provider, person, now, **more)
    approve(version, make_operator(now, "marketplace_operations"), now)
    return Product.objects.select_related("provider", "live_version").get(pk=version.product_id), person
