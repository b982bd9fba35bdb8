"""What is said once cannot be said again by an assignment that would do nothing."""

import json

import neuropil as npl
import numpy as np
import pytest

OBJECTS = {
    "a cell model": (lambda: npl.LifExp(i_e_pa=500), "i_e_pa", 0, "LifExp(..., i_e_pa=0)"),
    "an intervention": (lambda: npl.Silence("a", at_ms=10), "at_ms", 50, "Silence(..., at_ms=50)"),
    "a network": (npl.Network, "seed", 9, "set('simulation.seed', 9)"),
    "a population": (lambda: npl.Network().population("a", 3, npl.LifExp()), "sign", -1, "set('populations.a.sign', -1)"),
    "an invented name": (npl.Network, "colour", "red", "set('colour', 'red')"),
    "a simulation": (lambda: lone().build(), "dt_ms", 1.0, "edit a network in memory"),
}


def lone():
    network = npl.Network(seed=1)
    network.population("a", 10, npl.LifExp())
    network.connect("a", "a", npl.AllToAll(), weight_pa=5, delay_ms=1, name="w")
    return network


@pytest.mark.parametrize("what", OBJECTS)
def test_an_assignment_is_refused_with_what_does_it(what):
    make, name, value, instead = OBJECTS[what]
    own = make()
    with pytest.raises(npl.AssignmentError) as fault:
        setattr(own, name, value)
    assert name in str(fault.value) and instead in str(fault.value)


def test_tasks_trainings_and_rules_are_what_they_were_made(tiny_task):
    with pytest.raises(npl.AssignmentError, match=r"set\('training.updates', 3\)"):
        tiny_task.updates = 3
    training = npl.Training(tiny_task, "eprop")
    for name in ("learning_rate", "rule", "task", "seed"):
        with pytest.raises(npl.AssignmentError, match=f"Training.{name}"):
            setattr(training, name, 1)
    with pytest.raises(AttributeError):
        npl.ThirdFactor("own", lambda batch: batch.third_factor).per = "step"


def test_a_batch_of_another_training_is_refused(tiny_task):
    one, other = (npl.Training(tiny_task, "eprop", seed=seed) for seed in (0, 1))
    foreign, before = one.draw(), np.array(other.weights["w_rec"])
    with pytest.raises(npl.InputError, match="seed 0.*this training has drawn"):
        other.learn(foreign)
    assert np.array_equal(other.weights["w_rec"], before) and other.update == 0
    one.learn(foreign)


def test_keys_that_stand_twice_are_refused_at_their_place(tmp_path, tiny_task):
    model = tmp_path / "net.json"
    model.write_text('{"populations": {"a": {"cells": 3, "model": "lif_exp", "cells": 4}}}')
    with pytest.raises(npl.InputError, match=r"net.json:1:57: .*`cells` stands here twice"):
        npl.Network.from_json(model)
    task = tmp_path / "task.json"
    text = json.dumps(tiny_task.to_dict(), indent=2)
    task.write_text(text.replace('"updates": ', '"updates": 1, "updates": ', 1))
    with pytest.raises(npl.InputError, match=r"task.json:\d+:\d+: .*`updates` stands here twice"):
        npl.Task.from_json(task)


def test_faults_are_told_at_their_place_in_the_file(tmp_path):
    model = tmp_path / "net.json"
    model.write_text('{\n\n\n  "populations": {\n    "a": {"cells": 3, "model": "lif_exp", "tau_m": 20}}}')
    with pytest.raises(npl.InputError, match=r"net.json:5:44: populations.a.tau_m"):
        npl.Network.from_json(model).run(10)
    model.write_text('{"populations": {"a": {"cells": 3, "model": "lif_exp"}}}')
    later = npl.Network.from_json(model)
    later.set("populations.a.tau_m", 20)
    with pytest.raises(npl.InputError, match=r"net.json: populations.a.tau_m") as fault:
        later.run(10)
    assert fault.value.faults[0][1] is None and "|" not in str(fault.value)


