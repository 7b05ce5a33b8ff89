"""A community's colours stay readable whatever it chooses."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamoja.site import brand

CSS = (Path(brand.__file__).parent / "static/site/pamoja.css").read_text()
LIGHT_BLOCK = re.search(r':root, \[data-theme="light"\] \{(.*?)\}', CSS, re.DOTALL).group(1)
DARK_BLOCK = re.search(r'^\[data-theme="dark"\] \{(.*?)\}', CSS, re.DOTALL | re.MULTILINE).group(1)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


@given(colours)
def test_any_colour_gives_two_readable_palettes(colour):
    light, dark = brand.palettes({"light": {"brand": colour}})

    assert brand.is_readable(light, brand.LIGHT)
    assert brand.is_readable(dark, brand.DARK)


@pytest.mark.parametrize("colour", ["#0f6b4f", "#4a2a7f"])
def test_a_readable_colour_is_kept_as_it_is(colour):
    light, _ = brand.palettes({"light": {"brand": colour}})

    assert light.brand == colour
    assert light.ink == "#ffffff"


@given(ink=colours, soft=colours, strong=colours)
def test_a_token_that_could_not_be_read_is_set_right(ink, soft, strong):
    own = {"brand": "#0f6b4f", "brand-ink": ink, "brand-soft": soft, "brand-strong": strong}

    light, dark = brand.palettes({"light": own, "dark": own})

    assert brand.is_readable(light, brand.LIGHT)
    assert brand.is_readable(dark, brand.DARK)


def test_a_readable_token_of_the_community_is_used():
    light, _ = brand.palettes({"light": {"brand": "#0f6b4f", "brand-soft": "#e3f1ea"}})

    assert light.soft == "#e3f1ea"


@pytest.mark.parametrize(
    "typed", ["red", "#fff", "#0f6b4f;}body{display:none", "url(//x)", 7, None, {"brand": 1}, ["#0f6b4f"]]
)
def test_nothing_but_a_plain_colour_reaches_the_style_sheet(typed):
    assert brand.stylesheet({"light": {"brand": typed}, "dark": typed}) == brand.stylesheet(None)


@pytest.mark.parametrize(("block", "ground"), [(LIGHT_BLOCK, brand.LIGHT), (DARK_BLOCK, brand.DARK)])
def test_the_style_sheet_is_painted_on_the_grounds_that_brands_are_checked_against(block, ground):
    assert (tokens(block)["paper"], tokens(block)["card"], tokens(block)["ink"]) == (
        ground.paper,
        ground.card,
        ground.ink,
    )


@pytest.mark.parametrize("block", [LIGHT_BLOCK, DARK_BLOCK])
@pytest.mark.parametrize(
    ("word", "surface"),
    [
        *((ink, surface) for ink in ("ink", "ink-2", "ink-3") for surface in ("paper", "card", "well")),
        *((tone, surface) for tone in ("good", "warn", "bad") for surface in (f"{tone}-soft", "card", "paper")),
        ("ink", "good-soft"), ("ink", "warn-soft"), ("ink", "bad-soft"),
        ("bad-ink", "bad"), ("brand-ink", "brand"), ("brand-strong", "brand-soft"),
    ],
)  # fmt: skip
def test_words_can_be_read_on_every_surface_they_stand_on(block, word, surface):
    colour = tokens(block)

    assert brand.contrast(colour[word], colour[surface]) >= brand.READABLE


@pytest.mark.parametrize("block", [LIGHT_BLOCK, DARK_BLOCK])
def test_the_edge_of_an_input_can_be_seen(block):
    """WCAG 1.4.11: three to one for what one must see to use it."""
    colour = tokens(block)

    assert brand.contrast(colour["edge"], colour["card"]) >= 3


def test_both_dark_blocks_say_the_same():
    by_preference = re.search(r":root:not\(\[data-theme=\"light\"\]\) \{(.*?)\}", CSS, re.DOTALL).group(1)

    assert tokens(by_preference) == tokens(DARK_BLOCK)
