from django.urls import path

from providers import api

urlpatterns = [
    path("mine/", api.Mine.as_view(), name="api-provider"),
    path("mine/requirements/", api.Requirements.as_view(), name="api-provider-requirements"),
    path("mine/restrictions/", api.Restrictions.as_view(), name="api-provider-restrictions"),
    path("mine/changes/", api.Changes.as_view(), name="api-provider-changes"),
    path("mine/leave/", api.Leave.as_view(), name="api-provider-leave"),
    path("mine/leave/end/", api.LeaveEnd.as_view(), name="api-provider-leave-end"),
    path("applications/", api.ApplicationQueue.as_view(), name="api-applications"),
]
