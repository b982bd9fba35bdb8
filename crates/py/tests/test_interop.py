"""What others read, and what is read of others; skipped where the other package is not installed."""

from datetime import datetime, timezone

import neuropil as npl
import numpy as np
import pytest


@pytest.fixture
def recording(network):
    return network.run(200, record=npl.State(network["exc"][:3], "v_m_mv", every_ms=0.5))


def test_h5py_in_the_same_process(recording, network, tmp_path):
    h5py = pytest.importorskip("h5py")
    kept = recording.save(tmp_path / "run.h5")
    with h5py.File(kept.path) as file:
        times = file["spikes/exc/timestamps"][()]
        # Both libraries at once, each with files open.
        network.run(50, file=tmp_path / "other.h5")
        assert np.array_equal(times, recording.spikes["exc"][0])
        assert np.array_equal(file["spikes/exc/node_ids"][()], recording.spikes["exc"][1])
    with h5py.File(tmp_path / "theirs.h5", "w") as file:
        file["spikes/theirs/timestamps"] = [1.0, 2.5]
        file["spikes/theirs/node_ids"] = [3, 0]
    theirs = npl.Recording(tmp_path / "theirs.h5")
    assert list(theirs.spikes["theirs"][1]) == [3, 0] and theirs.provenance is None and theirs.duration_ms == 2.5


def test_libsonata(recording):
    libsonata = pytest.importorskip("libsonata")
    spikes = libsonata.SpikeReader(recording.path)["exc"].get_dict()
    assert np.array_equal(spikes["timestamps"], recording.spikes["exc"][0])
    assert np.array_equal(spikes["node_ids"], recording.spikes["exc"][1])


def test_pandas(recording):
    pytest.importorskip("pandas")
    frame = recording.to_pandas()
    assert list(frame.columns) == ["time_ms", "node_id", "population"]
    counts = frame.groupby("population", observed=True).size()
    assert counts["exc"] == len(recording.spikes["exc"][0]) and counts.sum() == len(frame)
    states = recording.states[0].to_pandas()
    assert states.shape == (400, 3) and states.index[0] == 0.5


def test_neo(recording):
    pytest.importorskip("neo")
    segment = recording.to_neo().segments[0]
    assert len(segment.spiketrains) == 100
    times, ids = recording.spikes["exc"]
    for cell in (0, 7):
        train = segment.spiketrains[cell]
        assert (
            np.array_equal(np.asarray(train.magnitude), times[ids == cell]) and str(train.units.dimensionality) == "ms"
        )
    signal = segment.analogsignals[0]
    assert signal.shape == (400, 3) and float(signal.sampling_period) == 0.5


def test_nwb_there_and_back(recording, tmp_path):
    pytest.importorskip("pynwb")
    path = tmp_path / "run.nwb"
    start = datetime(2024, 1, 1, tzinfo=timezone.utc)
    recording.to_nwb(path, session_start_time=start)
    trains = npl.spike_trains(str(path), "population == 'exc'")
    times, ids = recording.spikes["exc"]
    assert len(trains["unit_ids"]) == 80
    assert np.allclose(trains["times_ms"], times, rtol=0, atol=1e-9) and np.array_equal(trains["units"], ids)
    with pytest.raises(npl.OutputError, match="force=True"):
        recording.to_nwb(path, session_start_time=start)


def test_what_is_missing_is_told(monkeypatch, recording):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install neuropil\[pandas\]"):
        recording.to_pandas()
