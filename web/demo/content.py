"""What the demo's providers say about themselves and their products: read from the texts beside this file."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.types import MilestoneContent, PlanContent, StepContent
from core.money import format_yuan, yuan

DATA = Path(__file__).parent / "data"
Pair = tuple[str, str]
PLAN_NAMES = {
    "free": ("社区版", "Community"),
    "monthly": ("按月订阅", "Monthly"),
    "yearly": ("按年订阅", "Yearly"),
    "one_off": ("标准版", "Standard"),
}


@dataclass(frozen=True, slots=True)
class ProviderText:
    """A provider of the demo: who stands behind it, since how many days it is here, and its own words."""

    key: str
    kind: str
    legal_name: str
    contact: str
    days: int
    highest: Decimal
    store: Pair
    introduction: Pair
    support: Pair
    state: str = "open"


@dataclass(frozen=True, slots=True)
class ProductText:
    """A product of the demo; `plans` such as `monthly 99`, `days` since when it is listed."""

    key: str
    provider: str
    category: str
    title: Pair
    tagline: Pair
    text: Pair
    points: tuple[Pair, ...]
    plans: tuple[str, ...]
    percent: int | None = None
    state: str = "listed"
    days: int = 0


def providers() -> list[ProviderText]:
    """Every provider of the demo, the platform's own store first."""
    return [
        ProviderText(
            **{
                **row,
                "highest": Decimal(row["highest"]),
                **{name: _pair(row[name]) for name in ("store", "introduction", "support")},
            }
        )
        for row in _read("providers.toml")["provider"]
    ]


def products() -> list[ProductText]:
    """Every product of the demo, in the order of the files."""
    rows = [row for path in sorted(DATA.glob("products-*.toml")) for row in _read(path.name)["product"]]
    return [
        ProductText(
            **{
                **row,
                **{name: _pair(row[name]) for name in ("title", "tagline", "text")},
                "points": tuple(_pair(point) for point in row["points"]),
                "plans": tuple(row["plans"]),
            }
        )
        for row in rows
    ]


def remarks() -> dict[str, list[str]]:
    """What buyers wrote: reviews by their stars, answers of providers."""
    found: dict[str, list[str]] = _read("remarks.toml")
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _pair(row: list[str]) -> Pair:
    return row[0], row[1]


def plans_of(product: ProductText) -> list[PlanContent]:
    """The plans of a product, with a name and a sentence each."""
    found: list[PlanContent] = []
    for line in product.plans:
        billing, price, *name = line.split(" ", 2)
        zh, en = name[0].split("|") if name else PLAN_NAMES[billing]
        code = {"one_off": "standard"}.get(billing, billing)
        code = f"{code}-{len(found)}" if any(plan.code == code for plan in found) else code
        found.append(
            PlanContent(
                code, zh, en, billing, yuan(price), summary_zh=_summary(billing)[0], summary_en=_summary(billing)[1]
            )
        )
    return found


def _summary(billing: str) -> Pair:
    return {
        "free": (
            "功能与付费版相同的基础部分，按公示的协议使用。",
            "The basic part of the paid edition, under the published terms.",
        ),
        "monthly": (
            "按自然月计费，到期前七天和一天提醒续费。",
            "Billed by the month; you are reminded seven days and one day before it ends.",
        ),
        "yearly": ("一次付一年，包含期内全部版本更新。", "One year in one payment, with every update in that year."),
        "one_off": ("一次购买，按协议约定的范围使用。", "One purchase, used within the agreed scope."),
    }[billing]


def description_of(product: ProductText, provider: ProviderText, product_class: str) -> Pair:
    """The description: what it does, its points, how it comes to the buyer, who helps."""
    heading = _HEADINGS[product_class]
    zh = [product.text[0], "## " + heading[0][0], "\n".join(f"- {point[0]}" for point in product.points)]
    en = [product.text[1], "## " + heading[0][1], "\n".join(f"- {point[1]}" for point in product.points)]
    zh += ["## " + heading[1][0], f"{provider.store[0]}：{provider.support[0]}"]
    en += ["## " + heading[1][1], f"{provider.store[1]}: {provider.support[1]}"]
    paid = [plan for plan in plans_of(product) if plan.price]
    if paid and product_class != "service":
        cheapest = min(paid, key=lambda plan: plan.price)
        zh.append(f"“{product.title[0]}”有 {len(product.plans)} 个套餐，付费套餐从 {format_yuan(cheapest.price)} 起。")
        plans = "one plan" if len(product.plans) == 1 else f"{len(product.plans)} plans"
        en.append(f"“{product.title[1]}” comes in {plans}; paid ones start at {format_yuan(cheapest.price)}.")
    return "\n\n".join(zh), "\n\n".join(en)


