"""The queue of statements: operations first, then finance; two different operators."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_MONEY, Role
from core import clock
from core.acts import Actor
from core.money import format_yuan
from settlements import exports, selectors, services
from settlements.models import Statement
from settlements.models.statements import STATEMENT_STATES
from settlements.types import StatementState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_SHOWN = 200


class NothingForm(forms.Form):
    """Nothing to fill in."""


class TextForm(forms.Form):
    """What the provider is told."""

    text = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("It is kept in the audit trail, and shown to the provider."),
    )


class WithdrawForm(TextForm):
    """Why a statement is withdrawn."""

    text = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("It is kept in the audit trail, and shown to the provider."),
    )


class TurnFilter(admin.SimpleListFilter):
    """What waits for this operator's roles, unless something else is asked for."""

    title = _("state")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), *[(str(value), label) for value, label in STATEMENT_STATES]]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Waiting for an operator"),
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() is None:
            return queryset.filter(
                state__in=[
                    StatementState.CONFIRMED,
                    StatementState.DISPUTED,
                    StatementState.APPROVED_OPERATIONS,
                    StatementState.APPROVED_FINANCE,
                ]
            )
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


@admin.register(Statement)
class StatementAdmin(ActAdmin):
    """Settlement statements to be approved and paid."""

    seen_by = SEE_MONEY
    list_display = ["number", "provider", "cycle_on", "shown_state", "payout", "confirmed_at", "operations_by"]
    list_filter = [TurnFilter]
    list_select_related = ["provider", "operations_by"]
    search_fields = ["=number", "=provider__number", "provider__public_name"]
    ordering = ["confirmed_at", "pk"]
    show_full_result_count = False
    list_per_page = 50
    fields: list[str] = []
    change_form_template = "settlements/admin/statement.html"
    list_before_template = "admin/queue_keys.html"
    keys = {"a": "approve_operations", "f": "approve_finance", "w": "answer", "r": "give_back", "p": "pay_again"}
    actions_detail = ["approve_operations", "approve_finance", "answer", "give_back", "pay_again", "workbook"]

    @display(
        description=_("state"),
        label={
            StatementState.DRAFT: "",
            StatementState.ISSUED: "",
            StatementState.CONFIRMED: "info",
            StatementState.APPROVED_OPERATIONS: "info",
            StatementState.APPROVED_FINANCE: "info",
            StatementState.PAYING: "info",
            StatementState.DISPUTED: "warning",
            StatementState.RETURNED: "danger",
            StatementState.PAID: "success",
        },
    )
    def shown_state(self, statement: Statement) -> tuple[str, str]:
        return statement.state, str(statement.get_state_display())

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        user: Any = request.user
        return bool(user.has_role(Role.OPERATIONS) or user.has_role(Role.FINANCE))

    def _may(self, request: HttpRequest, object_id: Any, name: str) -> bool:
        if object_id is None or not self.has_act_permission(request, object_id):
            return False
        user: Any = request.user
        return name in selectors.available_acts(selectors.statement_by_pk(int(object_id)), user)

    def has_operations_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "approve_operations")

    def has_finance_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "approve_finance")

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "answer")

    def has_give_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "return")

    def has_pay_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "pay_again")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if object_id and self.get_object(request, object_id) is not None:
            statement = selectors.statement_by_pk(int(object_id))
            shown = {one.method.__name__ for one in self.get_actions_detail(request, object_id)}
            context |= {
                "statement": statement,
                "lines": list(selectors.lines_of(statement)[:LINES_SHOWN]),
                "account": selectors.payout_account(statement.provider_id),
                "decision": selectors.decision_of(statement),
                "waterfall": [
                    (_("Sales"), format_yuan(statement.sales)),
                    (_("Service fee"), format_yuan(-statement.fee)),
                    (_("Recoveries from refunds"), format_yuan(-statement.recovered)),
                    (_("Deposit top-up"), format_yuan(-statement.topped_up)),
                    (_("Deductions"), format_yuan(-statement.deducted)),
                    (_("Payout"), format_yuan(statement.payout)),
                    (_("Carried forward"), format_yuan(statement.carried)),
                    (_("Taken from the deposit"), format_yuan(statement.from_deposit)),
                ],
                "pressable": self.pressable(statement, shown),
            }
        return super().changeform_view(request, object_id, form_url, context)

    def _page(
        self,
        request: HttpRequest,
        object_id: int,
        *,
        title: Any,
        consequences: list[Any],
        submit: Any,
        done: Any,
        call: Callable[..., Any],
        form_class: type[forms.Form] = NothingForm,
    ) -> HttpResponse:
        return self.act_page(
            request,
            object_id,
            title=title,
            consequences=consequences,
            submit=submit,
            form_class=form_class,
            run=lambda found, data: call(statement=found, actor=Actor.of(request.user), now=clock.now(), **data),
            done=done,
        )

    @action(description=_("Approve for operations"), permissions=["operations"], url_path="approve-operations")
    def approve_operations(self, request: HttpRequest, object_id: int) -> HttpResponse:
        statement = selectors.statement_by_pk(object_id)
        return self._page(
            request,
            object_id,
            title=_("Approve this statement for operations?"),
            consequences=[
                _("The payout is %(amount)s.") % {"amount": format_yuan(statement.payout)},
                _("It goes to finance, where another operator approves it."),
            ],
            submit=_("Approve it"),
            done=_("The statement is with finance."),
            call=services.statement_approve_operations,
        )

    @action(description=_("Approve for finance"), permissions=["finance"], url_path="approve-finance")
    def approve_finance(self, request: HttpRequest, object_id: int) -> HttpResponse:
        statement = selectors.statement_by_pk(object_id)
        account = selectors.payout_account(statement.provider_id)
        return self._page(
            request,
            object_id,
            title=_("Approve this statement and pay it?"),
            consequences=[
                _("%(amount)s is sent to %(account)s.")
                % {"amount": format_yuan(statement.payout), "account": account or _("no account yet")}
                if statement.payout
                else _("There is nothing to send; the statement is closed."),
                _("This cannot be taken back here."),
            ],
            submit=_("Approve and pay"),
            done=_("The statement is approved."),
            call=services.statement_approve_finance,
        )

    @action(description=_("Answer the objection"), permissions=["answer"], url_path="answer")
    def answer(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._page(
            request,
            object_id,
            title=_("Answer the objection?"),
            consequences=[_("The statement stays as it is; the provider's five working days start over.")],
            submit=_("Send the answer"),
            done=_("The provider has your answer."),
            call=services.statement_answer,
            form_class=TextForm,
        )

    @action(description=_("Withdraw"), permissions=["give_back"], url_path="withdraw")
    def give_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._page(
            request,
            object_id,
            title=_("Withdraw this statement?"),
            consequences=[
                _("What it holds goes into a new statement at the next run."),
                _("What the deposit received stays there. The provider is told why."),
            ],
            submit=_("Withdraw it"),
            done=_("The statement is withdrawn."),
            call=services.statement_return,
            form_class=WithdrawForm,
        )

    @action(description=_("Send the payout again"), permissions=["pay_again"], url_path="pay-again")
    def pay_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._page(
            request,
            object_id,
            title=_("Send the payout again?"),
            consequences=[_("A new payout goes to the account that the provider has given now.")],
            submit=_("Send it again"),
            done=_("The payout is on its way."),
            call=services.statement_pay_again,
        )

    @action(description=_("Download as a workbook"), url_path="workbook")
    def workbook(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        statement = selectors.statement_by_pk(object_id)
        response = HttpResponse(exports.statement_xlsx(statement), content_type=XLSX)
        response.headers["Content-Disposition"] = f'attachment; filename="{statement.number}.xlsx"'
        return response
