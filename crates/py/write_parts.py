"""Writes python/neuropil/parts.py: a class for each thing that a model file or a task file may say, made of their JSON Schemas.

The schemas follow from the tables of the simulator, so that a new cell model, rule of wiring, distribution or input is
a class here without a line of Python. `python crates/py/write_parts.py` writes the file; a test compares.
"""

import json
import keyword
import re
import textwrap
from pathlib import Path

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "models" / "schema.json"
TASK_SCHEMA = HERE.parents[1] / "models" / "task_schema.json"
PARTS = HERE / "python" / "neuropil" / "parts.py"

# Group of the schema: base class, its field that names the kind, fields that `Network` takes itself.
GROUPS = [
    ("distribution", "Distribution", "distribution", set()),
    ("by_distance", "Profile", "by_distance", set()),
    ("rate", "Rate", None, set()),
    ("synapse", "SynapseModel", "model", set()),
    ("third_factor", "ThirdFactor", None, set()),
    ("post_variable", "Part", None, set()),
    ("positions", "Positions", "shape", set()),
    ("population", "Model", "model", {"cells", "cell_type", "sign", "mean_rate_hz", "positions"}),
    (
        "projection",
        "Connector",
        "rule",
        {"name", "from", "to", "receptor", "delay_ms", "synapse", "plastic", "weight", "weight_mv", "weight_pa", "weight_ns"},
    ),
    ("input", "Input", "kind", {"to", "name"}),
    ("plastic", "Part", None, set()),
    ("readout", "Part", None, set()),
    ("time_series", "Part", None, set()),
    ("pseudo_derivative", "Part", None, set()),
    ("mu", "Mu", "kind", set()),
    ("feedback", "Part", None, set()),
    ("cascade", "Part", None, set()),
    ("loss", "Part", None, set()),
    ("taps", "Taps", "kind", set()),
    ("signed", "Signed", "kind", set()),
    ("receptors", "Receptors", "kind", set()),
    ("carrier", "Part", None, set()),
    ("record_credit", "Part", None, set()),
    ("learning", "Part", None, set()),
    ("task", "NetworkTask", "kind", set()),
    ("dataset", "Given", None, set()),
    ("intervention", "Intervention", None, set()),
]
# The same of task files; what they say as model files do is one class.
TASK_GROUPS = [
    ("task", "TaskKind", "kind", set()),
    ("cells", "TaskCells", "model", set()),
    ("weights", "InitialWeights", "kind", set()),
    ("readout", "Part", None, set()),
    ("blur", "Part", None, set()),
    ("carrier", "Part", None, set()),
    ("mu", "Mu", "kind", set()),
    ("rewire", "Part", None, set()),
    ("perturbation", "Part", None, set()),
    ("s_tllr", "Part", None, set()),
    ("pp_prop", "Part", None, set()),
    ("training", "Part", None, set()),
    ("record", "Part", None, set()),
    ("task_file", "Part", "format", set()),
]
# Groups of a task file that are one class in Python, whichever matrix they are of.
MERGED = {"weights": ("input_weights", "recurrent_weights", "readout_weights")}
# Kinds of task files that are classes of model files already.
SHARED = {
    ("task", "evidence_accumulation"),
    ("task", "delayed_match"),
    ("task", "pattern_generation"),
    ("task", "store_recall"),
    ("task", "copy"),
    ("mu", "constant"),
}
TASK_NAMES = {
    ("task", "images"): "Images",
    ("task", "data"): "TrialFile",
    ("weights", "given"): "GivenWeights",
    ("weights", "normal"): "NormalWeights",
    ("readout", 0): "TaskReadout",
    ("blur", 0): "Blur",
    ("carrier", 0): "TaskCarrier",
    ("mu", "adaptive"): "AdaptiveMu",
    ("rewire", 0): "Rewire",
    ("perturbation", 0): "Perturbation",
    ("s_tllr", 0): "STllr",
    ("pp_prop", 0): "PpProp",
    ("training", 0): "TrainingPlan",
    ("record", 0): "TrainingRecord",
    ("task_file", "neuropil-task/1"): "TaskFile",
}
# Where the name of the kind alone would mislead, or is taken.
NAMES = {
    ("projection", "list"): "Listed",
    ("third_factor", 0): "Signal",
    ("third_factor", 1): "SpikesOf",
    ("third_factor", 2): "ConcentrationOf",
    ("third_factor", 3): "MessengerOf",
    ("post_variable", 0): "PostVariable",
    ("positions", "list"): "Points",
    ("positions", "recorded"): "RecordedPlaces",
    ("input", "poisson"): "PoissonInput",
    ("by_distance", "linear"): "LinearProfile",
    ("by_distance", "exponential"): "ExponentialProfile",
    ("by_distance", "gaussian"): "GaussianProfile",
    ("rate", 0): "RateSteps",
    ("rate", 1): "RateSine",
    ("plastic", 0): "Plastic",
    ("readout", 0): "Readout",
    ("time_series", 0): "TimeSeries",
    ("pseudo_derivative", 0): "PseudoDerivative",
    ("mu", "constant"): "ConstantMu",
    ("feedback", 0): "Feedback",
    ("cascade", 0): "Cascade",
    ("loss", 0): "Loss",
    ("taps", "whole"): "WholeTaps",
    ("taps", "modal"): "ModalTaps",
    ("taps", "chain"): "ChainTaps",
    ("receptors", "linear"): "LinearReceptors",
    ("receptors", "binding"): "BindingReceptors",
    ("carrier", 0): "Carrier",
    ("record_credit", 0): "RecordCredit",
    ("learning", 0): "Learning",
    ("dataset", 0): "Dataset",
    ("intervention", "silence"): "Silence",
    ("intervention", "current"): "Injection",
    ("intervention", "rate"): "ChangedRate",
    ("intervention", "weights"): "ChangedWeights",
    ("intervention", "normalise"): "Normalise",
    ("intervention", "cut"): "Cut",
    ("intervention", "parameters"): "ChangedParameters",
    ("intervention", "state"): "WrittenState",
    ("intervention", "noise"): "InjectedNoise",
    ("intervention", "block"): "BlockedReceptor",
    ("intervention", "open"): "OpenReceptor",
    ("intervention", "species"): "ChangedSpecies",
}
# What the schema does not say of those that have no word for their kind.
TITLES = {
    "Uniform": "Uniform between two numbers",
    "Normal": "Normal (Gaussian)",
    "Lognormal": "Lognormal: its logarithm is normal",
    "Exponential": "Exponential",
    "Gamma": "Gamma",
    "LinearProfile": "offset + slope x distance",
    "ExponentialProfile": "amplitude x exp(-distance / length)",
    "GaussianProfile": "amplitude x exp(-distance^2 / (2 sigma^2))",
    "Signal": "A level that is given, the same at all synapses",
    "SpikesOf": "Spikes of cells, each of which reaches all synapses",
    "ConcentrationOf": "The concentration of a peptide at each receiving cell",
    "MessengerOf": "The level of a messenger in each receiving cell",
    "Slab": "Uniform in a slab around the z axis",
    "Box": "Uniform in a box",
    "Sphere": "Uniform in a sphere",
    "Grid": "On a regular grid",
    "Points": "At points that are listed",
    "RecordedPlaces": "Where the cells of a file lie",
    "PoissonSource": "Cells that send Poisson trains, each its own",
    "SpikeTrain": "Cells that send the spikes that are listed",
    "TaskSource": "Cells that send the inputs of the network's task",
    "AllToAll": "Every cell to every cell",
    "OneToOne": "Each cell to that of the same index",
    "FixedProbability": "Each pair with a probability",
    "FixedInDegree": "So many synapses onto each cell",
    "FixedOutDegree": "So many synapses from each cell",
    "FixedTotalNumber": "So many synapses in all",
    "ByDistance": "Each pair with a probability that falls with its distance",
    "Listed": "Pairs that are listed",
    "Recorded": "The synapses of a recording, with their weights and delays",
    "PoissonInput": "Poisson trains from outside, onto each cell its own",
    "RateSteps": "A rate that is another from each of these times on",
    "RateSine": "A rate that goes up and down as a sine",
    "TaskFile": "A whole task file: what goes into a network, what it should say, its cells, and how they learn",
    "TimeSeries": "Numbers over time: a target of the readout, or a third factor; `values`, or a dataset of a file",
    "Dataset": "An array that lies in an HDF5 file, wherever an array may stand",
}
# Words of Python, which no argument may be.
SPELLED = {"from": "source"}
TYPES = {
    "#/$defs/per_cell": "PerCell",
    "#/$defs/property": "PerSynapse",
    "#/$defs/rate": "RateLike",
    "#/$defs/probability": "Numbers",
    "#/$defs/numbers": "Numbers",
    "#/$defs/whole_numbers": "Numbers",
    "#/$defs/matrix": "Numbers",
    "#/$defs/spikes": "Mapping[str, Any]",
    "#/$defs/names": "Names",
    "#/$defs/populations": "Names",
    "#/$defs/time_series": "TimeSeries | Mapping[str, Any]",
    "#/$defs/third_factor": "ThirdFactor | Mapping[str, Any]",
    "#/$defs/readout": "Readout | Mapping[str, Any]",
    "#/$defs/pseudo_derivative": "PseudoDerivative | Mapping[str, Any]",
    "#/$defs/mu": "Mu | Mapping[str, Any]",
    "#/$defs/feedback": "Feedback | Mapping[str, Any]",
    "#/$defs/cascade": "Cascade | Mapping[str, Any]",
    "#/$defs/loss": "Loss | Mapping[str, Any]",
    "#/$defs/taps": "Taps | Mapping[str, Any]",
    "#/$defs/signed": "Signed | Mapping[str, Any]",
    "#/$defs/receptors": "Receptors | Mapping[str, Any]",
    "#/$defs/carrier": "Carrier | Mapping[str, Any]",
    "#/$defs/record_credit": "RecordCredit | Mapping[str, Any]",
}
TASK_TYPES = {
    **TYPES,
    "#/$defs/task": "TaskKind | Mapping[str, Any]",
    "#/$defs/cells": "TaskCells | Model | Mapping[str, Any]",
    "#/$defs/input_weights": "InitialWeights | Mapping[str, Any]",
    "#/$defs/recurrent_weights": "InitialWeights | Mapping[str, Any]",
    "#/$defs/readout_weights": "InitialWeights | Mapping[str, Any]",
    "#/$defs/readout": "TaskReadout | Mapping[str, Any]",
    "#/$defs/carrier": "TaskCarrier | Mapping[str, Any]",
    "#/$defs/blur": "Blur | Mapping[str, Any]",
    "#/$defs/rewire": "Rewire | Mapping[str, Any]",
    "#/$defs/perturbation": "Perturbation | Mapping[str, Any]",
    "#/$defs/s_tllr": "STllr | Mapping[str, Any]",
    "#/$defs/pp_prop": "PpProp | Mapping[str, Any]",
    "#/$defs/training": "TrainingPlan | Mapping[str, Any]",
    "#/$defs/record": "TrainingRecord | Mapping[str, Any]",
    "#/$defs/positions": "Positions | Mapping[str, Any]",
    "#/$defs/probability": "Numbers | Mapping[str, Any]",
    "#/$defs/mask": "Numbers | str",
    "#/$defs/labels": "Numbers | Sequence[str]",
}
HEAD = '''"""What a model file or a task file may say, as classes: cell models, connectors, distributions, positions, inputs, training.

Written by write_parts.py from models/schema.json and models/task_schema.json; do not edit. Units are in the names of the arguments. An argument that
is left out has the default of the simulator. A faulty value is refused when the network is checked or run, with its place.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from ._part import Named, Part


class Distribution(Part):
    """Draws a number for each cell or synapse."""


class Profile(Part):
    """A number that depends on the distance between two cells."""


class Rate(Part):
    """A rate that changes in time."""


class Positions(Part):
    """Where the cells of a population lie."""


class Model(Part):
    """What the members of a population are."""


class Connector(Part):
    """Which cells are connected."""


class SynapseModel(Part):
    """What happens between a spike and its arrival, for all synapses of a projection."""


class ThirdFactor(Part):
    """What synapses hear beside the spikes of their two cells."""


class Input(Part):
    """What reaches cells from outside of the network."""


class Mu(Part):
    """The slope of intermediate cells on the path of credit."""


class Taps(Part):
    """What the rules of S lags make of their taps."""


class Signed(Part):
    """How a signal that peptides carry gets its sign."""


class Receptors(Part):
    """How cells hear the peptides of a carrier."""


class TaskKind(Part):
    """What goes into a network that learns, and what it should say."""


class TaskCells(Part):
    """The cells of a task."""


class InitialWeights(Part):
    """How a matrix of weights of a task begins; which of the fields a matrix takes is in docs/training.md."""


class NetworkTask(TaskKind):
    """A task whose trials a network meets while it runs."""


class Given(Part):
    """An array that lies in a file."""


class Intervention(Part):
    """What is edited of a network while it runs, and when."""

    #: Name of the edit in a model file.
    _edit: ClassVar[str] = ""

    def json(self) -> dict[str, Any]:
        """The intervention as a model file has it."""
        edit = super().json()
        times: dict[str, Any] = {name: edit.pop(name) for name in ("at_ms", "until_ms", "every_ms") if name in edit}
        edit.update(edit.pop("values" if self._edit == "state" else "parameters", {}))
        return {**times, self._edit: edit["cells"] if self._edit == "silence" else edit}


Numbers: TypeAlias = float | Sequence[Any] | npt.NDArray[np.generic] | Given
PerCell: TypeAlias = Numbers | Distribution
PerSynapse: TypeAlias = Numbers | Distribution | Profile
RateLike: TypeAlias = Numbers | Rate
Names: TypeAlias = Named | str | Sequence[Named | str]
'''


