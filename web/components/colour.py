"""Colour by calculation: oklch to sRGB, and the contrast that WCAG asks for."""

from __future__ import annotations

from math import cos, radians, sin


def oklch_to_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """sRGB parts (0 to 1, clipped to what screens show) of an oklch colour; lightness 0 to 1, hue in degrees."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (_encode(min(1.0, max(0.0, part))) for part in linear)
    return red, green, blue


def oklch_hex(lightness: float, chroma: float, hue: float) -> str:
    """An oklch colour as `#rrggbb`, for files that are looked at outside the site's own style sheet."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in oklch_to_rgb(lightness, chroma, hue))


def luminance(rgb: tuple[float, float, float]) -> float:
    """Relative luminance (WCAG 2) of sRGB parts."""
    red, green, blue = (_decode(part) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The contrast ratio (WCAG 2) of two colours: 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _encode(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _decode(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
