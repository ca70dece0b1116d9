#!/usr/bin/env python3
"""Maps prompts into two dimensions: the first two principal components of their context vectors.

Usage: prompt-map.py PROMPTS POINTS MAP METRICS

PROMPTS is a folder with index.csv (a column `file`, then the axes that tell the prompts apart) and a .csv file for each prompt,
a line of numbers for each context vector. POINTS gets a line for each prompt, MAP a picture (SVG), METRICS the share of the
variance that each component explains, and how far apart domains lie compared with the seeds of one domain.

Needs Python 3.8 or later and nothing else.
"""

import csv
import json
import math
import sys
from pathlib import Path

COLORS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"]


def read(folder):
    """The cells of the prompts, and their numbers one after another."""
    with open(folder / "index.csv", newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    vectors = []
    for cell in cells:
        with open(folder / cell.pop("file"), newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))[1:]
        vectors.append([float(number) for line in lines for number in line])
    if len(cells) < 3:
        sys.exit(f"error: {len(cells)} prompts make no map; it takes three")
    if len({len(vector) for vector in vectors}) != 1:
        sys.exit("error: the prompts have different numbers of context vectors")
    return cells, vectors


def dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def principal(vectors, count):
    """Coordinates along the first components, and the share of the variance of each.

    There are far fewer prompts than numbers in one: the eigenvectors of the matrix of their inner products do, found one
    after the other by power iteration.
    """
    size = len(vectors)
    mean = [math.fsum(column) / size for column in zip(*vectors)]
    centred = [[x - m for x, m in zip(vector, mean)] for vector in vectors]
    gram = [[dot(a, b) for b in centred] for a in centred]
    total = sum(gram[i][i] for i in range(size)) or 1.0
    axes, shares = [], []
    for component in range(count):
        # A start that is no eigenvector of any likely matrix, the same every time.
        axis = [math.cos(1 + i * (component + 2)) for i in range(size)]
        value = 0.0
        for _ in range(2000):
            axis = [dot(row, axis) for row in gram]
            length = math.sqrt(dot(axis, axis))
            if length < 1e-12 * total:
                axis, value = [0.0] * size, 0.0
                break
            axis = [x / length for x in axis]
            if abs(length - value) <= 1e-13 * length:
                value = length
                break
            value = length
        axes.append([x * math.sqrt(max(0.0, value)) for x in axis])
        shares.append(value / total)
        gram = [[g - value * axis[i] * axis[j] for j, g in enumerate(row)] for i, row in enumerate(gram)]
    return list(zip(*axes)), shares


def separation(cells, points):
    """The mean distance of prompts of two domains over that of prompts of one domain; None where there is none to compare."""
    within, between = [], []
    for i, (cell, point) in enumerate(zip(cells, points)):
        for other, place in zip(cells[:i], points[:i]):
            same = cell.get("domain") == other.get("domain")
            (within if same else between).append(math.dist(point, place))
    if not within or not between or sum(within) == 0:
        return None
    return (sum(between) / len(between)) / (sum(within) / len(within))


def draw(cells, points, shares):
    """A picture of the points, coloured by domain."""
    width, height, margin = 640, 480, 60
    low = [min(point[axis] for point in points) for axis in (0, 1)]
    span = [(max(point[axis] for point in points) - low[axis]) or 1.0 for axis in (0, 1)]
    domains = sorted({cell.get("domain", "") for cell in cells})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{margin}" y="24">principal components: {100 * shares[0]:.0f} % and {100 * shares[1]:.0f} % of the variance</text>',
    ]
    for cell, point in zip(cells, points):
        x = margin + (width - 2 * margin) * (point[0] - low[0]) / span[0]
        y = height - margin - (height - 2 * margin) * (point[1] - low[1]) / span[1]
        color = COLORS[domains.index(cell.get("domain", "")) % len(COLORS)]
        label = " ".join(cell.values()).replace("&", "&amp;").replace("<", "&lt;")
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{color}"/>')
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}">{label}</text>')
    return "\n".join(parts + ["</svg>", ""])


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    folder, points_file, map_file, metrics_file = map(Path, sys.argv[1:])
    cells, vectors = read(folder)
    points, shares = principal(vectors, 2)
    with open(points_file, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*cells[0], "x", "y"])
        for cell, point in zip(cells, points):
            writer.writerow([*cell.values(), *point])
    map_file.write_text(draw(cells, points, shares), encoding="utf-8")
    metrics = {"first component": shares[0], "second component": shares[1]}
    apart = separation(cells, points)
    if apart is not None:
        metrics["domains over seeds"] = apart
    metrics_file.write_text(json.dumps(metrics), encoding="utf-8")
    print(f"{len(points)} prompts mapped", file=sys.stderr)


if __name__ == "__main__":
    main()
