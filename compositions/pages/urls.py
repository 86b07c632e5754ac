"""Pages of compositions."""

from django.urls import include, path

from compositions.pages import archives, exports, imports, listening, mixer, songs, variations

urlpatterns = [
    path("", songs.home, name="home"),
    path("songs/", songs.composition_list, name="composition_list"),
    path("songs/import/", imports.song_import, name="song_import"),
    path("songs/trash/", songs.composition_trash, name="composition_trash"),
    path("songs/<uuid:pk>/", songs.composition_detail, name="composition_detail"),
    path("songs/<uuid:pk>/progress/", songs.composition_progress, name="composition_progress"),
    path(
        "songs/<uuid:pk>/performance/",
        listening.composition_performance,
        name="composition_performance",
    ),
    path("instruments/<str:name>", listening.instrument_file, name="instrument_file"),
    path("songs/<uuid:pk>/cancel/", songs.composition_cancel, name="composition_cancel"),
    path("songs/<uuid:pk>/retry/", songs.composition_retry, name="composition_retry"),
    path("songs/<uuid:pk>/rename/", songs.composition_rename, name="composition_rename"),
    path("songs/<uuid:pk>/restore/", songs.composition_restore, name="composition_restore"),
    path("songs/<uuid:pk>/delete/", songs.composition_delete, name="composition_delete"),
    path("songs/<uuid:pk>/import/", imports.composition_import, name="composition_import"),
    path("songs/<uuid:pk>/dismiss/", imports.composition_dismiss, name="composition_dismiss"),
    path("songs/<uuid:pk>/vary/", variations.composition_vary, name="composition_vary"),
    path(
        "songs/<uuid:pk>/lyrics/",
        variations.composition_write_lyrics,
        name="composition_write_lyrics",
    ),
    path(
        "songs/<uuid:pk>/variations/",
        variations.composition_variations,
        name="composition_variations",
    ),
    path("songs/<uuid:pk>/mixer/", mixer.song_mixer, name="song_mixer"),
    path("songs/<uuid:pk>/mixer/render/", mixer.song_mixer_render, name="song_mixer_render"),
    path("songs/<uuid:pk>/export/", exports.composition_export, name="composition_export"),
    path("songs/<uuid:pk>/exports/", exports.composition_exports, name="composition_exports"),
    path("songs/<uuid:pk>/exports/all/", exports.song_exports, name="song_exports"),
    path(
        "songs/<uuid:pk>/exports/<uuid:export>/again/",
        exports.song_export_again,
        name="song_export_again",
    ),
    path(
        "songs/<uuid:pk>/exports/<uuid:export>/delete/",
        exports.song_export_delete,
        name="song_export_delete",
    ),
    path("songs/<uuid:pk>/", include("compositions.pages.history_urls")),
    path("", include("compositions.pages.preset_urls")),
    path("projects/<uuid:pk>/songs/", songs.project_compositions, name="project_compositions"),
    path("projects/<uuid:pk>/files/", archives.project_files, name="project_files"),
    path("projects/<uuid:pk>/export/", archives.project_export, name="project_export"),
    path("projects/<uuid:pk>/import/", archives.project_import, name="project_import"),
    path(
        "projects/<uuid:pk>/files/<uuid:archive>/delete/",
        archives.project_archive_delete,
        name="project_archive_delete",
    ),
]
