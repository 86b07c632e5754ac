"""Who may see assets, through pages, the REST API and the admin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from media.models import Asset
from projects.roles import Role
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.media.conftest import WAVE

pytestmark = pytest.mark.django_db

MakeAsset = Callable[..., Asset]


def content(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def file_url(asset: Asset) -> str:
    return reverse("asset-file", kwargs={"pk": asset.pk})


@pytest.mark.parametrize("role", [*Role.values, None])
def test_an_asset_of_a_project_follows_the_project(
    make_asset: MakeAsset, page_client: Any, api_client: Any, role: str | None
) -> None:
    project = ProjectFactory()
    asset = make_asset(owner=project.created_by, project=project)
    person = UserFactory()
    if role:
        MembershipFactory(project=project, user=person, role=role)
    sees, edits = role is not None, role in ("owner", "editor")
    assert Asset.objects.visible_to(person).exists() == sees
    assert Asset.objects.editable_by(person).exists() == edits
    status = 200 if sees else 404
    assert page_client(person).get(asset.get_absolute_url()).status_code == status
    assert api_client(person).get(file_url(asset)).status_code == status
    assert api_client(person).get(reverse("asset-detail", args=[asset.pk])).status_code == status
    listed = api_client(person).get(reverse("asset-list")).json()["results"]
    assert len(listed) == int(sees)


def test_an_asset_without_a_project_is_its_owners_alone(
    make_asset: MakeAsset, page_client: Any
) -> None:
    asset = make_asset()
    assert Asset.objects.editable_by(asset.owner).get() == asset
    response = page_client(asset.owner).get(asset.get_absolute_url())
    assert content(response) == WAVE
    stranger = UserFactory(staff=True)
    assert page_client(stranger).get(asset.get_absolute_url()).status_code == 404


def test_an_owner_who_left_the_project_loses_its_assets(make_asset: MakeAsset) -> None:
    person = UserFactory()
    make_asset(owner=person, project=ProjectFactory())
    assert not Asset.objects.visible_to(person).exists()


def test_nobody_without_signing_in(
    make_asset: MakeAsset, page_client: Any, api_client: Any
) -> None:
    asset = make_asset()
    response = page_client().get(asset.get_absolute_url())
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))
    for url in (file_url(asset), reverse("asset-list")):
        response = api_client().get(url)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "not_authenticated"


def test_deleted_assets_and_those_of_deleted_projects_are_gone(
    make_asset: MakeAsset, page_client: Any
) -> None:
    project = ProjectFactory()
    owner = project.created_by
    gone, kept = make_asset(owner=owner, project=project), make_asset(owner=owner, project=project)
    gone.soft_delete()
    assert list(Asset.objects.visible_to(owner)) == [kept]
    project.soft_delete()
    assert not Asset.objects.visible_to(owner).exists()
    assert page_client(owner).get(kept.get_absolute_url()).status_code == 404
    project.restore()
    assert list(Asset.objects.visible_to(owner)) == [kept]


def test_page_plays_seeks_and_downloads(make_asset: MakeAsset, page_client: Any) -> None:
    asset = make_asset()
    client = page_client(asset.owner)
    url = asset.get_absolute_url()
    part = client.get(url, headers={"Range": "bytes=4-9"})
    assert part.status_code == 206
    assert content(part) == WAVE[4:10]
    assert part.headers["Content-Type"] == "audio/wav"
    assert part.headers["Content-Disposition"].startswith("inline;")
    again = client.get(url, headers={"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304
    download = client.get(asset.download_url)
    assert download.headers["Content-Disposition"] == (
        'attachment; filename="Kuchenlied mix.wav"; '
        "filename*=UTF-8''K%C3%BCchenlied%20%E2%80%93%20mix.wav"
    )
    assert client.head(url).headers["Content-Length"] == str(len(WAVE))
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405


def test_a_link_cannot_promise_another_name(make_asset: MakeAsset, page_client: Any) -> None:
    asset = make_asset()
    url = reverse("asset_file", kwargs={"asset_id": asset.pk, "filename": "invoice.exe"})
    assert page_client(asset.owner).get(url).status_code == 404


def test_api_describes_and_serves(make_asset: MakeAsset, api_client: Any) -> None:
    asset = make_asset(duration_seconds=2.5, sample_rate_hz=44_100, channels=2)
    client = api_client(asset.owner)
    described = client.get(reverse("asset-detail", args=[asset.pk])).json()
    assert described["sha256"] == asset.sha256
    assert described["provenance"] == "ai_generated"
    assert "media/" not in json.dumps(described).replace("/media/assets/", "")
    # A player sends whatever Accept it likes.
    response = client.get(
        described["file_url"], headers={"Accept": "audio/*;q=0.9", "Range": "bytes=-3"}
    )
    assert response.status_code == 206
    assert content(response) == WAVE[-3:]
    assert client.get(described["page_url"]).status_code == 200


def test_api_serves_a_lost_file_as_404(make_asset: MakeAsset, api_client: Any) -> None:
    asset = make_asset()
    asset.file.storage.delete(asset.file.name)
    response = api_client(asset.owner).get(file_url(asset))
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_api_filters(make_asset: MakeAsset, api_client: Any) -> None:
    project = ProjectFactory()
    owner = project.created_by
    mix = make_asset(owner=owner, project=project)
    stem = make_asset(owner=owner, project=project, role="stem", parent=mix)
    midi = make_asset(owner=owner, kind="midi", role="midi", filename="a.mid", content=b"MThd")
    client = api_client(owner)

    def ids(query: str) -> list[str]:
        response = client.get(f"{reverse('asset-list')}?{query}")
        assert response.status_code == 200, response.json()
        return [row["id"] for row in response.json()["results"]]

    assert ids("") == [str(midi.pk), str(stem.pk), str(mix.pk)]
    assert ids("kind=midi") == [str(midi.pk)]
    assert ids(f"project={project.pk}&role=stem") == [str(stem.pk)]
    assert ids(f"parent={mix.pk}") == [str(stem.pk)]
    assert ids(f"sha256={midi.sha256}") == [str(midi.pk)]
    # A project of others reads like one that does not exist.
    assert ids(f"project={ProjectFactory().pk}") == []
    response = client.get(f"{reverse('asset-list')}?project=nonsense")
    assert response.status_code == 400
    assert "project" in response.json()["error"]["details"]["fields"]


def test_list_costs_the_same_for_1_and_20_rows(
    make_asset: MakeAsset, api_client: Any, django_assert_num_queries: Any
) -> None:
    owner = UserFactory()
    client = api_client(owner)
    for wanted in (1, 20):
        while Asset.objects.count() < wanted:
            make_asset(owner=owner)
        with django_assert_num_queries(3):  # session, user, page
            assert len(client.get(reverse("asset-list")).json()["results"]) == wanted


# -- Admin --------------------------------------------------------------------------


@pytest.fixture
def admin(page_client: Any) -> Any:
    return page_client(UserFactory(staff=True))


def test_admin_lists_without_a_query_per_row(
    make_asset: MakeAsset, admin: Any, django_assert_num_queries: Any
) -> None:
    url = reverse("admin:media_asset_changelist")
    counts = []
    for wanted in (1, 12):
        while Asset.objects.count() < wanted:
            make_asset(project=ProjectFactory())
        with django_assert_num_queries(4) as queries:
            assert admin.get(url).context["cl"].result_count == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_admin_deletes_into_the_trash_and_restores(make_asset: MakeAsset, admin: Any) -> None:
    first, second = make_asset(filename="first.wav"), make_asset(filename="second.wav")
    url = reverse("admin:media_asset_changelist")
    confirmation = admin.post(url, {"action": "delete_selected", "_selected_action": [first.pk]})
    assert b"first.wav" in confirmation.content
    admin.post(url, {"action": "delete_selected", "_selected_action": [first.pk], "post": "yes"})
    assert list(Asset.objects.all()) == [second]
    assert Asset.all_objects.get(pk=first.pk).is_deleted

    admin.post(reverse("admin:media_asset_delete", args=[second.pk]), {"post": "yes"})
    assert not Asset.objects.exists()
    assert Asset.all_objects.count() == 2

    def listed(query: str = "") -> set[Asset]:
        return set(admin.get(url + query).context["cl"].result_list)

    assert listed() == set()
    assert listed("?trash=only") == {first, second}
    assert listed("?trash=all") == {first, second}
    assert admin.get(reverse("admin:media_asset_change", args=[first.pk])).status_code == 200
    response = admin.post(
        url + "?trash=only",
        {"action": "restore_selected", "_selected_action": [first.pk, second.pk]},
        follow=True,
    )
    assert "Restored 2 assets." in response.content.decode()
    assert listed() == {first, second}


def test_admin_hides_the_assets_of_a_deleted_project(make_asset: MakeAsset, admin: Any) -> None:
    project = ProjectFactory()
    asset = make_asset(project=project)
    project.soft_delete()
    url = reverse("admin:media_asset_changelist")
    assert list(admin.get(url).context["cl"].result_list) == []
    assert list(admin.get(url + "?trash=only").context["cl"].result_list) == []
    assert list(admin.get(url + "?trash=all").context["cl"].result_list) == [asset]


def test_admin_cannot_invent_or_rewrite_files(make_asset: MakeAsset, admin: Any) -> None:
    assert admin.get(reverse("admin:media_asset_add")).status_code == 403
    asset = make_asset()
    response = admin.post(
        reverse("admin:media_asset_change", args=[asset.pk]),
        {
            "owner": asset.owner_id,
            "kind": "audio",
            "role": "stem",
            "filename": "renamed.wav",
            "provenance": "enhanced",
            "sha256": "0" * 64,
            "content_type": "text/html",
        },
    )
    assert response.status_code == 302
    changed = Asset.objects.get(pk=asset.pk)
    assert (changed.role, changed.filename) == ("stem", "renamed.wav")
    assert (changed.sha256, changed.content_type) == (asset.sha256, "audio/wav")
