"""The whole demo: who comes when, what is listed, what is bought, and how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.services import categories_load, sales_fold
from core import sweeps
from core.acts import Actor, act
from notifications.services import messages_read_all
from web.demo import content, listings, people
from web.demo.aftersales import aftersales
from web.demo.market import Market
from web.demo.matters import matters
from web.demo.notices import notices
from web.demo.people import Cast
from web.demo.services import past_post_settle
from web.demo.settling import sales_in_time, settlement_days
from web.demo.story import Story
from web.demo.told_apart import orders_told_apart

Say = Callable[[str], None]
# What the clock would have brought about meanwhile.
SWEEPS = (
    "orders.guarantee", "orders.release", "orders.acceptance_reminders", "orders.acceptance_silence", "orders.claims",
    "orders.invoices", "orders.late_start", "orders.term_ending", "orders.close", "refunds.reply",
    "support.chat_response", "violations.measure_end", "catalog.zero_sales_warnings", "settlements.fees",
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
    providers=(
        "platform",
        "hengjie",
        "yunqiao",
        "gonghe",
        "zhaomin",
        "kuaizhan",
        "anxu",
        "beichen",
        "nanfeng",
    ),
    products=4,
    buyers=3,
    per_product=0.5,
)


@dataclass(frozen=True, slots=True)
class Made:
    """What a demo holds."""

    providers: int
    products: int
    orders: int


@act
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
    orders_told_apart(market)
    matters(market)
    aftersales(market)
    notices(market)
    sales_in_time(market)
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
        on_sale = [text for text in texts if text.state == "listed"][: size.products]
        chosen = [text for text in texts if text in on_sale or text.state != "listed"]
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
UNSOLD = frozenset({"xh-sre", "hj-contract"})
# What the first buyer has of these is told apart.
TOLD_APART = "light-forms"


def _everyday(market: Market, size: Size) -> None:
    """What buyers bought over the year: more of what is newer, none without a sale for three months."""
    story = market.story
    for listed in market.listed.values():
        if listed.text.key in UNSOLD or listed.seller.text.state == "clearing":
            continue
        age = (story.now - listed.since).total_seconds() / 86400
        count = max(round((age / 240 + 0.45) * size.per_product), 1)
        for index in range(count):
            # One sale in the last weeks, the others over the whole time and rather lately.
            back = story.dice.uniform(0, min(age, 75)) if index == 0 else age * story.dice.random() ** 1.6
            at = story.office_hours(story.now - timedelta(days=back))
            if not listed.since < at < story.now:
                at = min(listed.since + timedelta(hours=1 + index), story.before(minutes=40))
            roll = story.dice.random()
            stop = "unpaid" if roll < 0.05 else "cancelled" if roll < 0.09 else ""
            quantity = 2 if listed.product_class != "service" and story.dice.random() < 0.12 else 1
            first = 1 if listed.text.key == TOLD_APART else 0
            buyer = market.cast.buyers[story.dice.randrange(first, len(market.cast.buyers))]
            market.purchases.buy(listed, buyer, at, quantity=quantity, stop=stop)


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
        outcome = sweeps.run(name, now)
        if outcome.failed:
            raise RuntimeError(f"{name}: {outcome.failed} rows failed")
