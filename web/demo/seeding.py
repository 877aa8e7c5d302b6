"""The whole demo: who comes when, what is listed, what is bought, and how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from catalog.services import categories_load, sales_fold
from core import sweeps
from core.acts import Actor
from notifications.services import messages_read_all
from orders.models import Order
from providers.models import Provider
from violations.services import complaint_file, complaint_respond
from web.demo import content, listings, people
from web.demo.disputes import Disputes
from web.demo.listings import Listed
from web.demo.people import Cast
from web.demo.purchases import Purchases, plan_of
from web.demo.services import past_post_settle
from web.demo.settling import settlement_days
from web.demo.shortfall import fall_short
from web.demo.story import Story

Say = Callable[[str], None]
# What the clock would have brought about meanwhile.
SWEEPS = (
    "orders.guarantee", "orders.release", "orders.acceptance_reminders", "orders.term_ending", "orders.close",
    "refunds.reply", "catalog.zero_sales_warnings", "settlements.fees",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the demo is made."""

    providers: tuple[str, ...] = ()
    products: int = 1000
    buyers: int = 8
    per_product: float = 1.0


FULL = Size()
SMALL = Size(
    providers=("platform", "hengjie", "yunqiao", "gonghe", "beichen", "nanfeng"), products=3, buyers=3, per_product=0.5
)


@dataclass(frozen=True, slots=True)
class Made:
    """What a demo holds."""

    providers: int
    products: int
    orders: int


class Market:
    """Products on sale by their key, with who buys them."""

    def __init__(self, story: Story, cast: Cast) -> None:
        self.story, self.cast = story, cast
        self.listed: dict[str, Listed] = {}
        self.purchases = Purchases(story)
        self.disputes = Disputes(story, cast)

    def buyer(self, index: int) -> User:
        """One of the buyers; there are fewer of them in a small demo."""
        return self.cast.buyers[index % len(self.cast.buyers)]


@transaction.atomic
def seed(*, now: datetime, size: Size = FULL, say: Say = lambda _line: None) -> Made:
    """Make the demo in one piece, its past reaching up to `now`; where anything fails, nothing is left of it."""
    story = Story(now)
    categories_load(now=story.ago(371, 9))
    people.agreement_texts_load(story)
    texts = [text for text in content.providers() if not size.providers or text.key in size.providers]
    cast = people.cast_create(story, texts, size.buyers)
    market = Market(story, cast)
    say("people")
    for serial, seller in enumerate(cast.sellers.values(), start=101):
        people.seller_enter(story, cast, seller, serial)
    say("providers")
    _list_everything(market, size)
    say(f"products: {len(market.listed)} on sale")
    _everyday(market, size)
    _told_apart(market)
    settlement_days(story, cast, 366)
    story.at(story.ago(3, 20), lambda t: _read_everything(cast, t))
    steps = story.play()
    say(f"orders: {market.purchases.made} in {steps} steps")
    _catch_up(market, now)
    past_post_settle(before=story.before(hours=20))
    return Made(len(cast.sellers), len(market.listed), market.purchases.made)


def _list_everything(market: Market, size: Size) -> None:
    """List what each provider sells, a few weeks apart; each provider's texts in the order of the files."""
    waiting: list[tuple[datetime, content.ProductText]] = []
    by_provider: dict[str, list[content.ProductText]] = {}
    for text in content.products():
        by_provider.setdefault(text.provider, []).append(text)
    for key, texts in by_provider.items():
        seller = market.cast.sellers.get(key)
        if seller is None or seller.opened_at is None:
            continue
        chosen = texts[: size.products] if size.products < len(texts) else texts
        room = seller.text.days - 14
        for index, text in enumerate(chosen):
            days = text.days or max(seller.text.days - 3 - index * room / max(len(chosen), 1) * 0.9, 5)
            if text.state != "listed":
                days = 2 + index % 3
            waiting.append((market.story.ago(days, 10, index), text))
    for at, text in sorted(waiting, key=lambda row: row[0]):
        found = listings.list_product(market.story, market.cast, market.cast.sellers[text.provider], text, at)
        if found is not None:
            market.listed[text.key] = found