_HEADINGS = {
    "application": (("能做什么", "What it does"), ("交付与支持", "Delivery and support")),
    "service": (("服务内容", "What is included"), ("由谁来做", "Who does it")),
    "tool": (("功能", "Features"), ("安装与支持", "Installation and support")),
}


def changes_of(product: ProductText, provider: ProviderText, product_class: str) -> dict[str, Any]:
    """Everything else that a listing says, for `version_save`."""
    description = description_of(product, provider, product_class)
    percent = None if product_class == "tool" else product.percent
    title = product.title
    values: dict[str, Any] = {
        "title_zh": title[0],
        "title_en": title[1],
        "tagline_zh": product.tagline[0],
        "tagline_en": product.tagline[1],
        "description_zh": description[0],
        "description_en": description[1],
        "policy_percent": None if percent is None else Decimal(percent),
        "deployment_basis": "related_tool" if product_class == "tool" else "runs_on_cloud",
        "ip_basis": "own",
        "ip_confirmed": True,
        "own_site_url": f"https://{provider.key}.example.com/products/{product.key}",
        "warranty_months": 3 if product_class == "service" else 1,
    }
    for name, (zh, en) in _COMMON[product_class].items():
        values[f"{name}_zh"], values[f"{name}_en"] = zh.format(title=title[0]), en.format(title=title[1])
    if percent:
        values["refund_text_zh"] = f"担保期结束后 30 天内，若尚未投入正式使用，可申请退还所付金额的 {percent}%。"
        values["refund_text_en"] = (
            f"Within 30 days after the guarantee, {percent}% of what was paid is returned if it was not yet used in production."
        )
    values["aftersales_zh"], values["aftersales_en"] = provider.support
    return values


_COMMON: dict[str, dict[str, Pair]] = {
    "application": {
        "terms": (
            "1. “{title}”按所购套餐授权给一个云账户使用，不得转售或出租。\n2. 您上传和产生的数据归您所有，我们只在提供服务所必需的范围内处理。\n3. 到期后停止更新，已有数据保留 30 天供导出。\n4. 退款按平台规则和本页的退款承诺执行。",
            "1. “{title}” is licensed to one cloud account within the plan you buy; it may not be resold or rented out.\n2. The data you upload and create is yours; we process it only as far as the service needs.\n3. After the term updates stop, and data is kept for 30 days for export.\n4. Refunds follow the marketplace's rules and the promise on this page.",
        ),
        "delist_use": (
            "下架后，已购用户可继续使用到所购期限结束，期间照常提供售后。",
            "After delisting, buyers go on using it to the end of what they paid for, with support.",
        ),
        "delist_transfer": (
            "授权随云账户走；账户主体变更时，凭双方说明办理转移。",
            "The licence stays with the cloud account; when its owner changes, both confirm the transfer.",
        ),
        "delist_data": (
            "下架前 30 天站内通知，并提供标准格式的数据导出。",
            "Users are told 30 days ahead and can export their data in a standard format.",
        ),
        "security": (
            "每个版本上线前完成依赖扫描与漏洞扫描；不含远程控制功能，不采集与服务无关的数据。",
            "Every release is scanned for vulnerable dependencies; it has no remote control and collects nothing it does not need.",
        ),
    },
    "service": {
        "terms": (
            "1. “{title}”按里程碑推进，每个里程碑由您按验收标准确认。\n2. 我们只在您授权的账户和时段内操作，全程留有记录。\n3. 您需指定一名联系人，并按约定提供环境与资料。\n4. 因需求变化增加的工作，双方书面确认后再开始。",
            "1. “{title}” proceeds by milestones, each accepted by you against its criteria.\n2. We work only in the accounts and hours you allow, and everything is logged.\n3. You name one contact and provide access and documents as agreed.\n4. Additional work starts only after both sides confirmed it in writing.",
        ),
        "delist_use": (
            "下架不影响已下单的服务，我们按原计划完成全部里程碑。",
            "Delisting does not affect services already ordered; all milestones are completed as planned.",
        ),
        "delist_transfer": (
            "交付的文档、脚本和配置归您所有，可自行修改与使用。",
            "Documents, scripts and configurations that are handed over belong to you.",
        ),
        "delist_data": (
            "服务结束后 15 天内删除我们持有的全部副本，并出具说明。",
            "Within 15 days after the service we delete every copy we hold and confirm it.",
        ),
        "security": (
            "操作使用您授予的最小权限账号，结束后由您收回；变更前先备份，有回退方案。",
            "Work is done with an account of least privilege that you revoke afterwards; every change has a backup and a way back.",
        ),
    },
    "tool": {
        "terms": (
            "1. “{title}”授权给购买的云账户内的成员使用，数量以套餐为准。\n2. 可在流水线和自动化脚本中调用，不得作为独立服务对外出租。\n3. 付费套餐在有效期内可获取全部更新。",
            "1. “{title}” may be used by members of the buying cloud account, in the numbers of the plan.\n2. It may be called from pipelines and scripts, and may not be rented out as a service of its own.\n3. Paid plans get every update during their term.",
        ),
        "delist_use": (
            "下架后已安装的版本可继续使用，不再提供新版本。",
            "Installed versions keep working after delisting; there are no new ones.",
        ),
        "delist_transfer": (
            "授权可在同一主体的云账户之间转移。",
            "The licence can move between cloud accounts of the same owner.",
        ),
        "delist_data": (
            "工具不在我们这里保存您的数据，本地数据由您自行管理。",
            "The tool keeps none of your data with us; local data stays in your hands.",
        ),
        "security": (
            "安装包附校验值，发布前完成病毒与依赖扫描；运行只需列明的权限。",
            "Packages come with checksums and are scanned before release; only the listed permissions are needed.",
        ),
    },
}


