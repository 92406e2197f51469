"""The shop's colour stays readable, whatever the owner picks."""

import pytest

from webapp.web import brand
from webapp.web.oklch import contrast, of_hex, to_hex

ELEVEN = (
    "#ffd400", "#c6ff00", "#00e5ff", "#ff5a00", "#ff9ecb", "#952847", "#7a4b2a", "#1f6fff", "#4f7d3a", "#808080", "#000000",
)  # fmt: skip


@pytest.mark.parametrize("colour", ELEVEN)
def test_text_on_and_beside_the_brand_is_readable(colour: str) -> None:
    theme = brand.tokens(colour)
    for side, ground in ((theme.light, brand.PAPER), (theme.dark, brand.SURFACE)):
        assert contrast(side.color_primary, ground) >= 4.5
        assert contrast(side.color_primary, side.color_primary_content) >= 4.5
        assert contrast(side.ck_field, side.ck_field_content) >= 4.5
        assert contrast(side.ck_field, side.ck_field_2) >= 4.5
        assert contrast(side.ck_primary_soft, side.ck_primary_ink) >= 7


def test_the_default_colour_is_the_one_in_the_theme() -> None:
    assert brand.tokens("#952847").light.color_primary == "#952847"
    assert not brand.tokens("#952847").changed


def test_a_light_yellow_keeps_its_hue_and_says_that_it_was_darkened() -> None:
    theme = brand.tokens("#ffd400")
    assert theme.changed
    assert abs(of_hex(theme.light.color_primary).hue - of_hex("#ffd400").hue) < 8


def test_a_grey_brand_is_ink() -> None:
    assert brand.tokens("#808080").light.color_primary == brand.tokens("#000000").light.color_primary == "#241c1a"


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#952847", "#00ff00", "#123456"])
def test_a_colour_survives_the_way_there_and_back(colour: str) -> None:
    assert to_hex(of_hex(colour)) == colour


def test_the_stylesheet_sets_both_themes_and_nothing_else() -> None:
    css = brand.css(brand.tokens("#4f7d3a"))
    assert css.count("--color-primary:") == 4
    assert css.count("--ck-field-2:") == 4
    assert css.count("--") == 7 * 4
