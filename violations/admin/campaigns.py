"""Promotions that wait for the platform's consent (§18(9))."""

from datetime import datetime

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.reviews import Review, ReviewAdmin
from accounts.types import SEE_DISPUTES
from core import clock
from core.acts import Actor
from violations.admin import notices
from violations.models import Campaign
from violations.selectors import campaigns_waiting
from violations.services import campaign_approve, campaign_refuse
from violations.types import CampaignState


class NothingForm(forms.Form):
    """Nothing to fill in."""


@admin.register(Campaign)
class CampaignAdmin(ReviewAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["number", "provider", "product", "title_zh", "state", "submitted_at", "recipients"]
    list_filter = ["state"]
    search_fields = ["number", "provider__number", "title_zh"]
    list_select_related = ["provider", "product__live_version"]
    ordering = ["submitted_at", "id"]
    actions_detail = ["claim", "take_over", "release", "approve", "refuse"]
    keys = {"a": "approve", "r": "refuse"}

    def waiting(self) -> "QuerySet[Campaign]":
        return campaigns_waiting()

    def review(self, request: HttpRequest, obj: Campaign, now: datetime) -> Review:
        return notices.of_campaign(obj, now)

    def settling_acts(self, obj: Campaign, actor: Actor) -> list[str]:
        return ["approve", "refuse"] if obj.state == CampaignState.SUBMITTED else []

    @action(description=_("Consent and send"), url_path="approve")
    def approve(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Consent to this promotion?"),
            consequences=[_("Everybody who bought from the provider and has not opted out is told at once.")],
            submit=_("Consent and send"),
            form_class=NothingForm,
            run=lambda obj, data: campaign_approve(campaign=obj, actor=Actor.of(request.user), now=clock.now()),
            done=_("The promotion is sent."),
        )

    @action(description=_("Refuse the promotion"), url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Refuse this promotion?"),
            consequences=[_("Nobody is told. The provider reads your reason.")],
            submit=_("Refuse the promotion"),
            run=lambda obj, data: campaign_refuse(
                campaign=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The promotion is refused."),
        )
