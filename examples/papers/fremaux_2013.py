"""Can spiking cells find a hidden platform by the error of their own prediction? [Fremaux2013]: place cells, a critic, an actor, in a closed loop.

    python3 examples/papers/fremaux_2013.py --seed 1 2 3 4 -o water_maze.png

An animal is put at a corner of a square pool, 16 m wide, and looks for a platform that it does not see. Place cells say where it is, the spikes
of the actor move it, and those of the critic predict the reward. In each window of 50 ms the program reads spikes, moves the animal, and tells the cells how
wrong the prediction was, as dopamine does. Learning is the rule models/synapses/td_ltp.nestml.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import neuropil as npl
import numpy as np

MODELS = Path(__file__).parents[2] / "models"
DT_MS, WINDOW_MS = 1.0, 50.0
#: The pool, m: half its width, the platform in its middle, where the animal is put; the place fields, m and Hz.
HALF_M, GOAL_M, STARTS_M = 8.0, 1.5, 6.5 * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])
FIELD_M, PLACE_HZ = 2.0, 200.0
PLACES_M = np.stack(np.meshgrid(*2 * [np.arange(-HALF_M, HALF_M + 1, FIELD_M)]), axis=-1).reshape(-1, 2)
#: A trial, s: at most so long, held at its start for so long, rested behind it for so long.
LONGEST_S, HELD_S, REST_S = 20.0, 0.4, 0.6
#: Reward at the platform, and for each bounce off a wall; over how long a reward comes, s.
REWARD, BOUNCE, REWARD_S = 100.0, -5.0, 0.2
#: What is forgotten of a reward in the future, s. The value is VALUE_HZ of the mean rate of the critic, from VALUE_0 on.
DISCOUNT_S, VALUE_HZ, VALUE_0 = 4.0, 2.0, -20.0
#: Filters of spikes, ms: of the critic, and of the actor; metres a second for each Hz of the mean rate of the actor.
CRITIC_MS, ACTOR_MS, SPEED_M = (200.0, 50.0), (50.0, 20.0), 0.8
#: Connections within the actor: of cells of near directions, of all others, and how near.
LATERAL_NEAR, LATERAL_FAR, LATERAL_WIDTH = 60.0, -180.0, 20.0
LEARNING_CRITIC, LEARNING_ACTOR = 0.1, 0.3


class Filter:
    """Rates of cells in Hz: their spikes behind (exp(-t/slow) - exp(-t/fast))/(slow - fast)."""

    def __init__(self, cells, times_ms):
        self.times_ms = np.array(times_ms)[:, None]
        self.traces = np.zeros((2, cells))

    def advance(self, times_ms, cells, end_ms):
        """The rates at the end of a window, in which cells fired at times."""
        self.traces *= np.exp(-WINDOW_MS / self.times_ms)
        for trace, tau_ms in zip(self.traces, self.times_ms[:, 0], strict=True):
            np.add.at(trace, cells, np.exp(-(end_ms - times_ms) / tau_ms))
        slow_ms, fast_ms = self.times_ms[:, 0]
        return 1000 * (self.traces[0] - self.traces[1]) / (slow_ms - fast_ms)


def place_rates_hz(place_m):
    """Rates of all place cells, Hz, where the animal is at (x, y), m."""
    return PLACE_HZ * np.exp(-((PLACES_M - place_m) ** 2).sum(axis=1) / (2 * FIELD_M**2))


class Animal:
    """The network in memory, and where the animal is. `sign` -1 turns what dopamine says into its opposite, 0 silences it."""

    def __init__(self, *, seed, critic=40, actor=60, sign=1.0):
        self.random, self.sign = np.random.default_rng([2013, seed]), sign
        self.directions = 2 * np.pi * np.arange(actor) / actor
        self.net = net = npl.Network(dt_ms=DT_MS, seed=seed)
        self.places = net.population("places", len(PLACES_M), npl.PoissonSource(0))
        clock = net.population("clock", 1, npl.RegularSource(period_ms=WINDOW_MS, first_ms=2 * DT_MS))
        self.cells = {}
        for name, cells, eta in (("critic", critic, LEARNING_CRITIC), ("actor", actor, LEARNING_ACTOR)):
            self.cells[name] = net.population(name, cells, npl.Cell(MODELS / "cells" / "srm0.nestml"))
            heard = {"pre_spikes": "pre", "post_spikes": "post", "clock": npl.SpikesOf(clock, delay_ms=DT_MS), "td_error": npl.PostVariable("td")}
            rule = npl.Synapse(MODELS / "synapses" / "td_ltp.nestml", eta=eta, tau_r_ms=1000 * DISCOUNT_S, ports=heard)
            weight = npl.Normal(0.5, 0.1, min=0, max=3)
            net.connect(self.places, self.cells[name], npl.AllToAll(), weight=weight, delay_ms=DT_MS, synapse=rule, name=name)
        self._lateral(actor)
        self.sim = net.build(threads=1)
        self.filters = {"critic": Filter(critic, CRITIC_MS), "actor": Filter(actor, ACTOR_MS)}

    def _lateral(self, actor):
        """Cells of near directions excite each other, and all inhibit all."""
        near = np.exp(LATERAL_WIDTH * np.cos(self.directions[:, None] - self.directions)) * ~np.eye(actor, dtype=bool)
        weights = LATERAL_NEAR * near / near.sum(axis=0) + LATERAL_FAR / actor
        targets, sources = np.nonzero(~np.eye(actor, dtype=bool))
        self.net.connect("actor", "actor", npl.Listed(sources, targets), weight=weights[targets, sources], delay_ms=DT_MS)

    def window(self, rates_hz, td_error):
        """Runs a window: the value at its end, the velocity (m/s), and the change of the value."""
        if rates_hz is not None:
            self.sim.rate("places", rates_hz, until_ms=self.sim.t_ms + WINDOW_MS)
        if td_error != 0:
            self.sim.inject([self.cells["critic"], self.cells["actor"]], self.sign * td_error, port="dopamine", until_ms=self.sim.t_ms + WINDOW_MS)
        self.sim.advance(WINDOW_MS)
        rates = {name: own.advance(*self.sim.spikes(name), self.sim.t_ms) for name, own in self.filters.items()}
        value = VALUE_HZ * rates["critic"].mean() + VALUE_0
        velocity = SPEED_M * np.array([(rates["actor"] * own(self.directions)).mean() for own in (np.cos, np.sin)])
        return value, velocity

    def trial(self, start_m):
        """Time to the platform, s (LONGEST_S where it was not found), and the way, (windows, 2) m."""
        place_m, way, error, value = np.array(start_m, float), [], 0.0, None
        held, windows = round(1000 * HELD_S / WINDOW_MS), round(1000 * LONGEST_S / WINDOW_MS)
        found = False
        for window in range(held + windows):
            before = value
            value, velocity = self.window(place_rates_hz(place_m), error)
            if window < held:
                continue
            error = (value - before) * 1000 / WINDOW_MS - (value + before) / 2 / DISCOUNT_S
            place_m = place_m + velocity * WINDOW_MS / 1000
            out = np.abs(place_m) > HALF_M
            if out.any():
                place_m = np.where(out, np.sign(place_m) * (2 * HALF_M - np.abs(place_m)), place_m)
                error += BOUNCE * 1000 / WINDOW_MS
            way.append(place_m)
            if np.hypot(*place_m) < GOAL_M:
                found = True
                break
        self._rest(value if found else None)
        return (len(way) * WINDOW_MS / 1000 if found else LONGEST_S), np.array(way)

    def _rest(self, value):
        """Behind the trial. The value of what comes is 0: it falls to that from `value`, while the reward comes."""
        for window in range(round(REST_S * 1000 / WINDOW_MS)):
            error = 0.0
            if value is not None:
                share = np.exp(-window * WINDOW_MS / 1000 / REWARD_S) / REWARD_S
                error = (REWARD - value) * share
            self.window(None, error)

    def learn(self, trials, tell=lambda *_: None):
        """Latencies, s, and ways."""
        latencies, ways = [], []
        for trial in range(trials):
            latency, way = self.trial(STARTS_M[self.random.integers(len(STARTS_M))])
            latencies.append(latency)
            ways.append(way)
            tell(trial + 1, latency)
        return np.array(latencies), ways

    def weights(self, name):
        """Those onto the cells of `name`."""
        return np.array(self.sim.weights(name))

    def maps(self, wait_ms=400.0, mean_ms=400.0):
        """The value and the velocity (m/s) at the centre of each place field, while nothing is learned: the animal is put there and held."""
        values, velocities = np.zeros(len(PLACES_M)), np.zeros((len(PLACES_M), 2))
        windows = round(mean_ms / WINDOW_MS)
        for spot, place_m in enumerate(PLACES_M):
            for _ in range(round(wait_ms / WINDOW_MS)):
                self.window(place_rates_hz(place_m), 0.0)
            for _ in range(windows):
                value, velocity = self.window(place_rates_hz(place_m), 0.0)
                values[spot] += value / windows
                velocities[spot] += velocity / windows
        return values, velocities


def one(seed, trials, sign):
    """All that came out of a seed."""
    animal, used = Animal(seed=seed, sign=sign), time.process_time()
    latencies_s, ways = animal.learn(trials)
    used = time.process_time() - used
    told = {"seed": seed, "sign": sign, "simulated_s": animal.sim.t_ms / 1000, "used_s": used}
    return told | {"latencies_s": latencies_s, "ways": ways[-4:], "maps": animal.maps()}


def all_of(jobs, processes):
    """What came out of each (seed, trials, sign), told as each ends."""
    begun, runs = time.monotonic(), []
    with ProcessPoolExecutor(processes) as pool:
        for ended in as_completed([pool.submit(one, *job) for job in jobs]):
            run = ended.result()
            runs.append(run)
            first, last = (np.median(some) for some in (run["latencies_s"][:5], run["latencies_s"][-5:]))
            print(
                f"seed {run['seed']}, {'learns' if run['sign'] else 'does not learn'}: medians of the first five trials {first:.1f} s, of the last "
                f"five {last:.1f} s; {run['simulated_s']:.0f} s simulated in {run['used_s']:.0f} s of processor time",
                flush=True,
            )
            left_s = (time.monotonic() - begun) * (len(jobs) - len(runs)) / len(runs)
            sys.stderr.write(f"{len(runs)} of {len(jobs)} runs, about {left_s:.0f} s left\n")
    return sorted(runs, key=lambda run: run["seed"])


def told(name, latencies_s):
    """Quartiles over seeds of the mean latency of five trials."""
    for first in range(0, latencies_s.shape[1] - 4, 5):
        low, middle, high = np.percentile(latencies_s[:, first : first + 5].mean(axis=1), [25, 50, 75])
        print(f"{name}, trials {first + 1} to {first + 5}: {middle:.1f} s ({low:.1f} to {high:.1f})")


def picture(runs, controls, file):
    """Latencies of all seeds; the value, the policy and ways of the first one."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (course, value, policy) = pyplot.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    for name, own, colour in (("learns", runs, "C0"), ("the error is silenced", controls, "0.6")):
        if own:
            low, middle, high = np.percentile([run["latencies_s"] for run in own], [25, 50, 75], axis=0)
            trials = 1 + np.arange(len(middle))
            course.fill_between(trials, low, high, color=colour, alpha=0.3, linewidth=0)
            course.plot(trials, middle, color=colour, label=f"{name}, {len(own)} seeds")
    course.set(xlabel="trial", ylabel="time to the platform (s)", ylim=(0, LONGEST_S * 1.02), title="median and quartiles")
    course.spines[["top", "right"]].set_visible(False)
    course.legend(frameon=False)
    values, velocities = runs[0]["maps"]
    side = int(np.sqrt(len(PLACES_M)))
    edge = HALF_M + FIELD_M / 2
    shown = value.imshow(values.reshape(side, side), origin="lower", extent=(-edge, edge, -edge, edge), cmap="viridis")
    figure.colorbar(shown, ax=value, shrink=0.8)
    policy.quiver(*PLACES_M.T, *velocities.T, angles="xy", color="0.4")
    for trial, way in enumerate(runs[0]["ways"]):
        policy.plot(*way.T, linewidth=1.2, label=f"trial {len(runs[0]['latencies_s']) - 3 + trial}")
    for axes, title in ((value, "what the critic expects"), (policy, "where the actor goes; the last four ways")):
        axes.add_patch(pyplot.Circle((0, 0), GOAL_M, fill=False, color="C3", linewidth=1.5))
        axes.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal", xlabel="m", title=title)
    policy.legend(frameon=False, fontsize=8, ncols=2, loc="upper center")
    figure.savefig(file, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=30, help="trials of each seed")
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="an animal each")
    parser.add_argument("--control", type=int, nargs="*", default=[], help="seeds of animals for which the error is silenced")
    parser.add_argument("--processes", type=int, default=1, help="seeds that run at once")
    parser.add_argument("-o", "--output", type=Path, help="picture (matplotlib)")
    own = parser.parse_args()
    if own.trials < 10 or own.processes < 1 or min(own.seed + own.control) < 0:
        parser.error("--trials: expected 10 at least; --processes: expected 1 at least; --seed and --control: expected numbers of 0 at least")
    both = all_of([(seed, own.trials, 1.0) for seed in own.seed] + [(seed, own.trials, 0.0) for seed in own.control], own.processes)
    runs, controls = ([run for run in both if bool(run["sign"]) == learns] for learns in (True, False))
    for name, some in (("learns", runs), ("does not learn", controls)):
        if some:
            told(name, np.array([run["latencies_s"] for run in some]))
    if own.output:
        picture(runs, controls, own.output)


if __name__ == "__main__":
    main()
