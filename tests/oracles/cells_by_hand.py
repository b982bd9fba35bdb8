"""Cases of format `neuropil-equation-cell/1` from equations written out here, for cells of which no simulator has the reference.

    python cells_by_hand.py OUTPUT       writes NAME.json and NAME.h5 for each case below

Each cell is a function of slopes, integrated by the classical Runge-Kutta method in PARTS equal parts of a step of 0.1 ms, spikes
tested at the ends of steps. What synapses do is a closed formula of the time since each arrival: a sum of decaying exponentials.
Nothing is random: noise has the size 0, chance is made certain. Needs h5py, numpy.
"""

import json
import math
import sys

import h5py
import numpy

STEP, STOP, PARTS = 0.1, 300.0, 100


def exponential_rate(x, a):
    """x/(exp(x/a) - 1), with its limit at 0."""
    return a if abs(x) < 1e-9 else x / math.expm1(x / a)


class Synapses:
    """Sums over the arrivals of trains: `terms` of a train are (factor, tau) of its exponentials."""

    def __init__(self, trains):
        self.trains = trains

    def at(self, time, within):
        """The value of each train `within` after the end of a step, arrivals at that end included."""
        return {name: self.one(train, time, within) for name, train in self.trains.items()}

    @staticmethod
    def one(train, time, within):
        arrived = [time - t for t in train["arrivals"] if t <= time + 1e-9]
        return train["weight"] * sum(
            factor * math.exp(-(age + within) / tau) for age in arrived for factor, tau in train["terms"]
        )


def runge_kutta(slopes, state, values, part):
    """One part; `values` are the inputs at its begin, middle and end."""
    keys = list(state)

    def moved(k, size):
        return {key: state[key] + size * k[key] for key in keys}

    k1 = slopes(state, values[0])
    k2 = slopes(moved(k1, part / 2), values[1])
    k3 = slopes(moved(k2, part / 2), values[1])
    k4 = slopes(moved(k3, part), values[2])
    return {key: state[key] + part / 6 * (k1[key] + 2 * k2[key] + 2 * k3[key] + k4[key]) for key in keys}


def simulate(cell, trains, currents):
    """`cell` has start, held, slopes, at_end; gives spike times and a trace by variable."""
    steps = round(STOP / STEP) - 1
    state, synapses, spikes = dict(cell["start"]), Synapses(trains), []
    timers = {name: 0 for name in cell.get("timers", ())}
    traces = {name: [] for name in cell["observed"]}
    part = STEP / PARTS
    for n in range(1, steps + 1):
        begin = (n - 1) * STEP
        current = {
            port: sum(i for p, start, stop, i in currents if p == port and start < begin + STEP / 2 < stop)
            for port in {p for p, *_ in currents}
        }
        before = dict(state)
        slopes = cell["slopes"](timers, current)
        for part_at in range(PARTS):
            inputs = [synapses.at(begin, (part_at + share) * part) for share in (0, 0.5, 1)]
            state = runge_kutta(slopes, state, inputs, part)
        fires = cell["at_end"](state, before, timers)
        if fires:
            spikes.append(n * STEP)
        arrived = synapses.at(n * STEP, 0)
        for name, value in cell["observed"].items():
            traces[name].append(value(state, arrived) if callable(value) else state[value])
    return spikes, traces


def decrease(timers):
    for name in timers:
        timers[name] = max(0, timers[name] - 1)


def izhikevich_2007():
    c, k, v_r, v_t, peak, a, b, reset, d = 100.0, 0.7, -60.0, -40.0, 35.0, 0.03, -2.0, -50.0, 100.0

    def slopes(_timers, current):
        def of(s, g):
            total = g["exc"] - g["inh"] + current["I_stim"]
            dv = (k * (s["v"] - v_r) * (s["v"] - v_t) - s["u"] + total) / c
            return {"v": dv, "u": a * (b * (s["v"] - v_r) - s["u"])}

        return of

    def at_end(s, _before, _timers):
        if s["v"] < peak:
            return False
        s["v"] = reset
        s["u"] += d
        return True

    return {
        "cell": "izhikevich_2007.nestml",
        "parameters": {},
        "start": {"v": v_r, "u": 0.0},
        "slopes": slopes,
        "at_end": at_end,
        "observed": {"v": "v", "u": "u", "i": lambda s, g: g["exc"] - g["inh"]},
        "traces": {"v": "V_m_mv", "u": "U_m_pa", "i": "I_syn_pa"},
        "trains": {"exc": (150.0, [(1.0, 5.0)]), "inh": (100.0, [(1.0, 10.0)])},
        "currents": [("I_stim", 30.0, 150.0, 70.0), ("I_stim", 180.0, 280.0, 300.0)],
        "integration": {"method": "rk4", "substeps": 16},
    }


