"""Rights, defects and promotions in the demo, and what operators have on their own desk besides."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.services import identity_verify
from catalog.models import Product
from core.acts import Actor
from orders.services import cloud_invoice_request
from providers.services import change_report
from providers.types import ChangeSubject
from regulation.services import rulebook_draft_create, rulebook_draft_edit
from violations import services
from violations.models import Remedy
from violations.types import RemedyKind
from web.demo import bank
from web.demo.market import Market, proof, provider_of
from web.demo.people import Seller, number_of

CLAIMANT = "吴晓峰"


def notices(market: Market) -> None:
    """Let all of it happen."""
    _infringement(market)
    _defects(market)
    _promotions(market)
    _on_the_desk(market)


def _product(market: Market, key: str) -> Product:
    return Product.objects.select_related("provider").get(pk=market.listed[key].product.pk)


def _infringement(market: Market) -> None:
    """One claim upheld, whose users are owed a remedy; one filed yesterday, whose product is hidden meanwhile."""
    story, claimant, seller, second = (
        market.story,
        market.buyer(2),
        market.seller("gonghe"),
        market.cast.operator("rulebook2"),
    )
    actor = Actor.of(claimant)
    story.at(story.ago(300), lambda t: identity_verify(
        user=claimant, kind="individual", legal_name=CLAIMANT, number=number_of("individual", 877), actor=actor, now=t
    ))  # fmt: skip
    taken = "gh-artifact"
    for days, buyer in ((70, market.buyer(0)), (52, market.buyer(1)), (33, market.buyer(3))):
        listed = market.listed[taken]
        market.purchases.buy(listed, buyer, story.before(days=days), plan=listed.plans[-1])

    def file(t: datetime) -> None:
        claim = services.takedown_file(
            claimant=claimant, product=_product(market, taken), work="《制品归档命名规范与校验脚本》", basis="own",
            statement="归档脚本与我在 2021 年登记的软件著作逐行一致，连注释里的错别字都相同。",
            files=[proof("登记证书", "软著登字第 8812345 号，登记日 2021-06-18。")], actor=actor, now=t,
        )  # fmt: skip
        story.at(t + timedelta(hours=7), lambda u: services.takedown_answer(
            takedown=claim, text="该脚本来自外包团队，我们正在核对授权链。", files=[], actor=seller.actor, now=u
        ))  # fmt: skip
        story.at(t + timedelta(hours=44), lambda u: services.takedown_uphold(
            takedown=claim, code="V1004", reason="登记证书在先，代码一致率百分之九十七，服务商不能出示授权。", actor=second, now=u
        ))  # fmt: skip

    story.at(story.before(days=5), file)
    story.at(story.before(days=2), lambda t: _remedies(market, seller, taken, t))
    story.at(story.before(hours=21), lambda t: services.takedown_file(
        claimant=claimant, product=_product(market, "hj-finance"), work="财务报表模板三套", basis="own",
        statement="利润表模板与我出版的《小企业报表三十例》第 12 至 14 例相同。",
        files=[proof("版权页", "书号 978-7-0000-0000-0，第 12 至 14 例。")], actor=actor, now=t,
    ))  # fmt: skip


def _remedies(market: Market, seller: Seller, taken: str, now: datetime) -> None:
    """One user accepts what it is offered, one thinks about it, one has not been offered anything."""
    story = market.story
    owed = list(Remedy.objects.filter(takedown__product=market.listed[taken].product).order_by("order__paid_at"))
    for remedy, kind, words, amount in zip(
        owed,
        (RemedyKind.MIGRATION, RemedyKind.COSTS),
        (
            "三天内协助迁移到自研的新归档组件，数据与权限原样保留，不停机。",
            "We return the unused part of the year, and help you export every artifact this week.",
        ),
        (None, Decimal("1200.00")),
        strict=False,
    ):
        services.remedy_offer(remedy=remedy, kind=kind, text=words, amount=amount, actor=seller.actor, now=now)
    if len(owed) > 1:
        accepts = Actor.of(owed[1].order.buyer)
        story.at(now + timedelta(hours=14), lambda t: services.remedy_accept(remedy=owed[1], actor=accepts, now=t))
        story.at(now + timedelta(hours=17), bank.paybacks_arrive)


def _defects(market: Market) -> None:
    """One disclosed and being mended, one denied and waiting for an operator, one mended long ago (§18(6))."""
    story, seller, tools = market.story, market.seller("hengjie"), market.seller("gonghe")
    operations = market.cast.operator("operations")
    story.at(story.before(hours=40), lambda t: services.defect_disclose(
        product=_product(market, "hj-stock"), asked=None, title="盘点数据在弱网下可能重复提交",
        effect="网络中断后重试会把同一批盘点提交两次，库存数量因此偏大。不影响历史单据。",
        advice="修复前请在网络稳定时盘点，或在提交后核对“盘点记录”里的批次号。", actor=seller.actor, now=t,
    ))  # fmt: skip

    def ask(t: datetime) -> None:
        asked = services.defect_ask(
            product=_product(market, "gh-build"), question="三位用户反映缓存密钥出现在构建日志里，请核查。",
            actor=operations, now=t,
        )  # fmt: skip
        story.at(t + timedelta(hours=15), lambda u: services.defect_deny(
            defect=asked, denial="日志里的是示例密钥，由用户在脚本中自行打印；默认配置会打码。", actor=tools.actor, now=u
        ))  # fmt: skip

    story.at(story.before(days=2), ask)

    def disclose(t: datetime) -> None:
        found = services.defect_disclose(
            product=_product(market, "hj-crm"), asked=None, title="Birthday reminders a day early",
            effect="Reminders were sent a day early to contacts west of Beijing time.",
            advice="Nothing to do; the next update corrects it.", actor=seller.actor, now=t,
        )  # fmt: skip
        story.at(t + timedelta(days=4), lambda u: services.defect_mend(
            defect=found, note="Version 3.2 uses the contact's own time zone.", actor=seller.actor, now=u
        ))  # fmt: skip

    story.at(story.before(days=83), disclose)


def _promotions(market: Market) -> None:
    """One was sent, one waits for the platform's consent (§18(9))."""
    story, seller, operations = market.story, market.seller("hengjie"), market.cast.operator("operations")

    def submit(t: datetime, key: str, **texts: str) -> object:
        return services.campaign_submit(
            provider=provider_of(seller), product=_product(market, key), texts=texts, actor=seller.actor, now=t
        )

    def sent(t: datetime) -> None:
        made = submit(
            t, "hj-crm", title_zh="恒捷客户管理 3.0 发布", title_en="Hengjie CRM 3.0 is out",
            text_zh="新增销售漏斗与自定义提醒，已购用户直接更新。", text_en="A sales funnel and reminders of your own; current users simply update.",
        )  # fmt: skip
        story.at(t + timedelta(hours=20), lambda u: services.campaign_approve(campaign=made, actor=operations, now=u))  # type: ignore[arg-type]

    story.at(story.before(days=95), sent)
    story.at(story.before(hours=27), lambda t: submit(
        t, "light-forms", title_zh="轻表单支持签名与定位", title_en="Light Forms: signatures and locations",
        text_zh="登记表可以收集手写签名和到场位置，已购套餐直接可用。",
        text_en="Forms can now collect signatures and locations; every plan includes it.",
    ))  # fmt: skip


