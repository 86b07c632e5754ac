"""REST endpoints of the platform: the API's own description."""

from django.urls import path

from ariaforge.api.schema import DocumentationView, SchemaView

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocumentationView.as_view(), name="api_docs"),
]
