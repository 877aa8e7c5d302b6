"""Which complaints and cases the demo shows, and whom a clearance or an exit concerns."""

from datetime import datetime, timedelta

from core import sweeps
from exits.models import Exit
from exits.selectors import open_exit_of
from exits.services import clearance_confirm, exit_request
from providers.types import ExitKind
from violations.models import Finding
from violations.services import complaint_response_lapse, measure_lift
from violations.types import MeasureKind, MeasureState
from web.demo import bank
from web.demo.conduct import Conduct
from web.demo.market import Market, provider_of
from web.demo.people import deposit_keep_full


def _ago(days: float = 0, hours: float = 0) -> timedelta:
    return timedelta(days=days, hours=hours)


def matters(market: Market) -> None:
    """Complaints, cases and appeals of several providers, then who leaves and who has to."""
    conduct = Conduct(market)
    _complaints_about_hengjie(market, conduct)
    _cases_of_hengjie(market, conduct)
    _of_others(market, conduct)
    _clearance_waiting(market, conduct)
    _clearance_carried_out(market, conduct)
    _leaving(market)


def _complaints_about_hengjie(market: Market, conduct: Conduct) -> None:
    seller, first, emma, third = market.seller("hengjie"), market.buyer(0), market.buyer(1), market.buyer(2)
    market.set("hj-crm", first, conduct.complaint(
        seller, first, "昨天约好的培训没有人来，电话一直占线，群里也没有人回复。", before=timedelta(minutes=4),
        files=(("通话记录", "14:05 14:20 15:02 三次拨打，均为占线。"),),
    ), bought=_ago(12), billing="monthly")  # fmt: skip
    market.set("hj-approval" if market.has("hj-approval") else "light-forms", third, conduct.complaint(
        seller, third, "购买后要求我加私人联系方式并线下转账购买增值模块，说可以更便宜。", before=_ago(hours=4),
        then=conduct.answered(seller, "该同事已停职核查，我们不支持线下交易，已向客户致歉并补发说明。", minutes=18),
    ), bought=_ago(18), billing="monthly")  # fmt: skip
    # Upheld yesterday: its case is open, and the provider has spoken in it.
    market.set("hj-stock", emma, conduct.complaint(
        seller, emma, "The listing promises hotline support on Saturdays. Nobody picked up on the last three Saturdays.",
        before=_ago(hours=44),
        files=(("calls", "Three Saturdays, five calls each between 10:00 and 17:00, none answered."),),
        then=conduct.answered(seller, "排班表上周六有人，话务转接出了故障，我们正在核查录音。", minutes=22,
            then=conduct.upheld("V1204", "通话详单显示连续三个周六无人接听，与商品页承诺的周六在线不符。", hours=27,
                then=conduct.spoken(seller, "话务转接在升级后失效，已于昨天修复，并改为双线路值班。", hours=3))),
    ), bought=_ago(30), billing="yearly")  # fmt: skip
    market.set("light-forms", emma, conduct.complaint(
        seller, emma, "I was told that exports cost extra.", before=_ago(36),
        then=conduct.answered(seller, "Exports are part of every plan; a screenshot of the menu is in your ticket.",
            then=conduct.withdrawn(emma, hours=3)),
    ), bought=_ago(38), billing="monthly")  # fmt: skip


def _made_good(market: Market, conduct: Conduct, finding: Finding, now: datetime) -> None:
    """The deposit is full again the next day; the invoice was made out, so that payouts are held no longer."""
    seller, story = market.seller("hengjie"), market.story
    story.at(now + _ago(hours=20), lambda t: deposit_keep_full(seller, t))

    def lift(t: datetime) -> None:
        for measure in finding.measures.filter(kind=MeasureKind.OTHER, state=MeasureState.IN_FORCE):
            measure_lift(measure=measure, reason="发票已补开，暂缓打款解除。", actor=conduct.operations, now=t)

    story.at(now + _ago(days=2), lift)


