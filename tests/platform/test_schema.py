"""The description of the API, and whether the API keeps to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from ariaforge.api.idempotency import idempotency_key
from ariaforge.exceptions import ERROR_CODES
from tests.factories import UserFactory


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    ]


def test_the_description_is_valid_and_without_warnings(tmp_path: Any) -> None:
    target = tmp_path / "schema.yml"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(target))
    assert target.stat().st_size > 1000


def test_every_operation_names_its_errors(schema: dict[str, Any]) -> None:
    found = operations(schema)
    assert len(found) >= 5
    for path, method, operation in found:
        statuses = set(operation["responses"])
        assert {"400", "401", "403", "404", "429"} <= statuses, (path, method)
        if method in ("post", "put", "patch"):
            assert {"409", "415"} <= statuses
    for reference in schema["components"]["responses"].values():
        content = reference["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Error"}
    error = schema["components"]["schemas"]["Error"]["properties"]["error"]
    assert error["properties"]["code"]["enum"] == list(ERROR_CODES)


def test_lists_document_their_pages(schema: dict[str, Any]) -> None:
    parameters = {
        parameter["name"]: parameter
        for parameter in schema["paths"]["/api/v1/assets/"]["get"]["parameters"]
    }
    assert parameters["page_size"]["schema"]["maximum"] == 100
    assert "cursor" in parameters
    assert {"kind", "project", "role"} <= set(parameters)


@pytest.mark.django_db
def test_schema_and_documentation_need_a_person(api_client: Any) -> None:
    for name in ("api_schema", "api_docs"):
        assert api_client().get(reverse(name)).status_code in (401, 403)
    client = api_client(UserFactory())
    assert b"openapi: 3" in client.get(reverse("api_schema")).content
    page = client.get(reverse("api_docs"))
    assert page.status_code == 200
    assert b"drf_spectacular_sidecar" in page.content
    assert b"<script>" not in page.content
    script = client.get(reverse("api_docs"), {"script": ""})
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert reverse("api_schema").encode() in script.content


# -- Idempotency-Key ----------------------------------------------------------------


def ask(**headers: str) -> Request:
    return Request(APIRequestFactory().post("/", headers=headers))


def test_idempotency_key() -> None:
    assert idempotency_key(ask()) == ""
    assert idempotency_key(ask(**{"Idempotency-Key": " 4f1c-9 "})) == "4f1c-9"
    assert len(idempotency_key(ask(**{"Idempotency-Key": "k" * 100}))) == 100


@pytest.mark.parametrize("key", ["", " ", "k" * 101, "two words", "ключ", "a\tb"])
def test_an_unusable_key_is_refused_not_cut(key: str) -> None:
    with pytest.raises(ValidationError):
        idempotency_key(ask(**{"Idempotency-Key": key}))
