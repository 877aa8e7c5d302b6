"""What the reviews of infringement claims, defects, messages and promotions show: evidence left, what follows right."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.reviews import Facts, Papers, Review, Said, Words, linked
from core.errors import NotAllowed
from orders.selectors import users_of_product
from violations.admin.reviews import standing
from violations.models import Campaign, Defect, MessageReport, Takedown
from violations.services.campaigns import require_interval

AROUND = 3


def of_takedown(takedown: Takedown, now: datetime) -> Review:
    """An infringement claim: what both sides hand in, and whom upholding it would concern (§18(17))."""
    evidence: list[Any] = [
        Facts(
            _("Infringement claim"),
            [
                (_("Number"), takedown.number),
                (_("Product"), linked(takedown.product)),
                (_("Provider"), linked(takedown.provider)),
                (_("Claimant"), linked(takedown.claimant)),
                (_("Work or right"), takedown.work),
                (_("Who holds it"), takedown.get_basis_display()),
                (_("Filed"), takedown.filed_at),
            ],
        ),
        Words(_("How the product infringes it"), takedown.statement),
    ]
    if takedown.responded_at is not None:
        evidence.append(Words(_("What the provider answers"), takedown.response))
    files = takedown.files.select_related("given_by").order_by("id")
    evidence.append(
        Papers(
            _("Files"),
            [
                (one.name, reverse("admin:violations_takedown_file", args=[takedown.pk, one.pk]), one.given_by)
                for one in files
            ],
        )
    )
    judgement: list[Any] = [
        Facts(
            _("Where it stands"),
            [
                (_("State"), takedown.get_state_display()),
                (_("Answered"), takedown.responded_at or _("not yet")),
                (pgettext_lazy("when", "Decided"), takedown.decided_at),
                (_("Decided by"), takedown.decided_by),
                (_("Case"), linked(takedown.case)),
                (_("Reason"), takedown.reason),
            ],
        )
    ]
    if takedown.decided_at is None:
        judgement.append(
            Facts(
                _("What upholding it would bring about"),
                [
                    (_("Product"), _("hidden now; it leaves the market")),
                    (_("Users who are owed a remedy"), users_of_product(takedown.product, now).count()),
                    (_("Case"), _("opens under the row you choose; the provider is heard (19)")),
                ],
            )
        )
    else:
        remedies = takedown.remedies.select_related("order").order_by("id")
        judgement.append(
            Facts(
                _("Remedies of its users"),
                [(linked(one, one.order.number), one.get_state_display()) for one in remedies],
            )
        )
    return Review(evidence, [*judgement, *standing(takedown.provider, now)])


def of_defect(defect: Defect, now: datetime) -> Review:
    """A defect: what was asked, what the provider says, and how many people it concerns (§18(6))."""
    evidence: list[Any] = [
        Facts(
            _("Defect"),
            [
                (_("Number"), defect.number),
                (_("Product"), linked(defect.product)),
                (_("Provider"), linked(defect.provider)),
                (_("Asked by"), defect.asked_by),
                (pgettext_lazy("violations", "Asked"), defect.asked_at),
            ],
        )
    ]
    for title, text in (
        (pgettext_lazy("violations", "What was asked"), defect.question),
        (_("Why the provider denies it"), defect.denial),
        (_("What users were told"), "\n".join(part for part in (defect.title, defect.effect, defect.advice) if part)),
        (_("How it was mended"), defect.mend_note),
    ):
        if text:
            evidence.append(Words(title, text))
    judgement: list[Any] = [
        Facts(
            _("Where it stands"),
            [
                (_("State"), defect.get_state_display()),
                (_("Answer due"), defect.due_at),
                (_("Denied"), defect.denied_at),
                (_("Users told"), defect.users_told or None),
                (pgettext_lazy("when", "Mended"), defect.mended_at),
                (pgettext_lazy("when", "Decided"), defect.judged_at),
                (_("Decided by"), defect.judged_by),
                (_("Case"), linked(defect.case)),
                (_("Reason"), defect.reason),
            ],
        ),
        Facts(
            _("Whom it concerns"), [(_("People who use the product"), users_of_product(defect.product, now).count())]
        ),
    ]
    return Review(evidence, [*judgement, *standing(defect.provider, now)])


def of_report(report: MessageReport, now: datetime) -> Review:
    """A message that looks wrong, amid what was said before and after it (§14, §18(7))."""
    message = report.message
    talk = message.conversation.messages
    before = talk.filter(pk__lt=message.pk).order_by("-pk")[:AROUND]
    around = [*reversed(before), message, *talk.filter(pk__gt=message.pk).order_by("pk")[:AROUND]]
    evidence: list[Any] = [
        Words(_("The message"), message.text),
        Said(
            _("What was said around it"),
            [(one.get_side_display(), one.sent_at, one.text or one.file_name) for one in around],
        ),
    ]
    if report.note:
        evidence.append(Words(_("What the person who reported it says"), report.note))
    judgement: list[Any] = [
        Facts(
            _("Report"),
            [
                (_("State"), report.get_state_display()),
                (_("Looks like"), report.get_kind_display()),
                (_("Reported by"), report.reporter or _("found by the platform's own check")),
                (_("Filed"), report.filed_at),
                (_("Order"), linked(report.order)),
                (_("Provider"), linked(report.provider)),
                (_("Case"), linked(report.case)),
                (_("Reason"), report.reason),
            ],
        ),
        *standing(report.provider, now),
    ]
    return Review(evidence, judgement)


def of_campaign(campaign: Campaign, now: datetime) -> Review:
    """A promotion as its readers would see it, in both languages, and whether it may go out now (§18(9))."""
    evidence: list[Any] = [
        Words(_("In Chinese"), f"{campaign.title_zh}\n\n{campaign.text_zh}"),
        Words(_("In English"), f"{campaign.title_en}\n\n{campaign.text_en}"),
    ]
    may: Any = ""
    if campaign.judged_at is None:
        try:
            require_interval(campaign.provider, now)
            may = _("yes")
        except NotAllowed as refused:
            may = str(refused)
    judgement: list[Any] = [
        Facts(
            _("Promotion"),
            [
                (_("Number"), campaign.number),
                (_("State"), campaign.get_state_display()),
                (_("Provider"), linked(campaign.provider)),
                (_("Product"), linked(campaign.product)),
                (_("Product on sale"), campaign.product.get_state_display()),
                (_("Submitted"), campaign.submitted_at),
                (_("Far enough from the last one"), may),
                (_("Recipients"), campaign.recipients or None),
                (pgettext_lazy("when", "Decided"), campaign.judged_at),
                (_("Decided by"), campaign.judged_by),
                (_("Reason"), campaign.reason),
            ],
        ),
        *standing(campaign.provider, now),
    ]
    return Review(evidence, judgement)
