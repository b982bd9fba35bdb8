"""Recordings as objects of pynapple, SpikeInterface and xarray, read back with these libraries."""

import sys

import neuropil as npl
import numpy as np
import pytest
from conftest import MODELS, ROOT


@pytest.fixture(scope="module")
def recording():
    """Spikes, of some cells of one population; states of two kinds; a slice and a whole field, weights."""
    net = npl.Network(dt_ms=0.1, seed=5)
    places = npl.Box([80, 60, 40], origin_um=[-40, -30, 10])
    pyr = net.population("pyr", 30, npl.LifExp(), cell_type="Pyr_L23", sign=1, positions=places)
    sst = net.population("sst", 20, npl.LifExp(), cell_type="Sst", sign=-1, positions=places)
    net.connect(pyr, sst, npl.FixedProbability(0.2), weight_pa=30, delay_ms=1.5, name="to/sst")
    net.input(npl.PoissonInput(20, in_degree=500, weight_pa=25), to=[pyr, sst])
    peptides = MODELS / "peptides" / "cortex.json"
    net.population("source", 5, npl.PoissonSource(60))
    net.peptides(peptides, shape_voxels=[8, 6, 4], spacing_um=[10, 10, 10], origin_um=[-40, -30, 10], step_ms=10)
    return net.run(
        100,
        record=[
            npl.Spikes(pyr[5:15], sst, "source"),
            npl.State(pyr[:3], "v_m_mv", every_ms=0.5),
            npl.State(sst[:2], "concentration_nm.SST-14", every_ms=10),
            npl.Field("SST-14", every_ms=20),
            npl.Field("SST-14", slice=("y", 0), every_ms=50),
            npl.Released(50),
            npl.Weights(),
        ],
    )


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    """Units of an NWB session, of which number 1 was not observed from 4 s to 6 s."""
    path = tmp_path_factory.mktemp("units") / "units.h5"
    npl.command("import", ROOT / "tests" / "data" / "nwb" / "session.nwb", output=path)
    return npl.Recording(path)


def expected(recording):
    """(population, cell, times in ms) of each cell that was recorded, found anew from the arrays."""
    for name, cells in (("pyr", range(5, 15)), ("sst", range(20)), ("source", range(5))):
        times_ms, ids = recording.spikes[name]
        for cell in cells:
            yield name, cell, times_ms[ids == cell]


def test_pynapple(recording):
    nap = pytest.importorskip("pynapple")
    told = recording.to_pynapple()
    assert set(told) == {"units", "pyr/v_m_mv", "sst/concentration_nm.SST-14"}
    units = told["units"]
    assert isinstance(units, nap.TsGroup) and len(units) == 35
    assert units.time_support.start[0] == 0 and units.time_support.end[0] == pytest.approx(0.1)
    places = recording.populations["sst"]["positions_um"]
    for place, (name, cell, times_ms) in enumerate(expected(recording)):
        assert (units["population"][place], units["node_id"][place]) == (name, cell)
        assert np.allclose(units[place].t, times_ms * 1e-3, rtol=0, atol=1e-9) and len(units[place]) == len(times_ms)
        place_um = [units[f"{axis}_um"][place] for axis in "xyz"]
        assert place_um == list(places[cell]) if name == "sst" else name == "pyr" or np.isnan(place_um).all()
    counts = recording.statistics()
    rates = units.get_info("rate").groupby(units["population"]).mean()
    for own in counts:
        assert rates[own["name"]] == pytest.approx(own["rate_hz"])
    sst = units[units["cell_type"] == "Sst"]
    assert len(sst) == 20
    trace = told["pyr/v_m_mv"]
    assert trace.shape == (200, 3) and list(trace.columns) == [0, 1, 2]
    assert np.allclose(trace.t, recording.states["pyr", "v_m"].times_ms * 1e-3, rtol=0, atol=1e-9)
    assert np.array_equal(trace.values, recording.states["pyr", "v_m"].values)


def test_gaps_are_told(units):
    pytest.importorskip("pynapple")
    with pytest.warns(npl.NeuropilWarning, match="observed_s"):
        group = units.to_pynapple()["units"]
    assert list(group["observed_s"]) == [10, 8, 10, 10, 10, 10] and group.time_support.tot_length() == 10
    rate_hz = len(group[1]) / group["observed_s"][1]
    times_ms, ids = units.spikes["units"]
    assert rate_hz == np.sum(ids == 1) / 8 and group["rate"][1] == pytest.approx(np.sum(ids == 1) / 10)


