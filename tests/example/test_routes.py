"""What the demo site answers besides the package's own URLs."""

from __future__ import annotations

import pytest
from django.test import override_settings

pytestmark = pytest.mark.urls("config.urls")

NOT_FOUND = {"detail": "Not found.", "code": "not_found"}
UNKNOWN = [
    "/api/nothing/",
    "/api/nothing",
    "/api/products",
    "/api/users/nothing/",
    "/api/a/very/long/way/down",
    "/api/%00",
    "/api/%0a/",
    "/api/.env",
    "/api/../.git/config",
]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_every_method_on_an_unknown_path_of_the_api_is_a_json_404(client, method, debug):
    with override_settings(DEBUG=debug):
        response = getattr(client, method)("/api/nothing")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert method == "head" or response.json() == NOT_FOUND


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_of_the_api_is_a_json_404_with_and_without_its_last_slash(client, path, debug):
    with override_settings(DEBUG=debug):
        response = client.get(path)

    assert (response.status_code, response.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("path", "target"), [("/api", "/api/"), ("/admin", "/admin/"), ("/api?a=b", "/api/?a=b")]
)
def test_api_and_admin_redirect_to_their_slash_form(client, path, target, debug):
    with override_settings(DEBUG=debug):
        response = client.get(path)

    assert (response.status_code, response["Location"]) == (302, target)


@pytest.mark.parametrize("path", ["/api/?next=//evil.example", "/api//evil.example", "/api/\\evil.example"])
def test_no_path_redirects_to_a_foreign_host(client, path):
    """T-REDIR-1."""
    assert "evil" not in client.get(path).get("Location", "")


def test_the_api_index_names_its_entry_points(client):
    response = client.get("/api/")

    assert response.status_code == 200
    assert response.json()["products"] == "http://testserver/api/products/"
    assert response.json()["docs"] == "http://testserver/api/docs/"


@override_settings(PARTSCATALOG={"SITE_URL": "https://shop.example.com"})
def test_the_api_index_uses_the_address_of_the_site(client):
    assert client.get("/api/").json()["schema"] == "https://shop.example.com/api/schema/"


def test_the_api_index_is_read_only(client):
    response = client.post("/api/")

    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"


def test_a_foreign_host_is_refused_as_json_below_the_api(client):
    """T-HOST-1."""
    response = client.get("/api/", headers={"host": "evil.example"})

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "products").mkdir(parents=True)
    (settings.MEDIA_ROOT / "products" / "a1.png").write_bytes(b"\x89PNG")
    (settings.MEDIA_ROOT / "products" / ".hidden").write_bytes(b"secret")
    (tmp_path / "outside.png").write_bytes(b"secret")
    return settings.MEDIA_ROOT


def test_a_picture_is_served_as_what_it_is(client, media):
    response = client.get("/media/products/a1.png")

    assert b"".join(response) == b"\x89PNG"
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/products",
        "/media/products/",
        "/media/products/.hidden",
        "/media/products/none.png",
        "/media/../outside.png",
        "/media/products/../../outside.png",
        "/media/%2e%2e/outside.png",
        "/media/..%2foutside.png",
        "/media//etc/passwd",
        "/media/products/a1.png%00",
        "/media/products/a1.png%0a",
        "/media/" + "a" * 300,
        "/media/" + "a/" * 20 + "b.png",
    ],
)
def test_media_shows_no_listing_no_hidden_file_and_nothing_outside(client, media, path):
    """T-FILE-1, T-FILE-2."""
    assert client.get(path).status_code == 404


def test_media_is_read_only(client, media):
    assert client.post("/media/products/a1.png").status_code in {403, 405}
    assert (media / "products" / "a1.png").read_bytes() == b"\x89PNG"
