"""Networks in NIR: the same spikes and potentials as an integration of NIR's equations that is written out here."""

import tracemalloc

import neuropil as npl
import numpy as np
import pytest

nir = pytest.importorskip("nir")

DT_MS, STEPS, PARTS = 1.0, 200, 25


def numbers(*shape, low=0.0, high=1.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, shape)


def graph(bias=0.0):
    """Input -> LIF with a recurrence -> CubaLIF -> LI."""
    nodes = {
        "input": nir.Input(input_type=np.array([5])),
        "fc1": nir.Affine(weight=numbers(4, 5, high=6, seed=1), bias=np.full(4, bias)),
        "lif": nir.LIF(
            tau=numbers(4, low=0.01, high=0.03, seed=2), r=numbers(4, low=0.5, seed=3) + 1, v_leak=numbers(4, high=0.1, seed=4),
            v_threshold=np.ones(4), v_reset=np.full(4, -0.2),
        ),
        "recurrent": nir.Linear(weight=numbers(4, 4, low=-2, high=1, seed=5)),
        "fc2": nir.Affine(weight=numbers(3, 4, high=9, seed=6), bias=np.array([0.0, 1.0, -1.0]) * bias),
        "scale": nir.Scale(scale=np.array([1.0, 2.0, 0.5])),
        "cuba": nir.CubaLIF(
            tau_syn=np.array([0.004, 0.006, 0.01]), tau_mem=np.array([0.01, 0.02, 0.015]), r=np.array([1.0, -2.0, 1.5]),
            v_leak=np.zeros(3), v_threshold=np.full(3, 0.7), w_in=np.array([1.0, -1.0, 3.0]),
        ),
        "fc3": nir.Linear(weight=numbers(2, 3, low=-3, high=3, seed=7)),
        "out": nir.LI(tau=np.array([0.02, 0.05]), r=np.array([1.0, 2.0]), v_leak=np.array([0.1, 0.0])),
        "output": nir.Output(output_type=np.array([2])),
    }
    edges = [("input", "fc1"), ("fc1", "lif"), ("lif", "recurrent"), ("recurrent", "lif"), ("lif", "fc2"), ("fc2", "scale")]
    edges += [("scale", "cuba"), ("cuba", "fc3"), ("fc3", "out"), ("out", "output")]
    return nir.NIRGraph(nodes=nodes, edges=edges)


