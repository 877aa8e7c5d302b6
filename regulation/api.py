"""REST: asking a rule, and reading the rulebook. Open to everybody; the rules are public."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from core import clock
from regulation import registry, selectors
from regulation.types import Rulebook

AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="The instant whose rulebook applies (default: now).")
VERSION = OpenApiParameter(
    "version", OpenApiTypes.STR, OpenApiParameter.PATH, description="A published version, or `current`."
)


class JsonTextParser(BaseParser):
    """Leaves the JSON as it was sent, so that the same reader as the command's refuses what it refuses."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return bytes(stream.read())


class TextOutput(serializers.Serializer[Any]):
    """The same words in both languages."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"zh-hans": serializers.CharField(), "en": serializers.CharField()}


class ProblemOutput(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    field = serializers.CharField(required=False)
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)  # type: ignore[assignment]


class DecisionOutput(serializers.Serializer[Any]):
    """A decision, as the command prints it."""

    rule = serializers.CharField()
    rulebook = serializers.CharField()
    outcome = serializers.CharField()
    values = serializers.DictField()  # type: ignore[assignment]
    clauses = serializers.ListField(child=serializers.CharField())
    explanation = TextOutput()


class RuleOutput(serializers.Serializer[Any]):
    """A rule with its facts. A fact of type `choice` lists its `choices`, one of objects its `fields`."""

    rule = serializers.CharField()
    title = TextOutput()
    facts = serializers.ListField(child=serializers.DictField())
    clauses = serializers.ListField(child=serializers.CharField())
    parameters = serializers.ListField(child=serializers.CharField())


class VersionOutput(serializers.Serializer[Any]):
    """A published version of the rulebook."""

    version = serializers.CharField()
    effective_at = serializers.DateTimeField()
    based_on = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    content_hash = serializers.CharField()
    in_force = serializers.BooleanField()


class ParameterOutput(serializers.Serializer[Any]):
    """A parameter with its value, and whether the regulation or the platform set it."""

    key = serializers.CharField()
    type = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField(allow_blank=True)
    clause = serializers.CharField()
    origin = serializers.ChoiceField(choices=["regulation", "platform default"])
    name = TextOutput()
    description = TextOutput()


class ClauseOutput(serializers.Serializer[Any]):
    """A clause in the platform's own words."""

    id = serializers.CharField()
    chapter = serializers.IntegerField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    binds = serializers.ListField(child=serializers.CharField())
    title = TextOutput()
    text = TextOutput()


class ClauseDetailOutput(ClauseOutput):
    """A clause with where it applies."""

    parameters = ParameterOutput(many=True)
    rules = serializers.ListField(child=serializers.CharField())
    schedule = serializers.ListField(child=serializers.CharField())


class ScheduleRowOutput(serializers.Serializer[Any]):
    """A row of the violation schedule."""

    code = serializers.CharField()
    clauses = serializers.ListField(child=serializers.CharField())
    name = TextOutput()
    grade = serializers.CharField(allow_null=True)
    points = serializers.IntegerField()
    freeze = serializers.DictField(allow_null=True)
    deduction = serializers.DictField(allow_null=True)
    measures = serializers.ListField(child=serializers.CharField())
    escalates = serializers.BooleanField()
    immediate = serializers.BooleanField()
    is_penalty = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]


class ChangeOutput(serializers.Serializer[Any]):
    """What differs between two versions."""

    part = serializers.CharField()
    key = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class PublicView(APIView):
    """Read by anybody, at a measured pace."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "decisions"


class RuleListView(PublicView):
    """The rules that can be asked, with their facts."""

    @extend_schema(responses=RuleOutput(many=True), operation_id="regulation_rules", tags=["regulation"])
    def get(self, request: Request) -> Response:
        return Response([_rule(rule) for rule in registry.all_rules()])


class DecisionView(PublicView):
    """Ask a rule: the facts as one JSON object, the decision as the answer. Nothing is recorded."""

    parser_classes = [JsonTextParser]

    @extend_schema(
        request={"application/json": OpenApiTypes.OBJECT},
        parameters=[AT],
        responses={
            200: DecisionOutput,
            400: OpenApiResponse(ProblemOutput, description="Facts that the rule cannot use; `field` names which."),
            404: OpenApiResponse(ProblemOutput, description="There is no such rule."),
        },
        operation_id="regulation_decide",
        tags=["regulation"],
    )
    def post(self, request: Request, rule: str) -> Response:
        found = registry.get(rule)
        rulebook = selectors.rulebook_at(_at(request))
        # An empty body is parsed as no data at all; it is refused as what it is, no JSON object.
        body = request.data if isinstance(request.data, bytes) else b""
        return Response(registry.decide_json(found.name, body, rulebook).as_json())


class VersionListView(PublicView):
    """The published versions of the rulebook, the newest first."""

    @extend_schema(
        responses=VersionOutput(many=True), parameters=[AT], operation_id="regulation_rulebooks", tags=["regulation"]
    )
    def get(self, request: Request) -> Response:
        return Response(VersionOutput(selectors.versions_published(_at(request)), many=True).data)


class ParameterListView(PublicView):
    """A version's parameters."""

    @extend_schema(
        responses=ParameterOutput(many=True),
        parameters=[VERSION, AT],
        operation_id="regulation_parameters",
        tags=["regulation"],
    )
    def get(self, request: Request, version: str) -> Response:
        return Response([_parameter(one) for one in _rulebook(request, version).parameters.values()])


