"""Networks advanced step by step."""

import copy
import threading

import neuropil as npl
import numpy as np
import pytest


def test_steps_are_those_of_a_run(network):
    exc = network["exc"]
    rec = network.run(50, record=npl.State(exc, "v_m_mv"))
    sim = network.build(threads=1)
    v = sim.state(exc, "v_m_mv")
    expected, (times, cells) = rec.states[0].values, rec.spikes["exc"]
    seen = []
    for step in range(500):
        sim.advance()
        assert np.array_equal(v, expected[step]), step
        now, fired = sim.spikes(exc)
        seen += list(zip(now, fired, strict=True))
    assert seen == list(zip(times, cells, strict=True)) and len(seen) > 0
    assert sim.t_ms == 50.0 and sim.step == 500


def test_a_view_is_made_once_and_cannot_be_written_to(network):
    sim = network.build()
    v = sim.state("exc", "v_m_mv")
    assert v is sim.state(network["exc"], "v_m_mv") and v.shape == (80,) and set(v) == {-70.0}
    before = v.copy()
    with pytest.raises(ValueError, match="read-only"):
        v[0] = 0.0
    sim.advance(10)
    assert not np.array_equal(v, before) and not v.flags.writeable
    del sim
    assert np.isfinite(v).all(), "a view outlives its simulation"


def test_an_advance_may_be_long(network):
    one, other = network.build(), network.build()
    one.advance(30)
    for _ in range(3):
        other.advance(10.0)
    assert np.array_equal(one.state("inh", "v_m_mv"), other.state("inh", "v_m_mv"))
    assert one.populations["exc"]["cells"] == 80 and "v_m_mv" in one.populations["exc"]["states"]


def test_wrong_names_and_times(network):
    sim = network.build()
    with pytest.raises(npl.InputError, match="no state `v_m`; it has: v_m_mv"):
        sim.state("exc", "v_m")
    with pytest.raises(npl.InputError, match="no population `sst`; there are exc, inh"):
        sim.spikes("sst")
    with pytest.raises(npl.InputError, match="multiple"):
        sim.advance(0.05)
    with pytest.raises(npl.InputError):
        sim.advance(-1)
    with pytest.raises(npl.InputError, match="pickle its network"):
        copy.copy(sim)


def test_threads_share_a_simulation(network):
    sim = network.build()
    v = sim.state("exc", "v_m_mv")

    def work():
        for _ in range(20):
            sim.advance(1)
            assert np.isfinite(v).all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for own in workers:
        own.start()
    for own in workers:
        own.join()
    assert sim.t_ms == 60.0
    alone = network.build()
    alone.advance(60)
    assert np.array_equal(v, alone.state("exc", "v_m_mv"))
