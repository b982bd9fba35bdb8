"""Makes tests/data/nwb/session.nwb: six units, with quality and depth, observation intervals and four trials.

    pip install pynwb && python tests/python/make_nwb.py tests/data/nwb/session.nwb

Spike times are written out, so that tests can know them. Unit 23 was not observed from 4 s to 6 s. Trial 3 has no
go_time.
"""

import sys
from datetime import datetime, timezone

import numpy as np
from pynwb import NWBHDF5IO, NWBFile

# id, quality, depth in um, interneuron, spike times in s, observation intervals in s
UNITS = [
    (11, "good", 150.0, False, [0.5, 1.0, 1.0003, 2.5, 7.25], [[0.0, 10.0]]),
    (23, "good", 620.0, True, [1.9999, 2.0, 3.5, 8.0], [[0.0, 4.0], [6.0, 10.0]]),
    (5, "mua", 300.0, False, [0.25, 5.0, 5.5, 9.9999], [[0.0, 10.0]]),
    (7, "noise", 810.0, True, [], [[0.0, 10.0]]),
    (40, "good", 905.5, False, [4.0, 4.5, 5.0, 5.5], [[0.0, 10.0]]),
    (41, "mua", float("nan"), False, [6.0], [[0.0, 10.0]]),
]

# start, stop, go time in s, contrast, correct
TRIALS = [
    (0.0, 2.0, 0.5, 0.1, True),
    (2.0, 4.0, 2.5, 0.5, False),
    (4.5, 6.5, 5.0, 1.0, True),
    (7.0, 9.0, float("nan"), 1.0, True),
]


def main(path):
    session = NWBFile(
        session_description="Made by tests/python/make_nwb.py",
        identifier="neuropil-test",
        session_start_time=datetime(2020, 1, 1, tzinfo=timezone.utc),
        file_create_date=datetime(2020, 1, 1, tzinfo=timezone.utc),
    )
    device = session.create_device(name="probe")
    group = session.create_electrode_group(name="shank", description="one", location="V1", device=device)
    for _ in range(2):
        session.add_electrode(group=group, location="V1")
    for name, text in [("quality", "of sorting"), ("depth_um", "below the pia"), ("is_interneuron", "by its shape")]:
        session.add_unit_column(name, text)
    for unit_id, quality, depth_um, is_interneuron, times, observed in UNITS:
        session.add_unit(
            id=unit_id,
            spike_times=np.array(times, dtype=float),
            obs_intervals=np.array(observed),
            electrodes=[unit_id % 2],
            electrode_group=group,
            waveform_mean=np.zeros(4),
            quality=quality,
            depth_um=depth_um,
            is_interneuron=is_interneuron,
        )
    for name, text in [("go_time", "go cue, s"), ("contrast", "of the stimulus"), ("correct", "whether it was")]:
        session.add_trial_column(name, text)
    for start, stop, go_time, contrast, correct in TRIALS:
        session.add_trial(start_time=start, stop_time=stop, go_time=go_time, contrast=contrast, correct=correct)
    session.add_epoch(start_time=0.0, stop_time=5.0, tags=["first"])
    with NWBHDF5IO(path, "w") as io:
        # The schema is not needed to read the file, and is most of its size.
        io.write(session, cache_spec=False)


if __name__ == "__main__":
    main(sys.argv[1])
