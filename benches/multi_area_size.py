#!/usr/bin/env python3
"""Writes a model file of the size of the multi-area model of macaque visual cortex (Schmidt et al. 2018).

    python3 benches/multi_area_size.py > multi_area_size.json
    neuropil plan multi_area_size.json --ranks 64 --threads 32 --network 2us,10GB/s

It has what the paper says of the whole: 32 areas, 254 populations (one area has no layer 4), 4.13e6 cells, 2.42e10 synapses, delays between areas
of a distance at 3.5 m/s with a deviation of half their mean. It is not the model: who reaches whom is spread evenly, since the connectivity of the
paper is made of anatomical data that do not lie here (docs/ranks.md). Inside an area it is the microcircuit of this repository with its in-degrees.
"""

import argparse
import json
from pathlib import Path

MICROCIRCUIT = Path(__file__).resolve().parents[1] / "models" / "networks" / "potjans_diesmann_2014.json"
AREAS = 32
CELLS = 4.13e6
SYNAPSES = 2.42e10
#: Who sends to other areas.
SENDERS = ("L23E", "L5E", "L6E")
#: Distances between areas are spread over these, mm; spikes travel 3.5 mm a ms.
NEAREST_MM, FARTHEST_MM, MM_PER_MS = 5.0, 65.0, 3.5


def named(area, names):
    return [f"A{area:02}_{name}" for name in names]


def in_area(projection, area, factor):
    """A projection of the microcircuit in an area that is `factor` times as large, with the same in-degrees."""
    def rescaled(probability):
        if isinstance(probability, list):
            return [rescaled(own) for own in probability]
        return 1 - (1 - probability) ** (1 / factor)

    own = {key: value for key, value in projection.items() if key != "description"}
    lists = {key: own[key] if isinstance(own[key], list) else [own[key]] for key in ("from", "to")}
    probability = rescaled(own["pair_probability"])
    if area == AREAS - 1:
        keep = {key: [place for place, name in enumerate(names) if not name.startswith("L4")] for key, names in lists.items()}
        if not keep["from"] or not keep["to"]:
            return None
        if isinstance(probability, list):
            probability = [[probability[to][source] for source in keep["from"]] for to in keep["to"]]
        lists = {key: [names[place] for place in keep[key]] for key, names in lists.items()}
    return own | {key: named(area, names) for key, names in lists.items()} | {"pair_probability": probability}


def build():
    circuit = json.loads(MICROCIRCUIT.read_text())
    kinds = circuit["populations"]
    of_area = [[name for name in kinds if area < AREAS - 1 or not name.startswith("L4")] for area in range(AREAS)]
    factor = CELLS / sum(kinds[name]["cells"] for names in of_area for name in names)
    populations = {
        f"A{area:02}_{name}": kinds[name] | {"cells": round(kinds[name]["cells"] * factor)}
        for area, names in enumerate(of_area) for name in names
    }
    projections = [in_area(own, area, factor) for area in range(AREAS) for own in circuit["projections"]]
    projections = [own for own in projections if own is not None]
    # What the microcircuit has a cell, from the probabilities of pairs: K = ln(1 - p) / ln(1 - 1/(N N')) of van Albada's convention.
    inside = CELLS * 2.988e8 / 77169
    senders = (AREAS - 1) * len(SENDERS)
    in_degree = round((SYNAPSES - inside) / CELLS / senders)
    weight = circuit["projections"][0]["weight_pa"]
    for area in range(AREAS):
        for other in range(AREAS):
            if area == other:
                continue
            apart = min(abs(area - other), AREAS - abs(area - other)) / (AREAS / 2)
            mean_ms = (NEAREST_MM + apart * (FARTHEST_MM - NEAREST_MM)) / MM_PER_MS
            delay = {"distribution": "normal", "mean": round(mean_ms, 2), "std": round(mean_ms / 2, 2), "min": 0.1}
            projections.append({
                "from": named(other, SENDERS), "to": named(area, of_area[area]), "rule": "fixed_in_degree",
                "in_degree": in_degree, "weight_pa": weight, "delay_ms": delay,
            })
    inputs = [
        own | {"to": f"A{area:02}_{own['to']}"}
        for area, names in enumerate(of_area) for own in circuit["inputs"] if own["to"] in names
    ]
    description = "Of the size of the multi-area model (Schmidt et al. 2018), evenly connected; for estimates of memory and time."
    return {
        "description": description, "simulation": circuit["simulation"], "populations": populations,
        "projections": projections, "inputs": inputs,
    }


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(json.dumps(build()))
