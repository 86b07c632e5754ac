"""Pages of the platform."""

from django.urls import URLPattern, URLResolver, path

from ariaforge import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
