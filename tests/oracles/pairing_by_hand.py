#!/usr/bin/env python3
"""Pairs of spikes at five frequencies, by the equations of Clopath et al. 2010 written out step by step: numbers of the test of `clopath_2010.json`.

`python3 tests/oracles/pairing_by_hand.py` prints the weights after fifteen runs of five pairs over those of the start, for each frequency: presynaptic spike 10 ms before, and
10 ms behind. The five pairs at 0.1 Hz do not know each other; one is computed.
"""

import math

DT = 0.1
C_M, G_L, E_L, DELTA_T = 281.0, 30.0, -70.6, 2.0
TAU_W, A, B = 144.0, 4.0, 80.5
I_SP, TAU_Z = 400.0, 40.0
V_REST, V_MAX, TAU_V = -50.4, 30.4, 50.0
V_PEAK, T_CLAMP, V_RESET = 33.0, 2.0, -60.0
KICK, DELAY = 120.0, 1
TAU_X, TAU_PLUS, TAU_MINUS, LAG = 15.0, 7.0, 10.0, 50
THETA_PLUS, THETA_MINUS, A_LTP, A_LTD = -45.3, -70.6, 8e-5, 14e-5
START = 0.5


def step_of(time_ms):
    return round(time_ms / DT)


def membrane(v, w, threshold, z):
    """dV/dt and dw/dt."""
    bounded = min(v, V_PEAK)
    upstroke = G_L * DELTA_T * math.exp((bounded - threshold) / DELTA_T)
    return (G_L * (E_L - bounded) + upstroke - w + z) / C_M, (A * (bounded - E_L) - w) / TAU_W


def potentials(pre, kicks, until_ms, parts=50):
    """The potential at the end of each step, from the start on; what arrives over the plastic synapse adds its first weight."""
    v, w, z, threshold, held = E_L, 0.0, 0.0, V_REST, 0
    found, h = [v], DT / parts
    for step in range(1, step_of(until_ms) + 1):
        if held > 0:
            z *= math.exp(-DT / TAU_Z)
            threshold = V_REST + (threshold - V_REST) * math.exp(-DT / TAU_V)
            held -= 1
            if held == 0:
                v = V_RESET
        else:
            for _ in range(parts):
                first = membrane(v, w, threshold, z)
                middle = V_REST + (threshold - V_REST) * math.exp(-0.5 * h / TAU_V), z * math.exp(-0.5 * h / TAU_Z)
                second = membrane(v + 0.5 * h * first[0], w + 0.5 * h * first[1], *middle)
                v, w = v + h * second[0], w + h * second[1]
                threshold = V_REST + (threshold - V_REST) * math.exp(-h / TAU_V)
                z *= math.exp(-h / TAU_Z)
            if step - DELAY in kicks:
                v += KICK
            if step - DELAY in pre:
                v += START
            if v >= V_PEAK:
                v, held = V_PEAK, step_of(T_CLAMP)
                w, z, threshold = w + B, I_SP, V_MAX
        found.append(v)
    return found


def low_pass(signal, tau):
    """The low pass of a signal that is linear within each step."""
    left, low = math.exp(-DT / tau), [signal[0]]
    mean = (1 - left) * tau / DT
    for before, now in zip(signal, signal[1:]):
        low.append(left * low[-1] + (mean - left) * before + (1 - mean) * now)
    return low


def weight(pre, kicks, until_ms):
    pre, kicks = {step_of(time) for time in pre}, {step_of(time) for time in kicks}
    u = potentials(pre, kicks, until_ms)
    plus, minus = low_pass(u, TAU_PLUS), low_pass(u, TAU_MINUS)
    w, x = START, 0.0
    for step in range(len(u)):
        x *= math.exp(-DT / TAU_X)
        # What reaches the synapse now, and the low passes that go with it.
        cell = step - DELAY
        then = max(cell - LAG, 0)
        if cell >= 1:
            w = min(1.0, w + A_LTP * max(0.0, u[cell] - THETA_PLUS) * max(0.0, plus[then] - THETA_MINUS) * x * DT)
        if step in pre:
            w = max(0.0, w - A_LTD * max(0.0, minus[then] - THETA_MINUS))
            x += 1 / TAU_X
    return w


def main():
    for late_ms in (10, -10):
        changes = []
        for frequency in (0.1, 10, 20, 40, 50):
            pairs = 1 if frequency < 1 else 5
            pre = [50 + pair * 1000 / frequency for pair in range(pairs)]
            kicks = [time + late_ms - DT * DELAY for time in pre]
            end = weight(pre, kicks, pre[-1] + 200)
            changes.append(1 + 15 * (5 / pairs) * (end - START) / START)
        print(late_ms, " ".join(f"{change:.4f}" for change in changes))


if __name__ == "__main__":
    main()
