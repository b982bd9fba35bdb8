"""Runs of a comparison that other processes make."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import neuropil as npl
import numpy as np
import pytest

RULES, SEEDS = ["bptt", "eprop"], range(2)


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
        names, others = ({name for name in own.names(rule, seed) if not name.startswith("cost/")} for own in (one, other))
        assert names == others and len(names) > 5
        for name in names:
            assert np.array_equal(one.dataset(rule, seed, name), other.dataset(rule, seed, name), equal_nan=True), name
    return True


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_processes_make_the_same_runs(tiny_task, pool, tmp_path):
    mine, told, path = npl.ThirdFactor("mine", third), [], tmp_path / "runs.h5"
    expected = npl.compare(tiny_task, [*RULES, mine], SEEDS, align=True)
    found = npl.compare(
        tiny_task, [*RULES, mine], SEEDS, align=True, executor=pool, file=path, progress=lambda *own: told.append(own[:2])
    )
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
    assert Counting.handed_over == [("bptt", 0), ("bptt", 1), ("eprop", 1)]
    assert equal(found, npl.compare(tiny_task, RULES, SEEDS))
    assert found.dataset("eprop", 0, "cost/wall_s") == first.dataset("eprop", 0, "cost/wall_s")
    again = npl.compare(tiny_task, RULES, SEEDS, file=path, executor=Counting())
    assert len(Counting.handed_over) == 3 and equal(again, found)


@pytest.mark.filterwarnings("ignore::neuropil.NeuropilWarning")
def test_a_fault_keeps_what_has_come_back(tiny_task, tmp_path):
    path = tmp_path / "runs.h5"
    with ThreadPoolExecutor(1) as threads, pytest.raises(ZeroDivisionError, match="no gradient today"):
        npl.compare(tiny_task, ["eprop", npl.OwnRule("faulty", faulty)], [0], file=path, executor=threads)
    assert npl.Comparison.read(path).runs == [("eprop", 0, True)]


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
