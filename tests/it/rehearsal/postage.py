"""Reckons the least postage of every printed part again, apart from the product's planner.

Arguments: what a night wrote; tariffs.toml. Prints one JSON line a part: the optimum in 1/10,000 yen
before rounding, the number of postings it may have, and the pieces.
"""

import csv
import itertools
import json
import pathlib
import sys
import tomllib

WHOLE = 10_000


def percent(table, kind):
    """Returns a percentage as 1/10,000, or None."""
    value = table.get(kind)
    return None if value is None else round(value * 100)


def cells_of(part, tariff, line):
    """Counts the pieces that differ in nothing that postage goes by."""
    steps = sorted(
        (step for step in tariff["steps"] if step["size_class"] == line["envelope"]["size_class"]),
        key=lambda step: step["up_to_g"],
    )
    cells = {}
    with open(part / "control.csv", encoding="ascii") as control:
        for row in csv.DictReader(control):
            weight = line["envelope"]["weight_mg"] + int(row["sheets"]) * line["paper"]["sheet_mg"]
            assert weight == int(row["weight_mg"]), (part, row["sequence"])
            step = next(step for step in steps if step["up_to_g"] * 1000 >= weight)
            key = (step["up_to_g"], step["kind"], step["yen"], row["barcode"] != "")
            cells[key] = cells.get(key, 0) + 1
    return cells


def price(offer, tier, cell):
    """Returns the price of a piece under a tier, or None if it may not have it."""
    _, kind, yen, has_barcode = cell
    more = percent(offer.get("barcode_percent", {}), kind) if has_barcode else None
    off = percent(tier.get("percent", {}), kind)
    if offer["product"] == "barcode":
        if more is None:
            return None
        total = more + (off or 0)
    else:
        if off is None:
            return None
        total = off + (more or 0)
    return yen * (WHOLE - total)


def share_out(cells, used):
    """Returns the least cost if every used (offer, tier) must have its pieces, or None."""
    options = [None] + used
    prices = {
        cell: [cell[2] * WHOLE] + [price(offer, tier, cell) for offer, tier in used]
        for cell in cells
    }
    counts, cost, given = [0] * len(options), 0, {}
    for cell, pieces in cells.items():
        best = min(
            (value, at) for at, value in enumerate(prices[cell]) if value is not None
        )
        given[cell] = best
        counts[best[1]] += pieces
        cost += best[0] * pieces
    for at, (_, tier) in enumerate(used, start=1):
        lacking = tier["from"] - counts[at]
        if lacking <= 0:
            continue
        # Those that lose least by it move; what another discount then lacks makes it no plan.
        movable = sorted(
            (prices[cell][at] - given[cell][0], cell)
            for cell in cells
            if prices[cell][at] is not None and given[cell][1] != at
        )
        for regret, cell in movable:
            moved = min(lacking, cells[cell])
            counts[given[cell][1]] -= moved
            counts[at] += moved
            cost += regret * moved
            lacking -= moved
        if lacking > 0:
            return None
    enough = all(counts[at] >= tier["from"] for at, (_, tier) in enumerate(used, start=1))
    return cost if enough else None


def least(cells, tariff):
    """Tries every choice of discounts that need no agreement."""
    steps = {cell[:3] for cell in cells}
    open_offers = [
        offer
        for offer in tariff["offers"]
        if offer["confirmed"]
        and not offer["regional"]
        and offer["leeway_days"] == 0
        and offer["product"] in ("barcode", "sorted")
    ]
    assert all(len(steps) <= offer["weight_classes_max"] for offer in open_offers)
    ways = [[None] + [(offer, tier) for tier in offer["tiers"]] for offer in open_offers]
    found = []
    for way in itertools.product(*ways):
        used = [one for one in way if one is not None]
        cost = share_out(cells, used)
        if cost is not None:
            found.append((cost, len(used) + 1))
    return min(found)


def main():
    out, tariffs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    tariff = tomllib.loads(tariffs.read_text(encoding="utf-8"))["tariffs"][0]
    for control in sorted(out.glob("print/*/*/control.csv")):
        part = control.parent
        name = f"{part.parent.name}/{part.name}"
        line = json.loads((out / "state/batches" / name / "line.json").read_text(encoding="utf-8"))
        cells = cells_of(part, tariff, line)
        cost, postings = least(cells, tariff)
        pieces = sum(cells.values())
        print(json.dumps({"part": name, "cost": cost, "postings": postings, "pieces": pieces}))


main()
