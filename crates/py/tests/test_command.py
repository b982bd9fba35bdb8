"""What the command line does, from Python."""

import json
import signal
import subprocess
import sys
import threading

import neuropil as npl
import numpy as np
import pytest
from conftest import MODELS, ROOT


@pytest.fixture
def learner():
    """A small network that learns while it runs."""
    net = npl.Network(dt_ms=1, seed=3)
    heard = net.population("heard", 10, npl.PoissonSource(40))
    exc = net.population("exc", 20, npl.Alif(tau_m_ms=20, v_th=0.3), cell_type="Pyr", sign=1)
    plastic = npl.Plastic(0.001, optimiser="adam", max=1.0)
    net.connect(heard, exc, npl.AllToAll(), weight=npl.Normal(0.1, 0.05), delay_ms=1, plastic=plastic, name="input")
    net.connect(exc, exc, npl.FixedProbability(0.3), weight=0.02, delay_ms=1, plastic=plastic)
    net.learning(
        npl.Learning(
            "modprop_type_online",
            apply_every_ms=50,
            record_weights_every_ms=100,
            mu=npl.ConstantMu({"Pyr": 0.05}),
            readout=npl.Readout(exc, 1, weight=npl.Normal(0, 0.1), learning_rate=0.01),
            target=npl.TimeSeries(10, repeats=True, values=list(np.sin(np.arange(20) / 3))),
        )
    )
    return net


def test_a_network_learns_while_it_runs_as_by_the_command(learner, command, tmp_path):
    learner.set("simulation.duration_ms", 400)
    learner.to_json(tmp_path / "learner.json")
    command("run", "learner.json", "-o", "command.h5", "--quiet", cwd=tmp_path)
    own, theirs = learner.run(), npl.Recording(tmp_path / "command.h5")
    learning = own.learning
    assert learning["y"].shape == (400, 1) and len(learning["loss"]) == 8
    for name, values in theirs.learning.items():
        assert np.array_equal(values, learning[name]), name
    weights = own.dataset("/neuropil/learning/weights/input/weight")
    assert weights.shape == (5, 200) and not np.array_equal(weights[0], weights[-1])
    for name in ("projections", "learning"):
        assert own.network.to_dict()[name] == learner.to_dict()[name]


def test_a_lesson_is_that_of_the_command(learner, command, tmp_path):
    rec = learner.run(400, file=tmp_path / "run.h5")
    command("learn", "run.h5", "--rules", "eprop,bptt", "--to-s", "0.3", "-o", "lesson.h5", cwd=tmp_path)
    lesson = npl.learn(rec, ["eprop", "bptt"], to_s=0.3)
    theirs = npl.Lesson(tmp_path / "lesson.h5")
    assert lesson.summary["steps"] == 300 and [own["rule"] for own in lesson.summary["rules"]] == ["eprop", "bptt"]
    assert lesson.summary["rules"][1]["cosine_with_bptt"] == pytest.approx(1.0) and "<table>" in lesson._repr_html_()
    for name in ("/y", "/cells/psi", "/modulators", "/rules/eprop/input/weight_change"):
        assert np.array_equal(lesson.dataset(name), theirs.dataset(name)), name
    assert lesson.plot().png().startswith(b"\x89PNG")
    other = npl.learn(rec, network=learner, set={"learning.mu.value.Pyr": 0.5}, to_s=0.3)
    assert other.summary["rules"][0]["rule"] == "modprop_type_online"
    with pytest.raises(npl.InputError, match="modprop_typ"):
        npl.learn(rec, ["modprop_typ"])


def test_the_stages_of_an_update_give_the_gradient_of_training(tiny_task):
    trials = npl.simulate(tiny_task, 2)
    made = trials.learn(["eprop", "bptt"])
    batch = npl.Training(tiny_task, "eprop", 2).draw()
    assert np.array_equal(made.of("eprop")["dW_rec"], batch.gradient("eprop")["w_rec"])
    assert np.array_equal(made.of("bptt")["dW_out"], batch.gradient("bptt")["w_out"])
    with pytest.raises(npl.InputError, match="diffuse"):
        trials.learn(["modprop_type+field"])
    carried = trials.diffuse(set={"carrier.step_ms": 2}).learn(["modprop_type+field"])
    slower = npl.Training(tiny_task.changed("carrier.step_ms", 2), "modprop_type+field", 2)
    assert np.array_equal(carried.of("modprop_type+field")["dW_rec"], slower.draw().gradient("modprop_type+field")["w_rec"])
    learned = npl.train(tiny_task, "eprop", 2)
    later = npl.simulate(tiny_task, 2, weights=learned, rule="eprop")
    assert not np.array_equal(later.learn(["eprop"]).of("eprop")["dW_rec"], made.of("eprop")["dW_rec"])


