"""A script that `mpirun` has started several times: one run is the work of all, with the bits of one process.

Tests marked `mpi` need a package that was built with MPI: `cargo xtask ranks` builds one, and runs them.
"""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import neuropil as npl
import numpy as np
import pytest

mpi = pytest.mark.skipif(os.environ.get("NEUROPIL_RANKS") != "1", reason="`cargo xtask ranks` builds a package with MPI")

NETWORK = """
import sys
import neuropil as npl

def network():
    net = npl.Network(dt_ms=0.1, seed=7)
    exc = net.population("exc", 80, npl.LifExp(tau_m_ms=20), cell_type="Pyr", sign=1)
    inh = net.population("inh", 20, npl.LifExp(tau_m_ms=20), cell_type="Pvalb", sign=-1)
    net.connect(exc, [exc, inh], npl.FixedProbability(0.1), weight_pa=40, delay_ms=npl.Uniform(0.1, 1.5), name="from_exc")
    net.connect(inh, [exc, inh], npl.FixedProbability(0.1), weight_pa=-400, delay_ms=0.8)
    net.input(npl.PoissonInput(8, in_degree=100, weight_pa=150), to=[exc, inh])
    return net, npl.State(exc[:7], "v_m_mv", every_ms=0.5)
"""


def written(folder, script):
    """A script that begins with the network."""
    path = folder / "script.py"
    path.write_text(NETWORK + textwrap.dedent(script))
    return [sys.executable, str(path)]


def over(ranks, folder, script):
    """Runs a script under `mpirun`; more ranks than there are cores, and without a fixed core for each."""
    asked = {f"OMPI_MCA_{name}": "1" for name in ("rmaps_base_oversubscribe", "mpi_yield_when_idle")}
    asked |= {"OMPI_MCA_hwloc_base_binding_policy": "none"}
    asked |= {f"OMPI_ALLOW_RUN_AS_ROOT{end}": "1" for end in ("", "_CONFIRM")}
    command = ["mpirun", "-n", str(ranks), *written(folder, script)]
    return subprocess.run(command, cwd=folder, env=os.environ | asked, capture_output=True, text=True, timeout=120)


def alone(folder, script):
    subprocess.run(written(folder, script), cwd=folder, check=True)


def content(path):
    """The bits of every dataset."""
    h5py = pytest.importorskip("h5py")
    found = {}

    def see(name, own):
        if isinstance(own, h5py.Dataset):
            # Text is told by its characters, not by where they lie.
            found[name] = repr(own[()]).encode() if own.dtype.kind == "O" else np.asarray(own).tobytes()

    with h5py.File(path) as file:
        file.visititems(see)
    return found


def same(a, b):
    """Two recordings, but for what a run cost."""
    a, b = content(a), content(b)
    assert a.keys() == b.keys()
    assert [name for name in a if a[name] != b[name]] == []
    return a


@mpi
@pytest.mark.parametrize(("ranks", "threads"), [(2, 1), (2, 2), (3, 1)])
def test_a_run_over_ranks_has_the_bits_of_one_process(ranks, threads, tmp_path):
    alone(tmp_path, "net, state = network(); net.run(200, record=state, file='one.h5')")
    done = over(
        ranks,
        tmp_path,
        f"""
        net, state = network()
        rec = net.run(200, record=state, file="all.h5", threads={threads}, progress=True)
        open(f"rates.{{npl.ranks()[0]}}", "w").write(str(rec.rates_hz()))
        assert npl.ranks()[1] == {ranks} and rec.provenance["ranks"] == {ranks}
        """,
    )
    assert done.returncode == 0, done.stderr
    found = same(tmp_path / "one.h5", tmp_path / "all.h5")
    assert any("exc/timestamps" in name and len(own) > 300 for name, own in found.items())
    assert len({(tmp_path / f"rates.{rank}").read_text() for rank in range(ranks)}) == 1
    assert done.stderr.count("200 of 200 ms") == 1, "the first rank alone shows how far the run is"


@mpi
def test_runs_go_on_with_other_numbers_of_ranks(tmp_path):
    alone(tmp_path, "net, state = network(); net.run(300, record=state, file='one.h5', checkpoint_every_ms=50)")
    first = "net, state = network(); net.run(100, record=state, file='all.h5', checkpoint_every_ms=50)"
    assert over(3, tmp_path, first).returncode == 0
    done = over(2, tmp_path, "npl.resume('all.h5', until_ms=200)")
    assert done.returncode == 0, done.stderr
    alone(tmp_path, "npl.resume('all.h5', until_ms=300)")
    spikes = [npl.Recording(tmp_path / name).spikes["exc"] for name in ("one.h5", "all.h5")]
    assert len(spikes[0][0]) > 50 and all(np.array_equal(*pair) for pair in zip(*spikes, strict=True))


