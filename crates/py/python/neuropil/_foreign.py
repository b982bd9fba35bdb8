"""Recordings as objects of other packages: Neo, NWB, pynapple, SpikeInterface, xarray."""

import math
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._numbers import finite
from ._run import check_output
from ._tables import needs
from .errors import InputError, warn

if TYPE_CHECKING:
    from ._network import PathLike
    from ._recording import Recording


#: Samples that floating-point numbers tell apart.
_MOST_SAMPLES = 2**53

#: A spike as SpikeInterface has it.
_SPIKE = [("sample_index", "int64"), ("unit_index", "int64"), ("segment_index", "int64")]


def neo_block(recording: "Recording") -> Any:
    """A neo.Block with one segment."""
    neo, quantities = needs("neo", "neo"), needs("quantities", "neo")
    segment = neo.Segment(name=Path(recording.path).name)
    segment.spiketrains.extend(recording.spikes.to_neo())
    for state in recording.states.values():
        own = neo.AnalogSignal(
            state.values,
            units=state.unit or "dimensionless",
            t_start=state.start_ms * quantities.ms,
            sampling_period=state.every_ms * quantities.ms,
            name=f"{state.population}/{state.variable}",
            array_annotations={"node_id": np.asarray(state.cells)},
        )
        segment.analogsignals.append(own)
    block = neo.Block(name=Path(recording.path).name)
    block.segments.append(segment)
    return block


def write_nwb(recording: "Recording", path: "PathLike", started: Any, force: bool, session: dict[str, Any]) -> None:
    """An NWB session with a unit for each cell."""
    pynwb = needs("pynwb", "nwb")
    told = {"session_description": "a simulation", "identifier": Path(recording.path).name, **session}
    file = pynwb.NWBFile(session_start_time=started, **told)
    file.add_unit_column("population", "the population of the cell")
    file.add_unit_column("node_id", "the index of the cell in its population")
    trains = list(recording.spikes.trains())
    for (name, cell, times), stretches in zip(trains, _observed(recording, trains), strict=True):
        observed = [[at_ms * 1e-3 for at_ms in stretch] for stretch in stretches]
        file.add_unit(spike_times=times * 1e-3, obs_intervals=observed, population=name, node_id=cell)
    check_output(path, force)
    with tempfile.TemporaryDirectory(prefix="neuropil-") as folder:
        made = os.path.join(folder, "session.nwb")
        with pynwb.NWBHDF5IO(made, "w") as writer:
            writer.write(file)
        _core.copy_hdf5(made, os.fspath(path), force)


def pynapple_objects(recording: "Recording") -> dict[str, Any]:
    """A TsGroup of all cells, and a TsdFrame for each state."""
    nap = needs("pynapple", "pynapple")
    trains = list(recording.spikes.trains())
    stretches = _observed(recording, trains)
    support = _support(nap, recording, stretches)
    metadata = _properties(recording, [(name, cell) for name, cell, _ in trains])
    if any(own != stretches[0] for own in stretches):
        metadata["observed_s"] = np.array([sum(to - since for since, to in own) * 1e-3 for own in stretches])
        warn(["cells were not observed at the same times: `rate` of pynapple is over all of them; spikes / `observed_s` is the rate"])
    units = {place: nap.Ts(times * 1e-3, time_support=support) for place, (_, _, times) in enumerate(trains)}
    told = {"units": nap.TsGroup(units, time_support=support, metadata=metadata if trains else None)}
    for state in recording.states.values():
        frame = nap.TsdFrame(t=state.times_ms * 1e-3, d=state.values, columns=np.asarray(state.cells))
        told[free(f"{state.population}/{state.spelled}", told)] = frame
    return told


def _support(nap: Any, recording: "Recording", stretches: list[Any]) -> Any:
    """When any cell was observed, in s."""
    joined: list[list[float]] = []
    for since, to in sorted({tuple(own) for each in stretches for own in each}) or [(0.0, recording.duration_ms)]:
        if joined and since <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], to)
        else:
            joined.append([since, to])
    return nap.IntervalSet([since * 1e-3 for since, _ in joined], [to * 1e-3 for _, to in joined])


def spikeinterface_sorting(recording: "Recording", sampling_frequency_hz: float | None) -> Any:
    """A NumpySorting of all cells."""
    core = needs("spikeinterface.core", "spikeinterface")
    rate_hz = _sampling_hz(recording, sampling_frequency_hz)
    trains = list(recording.spikes.trains())
    if any(own != [[0.0, recording.duration_ms]] for own in _observed(recording, trains)):
        warn(["cells were not observed throughout, which a Sorting cannot say: rates over the whole time are too low"])
    spikes = np.zeros(sum(len(times) for _, _, times in trains), dtype=_SPIKE)
    if trains:
        times_ms = np.concatenate([times for _, _, times in trains])
        # A step of n dt is sample n, whatever rounding the product has.
        spikes["sample_index"] = np.rint(times_ms * (rate_hz * 1e-3)).astype(np.int64)
        spikes["unit_index"] = np.repeat(np.arange(len(trains)), [len(times) for _, _, times in trains])
        spikes = spikes[np.argsort(spikes["sample_index"], kind="stable")]
    sorting = core.NumpySorting(spikes, rate_hz, [f"{name}/{cell}" for name, cell, _ in trains])
    for key, values in _properties(recording, [(name, cell) for name, cell, _ in trains]).items():
        sorting.set_property(key, values)
    return sorting


