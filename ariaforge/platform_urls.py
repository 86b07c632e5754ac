"""Pages of the platform."""

from django.urls import URLPattern, URLResolver, path

from ariaforge import health
from ariaforge.events.views import events

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("events/", events, name="events"),
    path("readyz", health.readyz, name="readyz"),
]
