"""Orders of the demo: who buys what, and how far each one goes."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from catalog.models import Plan
from catalog.selectors import PlanNotOnSale
from core.acts import Actor
from core.errors import DomainError
from orders import services
from orders.models import Order, OrderMilestone
from web.demo import bank
from web.demo.content import remarks
from web.demo.listings import Listed
from web.demo.story import Story

Then = Callable[[Order, datetime], object]
NOTES = ("请尽快开通，谢谢。", "发票请开企业抬头。", "", "", "", "", "Please set it up before Friday.")


def plan_of(listed: Listed, billing: str | None = None) -> Plan:
    """The plan of a product with that billing; the first one where none is named."""
    return next((plan for plan in listed.plans if plan.billing == billing), listed.plans[0])


class Purchases:
    """Lets people buy, and what they bought take its course."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.words = remarks()
        self.made = 0

    def buy(
        self, listed: Listed, buyer: User, at: datetime, *, plan: Plan | None = None, quantity: int = 1,
        then: Then | None = None, stop: str = "",
    ) -> None:  # fmt: skip
        """An order at a moment. `stop` ends its course early: `unpaid`, `cancelled`, `paid`, `delivered`.

        `then(order, moment)` is called when it was delivered, or when the first milestone of a service was accepted.
        """
        chosen = plan or self.story.dice.choice(listed.plans)

        def place(now: datetime) -> None:
            actor = Actor.of(buyer)
            try:
                order = services.order_place(
                    buyer=buyer,
                    plan_id=chosen.pk,
                    quantity=quantity,
                    note=self.story.dice.choice(NOTES),
                    actor=actor,
                    now=now,
                )
            except PlanNotOnSale:  # its product is hidden just then
                return
            self.made += 1
            if order.is_free:
                bank.order_taken(order, now)
                self._go_on(listed, order, buyer, now, then, stop)
            elif stop == "unpaid":
                self.story.at(now + timedelta(minutes=31), lambda t: bank.order_let_expire(order, t))
            elif stop == "cancelled":
                self.story.at(
                    now + timedelta(minutes=7), lambda t: services.order_cancel(order=order, actor=actor, now=t)
                )
            else:
                self.story.at(now + timedelta(minutes=3), lambda t: self._pay(listed, order, buyer, t, then, stop))

        self.story.at(at, place)

    def _pay(self, listed: Listed, order: Order, buyer: User, now: datetime, then: Then | None, stop: str) -> None:
        bank.order_pay(order, now)
        order.refresh_from_db()
        self._go_on(listed, order, buyer, now, then, stop)

    def _go_on(self, listed: Listed, order: Order, buyer: User, now: datetime, then: Then | None, stop: str) -> None:
        if stop == "paid":
            return
        if order.is_service:
            self.story.at(
                now + timedelta(hours=self.story.dice.randrange(3, 28)),
                lambda t: self._work(listed, order, buyer, 0, t, then, stop),
            )
        else:
            self.story.at(
                now + timedelta(minutes=self.story.dice.randrange(20, 400)),
                lambda t: self._deliver(listed, order, buyer, t, then, stop),
            )

    def _deliver(self, listed: Listed, order: Order, buyer: User, now: datetime, then: Then | None, stop: str) -> None:
        services.order_deliver(
            order=order,
            access=f"实例 demo-{order.pk:05d}，管理员账号见控制台，初始口令 Demo-{order.number[-6:]}",
            guide="1. 在云控制台绑定实例。\n2. 用初始口令登录并修改。\n3. 按手册第 2 章导入数据。",
            actor=listed.seller.actor,
            now=now,
        )
        order.refresh_from_db()
        if then is not None:
            then(order, now)
        if stop == "delivered":
            return
        if order.release_due_at is not None and not order.is_free:
            self.story.at(max(order.release_due_at, now) + timedelta(minutes=5), lambda t: _release(order, t))
        due = (order.release_due_at or now) + timedelta(days=self.story.dice.uniform(0.2, 6))
        self.story.at(max(due, now), lambda t: self.review(listed, order, buyer, t))

    def _work(
        self, listed: Listed, order: Order, buyer: User, index: int, now: datetime, then: Then | None, stop: str
    ) -> None:
        steps = list(OrderMilestone.objects.filter(order=order).order_by("position"))
        step, actor = steps[index], listed.seller.actor
        services.milestone_start(milestone=step, actor=actor, now=now)
        share = self.story.dice.uniform(0.5, 0.95)
        handed_in = self.story.office_hours(now + timedelta(days=max(step.days * share, 0.6)))
        self.story.at(
            max(handed_in, now + timedelta(hours=3)),
            lambda t: self._hand_in(listed, order, buyer, step, index, len(steps), t, then, stop),
        )

    def _hand_in(
        self, listed: Listed, order: Order, buyer: User, step: OrderMilestone, index: int, count: int, now: datetime,
        then: Then | None, stop: str, again: int = 0,
    ) -> None:  # fmt: skip
        if not _running(order):
            return
        proof = io.BytesIO(
            f"{order.number} 里程碑 {index + 1} 交付记录\n验收项逐条通过，附截图编号 1 至 6。\n".encode()
        )
        proof.name = f"milestone-{index + 1}.txt"
        services.milestone_submit(
            milestone=step,
            statement="按验收标准完成，记录见附件；欢迎指出需要补充的地方。",
            files=[proof],
            actor=listed.seller.actor,
            now=now,
        )
        if stop == f"submitted-{index + 1}":
            return
        answer = now + timedelta(hours=self.story.dice.randrange(4, 50))
        if not again and self.story.dice.random() < 0.12:
            self.story.at(answer, lambda t: self._send_back(listed, order, buyer, step, index, count, t, then, stop))
        else:
            self.story.at(answer, lambda t: self._accept(listed, order, buyer, step, index, count, t, then, stop))

    def _send_back(
        self, listed: Listed, order: Order, buyer: User, step: OrderMilestone, index: int, count: int, now: datetime,
        then: Then | None, stop: str,
    ) -> None:  # fmt: skip
        if not _running(order):
            return
        services.milestone_return(
            milestone=step, reason="回退步骤里缺少数据库一节，请补充后再提交。", actor=Actor.of(buyer), now=now
        )
        self.story.at(
            now + timedelta(days=1),
            lambda t: self._hand_in(listed, order, buyer, step, index, count, t, then, stop, again=1),
        )

    def _accept(
        self, listed: Listed, order: Order, buyer: User, step: OrderMilestone, index: int, count: int, now: datetime,
        then: Then | None, stop: str,
    ) -> None:  # fmt: skip
        if not _running(order):
            return
        actor = Actor.of(buyer)
        if index + 1 < count:
            services.milestone_accept(milestone=step, actor=actor, now=now)
            if index == 0 and then is not None:
                then(order, now)
            self.story.at(
                now + timedelta(hours=5), lambda t: self._next(listed, order, buyer, index + 1, t, then, stop)
            )
            return
        services.order_confirm(order=order, actor=actor, now=now)
        self.story.at(now + timedelta(days=1, hours=2), lambda t: self.review(listed, order, buyer, t))

    def _next(
        self, listed: Listed, order: Order, buyer: User, index: int, now: datetime, then: Then | None, stop: str
    ) -> None:
        if _running(order) and stop != f"accepted-{index}":
            self._work(listed, order, buyer, index, now, then, stop)

    def review(self, listed: Listed, order: Order, buyer: User, now: datetime) -> None:
        """The buyer reviews, more often than not; the provider answers now and then."""
        roll = self.story.dice.random()
        order.refresh_from_db()
        if roll > 0.62 or order.state in {"refunded", "cancelled"}:
            return
        stars, kind = (5, "five") if roll < 0.38 else (4, "four") if roll < 0.54 else (3, "three")
        words = self.story.dice.choice(self.words[kind])
        try:
            with transaction.atomic():
                found = services.review_write(order=order, score=stars, text=words, actor=Actor.of(buyer), now=now)
        except DomainError:  # a refund was settled meanwhile
            return
        if self.story.dice.random() < 0.35:
            reply = self.story.dice.choice(self.words["replies"])
            self.story.at(
                now + timedelta(hours=20),
                lambda t: services.review_reply(review=found, text=reply, actor=listed.seller.actor, now=t),
            )


def _running(order: Order) -> bool:
    order.refresh_from_db()
    return str(order.state) in {"paid", "in_service"}


def _release(order: Order, now: datetime) -> None:
    services.order_release(order_id=order.pk, now=now)
