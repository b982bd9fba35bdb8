"""What a run of a peer hands back."""

import numpy as np


def figures(network, senders, times_ms, window_ms):
    """Spikes by population in (from, to] of `window_ms`: rates, and those of its last tenth.

    `senders` are numbered through all populations, from 0.
    """
    begin, end = window_ms
    half_step = network.dt_ms / 2
    inside = (times_ms > begin + half_step) & (times_ms < end + half_step)
    late = times_ms > end - 0.1 * (end - begin)
    rates, last_rates = {}, {}
    for population, first in zip(network.populations, network.first_ids()):
        own = inside & (senders >= first) & (senders < first + population.cells)
        rates[population.name] = float(np.sum(own) / population.cells / ((end - begin) * 1e-3))
        last_rates[population.name] = float(np.sum(own & late) / population.cells / ((end - begin) * 1e-4))
    return {"spikes": int(np.sum(inside)), "rates_hz": rates, "last_tenth_hz": last_rates}


def write(path, network, senders, times_ms, window_ms):
    """The trains of the window, by population, for `statistics.py`."""
    begin, end = window_ms
    inside = (times_ms > begin + network.dt_ms / 2) & (times_ms < end + network.dt_ms / 2)
    arrays = {}
    for population, first in zip(network.populations, network.first_ids()):
        own = inside & (senders >= first) & (senders < first + population.cells)
        arrays[f"{population.name}.cells"] = np.array(population.cells)
        arrays[f"{population.name}.senders"] = (senders[own] - first).astype(np.int64)
        arrays[f"{population.name}.times_ms"] = times_ms[own] - begin
    np.savez(path, **arrays)
