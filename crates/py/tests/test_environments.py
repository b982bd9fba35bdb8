"""Environments that others wrote: those of gymnasium, programs that speak lines of JSON, and those behind a socket."""

import gc
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time

import gymnasium
import numpy as np
import pytest

import neuropil as npl

PROGRAM = """
import json, sys
for line in sys.stdin:
    told = json.loads(line)
    print(json.dumps({"noise": 6.0 + 0.02 * sum(told["counts"]["exc"])} if told["t_ms"] < 60 else None), flush=True)
"""


def network():
    net = npl.Network(seed=3)
    exc = net.population("exc", 40, npl.LifExp(), sign=1)
    net.connect(exc, exc, npl.FixedProbability(0.2), weight_pa=60, delay_ms=1.5, name="e")
    net.input(npl.PoissonInput(8, in_degree=1000, weight_pa=30), to=exc, name="noise")
    return net


def in_python(counts, t_ms):
    return {"noise": 6.0 + 0.02 * counts["exc"].sum()} if t_ms < 60 else None


def looped(environment):
    sim = network().build()
    sim.run(80, environment=environment, every_ms=10, latency_ms=2, watch=["exc"])
    return sim.network()


class Space:
    def __init__(self, shape=(), n=2):
        self.shape, self.n = shape, n

    def contains(self, action):
        return action in range(self.n)

    def __repr__(self):
        return f"Discrete({self.n})"


class Corridor:
    """Cells 0 to 4; right from the start in the middle is worth 1, left -1, and ends the episode at the walls."""

    action_space = Space()
    observation_space = Space((1,))

    def __init__(self):
        self.seeds, self.actions = [], []

    def reset(self, *, seed=None):
        self.seeds.append(seed)
        self.at = 2
        return np.array([self.at]), {}

    def step(self, action):
        self.actions.append(action)
        self.at += 1 if action == 1 else -1
        return np.array([self.at]), 1.0 if self.at == 4 else 0.0, self.at in (0, 4), False, {}


def test_a_program_answers_as_a_function_does():
    with npl.ProgramEnvironment([sys.executable, "-c", PROGRAM]) as program:
        asked = looped(program)
    expected = looped(in_python).to_dict()["interventions"]
    assert len(expected) == 5 and asked.to_dict()["interventions"] == expected
    # The program is not needed again.
    assert asked.run(80).spikes["exc"][0].size > 0
    with pytest.raises(npl.StateError, match="is closed"):
        program({}, 0.0)


def test_a_socket_answers_as_a_function_does(tmp_path):
    path = tmp_path / "environment.sock"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)

    def serve():
        other, _ = listener.accept()
        with other, other.makefile("rw") as lines:
            for line in lines:
                told = json.loads(line)
                counts = {name: np.array(own) for name, own in told["counts"].items()}
                lines.write(json.dumps(in_python(counts, told["t_ms"])) + "\n")
                lines.flush()

    thread = threading.Thread(target=serve)
    thread.start()
    with npl.SocketEnvironment(path) as there:
        asked = looped(there)
    thread.join(timeout=10)
    listener.close()
    assert asked.to_dict()["interventions"] == looped(in_python).to_dict()["interventions"]
    with pytest.raises(npl.InputError, match="nobody listens at"):
        npl.SocketEnvironment(tmp_path / "nobody.sock")


def test_a_network_is_the_agent_of_an_environment_of_gymnasium():
    corridor = Corridor()
    env = npl.GymEnvironment(
        corridor,
        act=lambda counts: int(counts["exc"].sum() % 2),
        sense=lambda observation, reward: {"noise": 6.0 + float(observation[0]) + reward},
        seed=11,
    )
    asked = looped(env)
    edits = asked.to_dict()["interventions"]
    # Eight windows: the first has no step, and what is sensed there is the start.
    assert len(edits) == 8 and len(corridor.actions) == 7
    assert corridor.seeds[0] == 11 and set(corridor.seeds[1:]) <= {None} and len(corridor.seeds) == 1 + len(env.returns)
    # The actions are those of the spikes of a run without the environment.
    counted = np.histogram(asked.run(80).spikes["exc"][0], bins=np.arange(0.05, 80.1, 10))[0]
    assert corridor.actions == [int(count % 2) for count in counted[1:]]
    again = Corridor()
    (place, _), rates = again.reset(seed=11), []
    reward = 0.0
    for action in [None, *corridor.actions]:
        if action is not None:
            place, reward, ended, *_ = again.step(action)
            place = again.reset()[0] if ended else place
        rates.append(6.0 + float(place[0]) + reward)
    assert [edit["rate"]["rate_hz"] for edit in edits] == rates


