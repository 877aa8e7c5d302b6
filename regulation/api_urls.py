from django.urls import path

from regulation import api

urlpatterns = [
    path("decisions/", api.RuleListView.as_view(), name="api-rules"),
    path("decisions/<str:rule>/", api.DecisionView.as_view(), name="api-decide"),
    path("rulebooks/", api.VersionListView.as_view(), name="api-rulebooks"),
    path("rulebooks/<str:version>/parameters/", api.ParameterListView.as_view(), name="api-parameters"),
    path("rulebooks/<str:version>/clauses/", api.ClauseListView.as_view(), name="api-clauses"),
    path("rulebooks/<str:version>/clauses/<str:citation>/", api.ClauseView.as_view(), name="api-clause"),
    path("rulebooks/<str:version>/schedule/", api.ScheduleView.as_view(), name="api-schedule-rows"),
    path("rulebooks/<str:version>/changes/<str:newer>/", api.ChangesView.as_view(), name="api-changes"),
]
