"""The provider's own house: store, team, leave, and leaving."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.authentication import signed_in
from accounts.selectors import tokens_of
from core import clock
from core.acts import Actor
from core.clock import BEIJING
from deposits.selectors import deposit_balance
from exits.selectors import checklist, deposit_may_return, exit_orders_of, exits_of, open_exit_of
from exits.services import exit_request, exit_withdraw
from exits.types import ExitState
from orders.selectors import last_warranty_end, open_orders_count
from providers import services
from providers.models import Provider
from providers.selectors import (
    bar_of,
    invitations_open,
    logo_address,
    restrictions_in_force,
    restrictions_of,
    store_of,
    team_of,
)
from providers.types import ExitKind, Permission, ProviderState, RestrictionKind, Role
from web.acts import ActPage, Done
from web.components.steps import Consequence
from web.console.access import do, draw, provider_page

STORE, TEAM, LEAVING = "/console/store/", "/console/team/", "/console/leaving/"
ROLES = [
    (Role.MANAGER, gettext_lazy("Manager")),
    (Role.SUPPORT, gettext_lazy("Support")),
    (Role.FINANCE, gettext_lazy("Finance")),
]
DUTIES = {
    Role.MANAGER: gettext_lazy("everything but the team, payouts, agreements and leaving"),
    Role.SUPPORT: gettext_lazy("orders, refunds, complaints and cases, conversations and tickets"),
    Role.FINANCE: gettext_lazy("deposit, statements, payouts and invoices"),
}
ROLE_CHOICES = [(role, format_lazy("{}: {}", name, DUTIES[role])) for role, name in ROLES]
DATE = forms.DateInput({"type": "date"})


class StoreForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Name of the store in Chinese"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name of the store in English"), max_length=60, required=False)
    introduction_zh = forms.CharField(
        label=gettext_lazy("Introduction in Chinese"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    introduction_en = forms.CharField(
        label=gettext_lazy("Introduction in English"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    after_sales_zh = forms.CharField(
        label=gettext_lazy("After-sales in Chinese"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    after_sales_en = forms.CharField(
        label=gettext_lazy("After-sales in English"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class LogoForm(forms.Form):
    logo = forms.FileField(label=gettext_lazy("Logo"), help_text=gettext_lazy("A picture, at most 10 MB."))


class LeaveForm(forms.Form):
    starts_at = forms.DateField(label=gettext_lazy("From the morning of"), widget=DATE)
    until = forms.DateField(label=gettext_lazy("Back on the morning of"), widget=DATE)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Email"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES, widget=forms.RadioSelect)


class ExitForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why you leave"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )


@provider_page(Permission.STORE)
def store(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """How do buyers see us?"""
    found = store_of(provider)
    restrictions = list(restrictions_in_force(provider, now))
    leave = restrictions_of(provider).filter(
        kind=RestrictionKind.ON_LEAVE, lifted_at__isnull=True, until__gt=now
    ).first()  # fmt: skip
    return draw(
        request,
        "store",
        now,
        store=found,
        logo=logo_address(found.slug, found.logo_sha) if found and found.logo_sha else "",
        on_leave=leave,
        restrictions=[one for one in restrictions if one.kind != RestrictionKind.ON_LEAVE],
    )


def _store_given(provider: Provider, target: Any) -> dict[str, Any]:
    found = store_of(provider)
    return {name: getattr(found, name) for name in StoreForm.base_fields} if found else {}


def _edit(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.store_edit(provider=provider, actor=actor, now=now, **data)
    return Done(_("The store is changed."), STORE)


def _logo(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    upload = data["logo"]
    services.store_logo_set(provider=provider, upload=upload, file_name=upload.name, actor=actor, now=now)
    return Done(_("The logo is changed."), STORE)


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(0), BEIJING)


def _leave(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    starts_at = max(_midnight(data["starts_at"]), now)
    services.leave_take(
        provider=provider,
        starts_at=starts_at,
        until=_midnight(data["until"]),
        reason=data["reason"],
        actor=actor,
        now=now,
    )
    return Done(_("Your leave is noted."), STORE)


def _back(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.leave_end(provider=provider, actor=actor, now=now)
    return Done(_("Welcome back. Your store is open again."), STORE)


STORE_ACTS = {
    "edit": ActPage(
        gettext_lazy("Change the store"), gettext_lazy("Keep the changes"), _edit, form=StoreForm, initial=_store_given
    ),
    "logo": ActPage(gettext_lazy("Change the logo"), gettext_lazy("Use this logo"), _logo, form=LogoForm),
    "leave": ActPage(
        gettext_lazy("Go on leave"),
        gettext_lazy("Note the leave"),
        _leave,
        lambda provider, target, now: [
            Consequence(_("Nobody can buy from you meanwhile."), None, "late"),
            Consequence(_("Orders you have go on; so do their clocks."), None, "due"),
        ],
        form=LeaveForm,
    ),
    "back": ActPage(gettext_lazy("End the leave"), gettext_lazy("Open the store again"), _back),
}


@provider_page(Permission.STORE)
@require_http_methods(["GET", "POST"])
def store_act(request: HttpRequest, provider: Provider, now: datetime, name: str) -> HttpResponse:
    """Change the store, its logo, or go on leave."""
    if name not in STORE_ACTS:
        raise Http404(name)
    return do(request, STORE_ACTS[name], provider, now, back=STORE)


@provider_page(Permission.TEAM)
def team(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """Who works here, and who may do what?"""
    return draw(
        request,
        "team",
        now,
        team=list(team_of(provider)),
        invitations=list(invitations_open(provider, now)),
        roles=[(name, DUTIES[role]) for role, name in ROLES],
    )


def _invite(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.staff_invite(provider=provider, actor=actor, now=now, **data)
    return Done(_("The invitation is on its way."), TEAM)


def _role(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.staff_role_change(member=target, role=data["role"], actor=actor, now=now)
    return Done(_("The role is changed."), TEAM)


def _remove(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.staff_remove(member=target, actor=actor, now=now)
    return Done(_("The member is removed and sees nothing here any more."), TEAM)


def _revoke(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.invitation_revoke(invitation=target, actor=actor, now=now)
    return Done(_("The invitation is taken back."), TEAM)


TEAM_ACTS = {
    "invite": ActPage(gettext_lazy("Invite a member"), gettext_lazy("Send the invitation"), _invite, form=InviteForm),
    "role": ActPage(
        gettext_lazy("Change the role"),
        "",
        _role,
        form=RoleForm,
        initial=lambda provider, target: {"role": target.role},
    ),
    "remove": ActPage(gettext_lazy("Remove the member"), gettext_lazy("Remove"), _remove, danger=True),
    "revoke": ActPage(gettext_lazy("Take the invitation back"), "", _revoke, danger=True),
}


@provider_page(Permission.TEAM)
@require_http_methods(["GET", "POST"])
def team_act(request: HttpRequest, provider: Provider, now: datetime, name: str, pk: int | None = None) -> HttpResponse:
    """Invite, change a role, remove."""
    if name not in TEAM_ACTS:
        raise Http404(name)
    target = None
    if name != "invite":
        rows = invitations_open(provider, now) if name == "revoke" else team_of(provider)
        target = rows.filter(pk=pk or 0).first()
        if target is None:
            raise Http404(name)
    return do(request, TEAM_ACTS[name], provider, now, back=TEAM, target=target)


def _join(secret: str, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    services.invitation_accept(secret=secret, user=target, actor=actor, now=now)
    return Done(_("Welcome to the team."), "/console/")


JOIN = ActPage(gettext_lazy("Join the team"), gettext_lazy("Join"), _join)


@login_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Take an invitation to a provider's team."""
    return do(request, JOIN, secret, clock.now(), back="/", target=request.user)