@mpi
def test_every_rank_reads_a_temporary_recording(tmp_path):
    """Would catch a rank that reads the file of another, which may be gone or on another machine, and one that keeps an old one."""
    done = over(
        2,
        tmp_path,
        """
        net, state = network()
        rec = net.run(100, record=state, checkpoint_every_ms=50)
        paths = [rec.path]
        first = rec.rates_hz()
        rec = npl.resume(rec, until_ms=200)
        assert rec.duration_ms == 200 and rec.rates_hz() != first
        open(f"told.{npl.ranks()[0]}", "w").write(f"{rec.path}\\n{rec.rates_hz()}")
        """,
    )
    assert done.returncode == 0, done.stderr
    told = [(tmp_path / f"told.{rank}").read_text().split("\n") for rank in (0, 1)]
    assert told[0][0] != told[1][0] and told[0][1] == told[1][1]


@mpi
@pytest.mark.parametrize("victim", [0, 1])
def test_an_exception_on_one_rank_ends_all_with_one_message(victim, tmp_path):
    begun = time.monotonic()
    done = over(
        2,
        tmp_path,
        f"""
        net, state = network()
        net.run(10)
        if npl.ranks()[0] == {victim}:
            raise ValueError("it was this one")
        net.run(1e7, file="long.h5")
        """,
    )
    assert done.returncode != 0 and time.monotonic() - begun < 60
    assert done.stderr.count("ValueError: it was this one") == 1 and done.stderr.count("Traceback") == 1, done.stderr


@mpi
def test_a_rank_that_ends_early_ends_the_run_of_the_others(tmp_path):
    done = over(
        2,
        tmp_path,
        """
        net, state = network()
        net.run(10)
        if npl.ranks()[0] == 1:
            sys.exit()
        net.run(1e7, file="long.h5")
        """,
    )
    assert done.returncode != 0 and "another rank has ended" in done.stderr, done.stderr


@mpi
def test_a_rank_that_ends_early_leaves_others_that_end_as_they_like(tmp_path):
    """Would catch a rank that waits at its end, or in a second run, for one that is no longer there: `over` gives it two minutes."""
    done = over(
        3,
        tmp_path,
        """
        net, state = network()
        net.run(10)
        if npl.ranks()[0] == 1:
            sys.exit()
        for file in ("long.h5", "again.h5"):
            try:
                net.run(1e7, file=file)
            except npl.NeuropilError as fault:
                open(f"told.{npl.ranks()[0]}", "a").write(f"{fault}\\n")
        """,
    )
    assert done.returncode == 0, done.stderr
    for rank in (0, 2):
        told = (tmp_path / f"told.{rank}").read_text().splitlines()
        assert len(told) == 2 and all("another rank has ended" in own for own in told), told