def _cases_of_hengjie(market: Market, conduct: Conduct) -> None:
    seller, third = market.seller("hengjie"), market.buyer(2)
    # An invoice refused: four points, and a thousand yuan from the deposit, which is full again the next day.
    market.set("hj-stock", third, conduct.complaint(
        seller, third, "开票申请提交二十天没有开出，客服让我补税点才给开。", before=_ago(17),
        then=conduct.answered(seller, "财务人员交接，正在补开，没有收取税点的规定。",
            then=conduct.upheld("V1301", "聊天记录中客服两次要求补税点后再开票，属实。", hours=26,
                then=conduct.heard(seller, "已对客服培训，发票已补开，请从轻处理。",
                    then=conduct.found("以补税点为条件拒开发票，证据充分；事后补开不影响认定。",
                        then=lambda finding, now: _made_good(market, conduct, finding, now))))),
    ), bought=_ago(61), billing="yearly")  # fmt: skip
    # Under appeal: another operator has not looked at it yet.
    conduct.case(seller, "V1013", "商品页写“全行业领先”，没有可以核对的依据。", before=_ago(5), product="light-forms",
        then=conduct.heard(seller, "该句来自旧版文案，已在当天删除。",
            then=conduct.found("页面截图显示该用语上架期间持续存在九天。",
                then=conduct.appealed(seller, "该用语出现在客户评价的引文里，不是我们的宣传语，请调取页面存档复核。"))))  # fmt: skip
    # Found in spring and taken back on appeal: points and freeze are as if they had never been.
    conduct.case(seller, "V1103", "订单付款后第三个工作日仍未开通。", before=_ago(126),
        then=conduct.heard(seller, "客户在付款当天书面要求推迟到次周开通，邮件附后。",
            then=conduct.found("系统记录显示付款后两个工作日内没有开工。",
                then=conduct.appealed(seller, "客户邮件在证据附件第二页，要求推迟开通的是客户本人。",
                    allowed="邮件真实，推迟由用户提出，不构成未按时开工，撤销认定。"))))  # fmt: skip


def _of_others(market: Market, conduct: Conduct) -> None:
    story, bridge, tools = market.story, market.seller("yunqiao"), market.seller("gonghe")
    emma, third = market.buyer(1), market.buyer(2)
    market.set("gh-release", third, conduct.complaint(
        tools, third, "升级以后流水线变慢，要求赔偿。", before=_ago(33),
        then=conduct.answered(tools, "对比升级前后的日志，耗时变化来自新增的测试步骤。",
            then=conduct.dismissed("日志显示新增步骤由用户自行添加，与服务商无关。", hours=30)),
    ), bought=_ago(50), billing="monthly")  # fmt: skip
    # Not answered in thirty minutes: the clock alone opens a case.
    market.set("gh-release", emma, conduct.complaint(
        tools, emma, "The agent deleted a build cache it had no business with, and support has been silent since.",
        before=_ago(hours=3),
        then=lambda made, now: story.at(
            now + timedelta(minutes=30), lambda t: complaint_response_lapse(complaint_id=made.pk, now=t)
        ),
    ), bought=_ago(8), billing="monthly")  # fmt: skip
    # Released without a review: points, the product hidden for a week, and a thousand yuan.
    conduct.case(bridge, "V1001", "线上安装包与送审版本的摘要不一致。", before=_ago(6), product="yq-container",
        then=conduct.heard(bridge, "为修复一个紧急问题，工程师直接替换了安装包，事后没有补审。",
            then=conduct.found("两个安装包的摘要不同，且未经安全审核，属实。",
                then=lambda _finding, now: story.at(now + _ago(hours=20), lambda t: deposit_keep_full(bridge, t)))))  # fmt: skip
    # Heard, and waiting for an operator's finding.
    conduct.case(tools, "V1812", "构建环境停留在两年前的版本，平台已提醒两次。", before=_ago(4), product="gh-build",
        then=conduct.heard(tools, "新版已在测试，预计两周内提交审核；旧版仍有安全补丁。", hours=20))  # fmt: skip
    conduct.case(tools, "V1008", "官网没有所售商品的页面。", before=_ago(64), product="gh-release",
        then=conduct.heard(tools, "官网改版，页面漏迁移。",
            then=conduct.found("核对时官网确无该商品页面。",
                then=conduct.appealed(tools, "改版期间不应计入。", rejected="改版不免除展示义务，维持认定。"))))  # fmt: skip


