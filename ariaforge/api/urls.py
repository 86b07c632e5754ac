"""REST endpoints of the platform: the API's own description, events and jobs."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from ariaforge.api.events import EventsView
from ariaforge.api.jobs import JobViewSet
from ariaforge.api.schema import DocumentationView, SchemaView

router = SimpleRouter(use_regex_path=False)
router.register("jobs", JobViewSet, basename="job")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocumentationView.as_view(), name="api_docs"),
    path("events/", EventsView.as_view(), name="api_events"),
    path("", include(router.urls)),
]
