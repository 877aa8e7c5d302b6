"""Acts behind buttons: a page that says what will happen, asks for the reason, and calls one act."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.authentication import signed_in
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.errors import DomainError


class ReasonForm(forms.Form):
    """Why: kept in the trail, and shown to the person."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("It is kept in the audit trail, and shown to the person."),
    )


class ActAdmin(ReadOnlyAdmin):
    """A read-only screen whose buttons call acts. `act_page` draws and runs one."""

    role = "marketplace_operations"
    # Keys of a review page, and the method each presses.
    keys: Mapping[str, str] = {}

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may press the buttons of this screen."""
        return signed_in(request).has_role(self.role)

    def available_acts(self, obj: Any, actor: Actor) -> Collection[str]:
        """Which buttons the object's state leaves, by method name; all of them unless a screen says otherwise."""
        return list(self.actions_detail)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        obj = self.get_object(request, str(object_id))
        if obj is None:
            return []
        left = self.available_acts(obj, Actor.of(request.user))
        return [found for found in super().get_actions_detail(request, object_id) if found.method.__name__ in left]

    def get_keys(self) -> Mapping[str, str]:
        """Every key of a review page."""
        return self.keys

    def pressable(self, obj: Any, left: Collection[str]) -> list[dict[str, Any]]:
        """The buttons of a review page that may be pressed now, each with its key."""
        return [
            {"key": key, "url": self.screen_url(name, obj.pk), "name": self.get_unfold_action(name).description}
            for key, name in self.get_keys().items()
            if name in left
        ]

    def screen_url(self, name: str, *args: Any) -> str:
        """An address of this screen: changelist, change, or one of its buttons."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def act_page(
        self,
        request: HttpRequest,
        object_id: Any,
        *,
        title: Any,
        consequences: Sequence[Any],
        submit: Any,
        run: Callable[[Any, dict[str, Any]], Any],
        done: Any,
        form_class: Callable[..., forms.Form] = ReasonForm,
    ) -> HttpResponse:
        """Say what will happen; on confirmation call `run(obj, cleaned_data)`, and go back to the object."""
        if not self.has_act_permission(request, object_id):
            raise PermissionDenied
        obj = get_object_or_404(self.get_queryset(request), pk=object_id)
        said = {"title": title, "obj": obj, "consequences": consequences, "submit": submit}
        back = self.screen_url("change", obj.pk)
        return self._confirmed(request, said, back, form_class, lambda data: run(obj, data), done)

    def new_page(
        self,
        request: HttpRequest,
        *,
        title: Any,
        consequences: Sequence[Any],
        submit: Any,
        form_class: Callable[..., forms.Form],
        run: Callable[[dict[str, Any]], Any],
        done: Any,
    ) -> HttpResponse:
        """Say what will happen; on confirmation call `run(cleaned_data)`, and go back to the list."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        said = {"title": title, "obj": "", "consequences": consequences, "submit": submit}
        return self._confirmed(request, said, self.screen_url("changelist"), form_class, run, done)

    def _confirmed(
        self,
        request: HttpRequest,
        said: dict[str, Any],
        back: str,
        form_class: Callable[..., forms.Form],
        run: Callable[[dict[str, Any]], Any],
        done: Any,
    ) -> HttpResponse:
        posted = request.method == "POST"
        form = form_class(request.POST, request.FILES) if posted else form_class()
        if posted and form.is_valid():
            try:
                run(form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, done)
                return HttpResponseRedirect(back)
        context = {**admin.site.each_context(request), "opts": self.opts, "form": form, "back": back, **said}
        return render(request, "accounts/admin_act.html", context)
