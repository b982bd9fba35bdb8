"""Runs from Python are those of the command line."""

import copy
import json
import pickle
import signal
import threading
import time

import h5py
import neuropil as npl
import numpy as np
import pytest


def datasets(path):
    """All datasets of a file but what tells how it was made."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, own: found.update({name: own[()]}) if isinstance(own, h5py.Dataset) else None)
    return found


def assert_same(one, other):
    own, theirs = datasets(one), datasets(other)
    assert own.keys() == theirs.keys() and len(own) > 5
    for name, values in own.items():
        assert np.array_equal(values, theirs[name]), name


@pytest.mark.parametrize("precision", ["double", "single"])
def test_the_command_line_gives_the_same_datasets(network, command, tmp_path, precision):
    network.set("simulation.precision", precision)
    network.set("simulation.duration_ms", 200)
    network.set("record", {"states": [{"population": "exc", "variables": "v_m_mv", "cells": 3}], "weights": True})
    network.to_json(tmp_path / "network.json")
    command("run", "network.json", "-o", "command.h5", "--quiet", cwd=tmp_path)
    network.run(file=tmp_path / "python.h5", threads=2)
    assert_same(tmp_path / "python.h5", tmp_path / "command.h5")


def test_record_says_what_the_model_file_would(network, tmp_path):
    record = [npl.Spikes("exc"), npl.State(network["exc"][:3], ["v_m_mv", "i_syn_exc_pa"], every_ms=0.5)]
    rec = network.run(100, record=[*record, npl.Weights("from_exc")])
    assert list(rec.spikes) == ["exc"]
    state = rec.states[network["exc"], "v_m_mv"]
    assert state.values.shape == (200, 3) and state.times_ms[0] == 0.5 and list(state.cells) == [0, 1, 2]
    assert np.array_equal(state[10:20], state.values[10:20])
    assert rec.states["exc", "v_m"].frames == rec.states[0].frames
    sent = rec.weights["from_exc:exc->exc"]
    assert set(sent["weights"]) == {40.0} and set(sent["delays_ms"]) == {1.5} and len(sent["sources"]) > 100
    with pytest.raises(npl.InputError, match="no spikes of `inh`"):
        rec.spikes["inh"]


def test_rates_are_spikes_per_cell_and_second(network):
    rec = network.run(500)
    times, ids = rec.spikes["exc"]
    assert len(times) == len(ids) > 50 and np.all(np.diff(times) >= 0) and ids.max() < 80
    assert rec.rates_hz()["exc"] == pytest.approx(len(times) / 80 / 0.5)
    late = rec.rates_hz(250, 500)["exc"]
    assert late == pytest.approx(np.count_nonzero(times > 250) / 80 / 0.25)


def test_a_recording_lasts_as_long_as_it_is_held(network, tmp_path):
    rec = network.run(50)
    path = rec.path
    kept = rec.save(tmp_path / "kept.h5")
    other, copied = pickle.loads(pickle.dumps(rec)), copy.copy(rec)
    spikes = rec.spikes["exc"]
    for own in (kept, other, copied):
        assert np.array_equal(own.spikes["exc"][0], spikes[0])
    assert "50 ms" in repr(rec) and "<table>" in rec._repr_html_()
    rec.close()
    with pytest.raises(npl.StateError, match="is closed"):
        rec.spikes["exc"]
    assert "closed" in repr(rec)
    network.recording = None
    del rec, copied, own
    import gc
    import os

    gc.collect()
    assert not os.path.exists(path) and kept.network == npl.Network.from_json(json.loads(kept.provenance["model_json"]))


def test_pause_and_resume_give_the_same(network, tmp_path):
    network.run(300, file=tmp_path / "whole.h5", checkpoint_every_ms=100)
    part = network.run(200, file=tmp_path / "parts.h5", checkpoint_every_ms=100)
    rec = npl.resume(part, until_ms=300)
    whole = npl.Recording(tmp_path / "whole.h5")
    assert rec.duration_ms == 300.0
    for population in ("exc", "inh"):
        for one, other in zip(rec.spikes[population], whole.spikes[population], strict=True):
            assert np.array_equal(one, other)
    with pytest.raises(npl.InputError, match="has reached 300 ms already; until_ms asks for more"):
        npl.resume(rec)


def test_nothing_is_overwritten_unasked(network, tmp_path):
    network.run(10, file=tmp_path / "run.h5")
    with pytest.raises(npl.OutputError, match="force=True"):
        network.run(10, file=tmp_path / "run.h5")
    assert isinstance(npl.OutputError("x"), OSError)
    network.run(20, file=tmp_path / "run.h5", force=True)
    network.to_json(tmp_path / "net.json")
    with pytest.raises(npl.OutputError, match="is an input"):
        npl.Network.from_json(tmp_path / "net.json").run(10, file=tmp_path / "net.json", force=True)


def test_progress_reaches_the_end(network, capsys):
    told = []
    network.run(100, progress=lambda *own: told.append(own))
    assert told[-1][:2] == (100.0, 100.0) and told[-1][2] > 0
    network.run(100, progress=True)
    assert "100 of 100 ms" in capsys.readouterr().err


def test_a_callback_that_raises_ends_the_run_and_keeps_the_recording(network, tmp_path):
    def stop(reached_ms, until_ms, wall_s):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        network.run(1e6, file=tmp_path / "cut.h5", progress=stop)
    cut = npl.Recording(tmp_path / "cut.h5")
    assert 0 < cut.duration_ms < 1e6 and not cut.provenance["complete"]


def test_ctrl_c_keeps_the_recording_and_threads_of_python_run_on(network):
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.001)

    # A shell may have started this process with the signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    other = threading.Thread(target=count)
    other.start()
    threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt, match="recorded up to there"):
        network.run(1e7)
    stop.set()
    other.join()
    assert counted[0] > 20, "the interpreter lock was released"
    assert 0 < network.recording.duration_ms < 1e7 and len(network.recording.spikes["exc"][0]) > 0
    assert network.run(10).duration_ms == 10.0, "the network can be used again"


def test_many_threads_of_python_at_once(network):
    outcomes = []

    def run():
        rec = network.run(100, threads=1)
        outcomes.append(rec.spikes["exc"][0])

    workers = [threading.Thread(target=run) for _ in range(4)]
    for own in workers:
        own.start()
    for own in workers:
        own.join()
    assert len(outcomes) == 4 and all(np.array_equal(outcomes[0], own) for own in outcomes)


def test_one_recording_read_by_many_threads(network):
    rec = network.run(200)
    expected = rec.spikes["exc"][0]
    faults = []

    def read():
        for _ in range(20):
            if not np.array_equal(rec.spikes["exc"][0], expected):
                faults.append("differs")

    workers = [threading.Thread(target=read) for _ in range(4)]
    for own in workers:
        own.start()
    for own in workers:
        own.join()
    assert not faults


def test_pictures(network, tmp_path):
    rec = network.run(100, record=npl.State(network["exc"][:2], "v_m_mv"))
    picture = rec.plot(from_ms=20, width=800, height=600)
    assert picture.png().startswith(b"\x89PNG") and picture.svg().startswith("<svg") and "800 x 600" in repr(picture)
    page = rec.view()
    assert page.html().startswith("<!doctype html>") and page._repr_html_().startswith("<iframe srcdoc=")
    page.save(tmp_path / "run.html")
    assert (tmp_path / "run.html").read_text() == page.html()
    with pytest.raises(npl.OutputError, match="run.html"):
        page.save(tmp_path / "run.html")
    picture.save(tmp_path / "run.png")
    with pytest.raises(npl.OutputError):
        picture.save(tmp_path / "run.png")
    with pytest.raises(npl.InputError, match="png"):
        picture.save(tmp_path / "run.jpeg")
    with pytest.raises(npl.InputError, match="is empty"):
        rec.plot(from_ms=50, to_ms=20)


def test_pictures_are_called_as_what_they_show(network, tmp_path):
    rec = network.run(20)
    drawn = rec.plot().svg()
    assert "network, seed 7" in drawn and "recording.h5" not in drawn
    network._model["description"] = "Two populations. More words."
    assert "\nTwo populations\n" in network.run(20).plot().svg()
    assert "own title" in rec.plot(title="own title").svg()
    kept = network.run(20, file=tmp_path / "kept.h5")
    assert "kept.h5" in kept.plot().svg() and "own title" in npl.plot(kept.path, title="own title").svg()
    with pytest.raises(npl.InputError, match="field_max_nm"):
        rec.plot(field_max_nm=2)
    with pytest.raises(npl.InputError, match="field-max-nm|field_max_nm"):
        npl.plot(kept.path, field_max_nm=2)


def test_datasets_by_path(network):
    rec = network.run(50)
    assert "exc" in rec.names("/spikes")
    assert np.array_equal(rec.dataset("/spikes/exc/timestamps"), rec.spikes["exc"][0])
    with pytest.raises(npl.InputError, match="/spikes/sst"):
        rec.dataset("/spikes/sst/timestamps")


def test_the_network_of_a_recording_has_the_scale_of_its_run():
    net = npl.Network(dt_ms=0.1, seed=7)
    exc = net.population("exc", 80, npl.LifExp(), sign=1, mean_rate_hz=5)
    net.connect(exc, exc, npl.FixedInDegree(8), weight_pa=40, delay_ms=1.5)
    net.input(npl.PoissonInput(8, in_degree=500, weight_pa=60), to=exc)
    rec = net.run(50, scale=0.5)
    again = rec.network.run(50)
    assert again.populations["exc"]["size"] == 40 and again.provenance["scale"] == 0.5
    for own, other in zip(rec.spikes["exc"], again.spikes["exc"], strict=True):
        assert len(own) > 0 and np.array_equal(own, other)
    assert rec.network.changed("simulation.seed", 8).run(1).populations["exc"]["size"] == 40
    assert rec.network.run(1, scale=1).populations["exc"]["size"] == 80
