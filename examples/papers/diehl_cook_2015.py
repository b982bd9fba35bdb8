"""Can spikes learn what digits look like, without a teacher? [Diehl2015]: cells that inhibit each other, whose synapses follow spikes.

    python3 examples/papers/diehl_cook_2015.py --data FOLDER --cells 100 --images 8000 -o digits.png

FOLDER has the four files of the MNIST database (IDX, gzip); `tests/data/mnist` has 600 images and 200 to test with. Every image is shown
for 350 ms, as Poisson trains at pixel / 8 x 2 Hz, and followed by 150 ms without input. Where fewer than five spikes answer, it
is shown again, each rate greater by pixel / 8 Hz. Labels are used only at the end: a cell stands for the class that it answered most.
"""

import argparse
import gzip
import sys
import time
from pathlib import Path

import neuropil as npl
import numpy as np

MODELS = Path(__file__).parents[2] / "models"
DT_MS, SHOWN_MS, REST_MS = 0.5, 350.0, 150.0
#: Constants of the authors' program, weights in leaks of a cell, which are nS here.
TOTAL_NS, EXC_TO_INH_NS, INH_TO_EXC_NS, INTENSITY, LEAST_SPIKES = 78.0, 10.4, -17.0, 2.0, 5
#: Images over which the share of right answers is told while it trains.
INTERVAL = 250