# Bought by nobody since: warned of delisting for want of sales.
UNSOLD = "xh-sre"


def _everyday(market: Market, size: Size) -> None:
    """What buyers bought over the year: more of what is newer, none without a sale for three months."""
    story = market.story
    for listed in market.listed.values():
        if listed.text.key == UNSOLD:
            continue
        age = (story.now - listed.since).total_seconds() / 86400
        count = max(round((age / 110 + 0.8) * size.per_product), 1)
        for index in range(count):
            # One sale in the last weeks, the others over the whole time and rather lately.
            back = story.dice.uniform(0, min(age, 75)) if index == 0 else age * story.dice.random() ** 1.6
            at = story.office_hours(story.now - timedelta(days=back))
            if not listed.since < at < story.now:
                at = min(listed.since + timedelta(hours=1 + index), story.before(minutes=40))
            roll = story.dice.random()
            stop = "unpaid" if roll < 0.05 else "cancelled" if roll < 0.09 else ""
            quantity = 2 if listed.product_class != "service" and story.dice.random() < 0.12 else 1
            market.purchases.buy(listed, market.buyer(story.dice.randrange(8)), at, quantity=quantity, stop=stop)


def _told_apart(market: Market) -> None:
    """Orders that show one thing each; the first buyer's are those that a newcomer looks at."""
    story, buy, disputes, first = market.story, market.purchases.buy, market.disputes, market.buyer(0)

    def has(*keys: str) -> bool:
        return all(key in market.listed for key in keys)

    if has("light-forms"):
        form = market.listed["light-forms"]
        # Six days ago: its guarantee is over, so that a refund without a reason is refused with its clauses.
        buy(form, first, story.before(days=6, hours=2), plan=plan_of(form, "one_off"))
        # Yesterday: can be given back without a reason.
        buy(form, first, story.before(days=1, hours=3), plan=plan_of(form, "monthly"))
        buy(form, market.buyer(1), story.before(days=14), plan=plan_of(form, "one_off"),
            then=disputes.too_late(market.buyer(1)), stop="delivered")  # fmt: skip
    if has("hj-crm"):
        crm = market.listed["hj-crm"]
        buy(crm, first, story.before(days=97), plan=plan_of(crm, "yearly"),
            then=disputes.accepted(crm, first, timedelta(days=60)))  # fmt: skip
        buy(crm, market.buyer(1), story.before(days=20), plan=plan_of(crm, "monthly"), quantity=2,
            then=disputes.partly(market.buyer(1), Decimal("198.00")))  # fmt: skip
    if has("hj-stock"):
        stock = market.listed["hj-stock"]
        asked = story.before(hours=5) - story.before(days=131)
        buy(stock, first, story.before(days=131, hours=7), plan=plan_of(stock, "yearly"),
            then=disputes.open(first, asked, "盘点功能在三台手机上都会闪退，反馈两次仍未修复。"))  # fmt: skip
    if has("gh-logs"):
        buy(market.listed["gh-logs"], first, story.before(days=40), plan=plan_of(market.listed["gh-logs"], "yearly"))
        buy(market.listed["gh-logs"], market.buyer(2), story.before(hours=9), plan=plan_of(market.listed["gh-logs"], "monthly"), stop="paid")  # fmt: skip
    if has("gh-build"):
        buy(market.listed["gh-build"], first, story.before(minutes=6), plan=plan_of(market.listed["gh-build"], "monthly"), stop="unpaid")  # fmt: skip
    if has("yq-migrate"):
        move = market.listed["yq-migrate"]
        buy(move, first, story.before(days=9), plan=plan_of(move), stop="submitted-2")
        buy(move, market.buyer(2), story.before(days=16), plan=plan_of(move), stop="submitted-1",
            then=disputes.negotiated(move, market.buyer(2), timedelta(days=1), Decimal("0.7"), signed=False))  # fmt: skip
        buy(move, market.buyer(1), story.before(hours=30), plan=plan_of(move), stop="paid")
    if has("yq-db"):
        base = market.listed["yq-db"]
        buy(base, market.buyer(1), story.before(days=12), plan=plan_of(base), stop="accepted-1",
            then=disputes.negotiated(base, market.buyer(1), timedelta(hours=40), Decimal("0.7"), signed=False))  # fmt: skip
        buy(base, market.buyer(2), story.before(days=70), plan=plan_of(base), stop="accepted-1",
            then=disputes.negotiated(base, market.buyer(2), timedelta(days=2), Decimal("0.6"), signed=True))  # fmt: skip
    _disputed(market)
    _complained(market)
    _short_of_deposit(market)