def integrate(derivative, state, dt_s):
    """Runge-Kutta of fourth order, in small parts of a step."""
    h = dt_s / PARTS
    for _ in range(PARTS):
        k1 = derivative(state)
        k2 = derivative(state + h / 2 * k1)
        k3 = derivative(state + h / 2 * k2)
        k4 = derivative(state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state


def reference(own, sent):
    """Spikes of both layers and potentials of the last, step by step; what is sent in a step is a pulse in the next one."""
    dt_s, nodes = DT_MS * 1e-3, own.nodes
    lif, cuba, out = nodes["lif"], nodes["cuba"], nodes["out"]
    v, u, y = lif.v_leak.copy(), np.stack([cuba.v_leak, np.zeros(3)]), out.v_leak.copy()
    z, z_cuba, seen = np.zeros(4), np.zeros(3), {"lif": [], "cuba": [], "out": []}
    for step in range(STEPS):
        arriving = sent[step - 1] if step else np.zeros(5)
        drive = nodes["fc1"].weight @ arriving + nodes["fc1"].bias + nodes["recurrent"].weight @ z
        v = integrate(lambda v, drive=drive: (lif.v_leak - v + lif.r * drive) / lif.tau, v, dt_s)
        bias = nodes["scale"].scale * nodes["fc2"].bias * cuba.w_in
        u = integrate(
            lambda u, bias=bias: np.stack([(cuba.v_leak - u[0] + cuba.r * u[1]) / cuba.tau_mem, (bias - u[1]) / cuba.tau_syn]), u, dt_s
        )
        # A pulse is in the current at its end.
        pulse = cuba.w_in * nodes["scale"].scale * (nodes["fc2"].weight @ z)
        u[1] += pulse * (1 - np.exp(-dt_s / cuba.tau_syn))
        y = integrate(lambda y, z=z_cuba: (out.v_leak - y + out.r * (nodes["fc3"].weight @ z)) / out.tau, y, dt_s)
        z, z_cuba = (v > lif.v_threshold).astype(float), (u[0] > cuba.v_threshold).astype(float)
        v, u[0] = np.where(z > 0, lif.v_reset, v), np.where(z_cuba > 0, cuba.v_reset, u[0])
        for name, value in (("lif", z), ("cuba", z_cuba), ("out", y.copy())):
            seen[name].append(value)
    return {name: np.array(values) for name, values in seen.items()}


def raster(recording, name, cells):
    times_ms, ids = recording.spikes[name]
    found = np.zeros((STEPS, cells))
    found[np.round(times_ms / DT_MS).astype(int) - 1, ids.astype(int)] = 1
    return found


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
@pytest.mark.parametrize("bias", [0.0, 0.3])
def test_a_graph_has_the_spikes_of_its_equations(tmp_path, bias):
    own = graph(bias)
    sent = (np.random.default_rng(8).random((STEPS, 5)) < 0.1).astype(float)
    steps, cells = np.nonzero(sent)
    spikes = npl.SpikeTrain({"times_ms": (steps + 1) * DT_MS, "cells": cells})
    nir.write(tmp_path / "graph.nir", own)
    net = npl.Network.from_nir(tmp_path / "graph.nir", {"input": spikes}, dt_ms=DT_MS)
    assert {name: len(each) for name, each in net.populations.items()} == {"cuba": 3, "input": 5, "lif": 4, "out": 2}
    rec = net.run(STEPS * DT_MS, record=npl.State("out", "v_m_mv", every_ms=DT_MS))
    expected = reference(own, sent)
    assert expected["lif"].sum() > 50 and expected["cuba"].sum() > 20
    assert np.array_equal(raster(rec, "input", 5), sent)
    for name, count in (("lif", 4), ("cuba", 3)):
        assert np.array_equal(raster(rec, name, count), expected[name]), name
    assert np.allclose(rec.states["out", "v_m"].values, expected["out"], rtol=0, atol=1e-9)
    again = npl.Network.from_nir(own, {"input": spikes}, dt_ms=DT_MS)
    assert again.to_dict() == net.to_dict(), "a graph in memory is that of its file"


def small(*nodes, edges=None):
    """Input -> nodes -> Output, without a look at shapes."""
    named = {"input": nir.Input(input_type=np.array([2])), **dict(nodes), "output": nir.Output(output_type=np.array([2]))}
    names = list(named)
    return nir.NIRGraph(nodes=named, edges=edges or list(zip(names, names[1:], strict=False)), type_check=False)


def lif(count=2, **other):
    told = {"tau": np.full(count, 0.02), "r": np.ones(count), "v_leak": np.zeros(count), "v_threshold": np.ones(count)}
    return nir.LIF(**{**told, **other})


LI = nir.LI(tau=np.full(2, 0.02), r=np.ones(2), v_leak=np.zeros(2))
LINEAR = nir.Linear(weight=np.ones((2, 2)))
CIRCLE = [("input", "a"), ("a", "b"), ("b", "a"), ("b", "lif"), ("lif", "output")]
PLAIN = [("input", "lif"), ("lif", "output")]
DEAD = [*PLAIN, ("lif", "a"), ("b", "b")]
REFUSED = [
    (small(("if", nir.IF(r=np.ones(2), v_threshold=np.ones(2)))), "node `if`: found IF, expected one of LIF, LI"),
    (small(("lif", lif()), ("sum", LINEAR)), "node `output`: `sum` is Linear, a sum of spikes that is no cell"),
    (small(("li", LI), ("lif", lif())), "edge (li, lif): `li` is LI, which sends a potential"),
    (small(("a", LINEAR), ("b", LINEAR), ("lif", lif()), edges=CIRCLE), "a circle of linear nodes"),
    (small(("fc", nir.Linear(weight=np.ones((3, 2)))), ("lif", lif())), "node `lif`: 3 values arrive from `input`, expected 2"),
    (small(("fc", nir.Linear(weight=np.ones((2, 3)))), ("lif", lif())), "node `fc`: 2 values arrive from `input`, expected 3"),
    (small(("lif", lif(tau=np.array([0.02, 0.0])))), "node `lif`: tau: found 0.0, expected a number of seconds above 0"),
    (small(("lif", lif(r=np.array([np.nan, 1.0])))), "node `lif`: r has numbers that are not finite"),
    (small(("fc", LINEAR)), "found no cells"),
    (small(("lif", lif()), edges=[*PLAIN, ("lif", "input")]), "edge (lif, input): `input` is an Input, which sends what `inputs` says"),
    (small(("lif", lif()), edges=[*PLAIN, ("output", "lif")]), "edge (output, lif): `output` is an Output, which ends there"),
    (small(("lif", lif()), edges=[*PLAIN, ("input", "lif")]), "edge (input, lif): found twice, expected once"),
    (small(("a", nir.Linear(weight=np.full((2, 2), np.nan))), ("b", LINEAR), ("lif", lif()), edges=DEAD[:-1]), "node `a`: weight has numbers"),
    (small(("a", LINEAR), ("b", LINEAR), ("lif", lif()), edges=DEAD), "node `b`: a circle of linear nodes"),
    (small(("lif", lif(3)), edges=PLAIN[1:]), "node `output`: found the shape (2,), expected (3,), that of `lif`"),
    (small(("fc", nir.Linear(weight=np.ones((2, 2)) * 1j)), ("lif", lif())), "node `fc`: weight: found values of the type complex128, expected real"),
    (small(("fc", nir.Linear(weight=np.array([["a", "b"]] * 2))), ("lif", lif())), "node `fc`: weight: found values of the type <U1, expected real"),
    (small(("fc", nir.Affine(weight=np.ones((2, 2)), bias=np.ones(5))), ("lif", lif())), "node `fc`: bias: found the shape (5,), expected (2,)"),
    (small(("s", nir.Scale(scale=np.ones((2, 1)))), ("lif", lif())), "node `s`: scale: found the shape (2, 1), expected [value]"),
    (small((3, lif())), "node 3: found a name that is a int, expected text"),
]


@pytest.mark.parametrize(("own", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_said_is_refused(own, message):
    with pytest.raises(npl.InputError) as caught:
        npl.Network.from_nir(own, {"input": npl.PoissonSource(20)}, dt_ms=1)
    assert message in str(caught.value)


def test_wrong_arguments_are_refused(tmp_path):
    own, source = small(("lif", lif())), npl.PoissonSource(20)
    cases = [
        (lambda: npl.Network.from_nir(own, {}, dt_ms=1), "inputs: found none, expected a source of spikes for each of: input"),
        (lambda: npl.Network.from_nir(own, {"in": source}, dt_ms=1), "inputs: found in, expected"),
        (lambda: npl.Network.from_nir(own, {1: source}, dt_ms=1), "inputs: found 1, expected"),
        (lambda: npl.Network.from_nir(own, {"input": npl.LifExp()}, dt_ms=1), "inputs: `input`: found cells of the model lif_exp, expected a source"),
        (lambda: npl.Network.from_nir(own, {"input": None}, dt_ms=1), "inputs: `input`: found a NoneType"),
        (lambda: npl.Network.from_nir(own, source, dt_ms=1), "inputs: found a PoissonSource, expected a source by the name"),
        (lambda: npl.Network.from_nir(own, {"input": source}, dt_ms=0), "dt_ms: found 0"),
        (lambda: npl.Network.from_nir({}, {"input": source}, dt_ms=1), "graph: found a dict, expected a nir.NIRGraph"),
    ]
    for act, message in cases:
        with pytest.raises(npl.InputError) as caught:
            act()
        assert message in str(caught.value)
    (tmp_path / "text.nir").write_text("no graph")
    for name in ("none.nir", "text.nir"):
        with pytest.raises(npl.InputError, match=f"cannot read `.*{name}` as NIR"):
            npl.Network.from_nir(tmp_path / name, {"input": source}, dt_ms=1)


def test_without_nir_it_is_said_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "nir", None)
    with pytest.raises(ImportError, match=r"pip install neuropil\[nir\]"):
        npl.Network.from_nir("graph.nir", {}, dt_ms=1)


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_one_spike_moves_a_potential_as_a_pulse_of_one_step_does():
    """v = v_leak + r w (1 - exp(-dt/tau)) exp(-t/tau), a step after the spike; names of modules have dots."""
    own = small(("layer.0.fc", LINEAR), ("layer.0.lif", lif(r=np.array([3.0, 5.0]), v_leak=np.array([0.1, 0.2]))))
    spike = npl.SpikeTrain({"times_ms": [5], "cells": [1]})
    net = npl.Network.from_nir(own, {"input": spike}, dt_ms=0.5)
    values = net.run(20, record=npl.State("layer.0.lif", "v_m_mv", every_ms=0.5)).states[0].values
    times_ms = 0.5 * np.arange(1, 41)
    for cell, (r, leak) in enumerate([(3, 0.1), (5, 0.2)]):
        after = np.where(times_ms >= 5.5, r * -np.expm1(-0.5 / 20) * np.exp(-(times_ms - 5.5) / 20), 0)
        assert np.allclose(values[:, cell], leak + after, rtol=0, atol=1e-12)


def test_an_edge_between_nodes_is_a_weight_of_one():
    """Alone, beside a matrix from the same sender, and before one."""
    matrix = numbers(2, 2, seed=9)
    both = [("input", "fc"), ("fc", "lif"), ("input", "lif"), ("lif", "output")]

    def built(own):
        return npl.Network.from_nir(own, {"input": npl.PoissonSource(20)}, dt_ms=1).to_dict()

    def through(weight):
        return built(small(("fc", nir.Linear(weight=weight)), ("lif", lif())))

    assert built(small(("lif", lif()))) == through(np.eye(2)) == built(small(("s", nir.Scale(scale=np.ones(2))), ("lif", lif())))
    assert built(small(("fc", nir.Linear(weight=matrix)), ("lif", lif()), edges=both)) == through(matrix + np.eye(2))
    scaled = small(("fc", nir.Linear(weight=matrix)), ("s", nir.Scale(scale=np.array([2.0, -3.0]))), ("lif", lif()))
    assert built(scaled) == through(np.array([[2.0], [-3.0]]) * matrix)


def test_an_edge_between_many_cells_takes_the_memory_of_its_synapses():
    """Once it took that of a matrix."""
    count = 3000
    own = nir.NIRGraph(
        nodes={"input": nir.Input(input_type=np.array([count])), "lif": lif(count), "output": nir.Output(output_type=np.array([count]))},
        edges=PLAIN,
    )
    tracemalloc.start()
    try:
        net = npl.Network.from_nir(own, {"input": npl.PoissonSource(20)}, dt_ms=1)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(net.populations["lif"]) == count and most < 8 * count**2 / 4