def test_spikeinterface(recording, units):
    pytest.importorskip("spikeinterface")
    sorting = recording.to_spikeinterface()
    assert sorting.get_sampling_frequency() == 10_000 and sorting.get_num_segments() == 1
    cells = list(expected(recording))
    assert list(sorting.unit_ids) == [f"{name}/{cell}" for name, cell, _ in cells]
    for name, cell, times_ms in cells:
        samples = sorting.get_unit_spike_train(f"{name}/{cell}")
        # A step is a sample.
        assert np.array_equal(samples, np.round(times_ms / 0.1))
    assert list(sorting.get_property("population")) == [name for name, _, _ in cells]
    assert list(sorting.get_property("node_id")) == [cell for _, cell, _ in cells]
    coarse = recording.to_spikeinterface(sampling_frequency_hz=1000)
    name, cell, times_ms = max(cells, key=lambda own: len(own[2]))
    assert np.all(np.abs(coarse.get_unit_spike_train(f"{name}/{cell}") - times_ms) <= 0.5 + 1e-9)

    traces = recording.states["pyr", "v_m"].to_spikeinterface()
    assert traces.get_sampling_frequency() == 2000 and list(traces.channel_ids) == [0, 1, 2]
    assert np.array_equal(traces.get_traces(), recording.states[0].values)
    assert traces.get_times()[0] == pytest.approx(0.5e-3) and set(traces.get_property("unit")) == {"mV"}

    with pytest.raises(npl.InputError, match="no time step; expected a number of Hz"):
        units.to_spikeinterface()
    for wrong in (0, -1, float("nan"), "1000"):
        with pytest.raises(npl.InputError, match="sampling_frequency_hz"):
            units.to_spikeinterface(wrong)
    # Once samples were negative: there is no such whole number.
    for wrong in (1e17, 1e300):
        with pytest.raises(npl.InputError, match=r"sampling_frequency_hz: found 1e.*, expected a number below 9.0072e\+16"):
            recording.to_spikeinterface(wrong)
    with pytest.warns(npl.NeuropilWarning, match="not observed throughout"):
        theirs = units.to_spikeinterface(30_000)
    assert theirs.get_unit_spike_train("units/1").tolist() == [round(own * 30) for own in expected_times(units, 1)]


def expected_times(units, cell):
    times_ms, ids = units.spikes["units"]
    return times_ms[ids == cell]


def test_xarray(recording):
    xarray = pytest.importorskip("xarray")
    tree = recording.to_xarray()
    assert isinstance(tree, xarray.DataTree)
    assert tree.attrs["seed"] == 5 and tree.attrs["dt_ms"] == 0.1 and tree.attrs["duration_ms"] == 100
    times_ms, cells = recording.spikes["sst"]
    assert np.array_equal(tree["spikes/sst/time_ms"], times_ms) and np.array_equal(tree["spikes/sst/node_id"], cells)
    assert "pyr" in tree["spikes"] and tree["spikes/pyr/time_ms"].attrs["units"] == "ms"
    population = tree["populations/pyr"]
    assert population.attrs["cell_type"] == "Pyr_L23" and population["spikes_are_recorded"].values.nonzero()[0].tolist() == list(range(5, 15))
    assert population["x_um"].sel(node_id=7) == recording.populations["pyr"]["positions_um"][7][0]

    v_m = tree["states/pyr/v_m"]["v_m"]
    assert v_m.dims == ("time_ms", "node_id") and v_m.attrs["units"] == "mV"
    assert v_m.sel(time_ms=10.0, node_id=2) == recording.states["pyr", "v_m"].values[19, 2]
    weights = tree["weights/to_sst"]
    assert weights.attrs["projection"] == "to/sst" and weights["weight"].attrs["units"] == "pA"
    assert np.array_equal(weights["source_node_id"], recording.weights["to/sst"]["sources"])


def test_fields_of_xarray_have_their_places(recording):
    pytest.importorskip("xarray")
    fields = recording.to_xarray()["fields"]
    whole, plane, released = fields["field.SST-14"]["field"], fields["slice.SST-14"]["slice"], fields["released"]["released"]
    assert whole.dims == ("time_ms", "x_um", "y_um", "z_um") and whole.shape == (5, 8, 6, 4)
    assert whole.attrs["units"] == "nM" and list(whole["time_ms"]) == [20, 40, 60, 80, 100]
    assert whole["x_um"].values.tolist() == [-35, -25, -15, -5, 5, 15, 25, 35] and whole["z_um"].values.tolist() == [15, 25, 35, 45]
    # A slice is a plane of the whole, at the same time.
    assert plane.dims == ("time_ms", "x_um", "z_um") and float(plane["y_um"]) == 5
    at = {"time_ms": 100.0}
    assert np.array_equal(plane.sel(at), whole.sel(at).sel(y_um=plane["y_um"])) and float(whole.max()) > 0
    # What a cell meets is interpolated between the centres of voxels: axes, their order and their places are right.
    pytest.importorskip("scipy")
    cell = recording.populations["sst"]["positions_um"][1]
    there = whole.sel(at).interp({f"{axis}_um": float(place) for axis, place in zip("xyz", cell, strict=True)})
    assert recording.states["sst", "concentration.SST-14"].values[-1, 1] == pytest.approx(float(there), rel=1e-12)
    assert released.dims == ("time_ms", "cell_type", "species")
    assert float(released.sel(time_ms=100, cell_type="Sst", species="SST-14")) > 0


@pytest.mark.parametrize(
    ("module", "act"),
    [
        ("pynapple", lambda own: own.to_pynapple()),
        ("spikeinterface.core", lambda own: own.to_spikeinterface()),
        ("spikeinterface.core", lambda own: own.states[0].to_spikeinterface()),
        ("xarray", lambda own: own.to_xarray()),
        ("xarray", lambda own: own.fields[0].to_xarray()),
    ],
)
def test_what_is_missing_is_told(monkeypatch, recording, module, act):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install neuropil\[{module.partition('.')[0]}\]"):
        act(recording)