def _disputed(market: Market) -> None:
    story, buy, disputes = market.story, market.purchases.buy, market.disputes
    for key, days, finding in (
        ("za-waf", 34, ""),
        ("qm-board", 80, "监测数据显示可用性符合约定，慢查询由自定义口径引起，不构成质量问题。"),
    ):
        if key in market.listed:
            found, buyer = market.listed[key], market.buyer(5)
            after = timedelta(days=days - 2) if not finding else timedelta(days=20)
            buy(found, buyer, story.before(days=days, hours=8), plan=plan_of(found, "yearly"),
                then=disputes.escalated(found, buyer, after, finding))  # fmt: skip
    for index, (key, days) in enumerate(
        (("ly-sync", 55), ("sh-pos", 47), ("gh-trace", 12), ("qm-invoice", 8), ("jc-desktop", 3))
    ):
        if key in market.listed:
            buyer = market.buyer(index + 1)
            listed = market.listed[key]
            if listed.product_class != "tool":
                buy(listed, buyer, story.before(days=days), plan=plan_of(listed, "monthly"),
                    then=disputes.without_reason(buyer, timedelta(days=2)))  # fmt: skip


def _complained(market: Market) -> None:
    """An open complaint: answered in time, waiting for an operator."""
    key = "hj-approval" if "hj-approval" in market.listed else "hj-crm"
    if key not in market.listed:
        return
    listed, buyer, story = market.listed[key], market.buyer(2), market.story

    def complain(order: Order, now: datetime) -> None:
        def file(t: datetime) -> None:
            made = complaint_file(
                complainant=buyer,
                provider=Provider.objects.get(pk=order.provider_id),
                order=order,
                product=listed.product,
                statement="购买后要求我加私人联系方式并线下转账购买增值模块，说可以更便宜。",
                conduct_on=t.date(),
                code="",
                evidence=[],
                actor=Actor.of(buyer),
                now=t,
            )
            story.at(
                t + timedelta(minutes=18),
                lambda u: _done(
                    complaint_respond(
                        complaint=made,
                        response="该同事已停职核查，我们不支持线下交易，已向客户致歉并补发说明。",
                        evidence=[],
                        actor=listed.seller.actor,
                        now=u,
                    )
                ),
            )

        story.at(story.before(hours=4), file)

    market.purchases.buy(listed, buyer, story.before(days=18), plan=plan_of(listed, "monthly"), then=complain)


def _short_of_deposit(market: Market) -> None:
    seller = market.cast.sellers.get("mutong")
    if seller is not None:
        market.story.at(market.story.before(hours=26), lambda t: fall_short(market.cast, seller, t))


def _read_everything(cast: Cast, now: datetime) -> None:
    """People have read what is older than a few days."""
    for user in [*cast.operators.values(), *cast.buyers, *(seller.user for seller in cast.sellers.values())]:
        messages_read_all(user=user, actor=Actor.of(user), now=now)


def _catch_up(market: Market, now: datetime) -> None:
    """Bring figures up to date, and let the clock bring about what is due."""
    for listed in market.listed.values():
        while sales_fold(product_id=listed.product.pk, now=now):
            pass
    for name in SWEEPS:
        sweeps.run(name, now)


def _done(_result: object) -> None:
    """What an act returns is of no use to the story."""
