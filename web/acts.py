"""Acts as pages: one page an act, which says what will happen and asks what it needs, before it is done.

A subject's acts stand in a table: the act's name to an `ActPage`. `act_page` draws the page and calls the one
service; what a
rule refuses is shown in place, with its clauses and decision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise

from core.acts import Actor
from core.errors import DomainError, NotFound, NotPermitted
from core.uploads import EVIDENCE, CheckedFile, checked_upload
from web.components.steps import Consequence

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Done:
    """What an act ended in: what to say, and where to go."""

    message: Words
    url: str


@dataclass(frozen=True, slots=True)
class ActPage:
    """One act: its title, its button, what will happen, what it asks, and the service that does it.

    `submit` is what the button says where that is not the title.
    `run(subject, target, data, actor, now)` calls the service and says what was done; `consequences(subject,
    target, now)`
    says before what will be, `decision(subject)` is what the rulebook decides of it, and
    `quote(subject, target)` what somebody said that is answered here.
    """

    title: Words
    submit: Words
    run: Callable[..., Done]
    consequences: Callable[..., Sequence[Consequence]] | None = None
    form: type[forms.Form] | None = None
    clauses: Sequence[str] = ()
    danger: bool = False
    decision: Callable[..., Any] | None = None
    quote: Callable[..., str] | None = None
    initial: Callable[..., dict[str, Any]] = field(default=lambda subject, target: {})


def refused_by_field(form: forms.Form, error: DomainError) -> bool:
    """Put a domain error on the form field that it names. False where the form has no such field."""
    if error.field and error.field in form.fields:
        form.add_error(error.field, str(error))
        return True
    return False


def act_page(
    request: HttpRequest,
    *,
    page: ActPage,
    subject: Any,
    target: Any,
    back: str,
    now: Any,
    template: str = "web/act.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Draw an act's page, or do the act: on success a redirect with a message, otherwise the page with what refuses.

    `more` is what the template wants beside it.
    """
    form = None
    refused: DomainError | None = None
    if page.form is not None:
        initial = page.initial(subject, target)
        if request.method == "POST":
            form = page.form(request.POST, request.FILES, initial=initial)
        else:
            form = page.form(initial=initial)
    if request.method == "POST" and (form is None or form.is_valid()):
        data = form.cleaned_data if form is not None else {}
        try:
            done = page.run(subject, target, data, Actor.of(request.user), now)
        except (NotFound, NotPermitted):
            raise
        except DomainError as error:
            if form is None or not refused_by_field(form, error):
                refused = error
        else:
            messages.success(request, str(done.message))
            return HttpResponseRedirect(done.url)
    status = 200
    if request.method == "POST":
        status = refused.status if refused else 422
    context = {
        "page": page,
        "form": form,
        "subject": subject,
        "about": _about(subject),
        "quote": page.quote(subject, target) if page.quote else "",
        "refused": refused,
        "consequences": list(page.consequences(subject, target, now)) if page.consequences else [],
        "decision": page.decision(subject) if page.decision else None,
        "back": back,
        "now": now,
        **(more or {}),
    }
    return render(request, template, context, status=status)


def _about(subject: Any) -> str:
    """What an act is done to, in a line: what was bought, and its number."""
    bought = getattr(subject, "order", None) or subject
    parts = [getattr(bought, "title", ""), getattr(subject, "number", "")]
    return " · ".join(str(part) for part in parts if part)


def evidence_sent(files: list[Any]) -> list[CheckedFile]:
    """The files of a form's `files`, looked into. Raises InvalidInput on `files`."""
    return [checked_upload(one, name=one.name, kinds=EVIDENCE, field="files") for one in files]


class FilesField(forms.FileField):
    """Several files at once, at most ten."""

    widget = type("FilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})
    MOST = 10

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > self.MOST:
            raise forms.ValidationError(forms.Field.default_error_messages["required"], code="too_many")
        return given
