"""After the sale in the demo: claims under the warranty, tickets, conversations and invoices, each at every point."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from core.acts import Actor
from orders import services as orders
from orders.models import Order, WarrantyClaim
from orders.types import ClaimWish
from support import services as support
from support.models import ChatMessage, Ticket
from support.types import Side, TicketKind
from violations.services import message_report
from violations.types import ReportKind
from web.demo import bank
from web.demo.market import Market, Scene, proof, provider_of
from web.demo.people import Seller, paper

OnClaim = Callable[[WarrantyClaim, datetime], object]
OnTicket = Callable[[Ticket, datetime], object]


class AfterSales:
    """Sets the scenes; each begins so long before now."""

    def __init__(self, market: Market) -> None:
        self.market, self.story = market, market.story

    def claim(
        self,
        buyer: User,
        wish: ClaimWish,
        words: str,
        *,
        before: timedelta,
        asked: str = "",
        then: OnClaim | None = None,
    ) -> Scene:
        """A buyer claims what the warranty promises (§11(3)2)."""

        def file(order: Order, t: datetime) -> None:
            made = orders.claim_file(
                order=order, wish=wish, statement=words, amount_asked=Decimal(asked) if asked else None,
                actor=Actor.of(buyer), now=t,
            )  # fmt: skip
            if then is not None:
                then(made, t)

        return lambda order, _now: self.story.at(self.story.now - before, lambda t: file(order, t))

    def claim_answered(self, seller: Seller, words: str, *, offer: str = "", then: OnClaim | None = None) -> OnClaim:
        """The provider answers a claim, with money where it offers some."""

        def answer(claim: WarrantyClaim, t: datetime) -> None:
            orders.claim_answer(
                claim=claim, answer=words, amount=Decimal(offer) if offer else None, actor=seller.actor, now=t
            )
            if then is not None:
                then(claim, t)

        return lambda claim, now: self.story.at(now + timedelta(hours=9), lambda t: answer(claim, t))

    def claim_disputed(self, buyer: User) -> OnClaim:
        """The buyer takes it before the platform."""
        return lambda claim, now: self.story.at(
            now + timedelta(hours=15), lambda t: orders.claim_escalate(claim=claim, actor=Actor.of(buyer), now=t)
        )

    def claim_agreed(self, buyer: User) -> OnClaim:
        """The buyer takes what was offered, and it is paid."""

        def accept(claim: WarrantyClaim, t: datetime) -> None:
            orders.claim_accept(claim=claim, actor=Actor.of(buyer), now=t)
            self.story.at(t + bank.ARRIVES_AFTER, bank.paybacks_arrive)

        return lambda claim, now: self.story.at(now + timedelta(hours=15), lambda t: accept(claim, t))

    def ticket(
        self, buyer: User, kind: TicketKind, title: str, words: str, *, before: timedelta, then: OnTicket | None = None
    ) -> Scene:
        """A buyer asks for after-sales (§12)."""

        def open_(order: Order, t: datetime) -> None:
            made = support.ticket_open(
                order=order, kind=kind, title=title, text=words, file=None, actor=Actor.of(buyer), now=t
            )
            if then is not None:
                then(made, t)

        return lambda order, _now: self.story.at(self.story.now - before, lambda t: open_(order, t))

    def ticket_answered(self, seller: Seller, words: str, *, then: OnTicket | None = None) -> OnTicket:
        """The provider answers a ticket."""

        def answer(ticket: Ticket, t: datetime) -> None:
            support.ticket_reply(ticket=ticket, side=Side.PROVIDER, text=words, file=None, actor=seller.actor, now=t)
            if then is not None:
                then(ticket, t)

        return lambda ticket, now: self.story.at(now + timedelta(hours=2), lambda t: answer(ticket, t))

    def ticket_solved(self, seller: Seller, words: str, *, closed_by: User | None = None) -> OnTicket:
        """The provider says what it did; the buyer closes it, or has not looked yet."""

        def solve(ticket: Ticket, t: datetime) -> None:
            support.ticket_solve(ticket=ticket, remedy=words, actor=seller.actor, now=t)
            if closed_by is not None:
                actor = Actor.of(closed_by)
                self.story.at(
                    t + timedelta(hours=20), lambda u: support.ticket_close(ticket=ticket, actor=actor, now=u)
                )

        return lambda ticket, now: self.story.at(now + timedelta(hours=5), lambda t: solve(ticket, t))

    def talk(
        self, buyer: User, seller: Seller, *lines: str, before: timedelta, report: str = "", file: str = ""
    ) -> Scene:
        """A conversation whose lines take turns, the buyer's first; `report` is what the buyer says of the last."""

        def say(order: Order, index: int, t: datetime) -> None:
            asks = index % 2 == 0
            message = support.message_send(
                order=order,
                side=Side.BUYER if asks else Side.PROVIDER,
                text=lines[index],
                file=proof("日志", file) if file and index == 0 else None,
                actor=Actor.of(buyer) if asks else seller.actor,
                now=t,
            )
            if index + 1 < len(lines):
                wait = timedelta(seconds=21) if asks else timedelta(minutes=6)
                self.story.at(t + wait, lambda u: say(order, index + 1, u))
            elif report:
                self.story.at(t + timedelta(minutes=9), lambda u: self._report(message, report, buyer, u))

        return lambda order, _now: self.story.at(self.story.now - before, lambda t: say(order, 0, t))

    def _report(self, message: ChatMessage, note: str, buyer: User, now: datetime) -> None:
        message_report(message=message, kind=ReportKind.ABUSE, note=note, actor=Actor.of(buyer), now=now)

    def invoice(self, buyer: User, heading: str, *, before: timedelta, issued_by: Seller | None = None) -> Scene:
        """A buyer asks for an invoice (§13(1)), which is made out the next day or still owed."""

        def ask(order: Order, t: datetime) -> None:
            made = orders.invoice_request(
                order=order, heading=heading, tax_number="91330100MA2DEMO001", email=buyer.email or "",
                actor=Actor.of(buyer), now=t,
            )  # fmt: skip
            if issued_by is not None:
                actor, number = issued_by.actor, f"2533{made.pk:08d}"
                self.story.at(
                    t + timedelta(hours=26),
                    lambda u: orders.invoice_issue(
                        invoice=made, document_number=number, files=[paper("invoice")], actor=actor, now=u
                    ),
                )

        return lambda order, _now: self.story.at(self.story.now - before, lambda t: ask(order, t))