@mpi
def test_a_launcher_of_another_mpi_is_told_each_time(tmp_path):
    """Would catch a second call that tells of an MPI that has ended, and not of why."""
    script = """
        net, state = network()
        for _ in range(2):
            try:
                net.run(10)
            except npl.InputError as fault:
                print(fault)
        """
    done = started_as_two(tmp_path, script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 processes were started together, but the MPI of this build finds 1") == 2, done.stdout


@mpi
def test_what_is_refused_on_one_rank_is_refused_on_all(tmp_path):
    (tmp_path / "there.h5").write_text("mine")
    done = over(2, tmp_path, "net, state = network(); net.run(10, file='there.h5')")
    assert done.returncode != 0 and done.stderr.count("OutputError") == 1, done.stderr
    caught = """
        net, state = network()
        for refused in (lambda: net.run(10, file="there.h5"), lambda: net.run(10, progress=stops)):
            try:
                refused()
            except (npl.OutputError, npl.NeuropilError, ZeroDivisionError) as fault:
                open(f"told.{npl.ranks()[0]}", "a").write(f"{fault}\\n")
        net.run(10)
        """
    caught = "def stops(*told):\n    1 / 0\n" + textwrap.dedent(caught)
    done = over(2, tmp_path, caught)
    assert done.returncode == 0, done.stderr
    told = [(tmp_path / f"told.{rank}").read_text().splitlines() for rank in (0, 1)]
    assert "there.h5" in told[0][0] and told[0][0] == told[1][0]
    assert told[0][1] == "division by zero" and "ZeroDivisionError: division by zero" in told[1][1]
    assert (tmp_path / "there.h5").read_text() == "mine"


@mpi
def test_commands_are_those_of_ranks(tmp_path):
    done = over(
        2,
        tmp_path,
        """
        told = npl.command("doctor")
        assert (told == "") == (npl.ranks()[0] == 1)
        net, state = network()
        net.to_json("net.json", force=True) if npl.ranks()[0] == 0 else None
        net.run(10)
        npl.command("run", "net.json", output="out.h5", duration_ms=10, quiet=True)
        if told:
            print(told)
        """,
    )
    assert done.returncode == 0, done.stderr
    assert "2 ranks have run the first network together" in done.stdout and "those of every machine" in done.stdout
    assert (tmp_path / "out.h5").exists()


@mpi
def test_a_network_that_learns_has_the_bits_of_one_process(tmp_path):
    script = """
    net = npl.Network(dt_ms=1, seed=3)
    heard = net.population("heard", 10, npl.PoissonSource(40))
    exc = net.population("exc", 20, npl.Alif(tau_m_ms=20, v_th=0.3), cell_type="Pyr", sign=1)
    plastic = npl.Plastic(0.001, optimiser="adam", max=1.0)
    net.connect(heard, exc, npl.AllToAll(), weight=npl.Normal(0.1, 0.05), delay_ms=1, plastic=plastic, name="input")
    net.connect(exc, exc, npl.FixedProbability(0.3), weight=0.02, delay_ms=1, plastic=plastic)
    net.learning(npl.Learning("modprop_type_online", apply_every_ms=50, record_weights_every_ms=100,
        mu=npl.ConstantMu({"Pyr": 0.05}), readout=npl.Readout(exc, 1, weight=npl.Normal(0, 0.1), learning_rate=0.01),
        target=npl.TimeSeries(10, repeats=True, values=[i / 20 for i in range(20)])))
    net.run(400, file="OUT")
    """
    alone(tmp_path, script.replace("OUT", "one.h5"))
    done = over(2, tmp_path, script.replace("OUT", "all.h5"))
    assert done.returncode == 0, done.stderr
    assert any("weights/input" in name for name in same(tmp_path / "one.h5", tmp_path / "all.h5"))


@mpi
def test_training_by_the_command_has_the_bits_of_one_process(tmp_path):
    task = Path(__file__).parents[3] / "models" / "tasks" / "small_delayed_xor.json"
    script = f"""
    changes = ["training.updates=2", "training.batch=40"]
    npl.command("train", {str(task)!r}, rule="modprop_type", set=changes, output="OUT", quiet=True)
    """
    alone(tmp_path, script.replace("OUT", "one.h5"))
    done = over(2, tmp_path, script.replace("OUT", "all.h5"))
    assert done.returncode == 0, done.stderr
    one, both = (content(tmp_path / name) for name in ("one.h5", "all.h5"))
    learned = [name for name in one if "/cost/" not in name]
    assert one.keys() == both.keys() and any("weights/w_rec" in name for name in learned)
    assert [name for name in learned if one[name] != both[name]] == []


def started_as_two(folder, script):
    """Runs a script as the launcher of an MPI would start one of two processes."""
    return subprocess.run(
        written(folder, script), cwd=folder, env=os.environ | {"OMPI_COMM_WORLD_SIZE": "2"}, capture_output=True, text=True
    )


@pytest.mark.skipif(os.environ.get("NEUROPIL_RANKS") == "1", reason="this package was built with MPI")
@pytest.mark.parametrize(
    "work", ["net.run(10, file='out.h5')", "npl.resume('out.h5')", "npl.ranks()", "npl.command('doctor')"]
)
def test_a_build_without_mpi_refuses_to_be_one_of_several(work, tmp_path):
    done = started_as_two(tmp_path, f"net, state = network()\n{work}")
    assert done.returncode != 0 and "InputError: this process was started as one of 2 ranks" in done.stderr, done.stderr
    assert "unset OMPI_COMM_WORLD_SIZE" in done.stderr and not (tmp_path / "out.h5").exists()


@pytest.mark.parametrize(
    ("work", "told"),
    [
        ("net.build()", "a network in memory (`build`) is that of one process"),
        ("npl.train('task.json', 'eprop', file='out.h5')", "`npl.train` and `npl.compare` are the work of one process"),
        ("npl.compare('task.json', ['eprop'], seeds=[0], file='out.h5')", "`npl.train` and `npl.compare` are the work of one process"),
        ("npl.command('bench', 'cuba')", "only `run`, `resume`, `train` and `doctor` are one work of several"),
    ],
)
def test_what_is_the_work_of_one_process_is_refused(work, told, tmp_path):
    (tmp_path / "task.json").write_text("{}")
    done = started_as_two(tmp_path, f"net, state = network()\n{work}")
    assert done.returncode != 0 and f"2 processes were started together (OMPI_COMM_WORLD_SIZE), but {told}" in done.stderr, done.stderr
    assert not (tmp_path / "out.h5").exists()
