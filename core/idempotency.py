"""Writes through the REST interface carry a key: asked twice, done once."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import Conflict, InvalidInput
from core.keys import Answered, key_answer, key_take

HEADER = "Idempotency-Key"
LONGEST = 100


class _Refused(Exception):
    """Carries an answer that must not be kept, so that its transaction is undone."""

    def __init__(self, response: Response) -> None:
        self.response = response


class IdempotentWrites:
    """A mixin of API views: POST needs an Idempotency-Key, and the answer to a key is kept.

    The same key with the same input gets the first answer again; with other input, 409. A refused write is not kept.
    """

    _taken: tuple[str, str] | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        try:
            with transaction.atomic():
                response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
                if response.status_code >= 400:
                    raise _Refused(response)
                if self._taken is not None:
                    owner, key = self._taken
                    key_answer(owner=owner, key=key, answer=response.data, status=response.status_code)
        except _Refused as refused:
            return refused.response
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method == "POST":
            self._take_key(request)

    def _take_key(self, request: Request) -> None:
        key = request.headers.get(HEADER, "")
        if not key or len(key) > LONGEST:
            raise InvalidInput(
                _("Send an Idempotency-Key header of 1 to %(longest)d characters with every write.")
                % {"longest": LONGEST},
                field=HEADER,
            )
        owner = f"user:{request.user.pk}"
        digest = hashlib.sha256(request.get_full_path().encode() + b"\n" + request.body).hexdigest()
        before = key_take(owner=owner, key=key, digest=digest, now=clock.now())
        if before is None:
            self._taken = owner, key
            return
        if before.digest != digest:
            raise Conflict(_("This Idempotency-Key was used before with other input. Use a new key."), field=HEADER)
        raise _Replay(before)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            response = Response(exc.before.answer, status=exc.before.status)
            response.headers["Idempotent-Replay"] = "true"
            return response
        return super().handle_exception(exc)  # type: ignore[misc, no-any-return]


class _Replay(Exception):
    """The key was answered before."""

    def __init__(self, before: Answered) -> None:
        self.before = before