def _clearance_waiting(market: Market, conduct: Conduct) -> None:
    """Charged outside the market: at 24 points everything closed at once; a second operator has yet to confirm."""
    seller, first, third = market.seller("anxu"), market.buyer(0), market.buyer(2)
    market.purchases.buy(market.listed["ax-daily"], first, market.story.before(days=31))
    market.set("ax-daily", third, conduct.complaint(
        seller, third, "开通后顾问说高级口径要另付三千元，让我扫他的收款码，不走平台。", before=_ago(6),
        files=(("聊天记录", "顾问：高级口径 3000 元，扫这个码，不开平台订单。"),),
        then=conduct.answered(seller, "顾问个人行为，公司不知情。",
            then=conduct.upheld("V1401", "收款码与聊天记录相互印证，属于平台外加收费用。", hours=20,
                then=conduct.heard(seller, "公司愿意退还全部加收款项。", hours=18,
                    then=conduct.found("平台外加收费用属实，后果由服务商承担。", hours=20)))),
    ), bought=_ago(24), billing="monthly")  # fmt: skip


def _clearance_carried_out(market: Market, conduct: Conduct) -> None:
    """Buyers were led away from the market: cleared out, its buyers paid back, its deposit kept (§20(4), §26(1))."""
    seller, story, first, emma, third = (
        market.seller("kuaizhan"), market.story, market.buyer(0), market.buyer(1), market.buyer(2),
    )  # fmt: skip
    shop = market.listed["kz-shop"]
    market.purchases.buy(shop, first, story.before(days=72), plan=shop.plans[0])
    market.purchases.buy(shop, emma, story.before(days=66), plan=shop.plans[1])

    def confirm(t: datetime) -> None:
        exit_ = open_exit_of(provider_of(seller))
        assert exit_ is not None
        clearance_confirm(
            exit_=exit_, reason="引导站外下单证据充分，申诉期内未申诉，同意清退。", actor=conduct.second, now=t
        )

    def carry_out(t: datetime) -> None:
        for name in ("exits.orders", "exits.complete"):
            sweeps.run(name, t)
        bank.paybacks_arrive(t)

    market.set("kz-shop", third, conduct.complaint(
        seller, third, "续费时客服说平台价格高，发来自己官网的链接让我去那边下单。", before=_ago(56),
        files=(("客服消息", "到我们官网续费打八折，平台这边不用管。"),),
        then=conduct.answered(seller, "这是给老客户的优惠。",
            then=conduct.upheld("V1402", "客服消息含站外下单链接，属于引导站外下单支付。", hours=24,
                then=conduct.heard(seller, "今后不再发送。",
                    then=conduct.found("引导用户到站外下单支付，属实。")))),
    ), bought=_ago(60), billing="monthly")  # fmt: skip
    story.at(story.before(days=46), confirm)
    for days in (45.9, 37, 36.5):
        story.at(story.before(days=days), carry_out)


def _leaving(market: Market) -> None:
    """Somebody who takes another job leaves in good order: nothing new is sold, what was sold is finished (§23)."""
    seller, story = market.seller("zhaomin"), market.story
    check = market.listed["zm-check"]
    market.purchases.buy(check, market.buyer(0), story.before(days=9), stop="submitted-1")

    def leave(t: datetime) -> Exit:
        return exit_request(
            provider=provider_of(seller), kind=ExitKind.VOLUNTARY,
            reason="下月起加入一家公司做全职运维，手上的项目做完后不再接单。", actor=seller.actor, now=t,
        )  # fmt: skip

    story.at(story.before(days=3), leave)
