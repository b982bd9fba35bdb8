"""Networks in NIR, the Neuromorphic Intermediate Representation, which snnTorch, Norse, Sinabs and others write."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._numbers import finite
from ._tables import Floats, needs
from ._part import part
from .errors import InputError
from .parts import LifDelta, LifExp, Listed, Model, PoissonSource, RegularSource, SpikeTrain, TaskSource

if TYPE_CHECKING:
    from ._network import Network, PathLike

#: A threshold that no potential of a leaky integrator reaches, mV.
_NEVER_MV = 1e12
#: Cells by their node, whether they fire, and whether they have a synaptic current.
_CELLS = {"LIF": (True, False), "LI": (False, False), "CubaLIF": (True, True), "CubaLI": (False, True)}
_LINEAR = ("Linear", "Affine", "Scale")
#: Models of cells that send what they are told.
_SOURCES = tuple(own._fixed["model"] for own in (PoissonSource, SpikeTrain, RegularSource, TaskSource))
#: Weights [cell, sender] by senders of spikes, None where each cell has one sender of weight 1; and a constant.
_Arriving = tuple[dict[str, Floats | None], Any]


def built(net: "Network", source: "PathLike | Any", inputs: Mapping[str, Model | Mapping[str, Any]]) -> None:
    """Adds the populations and connections of a graph to a network without any."""
    nir = needs("nir", "nir")
    graph = _read(nir, os.fspath(source)) if isinstance(source, (str, os.PathLike)) else source
    if not isinstance(graph, nir.NIRGraph):
        raise InputError(f"graph: found a {type(graph).__name__}, expected a nir.NIRGraph or the name of its file")
    reader = _Graph(graph)
    wanted = [name for name, kind in reader.kinds.items() if kind == "Input"]
    if set(inputs) != set(wanted):
        found = ", ".join(map(str, inputs)) or "none"
        raise InputError(f"inputs: found {found}, expected a source of spikes for each of: {', '.join(wanted)}")
    dt_ms = float(net._model["simulation"]["dt_ms"])
    for name in wanted:
        model = part(f"inputs: `{name}`", inputs[name], Model).get("model")
        if model not in _SOURCES:
            raise InputError(f"inputs: `{name}`: found cells of the model {model}, expected a source of spikes: one of {', '.join(_SOURCES)}")
        net.population(name, reader.size(name), inputs[name])
    cells = [name for name, kind in reader.kinds.items() if kind in _CELLS]
    if not cells:
        raise InputError(f"graph: found no cells, expected nodes such as {', '.join(_CELLS)}")
    arrivals = {name: reader.arrivals(name) for name in cells}
    for name in cells:
        net.population(name, reader.size(name), reader.model(name, arrivals[name][1]))
    for name in cells:
        unit, factor = reader.step_of(name, dt_ms)
        for sender, weights in arrivals[name][0].items():
            post, pre = (np.arange(len(factor)),) * 2 if weights is None else np.nonzero(weights)
            if len(post):
                given: dict[str, Any] = {unit: factor[post] * (1.0 if weights is None else weights[post, pre])}
                net.connect(net[sender], net[name], Listed(pre, post, autapses=True), delay_ms=dt_ms, **given)
    reader.check_ends()


def _read(nir: Any, path: str) -> Any:
    """The graph of a file; what nir makes of a file that is none differs from fault to fault."""
    try:
        return nir.read(path)
    except Exception as fault:
        raise InputError(f"cannot read `{path}` as NIR: {fault}") from fault


class _Graph:
    """The nodes of a graph by name, and what leads to them."""

    def __init__(self, graph: Any) -> None:
        for name in graph.nodes:
            if not isinstance(name, str):
                raise InputError(f"node {name!r}: found a name that is a {type(name).__name__}, expected text")
        # By name, as a file has them: the same graph is the same network, wherever it comes from.
        self.nodes = dict(sorted(graph.nodes.items()))
        self.kinds = {name: type(node).__name__ for name, node in self.nodes.items()}
        known = (*_CELLS, *_LINEAR, "Input", "Output")
        for name, kind in self.kinds.items():
            if kind not in known:
                raise InputError(f"node `{name}`: found {kind}, expected one of {', '.join(known)}")
        self.before: dict[str, list[str]] = {name: [] for name in self.nodes}
        #: What linear nodes send, once it is known.
        self._known: dict[str, _Arriving] = {}
        for sender, receiver in graph.edges:
            self._add_edge(sender, receiver)
        for senders in self.before.values():
            senders.sort()

    def _add_edge(self, sender: Any, receiver: Any) -> None:
        """Refuses an edge of nodes that are not there, or that cannot send or be sent anything."""
        edge = f"edge ({sender}, {receiver})"
        for end in (sender, receiver):
            if end not in self.nodes:
                raise InputError(f"{edge}: there is no node `{end}`")
        if sender in self.before[receiver]:
            raise InputError(f"{edge}: found twice, expected once")
        kind, to = self.kinds[sender], self.kinds[receiver]
        if to == "Input":
            raise InputError(f"{edge}: `{receiver}` is an Input, which sends what `inputs` says; expected no edge to it")
        if kind == "Output":
            raise InputError(f"{edge}: `{sender}` is an Output, which ends there")
        if kind in _CELLS and not _CELLS[kind][0] and to != "Output":
            raise InputError(f"{edge}: `{sender}` is {kind}, which sends a potential; expected cells that fire")
        self.before[receiver].append(sender)

    def size(self, name: str) -> int:
        """Cells of a node; refuses those in more than one dimension."""
        node, kind = self.nodes[name], self.kinds[name]
        shape = node.input_type["input"] if kind == "Input" else self._array(name, "r").shape
        if len(shape) != 1:
            raise InputError(f"node `{name}`: found the shape {tuple(map(int, shape))}, expected one dimension; Flatten it before it is written")
        return int(shape[0])

    def _array(self, name: str, field: str) -> Floats:
        given = np.asarray(getattr(self.nodes[name], field))
        if given.dtype.kind not in "biuf":
            raise InputError(f"node `{name}`: {field}: found values of the type {given.dtype}, expected real numbers")
        values = given.astype(np.float64)
        if not np.isfinite(values).all():
            raise InputError(f"node `{name}`: {field} has numbers that are not finite")
        return values

    def _values(self, name: str, field: str) -> Floats:
        """A number a cell."""
        values = self._array(name, field)
        if values.shape != (self.size(name),):
            raise InputError(f"node `{name}`: {field}: found the shape {values.shape}, expected ({self.size(name)},), a number a cell")
        return values

    def model(self, name: str, bias: Floats) -> Model:
        """The cells of a node: a unit of its potential is 1 mV, a second 1000 ms."""
        fires, has_current = _CELLS[self.kinds[name]]
        leak, r = self._values(name, "v_leak"), self._values(name, "r")
        tau_ms = self._taus_ms(name, "tau_mem" if has_current else "tau")
        common: dict[str, Any] = {"tau_m_ms": tau_ms, "t_ref_ms": 0}
        common["v_th_mv"] = self._values(name, "v_threshold") if fires else _NEVER_MV
        common["v_reset_mv"] = self._values(name, "v_reset") if fires else leak
        if not has_current:
            # A constant current shifts the potential of rest; the first potential is that of the leak.
            return LifDelta(**common, e_l_mv=leak + r * bias, initial={"v_m_mv": leak})
        tau_syn_ms = self._taus_ms(name, "tau_syn")
        # The resistance is in the weights, so that C dv/dt = I with C = tau.
        constant = r * self._values(name, "w_in") * bias
        told: dict[str, Any] = {"v_m_mv": leak, "i_syn_exc_pa": -constant} if np.any(constant) else {"v_m_mv": leak}
        currents: dict[str, Any] = {"tau_syn_exc_ms": tau_syn_ms, "tau_syn_inh_ms": tau_syn_ms, "i_e_pa": constant}
        return LifExp(**common, **currents, c_m_pf=tau_ms, e_l_mv=leak, initial=told)

    def _taus_ms(self, name: str, field: str) -> Floats:
        taus_s = self._values(name, field)
        if (taus_s <= 0).any():
            raise InputError(f"node `{name}`: {field}: found {taus_s.min()}, expected a number of seconds above 0")
        return 1e3 * taus_s

    def step_of(self, name: str, dt_ms: float) -> tuple[str, Floats]:
        """The unit of weights onto a node, and what a pulse of height 1 and the length of a step adds, for each cell."""
        _, has_current = _CELLS[self.kinds[name]]
        filtered = -np.expm1(-dt_ms / self._taus_ms(name, "tau_syn" if has_current else "tau"))
        factor = filtered * self._values(name, "r")
        return ("weight_pa", factor * self._values(name, "w_in")) if has_current else ("weight_mv", factor)

    def arrivals(self, name: str) -> _Arriving:
        """What arrives at cells, one value a cell."""
        size = self.size(name)
        weights, constant = self._sum(name, ())
        for sender, own in weights.items():
            if self._rows(sender, own) != size:
                raise InputError(f"node `{name}`: {self._rows(sender, own)} values arrive from `{sender}`, expected {size}, one a cell")
        if np.ndim(constant) and len(constant) != size:
            raise InputError(f"node `{name}`: {len(constant)} constants arrive, expected {size}, one a cell")
        return weights, np.broadcast_to(constant, (size,))

    def _rows(self, sender: str, weights: Floats | None) -> int:
        return self.size(sender) if weights is None else len(weights)

    def _sum(self, name: str, path: tuple[str, ...]) -> _Arriving:
        """The sum of what the nodes before one send."""
        weights: dict[str, Floats | None] = {}
        constant: Any = 0.0
        for sender in self.before[name]:
            own, further = self._sent(sender, path)
            for source, values in own.items():
                if source in weights:
                    one, other = (np.eye(self.size(source)) if each is None else each for each in (weights[source], values))
                    if one.shape != other.shape:
                        raise InputError(f"node `{name}`: arrays of the shapes {one.shape} and {other.shape} arrive from `{source}`")
                    values = one + other
                weights[source] = values
            if np.ndim(constant) and np.ndim(further) and len(constant) != len(further):
                raise InputError(f"node `{name}`: {len(constant)} and {len(further)} constants arrive, expected as many")
            constant = constant + further
        return weights, constant

    def _sent(self, name: str, path: tuple[str, ...]) -> _Arriving:
        """What a node sends: spikes as they are, or a linear function of what it is sent."""
        if self.kinds[name] not in _LINEAR:
            return {name: None}, 0.0
        if name in path:
            raise InputError(f"node `{name}`: a circle of linear nodes without cells between them")
        if name not in self._known:
            self._known[name] = self._linear(name, *self._sum(name, (*path, name)))
        return self._known[name]

    def _linear(self, name: str, weights: dict[str, Floats | None], constant: Any) -> _Arriving:
        kind = self.kinds[name]
        field, axes = ("scale", "[value]") if kind == "Scale" else ("weight", "[out, in]")
        matrix = self._array(name, field)
        if matrix.ndim != (1 if kind == "Scale" else 2):
            raise InputError(f"node `{name}`: {field}: found the shape {matrix.shape}, expected {axes}")
        arriving = matrix.shape[-1]
        for sender, own in weights.items():
            if self._rows(sender, own) != arriving:
                raise InputError(f"node `{name}`: {self._rows(sender, own)} values arrive from `{sender}`, expected {arriving}")
        if np.ndim(constant) and len(constant) != arriving:
            raise InputError(f"node `{name}`: {len(constant)} constants arrive, expected {arriving}")
        constants = np.broadcast_to(constant, (arriving,))
        if kind == "Scale":
            scaled = {sender: np.diag(matrix) if own is None else matrix[:, None] * own for sender, own in weights.items()}
            return scaled, matrix * constants
        further = matrix @ constants
        if kind == "Affine":
            bias = self._array(name, "bias")
            if bias.ndim and bias.shape != further.shape:
                raise InputError(f"node `{name}`: bias: found the shape {bias.shape}, expected {further.shape}, a number for each that is sent")
            further = further + bias
        return {sender: matrix if own is None else matrix @ own for sender, own in weights.items()}, further

    def check_ends(self) -> None:
        """Refuses an output of anything but cells or of another shape, and linear nodes with faults that lead nowhere."""
        for name, kind in self.kinds.items():
            if kind in _LINEAR:
                self._sent(name, ())
            elif kind == "Output":
                self._check_output(name)

    def _check_output(self, name: str) -> None:
        shape = tuple(map(int, self.nodes[name].output_type["output"]))
        for sender in self.before[name]:
            if self.kinds[sender] in _LINEAR:
                raise InputError(
                    f"node `{name}`: `{sender}` is {self.kinds[sender]}, a sum of spikes that is no cell; expected cells, such as LI behind it"
                )
            if shape != (self.size(sender),):
                raise InputError(f"node `{name}`: found the shape {shape}, expected ({self.size(sender)},), that of `{sender}`")


def check_arguments(dt_ms: Any, inputs: Any) -> None:
    """Refuses a step that is missing, and inputs that are no mapping."""
    if finite("dt_ms", dt_ms) is None or dt_ms <= 0:
        raise InputError(f"dt_ms: found {dt_ms}, expected the step in ms of the program that wrote the graph: a spike lasts one")
    if not isinstance(inputs, Mapping):
        found = f"a {type(inputs).__name__}"
        raise InputError(f"inputs: found {found}, expected a source by the name of each Input, as in {{'input': npl.PoissonSource(20)}}")
