"""Environments that others wrote: those of gymnasium, programs that speak lines of JSON, and those behind a socket."""

import json
import socket
import sys
import threading

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
    gymnasium = pytest.importorskip("gymnasium")
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
    with pytest.raises(npl.InputError, match="seed"):
        npl.GymEnvironment(Corridor(), act=len, sense=len, seed=-1)


def test_what_a_program_may_not_do_is_named():
    def told(code, kind=npl.InputError, **more):
        with npl.ProgramEnvironment([sys.executable, "-c", code], **more) as program, pytest.raises(kind) as fault:
            looped(program)
        return str(fault.value)

    answer = "import sys\nfor line in sys.stdin: print({!r}, flush=True)"
    assert "answers `rates` at 10 ms, expected a line of JSON" in told(answer.format("rates"))
    assert "answers `[1, 2]`" in told(answer.format("[1, 2]"))
    assert "`nose`" in told(answer.format('{"nose": 1}'))
    assert "finite" in told(answer.format('{"noise": NaN}'))
    assert "it has ended with code 3" in told("import sys; sys.stdin.readline(); sys.exit(3)", npl.StateError)
    assert "within 0.3 s" in told("import sys, time; sys.stdin.readline(); sys.stdin.readline()", npl.StateError, timeout_s=0.3)
    with pytest.raises(npl.InputError, match="cannot be started"):
        npl.ProgramEnvironment(["/no/such/program"])
    with pytest.raises(npl.InputError, match="expected a list"):
        npl.ProgramEnvironment("program")
    with pytest.raises(npl.InputError, match="timeout_s"):
        npl.ProgramEnvironment([sys.executable], timeout_s=0)
