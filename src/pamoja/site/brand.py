"""A community's colours: every token derived from one colour, so that any brand stays readable."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

HEX = re.compile(r"#[0-9a-fA-F]{6}")
HOUSE_COLOUR = "#0f6b4f"

READABLE = 4.5
"""WCAG 2.2 AA for text. Source: https://www.w3.org/TR/WCAG22/#contrast-minimum"""


@dataclass(frozen=True)
class Palette:
    """The four brand tokens of one theme, as `#rrggbb`.

    `brand` fills buttons and pictures, `ink` is written on it, `soft` is the quiet surface behind
    `strong`, which also is the colour of links.
    """

    brand: str
    ink: str
    soft: str
    strong: str


@dataclass(frozen=True)
class Oklch:
    """Lightness 0..1, chroma, and hue in radians. Source: https://bottosson.github.io/posts/oklab/"""

    lightness: float
    chroma: float
    hue: float


@dataclass(frozen=True)
class Ground:
    """What a theme is painted on, as in `pamoja.css`."""

    paper: str
    card: str
    ink: str


LIGHT = Ground(paper="#f7f5f0", card="#ffffff", ink="#1d231f")
DARK = Ground(paper="#121613", card="#1a201c", ink="#eef2ef")

_TOKENS = {"brand-ink": "ink", "brand-soft": "soft", "brand-strong": "strong"}


def palettes(brand: Mapping[str, object] | None) -> tuple[Palette, Palette]:
    """The light and the dark palette of a community's `brand`, `{"light": {"brand": "#0f6b4f"}, "dark": {…}}`.

    One colour is enough: what is not given is derived, and what is given but could not be read is set right.
    Only plain `#rrggbb` gets through, because an operator's typing ends here in a style sheet.
    """
    light, dark = (_tokens(brand, theme) for theme in ("light", "dark"))
    seed = light.get("brand", HOUSE_COLOUR)
    return (
        _with_own(light_palette(seed), light, LIGHT),
        _with_own(dark_palette(dark.get("brand", seed)), dark, DARK),
    )


def is_readable(palette: Palette, ground: Ground) -> bool:
    """Whether every pair of colours that meets on a page has enough contrast."""
    return all(
        contrast(one, other) >= READABLE
        for one, other in (
            (palette.ink, palette.brand),
            (palette.brand, ground.card),
            (palette.brand, ground.paper),
            (palette.strong, palette.soft),
            (palette.strong, ground.card),
            (palette.strong, ground.paper),
            (ground.ink, palette.soft),
        )
    )


def light_palette(colour: str) -> Palette:
    """The brand on warm paper: darkened until white can be read on it."""
    seed = oklch(colour)
    brand = _first_readable(seed, on=(LIGHT.card, LIGHT.paper), darker=True)
    soft = _hex(Oklch(0.948, min(seed.chroma, 0.021), seed.hue))
    strong = _first_readable(
        Oklch(min(oklch(brand).lightness - 0.09, 0.4), seed.chroma, seed.hue), on=(soft, LIGHT.paper), darker=True
    )
    return Palette(brand=brand, ink="#ffffff", soft=soft, strong=strong)


def dark_palette(colour: str) -> Palette:
    """The brand at night: lightened until it can be read on the dark card, with dark words on it."""
    seed = oklch(colour)
    gentle = min(seed.chroma, 0.13)
    brand = _first_readable(
        Oklch(max(seed.lightness, 0.73), gentle, seed.hue), on=(DARK.card, DARK.paper), darker=False
    )
    soft = _hex(Oklch(0.295, min(seed.chroma, 0.045), seed.hue))
    strong = _first_readable(Oklch(0.83, min(seed.chroma, 0.1), seed.hue), on=(soft, DARK.card), darker=False)
    ink = _first_readable(Oklch(0.25, min(seed.chroma, 0.05), seed.hue), on=(brand,), darker=True)
    return Palette(brand=brand, ink=ink, soft=soft, strong=strong)


def stylesheet(brand: Mapping[str, object] | None) -> str:
    """The custom properties of a community's brand, for `/brand.css`."""
    light, dark = palettes(brand)
    return (
        f":root,[data-theme=light]{{{_declarations(light)}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{_declarations(dark)}}}}}"
        f"[data-theme=dark]{{{_declarations(dark)}}}\n"
    )


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _tokens(brand: Mapping[str, object] | None, theme: str) -> dict[str, str]:
    tokens = (brand or {}).get(theme)
    return {
        str(name): value.lower()
        for name, value in (tokens.items() if isinstance(tokens, Mapping) else ())
        if isinstance(value, str) and HEX.fullmatch(value)
    }


def _with_own(derived: Palette, tokens: Mapping[str, str], ground: Ground) -> Palette:
    """The derived palette with the community's own tokens, each one only if the page stays readable with it."""
    for token, field in _TOKENS.items():
        if token in tokens and is_readable(own := replace(derived, **{field: tokens[token]}), ground):
            derived = own
    return derived


def _declarations(palette: Palette) -> str:
    return (
        f"--brand:{palette.brand};--brand-ink:{palette.ink};--brand-soft:{palette.soft};--brand-strong:{palette.strong}"
    )


def _first_readable(seed: Oklch, *, on: tuple[str, ...], darker: bool) -> str:
    """The nearest lightness to `seed` at which the colour can be read on every one of `on`."""
    for step in range(101):
        lightness = seed.lightness - step / 100 if darker else seed.lightness + step / 100
        candidate = _hex(Oklch(min(max(lightness, 0.0), 1.0), seed.chroma, seed.hue))
        if all(contrast(candidate, surface) >= READABLE for surface in on):
            return candidate
    return "#000000" if darker else "#ffffff"


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def oklch(colour: str) -> Oklch:
    """`#rrggbb` as lightness, chroma and hue as the eye sees them."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.atan2(b, a))


def _hex(colour: Oklch) -> str:
    """The colour on a screen; chroma gives way where a screen cannot show it."""
    chroma = colour.chroma
    while True:
        channels = _screen(Oklch(colour.lightness, chroma, colour.hue))
        if chroma < 0.001 or all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
        chroma *= 0.95
    return "#" + "".join(f"{round(_gamma(min(max(channel, 0.0), 1.0)) * 255):02x}" for channel in channels)


def _screen(colour: Oklch) -> tuple[float, float, float]:
    a, b = colour.chroma * math.cos(colour.hue), colour.chroma * math.sin(colour.hue)
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
