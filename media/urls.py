"""Pages of media."""

from django.urls import path

from media.views import asset_file

urlpatterns = [
    path("media/assets/<uuid:asset_id>/<str:filename>", asset_file, name="asset_file"),
]
