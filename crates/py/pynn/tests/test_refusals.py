"""What is not honoured is refused by name, or told."""

from typing import Any

import pytest
from pyNN import errors


def test_models_that_are_not_there(sim: Any) -> None:
    for name in ("SpikeSourceInhGamma", "MultiCompartmentNeuron", "ElectricalSynapse", "NativeRNG"):
        with pytest.raises(NotImplementedError, match=f"{name} model is not available"):
            getattr(sim, name)()


def test_arguments_of_setup(sim: Any) -> None:
    with pytest.raises(TypeError, match="`thread`; did you mean `threads`"):
        sim.setup(thread=2)
    with pytest.warns(UserWarning, match="spike_precision='off_grid' has no effect .* whole steps"):
        sim.setup(spike_precision="off_grid")


def test_what_a_running_network_cannot_take(sim: Any) -> None:
    cells = sim.Population(2, sim.IF_cond_exp())
    rule = sim.STDPMechanism(sim.SpikePairRule(), sim.AdditiveWeightDependence(w_max=0.1), weight=0.05, delay=0.5)
    fixed = sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01, delay=1.0))
    learning = sim.Projection(cells, cells, sim.AllToAllConnector(), rule)
    sim.run(1.0)
    for refused in (
        lambda: sim.Population(1, sim.IF_cond_exp()),
        lambda: sim.Projection(cells, cells, sim.OneToOneConnector()),
        lambda: cells.initialize(v=-60.0),
        lambda: fixed.set(delay=2.0),
        lambda: learning.set(weight=0.03),
    ):
        with pytest.raises(NotImplementedError, match="the network runs already"):
            refused()
    sim.reset()
    learning.set(weight=0.03)
    sim.run(1.0)


def test_rules_that_are_not_there(sim: Any) -> None:
    with pytest.raises(errors.NoModelAvailableError):
        sim.STDPMechanism(sim.Vogels2011Rule(), sim.MultiplicativeWeightDependence())
    cells = sim.Population(1, sim.IF_cond_exp())
    bounds = sim.AdditiveWeightDependence(w_min=0.01, w_max=0.1)
    rule = sim.STDPMechanism(sim.Vogels2011Rule(), bounds, weight=0.05, delay=0.5)
    sim.Projection(cells, cells, sim.AllToAllConnector(), rule)
    with pytest.raises(errors.NoModelAvailableError, match="w_min: found 0.01"):
        sim.run(1.0)


def test_values_that_no_cell_can_have(sim: Any) -> None:
    with pytest.raises(errors.NonExistentParameterError, match="u"):
        sim.Population(1, sim.IF_cond_exp(), initial_values={"u": 0.0})
    with pytest.raises(errors.InvalidParameterValueError, match="descend"):
        sim.Population(1, sim.SpikeSourceArray(spike_times=[3.0, 2.0]))
    with pytest.raises(errors.InvalidParameterValueError, match="alpha"):
        sim.Population(1, sim.SpikeSourceGamma(alpha=2)).set(alpha=0)
        sim.run(1.0)
    sim.setup(timestep=0.1)
    sim.Population(1, sim.IF_cond_exp(v_reset=-40.0))
    with pytest.raises(errors.InvalidParameterValueError, match="v_reset"):
        sim.run(1.0)


def test_parts_of_cells(sim: Any) -> None:
    cells = sim.Population(1, sim.IF_cond_exp())
    with pytest.raises(NotImplementedError, match="location"):
        sim.DCSource().inject_into(cells, location="soma")
    with pytest.raises(NotImplementedError, match="source"):
        sim.Projection(cells, cells, sim.AllToAllConnector(), source="axon")
    with pytest.raises(TypeError, match="spike source"):
        sim.DCSource().inject_into(sim.Population(1, sim.SpikeSourcePoisson()))


def test_the_module_is_found_where_pynn_looks(sim: Any) -> None:
    import importlib

    assert importlib.import_module("pyNN.neuropil").Population is sim.Population


def test_times_that_are_moved_are_told(sim: Any) -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.03]))
    cells = sim.Population(1, sim.IF_cond_exp(tau_refrac=0.25))
    with pytest.warns(errors.RoundingWarning) as told:
        sim.run(1.0)
    assert {str(own.message).partition(":")[0] for own in told} == {"spike_times", "tau_refrac"}
    with pytest.warns(errors.RoundingWarning, match="start of DCSource"):
        cells.inject(sim.DCSource(start=1.04))
    with pytest.warns(errors.RoundingWarning, match="run until 1.55 ms"):
        sim.run_until(1.55)
    assert source.get("spike_times").value.tolist() == [1.03]


def test_currents_that_are_no_numbers(sim: Any) -> None:
    with pytest.raises(errors.InvalidParameterValueError, match="amplitude of DCSource"):
        sim.DCSource(amplitude=float("nan"))
    cells = sim.Population(1, sim.IF_cond_exp())
    cells.inject(sim.StepCurrentSource())
    cells.inject(sim.DCSource(amplitude=1.0, start=5.0, stop=5.0))
    cells.record("v")
    sim.run(10.0)
    assert (cells.get_data().segments[0].analogsignals[0].magnitude == -65.0).all()


def test_projections_without_synapses(sim: Any) -> None:
    cells = sim.Population(3, sim.IF_cond_exp())
    made = sim.Projection(cells, cells, sim.FromListConnector([]))
    sim.run(1.0)
    assert len(made) == 0 and made.get("weight", format="list") == []
    assert made.get("weight", format="array").shape == (3, 3)


def test_what_is_of_an_earlier_network(sim: Any) -> None:
    """Cells are refused; a source of currents begins anew."""
    old = sim.Population(2, sim.IF_curr_exp(v_thresh=1000.0))
    source = sim.DCSource(amplitude=0.1)
    source.inject_into(old)
    sim.run(5.0)
    sim.setup(timestep=0.1)
    cells = sim.Population(2, sim.IF_curr_exp(v_thresh=1000.0))
    for refused in (
        lambda: old.record("v"),
        lambda: source.inject_into(old),
        lambda: sim.Projection(old, cells, sim.AllToAllConnector()),
        lambda: sim.Projection(cells, cells + old, sim.AllToAllConnector()),
    ):
        with pytest.raises(ValueError, match="its network ended with setup"):
            refused()
    source.inject_into(cells[:1])
    cells.record("v")
    sim.run(5.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude
    assert v[-1, 0] == pytest.approx(-63.0 - 2.0 * 0.7788007831, abs=1e-9) and v[-1, 1] == -65.0


def test_each_state_that_a_cell_has_is_told_once(sim):
    """Once some were told twice."""
    cells = sim.Population(2, sim.IF_curr_exp())
    with pytest.raises(errors.NonExistentParameterError) as told:
        cells.initialize(vv=-60)
    listed = str(told.value).rpartition(":")[2].strip(" )").split(", ")
    assert "v" in listed and len(listed) == len(set(listed)), str(told.value)