class ClauseListView(PublicView):
    """A version's clauses, in the order of the regulation."""

    @extend_schema(
        responses=ClauseOutput(many=True),
        parameters=[VERSION, AT],
        operation_id="regulation_clauses",
        tags=["regulation"],
    )
    def get(self, request: Request, version: str) -> Response:
        rulebook = _rulebook(request, version)
        return Response([_clause(one) for _, clauses in selectors.chapters(rulebook) for one in clauses])


class ClauseView(PublicView):
    """A clause, its parameters, the rules that cite it and the schedule rows under it."""

    @extend_schema(
        responses={200: ClauseDetailOutput, 404: ProblemOutput},
        parameters=[VERSION, OpenApiParameter("citation", OpenApiTypes.STR, OpenApiParameter.PATH), AT],
        operation_id="regulation_clause",
        tags=["regulation"],
    )
    def get(self, request: Request, version: str, citation: str) -> Response:
        found = selectors.clause_application(_rulebook(request, version), citation)
        return Response(
            _clause(found.clause)
            | {
                "parameters": [_parameter(one) for one in found.parameters],
                "rules": [rule.name for rule in found.rules],
                "schedule": [row.code for row in found.schedule],
            }
        )


class ScheduleView(PublicView):
    """A version's violation schedule."""

    @extend_schema(
        responses=ScheduleRowOutput(many=True),
        parameters=[VERSION, AT],
        operation_id="regulation_schedule",
        tags=["regulation"],
    )
    def get(self, request: Request, version: str) -> Response:
        rows = _rulebook(request, version).schedule.values()
        return Response([_schedule_row(row) for row in rows])


class ChangesView(PublicView):
    """What differs between two published versions."""

    @extend_schema(
        responses={200: ChangeOutput(many=True), 404: ProblemOutput},
        parameters=[VERSION, OpenApiParameter("newer", OpenApiTypes.STR, OpenApiParameter.PATH)],
        operation_id="regulation_changes",
        tags=["regulation"],
    )
    def get(self, request: Request, version: str, newer: str) -> Response:
        changes = selectors.changes_between(selectors.content_published(version), selectors.content_published(newer))
        return Response(ChangeOutput(changes, many=True).data)


def _at(request: Request) -> Any:
    text = request.query_params.get("at")
    # A plus sign that was not escaped arrives as a space, and no instant holds one.
    return clock.now() if text is None else registry.read_instant("at", text.replace(" ", "+"))


def _rulebook(request: Request, version: str) -> Rulebook:
    if version == "current":
        return selectors.rulebook_at(_at(request))
    return selectors.rulebook_published(version)


def _rule(rule: registry.Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "title": rule.title.as_json(),
        "facts": registry.facts_shape(rule.facts),
        "clauses": list(rule.clauses),
        "parameters": list(rule.parameters),
    }


def _parameter(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "type": one.type,
        "value": selectors.parameter_shown(one),
        "unit": one.unit,
        "clause": one.clause,
        "origin": one.origin,
        "name": one.name.as_json(),
        "description": one.description.as_json(),
    }


def _clause(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "chapter": one.chapter,
        "parent": one.parent,
        "binds": list(one.binds),
        "title": one.title.as_json(),
        "text": one.text.as_json(),
    }


def _schedule_row(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "clauses": list(row.clauses),
        "name": row.name.as_json(),
        "grade": row.grade,
        "points": row.points,
        "freeze": selectors.parameter_plain(row.freeze),
        "deduction": selectors.parameter_plain(row.deduction),
        "measures": list(row.measures),
        "escalates": row.escalates,
        "immediate": row.immediate,
        "is_penalty": row.is_penalty,
        "source": row.source,
    }
