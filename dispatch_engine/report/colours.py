"""Colours that tell technicians apart, none of them the red that is kept for lateness."""

from __future__ import annotations

import colorsys

# Dark enough for white figures; neighbours in the list differ in hue and in lightness.
FIRST = (
    "#1f6fb4", "#2b8a3e", "#7a45b5", "#b25e09", "#0c8284", "#b83f86", "#58691c", "#3a54a0", "#85534a",
    "#5b21b6", "#8a6d00", "#0b6477", "#a1348f", "#417505", "#4038c8", "#7c4a12", "#0467a5", "#7a1b84",
    "#137a4a", "#4a5666",
)  # fmt: skip
GOLDEN_ANGLE = 0.381966
# Hues around red, as parts of the circle, stay free on both sides.
RED_MARGIN = 0.05


def colour(index: int) -> str:
    """Return the colour of technician number ``index`` (from 0) as ``#rrggbb``; any number of them."""
    if index < len(FIRST):
        return FIRST[index]
    hue = RED_MARGIN + (1 - 2 * RED_MARGIN) * (index * GOLDEN_ANGLE % 1)
    lightness = (0.30, 0.38, 0.34)[index % 3]
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.62)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
