"""Writes through the REST interface carry a key: asked twice, done once."""

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import Conflict, InvalidInput
from core.models import IdempotencyKey

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

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        try:
            with transaction.atomic():
                response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
                if response.status_code >= 400:
                    raise _Refused(response)
                if getattr(self, "_kept", None) is None and hasattr(self, "_claim"):
                    IdempotencyKey.objects.filter(pk=self._claim.pk).update(
                        status=response.status_code, body=response.data
                    )
        except _Refused as refused:
            return refused.response
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method == "POST":
            self._claim_key(request)

    def _claim_key(self, request: Request) -> None:
        key = request.headers.get(HEADER, "")
        if not key or len(key) > LONGEST:
            raise InvalidInput(
                _("Send an Idempotency-Key header of 1 to %(longest)d characters with every write.")
                % {"longest": LONGEST},
                field=HEADER,
            )
        owner = f"user:{request.user.pk}"
        digest = hashlib.sha256(request.get_full_path().encode() + b"\n" + request.body).hexdigest()
        try:
            with transaction.atomic():
                self._claim = IdempotencyKey.objects.create(
                    owner=owner, key=key, input_hash=digest, status=0, created_at=clock.now()
                )
        except IntegrityError:
            self._kept = IdempotencyKey.objects.get(owner=owner, key=key)
            if self._kept.input_hash != digest:
                raise Conflict(
                    _("This Idempotency-Key was used before with other input. Use a new key."), field=HEADER
                ) from None
            raise _Replay(self._kept) from None

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            response = Response(exc.kept.body, status=exc.kept.status)
            response.headers["Idempotent-Replay"] = "true"
            return response
        return super().handle_exception(exc)  # type: ignore[misc, no-any-return]


class _Replay(Exception):
    """The key was answered before."""

    def __init__(self, kept: IdempotencyKey) -> None:
        self.kept = kept
