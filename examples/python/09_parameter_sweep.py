"""How does inhibition set the rate? A sweep, one job a value, as a scheduler of a cluster would run it.

Every job is this script with its number: `python 09_parameter_sweep.py 3`, or under Slurm `sbatch --array=0-4`, where the
number is in SLURM_ARRAY_TASK_ID. Without a number all jobs run one after another, and the result is gathered.
"""

import os
import sys
from pathlib import Path

import neuropil as npl

WEIGHTS_PA = [-100, -200, -300, -400, -500]
FOLDER = Path("sweep")


def job(number):
    net = npl.Network.from_json(Path(__file__).parents[2] / "models" / "networks" / "first_network.json")
    net.set("projections.1.weight_pa", WEIGHTS_PA[number])
    FOLDER.mkdir(exist_ok=True)
    # What is there is not run again: a job that was killed is simply started again.
    if not (FOLDER / f"{number}.h5").exists():
        net.run(500, file=FOLDER / f"{number}.h5", force=True, threads=1)


def gather():
    return [npl.Recording(FOLDER / f"{number}.h5").rates_hz()["exc"] for number in range(len(WEIGHTS_PA))]


number = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SLURM_ARRAY_TASK_ID")
if number is not None:
    job(int(number))
else:
    for each in range(len(WEIGHTS_PA)):
        job(each)
    rates = gather()
    for weight, rate in zip(WEIGHTS_PA, rates, strict=True):
        print(f"{weight} pA: {rate:.2f} Hz")
    assert rates == sorted(rates, reverse=True), "the stronger inhibition, the fewer spikes"