def test_a_real_one_of_gymnasium_is_driven():
    env = npl.GymEnvironment(
        gymnasium.make("CartPole-v1"),
        act=lambda counts: int(counts["exc"][:20].sum() < counts["exc"][20:].sum()),
        sense=lambda observation, reward: {"noise": 8.0 + float(observation[2])},
        seed=1,
    )
    assert len(looped(env).to_dict()["interventions"]) == 8


def test_what_an_environment_of_gymnasium_may_not_do_is_named():
    def told(corridor=None, act=lambda counts: 1, sense=lambda observation, reward: None, **more):
        with pytest.raises(npl.InputError) as fault:
            looped(npl.GymEnvironment(Corridor() if corridor is None else corridor, act=act, sense=sense, seed=1, **more))
        return str(fault.value)

    class Flat(Corridor):
        def step(self, action):
            return 3, 1.0, False, False, {}

    class Four(Corridor):
        def step(self, action):
            return np.array([3]), 1.0, False, {}

    class Lost(Corridor):
        def step(self, action):
            return np.array([3]), np.nan, False, False, {}

    class Old(Corridor):
        def reset(self, *, seed=None):
            return np.array([3])

    assert "`reset`" in told(object())
    assert "act gives 7, expected an action of Discrete(2)" in told(act=lambda counts: 7)
    assert "shape (), expected (1,)" in told(Flat())
    assert "terminated" in told(Four()) and "expected (observation, info)" in told(Old())
    assert "the reward is nan at 20 ms" in told(Lost())
    assert "a number for each name" in told(sense=lambda observation, reward: 5.0)
    assert "act is 5, expected a function" in told(act=5)
    class Many(Corridor):
        def step(self, action):
            return np.array([3]), 1.0, np.array([False, True]), False, {}

    assert "terminated is array([False,  True]) at 20 ms, expected True or False" in told(Many())
    assert "env is the class Corridor, expected one of its objects" in told(Corridor)
    for seed in (-1, None):
        with pytest.raises(npl.InputError, match=f"seed: found {seed}"):
            npl.GymEnvironment(Corridor(), act=len, sense=len, seed=seed)


def test_an_environment_of_gymnasium_is_of_one_simulation():
    """Once the second simulation began in the middle of an episode of the first."""
    env = npl.GymEnvironment(Corridor(), act=lambda counts: 1, sense=lambda observation, reward: None, seed=1)
    sim = network().build()
    for _ in range(2):
        sim.run(20, environment=env, every_ms=10)
    with pytest.raises(npl.StateError, match="ends at 10 ms, after one that ended at 40 ms"):
        network().build().run(20, environment=env, every_ms=10)


def test_what_a_program_may_not_do_is_named():
    def told(code, kind=npl.InputError, **more):
        with npl.ProgramEnvironment([sys.executable, "-c", code], **more) as program, pytest.raises(kind) as fault:
            looped(program)
        return str(fault.value)

    answer = "import sys\nfor line in sys.stdin: print({!r}, flush=True)"
    assert "answers `rates` at 10 ms, expected a line of JSON" in told(answer.format("rates"))
    assert "answers `[1, 2]`" in told(answer.format("[1, 2]"))
    assert "`nose`" in told(answer.format('{"nose": 1}'))
    for wrong, found in (("NaN", "nan"), ("true", "True"), ('"8"', "'8'"), ("null", "None"), ("[8]", "[8]"), ("9" * 400, "9" * 400)):
        given = told(answer.format('{"noise": ' + wrong + "}"))
        assert f"answer for `noise`: found {found}, expected a finite number" in given
    assert "answers `" + "x" * 80 + "...` at 10 ms, expected a line" in told(answer.format("x" * 100_000))
    assert "answers `" + "[" * 80 + "...` at 10 ms, expected a line" in told(answer.format("[" * 100_000))
    two = told(answer.format('{"noise": 1}\n{"noise": 2}'))
    assert 'says `{"noise": 2}` before it is asked at 20 ms, expected one line for each window' in two
    assert "it has ended with code 3" in told("import sys; sys.stdin.readline(); sys.exit(3)", npl.StateError)
    assert "within 0.3 s" in told("import sys, time; sys.stdin.readline(); sys.stdin.readline()", npl.StateError, timeout_s=0.3)
    for command in (["/no/such/program"], ["a\0b"], [""]):
        with pytest.raises(npl.InputError, match="cannot be started"):
            npl.ProgramEnvironment(command)
    for command in ("program", [], 3, None):
        with pytest.raises(npl.InputError, match="expected a list"):
            npl.ProgramEnvironment(command)
    with pytest.raises(npl.InputError, match="command has 3, expected texts"):
        npl.ProgramEnvironment([sys.executable, 3])
    for timeout_s in (0, 1e300, True, None):
        with pytest.raises(npl.InputError, match="timeout_s"):
            npl.ProgramEnvironment([sys.executable], timeout_s=timeout_s)
    for path in (3, None):
        with pytest.raises(npl.InputError, match="expected the name of a socket"):
            npl.SocketEnvironment(path)


