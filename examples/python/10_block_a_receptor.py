"""What does a drug do that blocks one receptor of one cell type? A tenth of a cortical slab, compared seed by seed.

The same network runs twice with each seed: as it is, and with the receptor blocked from BLOCK_MS on. Before that the two
are the same spike for spike, so that every difference afterwards is the drug's. `python 10_block_a_receptor.py 10` takes
ten seeds; without a number it takes two. `python 10_block_a_receptor.py 2 movie` also writes a movie of the peptide that the
receptor binds into the folder movie: a picture of every 100 ms, and all of them as one animated picture, CCK-8S.png.
"""

import struct
import sys
import zlib
from pathlib import Path

import numpy as np

import neuropil as npl

MODELS = Path(__file__).parents[2] / "models"
CELL_TYPE, RECEPTOR = "Pyr_L23", "Cckbr"
BLOCK_MS, END_MS = 1000, 2500
PEPTIDE, FRAME_MS = "CCK-8S", 100
MOVIE = Path(sys.argv[2]) if len(sys.argv) > 2 else None
SEEDS = range(1, 1 + (int(sys.argv[1]) if len(sys.argv) > 1 else 2))


def slab(seed):
    model = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json").to_dict()
    del model["record"], model["peptides"]
    model["simulation"]["seed"] = seed
    net = npl.Network.from_json(model)
    for name in net.populations:
        net.set(f"populations.{name}.cells", net[name].size // 10)
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[16, 16, 40], spacing_um=[25, 25, 25], step_ms=10)
    return net


def rates_hz(recording, from_ms, to_ms):
    return np.array(list(recording.rates_hz(from_ms=from_ms, to_ms=to_ms).values()))


def parts_of(png):
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def animated(frames, shown_ms):
    """Pictures of one size as one animated PNG, which browsers play and other programs show as its first frame."""

    def part(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    parts = [list(parts_of(frame)) for frame in frames]
    header = parts[0][0][1]
    assert all(own[0][1] == header for own in parts), "all frames have one size"
    whole, number = part(b"IHDR", header) + part(b"acTL", struct.pack(">II", len(frames), 0)), 0
    for index, own in enumerate(parts):
        whole += part(b"fcTL", struct.pack(">I", number) + header[:8] + struct.pack(">IIHHBB", 0, 0, shown_ms, 1000, 0, 0))
        number += 1
        for data in (data for name, data in own if name == b"IDAT"):
            whole += part(b"IDAT", data) if index == 0 else part(b"fdAT", struct.pack(">I", number) + data)
            number += index > 0
    return b"\x89PNG\r\n\x1a\n" + whole + part(b"IEND", b"")


def write_movie(recording):
    MOVIE.mkdir(exist_ok=True)
    most_nm = float(np.max(recording.fields[f"slice.{PEPTIDE}"].values[-1]))
    title = f"{PEPTIDE}, {RECEPTOR} of {CELL_TYPE} blocked at {BLOCK_MS} ms"
    frames = []
    for to_ms in range(FRAME_MS, END_MS + 1, FRAME_MS):
        path = MOVIE / f"{PEPTIDE}_{to_ms:04}ms.png"
        frame = recording.plot(peptides=True, to_ms=to_ms, field_max_nm=round(most_nm, 2), title=title, width=900, height=700)
        frame.save(path, force=True)
        frames.append(path.read_bytes())
    (MOVIE / f"{PEPTIDE}.png").write_bytes(animated(frames, FRAME_MS))
    print(f"{len(frames)} frames and {MOVIE / PEPTIDE}.png")


changes = []
for seed in SEEDS:
    plain, blocked = slab(seed), slab(seed)
    blocked.intervene(npl.BlockedReceptor(CELL_TYPE, RECEPTOR, at_ms=BLOCK_MS))
    watched = [npl.Field(PEPTIDE, slice=("y", 200), every_ms=FRAME_MS)] if MOVIE and seed == SEEDS[0] else []
    control, drug = plain.run(END_MS), blocked.run(END_MS, record=watched)
    before = [[times_ms[times_ms <= BLOCK_MS] for times_ms, _ in run.spikes.values()] for run in (control, drug)]
    assert all(map(np.array_equal, *before)), "before the drug both are one network"
    if watched:
        write_movie(drug)
    changes.append(rates_hz(drug, BLOCK_MS, END_MS) - rates_hz(control, BLOCK_MS, END_MS))

mean = np.mean(changes, axis=0)
error = np.std(changes, axis=0, ddof=1) / np.sqrt(len(changes)) if len(changes) > 1 else np.full_like(mean, np.nan)
print(f"{RECEPTOR} of {CELL_TYPE} blocked at {BLOCK_MS} ms: change of rates until {END_MS} ms, {len(changes)} seeds")
for name, own, sem in zip(control.spikes, mean, error, strict=True):
    print(f"{name:<8} {own:+7.3f} Hz  (standard error {sem:.3f})")
# Spikes move everywhere, since all populations are coupled; the drug has an effect on the cells that have the receptor.
assert np.any(mean != 0)