def aftersales(market: Market) -> None:
    """Everything of this kind that the demo shows: most of it between the first buyer and the demo's provider."""
    after, seller, story = AfterSales(market), market.seller("hengjie"), market.story
    first, emma, third = market.buyer(0), market.buyer(1), market.buyer(2)
    story.at(story.ago(200), lambda t: support.auto_reply_set(
        provider=provider_of(seller), text_zh="已收到，顾问会在上班后第一时间答复；紧急故障请拨打热线。",
        text_en="Received. A consultant answers at the start of office hours; for urgent faults call the hotline.",
        is_on=True, actor=seller.actor, now=t,
    ))  # fmt: skip
    _claims(market, after, seller, first, emma, third)
    _tickets_and_invoices(market, after, seller, first, emma, third)
    bridge, days = market.seller("yunqiao"), timedelta(days=1)
    market.set("light-forms", third, after.talk(
        third, seller, "表单提交后能同时推送到两个群吗？", "可以，在“通知”里添加第二个机器人地址。", "找到了，谢谢。",
        "不客气，有问题随时找我。", before=15 * days,
    ), bought=16 * days, billing="monthly")  # fmt: skip
    market.set("yq-db", first, after.talk(
        first, bridge, "割接能改到周日凌晨吗？", "可以，演练通过后周日 01:00 到 04:00 执行，回退窗口两小时。",
        before=3 * days,
    ), bought=8 * days, stop="accepted-1")  # fmt: skip
    crooked = market.seller("anxu")
    market.set("ax-daily", emma, after.talk(
        emma, crooked, "Can I add another department?",
        "加我微信 anxu-vip，直接转账给我，比平台便宜三成。", "I would rather stay on the marketplace.",
        "那你就别来烦我，爱用不用，滚。", before=9 * days, report="Rude, and the second time he asks me to pay elsewhere.",
    ), bought=20 * days, billing="monthly")  # fmt: skip


