"""Covers as pictures: the same drawing that `cover_svg` gives, on pixels, because providers upload pictures."""

import io
import re
from math import cos, pi, sin
from xml.etree import ElementTree

from PIL import Image, ImageDraw

from web.components.covers import HEIGHT, WIDTH, cover_svg

SIZE = (960, 600)
COLOURS = 192
OVER = 2  # drawn so many times larger, so that edges come out smooth
_TOKEN = re.compile(r"[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)")
Point = tuple[float, float]


def cover_png(name: str, category: str) -> io.BytesIO:
    """The cover of a product as a PNG of 960 by 600, its sides cut to that shape."""
    scale = SIZE[1] * OVER / HEIGHT
    left = (WIDTH - SIZE[0] * HEIGHT / SIZE[1]) / 2
    image = Image.new("RGB", (SIZE[0] * OVER, SIZE[1] * OVER))
    draw = ImageDraw.Draw(image)
    root = ElementTree.fromstring(cover_svg(name, category))  # noqa: S314 — drawn by us a moment ago
    for element in root:
        _shape(draw, element.tag.rpartition("}")[2], dict(element.attrib), scale, left)
    out = io.BytesIO()
    # Few colours, so that it is small and quickly read again when it is uploaded.
    image.reduce(OVER).quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        out, format="PNG", compress_level=1
    )
    out.seek(0)
    return out


def _shape(draw: ImageDraw.ImageDraw, tag: str, given: dict[str, str], scale: float, left: float) -> None:
    fill, stroke = _colour(given.get("fill", "none")), _colour(given.get("stroke", "none"))
    width = round(float(given.get("stroke-width", "1")) * scale)

    def number(name: str) -> float:
        return float(given.get(name, "0"))

    def place(x: float, y: float) -> Point:
        return ((x - left) * scale, y * scale)

    if tag == "rect":
        x, y = number("x"), number("y")
        box = (*place(x, y), *place(x + number("width"), y + number("height")))
        draw.rounded_rectangle(box, number("rx") * scale, fill=fill, outline=stroke, width=width if stroke else 0)
    elif tag in {"circle", "ellipse"}:
        x, y = number("cx"), number("cy")
        rx, ry = number("rx") or number("r"), number("ry") or number("r")
        box = (*place(x - rx, y - ry), *place(x + rx, y + ry))
        draw.ellipse(box, fill=fill, outline=stroke, width=width if stroke else 0)
    elif tag == "path":
        for points, closed in _outlines(given["d"]):
            drawn = [place(*point) for point in points]
            if fill and len(drawn) > 2:
                draw.polygon(drawn, fill=fill)
            if stroke:
                draw.line([*drawn, drawn[0]] if closed else drawn, fill=stroke, width=width, joint="curve")
                for x, y in (drawn[0], drawn[-1]):
                    draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=stroke)


def _colour(text: str) -> str | None:
    return None if text == "none" else text


def _outlines(path: str) -> list[tuple[list[Point], bool]]:
    """The outlines of a path of straight lines, Bézier curves and half-turns, as points; whether each is closed."""
    tokens = _TOKEN.findall(path)
    outlines: list[tuple[list[Point], bool]] = []
    points: list[Point] = []
    command, place = "", 0

    def take(amount: int) -> list[float]:
        nonlocal place
        place += amount
        return [float(token) for token in tokens[place - amount : place]]

    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        if command in "zZ":
            outlines.append((points, True))
            points = []
            continue
        x, y = points[-1] if points else (0.0, 0.0)
        if command in "mM":
            points = [(take(2)[0], float(tokens[place - 1]))]
            command = "L" if command == "M" else "l"
        elif command in "lL":
            dx, dy = take(2)
            points.append((dx, dy) if command == "L" else (x + dx, y + dy))
        elif command in "hH":
            (dx,) = take(1)
            points.append((dx if command == "H" else x + dx, y))
        elif command in "vV":
            (dy,) = take(1)
            points.append((x, dy if command == "V" else y + dy))
        elif command == "c":
            ax, ay, bx, by, ex, ey = take(6)
            points += [
                _bezier((x, y), (x + ax, y + ay), (x + bx, y + by), (x + ex, y + ey), n / 12) for n in range(1, 13)
            ]
        elif command == "a":
            rx, ry, _turn, _large, _sweep, dx, dy = take(7)
            points += _half_turn((x, y), (x + dx, y + dy), ry / rx)
        else:
            raise ValueError(f"a path with {command!r} is not drawn here")
    if points:
        outlines.append((points, False))
    return outlines


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    corners = (a, b, c, d)
    return (
        sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
        sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
    )


def _half_turn(start: Point, end: Point, flat: float) -> list[Point]:
    """Half an ellipse between two points at one height, hanging below them."""
    middle, radius = (start[0] + end[0]) / 2, (end[0] - start[0]) / 2
    return [
        (middle - radius * cos(pi * n / 16), start[1] + abs(radius) * flat * sin(pi * n / 16)) for n in range(1, 17)
    ]
