"""What the functions of crates/equations are held to: their values by mpmath, to far more digits than f64 has.

    python functions.py table OUTPUT     writes the table that the crate's tests read
    python functions.py points OUTPUT N  writes N points of each function; the crate's test `values_at_points` writes the values
    python functions.py series           prints the coefficients of erfc that the crate holds
    python functions.py worst FILE       reads lines `function x y value` (numbers as 16 hex digits of their bits) and prints
                                         the largest error of each function, in units of the last place

A line of the table is `function x y high low`, numbers as hex digits of f64: the value is high + low, high nearest to it. mpmath 1.3.0.
"""

import random
import struct
import sys

import mpmath as mp

mp.mp.prec = 240
K = 4


def number(text):
    return struct.unpack(">d", bytes.fromhex(text))[0]


def text(value):
    return struct.pack(">d", value).hex()


FUNCTIONS = {
    "exp": lambda x, _: mp.exp(x),
    "expm1": lambda x, _: mp.expm1(x),
    "ln": lambda x, _: mp.log(x),
    "log10": lambda x, _: mp.log10(x),
    "power": lambda x, y: mp.power(x, y).real,
    "tanh": lambda x, _: mp.tanh(x),
    "sinh": lambda x, _: mp.sinh(x),
    "cosh": lambda x, _: mp.cosh(x),
    "sin": lambda x, _: mp.sin(x),
    "cos": lambda x, _: mp.cos(x),
    "tan": lambda x, _: mp.tan(x),
    "erf": lambda x, _: mp.erf(x),
    "erfc": lambda x, _: mp.erfc(x),
}


def samples(name, draw):
    """The points of a function: its whole range, and close to where it is hard."""
    wide = lambda low, high: draw.choice([-1, 1]) * 2 ** draw.uniform(low, high)
    if name in ("ln", "log10"):
        return draw.choice([2 ** draw.uniform(-1070, 1023), 2 ** draw.uniform(-4, 4), 1 + wide(-50, -2)]), 0.0
    if name == "power":
        base = draw.choice([2 ** draw.uniform(-300, 300), 2 ** draw.uniform(-3, 3), 1 + wide(-40, -2)])
        whole = draw.random() < 0.2
        power = draw.uniform(-700, 700) / max(abs(float(mp.log(base))), 1e-12)
        return (-base if whole else base), (float(int(power)) if whole else power)
    if name == "exp":
        return draw.choice([draw.uniform(-744, 709.7), wide(-30, 0)]), 0.0
    if name == "expm1":
        return draw.choice([draw.uniform(-40, 709.7), wide(-60, 0), draw.uniform(-2, 2)]), 0.0
    if name == "tanh":
        return draw.choice([draw.uniform(-20, 20), wide(-60, 0), draw.uniform(-2, 2)]), 0.0
    if name in ("sinh", "cosh"):
        return draw.choice([draw.uniform(-710.4, 710.4), wide(-60, 0), draw.uniform(-3, 3)]), 0.0
    if name in ("sin", "cos", "tan"):
        near = float(draw.randrange(60_000) * mp.pi / 2) * (1 + wide(-52, -45))
        return draw.choice([draw.uniform(-1e5, 1e5), draw.uniform(-10, 10), wide(-60, 0), near, wide(16, 48)]), 0.0
    if name == "erf":
        return draw.choice([draw.uniform(-6, 6), wide(-60, 0), draw.uniform(-1.5, 1.5)]), 0.0
    if name == "erfc":
        return draw.choice([draw.uniform(-6, 26.5), wide(-30, 0), draw.uniform(0, 3)]), 0.0
    raise ValueError(name)


def table(output):
    draw = random.Random(20)
    with open(output, "w", encoding="ascii") as file:
        for name, function in FUNCTIONS.items():
            for _ in range(400):
                x, y = samples(name, draw)
                value = function(mp.mpf(x), mp.mpf(y))
                high = float(value)
                file.write(f"{name} {text(x)} {text(y)} {text(high)} {text(float(value - high))}\n")


def points(output, count):
    draw = random.Random(21)
    with open(output, "w", encoding="ascii") as file:
        for name in FUNCTIONS:
            for _ in range(int(count)):
                x, y = samples(name, draw)
                file.write(f"{name} {text(x)} {text(y)}\n")


def error(value, found):
    """How far `found` is from `value`, in units of the last place of the f64 nearest to it."""
    nearest = abs(float(value))
    unit = max(mp.mpf(2) ** (mp.floor(mp.log(nearest, 2)) - 52) if nearest else 0, mp.mpf(2) ** -1074)
    return abs(mp.mpf(found) - value) / unit


def worst(path):
    largest = {}
    with open(path, encoding="ascii") as file:
        for line in file:
            name, x, y, found = line.split()
            x, y, found = number(x), number(y), number(found)
            own = error(FUNCTIONS[name](mp.mpf(x), mp.mpf(y)), found)
            if own > largest.get(name, (0,))[0]:
                largest[name] = (own, x, y)
    for name, (own, x, y) in largest.items():
        print(f"{name:8} {float(own):.3f} at {x!r} {y!r}")


def series():
    """erfc(x) exp(x²) (x + K) as a polynomial in t = (x - K) / (x + K), by interpolation at Chebyshev's points."""
    low, high, degree = (mp.mpf("0.46875") - K) / (mp.mpf("0.46875") + K), (mp.mpf(28) - K) / (28 + K), 21
    points = [
        (low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * degree + 2)) for i in range(degree + 1)
    ]
    places = [K * (1 + t) / (1 - t) for t in points]
    values = mp.matrix([mp.exp(x * x) * mp.erfc(x) * (x + K) for x in places])
    powers = mp.matrix(degree + 1, degree + 1)
    for row, t in enumerate(points):
        for column in range(degree + 1):
            powers[row, column] = t**column
    for coefficient in reversed(list(mp.lu_solve(powers, values))):
        print(f"    {float(coefficient)!r},")


if __name__ == "__main__":
    {"table": table, "points": points, "worst": worst, "series": series}[sys.argv[1]](*sys.argv[2:])
