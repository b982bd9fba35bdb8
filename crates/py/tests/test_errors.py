"""Wrong input is an exception that says what to do; nothing crashes."""

import pickle
import subprocess
import sys

import neuropil as npl
import numpy as np
import pytest


def test_all_faults_of_a_network_at_once_with_their_places(network):
    network.set("populations.exc.tau_m", 20)
    network.set("projections.0.probability", 10)
    with pytest.raises(npl.InputError, match="did you mean `tau_m_ms`") as caught:
        network.run(10)
    paths = [fault[0] for fault in caught.value.faults]
    assert paths == ["populations.exc.tau_m", "projections.0.probability"]
    assert all(fault[1] is not None and fault[2] is not None for fault in caught.value.faults)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, npl.NeuropilError)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (npl.LifExp(tau_m_ms=-1), "populations.exc.tau_m_ms: tau_m_ms = -1 ms, must be > 0"),
        (npl.LifExp(tau_m_ms=[1.0, 2.0]), "populations.exc.tau_m_ms: .*2"),
        (npl.LifExp(tau_m_ms="ten"), "populations.exc.tau_m_ms"),
        ({"model": "lif_expo"}, "did you mean `lif_exp`"),
    ],
)
def test_wrong_values_are_named(model, message):
    net = npl.Network()
    net.population("exc", 10, model)
    with pytest.raises(npl.InputError, match=message):
        net.check()


@pytest.mark.parametrize("value", [np.nan, np.inf, object(), {1j}])
def test_values_that_no_file_holds(value):
    with pytest.raises(npl.InputError, match="expected"):
        npl.Network().population("exc", 10, npl.LifExp(tau_m_ms=value))


def test_wrong_use_of_the_methods(network):
    cases = [
        (lambda: network.population("exc", 10, npl.LifExp()), "there is a population `exc` already"),
        (lambda: network.connect("exc", "inh", npl.AllToAll(), weight_ms=1.0), "no argument `weight_ms`; did you mean `weight_mv`"),
        (lambda: network.connect(3, "inh", npl.AllToAll()), "found a int"),
        (lambda: network.run(10, record=["v"]), "found a str"),
        (lambda: network.set("populations.sst.cells", 1), "has no place"),
        (lambda: network.run(10.05), "multiple of dt_ms"),
        (lambda: network.run(10, scale=-1.0), "scale -1"),
        (lambda: network.run(10, checkpoint_every_ms=0), "checkpoint_every_ms: must be > 0"),
        (lambda: npl.Network.from_json("nowhere.json"), "cannot read `nowhere.json`"),
        (lambda: npl.Network.from_json('{"populations": }'), "not valid JSON"),
        (lambda: npl.Recording("nowhere.h5"), "nowhere.h5"),
        (lambda: npl.resume("nowhere.h5"), "nowhere.h5"),
        (lambda: npl.Task.from_json("nowhere.json"), "nowhere.json"),
        (lambda: npl.spike_trains("nowhere.nwb"), "nowhere.nwb"),
    ]
    for act, message in cases:
        with pytest.raises(npl.InputError) as caught:
            act()
        assert message in str(caught.value), f"{message!r} is not in {caught.value}"


def test_weights_have_the_unit_of_the_cells(network):
    network.connect("exc", "inh", npl.AllToAll(), weight_mv=1.0, delay_ms=1)
    with pytest.raises(npl.InputError, match="projections.2.weight_mv.*weight_pa"):
        network.check()
    network.set("projections.2", {"from": "exc", "to": "inh", "rule": "all_to_all", "weight_pa": 1.0, "delay_ms": 1})
    assert network.run(10).duration_ms == 10.0, "what was wrong is mended in place"


def test_what_is_closed_is_closed_for_all(network, tmp_path):
    with network.run(20, file=tmp_path / "run.h5") as rec:
        assert rec.duration_ms == 20.0
    uses = [
        lambda: rec.states,
        lambda: rec.weights["exc"],
        lambda: rec.fields,
        lambda: rec.provenance,
        lambda: rec.names(),
        lambda: rec.dataset("/spikes/exc/timestamps"),
        lambda: rec.plot(),
        lambda: rec.save(tmp_path / "other.h5"),
        lambda: rec.export(tmp_path / "circuit"),
        lambda: rec.to_pandas(),
        lambda: pickle.dumps(rec),
    ]
    for use in uses:
        with pytest.raises(npl.StateError, match=r"run.h5` is closed"):
            use()
    assert npl.Recording(tmp_path / "run.h5").duration_ms == 20.0


def test_messages_are_spelled_as_python_is(network, tmp_path):
    path = tmp_path / "--seed.h5"
    network.run(10, file=path)
    for act, part in [
        (lambda: network.run(10, file=path), "--seed.h5` exists already"),
        (lambda: npl.resume(path), "runs with checkpoint_every_ms do"),
        (lambda: npl.plot(path, from_ms=50), "from_ms 50"),
        (lambda: npl.learn(path, from_s=3, to_s=1), "to_s 1: must be later than from_s 3"),
    ]:
        with pytest.raises(npl.NeuropilError) as caught:
            act()
        assert part in str(caught.value), f"{part!r} is not in {caught.value}"


def test_damaged_files_are_refused(network, tmp_path):
    path = tmp_path / "run.h5"
    network.run(50, file=path).close()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(npl.InputError, match="run.h5"):
        npl.Recording(path)
    path.write_bytes(b"text")
    with pytest.raises(npl.InputError, match="not an HDF5 file"):
        npl.Recording(path)


def explosive():
    net = npl.Network(seed=1)
    net.population("exc", 2, npl.Alif(tau_a_ms=10, beta=1, v_th=1e308, i_e=1e308, input_gain=1e308))
    return net


def test_states_that_become_non_finite(tmp_path):
    net = explosive()
    with pytest.raises(npl.NonFiniteError, match="population exc, cell 0") as caught:
        net.run(10, file=tmp_path / "run.h5")
    assert "recorded up to" in str(caught.value) and isinstance(caught.value, ArithmeticError)
    sim = net.build()
    with pytest.raises(npl.NonFiniteError):
        sim.advance(10)
    with pytest.raises(npl.StateError, match="has ended"):
        sim.advance(10)


def test_output_that_cannot_be_written_is_an_output_error(network):
    with pytest.raises(npl.OutputError, match="/proc/nowhere"):
        network.run(10, file="/proc/nowhere/run.h5")


def test_the_end_of_the_interpreter_is_quiet(tmp_path):
    script = (
        "import neuropil as npl\n"
        "net = npl.Network(); exc = net.population('exc', 10, npl.LifExp(i_e_pa=500))\n"
        "rec = net.run(50); sim = net.build(); v = sim.state(exc, 'v_m_mv'); sim.advance()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
