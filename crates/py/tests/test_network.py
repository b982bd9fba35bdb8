"""Networks made with Python are model files."""

import copy
import json
import pickle

import neuropil as npl
import numpy as np
import pytest
from conftest import MODELS


def test_every_shipped_network_goes_through_json_unchanged():
    files = sorted((MODELS / "networks").glob("*.json"))
    assert len(files) >= 9
    for file in files:
        net = npl.Network.from_json(file)
        assert json.loads(net.to_json()) == json.loads(file.read_text())


def test_the_first_network_of_the_readme_is_the_shipped_one():
    net = npl.Network(dt_ms=0.1, seed=7)
    exc = net.population("exc", 800, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1, mean_rate_hz=8.9)
    inh = net.population("inh", 200, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1, mean_rate_hz=8.7)
    net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=1.5)
    net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
    net.input(npl.PoissonInput(8, in_degree=100, weight_pa=130), to=[exc, inh])
    shipped = json.loads((MODELS / "networks" / "first_network.json").read_text())
    own = net.to_dict()
    for section in ("populations", "projections", "inputs"):
        assert own[section] == shipped[section]


def test_files_written_are_files_read(network, tmp_path):
    network.to_json(tmp_path / "net.json")
    assert npl.Network.from_json(tmp_path / "net.json") == network
    with pytest.raises(npl.OutputError, match="force=True"):
        network.to_json(tmp_path / "net.json")
    network.to_json(tmp_path / "net.json", force=True)