def _claims(market: Market, after: AfterSales, seller: Seller, first: User, emma: User, third: User) -> None:
    days = timedelta(days=1)
    market.set("hj-stock", first, after.claim(
        first, ClaimWish.COMPENSATION, "库存同步错了一晚，多发了六单货，退回的运费希望赔付。", before=6 * days, asked="680",
        then=after.claim_answered(seller, "确为同步任务重复执行所致，已修复，愿承担运费的一半。", offer="340"),
    ), bought=21 * days, billing="one_off")  # fmt: skip
    market.set("hj-crm", emma, after.claim(
        emma, ClaimWish.REPAIR, "Since the last update contact merges lose the phone number. Please repair it under warranty.",
        before=timedelta(hours=7),
    ), bought=15 * days, billing="monthly")  # fmt: skip
    market.set("hj-stock", third, after.claim(
        third, ClaimWish.COMPENSATION, "盘点结果两次清零，重新盘点花了两个人三天。", before=5 * days, asked="2400",
        then=after.claim_answered(seller, "日志里只有一次清零，且由客户账号手工触发。",
            then=after.claim_disputed(third)),
    ), bought=26 * days, billing="one_off")  # fmt: skip
    market.set("hj-crm", third, after.claim(
        third, ClaimWish.COMPENSATION, "停机四小时，错过一场线上活动的登记。", before=28 * days, asked="150",
        then=after.claim_answered(seller, "停机属实，按月费的一半赔付。", offer="99", then=after.claim_agreed(third)),
    ), bought=40 * days, billing="monthly")  # fmt: skip


def _tickets_and_invoices(
    market: Market, after: AfterSales, seller: Seller, first: User, emma: User, third: User
) -> None:
    days, hours = timedelta(days=1), timedelta(hours=1)
    market.set("hj-crm", first, _both(
        after.ticket(first, TicketKind.FAULT, "手机端导出后表头乱码", "用手机导出客户名单，表头是乱码，电脑上正常。", before=5 * hours),
        after.talk(first, seller, "导入历史客户时，重复的手机号怎么处理？", "默认保留最近更新的一条，可在导入页改成合并。",
            "那负责人字段会被覆盖吗？", before=30 * hours, file="导入日志：重复 112 行"),
        after.invoice(first, "云上茶业有限公司", before=26 * hours),
    ), bought=11 * days, billing="monthly")  # fmt: skip
    market.set("hj-crm", emma, _both(
        after.ticket(emma, TicketKind.QUESTION, "Importing from a spreadsheet", "Which columns may be left empty?", before=3 * days,
            then=after.ticket_answered(seller, "Only the name is required; a template is attached to the help page.")),
        after.invoice(emma, "Clarke Trading (Shanghai) Co., Ltd.", before=16 * days, issued_by=seller),
    ), bought=24 * days, billing="monthly")  # fmt: skip
    market.set("light-forms", first, _both(
        after.ticket(first, TicketKind.UNAVAILABLE, "报名页打不开", "今天早上起二维码扫出来是空白页，活动正在进行。", before=4 * days,
            then=after.ticket_answered(seller, "证书过期导致，正在更换，先用备用地址。",
                then=after.ticket_solved(seller, "证书已更换并加了到期监控；备用地址保留一个月。"))),
        # Asked for three weeks ago and still not made out: it is late, and what was earned stays out of statements.
        after.invoice(first, "云上茶业有限公司", before=15 * days),
    ), bought=22 * days, billing="monthly")  # fmt: skip
    market.set("light-forms", third, after.ticket(
        third, TicketKind.QUESTION, "能否限制每人只填一次", "内部投票需要每人一次。", before=40 * days,
        then=after.ticket_answered(seller, "在“权限”里打开“登录后填写”，并勾选每人一次。",
            then=after.ticket_solved(seller, "已在远程会议里一起设置完成。", closed_by=third)),
    ), bought=44 * days, billing="monthly")  # fmt: skip


def _both(*scenes: Scene) -> Scene:
    def play(order: Order, now: datetime) -> None:
        for scene in scenes:
            scene(order, now)

    return play
