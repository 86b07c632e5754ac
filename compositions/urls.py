"""Pages of compositions."""

from django.urls import include, path

from compositions import (
    archive_pages,
    export_pages,
    import_views,
    listening_views,
    mixer_pages,
    variation_pages,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("songs/", views.composition_list, name="composition_list"),
    path("songs/import/", import_views.song_import, name="song_import"),
    path("songs/trash/", views.composition_trash, name="composition_trash"),
    path("songs/<uuid:pk>/", views.composition_detail, name="composition_detail"),
    path("songs/<uuid:pk>/progress/", views.composition_progress, name="composition_progress"),
    path(
        "songs/<uuid:pk>/performance/",
        listening_views.composition_performance,
        name="composition_performance",
    ),
    path("instruments/<str:name>", listening_views.instrument_file, name="instrument_file"),
    path("songs/<uuid:pk>/cancel/", views.composition_cancel, name="composition_cancel"),
    path("songs/<uuid:pk>/retry/", views.composition_retry, name="composition_retry"),
    path("songs/<uuid:pk>/rename/", views.composition_rename, name="composition_rename"),
    path("songs/<uuid:pk>/restore/", views.composition_restore, name="composition_restore"),
    path("songs/<uuid:pk>/delete/", views.composition_delete, name="composition_delete"),
    path("songs/<uuid:pk>/import/", import_views.composition_import, name="composition_import"),
    path("songs/<uuid:pk>/dismiss/", import_views.composition_dismiss, name="composition_dismiss"),
    path("songs/<uuid:pk>/vary/", variation_pages.composition_vary, name="composition_vary"),
    path(
        "songs/<uuid:pk>/lyrics/",
        variation_pages.composition_write_lyrics,
        name="composition_write_lyrics",
    ),
    path(
        "songs/<uuid:pk>/variations/",
        variation_pages.composition_variations,
        name="composition_variations",
    ),
    path("songs/<uuid:pk>/mixer/", mixer_pages.song_mixer, name="song_mixer"),
    path("songs/<uuid:pk>/mixer/render/", mixer_pages.song_mixer_render, name="song_mixer_render"),
    path("songs/<uuid:pk>/export/", export_pages.composition_export, name="composition_export"),
    path("songs/<uuid:pk>/exports/", export_pages.composition_exports, name="composition_exports"),
    path("songs/<uuid:pk>/exports/all/", export_pages.song_exports, name="song_exports"),
    path(
        "songs/<uuid:pk>/exports/<uuid:export>/again/",
        export_pages.song_export_again,
        name="song_export_again",
    ),
    path(
        "songs/<uuid:pk>/exports/<uuid:export>/delete/",
        export_pages.song_export_delete,
        name="song_export_delete",
    ),
    path("songs/<uuid:pk>/", include("compositions.history_urls")),
    path("", include("compositions.preset_urls")),
    path("projects/<uuid:pk>/songs/", views.project_compositions, name="project_compositions"),
    path("projects/<uuid:pk>/files/", archive_pages.project_files, name="project_files"),
    path("projects/<uuid:pk>/export/", archive_pages.project_export, name="project_export"),
    path("projects/<uuid:pk>/import/", archive_pages.project_import, name="project_import"),
    path(
        "projects/<uuid:pk>/files/<uuid:archive>/delete/",
        archive_pages.project_archive_delete,
        name="project_archive_delete",
    ),
]
