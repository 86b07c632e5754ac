"""The root URLconf: it alone of the platform names the apps above it."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("", include("ariaforge.platform_urls")),
    path("", include("accounts.urls")),
    path("", include("projects.urls")),
    path("", include("media.urls")),
    path("", include("compositions.pages.urls")),
    path("api/v1/", include("ariaforge.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("projects.api.urls")),
    path("api/v1/", include("media.api.urls")),
    path("api/v1/", include("compositions.api.urls")),
]

handler400 = "ariaforge.errors.bad_request"
handler403 = "ariaforge.errors.permission_denied"
handler404 = "ariaforge.errors.page_not_found"
handler500 = "ariaforge.errors.server_error"
