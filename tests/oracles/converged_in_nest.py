"""The converged solution of a case of format `neuropil-cell/1` in NEST: its cell with a tolerance of 1e-12, all variables recorded.

Of adaptive exponential cells, whose cases have the converged membrane only. Needs h5py, nest-simulator 3.10, numpy.
"""

import h5py
import nest
import numpy


def converged(source, name, header):
    """{variable: its values at the ends of steps, without the last} and `spike_times`."""
    dt = header["dt_ms"]
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = dt
    cell = nest.Create(header["model"], params={**header["parameters"], "gsl_error_tol": 1e-12})
    cell.V_m = header["initial_state"]["V_m"]
    with h5py.File(f"{source}/{name}.h5") as file:
        for train in header["inputs"]:
            sender = nest.Create("spike_generator", params={"spike_times": file[train["dataset"]][()]})
            synapse = {"weight": train["weight"], "delay": train["delay_ms"], "receptor_type": train["port"]}
            nest.Connect(sender, cell, syn_spec=synapse)
        tight = file["tight/V_m"][()]
    for own in header["step_currents"]:
        current = {"start": own["start_ms"], "stop": own["stop_ms"], "amplitude": own["amplitude_pA"]}
        nest.Connect(nest.Create("dc_generator", params=current), cell, syn_spec={"delay": dt})
    variables = list(cell.recordables)
    meter = nest.Create("multimeter", params={"interval": dt, "record_from": variables})
    nest.Connect(meter, cell)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cell, recorder)
    nest.Simulate(header["t_stop_ms"])
    found = {variable: numpy.array(meter.events[variable]) for variable in variables}
    far = numpy.abs(found["V_m"][: len(tight)] - tight).max()
    if far > 1e-9:
        raise ValueError(f"{name}: V_m differs from the case's converged one by {far} mV: inputs are not what they were")
    return found | {"spike_times": numpy.array(recorder.events["times"])}