def camel(name):
    return "".join(word.capitalize() for word in name.split("_"))


def type_of(field, types):
    if "$ref" in field:
        return types.get(field["$ref"], "Any")
    alternatives = field.get("anyOf", [])
    references = [own["$ref"] for own in alternatives if "$ref" in own]
    if "#/$defs/distribution" in references:
        return "PerCell"
    if types is TASK_TYPES and len(references) == 1:
        return types.get(references[0], "Any")
    if "enum" in field:
        return "str"
    kinds = {"number": "float", "integer": "int", "string": "str", "boolean": "bool", "array": "Numbers"}
    if isinstance(field.get("additionalProperties"), dict) and "properties" in field["additionalProperties"]:
        return "Mapping[str, Mapping[str, Any]]"
    return kinds.get(field.get("type"), "Mapping[str, PerCell]" if field.get("type") == "object" else "Any")


UNITS = {"ms": "ms", "mv": "mV", "pa": "pA", "pf": "pF", "ns": "nS", "um": "um", "hz": "Hz", "nm": "nM"}


def about(name, field):
    assert "description" in field, name
    says = [field["description"]]
    unit = UNITS.get(name.rpartition("_")[2])
    if unit and not re.search(rf"\b{unit}\b", field["description"]):
        says.append(f"In {unit}.")
    if "enum" in field:
        says.append("One of " + ", ".join(str(own) for own in field["enum"]) + ".")
    if "default" in field:
        says.append(f"Default {field['default']}.")
    return "\n".join(textwrap.wrap(f"{name}: {' '.join(says)}", 116, initial_indent="    ", subsequent_indent=" " * 8))


