"""Sign-up, sign-in, sign-out, password and e-mail pages, and their throttles."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "email": "mira@example.org",
    "username": "mira",
    "password1": "four quiet bars",
    "password2": "four quiet bars",
}


def sign_up(client: Client, **changes: str) -> Any:
    """Send the sign-up form."""
    return client.post(reverse("account_signup"), {**SIGN_UP, **changes})


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    """Send the sign-in form."""
    return client.post(reverse("account_login"), {"login": login, "password": password})


def signed_in(client: Client) -> bool:
    """Whether the session has a user."""
    return "_auth_user_id" in client.session


def test_sign_up_signs_in_and_goes_home(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    assert signed_in(client)
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("mira@example.org", False, False)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "MIRA@Example.org", "already registered with this email"),
        ("username", "MiRa", "A user with that username already exists."),
        ("username", "Owner", "can not be used"),
        ("username", "admin", "can not be used"),
        ("username", "mi", "at least 3 characters"),
        ("username", "m" * 51, "at most 50 characters"),
        ("username", "mira@example.org", "Use letters, digits"),
        ("password1", "12345678", "entirely numeric"),
        ("password2", "something else", "same password"),
        ("email", "not an address", "valid email"),
    ],
)
def test_sign_up_refuses_with_a_message_at_the_field(
    client: Client, field: str, value: str, message: str
) -> None:
    UserFactory(username="mira", email="mira@example.org")
    others = {"email": "new@example.org", "username": "newcomer", field: value}
    response = sign_up(client, **others)
    assert response.status_code == 200
    assert any(message in error for error in response.context["form"].errors[field])
    assert message in response.content.decode()
    assert User.objects.count() == 1
    assert not signed_in(client)


def test_sign_up_finds_an_address_that_was_stored_in_capitals(client: Client) -> None:
    UserFactory(email="Mira@Example.ORG")
    response = sign_up(client)
    assert "email" in response.context["form"].errors


def test_race_for_one_name_is_a_form_error(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody takes the name between the check of the form and the insert."""
    from accounts.adapter import AccountAdapter

    save_user = AccountAdapter.save_user

    def compete(self: Any, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        UserFactory(username="Mira", email="other@example.org")
        return save_user(self, request, user, form, commit)

    monkeypatch.setattr(AccountAdapter, "save_user", compete)
    response = sign_up(client)
    assert response.status_code == 409
    assert "was just taken" in response.content.decode()
    assert not User.objects.filter(email=SIGN_UP["email"]).exists()
    assert not signed_in(client)


@pytest.mark.parametrize("column", ["email", "username"])
def test_database_refuses_duplicates_whatever_the_case(column: str) -> None:
    first, second = UserFactory(), UserFactory()
    value = getattr(first, column).upper()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_user SET {column} = %s WHERE id = %s",  # noqa: S608
            [value, second.pk],
        )


def test_sign_up_can_be_closed(client: Client, settings: Any) -> None:
    settings.ACCOUNT_ALLOW_SIGNUP = False
    assert "form" not in (client.get(reverse("account_signup")).context or {})
    response = sign_up(client)
    assert "closed" in response.content.decode().lower()
    assert not User.objects.exists()


@pytest.mark.parametrize("login", ["mira", "MIRA", "mira@example.org", "Mira@Example.ORG"])
def test_sign_in_by_name_or_address_whatever_the_case(client: Client, login: str) -> None:
    UserFactory(username="mira", email="mira@example.org")
    response = sign_in(client, login)
    assert response.status_code == 302
    assert signed_in(client)


def test_wrong_password_is_a_form_error(client: Client) -> None:
    UserFactory(username="mira")
    response = sign_in(client, "mira", "wrong")
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    assert not signed_in(client)


def test_closed_account_cannot_sign_in(client: Client) -> None:
    UserFactory(username="mira", is_active=False)
    sign_in(client, "mira")
    assert not signed_in(client)


def test_sixth_bad_attempt_at_an_account_is_429_even_with_the_right_password(
    client: Client,
) -> None:
    UserFactory(username="mira")
    UserFactory(username="noor")
    for _ in range(5):
        assert sign_in(client, "mira", "wrong").status_code == 200
    response = sign_in(client, "mira", "wrong")
    assert response.status_code == 429
    assert "too many" in response.content.decode().lower()
    assert sign_in(client, "MIRA").status_code == 429
    assert not signed_in(client)
    # Nobody else is locked out by it, from the same address or another.
    assert sign_in(client, "noor").status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, "mira").status_code == 429


def test_eleventh_bad_attempt_from_an_address_is_429(client: Client) -> None:
    statuses = [sign_in(client, f"guess{n}", "wrong").status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]
    UserFactory(username="mira")
    assert sign_in(client, "mira").status_code == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), "mira").status_code == 302


