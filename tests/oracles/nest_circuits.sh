#!/bin/sh
# Writes the circuits and NEST's spikes anew; needs a Python with bmtk 1.2.0 and nest-simulator 3.10: PYTHON=... nest_circuits.sh
set -e
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data/sonata
python=${PYTHON:-python3}
"$python" "$here/write_circuits.py" "$data"
for circuit in nest_currents nest_delta nest_conductances; do
    for run in config fine; do
        "$python" "$here/run_in_nest.py" "$data/$circuit/$run.json" "$data/$circuit/output/spikes_$run.h5"
    done
done
for run in nest_glif/config nest_glif/fine nest_cells/config nest_synapses/config; do
    "$python" "$here/run_in_bmtk.py" "$data/$run.json" "$data/${run%/*}/output/spikes_${run#*/}.h5"
done
