"""An animal that learns by the error of its own prediction, in short: what `examples/papers/fremaux_2013.py` and its rule do is what they say."""

import runpy

import numpy as np
from conftest import ROOT

import neuropil as npl

own = runpy.run_path(str(ROOT / "examples" / "papers" / "fremaux_2013.py"))
RULE, CELL = (ROOT / "models" / kind / name for kind, name in (("synapses", "td_ltp.nestml"), ("cells", "srm0.nestml")))
DELAY_MS, HEARD_MS, ETA, TAU_R_MS, W_MAX = 3.0, 2.0, 2.0, 1500.0, 2.1


def recorded():
    """Six cells that fire by chance drive four, which are told errors."""
    net = npl.Network(dt_ms=0.5, seed=5)
    pre = net.population("pre", 6, npl.PoissonSource(60))
    clock = net.population("clock", 1, npl.RegularSource(period_ms=20, first_ms=7))
    post = net.population("post", 4, npl.Cell(CELL, theta_mv=6))
    ports = {"pre_spikes": "pre", "post_spikes": "post", "clock": npl.SpikesOf(clock, delay_ms=HEARD_MS), "td_error": npl.PostVariable("td")}
    rule = npl.Synapse(RULE, eta=ETA, tau_r_ms=TAU_R_MS, w_max=W_MAX, ports=ports)
    net.connect(pre, post, npl.AllToAll(), weight=npl.Uniform(0.5, 2), delay_ms=DELAY_MS, synapse=rule, name="learned")
    for first_ms, amplitude in ((100, 90), (400, -45), (650, 60)):
        net.input(npl.StepCurrent(amplitude_pa=amplitude, start_ms=first_ms, stop_ms=first_ms + 200, port="dopamine"), to=post[:2])
    net.input(npl.StepCurrent(amplitude_pa=-60, start_ms=300, port="dopamine"), to=post[2:])
    return net.run(1000, record=[npl.Spikes(pre, clock, post), npl.State(post, "td", every_ms=0.5), npl.Weights("learned")])


def eps(s_ms):
    """An arrival of weight 1 in the membrane, mV."""
    return np.where(s_ms > 0, 20 / 15 * (np.exp(-s_ms / 20) - np.exp(-s_ms / 5)), 0)


def filled(s_ms):
    """The integral of kappa up to s."""
    return np.where(s_ms > 0, 1 - (200 * np.exp(-s_ms / 200) - 50 * np.exp(-s_ms / 50)) / 150, 0)


def written_out(weight, pre_ms, post_ms, clock_ms, td):
    """The weight of a synapse at the end: sums over spikes, as the equations have them. Times are those at the synapse."""
    begins = np.concatenate([[-np.inf], post_ms[:-1]])
    coincidences = np.array([eps(at - pre_ms[(since <= pre_ms) & (pre_ms < at)]).sum() for since, at in zip(begins, post_ms, strict=True)])
    last_ms = 0.0
    for at in clock_ms:
        area = (coincidences * (filled(at - post_ms) - filled(last_ms - post_ms))).sum()
        weight = np.clip(weight + ETA * td(at) * area / TAU_R_MS, 0, W_MAX)
        last_ms = at
    return weight


def test_weights_are_those_of_the_equations():
    recording = recorded()
    spikes = {name: recording.spikes[name] for name in ("pre", "clock", "post")}
    errors = recording.states["post", "td"]
    learned = recording.weights["learned"]
    clock_ms = spikes["clock"][0] + HEARD_MS
    # What is at the synapse by the end of the run less the delay is in the weights of the end.
    clock_ms = clock_ms[clock_ms <= 1000 - DELAY_MS]
    expected = []
    for source, target, weight in zip(learned["sources"], learned["targets"], learned["initial_weights"], strict=True):
        pre_ms, post_ms = (times[cells == cell] for (times, cells), cell in ((spikes["pre"], source), (spikes["post"], target)))

        def td(at, target=target):
            """The error in the cell, as the synapse sees it: as late as a spike of the cell."""
            return errors.values[np.flatnonzero(errors.times_ms <= at - DELAY_MS + 1e-9)[-1], target] if at > DELAY_MS else 0.0

        expected.append(written_out(weight, pre_ms, post_ms + DELAY_MS, clock_ms, td))
    moved = np.array(expected) - learned["initial_weights"]
    # Errors above 0 strengthen, those below weaken, and some weights have met a bound.
    assert moved.max() > 0.2 and moved.min() < -0.2 and (np.array(expected) == W_MAX).any() and len(spikes["post"][0]) > 80
    assert np.allclose(learned["weights"], expected, rtol=0, atol=1e-9), np.abs(learned["weights"] - expected).max()


