from django.urls import path

from ledger import api

urlpatterns = [
    path("accounts/<str:path>/", api.AccountDetail.as_view(), name="api-ledger-account"),
    path("accounts/<str:path>/entries/", api.AccountEntries.as_view(), name="api-ledger-entries"),
]
