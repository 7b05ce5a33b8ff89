"""Where a request belongs: pure decisions about addresses and brands."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PATH_PREFIX = "/c/"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

# The custom properties that a community may set; the style sheet derives all else from them.
BRAND_TOKENS = ("brand", "brand-ink", "brand-soft", "brand-strong")


def slug_in(path: str) -> tuple[str, str] | None:
    """The community's slug and the rest of the path, of `/c/umoja/circles/` → `("umoja", "/circles/")`."""
    if not path.startswith(PATH_PREFIX):
        return None
    slug, _, rest = path.removeprefix(PATH_PREFIX).partition("/")
    return (slug, "/" + rest) if slug else None


def home_url(*, base_url: str, slug: str, domain: str | None) -> str:
    """Where a community lives, with a slash at the end: on its own domain, else below `/c/`."""
    if not domain:
        return f"{base_url.rstrip('/')}{PATH_PREFIX}{slug}/"
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{domain}{f':{parts.port}' if parts.port else ''}/"


def host_name(host: str) -> str:
    """The name alone, lower case, without a port."""
    return host.rsplit(":", 1)[0].lower().rstrip(".") if not host.endswith("]") else host.lower()


def address_in(*, host: str, path: str) -> tuple[str, str]:
    """How the address names a community, in lower case: its slug and nothing, or nothing and its host's name."""
    if found := slug_in(path):
        return found[0].lower().replace("\0", ""), ""
    return "", host_name(host)


def clean_brand(brand: object) -> dict[str, dict[str, str]]:
    """Only known tokens with plain colours, for `light` and `dark`: what may be written into a style sheet."""
    if not isinstance(brand, dict):
        return {}
    return {
        theme: {
            token: colour
            for token in BRAND_TOKENS
            if isinstance(colour := tokens.get(token), str) and _COLOUR.fullmatch(colour)
        }
        for theme in ("light", "dark")
        if isinstance(tokens := brand.get(theme), dict)
    }