@provider_page(Permission.LEAVE)
def leaving(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """What must be finished before we have left, and when does the deposit come back?"""
    exit_ = open_exit_of(provider)
    return draw(
        request,
        "leaving",
        now,
        exit=exit_,
        items=checklist(exit_, now) if exit_ else [],
        past=[one for one in exits_of(provider)[:10] if exit_ is None or one.pk != exit_.pk],
        deposit=deposit_balance(provider.pk),
        deposit_may_return=deposit_may_return(exit_, now) if exit_ else False,
        may_withdraw=exit_ is not None and exit_.state == ExitState.PREPARING,
        unfinished=open_orders_count(provider),
        warranty_ends=last_warranty_end(provider),
        may_ask=provider.state == ProviderState.ACTIVE,
        bar=bar_of([provider.subject_index], now),
        orders=list(exit_orders_of(exit_)[:50]) if exit_ else [],
    )


def _request(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    exit_request(provider=provider, kind=ExitKind.VOLUNTARY, reason=data["reason"], actor=actor, now=now)
    return Done(_("You are leaving. See what is still to be finished."), LEAVING)


def _stay(provider: Provider, target: Any, data: dict[str, Any], actor: Actor, now: datetime) -> Done:
    exit_withdraw(exit_=target, reason=data["reason"], actor=actor, now=now)
    return Done(_("You stay. Your store is displayed again."), LEAVING)


LEAVING_ACTS = {
    "request": ActPage(
        gettext_lazy("Leave the market"),
        gettext_lazy("Begin to leave"),
        _request,
        lambda provider, target, now: [
            Consequence(_("Your store and products are no longer shown; nobody can buy."), None, "late"),
            Consequence(_("What was sold is finished, with guarantee and warranty."), None, "held"),
            Consequence(
                _("Comes back when every duty has ended, less what is owed then"), deposit_balance(provider.pk), "paid"
            ),
            Consequence(_("One year after you have left you may apply again, not before."), None, "due"),
            Consequence(_("Until you have left you may withdraw this."), None, "neutral"),
        ],
        form=ExitForm,
        clauses=("23", "25", "26(1)"),
        danger=True,
    ),
    "stay": ActPage(gettext_lazy("Stay after all"), gettext_lazy("Stay"), _stay, form=ExitForm, clauses=("23",)),
}


GONE = {ProviderState.LEFT, ProviderState.CLEARED}


@provider_page(Permission.LEAVE)
@require_http_methods(["GET", "POST"])
def leaving_act(request: HttpRequest, provider: Provider, now: datetime, name: str) -> HttpResponse:
    """Begin to leave, or stay after all."""
    exit_ = open_exit_of(provider)
    if name not in LEAVING_ACTS or (name == "stay") != (exit_ is not None) or provider.state in GONE:
        return redirect(LEAVING)
    return do(request, LEAVING_ACTS[name], provider, now, back=LEAVING, target=exit_)


@provider_page(Permission.INTEGRATION)
def integration(request: HttpRequest, provider: Provider, now: datetime) -> HttpResponse:
    """How do our own systems talk to the market?"""
    return draw(request, "integration", now, tokens=list(tokens_of(signed_in(request))))