def milestones_of(product: ProductText) -> list[MilestoneContent]:
    """The steps of a service that the buyer accepts one by one, ending with its handover."""
    first, second, third = (product.points + product.points)[:3]
    return [
        MilestoneContent(
            "调研与方案", "Survey and plan", 4, Decimal(20),
            f"提交书面方案，写明范围、时间表和回退办法，涵盖：{first[0]}。您书面同意后视为完成。",
            f"A written plan with scope, timetable and way back, covering: {first[1]} Done when you agree in writing.",
        ),
        MilestoneContent(
            "实施", "Implementation", 10, Decimal(50),
            f"按方案完成实施：{second[0]}。在约定环境可访问、可操作，附测试记录。",
            f"Implemented as planned: {second[1]} It can be reached and used in the agreed environment, with test records.",
        ),
        MilestoneContent(
            "验收与交接", "Handover", 3, Decimal(30),
            f"问题清单清零：{third[0]}。完成一次不少于一小时的讲解，交付操作手册。",
            f"No open issues: {third[1]} A walk-through of at least one hour is held and the manual handed over.",
        ),
    ]  # fmt: skip


def steps_of(product_class: str) -> list[StepContent]:
    """How it goes after buying, as the product page tells it."""
    steps = {
        "application": [
            (
                "开通",
                "Set-up",
                "付款后一个工作日内开通，访问方式写在订单里，加密保存。",
                "Set up within one working day after payment; how to get in stands in the order, kept encrypted.",
            ),
            (
                "试用与反馈",
                "Try it",
                "担保期内随时可以提问，也可以不说理由退款。",
                "Ask anything during the guarantee, or return it without giving a reason.",
            ),
        ],
        "service": [
            (
                "沟通",
                "Talk",
                "一次线上会议，确认范围、时间和联系人。",
                "One online meeting settles scope, time and contacts.",
            ),
            (
                "按里程碑推进",
                "Milestones",
                "每个里程碑提交成果，您确认后进入下一步。",
                "Each milestone is handed in, and the next begins when you accept it.",
            ),
            (
                "交接",
                "Handover",
                "讲解、手册和问题清单，确认完成后进入质保期。",
                "Walk-through, manual and issue list; the warranty begins when you confirm.",
            ),
        ],
        "tool": [
            (
                "下载",
                "Download",
                "付款后在订单里取得安装包与授权码。",
                "The package and licence key are in the order after payment.",
            )
        ],
    }[product_class]
    return [StepContent(zh, en, text_zh, text_en) for zh, en, text_zh, text_en in steps]
