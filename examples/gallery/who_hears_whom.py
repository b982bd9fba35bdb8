"""Which cell type can speak to which by peptides?

A cell type speaks to another if it releases what a receptor of the other binds. No network runs: the picture is the file of
peptides, whose densities come from sequenced cells of the mouse. [Smith2019], [Tasic2018]
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

PEPTIDES = json.loads((Path(__file__).parents[2] / "models" / "peptides" / "cortex.json").read_text())
types = [own["name"] for own in PEPTIDES["cell_types"]]
ligands = {own["name"]: {each["species"] for each in own["ligands"]} for own in PEPTIDES["receptors"]}

strength, pairs = np.zeros((len(types), len(types))), np.zeros((len(types), len(types)), dtype=int)
for row, speaker in enumerate(PEPTIDES["cell_types"]):
    released = {own["species"] for own in speaker["releases"]}
    for column, hearer in enumerate(PEPTIDES["cell_types"]):
        heard = [own["density"] for own in hearer["expresses"] if ligands[own["receptor"]] & released]
        strength[row, column], pairs[row, column] = sum(heard), len(heard)

figure, axes = plt.subplots(figsize=(6, 4.8), layout="constrained")
shown = axes.imshow(strength, cmap="viridis", vmin=0)
for row, column in np.ndindex(strength.shape):
    bright = strength[row, column] > 0.6 * strength.max()
    axes.text(column, row, pairs[row, column], ha="center", va="center", color="black" if bright else "white", fontsize=9)
axes.set_xticks(range(len(types)), types, rotation=45, ha="right")
axes.set_yticks(range(len(types)), types)
axes.set(xlabel="hears, by its receptors", ylabel="releases")
figure.colorbar(shown, label="density of receptors that hear, summed\n(number: how many receptors)")
figure.savefig(f"{Path(__file__).stem}.png", dpi=80)

# All types are connected, most of all those that release many peptides.
assert (pairs.sum(axis=1) > 0).all() and pairs.sum(axis=1).argmax() == types.index("Vip")