def test_the_cell_forgets_at_each_spike_and_fires_at_its_rate():
    net = npl.Network(dt_ms=0.5, seed=9)
    pre, post = net.population("pre", 20, npl.PoissonSource(50)), net.population("post", 10, npl.Cell(CELL))
    net.connect(pre, post, npl.AllToAll(), weight=npl.Uniform(0, 1.5), delay_ms=2)
    recording = net.run(800, record=[npl.Spikes(pre, post), npl.State(post, "V_m_mv", every_ms=0.5), npl.Weights()])
    [drawn] = recording.weights.values()
    weights = np.zeros((10, 20))
    weights[drawn["targets"], drawn["sources"]] = drawn["weights"]
    (sent_ms, sources), (fired_ms, cells) = recording.spikes["pre"], recording.spikes["post"]
    table = recording.states["post", "V_m_mv"]
    expected_count, variance, times_ms = 0.0, 0.0, table.times_ms[table.times_ms > 0]
    for cell in range(10):
        own_ms = fired_ms[cells == cell]
        # Behind each spike, up to the next one: the potential just before the cell is tested.
        place = np.searchsorted(own_ms, times_ms, side="left") - 1
        since_ms = np.where(place >= 0, own_ms[np.maximum(place, 0)], -np.inf)
        heard = (sent_ms + 2 > since_ms[:, None]) * eps(times_ms[:, None] - sent_ms - 2)
        v_mv = heard @ weights[cell, sources] - 5 * np.exp(-(times_ms - since_ms) / 20)
        p = -np.expm1(-0.06 * 0.5 * np.exp((v_mv - 16) / 5))
        expected_count, variance = expected_count + p.sum(), variance + (p * (1 - p)).sum()
        seen = table.values[table.times_ms > 0, cell]
        assert np.allclose(seen, np.where(np.isin(times_ms, own_ms), -5, v_mv), rtol=0, atol=1e-9), cell
    assert len(fired_ms) > 100 and abs(len(fired_ms) - expected_count) < 4 * np.sqrt(variance), (len(fired_ms), expected_count)


def test_an_animal_finds_the_platform_by_the_error_and_not_by_its_opposite():
    # Of seeds 1 to 8 each learns; where the error has the opposite sign, nearly every trial ends without the platform.
    latencies_s, ways = own["Animal"](seed=1).learn(12)
    assert latencies_s[:4].mean() > 2 * latencies_s[-4:].mean() and latencies_s[-4:].max() < own["LONGEST_S"], latencies_s
    assert all(np.abs(way).max() <= own["HALF_M"] for way in ways)
    turned, _ = own["Animal"](seed=1, sign=-1.0).learn(3)
    assert turned.mean() > 0.7 * own["LONGEST_S"], turned


def test_lives_repeat_and_silence_learns_nothing():
    (one, two) = (own["Animal"](seed=3, critic=10, actor=20) for _ in range(2))
    ways = [animal.trial(own["STARTS_M"][0])[1] for animal in (one, two)]
    assert np.array_equal(*ways) and np.array_equal(one.weights("actor"), two.weights("actor"))
    # What the pool did is kept: the network alone repeats it, spike for spike.
    animal = own["Animal"](seed=3, critic=10, actor=20)
    moments = []
    for _ in range(20):
        animal.window(own["place_rates_hz"](np.zeros(2)), 20.0)
        moments.append(animal.sim.spikes("actor"))
    again = animal.sim.network().run(animal.sim.t_ms).spikes["actor"]
    told = [np.concatenate(each) for each in zip(*moments, strict=True)]
    assert len(again[0]) > 20 and np.array_equal(told[0], again[0]) and np.array_equal(told[1], again[1])
    silent = own["Animal"](seed=3, critic=10, actor=20, sign=0.0)
    before = silent.weights("actor")
    silent.trial(own["STARTS_M"][0])
    assert np.array_equal(silent.weights("actor"), before) and not np.array_equal(one.weights("actor"), before)


def test_the_places_are_a_grid_and_the_filter_is_its_formula():
    assert own["PLACES_M"].shape == (81, 2) and np.abs(own["PLACES_M"]).max() == own["HALF_M"]
    assert own["place_rates_hz"](own["PLACES_M"][7])[7] == own["PLACE_HZ"]
    filtered, times_ms, cells = own["Filter"](2, (200.0, 50.0)), np.array([3.0, 40.0, 90.0]), np.array([0, 1, 1])
    for end_ms in (50.0, 100.0):
        inside = (times_ms > end_ms - 50) & (times_ms <= end_ms)
        rates_hz = filtered.advance(times_ms[inside], cells[inside], end_ms)
    kappa = (np.exp(-(100 - times_ms) / 200) - np.exp(-(100 - times_ms) / 50)) / 150 * 1000
    assert np.allclose(rates_hz, [kappa[0], kappa[1] + kappa[2]], rtol=1e-12, atol=0)