def hh_destexhe():
    area = 34636e-8  # cm2
    c, g_l, g_na, g_k, g_m = (area * x for x in (1e6, 0.045e6, 51.6e6, 10e6, 0.5e6))
    e_l, e_na, e_k, v_t, v_s = -80.0, 50.0, -90.0, -58.0, -10.0
    g_exc, g_inh = 12.1, 57.3

    def rates(v):
        u, w = v - v_t, v - v_t - v_s
        return {
            "m": (0.32 * exponential_rate(13 - u, 4), 0.28 * exponential_rate(u - 40, 5)),
            "h": (0.128 * math.exp((17 - w) / 18), 4 / (1 + math.exp((40 - w) / 5))),
            "n": (0.032 * exponential_rate(15 - u, 5), 0.5 * math.exp((10 - u) / 40)),
            "p": (1e-4 * exponential_rate(-(v + 30), 9), 1e-4 * exponential_rate(v + 30, 9)),
        }

    def slopes(_timers, current):
        def of(s, g):
            v = s["v"]
            ionic = g_l * (e_l - v) + g_na * s["m"] ** 3 * s["h"] * (e_na - v)
            ionic += (g_k * s["n"] ** 4 + g_m * s["p"]) * (e_k - v)
            synaptic = (g["exc"] + g_exc) * (0 - v) + (g["inh"] + g_inh) * (-75 - v)
            out = {"v": (ionic + synaptic + current["I_stim"]) / c}
            return out | {x: alpha * (1 - s[x]) - beta * s[x] for x, (alpha, beta) in rates(v).items()}

        return of

    def at_end(s, before, timers):
        decrease(timers)
        if timers["silent"] > 0 or s["v"] < v_t + 30 or before["v"] <= s["v"]:
            return False
        timers["silent"] = 21
        return True

    gates = {x: alpha / (alpha + beta) for x, (alpha, beta) in rates(e_l).items()}
    return {
        "cell": "hh_destexhe.nestml",
        "parameters": {"G_exc_std_ns": 0.0, "G_inh_std_ns": 0.0},
        "start": {"v": e_l} | gates,
        "timers": ["silent"],
        "slopes": slopes,
        "at_end": at_end,
        "observed": {"v": "v", "m": "m", "h": "h", "n": "n", "p": "p"},
        "traces": {"v": "V_m_mv", "m": "m_Na", "h": "h_Na", "n": "n_K", "p": "p_M"},
        "trains": {"exc": (20.0, [(1.0, 2.0)]), "inh": (15.0, [(1.0, 10.0)])},
        "currents": [("I_stim", 30.0, 150.0, 700.0), ("I_stim", 180.0, 280.0, 1500.0)],
        "integration": {"method": "rk4", "substeps": 64},
    }


def membranes(coupled):
    """Soma and dendrite of Naud & Sprekeler, without (Payeur) or with their coupling."""
    c_s, t_s, c_d, t_d, a_d, t_wd, t_w, t_th, e_l = 370.0, 16.0, 170.0, 7.0, 13.0, 30.0, 100.0, 27.0, -70.0

    def slopes(timers, current):
        back = 2600.0 if coupled and timers["back"] > 0 else 0.0

        def of(s, g):
            active = 1 / (1 + math.exp(-(s["vd"] + 38.0) / 6.0)) if coupled else 0.0
            soma = 1300 * active - s["w"] + g["exc"] - g["inh"] + current["I_stim"]
            dend = 1200 * active + back - s["wd"] + g["exc_dend"] - g["inh_dend"] + current["I_stim_d"]
            return {
                "v": (e_l - s["v"]) / t_s + soma / c_s,
                "vd": (e_l - s["vd"]) / t_d + dend / c_d,
                "w": -s["w"] / t_w,
                "wd": (a_d * (s["vd"] - e_l) - s["wd"]) / t_wd,
                "th": -s["th"] / t_th,
            }

        return of

    return {
        "start": {"v": e_l, "vd": e_l, "w": 0.0, "wd": 0.0, "th": 0.0},
        "slopes": slopes,
        "observed": {"v": "v", "vd": "vd", "w": "w", "wd": "wd", "th": "th"},
        "traces": {"v": "V_m_mv", "vd": "V_d_mv", "w": "w_pa", "wd": "w_d_pa", "th": "th_mv"},
        "trains": {
            "exc": (400.0, [(1.0, 5.0)]),
            "inh": (150.0, [(1.0, 10.0)]),
            "exc_dend": (200.0, [(1.0, 5.0)]),
            "inh_dend": (100.0, [(1.0, 10.0)]),
        },
    }