def read(folder, name):
    """Images, a row each, and their labels."""
    images = gzip.decompress((Path(folder) / f"{name}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((Path(folder) / f"{name}-labels-idx1-ubyte.gz").read_bytes())
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784).astype(float), np.frombuffer(labels, np.uint8, offset=8)


class Digits:
    """The network in memory: it learns, or has the weights (cells, 784) and thresholds of one that has."""

    def __init__(self, cells, *, seed, weights_ns=None, theta_mv=None):
        learns = theta_mv is None
        if weights_ns is None:
            weights_ns = 0.3 * (np.random.default_rng(seed).random((cells, 784)) + 0.01)
        fixed = {} if learns else {"theta_plus_mv": 0, "tau_theta_ms": 1e12, "initial": {"theta_mv": theta_mv}}
        rule = npl.Synapse(MODELS / "synapses" / "diehl_cook.nestml", ports={"pre_spikes": "pre", "post_spikes": "post"}) if learns else None
        net = npl.Network(dt_ms=DT_MS, seed=seed)
        pixels = net.population("pixels", 784, npl.PoissonSource(0))
        exc = net.population("exc", cells, npl.Cell(MODELS / "cells" / "diehl_cook.nestml", **fixed))
        inhibitory = npl.LifCondExp(
            c_m_pf=10, g_l_ns=1, e_l_mv=-60, v_th_mv=-40, v_reset_mv=-45, t_ref_ms=2, e_inh_mv=-85, tau_syn_exc_ms=1, tau_syn_inh_ms=2
        )
        inh = net.population("inh", cells, inhibitory)
        # Cell by cell, in the order in which weights are read again.
        targets, sources = (own.ravel() for own in np.indices((cells, 784)))
        weights = weights_ns.ravel()
        net.connect(pixels, exc, npl.Listed(sources, targets), weight_ns=weights, delay_ms=DT_MS, synapse=rule, name="learned")
        net.connect(exc, inh, npl.OneToOne(), weight_ns=EXC_TO_INH_NS, delay_ms=DT_MS)
        others = ~np.eye(cells, dtype=bool)
        net.connect(inh, exc, npl.Listed(*np.nonzero(others)), weight_ns=INH_TO_EXC_NS, delay_ms=DT_MS)
        self.cells, self.shown = cells, 0
        self.sim = net.build(threads=1)
        if learns:
            self.sim.normalise("learned", TOTAL_NS, every_ms=SHOWN_MS + REST_MS)

    def show(self, image):
        """Spikes of each excitatory cell while an image is shown, again and brighter until some answer."""
        intensity = INTENSITY
        while True:
            self.sim.rate("pixels", image / 8 * intensity, until_ms=self.sim.t_ms + SHOWN_MS)
            self.sim.advance(SHOWN_MS)
            counts = np.bincount(self.sim.spikes("exc")[1], minlength=self.cells)
            self.sim.advance(REST_MS)
            self.shown += 1
            if counts.sum() >= LEAST_SPIKES:
                return counts
            intensity += 1

    def weights_ns(self):
        """(cells, 784)."""
        return np.array(self.sim.weights("learned")).reshape(self.cells, 784)

    def theta_mv(self):
        """How far the threshold of each cell has moved, and 20 mV more."""
        return np.array(self.sim.state("exc", "theta_mv"))


def classes(counts, labels):
    """The class that each cell answers most, in the mean over images of a class; -1 of cells that are silent."""
    means = np.array([counts[labels == digit].mean(axis=0) if (labels == digit).any() else np.zeros(counts.shape[1]) for digit in range(10)])
    return np.where(means.max(axis=0) > 0, means.argmax(axis=0), -1)


def answers(counts, of_cells):
    """The class of each image: that whose cells answer most, in their mean."""
    votes = [counts[:, of_cells == digit].mean(axis=1) if (of_cells == digit).any() else np.zeros(len(counts)) for digit in range(10)]
    return np.argmax(votes, axis=0)


def accuracy(counts, labels, of_cells):
    return float((answers(counts, of_cells) == labels).mean())


def bar(what, done, of, begun, more=""):
    """A line on the standard error."""
    full = 30 * done // of
    left = (time.monotonic() - begun) * (of - done) / max(done, 1)
    end = "\n" if done == of else ""
    sys.stderr.write(f"\r{what} [{'#' * full}{'.' * (30 - full)}] {done:,} of {of:,} images, {left:.0f} s left{more}\x1b[K{end}")
    sys.stderr.flush()


def train(images, labels, cells, seed):
    """A network that has seen the images once; the share of right answers in each interval, of cells that are named by the interval before."""
    digits, counts, course, begun = Digits(cells, seed=seed), np.zeros((len(images), cells)), [], time.monotonic()
    for place, image in enumerate(images):
        counts[place] = digits.show(image)
        done = place + 1
        if done % INTERVAL == 0 and done > INTERVAL:
            before, now = slice(done - 2 * INTERVAL, done - INTERVAL), slice(done - INTERVAL, done)
            named = classes(counts[before], labels[before])
            course.append((done, accuracy(counts[now], labels[now], named)))
        if done % 10 == 0 or done == len(images):
            bar("training", done, len(images), begun, f", {course[-1][1]:.1%} right" if course else "")
    return digits, course


def responses(what, images, weights_ns, theta_mv, seed):
    """What a network of these weights and thresholds, which stay, answers."""
    digits, begun, counts = Digits(len(theta_mv), seed=seed, weights_ns=weights_ns, theta_mv=theta_mv), time.monotonic(), []
    for image in images:
        counts.append(digits.show(image))
        if len(counts) % 10 == 0 or len(counts) == len(images):
            bar(what, len(counts), len(images), begun)
    return np.array(counts)


def one(data, cells, images, labelled, tested, seed):
    """Trains, names the cells, and tests; all that came out."""
    (shown, of_shown), (held_out, of_held_out) = read(data, "train"), (own[:tested] for own in read(data, "t10k"))
    rounds = np.arange(images) % len(shown)
    begun = time.process_time()
    digits, course = train(shown[rounds], of_shown[rounds], cells, seed)
    trained_s = time.process_time() - begun
    weights_ns, theta_mv = digits.weights_ns(), digits.theta_mv()
    some = slice(0, min(labelled, len(shown)))
    named = classes(responses("naming", shown[some], weights_ns, theta_mv, seed + 1000), of_shown[some])
    right = accuracy(responses("testing", held_out, weights_ns, theta_mv, seed + 2000), of_held_out, named)
    print(
        f"seed {seed}: {cells} cells, {images:,} images ({digits.shown:,} shown) in {trained_s:.0f} s of processor time, {1000 * trained_s / digits.shown:.1f} ms each; "
        f"{right:.1%} of {len(held_out):,} held-out digits; thresholds moved by {theta_mv.mean() - 20:.2f} mV",
        flush=True,
    )
    return {"weights_ns": weights_ns, "theta_mv": theta_mv, "classes": named, "course": np.array(course), "accuracy": right, "seed": seed}


def picture(runs, file):
    """What the cells of the first run have come to see, and the course of all."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (fields, course) = pyplot.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
    weights = runs[0]["weights_ns"]
    side = int(np.sqrt(len(weights)))
    tiles = weights[: side * side].reshape(side, side, 28, 28).transpose(0, 2, 1, 3).reshape(28 * side, 28 * side)
    shown = fields.imshow(tiles, cmap="hot_r", vmin=0, vmax=1)
    fields.set(xticks=[], yticks=[], title=f"weights onto {side * side} cells (nS)")
    figure.colorbar(shown, ax=fields, shrink=0.8)
    for run in runs:
        if len(run["course"]):
            course.plot(*run["course"].T, label=f"seed {run['seed']}: {run['accuracy']:.1%} at the test")
    course.set(xlabel="images seen", ylabel=f"right answers in {INTERVAL} images", ylim=(0, 1))
    course.spines[["top", "right"]].set_visible(False)
    course.legend(frameon=False, loc="lower right")
    figure.savefig(file, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the four files of MNIST")
    parser.add_argument("--cells", type=int, default=100, help="excitatory cells, and inhibitory ones")
    parser.add_argument("--images", type=int, default=8000, help="images to train with; the set again where it has fewer")
    parser.add_argument("--labelled", type=int, default=4000, help="images that name the cells behind the training")
    parser.add_argument("--tested", type=int, default=10000, help="held-out images to test with, at most")
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="one run each")
    parser.add_argument("-o", "--output", type=Path, help="picture (matplotlib)")
    parser.add_argument("--save", type=Path, help="weights, thresholds and courses (.npz)")
    own = parser.parse_args()
    if min(own.cells, own.images, own.labelled, own.tested) < 1:
        parser.error("--cells, --images, --labelled and --tested: expected numbers of 1 at least")
    runs = [one(own.data, own.cells, own.images, own.labelled, own.tested, seed) for seed in own.seed]
    right = [run["accuracy"] for run in runs]
    print(f"{own.cells} cells, {len(runs)} seeds: {np.mean(right):.1%} right, {min(right):.1%} to {max(right):.1%}")
    if own.save:
        np.savez_compressed(own.save, **{f"{key}_{run['seed']}": value for run in runs for key, value in run.items()})
    if own.output:
        picture(runs, own.output)


if __name__ == "__main__":
    main()
