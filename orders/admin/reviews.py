"""What the desk shows of an order and of a warranty claim: what was done and said, and where the money is."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.reviews import Facts, Papers, Review, Rows, Said, Words, decided, linked
from orders.models import Order, WarrantyClaim
from orders.selectors import money_of, money_shown, order_detail, timeline_of

PLACES = {
    "with_you": _("with the buyer"),
    "in_escrow": _("in escrow"),
    "due": _("owed to the provider"),
    "settled": _("on a statement"),
    "paid": _("paid out"),
    "fee": _("service fee"),
    "returning": _("on its way back"),
    "returned": _("back with the buyer"),
}


def _history(events: Any) -> Said:
    language = get_language() or "zh-hans"
    lines = [
        (_("the market") if one.actor_kind == "system" else one.actor, one.at,
         f"{one.title.in_language(language)}\n{one.text}".strip())
        for one in events
    ]  # fmt: skip
    return Said(_("What happened"), lines, _("Nothing yet."))


def _money(order: Order) -> Facts:
    parts = money_shown(money_of(order))
    return Facts(_("Where the money is"), [(PLACES[name], amount) for name, amount in parts])


def _order(order: Order, number: Any = None) -> Facts:
    return Facts(
        _("Order"),
        [
            (_("Number"), number or order.number),
            (_("Product"), order.title_zh),
            (_("Kind"), order.get_product_class_display()),
            (_("Buyer"), order.buyer),
            (_("Provider"), linked(order.provider)),
            (_("Amount"), order.amount),
            (_("Placed"), order.placed_at),
            (pgettext_lazy("decision", "Paid"), order.paid_at),
        ],
    )


def of_order(order: Order, user: Any, now: datetime) -> Review:
    """An order: its milestones with what was handed in for each, its money, its history."""
    detail = order_detail(order, user, now)
    english = (get_language() or "").startswith("en")
    evidence: list[Any] = [_order(order)]
    if detail.milestones:
        evidence.append(
            Rows(
                _("Milestones"),
                [
                    _("milestone"),
                    _("accepted when"),
                    _("amount"),
                    _("state"),
                    pgettext_lazy("orders", "due"),
                    _("handed in"),
                ],
                [
                    (
                        (view.milestone.title_en if english else "") or view.milestone.title_zh,
                        (view.milestone.acceptance_en if english else "") or view.milestone.acceptance_zh,
                        view.milestone.amount,
                        view.milestone.get_state_display(),
                        view.milestone.due_at,
                        view.milestone.submitted_at,
                    )
                    for view in detail.milestones
                ],
            )
        )
        handed_in = [
            (f"{view.milestone.title_zh} · {one.round}", one.submitted_at,
             f"{one.statement}\n{one.get_answer_display()} {one.answer_reason}".strip())
            for view in detail.milestones
            for one in view.submissions
        ]  # fmt: skip
        evidence.append(Said(_("What was handed in"), handed_in, _("Nothing was handed in.")))
    files = [(file.name, f"/orders/files/{file.pk}/", "") for place in detail.files.values() for file in place]
    evidence += [Papers(_("Files"), files), _history(detail.timeline)]
    waiting = detail.waiting.sentence.in_language(get_language() or "zh-hans") if detail.waiting.sentence else ""
    judgement: list[Any] = [
        Facts(
            _("Where it stands"),
            [
                (_("State"), order.get_state_display()),
                (_("Waiting for"), waiting),
                (_("With the platform since"), order.settle_asked_at),
                (_("Confirmed complete"), order.confirmed_at),
                (_("Guarantee ends"), order.guarantee_ends_at),
                (_("Paid back"), order.refunded or None),
            ],
        ),
        _money(order),
    ]
    if order.holds.exists():
        rows = [
            (one.get_reason_display(), one.cause, one.placed_at, one.lifted_at) for one in order.holds.order_by("id")
        ]
        judgement.append(Rows(_("Holds on the money"), [_("reason"), _("cause"), _("since"), _("lifted")], rows))
    for record in detail.decisions[:5]:
        judgement += decided(_("Decision"), record)
    return Review(evidence, judgement)


def of_claim(claim: WarrantyClaim) -> Review:
    """A warranty claim that the two could not settle (§11(3)3)."""
    order = claim.order
    evidence: list[Any] = [
        _order(order, linked(order)),
        Words(_("What the buyer claims"), claim.statement),
        Words(_("What the provider answers"), claim.answer),
        _history(timeline_of(order)),
    ]
    judgement: list[Any] = [
        Facts(
            _("Where it stands"),
            [
                (_("Number"), claim.number),
                (_("State"), claim.get_state_display()),
                (_("The buyer wants"), claim.get_wish_display()),
                (_("Amount asked for"), claim.amount_asked),
                (_("Amount offered"), claim.amount_offered),
                (_("Filed"), claim.filed_at),
                (_("With the platform since"), claim.escalated_at),
                (_("Left of the price"), order.left),
                (_("Outcome"), claim.outcome),
            ],
        ),
        _money(order),
    ]
    return Review(evidence, judgement)
