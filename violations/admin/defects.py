"""Defects of products: asking a provider, and judging what it answers (§18(6))."""

from datetime import datetime
from functools import partial

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.reviews import Review, ReviewAdmin
from accounts.types import SEE_DISPUTES
from catalog.models import Product
from core import clock
from core.acts import Actor
from core.errors import DomainError
from regulation.selectors import rulebook_at
from violations.admin import notices
from violations.admin.forms import RowForm
from violations.models import Defect
from violations.selectors import defects_waiting
from violations.services import defect_ask, defect_clear, defect_contest
from violations.types import DefectState


class AskForm(forms.Form):
    """Which product, and what is asked."""

    product = forms.SlugField(
        label=_("Address of the product"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The last part of its page's address."),
    )
    question = forms.CharField(
        label=pgettext_lazy("violations", "What is asked"),
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )

    def clean_product(self) -> Product:
        found = Product.objects.select_related("provider", "live_version").filter(slug=self.cleaned_data["product"])
        product = found.first()
        if product is None:
            raise forms.ValidationError(_("There is no product of that address."))
        return product


@admin.register(Defect)
class DefectAdmin(ReviewAdmin):
    seen_by = SEE_DISPUTES
    list_display = ["number", "product", "provider", "title", "state", "due_at", "disclosed_at", "users_told"]
    list_filter = ["state"]
    search_fields = ["number", "provider__number", "product__slug", "title"]
    list_select_related = ["product__live_version", "provider"]
    ordering = ["denied_at", "id"]
    actions_list = ["next_one", "ask"]
    actions_detail = ["claim", "take_over", "release", "clear", "contest"]
    keys = {"a": "clear", "r": "contest"}

    def waiting(self) -> "QuerySet[Defect]":
        return defects_waiting()

    def review(self, request: HttpRequest, obj: Defect, now: datetime) -> Review:
        return notices.of_defect(obj, now)

    def settling_acts(self, obj: Defect, actor: Actor) -> list[str]:
        return ["clear", "contest"] if obj.state == DefectState.DENIED else []

    @action(description=_("Ask about a defect"), url_path="ask", permissions=["act"])
    def ask(self, request: HttpRequest) -> HttpResponse:
        form = AskForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                defect = defect_ask(actor=Actor.of(request.user), now=clock.now(), **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                return HttpResponseRedirect(reverse("admin:violations_defect_change", args=[defect.pk]))
        context = {
            **admin.site.each_context(request),
            "title": _("Ask about a defect"),
            "opts": self.opts,
            "form": form,
            "consequences": [
                _("The provider tells its users, or says why there is no defect, within the hours of the rulebook."),
                _("Without an answer in time a case opens by itself."),
            ],
            "submit": pgettext_lazy("violations", "Ask the provider"),
            "back": reverse("admin:violations_defect_changelist"),
        }
        return render(request, "accounts/admin_act.html", context)

    @action(description=_("Accept that there is no defect"), url_path="clear")
    def clear(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=_("Accept that there is no defect"),
            consequences=[_("The matter is closed. The provider reads your reason.")],
            submit=pgettext_lazy("violations", "Accept the answer"),
            run=lambda obj, data: defect_clear(
                defect=obj, reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("The matter is closed."),
        )

    @action(description=_("Find that a defect is concealed"), url_path="contest")
    def contest(self, request: HttpRequest, object_id: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self.act_page(
            request,
            object_id,
            title=_("Find that a defect is concealed"),
            consequences=[_("A case opens under the row you choose; the provider is heard before a finding (19).")],
            submit=_("Open a case"),
            run=lambda obj, data: defect_contest(
                defect=obj, code=data["code"], reason=data["reason"], actor=Actor.of(request.user), now=clock.now()
            ),
            done=_("A case is open."),
            form_class=partial(RowForm, rulebook=rulebook_at(found.denied_at or clock.now())),
        )