def test_an_answer_that_comes_late_is_not_that_to_a_later_window():
    """Once it was: the loop went on with answers of the windows before."""
    late = "import json, sys, time\nfor line in sys.stdin:\n  time.sleep(0.6)\n  print(json.dumps({'noise': json.loads(line)['t_ms']}), flush=True)"
    with npl.ProgramEnvironment([sys.executable, "-c", late], timeout_s=0.3) as program:
        sim = network().build()
        with pytest.raises(npl.StateError, match="has not answered at 10 ms within 0.3 s"):
            sim.run(20, environment=program, every_ms=10)
        time.sleep(0.7)
        with pytest.raises(npl.StateError, match="has not answered an earlier window: what it says at 20 ms"):
            sim.run(20, environment=program, every_ms=10)
    assert "interventions" not in sim.network().to_dict()


def test_who_does_not_read_is_not_waited_for_longer_than_who_does_not_answer():
    """Once the writing of a line that fills the pipe took as long as the program pleased."""
    with npl.ProgramEnvironment([sys.executable, "-c", "import time; time.sleep(3)"], timeout_s=0.3) as program:
        begun = time.monotonic()
        with pytest.raises(npl.StateError, match="has not read what it is told at 10 ms within 0.3 s"):
            program({"exc": np.zeros(200_000, dtype=np.int64)}, 10.0)
        assert time.monotonic() - begun < 2


def test_a_long_line_arrives_whole():
    """One of more than the pipe takes at once."""
    count = "import json, sys\nfor line in sys.stdin: print(json.dumps({'noise': sum(json.loads(line)['counts']['exc'])}), flush=True)"
    with npl.ProgramEnvironment([sys.executable, "-c", count]) as program:
        assert program({"exc": np.arange(200_000)}, 10.0) == {"noise": 200_000 * 199_999 // 2}


def test_who_hangs_up_is_named(tmp_path):
    path = tmp_path / "environment.sock"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)

    def hang_up():
        other, _ = listener.accept()
        # What is not read resets the connection.
        other.recv(10)
        other.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    with npl.SocketEnvironment(path) as there, pytest.raises(npl.StateError, match="at 10 ms"):
        looped(there)
    thread.join(timeout=10)
    listener.close()


def test_handles_have_any_number():
    """Once those above 1023 could not be waited for."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 1200:
        pytest.skip("no more than 1200 files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(least, 1200), most))
    held = [socket.socket() for _ in range(1050)]
    try:
        with npl.ProgramEnvironment([sys.executable, "-c", PROGRAM]) as program:
            assert program({"exc": np.ones(50, dtype=np.int64)}, 10.0) == {"noise": 7.0}
    finally:
        for own in held:
            own.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (least, most))


def runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


#: Goes on when its input ends.
DEAF = "import sys, time\nfor line in sys.stdin: print('null', flush=True)\ntime.sleep(60)"


def test_a_program_that_nobody_holds_is_ended():
    """Once it went on for as long as it pleased."""
    program = npl.ProgramEnvironment([sys.executable, "-c", DEAF])
    assert program({"exc": np.ones(2, dtype=np.int64)}, 10.0) is None
    process = program._process.pid
    begun = time.monotonic()
    del program
    gc.collect()
    assert not runs(process) and time.monotonic() - begun < 5


def test_a_program_ends_with_python():
    """Also one that is held to the end."""
    own = f"import neuropil as npl, sys\nheld = npl.ProgramEnvironment([sys.executable, '-c', {DEAF!r}])\nprint(held._process.pid)"
    told = subprocess.run([sys.executable, "-c", own], capture_output=True, text=True, timeout=50, check=True)
    assert not runs(int(told.stdout))


def test_a_program_is_closed_once(tmp_path):
    """It has the time of an answer to end by itself."""
    last = tmp_path / "last"
    code = f"import sys, time\nfor line in sys.stdin: pass\ntime.sleep(0.3)\nopen({str(last)!r}, 'w').write('done')"
    with npl.ProgramEnvironment([sys.executable, "-c", code]) as program:
        pass
    assert last.read_text() == "done"
    program.close()
    with pytest.raises(npl.StateError, match="is closed"):
        program({"exc": np.ones(2, dtype=np.int64)}, 10.0)