def naud_sprekeler():
    def at_end(s, _before, timers):
        decrease(timers)
        if s["v"] <= -50 + s["th"]:
            return False
        s["v"] = -70.0
        s["th"] += 2
        s["w"] += 200
        timers["back"] = 20
        return True

    return membranes(True) | {
        "cell": "naud_sprekeler.nestml",
        "parameters": {},
        "timers": ["back"],
        "at_end": at_end,
        "currents": [("I_stim", 20.0, 250.0, 450.0), ("I_stim_d", 100.0, 200.0, 350.0)],
        "integration": {"method": "rk4", "substeps": 16},
    }


def burst_poisson():
    def at_end(s, _before, timers):
        ends = timers["burst"] == 1
        decrease(timers)
        if ends:
            timers["silent"] = 200
        if s["v"] > -50 + s["th"] and timers["silent"] == 0:
            s["v"] = -70.0
            s["w"] += 200
            s["th"] += 2
            timers["silent"] = 200
            if s["vd"] > -57:
                timers["burst"] = 100
            return True
        return ends

    return membranes(False) | {
        "cell": "burst_poisson.nestml",
        "parameters": {"D_mv": 1e-6},
        "timers": ["silent", "burst"],
        "at_end": at_end,
        "currents": [("I_stim", 20.0, 250.0, 700.0), ("I_stim_d", 100.0, 200.0, 700.0)],
        "integration": {"method": "rk4", "substeps": 1},
    }


def fly_lif():
    """The synaptic variable stands still while the cell is refractory, and an arrival then adds to it: a state here."""
    v_0, v_th, t_m, t_s = -52.0, -45.0, 20.0, 5.0

    def slopes(timers, current):
        def of(s, _g):
            if timers["silent"] > 0:
                return {"v": 0.0, "g": 0.0}
            return {"v": (v_0 - s["v"] + s["g"] + 0.01 * current["I_stim"]) / t_m, "g": -s["g"] / t_s}

        return of

    def at_end(s, _before, timers):
        decrease(timers)
        if s["v"] <= v_th or timers["silent"] > 0:
            return False
        s["v"], s["g"] = v_0, 0.0
        timers["silent"] = 22
        return True

    return {
        "cell": "fly_lif.nestml",
        "parameters": {},
        "start": {"v": v_0, "g": 0.0},
        "timers": ["silent"],
        "slopes": slopes,
        "at_end": at_end,
        "jumps": ("syn", "g"),
        "observed": {"v": "v", "g": "g"},
        "traces": {"v": "V_m_mv", "g": "g_mv"},
        "trains": {"syn": (9.0, [])},
        "currents": [("I_stim", 30.0, 150.0, 400.0), ("I_stim", 180.0, 280.0, 1200.0)],
        "integration": {"method": "rk4", "substeps": 1},
    }


def lif_difference():
    def slopes(timers, current):
        def of(s, g):
            if timers["silent"] > 0:
                return {"v": 0.0}
            return {"v": (1.15 + current["I_stim"] - s["v"]) / 15.0 + g["exc"] - g["inh"]}

        return of

    def at_end(s, _before, timers):
        decrease(timers)
        if s["v"] <= 1 or timers["silent"] > 0:
            return False
        s["v"] = 0.0
        timers["silent"] = 50
        return True

    return {
        "cell": "lif_difference.nestml",
        "parameters": {},
        "start": {"v": 0.0},
        "timers": ["silent"],
        "slopes": slopes,
        "at_end": at_end,
        "observed": {"v": "v", "drive": lambda s, g: g["exc"] - g["inh"]},
        "traces": {"v": "V_m", "drive": "drive"},
        "trains": {
            "exc": (0.3, [(1 / 2.0, 3.0), (-1 / 2.0, 1.0)]),
            "inh": (0.4, [(1 / 1.0, 2.0), (-1 / 1.0, 1.0)]),
        },
        "currents": [("I_stim", 30.0, 150.0, 0.3), ("I_stim", 180.0, 280.0, -0.2)],
        "integration": {"method": "rk4", "substeps": 1},
    }


