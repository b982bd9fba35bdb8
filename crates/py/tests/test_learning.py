"""How a network learns, as classes: every section has one, and says what the model file says."""

import inspect
import json

import neuropil as npl
import numpy as np
import pytest


@pytest.fixture
def net():
    """Cells in a box that learn the answers of a task."""
    net = npl.Network(dt_ms=1, seed=3)
    heard = net.population("heard", 6, npl.TaskSource())
    box = npl.Box([50, 50, 50])
    exc = net.population("exc", 10, npl.Alif(tau_m_ms=20, v_th=0.3), cell_type="Pyr", sign=1, positions=box)
    net.connect(heard, exc, npl.AllToAll(), weight=0.2, delay_ms=1, plastic=npl.Plastic(0.001))
    net.connect(exc, exc, npl.FixedProbability(0.3), weight=0.02, delay_ms=1, plastic=npl.Plastic(0.001))
    net.task(npl.DelayedMatch(10, 20, 10, 2, 100, 5, pause_ms=10))
    return net


def test_sections_are_classes_and_what_the_file_says(net):
    carrier = npl.Carrier(
        "field",
        box_um=[50, 50, 50],
        voxels=[3, 3, 3],
        diffusivity_um2_per_ms=0.1,
        loss_per_ms=0.01,
        signed=npl.Baseline(1.5),
        receptors=npl.BindingReceptors(2, 1),
    )
    how = npl.Learning(
        "modprop_type_online",
        apply_every_ms=70,
        mu=npl.ConstantMu(0.05),
        loss=npl.Loss(last_ms=20, rate_strength=1),
        feedback=npl.Feedback("normal", scale=1),
        taps=npl.ModalTaps(2),
        carrier=carrier,
        record_credit=npl.RecordCredit(10),
        readout=npl.Readout(net["exc"], 2),
    )
    net.learning(how)
    said = net.to_dict()
    assert said["task"]["kind"] == "delayed_match" and said["task"]["pause_ms"] == 10
    own = said["learning"]
    assert own["carrier"]["receptors"] == {"kind": "binding", "k_d_nm": 2, "nm_per_credit": 1}
    assert own["carrier"]["signed"] == {"kind": "baseline", "credit": 1.5}
    assert own["mu"] == {"kind": "constant", "value": 0.05} and own["taps"] == {"kind": "modal", "modes": 2}
    assert own["readout"] == {"from": "exc", "outputs": 2} and own["loss"] == {"last_ms": 20, "rate_strength": 1}
    net.check(70)
    rec = net.run(140)
    assert len(rec.learning["loss"]) == 2
    # What is recorded of credit is a group beside the datasets.
    assert "credit" not in rec.learning and "credit" in rec.names("/neuropil/learning")


def test_a_class_has_every_field_of_its_section():
    schema = json.loads(npl.schema())["$defs"]
    sections = {"learning": npl.Learning, "carrier": npl.Carrier, "loss": npl.Loss, "feedback": npl.Feedback, "readout": npl.Readout}
    for name, own in sections.items():
        fields = set(schema[name]["properties"]) - {"$schema", "description"}
        taken = set(inspect.signature(own).parameters)
        assert {"source" if field == "from" else field for field in fields} == taken, name


def test_a_pair_without_a_meaning_is_refused(net):
    carrier = {"kind": "field", "box_um": [50, 50, 50], "voxels": [3, 3, 3], "diffusivity_um2_per_ms": 0.1, "loss_per_ms": 0.01}
    net.learning(npl.Learning("mdgl_cell", apply_every_ms=70, readout=npl.Readout("exc", 2), carrier=carrier))
    with pytest.raises(npl.InputError, match="rule `mdgl_cell` cannot be brought by `field`"):
        net.check(70)


def test_weights_are_those_of_the_end(net):
    net.learning(npl.Learning("eprop", apply_every_ms=70, record_weights_every_ms=70, readout=npl.Readout(net["exc"], 2)))
    rec = net.run(150, record=npl.Weights("exc->exc"))
    course = rec.dataset("/neuropil/learning/weights/exc->exc/weight")
    own = rec.weights["exc->exc"]
    assert not np.array_equal(course[0], course[-1])
    assert np.array_equal(own["weights"], course[-1]) and own["time_ms"] == 150
    assert np.array_equal(own["initial_weights"], course[0])
    assert "initial_weights" not in rec.weights["heard->exc"], "nobody asked for them"