def test_a_rule_of_ones_own_is_known_by_the_numbers_in_dicts_lists_and_objects(tiny_task, tmp_path):
    class Signal:
        def __init__(self, gain):
            self.gain = gain

        def __call__(self, batch):
            return self.gain * batch.third_factor

    for number, own in enumerate(({"gain": 1.0}, [1.0], Signal(1.0))):

        def third(batch, own=own):
            gain = own["gain"] if isinstance(own, dict) else own[0] if isinstance(own, list) else own.gain
            return gain * batch.third_factor

        file = tmp_path / f"{number}.h5"
        npl.compare(tiny_task, [npl.ThirdFactor("x", third)], seeds=[0], file=file)
        npl.compare(tiny_task, [npl.ThirdFactor("x", third)], seeds=[0, 1], file=file)
        if isinstance(own, Signal):
            own.gain = 5.0
        else:
            own["gain" if isinstance(own, dict) else 0] = 5.0
        with pytest.raises(npl.InputError, match="by another function"):
            npl.compare(tiny_task, [npl.ThirdFactor("x", third)], seeds=[0, 1, 2], file=file)


def test_names_and_carriers_that_a_rule_of_ones_own_cannot_have(tiny_task):
    def third(batch):
        return batch.third_factor

    for name in ("", ".", "..", "a/b", "eprop+field", 3):
        with pytest.raises(npl.InputError):
            npl.ThirdFactor(name, third)
    carried = tiny_task.changed("carrier", {"kind": "field"})
    with pytest.raises(npl.InputError, match="carrier.kind: found 'field', which has no effect on the rule of one's own `x`"):
        npl.Training(carried, npl.ThirdFactor("x", third))
    with pytest.raises(npl.InputError, match="seeds: found 1 twice"):
        npl.compare(tiny_task, ["eprop"], seeds=[1, 1])


def test_weights_are_read_as_copies_and_written_once_at_a_time():
    simulation = lone().build()
    weights = simulation.weights("w")
    with pytest.raises(ValueError, match="read-only"):
        weights[:][0] = 1234.0
    weights[0] = 1.0
    with pytest.raises(npl.InputError, match="written at this time already"):
        weights[1] = 2.0
    simulation.advance()
    weights[1] = 2.0
    simulation.advance()
    assert list(np.asarray(weights)[:3]) == [1.0, 2.0, 5.0]


def test_what_has_a_unit_of_its_own_is_refused():
    class Quantity(float):
        units = "ms"

    with pytest.raises(npl.InputError, match="a quantity with a unit"):
        npl.Network().population("a", 3, npl.LifExp(tau_m_ms=Quantity(20)))
    network = npl.Network()
    network.population("a", 3, npl.LifExp(tau_m_ms=np.longdouble(20)))
    assert network.to_dict()["populations"]["a"]["tau_m_ms"] == 20.0


def test_arguments_that_are_missing_or_of_another_kind_are_named(tmp_path):
    with pytest.raises(npl.ArgumentError, match="PoissonSource: missing a required argument: 'rate_hz'"):
        npl.PoissonSource()
    with pytest.raises(npl.InputError, match="sign: found 2, expected 1, -1 or 0"):
        npl.Network().population("a", 3, npl.LifExp(), sign=2)
    recording = lone().run(5)
    with pytest.raises(npl.InputError, match="title: found 3, expected text"):
        recording.plot(title=3)
    with pytest.raises(npl.InputError, match="expected the name of a projection"):
        recording.weights[0]
    with pytest.raises(npl.InputError, match="to_nwb"):
        recording.export(tmp_path / "x", "nwb")
    with pytest.raises(npl.InputError, match="expected FILE or FILE:DATASET"):
        npl.learn(recording, ["eprop"], error=np.zeros((5, 1)))