def test_networks_are_copied_and_pickled(network):
    for other in (copy.copy(network), copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert other == network
        other.set("simulation.seed", 8)
        assert other != network
    assert "100 cells" in repr(network)
    assert "<table>" in network._repr_html_() and "Pvalb" in network._repr_html_()


def test_parts_say_what_they_were_given():
    part = npl.Normal(1.5, 0.75, min=0.1)
    assert part.json() == {"distribution": "normal", "mean": 1.5, "std": 0.75, "min": 0.1}
    assert repr(part) == "Normal(mean=1.5, std=0.75, min=0.1)"
    assert part == pickle.loads(pickle.dumps(part)) and part != npl.Normal(1.5, 0.7)
    assert npl.LifExp(tau_m_ms=np.linspace(10, 20, 3)).json()["tau_m_ms"] == [10.0, 15.0, 20.0]
    assert part.mean == 1.5
    with pytest.raises(AttributeError, match="was given mean"):
        _ = part.max
    with pytest.raises(TypeError):
        npl.LifExp(tau_m=10)


def test_size_is_told_before_the_run(network):
    told = network.check()
    assert told["cells"] == 100 and 800 < told["synapses"] < 1200 and told["bytes"] > 0
    assert network.check(scale=1.0) == told


def test_some_cells_of_a_population(network):
    exc = network["exc"]
    assert len(exc) == 80 and exc[:10].cells == list(range(10)) and exc[-1].cells == [79]
    assert exc[10:20][[0, 2]].cells == [10, 12]
    with pytest.raises(npl.InputError, match="there is no cell 80"):
        exc[80]
    with pytest.raises(npl.InputError, match="there are: exc, inh"):
        network["sst"]


def test_replay_adds_a_source_of_the_size_of_the_file(tmp_path):
    session = MODELS.parent / "tests" / "data" / "nwb" / "session.nwb"
    net = npl.Network(seed=1)
    exc = net.population("exc", 10, npl.LifExp())
    chosen = npl.spike_trains(str(session), "quality == 'good'")
    source = net.replay(
        session, units="quality == 'good'", to=exc, connector=npl.AllToAll(), weight_pa=60.0, delay_ms=1.0
    )
    assert len(source) == len(chosen["unit_ids"])
    rec = net.run(1000.0)
    times, _ = rec.spikes[source.name]
    expected = chosen["times_ms"][(chosen["times_ms"] > 0.05) & (chosen["times_ms"] <= 1000.0)]
    assert len(times) == len(expected) > 0
    assert np.abs(times - expected).max() <= 0.05 + 1e-9, "rounded to the grid"
    with pytest.raises(npl.InputError, match="needs a `connector`"):
        net.replay(session, to=exc, weight_pa=1.0)


def test_replay_says_which_cell_plays_which_unit(tmp_path):
    """Once `cells` had no effect, and a new population had no cell for a unit of a great number."""
    (tmp_path / "s.csv").write_text("timestamps,node_ids\n1.0,3\n2.0,7\n")
    for cells, expected in (("by_id", [3, 7]), ("in_order", [0, 1]), (None, [3, 7])):
        net = npl.Network(seed=1)
        net.population("exc", 10, npl.LifExp())
        chosen = {"units": [3, 7]} if cells == "in_order" else {}
        net.replay(tmp_path / "s.csv", "exc", cells=cells, **chosen)
        times, ids = net.run(5).spikes["exc"]
        assert (list(times), list(ids)) == ([1.0, 2.0], expected), cells
    for given, expected in (({"units": [3, 7]}, [0, 1]), ({"cells": [7, 3]}, [1, 0])):
        net = npl.Network(seed=1)
        source = net.replay(tmp_path / "s.csv", **given)
        assert len(source) == 2 and list(net.run(5).spikes[source.name][1]) == expected, given
    net = npl.Network(seed=1)
    net.population("exc", 10, npl.LifExp())
    with pytest.raises(npl.InputError, match=r"replay.0.cells: .*by_idd.*by_id"):
        net.replay(tmp_path / "s.csv", "exc", cells="by_idd")
        net.check(5)


def test_replay_refuses_what_would_have_no_effect(tmp_path):
    (tmp_path / "s.csv").write_text("timestamps,node_ids\n1.0,0\n")
    net = npl.Network(seed=1)
    exc = net.population("exc", 10, npl.LifExp())
    before = net.to_dict()
    wiring = {"connector": npl.AllToAll(), "delay_ms": 1.0, "receptor": "exc", "weight_pa": 3.0}
    for name, value in wiring.items():
        with pytest.raises(npl.InputError, match=f"replay: found `{name}` without `to`"):
            net.replay(tmp_path / "s.csv", exc, **{name: value})
    with pytest.raises(npl.ArgumentError, match="replay: there is no argument `weigth_pa`; did you mean `weight_pa`"):
        net.replay(tmp_path / "s.csv", to=exc, connector=npl.AllToAll(), delay_ms=1.0, weigth_pa=3.0)
    with pytest.raises(npl.ArgumentError, match="replay: there is no argument `unit`; did you mean `units`"):
        net.replay(tmp_path / "s.csv", exc, unit=[0])
    assert net.to_dict() == before


def test_peptides_are_part_of_a_network():
    net = npl.Network.from_json(MODELS / "networks" / "cortical_peptides.json")
    section = net.to_dict()["peptides"]
    other = copy.copy(net)
    fields = {name: value for name, value in section.items() if name != "file"}
    file = MODELS / "peptides" / "cortex.json"
    with pytest.raises(npl.InputError, match="has such a section already"):
        other.peptides(file, **fields)
    other.set("peptides", {"file": str(file), **fields})
    bare = copy.copy(net)
    bare._model.pop("peptides")
    bare.peptides(file, **fields)
    assert bare == other
    assert other.check()["cells"] == net.check()["cells"] == 10_400


#: A leaky integrate-and-fire cell, as a text.
LEAKY = """
model leaky:
    state:
        V_m mV = E_L
    parameters:
        C_m pF = 250 pF
        tau_m ms = 10 ms
        E_L mV = -65 mV
        V_th mV = -50 mV
        tau_s ms = 2 ms
    equations:
        kernel k = exp(-t / tau_s)
        V_m' = (E_L - V_m) / tau_m + (convolve(k, syn) * 1 pA + I_stim) / C_m
    input:
        syn <- spike
        I_stim pA <- continuous
    output:
        spike
    update:
        integrate_odes(V_m)
    onCondition(V_m >= V_th):
        V_m = E_L
        emit_spike()
"""


def test_cells_of_equations_are_those_of_their_file_and_text(tmp_path):
    """A cell as a file and as a text gives the same spikes, also from the JSON of its recording; the text goes with it."""
    (tmp_path / "leaky.nestml").write_text(LEAKY)

    def trains(cell):
        net = npl.Network(dt_ms=0.1, seed=3)
        exc = net.population("exc", 5, cell)
        net.input(npl.StepCurrent(amplitude_pa=450), to=exc)
        return net, net.run(200)

    net, by_file = trains(npl.Cell(tmp_path / "leaky.nestml", tau_m_ms=12))
    (tmp_path / "leaky.nestml").unlink()
    _, by_text = trains(npl.Cell(text=LEAKY, tau_m_ms=12))
    again = npl.Network.from_json(net.to_json()).run(200)
    times, senders = by_file.spikes["exc"]
    assert len(times) > 20
    for other in (by_text, again):
        found = other.spikes["exc"]
        assert list(found[0]) == list(times) and list(found[1]) == list(senders)
    with pytest.raises(npl.InputError, match="one of the two"):
        npl.Cell()
    with pytest.raises(npl.InputError, match="did you mean `tau_m_ms`"):
        trains(npl.Cell(text=LEAKY, tau_m=12))


def test_third_factors_are_parts_of_synapses():
    """A third factor says what synapses hear, by a class of its own in that of the synapse."""
    own = npl.StdpDopamine(npl.SpikesOf("dopamine", delay_ms=5, gain=2), w_max=3)
    heard = {"spikes_of": "dopamine", "delay_ms": 5, "gain": 2}
    assert own.json() == {"model": "stdp_dopamine", "third_factor": heard, "w_max": 3}
    for factor in (npl.Signal(0.5), npl.ConcentrationOf("VIP"), npl.MessengerOf("Gq", gain=0.1)):
        assert npl.StdpDopamine(factor).json()["third_factor"] == factor.json()


def test_ports_of_synapses_watch_the_receiving_cell():
    """A variable of the receiving cell is said by a class; one that the cells do not have is refused by name."""
    rule = MODELS / "synapses/clopath.nestml"

    def weights(post):
        net = npl.Network(dt_ms=0.1, seed=3)
        source, cells = net.population("in", 5, npl.PoissonSource(rate_hz=80)), net.population("exc", 2, npl.LifExp(v_th_mv=-40))
        net.input(npl.StepCurrent(amplitude_pa=600), to=cells)
        ports = {"V_post": npl.PostVariable(post), "V_earlier": npl.PostVariable(post, earlier_ms=5)}
        synapse = npl.Synapse(rule, w_max=60, ports=ports)
        net.connect(source, cells, npl.AllToAll(), weight_pa=30, delay_ms=1.5, synapse=synapse, name="p")
        return net.run(300, record=npl.Weights()).weights["p"]["weights"]

    assert np.abs(weights("v_m_mv") - 30).max() > 1e-3
    with pytest.raises(npl.InputError, match="ports.V_post.post: lif_exp has no variable `v_m`; did you mean `v_m_mv`"):
        weights("v_m")
