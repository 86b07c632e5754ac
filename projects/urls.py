"""Pages of projects."""

from django.urls import path

from projects import views

urlpatterns = [
    path("projects/", views.project_list, name="project_list"),
    path("projects/new/", views.project_create, name="project_create"),
    path("projects/<uuid:pk>/", views.project_detail, name="project_detail"),
    path("projects/<uuid:pk>/settings/", views.project_settings, name="project_settings"),
    path("projects/<uuid:pk>/cover/", views.project_cover, name="project_cover"),
    path(
        "projects/<uuid:pk>/cover/remove/", views.project_cover_remove, name="project_cover_remove"
    ),
    path("projects/<uuid:pk>/members/", views.project_members_page, name="project_members"),
    path("projects/<uuid:pk>/members/<uuid:member>/role/", views.member_role, name="member_role"),
    path(
        "projects/<uuid:pk>/members/<uuid:member>/remove/",
        views.member_remove,
        name="member_remove",
    ),
    path("projects/<uuid:pk>/leave/", views.project_leave, name="project_leave"),
    path("projects/<uuid:pk>/archive/", views.project_archive, name="project_archive"),
    path("projects/<uuid:pk>/activate/", views.project_activate, name="project_activate"),
    path("projects/<uuid:pk>/delete/", views.project_delete, name="project_delete"),
    path("projects/<uuid:pk>/restore/", views.project_restore, name="project_restore"),
]