def _on_the_desk(market: Market) -> None:
    """A change reported, an invoice of the cloud asked for, and a draft of the rulebook (§18(1), §13(4), §29)."""
    story, seller = market.story, market.seller("hengjie")
    bridge, author = market.seller("yunqiao"), market.cast.operator("rulebook")
    story.at(story.before(days=2, hours=3), lambda t: change_report(
        provider=provider_of(bridge), about=ChangeSubject.LEGAL_REPRESENTATIVE, changed_on=(t - timedelta(days=9)).date(),
        description="法定代表人由顾鸣变更为顾清，工商变更已于上周完成，营业执照号不变。", actor=bridge.actor, now=t,
    ))  # fmt: skip
    for owner, bill, amount, heading, hours in (
        (seller, "B202610-7741", "3862.40", "杭州恒捷软件有限公司", 31),
        (bridge, "B202610-8206", "12750.00", "上海云桥技术服务有限公司", 8),
    ):
        story.at(story.before(hours=hours), lambda t, owner=owner, bill=bill, amount=amount, heading=heading: cloud_invoice_request(  # type: ignore[misc]
            provider=provider_of(owner), bill=bill, amount=Decimal(amount), heading=heading, tax_number="",
            email=owner.user.email, actor=owner.actor, now=t,
        ))  # fmt: skip

    def draft(t: datetime) -> None:
        made = rulebook_draft_create(
            note="买家反映等发票太久：开票时限由五个工作日改为三个；推广间隔由三十天改为四十五天。", actor=author, now=t
        )
        rulebook_draft_edit(
            version=made.version, parameters={"invoice.issue_working_days": 3, "promotion.interval_days": 45},
            actor=author, now=t + timedelta(minutes=25),
        )  # fmt: skip

    story.at(story.before(days=2), draft)