def class_text(base, kind_field, name, kind, alternative, taken, types=TYPES):
    required = alternative.get("required", [])
    skipped = taken | {"description", "$schema", kind_field}
    fields = {SPELLED.get(own, own): field for own, field in alternative["properties"].items() if own not in skipped}
    assert not any(keyword.iskeyword(own) for own in fields), fields
    spelled = {argument: own for own, argument in SPELLED.items() if own in alternative["properties"]}
    first = [SPELLED.get(own, own) for own in required if SPELLED.get(own, own) in fields]
    others = [own for own in fields if own not in first]
    title = TITLES.get(name) or alternative.get("title")
    assert title, name
    title = title[0].upper() + title[1:]
    lines = ["", "", f"class {name}({base}):", f'    """{title.rstrip(".")}.']
    if fields:
        lines += [""] + [about(own, fields[own]) for own in first + others]
        lines.append('    """')
    else:
        lines[-1] += '"""'
    fixed = {} if kind_field is None else {kind_field: kind}
    lines += ["", f"    _fixed = {json.dumps(fixed)}"]
    if base == "Intervention":
        lines.append(f'    _edit = "{kind}"')
    if spelled:
        lines.append(f"    _spelled = {json.dumps(spelled)}")
    parameters = [f"        {own}: {type_of(fields[own], types)}," for own in first]
    if others:
        parameters.append("        *,")
        parameters += [f"        {own}: {type_of(fields[own], types)} | None = None," for own in others]
    if fields:
        lines += ["", "    def __init__(", "        self,", *parameters, "    ) -> None:"]
        lines.append(f"        super().__init__({', '.join(f'{own}={own}' for own in first + others)})")
    else:
        lines += ["", "    def __init__(self) -> None:", "        super().__init__()"]
    return lines


