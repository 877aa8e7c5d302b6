"""Buttons of lists: a page that says what will happen, and one act that makes something new."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_DISPUTES
from core.errors import DomainError


class QueueAdmin(ActAdmin):
    """A queue of things to work on."""

    seen_by: Collection[str] = SEE_DISPUTES
    show_full_result_count = False
    list_per_page = 50

    def new_page(
        self,
        request: HttpRequest,
        *,
        title: Any,
        consequences: Sequence[Any],
        submit: Any,
        form_class: type[forms.Form],
        run: Callable[[dict[str, Any]], Any],
        done: Any,
    ) -> HttpResponse:
        """Say what will happen; on confirmation call `run(cleaned_data)`, and go back to the list."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        form = form_class(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                run(form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, done)
                return HttpResponseRedirect(back)
        context = {
            **admin.site.each_context(request),
            "title": title,
            "opts": self.opts,
            "obj": "",
            "form": form,
            "consequences": consequences,
            "submit": submit,
            "back": back,
        }
        return render(request, "accounts/admin_act.html", context)
