from django.urls import path

from settlements import api

urlpatterns = [
    path("statements/", api.StatementList.as_view(), name="api-statements"),
    path("statements/<str:number>/", api.StatementDetail.as_view(), name="api-statement"),
    path("statements/<str:number>/lines/", api.StatementLines.as_view(), name="api-statement-lines"),
    path("statements/<str:number>/csv/", api.StatementFile.as_view(), name="api-statement-csv"),
    path("statements/<str:number>/confirm/", api.StatementConfirm.as_view(), name="api-statement-confirm"),
    path("statements/<str:number>/dispute/", api.StatementDispute.as_view(), name="api-statement-dispute"),
]
