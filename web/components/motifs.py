"""The motifs of drawn covers: plain geometry in 640 by 360, arranged by a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from math import cos, pi, sin

Shades = Mapping[str, str]


class Draw:
    """Numbers out of a seed: always the same ones, on every machine."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self.pool = b""
        self.turn = 0

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        if len(self.pool) < 4:
            self.pool = sha256(self.seed + self.turn.to_bytes(4, "big")).digest()
            self.turn += 1
        value, self.pool = int.from_bytes(self.pool[:4], "big"), self.pool[4:]
        return low + value % (high - low + 1)


Motif = Callable[[Draw, Shades], str]


def _line(points: Sequence[tuple[float, float]], stroke: str, width: float = 3, fill: str = "none") -> str:
    path = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
    return (
        f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{width}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _dot(x: float, y: float, radius: float, fill: str, stroke: str = "none") -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:g}" fill="{fill}" stroke="{stroke}" stroke-width="3"/>'


def _box(x: float, y: float, width: float, height: float, fill: str, radius: float = 6) -> str:
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="{radius:g}" fill="{fill}"/>'


def nodes(draw: Draw, shade: Shades) -> str:
    """Layers of a network, one path through them lit."""
    columns = []
    for index in range(5):
        count = draw.between(2, 5)
        columns.append([(100 + index * 110, 180 + (row - (count - 1) / 2) * 62) for row in range(count)])
    parts = [
        _line([one, other], shade["faint"], 2) for left, right in pairwise(columns) for one in left for other in right
    ]
    path = [column[draw.between(0, len(column) - 1)] for column in columns]
    parts.append(_line(path, shade["ink"], 4))
    for column in columns:
        parts += [_dot(x, y, 11, shade["mark"] if (x, y) in path else shade["soft"]) for x, y in column]
    return "".join(parts)


def discs(draw: Draw, shade: Shades) -> str:
    """Stacks of disks."""
    parts = []
    for index in range(3):
        x, height = 168 + index * 152, draw.between(2, 5)
        for level in range(height):
            y = 286 - level * 44
            top = level == height - 1
            body = shade["ink"] if top and index == 1 else shade["soft"] if level % 2 else shade["faint"]
            parts.append(
                f'<path d="M{x - 58} {y - 30}v30a58 18 0 0 0 116 0v-30z" fill="{body}"/>'
                f'<ellipse cx="{x}" cy="{y - 30}" rx="58" ry="18" fill="{shade["mark"] if top else shade["soft"]}" '
                f'stroke="{shade["ground"]}" stroke-width="3"/>'
            )
    return "".join(parts)


def shield(draw: Draw, shade: Shades) -> str:
    """Rings of walls around a keyhole."""
    sides = draw.between(5, 8)
    turn = draw.between(0, 60) / 60
    parts = []
    for ring, radius in enumerate((168, 132, 96, 60)):
        corners = [
            (320 + radius * sin(2 * pi * (n + turn) / sides), 180 - radius * cos(2 * pi * (n + turn) / sides))
            for n in range(sides)
        ]
        fill = (shade["faint"], shade["ground"], shade["soft"], shade["ink"])[ring]
        parts.append(_line([*corners, corners[0]], shade["soft"] if ring < 2 else fill, 3, fill))
    parts.append(_dot(320, 170, 15, shade["ground"]))
    parts.append(_line([(320, 176), (320, 204)], shade["ground"], 11))
    parts += [_dot(draw.between(40, 600), draw.between(30, 330), 4, shade["mark"]) for _ in range(5)]
    return "".join(parts)


def arcs(draw: Draw, shade: Shades) -> str:
    """Waves out of one place, reaching others."""
    x, y = draw.between(60, 220), draw.between(250, 330)
    parts = [
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{shade["faint" if radius % 3 else "soft"]}" '
        f'stroke-width="{3 if radius % 3 else 5}"/>'
        for radius in range(64, 640, 56)
    ]
    for _ in range(6):
        radius, angle = 64 + 56 * draw.between(1, 7), draw.between(8, 80) / 100 * pi / 2
        tip = (x + radius * cos(angle), y - radius * sin(angle))
        parts.append(_line([(x, y), tip], shade["soft"], 2))
        parts.append(_dot(*tip, 9, shade["mark"]))
    parts.append(_dot(x, y, 22, shade["ink"]))
    return "".join(parts)


def cubes(draw: Draw, shade: Shades) -> str:
    """Blocks side by side, some taken."""
    parts = []
    for row in range(3):
        for column in range(6):
            x = 96 + column * 84 + (row % 2) * 42
            y = 96 + row * 74
            taken = draw.between(0, 3)
            top = shade["mark"] if taken == 0 else shade["soft"]
            side = shade["ink"] if taken < 2 else shade["soft"]
            parts.append(
                f'<path d="M{x} {y - 38}l36 20-36 20-36-20z" fill="{top}"/>'
                f'<path d="M{x - 36} {y - 15}l34 19v40l-34-19z" fill="{shade["faint"]}"/>'
                f'<path d="M{x + 36} {y - 15}l-34 19v40l34-19z" fill="{side}" opacity=".85"/>'
            )
    return "".join(parts)