def diehl_cook():
    c, g_l, e_l, v_th, v_reset, offset, jump, tau_theta = 100.0, 1.0, -65.0, -52.0, -65.0, 20.0, 0.5, 200.0

    def slopes(timers, current):
        def of(s, g):
            leak = -s["theta"] / tau_theta
            if timers["silent"] > 0:
                return {"v": 0.0, "theta": leak}
            v = s["v"]
            total = g_l * (e_l - v) + g["exc"] * (0.0 - v) + g["inh"] * (-100.0 - v) + current["I_stim"]
            return {"v": total / c, "theta": leak}

        return of

    def at_end(s, _before, timers):
        decrease(timers)
        if s["v"] < v_th + s["theta"] - offset or timers["silent"] > 0:
            return False
        s["v"] = v_reset
        s["theta"] += jump
        timers["silent"] = 50
        return True

    return {
        "cell": "diehl_cook.nestml",
        # Thresholds that move in a third of a second, not in hours.
        "parameters": {"theta_plus_mv": jump, "tau_theta_ms": tau_theta},
        "start": {"v": e_l, "theta": offset},
        "timers": ["silent"],
        "slopes": slopes,
        "at_end": at_end,
        "observed": {"v": "v", "theta": "theta", "g": lambda s, g: g["exc"], "h": lambda s, g: g["inh"]},
        "traces": {"v": "V_m_mv", "theta": "theta_mv", "g": "g_exc_ns", "h": "g_inh_ns"},
        "trains": {"exc": (9.0, [(1.0, 1.0)]), "inh": (3.0, [(1.0, 2.0)])},
        "currents": [("I_stim", 30.0, 150.0, 30.0), ("I_stim", 180.0, 280.0, 60.0)],
        "integration": {"method": "rk4", "substeps": 4},
    }


CASES = [izhikevich_2007, hh_destexhe, naud_sprekeler, burst_poisson, fly_lif, lif_difference, diehl_cook]


def write(case, output):
    own, name = case(), case.__name__
    draw, trains, delay = numpy.random.default_rng(len(name)), {}, {}
    for place, (port, (weight, terms)) in enumerate(own["trains"].items()):
        steps = numpy.sort(draw.choice(numpy.arange(50, 2900), 25, replace=False))
        delay[port] = (7 + 5 * place) * STEP
        trains[port] = {
            "times": [round(int(n) * STEP, 1) for n in steps],
            "arrivals": [int(n) * STEP + delay[port] for n in steps],
            "weight": weight,
            "terms": terms,
        }
    if "jumps" in own:
        port, variable = own["jumps"]
        steps, end = {round(t / STEP) for t in trains[port]["arrivals"]}, own["at_end"]
        count = {"n": 0}

        def at_end(s, before, timers):
            # Arrivals come before the test.
            count["n"] += 1
            if count["n"] in steps:
                s[variable] += trains[port]["weight"]
            return end(s, before, timers)

        own["at_end"] = at_end
    spikes, traces = simulate(own, trains, own["currents"])
    start = {own["traces"][key]: value for key, value in own["start"].items()}
    header = {
        "format": "neuropil-equation-cell/1",
        "cell": "../../../models/cells/" + own["cell"],
        "simulator": "tests/oracles/cells_by_hand.py",
        "model": name,
        "dt_ms": STEP,
        "t_stop_ms": STOP,
        "integration": own["integration"],
        "parameters": own["parameters"],
        "initial": start,
        "inputs": [
            {"dataset": f"input_{n}", "port": port, "weight": trains[port]["weight"], "delay_ms": round(delay[port], 1)}
            for n, port in enumerate(trains)
        ],
        "step_currents": [
            {"port": port, "start_ms": start, "stop_ms": stop, "amplitude": size}
            for port, start, stop, size in own["currents"]
        ],
        "traces": own["traces"],
        "tolerance": 1e-8,
    }
    with open(f"{output}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(header, file, indent=1)
        file.write("\n")
    with h5py.File(f"{output}/{name}.h5", "w") as file:
        arrays = {f"input_{n}": trains[port]["times"] for n, port in enumerate(trains)} | {"spike_times": spikes}
        for key, values in (arrays | {f"trace/{key}": values for key, values in traces.items()}).items():
            file.create_dataset(key, data=numpy.array(values, float), compression="gzip", compression_opts=9, shuffle=True)
    print(name, len(spikes), "spikes")


if __name__ == "__main__":
    for each in CASES:
        write(each, sys.argv[1])
