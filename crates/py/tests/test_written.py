"""Synapses that a file or a text writes as equations."""

from pathlib import Path

import neuropil as npl
import numpy as np
import pytest

RULE = Path(__file__).parents[3] / "models" / "synapses" / "stdp.nestml"


def network(synapse):
    own = npl.Network(dt_ms=0.5, seed=3)
    source = own.population("in", 20, npl.PoissonSource(40))
    target = own.population("out", 5, npl.LifExp(i_e_pa=500))
    own.connect(source, target, npl.AllToAll(), weight_pa=30, delay_ms=1.5, synapse=synapse, name="p")
    return own


def weights(synapse):
    return network(synapse).run(300, record=npl.Weights()).weights["p"]["weights"]


def test_a_file_and_its_text_are_one_synapse_and_equal_the_built_in_one():
    own = weights(npl.Synapse(RULE, w_max=60))
    assert np.abs(own - 30).max() > 0.01
    assert np.array_equal(own, weights(npl.Synapse(text=RULE.read_text(), w_max=60)))
    assert np.abs(own - weights(npl.Stdp(w_max=60))).max() < 1e-10


def test_a_recording_repeats_without_the_file(tmp_path):
    copy = tmp_path / "rule.nestml"
    copy.write_text(RULE.read_text())
    recording = network(npl.Synapse(copy, w_max=60)).run(300, record=npl.Weights())
    copy.unlink()
    again = recording.network.run(300, record=npl.Weights())
    assert np.array_equal(again.weights["p"]["weights"], recording.weights["p"]["weights"])


def test_a_port_hears_spikes_of_others_as_the_built_in_model_does():
    factor = npl.SpikesOf("in", delay_ms=1)
    own = weights(npl.Synapse(RULE.with_name("stdp_dopamine.nestml"), w_max=60, ports={"dopamine_spikes": factor}))
    assert np.abs(own - 30).max() > 0.01
    assert np.abs(own - weights(npl.StdpDopamine(w_max=60, third_factor=factor))).max() < 1e-10
    with pytest.raises(npl.InputError, match="`dopamine_spikes` takes spikes"):
        network(npl.Synapse(RULE.with_name("stdp_dopamine.nestml"), ports={"dopamine_spikes": npl.Signal(1)})).check(1)


def test_what_is_wrong_is_named(tmp_path):
    for given in ({}, {"file": RULE, "text": "model x:"}):
        with pytest.raises(npl.InputError, match="Synapse: expected a file, or text="):
            npl.Synapse(**given)
    with pytest.raises(npl.InputError, match="cannot read"):
        npl.Synapse(tmp_path / "none.nestml")
    with pytest.raises(npl.InputError, match="unknown field `wmax`; did you mean `w_max`"):
        network(npl.Synapse(RULE, wmax=60)).check(1)
    assert "model stdp" not in repr(npl.Synapse(RULE, w_max=60)) and "w_max=60" in repr(npl.Synapse(RULE, w_max=60))
