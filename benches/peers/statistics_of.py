"""Statistics of the spike trains of one run: rates, CV of intervals, correlations of pairs, by population."""

import h5py
import numpy as np

# As in Potjans & Diesmann 2014 and van Albada et al. 2018: correlations of counts in bins of 2 ms, of a sample of cells.
BIN_MS = 2.0
SAMPLED = 200
# Fewer intervals of a cell say nothing about its CV.
LEAST_SPIKES = 5


def read_peer(path):
    """{population: (cells, senders, times_ms)} of what `spikes.write` wrote."""
    with np.load(path) as file:
        names = [name.removesuffix(".cells") for name in file.files if name.endswith(".cells")]
        return {name: (int(file[f"{name}.cells"]), file[f"{name}.senders"], file[f"{name}.times_ms"]) for name in names}


def read_recording(path, network, window_ms):
    """The same of a recording of neuropil."""
    begin, end = window_ms
    trains = {}
    with h5py.File(path) as file:
        for population in network.populations:
            group = file[f"spikes/{population.name}"]
            times, senders = group["timestamps"][:], group["node_ids"][:].astype(np.int64)
            inside = (times > begin + network.dt_ms / 2) & (times < end + network.dt_ms / 2)
            trains[population.name] = (population.cells, senders[inside], times[inside] - begin)
    return trains


def quantities(trains, duration_ms):
    """{"population: quantity": number} of a run."""
    found = {}
    for name, (cells, senders, times) in trains.items():
        found[f"{name}: rate, Hz"] = len(times) / cells / (duration_ms * 1e-3)
        found[f"{name}: CV"] = mean_cv(senders, times)
        mean, deviation = correlations(cells, senders, times, duration_ms)
        found[f"{name}: correlation, mean"] = mean
        found[f"{name}: correlation, SD"] = deviation
    return found


def mean_cv(senders, times):
    """The mean coefficient of variation of the cells with enough spikes."""
    order = np.lexsort((times, senders))
    senders, times = senders[order], times[order]
    starts = np.flatnonzero(np.diff(senders, prepend=-1))
    cvs = []
    for own in np.split(times, starts[1:]):
        if len(own) >= LEAST_SPIKES:
            intervals = np.diff(own)
            cvs.append(intervals.std() / intervals.mean())
    return float(np.mean(cvs)) if cvs else float("nan")


def correlations(cells, senders, times, duration_ms):
    """Mean and standard deviation of Pearson's coefficients among the first cells that fire."""
    active = np.unique(senders)[:SAMPLED]
    place = np.full(cells, -1)
    place[active] = np.arange(len(active))
    own = place[senders] >= 0
    bins = int(duration_ms // BIN_MS)
    counts = np.zeros((len(active), bins))
    at = np.minimum((np.maximum(times[own] - 1e-6, 0) // BIN_MS).astype(int), bins - 1)
    np.add.at(counts, (place[senders[own]], at), 1)
    pairs = np.corrcoef(counts)[np.triu_indices(len(active), 1)]
    return float(pairs.mean()), float(pairs.std())