def test_peptides_are_recorded_and_diffuse_again():
    model = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json").to_dict()
    del model["record"], model["peptides"], model["projections"]
    net = npl.Network.from_json(model)
    for name in net.populations:
        net.set(f"populations.{name}.cells", 20)
    net.peptides(MODELS / "peptides" / "cortex.json", shape_voxels=[8, 8, 20], spacing_um=[50, 50, 50], step_ms=10)
    net.set("peptides.listening", False)
    record = [npl.Spikes(), npl.Field("NPY", slice=("y", 200), every_ms=100), npl.Field("CCK-8S"), npl.Released(50)]
    rec = net.run(400, record=record)
    plane = rec.fields["slice.NPY"]
    assert plane.values.shape == (4, 8, 20) and list(plane.times_ms) == [100, 200, 300, 400] and plane.unit == "nM"
    assert rec.fields["field.CCK-8S"].values.shape == (4, 8, 8, 20) and plane.axis == "y"
    released = rec.fields["released"]
    assert released.values.shape == (8, len(released.all_cell_types), len(released.all_species))
    assert (np.diff(released.values, axis=0) >= 0).all() and released.values[-1].sum() > 0
    assert rec.plot(peptides=True).png().startswith(b"\x89PNG")
    again = npl.diffuse(rec, record_field=["NPY:100:y=200"])
    assert np.array_equal(again.fields["slice.NPY"].values, plane.values), "the field of the run, bit for bit"
    assert again.plot().svg().startswith("<svg")
    with pytest.raises(npl.InputError, match="there are: field.CCK-8S, released, slice.NPY"):
        rec.fields["slice.VIP"]


def test_a_network_from_a_file_can_be_written_elsewhere(tmp_path):
    net = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json")
    net.to_json(tmp_path / "moved.json")
    moved = npl.Network.from_json(tmp_path / "moved.json")
    assert moved.check()["cells"] == net.check()["cells"] == 10_400
    assert moved.to_dict()["peptides"]["file"] == str((MODELS / "networks" / "../peptides/cortex.json").absolute())


def test_circuits_are_run():
    circuit = npl.Network.from_json(ROOT / "tests" / "data" / "sonata" / "300_intfire" / "config.json")
    assert sum(len(times) for times, _ in circuit.run().spikes.values()) == 4322
    assert circuit.run(500).duration_ms == 500 and repr(circuit) == "<circuit of SONATA: config.json>"
    with pytest.raises(npl.InputError, match="is a SONATA circuit"):
        circuit.population("exc", 10, npl.LifExp())
    with pytest.raises(npl.InputError, match="is a SONATA circuit"):
        circuit.run(100, record=npl.Spikes())


def test_reports_exports_and_merges(network, tiny_task, tmp_path):
    rec = network.run(50)
    assert "nodes" in rec.export(tmp_path / "circuit") and (tmp_path / "circuit" / "config.json").exists()
    with pytest.raises(npl.OutputError, match="force=True"):
        rec.export(tmp_path / "circuit")
    one, other = npl.train(tiny_task, "eprop", 1), npl.train(tiny_task, "eprop", 2)
    both = one.merge(other)
    assert sorted(both.runs) == [("eprop", 1, True), ("eprop", 2, True)]
    both.report(tmp_path / "page.html")
    assert "eprop" in (tmp_path / "page.html").read_text()
    swept = tmp_path / "swept.h5"
    with tiny_task.written() as task:
        sweep = {"training.learning_rate": "0.001,0.01"}
        npl.command("compare", task, rules="eprop", seeds=1, sweep=sweep, output=swept, quiet=True)
    rules = npl.Comparison.read(swept).curves("loss")
    assert sorted(rules) == ["eprop training.learning_rate=0.001", "eprop training.learning_rate=0.01"]


def test_any_command_by_name(network, tmp_path, capsys):
    path = tmp_path / "run.h5"
    network.run(50, file=path).close()
    told = npl.command("inspect", path, json=True)
    assert [own["name"] for own in told["populations"]] == ["exc", "inh"]
    assert "Commands:" in npl.command("--help") and json.loads(npl.command("schema")) == json.loads(npl.schema())
    assert "iaf_psc_delta_single" in npl.command("verify", ROOT / "tests/data/network/iaf_psc_delta_single.json")
    assert capsys.readouterr().out == "", "what a command prints is returned"
    for act, message in [
        (lambda: npl.command("inspekt"), "inspect"),
        (lambda: npl.command("inspect", path, loud=True), "--loud"),
        (lambda: npl.command("inspect", "nowhere.h5"), "nowhere.h5"),
        (lambda: npl.command("inspect", object()), "found a object"),
    ]:
        with pytest.raises(npl.InputError, match=message):
            act()
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_DFL, "signals are Python's own"


def test_ctrl_c_ends_a_command(network, tmp_path):
    network.to_json(tmp_path / "network.json")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt, match="interrupted at"):
        npl.command(
            "run", tmp_path / "network.json", duration_ms=1e7, output=tmp_path / "run.h5", quiet=True, threads=1
        )
    assert 0 < npl.Recording(tmp_path / "run.h5").duration_ms < 1e7
    assert npl.command("inspect", tmp_path / "run.h5", json=True)["populations"]


def test_the_package_brings_the_command(network, tmp_path):
    network.to_json(tmp_path / "network.json")
    words = [sys.executable, "-m", "neuropil", "run", "network.json", "--duration-ms", "20"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "wrote network.h5" in done.stdout, done.stderr
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 4 and "--force" in done.stderr