def bars(draw: Draw, shade: Shades) -> str:
    """Columns and the line over them."""
    heights = [draw.between(46, 176) + index * 9 for index in range(9)]
    parts = [_line([(70, y), (570, y)], shade["faint"], 2) for y in (104, 162, 220, 278)]
    best = heights.index(max(heights))
    for index, height in enumerate(heights):
        parts.append(_box(84 + index * 54, 308 - height, 30, height, shade["ink" if index == best else "soft"], 4))
    line = [(99 + index * 54, 308 - height - 20 - draw.between(0, 18)) for index, height in enumerate(heights)]
    parts.append(_line(line, shade["mark"], 4))
    parts.append(_dot(*line[best], 8, shade["mark"], shade["ground"]))
    return "".join(parts)


def branches(draw: Draw, shade: Shades) -> str:
    """Branches that leave and come back."""
    lanes = (110, 180, 250)
    parts = [_line([(50, lane), (590, lane)], shade["faint"], 4) for lane in lanes]
    for _ in range(4):
        start, lane = draw.between(1, 6) * 74, draw.between(0, 1)
        one, other = (lanes[lane], lanes[lane + 1]) if draw.between(0, 1) else (lanes[lane + 1], lanes[lane])
        parts.append(
            f'<path d="M{start} {one}c40 0 30 {other - one} 74 {other - one}" fill="none" '
            f'stroke="{shade["ink"]}" stroke-width="5"/>'
        )
        parts += [_dot(start, one, 9, shade["ink"]), _dot(start + 74, other, 9, shade["mark"])]
    for _ in range(7):
        spot = (draw.between(1, 8) * 68, lanes[draw.between(0, 2)])
        parts.append(_dot(*spot, 7, shade["ground"], shade["soft"]))
    return "".join(parts)


def steps(draw: Draw, shade: Shades) -> str:
    """Stairs that somebody goes up with you."""
    count = draw.between(4, 6)
    width = 480 / count
    parts, path = [], []
    for index in range(count):
        height = 52 + index * (190 / count)
        parts.append(
            _box(80 + index * width, 306 - height, width - 8, height, shade["soft" if index % 2 else "faint"], 5)
        )
        path.append((80 + index * width + (width - 8) / 2, 306 - height - 28))
    here = draw.between(1, count - 1)
    parts.append(_line(path[: here + 1], shade["ink"], 4))
    parts += [
        _dot(x, y, 11, shade["ink"] if index <= here else shade["ground"], shade["ink"])
        for index, (x, y) in enumerate(path)
    ]
    parts.append(_dot(*path[here], 16, shade["mark"], shade["ground"]))
    return "".join(parts)


def waves(draw: Draw, shade: Shades) -> str:
    """Signals of different lengths."""
    parts = []
    for row in range(6):
        length, rise, shift = draw.between(60, 190), draw.between(10, 40), draw.between(0, 60)
        base = 70 + row * 44
        points = [(x, base + rise * sin((x + shift) * 2 * pi / length)) for x in range(40, 605, 5)]
        tone = "ink" if row == 2 else "mark" if row == 4 else "soft" if row % 2 else "faint"
        parts.append(_line(points, shade[tone], 5 if row in (2, 4) else 3))
    return "".join(parts)


def layers(draw: Draw, shade: Shades) -> str:
    """Layers one on another."""
    count = draw.between(4, 6)
    lit = draw.between(0, count - 1)
    parts = []
    for index in range(count):
        y = 262 - index * (150 / count)
        fill = shade["mark"] if index == lit else shade["ink"] if index == count - 1 else shade["soft"]
        parts.append(
            f'<path d="M320 {y - 66:.0f}l196 66-196 66-196-66z" fill="{fill}" stroke="{shade["ground"]}" '
            'stroke-width="5" stroke-linejoin="round"/>'
        )
    return "".join(parts)


def windows(draw: Draw, shade: Shades) -> str:
    """Windows of an application with rows of work in them."""
    x, y = draw.between(70, 120), draw.between(50, 76)
    parts = [_box(x + 170, y + 46, 320, 220, shade["faint"], 10), _box(x, y, 340, 224, shade["ground"], 10)]
    parts.append(
        f'<rect x="{x}" y="{y}" width="340" height="224" rx="10" fill="none" stroke="{shade["ink"]}" stroke-width="4"/>'
    )
    parts.append(_line([(x, y + 40), (x + 340, y + 40)], shade["ink"], 4))
    parts += [_dot(x + 22 + n * 20, y + 20, 5, shade["soft"]) for n in range(3)]
    parts.append(_box(x + 20, y + 60, 76, 144, shade["faint"], 5))
    lit = draw.between(0, 3)
    for row in range(4):
        wide = draw.between(90, 196)
        parts.append(_box(x + 116, y + 62 + row * 37, wide, 17, shade["mark" if row == lit else "soft"], 4))
    return "".join(parts)


MOTIFS: dict[str, Motif] = {
    "nodes": nodes,
    "discs": discs,
    "shield": shield,
    "arcs": arcs,
    "cubes": cubes,
    "bars": bars,
    "branches": branches,
    "steps": steps,
    "waves": waves,
    "layers": layers,
    "windows": windows,
}