def _sampling_hz(recording: "Recording", asked: float | None) -> float:
    finite("sampling_frequency_hz", asked)
    if asked is not None:
        if asked <= 0:
            raise InputError(f"sampling_frequency_hz: found {asked}, expected a number above 0")
        if float(asked) * recording.duration_ms * 1e-3 >= _MOST_SAMPLES:
            most_hz = _MOST_SAMPLES / (recording.duration_ms * 1e-3)
            raise InputError(f"sampling_frequency_hz: found {asked}, expected a number below {most_hz:g}, so that each sample has a number of its own")
        return float(asked)
    how = recording.provenance
    if how is None:
        raise InputError(
            f"sampling_frequency_hz: `{recording.path}` has no time step; expected a number of Hz, such as 30000"
        )
    return 1e3 / float(how["dt_ms"])


def xarray_tree(recording: "Recording") -> Any:
    """A DataTree of all that was recorded."""
    xarray = needs("xarray", "xarray")
    if not hasattr(xarray, "DataTree"):
        raise ImportError(f"xarray {xarray.__version__} has no DataTree: pip install 'neuropil[xarray]' brings a later one")
    how = recording.provenance or {}
    kept = ("seed", "dt_ms", "scale", "precision", "neuropil_version", "model_path", "command")
    about = {"duration_ms": recording.duration_ms, **{name: how[name] for name in kept if name in how}}
    tree: dict[str, Any] = {"/": xarray.Dataset(attrs=about)}
    for name, own in recording.populations.items():
        tree[f"/populations/{name}"] = _population_set(xarray, own)
    for name, (times_ms, cells) in recording.spikes.items():
        tree[f"/spikes/{name}"] = xarray.Dataset(
            {"time_ms": ("spike", times_ms, {"units": "ms"}), "node_id": ("spike", cells)}
        )
    for state in recording.states.values():
        tree[free(f"/states/{state.population}/{state.variable}", tree)] = state.to_xarray().to_dataset()
    for name, field in recording.fields.items():
        tree[f"/fields/{name}"] = field.to_xarray().to_dataset()
    for name, own in recording.weights.items():
        # A path has a `/` between names.
        tree[free(f"/weights/{name.replace('/', '_')}", tree)] = _synapse_set(xarray, name, own)
    if recording.learning:
        tree["/learning"] = _learning_set(xarray, recording.learning)
    return xarray.DataTree.from_dict(tree)


def _population_set(xarray: Any, own: dict[str, Any]) -> Any:
    """The cells of a population."""
    data = {}
    if own["positions_um"] is not None:
        for axis, values in zip("xyz", np.asarray(own["positions_um"]).T, strict=True):
            data[f"{axis}_um"] = ("node_id", values, {"units": "um"})
    size = own["size"] or 0
    if own["recorded_cells"] is not None:
        data["spikes_are_recorded"] = ("node_id", np.isin(np.arange(size), np.asarray(own["recorded_cells"])), {})
    told = {name: own[name] for name in ("size", "first_id", "model", "cell_type", "sign") if own[name] is not None}
    return xarray.Dataset(data, coords={"node_id": np.arange(size, dtype=np.uint64)}, attrs=told)


def _synapse_set(xarray: Any, name: str, own: dict[str, Any]) -> Any:
    """The synapses of a projection."""
    data = {
        "source_node_id": ("synapse", own["sources"]),
        "target_node_id": ("synapse", own["targets"]),
        "weight": ("synapse", own["weights"], {"units": own["unit"]}),
        "delay_ms": ("synapse", own["delays_ms"], {"units": "ms"}),
    }
    if "initial_weights" in own:
        data["initial_weight"] = ("synapse", own["initial_weights"], {"units": own["unit"]})
    told = {"projection": name, "source_population": own["source"], "target_population": own["target"]}
    if "time_ms" in own:
        told["time_ms"] = own["time_ms"]
    return xarray.Dataset(data, attrs=told)


def _learning_set(xarray: Any, learning: dict[str, Any]) -> Any:
    """Readouts and losses over time: y_time_ms and loss_time_ms are the coordinates of y and loss."""
    coordinates = {name: (name, own, {"units": "ms"}) for name, own in learning.items() if name.endswith("_time_ms")}
    data = {}
    for name, own in learning.items():
        if name not in coordinates:
            along = f"{name}_time_ms" if f"{name}_time_ms" in coordinates else f"{name}_entry"
            others = ["readout"] if name == "y" else [f"{name}_axis_{place}" for place in range(1, own.ndim)]
            data[name] = ([along, *others], own)
    return xarray.Dataset(data, coords=coordinates)


def _observed(recording: "Recording", trains: list[Any]) -> list[list[list[float]]]:
    """Of each train of spikes the stretches of time in which its cell was observed, in ms."""
    whole, seen = [[0.0, recording.duration_ms]], {name: recording._core.observed_ms(name) for name in recording.spikes}
    return [whole if (own := seen[name]) is None else [list(each) for each in own[cell]] for name, cell, _ in trains]


def _properties(recording: "Recording", cells: list[tuple[str, int]]) -> dict[str, Any]:
    """Of each cell its population, number, type, and place where any cell has one."""
    known = recording.populations
    told: dict[str, Any] = {
        "population": np.array([name for name, _ in cells], dtype=str),
        "node_id": np.array([cell for _, cell in cells], dtype=np.int64),
        "cell_type": np.array([known[name]["cell_type"] for name, _ in cells], dtype=str),
    }
    if any(own["positions_um"] is not None for own in known.values()):
        nowhere = [math.nan] * 3
        places = [nowhere if (own := known[name]["positions_um"]) is None else own[cell] for name, cell in cells]
        for axis, values in zip("xyz", np.reshape(np.array(places, dtype=float), (-1, 3)).T, strict=True):
            told[f"{axis}_um"] = values
    return told


def free(name: str, taken: Any) -> str:
    """The name, or the first of `name.2`, `name.3`, ... that is not taken."""
    numbered, number = name, 2
    while numbered in taken:
        numbered, number = f"{name}.{number}", number + 1
    return numbered