def flat(schema, alternative):
    """Kind and fields of an intervention: those of its edit stand beside its times."""
    [kind] = set(alternative["properties"]) - {"at_ms", "until_ms", "every_ms", "description", "$schema"}
    edit = alternative["properties"][kind]
    of = next((own for own in [edit, *edit.get("anyOf", [])] if own.get("$ref", "").endswith("_edit")), None)
    times = {name: own for name, own in alternative["properties"].items() if name in ("at_ms", "until_ms", "every_ms")}
    if of is None:
        return kind, {**alternative, "properties": {"cells": edit, **times}, "required": ["cells"]}
    section = schema["$defs"][of["$ref"].rpartition("/")[2]]
    own = {name: field for name, field in section["properties"].items() if name not in ("description", "$schema")}
    required = list(section["required"])
    if section.get("additionalProperties"):
        # Names that the schema does not know are a mapping.
        mapping = "values" if kind == "state" else "parameters"
        own[mapping] = {"type": "object", "description": section["description"]}
        required.append(mapping)
    return kind, {**alternative, "properties": {**own, **times}, "required": required}


def text():
    schema = json.loads(SCHEMA.read_text())
    lines, names = [HEAD.rstrip()], []
    for group, base, kind_field, taken in GROUPS:
        own = schema["$defs"][group]
        alternatives = [each for each in own.get("oneOf") or own.get("anyOf") or [own] if "properties" in each]
        # Cells of a file have the names that the file gives them: no class of their own.
        alternatives = [each for each in alternatives if not kind_field or "const" in each["properties"][kind_field]]
        for number, each in enumerate(alternatives):
            kind = each["properties"][kind_field]["const"] if kind_field else number
            if group == "intervention":
                if "add" in each["properties"]:
                    # A class by hand: it takes a connector.
                    continue
                kind, each = flat(schema, each)
            name = NAMES.get((group, kind)) or camel(kind)
            assert name not in names, name
            names.append(name)
            lines += class_text(base, kind_field, name, kind, each, taken)
    for name, own in task_classes():
        assert name not in names, name
        names.append(name)
        lines += own
    lines += ["", "", "__all__ = ["] + [f'    "{name}",' for name in sorted(names)] + ["]", ""]
    return "\n".join(lines)


