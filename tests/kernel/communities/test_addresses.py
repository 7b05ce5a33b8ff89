"""An address names a community by its path or its host."""

import pytest

from pamoja.kernel.communities import rules
from pamoja.kernel.communities.public import Community, CommunityNotFound, community_at

PATHS = [
    ("/c/umoja/circles/", ("umoja", "/circles/")),
    ("/c/umoja/", ("umoja", "/")),
    ("/c/umoja", ("umoja", "/")),
    ("/c/", None),
    ("/c//x", None),
    ("/circles/", None),
    ("/cards/", None),
]


@pytest.mark.parametrize(("path", "found"), PATHS)
def test_finds_the_slug_in_a_path(path: str, found: tuple[str, str] | None) -> None:
    assert rules.slug_in(path) == found


@pytest.mark.parametrize(
    ("host", "name"),
    [("Umoja.Example:8000", "umoja.example"), ("umoja.example.", "umoja.example"), ("[::1]", "[::1]")],
)
def test_takes_the_name_of_a_host(host: str, name: str) -> None:
    assert rules.host_name(host) == name


@pytest.mark.django_db
def test_prefers_the_path_and_else_takes_the_host() -> None:
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE", domain="umoja.example")

    assert community_at(host="localhost:8000", path="/c/UMOJA-T/x/") == (umoja, "/c/UMOJA-T", "/x/")
    assert community_at(host="UMOJA.example:443", path="/x/") == (umoja, "", "/x/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/c/nobody/", "/c/%00/", "/c/" + "x" * 5000 + "/"])
def test_refuses_an_address_of_nobody(path: str) -> None:
    with pytest.raises(CommunityNotFound):
        community_at(host="localhost", path=path)


def test_lets_only_plain_colours_into_a_brand() -> None:
    brand = {
        "light": {"brand": "#0f6b4f", "brand-ink": "url(https://evil)", "--x": "#ffffff"},
        "dark": "x",
        "print": {"brand": "#000000"},
    }

    assert rules.clean_brand(brand) == {"light": {"brand": "#0f6b4f"}}
    assert rules.clean_brand("}") == {}


@pytest.mark.parametrize(
    ("domain", "url"),
    [(None, "http://localhost:8000/c/umoja/"), ("umoja.localhost", "http://umoja.localhost:8000/")],
)
def test_a_community_lives_on_its_domain_or_below_c(domain: str | None, url: str) -> None:
    assert rules.home_url(base_url="http://localhost:8000", slug="umoja", domain=domain) == url