def test_forged_forwarding_header_does_not_evade_the_throttle(client: Client) -> None:
    statuses = []
    for number in range(11):
        response = client.post(
            reverse("account_login"),
            {"login": f"guess{number}", "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        statuses.append(response.status_code)
    assert statuses[-1] == 429


def test_sign_up_is_throttled_by_address(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "2/h/ip"}
    for _ in range(2):
        assert sign_up(client, username="x").status_code == 200
    assert sign_up(client).status_code == 429
    assert not User.objects.exists()


def test_reset_is_throttled_by_account(client: Client) -> None:
    UserFactory(email="mira@example.org")
    path = reverse("account_reset_password")
    statuses = [client.post(path, {"email": "mira@example.org"}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_reset_link_works_once(client: Client) -> None:
    user = UserFactory(email="mira@example.org")
    client.post(reverse("account_reset_password"), {"email": "MIRA@example.org"})
    [message] = mail.outbox
    assert message.subject == "AriaForge: Password Reset Email"
    path = re.search(r"http://testserver(/\S+)", message.body).group(1)  # type: ignore[union-attr]
    form_path = client.get(path)["Location"]
    passwords = {"password1": "eight louder bars", "password2": "eight louder bars"}
    assert client.post(form_path, passwords).status_code == 302
    user.refresh_from_db()
    assert user.check_password("eight louder bars")

    again = Client().get(path)
    assert again.status_code == 200
    assert again.context["token_fail"]


def test_reset_does_not_tell_who_has_an_account(client: Client) -> None:
    UserFactory(email="mira@example.org")
    known = client.post(reverse("account_reset_password"), {"email": "mira@example.org"})
    unknown = client.post(reverse("account_reset_password"), {"email": "who@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_sign_out_needs_a_post(page_client: Any) -> None:
    client = page_client(UserFactory())
    assert client.get(reverse("account_logout")).status_code == 200
    assert signed_in(client)
    assert client.post(reverse("account_logout")).status_code == 302
    assert not signed_in(client)


def test_address_of_somebody_else_cannot_be_added(page_client: Any) -> None:
    UserFactory(email="mira@example.org")
    other = UserFactory()
    response = page_client(other).post(
        reverse("account_email"), {"email": "Mira@example.org", "action_add": ""}
    )
    assert "email" in response.context["form"].errors
    other.refresh_from_db()
    assert other.email != "mira@example.org"


def test_last_address_cannot_be_removed_and_another_can_take_its_place(page_client: Any) -> None:
    user = UserFactory(email="mira@example.org")
    client = page_client(user)
    path = reverse("account_email")
    client.get(path)
    client.post(path, {"email": "mira@example.org", "action_remove": ""})
    user.refresh_from_db()
    assert user.email == "mira@example.org"

    client.post(path, {"email": "new@example.org", "action_add": ""})
    EmailAddress.objects.filter(user=user).update(verified=True)
    client.post(path, {"email": "new@example.org", "action_primary": ""})
    user.refresh_from_db()
    assert user.email == "new@example.org"
    client.post(path, {"email": "mira@example.org", "action_remove": ""})
    assert [row.email for row in EmailAddress.objects.filter(user=user)] == ["new@example.org"]


def test_owner_without_password_can_set_one(page_client: Any) -> None:
    user = UserFactory(staff=True)
    user.set_unusable_password()
    user.save()
    client = page_client(user)
    assert client.get(reverse("account_change_password"))["Location"] == reverse(
        "account_set_password"
    )
    passwords = {"password1": "eight louder bars", "password2": "eight louder bars"}
    assert client.post(reverse("account_set_password"), passwords).status_code == 302
    user.refresh_from_db()
    assert user.check_password("eight louder bars")


def test_admin_sends_strangers_to_the_throttled_sign_in_page(client: Client) -> None:
    response = client.post(reverse("admin:login"), {"username": "x", "password": "y"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_admin_creates_people_and_cannot_delete_them(page_client: Any) -> None:
    client = page_client(UserFactory(staff=True))
    response = client.post(
        reverse("admin:accounts_user_add"),
        {
            "username": "mira",
            "email": "Mira@Example.org",
            "usable_password": "true",
            "password1": "four quiet bars",
            "password2": "four quiet bars",
        },
    )
    assert response.status_code == 302, response.context["errors"]
    user = User.objects.get(username="mira")
    assert user.email == "mira@example.org"
    path = reverse("admin:accounts_user_delete", args=[user.pk])
    assert client.post(path, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_passwords_are_hashed_with_argon2() -> None:
    # The tests themselves use a quicker hasher: ask what everything else uses.
    program = "from django.conf import settings; print(*settings.PASSWORD_HASHERS)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ariaforge.settings"}
    hashers = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert hashers == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers):
        assert make_password("four quiet bars").startswith("argon2$argon2id$")


def test_account_pages_wear_the_look_of_the_product(client: Client, page_client: Any) -> None:
    own = ["account_email", "account_change_password", "account_logout"]
    for name in ["account_login", "account_signup", "account_reset_password"]:
        templates = [template.name for template in client.get(reverse(name)).templates]
        assert "base.html" in templates
    signed_in_client = page_client(UserFactory())
    for name in own:
        templates = [t.name for t in signed_in_client.get(reverse(name)).templates]
        assert "base.html" in templates


def test_password_never_leaves_through_the_schema() -> None:
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    for name, component in schema["components"]["schemas"].items():
        leaked = {"password", "digest", "token_key"} & component.get("properties", {}).keys()
        assert not leaked, name
