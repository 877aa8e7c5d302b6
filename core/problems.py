"""Problem details (RFC 9457): how the REST interface says what is wrong."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from core.errors import DomainError

CONTENT_TYPE = "application/problem+json"


def problem(error: DomainError) -> Response:
    """A domain error as problem details, with its field, clauses and decision where it has them."""
    body: dict[str, Any] = {
        "type": f"urn:problem:{error.code}",
        "title": str(error),
        "status": error.status,
        "code": error.code,
    }
    if error.field:
        body["field"] = error.field
        body["errors"] = {error.field: [str(error)]}
    if error.clauses:
        body["clauses"] = list(error.clauses)
    if error.decision is not None:
        body["decision"] = error.decision.as_json()
    return Response(body, status=error.status, content_type=CONTENT_TYPE)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Domain errors and the framework's own, in one form."""
    if isinstance(exc, DomainError):
        return problem(exc)
    response = rest_exception_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {"status": response.status_code}
    if isinstance(exc, exceptions.ValidationError):
        detail = response.data if isinstance(response.data, dict) else {"non_field_errors": response.data}
        field = next(iter(detail), None)
        body |= {
            "type": "urn:problem:invalid",
            "code": "invalid",
            "title": str(exc.default_detail),
            "errors": detail,
        }
        if field:
            body["field"] = field
    else:
        detail = response.data.get("detail", "") if isinstance(response.data, dict) else response.data
        code = getattr(exc, "default_code", "error")
        body |= {"type": f"urn:problem:{code}", "code": code, "title": str(detail)}
    response.data = body
    response.content_type = CONTENT_TYPE
    return response
