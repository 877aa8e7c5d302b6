"""Orders of the demo that show one thing each; the first buyer's are those that a newcomer looks at."""

from datetime import timedelta
from decimal import Decimal

from web.demo.market import Market
from web.demo.purchases import plan_of
from web.demo.shortfall import fall_short, short_before


def orders_told_apart(market: Market) -> None:
    """Let these orders be placed, and take the course that each is there for."""
    story, buy, disputes, first = market.story, market.purchases.buy, market.disputes, market.buyer(0)
    if market.has("light-forms"):
        form = market.listed["light-forms"]
        # Six days ago: its guarantee is over, so that a refund without a reason is refused with its clauses.
        buy(form, first, story.before(days=6, hours=2), plan=plan_of(form, "one_off"))
        # Yesterday: can be given back without a reason.
        buy(form, first, story.before(days=1, hours=3), plan=plan_of(form, "monthly"))
        buy(form, market.buyer(1), story.before(days=14), plan=plan_of(form, "one_off"),
            then=disputes.too_late(market.buyer(1)), stop="delivered")  # fmt: skip
    if market.has("hj-crm"):
        crm = market.listed["hj-crm"]
        buy(crm, first, story.before(days=97), plan=plan_of(crm, "yearly"),
            then=disputes.accepted(crm, first, timedelta(days=60)))  # fmt: skip
        buy(crm, market.buyer(1), story.before(days=20), plan=plan_of(crm, "monthly"), quantity=2,
            then=disputes.partly(market.buyer(1), Decimal("198.00")))  # fmt: skip
        buy(crm, market.buyer(2), story.before(days=41), plan=plan_of(crm, "yearly"),
            then=disputes.escalated(crm, market.buyer(2), timedelta(days=38)))  # fmt: skip
    if market.has("hj-stock"):
        stock = market.listed["hj-stock"]
        asked = story.before(hours=5) - story.before(days=131)
        buy(stock, first, story.before(days=131, hours=7), plan=plan_of(stock, "yearly"),
            then=disputes.open(first, asked, "盘点功能在三台手机上都会闪退，反馈两次仍未修复。"))  # fmt: skip
    if market.has("gh-logs"):
        logs = market.listed["gh-logs"]
        buy(logs, first, story.before(days=40), plan=plan_of(logs, "yearly"))
        buy(logs, market.buyer(2), story.before(hours=9), plan=plan_of(logs, "monthly"), stop="paid")
    if market.has("gh-build"):
        build = market.listed["gh-build"]
        buy(build, first, story.before(minutes=6), plan=plan_of(build, "monthly"), stop="unpaid")
    _services(market)
    _disputed(market)
    _deposits(market)


def _services(market: Market) -> None:
    story, buy, disputes, first = market.story, market.purchases.buy, market.disputes, market.buyer(0)
    if market.has("yq-migrate"):
        move = market.listed["yq-migrate"]
        buy(move, first, story.before(days=9), plan=plan_of(move), stop="submitted-2")
        buy(move, market.buyer(2), story.before(days=16), plan=plan_of(move), stop="submitted-1",
            then=disputes.negotiated(move, market.buyer(2), timedelta(days=1), Decimal("0.7"), signed=False))  # fmt: skip
        buy(move, market.buyer(1), story.before(hours=30), plan=plan_of(move), stop="paid")
    if market.has("yq-db"):
        base = market.listed["yq-db"]
        buy(base, market.buyer(1), story.before(days=12), plan=plan_of(base), stop="accepted-1",
            then=disputes.negotiated(base, market.buyer(1), timedelta(hours=40), Decimal("0.7"), signed=False))  # fmt: skip
        buy(base, market.buyer(2), story.before(days=70), plan=plan_of(base), stop="accepted-1",
            then=disputes.negotiated(base, market.buyer(2), timedelta(days=2), Decimal("0.6"), signed=True))  # fmt: skip
    if market.has("yq-container"):
        # Handed in more than ninety days ago, and the buyer never said a word.
        silent = market.listed["yq-container"]
        buy(silent, market.buyer(2), story.before(days=112), plan=plan_of(silent), stop="submitted-1")


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
    for index, (key, days) in enumerate((("ly-sync", 55), ("sh-pos", 47), ("jc-desktop", 3))):
        if key in market.listed:
            buyer, listed = market.buyer(index + 1), market.listed[key]
            buy(listed, buyer, story.before(days=days), plan=plan_of(listed, "monthly"),
                then=disputes.without_reason(buyer, timedelta(days=2)))  # fmt: skip


def _deposits(market: Market) -> None:
    """A deposit that falls short for the third time in twelve months: a demand runs, an additional one is proposed."""
    seller, story, cast = market.seller("mutong", "gonghe"), market.story, market.cast
    for days, amount in ((170, Decimal("600.00")), (74, Decimal("800.00"))):
        story.at(story.before(days=days), lambda t, taken=amount: short_before(cast, seller, taken, story, t))  # type: ignore[misc]
    story.at(story.before(hours=26), lambda t: fall_short(cast, seller, Decimal("1200.00"), t))
