from django.urls import path

from catalog.api import own, storefront

urlpatterns = [
    path("categories/", storefront.CategoryList.as_view(), name="api-categories"),
    path("products/", storefront.ProductList.as_view(), name="api-products"),
    path("products/<slug:slug>/", storefront.ProductDetail.as_view(), name="api-product"),
    path("own/products/", own.OwnProducts.as_view(), name="api-own-products"),
    path("own/products/<int:product_id>/versions/", own.OwnNext.as_view(), name="api-own-next"),
    path("own/versions/<int:version_id>/", own.OwnVersion.as_view(), name="api-own-version"),
    path("own/versions/<int:version_id>/checks/", own.OwnChecks.as_view(), name="api-own-checks"),
    path("own/versions/<int:version_id>/submit/", own.OwnSubmit.as_view(), name="api-own-submit"),
]
