"""What a model is warned of is a warning of Python, at the line of the caller."""

import warnings
from pathlib import Path

import neuropil as npl
import pytest

#: A cell with a port that no equation reads.
DEAF = """
model deaf:
    state:
        V_m mV = -70 mV
    parameters:
        tau_m ms = 10 ms
    equations:
        V_m' = (-70 mV - V_m) / tau_m
    input:
        I_stim pA <- continuous
    output:
        spike
    update:
        integrate_odes()
    onCondition(V_m >= -55 mV):
        V_m = -70 mV
        emit_spike()
"""


@pytest.fixture
def deaf():
    """A current goes into a port that nothing reads."""
    net = npl.Network(seed=1)
    cells = net.population("p", 2, npl.Cell(text=DEAF))
    net.input(npl.StepCurrent(amplitude_pa=500), to=cells)
    net.population("clock", 1, npl.RegularSource(period_ms=20))
    return net


def heard(work):
    """What is warned of a port."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        work()
    return [own for own in told if "nothing reads the port `I_stim`" in str(own.message)]


WAYS = {
    "check": lambda net: net.check(20),
    "run": lambda net: net.run(20),
    "build": lambda net: net.build(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_port_that_nothing_reads_is_warned_of_once(deaf, way):
    """Once it was in the notes alone, which nobody reads who does not look for them."""
    work = WAYS[way]
    told = heard(lambda: work(deaf))
    assert len(told) == 1
    assert told[0].category is npl.NeuropilWarning
    assert (told[0].filename, told[0].lineno) == (__file__, work.__code__.co_firstlineno)
    assert not str(told[0].message).startswith("warning")


def test_a_run_that_goes_on_warns_too(deaf, tmp_path):
    path = tmp_path / "run.h5"
    assert len(heard(lambda: deaf.run(20, file=path, checkpoint_every_ms=10))) == 1
    assert len(heard(lambda: npl.resume(path, until_ms=30))) == 1


def test_a_warning_that_is_an_error_comes_before_the_run(deaf, tmp_path):
    """Nothing is written, and nobody waits for it."""
    path = tmp_path / "run.h5"
    with warnings.catch_warnings():
        warnings.simplefilter("error", npl.NeuropilWarning)
        with pytest.raises(npl.NeuropilWarning, match="nothing reads the port"):
            deaf.run(20, file=path)
        with pytest.raises(npl.NeuropilWarning, match="nothing reads the port"):
            deaf.build()
    assert list(tmp_path.iterdir()) == []


def test_of_a_model_that_is_refused_when_it_is_built_the_warning_is_heard_once(deaf):
    """`build` looks at it twice, for the place of the fault."""
    cell = deaf.population("cell", 1, npl.LifExp())
    deaf.connect(deaf["clock"], cell, npl.FixedInDegree(5, multapses=False), weight_pa=1.0, delay_ms=1.0)

    def refused():
        with pytest.raises(npl.InputError, match="only 1 possible sources"):
            deaf.build()

    assert len(heard(refused)) == 1


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_each_note_says_what_it_is(deaf, tiny_task):
    """Once remarks began with nothing, and what was said of the input with `note` or `warning`."""
    rec = deaf.run(20)
    assert "warning: p is silent" in rec.notes
    runs = npl.train(tiny_task.changed("training.lags", 2).changed("input_weights.gain", 0), "eprop")
    assert any("lags" in own for own in runs.notes) and any("silent" in own for own in runs.notes)
    for notes in (rec.notes, deaf.check(20)["notes"], runs.notes):
        assert notes and all(own.startswith(("note: ", "warning: ")) for own in notes), notes


def test_the_line_is_the_users_also_where_a_folder_is_called_alike(deaf, tmp_path):
    """Once every file in a folder whose name begins with that of the package was taken for one of the package."""
    package = Path(npl.__file__).parent
    names = {"net": deaf}
    code = compile("net.check(20)", f"{package}_of_mine/script.py", "exec")
    told = heard(lambda: exec(code, names))
    assert [own.filename for own in told] == [f"{package}_of_mine/script.py"]
