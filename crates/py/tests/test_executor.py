"""Runs of a comparison that other processes make."""

import importlib.util
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait

import neuropil as npl
import numpy as np
import pytest
from neuropil import _training

# Not in the order of the alphabet, which is that of a file.
RULES, SEEDS = ["eprop", "bptt"], range(2)


@pytest.fixture(scope="module")
def pool():
    """Two processes that know nothing of this one."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as made:
        yield made


def third(batch):
    return 2 * batch.third_factor


def faulty(batch):
    raise ZeroDivisionError("no gradient today")


def equal(one, other):
    """Whether two comparisons have the same runs, bit for bit, but for what they cost."""
    assert sorted(one.runs) == sorted(other.runs)
    for rule, seed, _ in one.runs:
        names, others = ([name for name in own.names(rule, seed) if not name.startswith("cost/")] for own in (one, other))
        assert names == others and len(names) > 5
        for name in names:
            assert np.array_equal(one.dataset(rule, seed, name), other.dataset(rule, seed, name), equal_nan=True), name
    return True


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_processes_make_the_same_runs(tiny_task, pool, tmp_path):
    mine, told, path = npl.ThirdFactor("mine", third), [], tmp_path / "runs.h5"
    expected = npl.compare(tiny_task, [*RULES, mine], [1, 0], align=True)
    found = npl.compare(
        tiny_task, [*RULES, mine], [1, 0], align=True, executor=pool, file=path, progress=lambda *own: told.append(own[:2])
    )
    assert found.runs == expected.runs == [(own, seed, True) for seed in (1, 0) for own in (*RULES, "mine")]
    assert found.paired() == expected.paired()
    if importlib.util.find_spec("pandas"):
        assert found.to_pandas().equals(expected.to_pandas()) and list(found.to_pandas())[:3] == ["rule", "seed", "update"]
    assert equal(found, expected) and equal(npl.Comparison.read(path), expected) and found.path == str(path)
    assert [made for made, _ in told] == sorted(made for made, _ in told)
    assert told[0] == (0, 24) and told[-1] == (24, 24)
    assert found.faults == [] and found.task.to_dict() == expected.task.to_dict()


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_what_the_file_has_is_not_made_again(tiny_task, pool, tmp_path):
    path = tmp_path / "runs.h5"
    first = npl.compare(tiny_task, ["eprop"], [0], file=path)

    class Counting:
        handed_over = []

        def submit(self, function, *arguments):
            self.handed_over.append(arguments[1:3])
            return pool.submit(function, *arguments)

    found = npl.compare(tiny_task, RULES, SEEDS, file=path, executor=Counting())
    expected = npl.compare(tiny_task, RULES, SEEDS)
    assert Counting.handed_over == [("bptt", 0), ("eprop", 1), ("bptt", 1)]
    assert equal(found, expected) and found.runs == expected.runs
    assert found.dataset("eprop", 0, "cost/wall_s") == first.dataset("eprop", 0, "cost/wall_s")
    again = npl.compare(tiny_task, RULES, SEEDS, file=path, executor=Counting())
    assert len(Counting.handed_over) == 3 and equal(again, found)


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_a_fault_keeps_what_has_come_back(tiny_task, tmp_path):
    path = tmp_path / "runs.h5"
    with ThreadPoolExecutor(1) as threads, pytest.raises(ZeroDivisionError, match="no gradient today") as caught:
        npl.compare(tiny_task, ["eprop", npl.OwnRule("faulty", faulty)], [0], file=path, executor=threads)
    assert npl.Comparison.read(path).runs == [("eprop", 0, True)]
    if sys.version_info >= (3, 11):
        assert caught.value.__notes__ == [f"it was the run of faulty with seed 0; runs that had ended: 1, in `{path}`"]


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_a_submit_that_fails_keeps_what_has_come_back(tiny_task, tmp_path):
    path, handed_over = tmp_path / "runs.h5", []

    class Closed:
        def submit(self, function, *arguments):
            if len(handed_over) == 2:
                wait(handed_over)
                raise RuntimeError("no more today")
            handed_over.append(threads.submit(function, *arguments))
            return handed_over[-1]

    with ThreadPoolExecutor(1) as threads, pytest.raises(RuntimeError, match="no more today"):
        npl.compare(tiny_task, RULES, SEEDS, file=path, executor=Closed())
    assert sorted(npl.Comparison.read(path).runs) == [("bptt", 0, True), ("eprop", 0, True)]


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_a_slow_run_holds_back_no_other(tiny_task, tmp_path, monkeypatch):
    """The file, and what is told, has the second run while the first goes on."""
    monkeypatch.setattr(_training, "_SAVE_EVERY_S", 0)
    path, told, seen = tmp_path / "runs.h5", [], []

    def late(function, *arguments):
        end = time.monotonic() + 30
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.01)
        seen.extend(told)
        return function(*arguments)

    class Slow:
        def submit(self, function, *arguments):
            rule = arguments[1]
            return threads.submit(late, function, *arguments) if rule == "eprop" else threads.submit(function, *arguments)

    with ThreadPoolExecutor(2) as threads:
        found = npl.compare(tiny_task, RULES, [0], file=path, executor=Slow(), progress=lambda made, *_: told.append(made))
    assert seen == [0, 4] and told == [0, 4, 8] and found.runs == [("eprop", 0, True), ("bptt", 0, True)]


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_what_has_ended_is_read_from_the_file(tiny_task, tmp_path, monkeypatch):
    """Networks are built where runs are made, and here one a rule."""
    path, made = tmp_path / "runs.h5", []
    npl.compare(tiny_task, RULES, range(8), file=path)
    begin = npl.Training.__init__
    monkeypatch.setattr(npl.Training, "__init__", lambda *own, **more: (made.append(own[2]), begin(*own, **more))[1])
    npl.compare(tiny_task, RULES, range(8), file=path, executor=ThreadPoolExecutor(1))
    assert made == RULES
    with pytest.raises(npl.InputError, match="align"):
        npl.compare(tiny_task, RULES, [7], file=path, executor=ThreadPoolExecutor(1), align=True)


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_runs_of_a_carrier_are_found_in_the_file(tiny_task, tmp_path):
    path, tissue = tmp_path / "runs.h5", tiny_task.changed("carrier", {"kind": "blur"})
    assert npl.compare(tissue, ["eprop"], [0], file=path).runs == [("eprop+blur", 0, True)]

    class Nobody:
        def submit(self, function, *arguments):
            raise AssertionError("nothing is missing")

    assert npl.compare(tissue, ["eprop"], [0], file=path, executor=Nobody()).runs == [("eprop+blur", 0, True)]
    with pytest.raises(npl.InputError, match="align"):
        npl.compare(tissue, ["eprop"], [0], file=path, executor=Nobody(), align=True)


def test_runs_that_diverge_are_told_and_the_others_go_on(tiny_task):
    wild = tiny_task.changed("training.learning_rate", 1e308)
    expected = npl.compare(wild, RULES, [0])
    with ThreadPoolExecutor(2) as threads:
        found = npl.compare(wild, RULES, [0], executor=threads)
    assert found.faults == expected.faults != [] and equal(found, expected)


def test_what_is_no_executor_is_refused(tiny_task, tmp_path):
    for wrong, found in ((4, "a int"), (ProcessPoolExecutor, "the class ProcessPoolExecutor")):
        with pytest.raises(npl.InputError, match=f"executor: found {found}, expected one such as"):
            npl.compare(tiny_task, RULES, executor=wrong, file=tmp_path / "runs.h5")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_future_and_no_thread_is_refused(tiny_task, tmp_path):
    class Deaf:
        def submit(self, function, *arguments):
            return None

    with pytest.raises(npl.InputError, match="its submit gives None, expected a concurrent.futures.Future"):
        npl.compare(tiny_task, RULES, executor=Deaf())
    with pytest.raises(npl.InputError, match="threads: found 0"):
        npl.compare(tiny_task, RULES, executor=Deaf(), threads=0)