def merged(groups):
    """The kinds of several groups, each with the fields that it has in any of them; needed is what all of them need."""
    kinds = {}
    for alternative in (each for own in groups for each in own["oneOf"]):
        kind = alternative["properties"]["kind"]["const"]
        own = kinds.setdefault(kind, {**alternative, "properties": {}})
        own["properties"].update(alternative["properties"])
        own["required"] = [name for name in own["required"] if name in alternative["required"]]
    return {"oneOf": list(kinds.values())}


def task_classes():
    """(name, lines) of the classes of task files."""
    schema = json.loads(TASK_SCHEMA.read_text())
    definitions = {**schema["$defs"], "task_file": schema}
    definitions |= {name: merged([definitions[own] for own in groups]) for name, groups in MERGED.items()}
    for group, base, kind_field, taken in TASK_GROUPS:
        own = definitions[group]
        alternatives = own.get("oneOf", [own])
        # Cells of a file have the names that the file gives them: they are a mapping.
        alternatives = [each for each in alternatives if not kind_field or "const" in each["properties"][kind_field]]
        for number, each in enumerate(alternatives):
            kind = each["properties"][kind_field]["const"] if kind_field else number
            if (group, kind) not in SHARED:
                # Cells of a task and those of a network have one name in files.
                name = TASK_NAMES.get((group, kind)) or camel(kind) + ("Cells" if group == "cells" else "")
                yield name, class_text(base, kind_field, name, kind, each, taken, TASK_TYPES)


if __name__ == "__main__":
    PARTS.write_text(text())
    print(f"wrote {PARTS}")
