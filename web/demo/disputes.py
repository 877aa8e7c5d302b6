"""Refunds of the demo: asked for, negotiated, agreed, disputed, found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from core.acts import Actor
from core.money import yuan
from orders.models import Order
from refunds import services
from refunds.models import RefundRequest
from refunds.rules import Reason
from web.demo import bank
from web.demo.listings import Listed
from web.demo.people import Cast, deposit_keep_full
from web.demo.purchases import Then
from web.demo.story import Story

Course = Callable[[RefundRequest, datetime], None]


class Disputes:
    """What becomes of requests for money back; each returns what `Purchases.buy` calls once something was delivered."""

    def __init__(self, story: Story, cast: Cast) -> None:
        self.story = story
        self.cast = cast

    def _later(self, after: timedelta, buyer: User, reason: Reason | None, words: str, then: Course, asked: Decimal | None = None) -> Then:  # fmt: skip
        def begin(order: Order, now: datetime) -> None:
            def ask(t: datetime) -> None:
                refund = services.refund_request(
                    order=order, reason=reason, statement=words, amount_asked=asked, actor=Actor.of(buyer), now=t
                )
                then(refund, t)

            self.story.at(now + after, ask)

        return begin

    def _arrives(self, refund: RefundRequest, now: datetime) -> None:
        self.story.at(now + bank.ARRIVES_AFTER, lambda t: bank.refund_arrive(refund.number, t))
        seller = next(
            one for one in self.cast.sellers.values() if one.provider and one.provider.pk == refund.provider_id
        )
        # What was settled already is taken from what the provider is owed, and then from its deposit.
        self.story.at(now + timedelta(hours=20), lambda t: deposit_keep_full(seller, t))

    def without_reason(self, buyer: User, after: timedelta = timedelta(days=2)) -> Then:
        """An application given back in its guarantee."""
        return self._later(after, buyer, None, "", self._arrives)

    def partly(self, buyer: User, amount: Decimal) -> Then:
        """An application of which only a part of the price is asked back, in its guarantee."""
        return self._later(timedelta(days=1), buyer, None, "只退未使用的部分。", self._arrives, amount)

    def too_late(self, buyer: User) -> Then:
        """An application given back without a reason after its guarantee: refused with its clauses."""
        return self._later(timedelta(days=9), buyer, None, "", lambda _refund, _now: None)

    def accepted(self, listed: Listed, buyer: User, after: timedelta) -> Then:
        """A reason that the provider accepts."""

        def course(refund: RefundRequest, now: datetime) -> None:
            def accept(t: datetime) -> None:
                services.refund_accept(
                    refund=refund, reply="核对日志后确认，确实与介绍不符，同意退款。", actor=listed.seller.actor, now=t
                )
                self._arrives(refund, t)

            self.story.at(now + timedelta(hours=9), accept)

        return self._later(
            after, buyer, Reason.NOT_AS_DESCRIBED, "介绍里写的导出接口一直没有上线，影响月底对账。", course
        )

    def open(self, buyer: User, after: timedelta, words: str) -> Then:
        """A reason that waits for the provider's answer."""
        return self._later(after, buyer, Reason.POOR_QUALITY, words, lambda _refund, _now: None)

    def negotiated(self, listed: Listed, buyer: User, after: timedelta, share: Decimal, signed: bool) -> Then:
        """A service in its guarantee: the provider offers a part; the buyer signs, or is still thinking."""

        def course(refund: RefundRequest, now: datetime) -> None:
            def offer(t: datetime) -> None:
                order = Order.objects.get(pk=refund.order_id)
                made = services.refund_offer(
                    refund=refund,
                    amount=yuan(order.left * share),
                    statement="第一个里程碑的方案已交付并可继续使用，建议退还其余部分。",
                    actor=listed.seller.actor,
                    now=t,
                )
                if signed:
                    self.story.at(t + timedelta(hours=20), lambda u: sign(made, u))

            def sign(made: object, t: datetime) -> None:
                services.refund_offer_sign(offer=made, actor=Actor.of(buyer), now=t)  # type: ignore[arg-type]
                self._arrives(refund, t)

            self.story.at(
                now + timedelta(hours=2),
                lambda t: services.refund_say(
                    refund=refund, text="项目组内部调整，这个系统暂时不上了。", actor=Actor.of(buyer), now=t
                ),
            )
            self.story.at(now + timedelta(hours=6), offer)

        return self._later(after, buyer, None, "业务调整，后续里程碑不再需要。", course)

    def escalated(self, listed: Listed, buyer: User, after: timedelta, finding: str = "") -> Then:
        """A reason that the provider disputes; the buyer asks the platform, which finds against it where `finding`."""

        def course(refund: RefundRequest, now: datetime) -> None:
            self.story.at(
                now + timedelta(hours=7),
                lambda t: services.refund_dispute(
                    refund=refund,
                    reply="测试记录显示响应时间在约定范围内，慢是因为客户侧网络。附上三天的监测数据。",
                    actor=listed.seller.actor,
                    now=t,
                ),
            )
            self.story.at(
                now + timedelta(hours=30),
                lambda t: services.refund_escalate(refund=refund, actor=Actor.of(buyer), now=t),
            )
            if finding:
                arbiter = self.cast.operator("arbitration")
                self.story.at(
                    now + timedelta(hours=52),
                    lambda t: services.refund_reject(refund=refund, finding=finding, actor=arbiter, now=t),
                )

        return self._later(after, buyer, Reason.POOR_QUALITY, "页面打开经常超过十秒，多次反馈没有改善。", course)
