"""Speech as spikes: a file of two samples in the layout of SHD, and tones."""

import neuropil as npl
import numpy as np
import pytest

h5py = pytest.importorskip("h5py")


def write(path, times, units, labels, **more):
    """A file of the layout of SHD."""
    with h5py.File(path, "w") as file:
        for name, rows, kind in (("times", times, np.float16), ("units", units, np.uint16)):
            data = file.create_dataset(f"spikes/{name}", (len(rows),), h5py.vlen_dtype(kind))
            for place, row in enumerate(rows):
                data[place] = np.array(row, dtype=kind)
        file["labels"] = np.array(labels, dtype=np.uint16)
        for name, values in more.items():
            file[f"extra/{name}"] = values
    return path


@pytest.fixture
def shd(tmp_path):
    return write(
        tmp_path / "shd_test.h5",
        [(0.0, 0.0104, 0.9996), (0.5, 0.5, 0.502)],
        [(0, 5, 699), (10, 11, 10)],
        [3, 0],
        speaker=np.array([4, 7]),
        keys=np.array([b"zero", b"one", b"two", b"three"]),
    )


def test_spikes_are_binned_and_pooled(shd):
    speech = npl.read_spiking_speech(shd)
    assert speech.inputs.shape == (2, 100, 140)
    assert list(zip(*np.nonzero(speech.inputs[0]))) == [(0, 0), (1, 1), (99, 139)]
    # Two units of one pool in one step are one spike, or three with their count.
    assert speech.inputs[1].sum() == 1 and speech.inputs[1, 50, 2] == 1
    assert npl.read_spiking_speech(shd, counts=True).inputs[1, 50, 2] == 3
    assert speech.labels.tolist() == [3, 0] and speech.speakers.tolist() == [4, 7] and speech.keys[3] == "three"
    assert speech.held_out([7]).tolist() == [0, 1]
    assert npl.read_spiking_speech(shd, samples=[1]).labels.tolist() == [0]


def test_what_is_cut_off_is_told(shd):
    with pytest.warns(npl.NeuropilWarning, match="1 spikes come after 600"):
        speech = npl.read_spiking_speech(shd, length_ms=600)
    assert speech.inputs.shape == (2, 60, 140) and speech.inputs.sum() == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dt_ms": 0.5}, "dt_ms: found 0.5, must be at least 1.0"),
        ({"pool": 3}, "pool: found 3, must divide 700"),
        ({"length_ms": 5}, "length_ms: found 5"),
        ({"samples": [2]}, "samples: found 2, but"),
    ],
)
def test_what_cannot_be_is_refused(shd, changes, words):
    with pytest.raises(npl.InputError, match=words):
        npl.read_spiking_speech(shd, **changes)


def test_faulty_files_are_refused(tmp_path):
    unit = write(tmp_path / "unit.h5", [(0.1,)], [(700,)], [0])
    with pytest.raises(npl.InputError, match="sample 0 has unit 700, must be 0 to 699"):
        npl.read_spiking_speech(unit)
    uneven = write(tmp_path / "uneven.h5", [(0.1, 0.2)], [(7,)], [0])
    with pytest.raises(npl.InputError, match="sample 0 has 2 times and 1 units"):
        npl.read_spiking_speech(uneven)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["labels"] = [0]
    with pytest.raises(npl.InputError, match="`spikes/times` is missing"):
        npl.read_spiking_speech(tmp_path / "other.h5")


RATE = 8000


def tone(amplitude, hz=1000.0, seconds=0.5):
    """Silence, a sine that swells and fades in 50 ms (a sudden one is a click, which all bands hear), silence."""
    time = np.arange(int(RATE * seconds)) / RATE
    swell = np.sin(np.pi / 2 * np.clip(np.minimum(time, seconds - time) / 0.05, 0, 1)) ** 2
    sine = amplitude * swell * np.sin(2 * np.pi * hz * time)
    return np.concatenate([np.zeros(RATE // 5), sine, np.zeros(RATE // 5)])


def encoded(sound, **more):
    speech = npl.encode_speech([sound], [1], rate_hz=RATE, thresholds=(-5, -4, -3, -2, -1), **more)
    return speech.inputs[0].reshape(speech.inputs.shape[1], 40, 5, 2)


def test_silence_sends_nothing():
    assert encoded(np.zeros(RATE)).sum() == 0


def test_a_tone_is_heard_by_its_bands_at_its_ends():
    spikes = encoded(tone(0.5))
    bands = np.nonzero(spikes.sum(axis=(0, 2, 3)))[0]
    mel = 2595 * np.log10(1 + 1000 / 700) / (2595 * np.log10(1 + 4000 / 700)) * 41 - 1
    assert abs(bands.mean() - mel) < 1.5 and bands.size < 12
    # Between the window that begins with the full tone and the one that ends with it nothing changes.
    assert spikes[28:65].sum() == 0 and spikes[20:28].sum() > 0 and spikes[65:73].sum() > 0
    # What goes up comes down.
    assert (spikes[..., 0].sum(axis=0) == spikes[..., 1].sum(axis=0)).all()


def test_ten_times_the_gain_crosses_two_thresholds_more():
    quiet, loud = encoded(tone(0.03)), encoded(tone(0.3))
    best = np.argmax(quiet.sum(axis=(0, 2, 3)))
    crossed = [own[:, best, :, 0].sum() for own in (quiet, loud)]
    assert crossed[1] == crossed[0] + 2
    assert quiet[28:65].sum() == 0 and loud[28:65].sum() == 0


def test_whole_numbers_are_those_of_sixteen_bits():
    wave = tone(0.25)
    whole = np.round(wave * 32768).astype(np.int16)
    assert (encoded(whole) == encoded(whole / 32768)).all()
    with pytest.raises(npl.InputError, match="beyond -1..1"):
        encoded(whole.astype(float))
    with pytest.raises(npl.InputError, match="thresholds"):
        npl.encode_speech([wave], [0], rate_hz=RATE, thresholds=(-2, -3))


def test_encoded_speech_is_a_task():
    sounds = [tone(0.5, hz, seconds=0.1) for hz in (500, 1000)] * 4
    speech = npl.encode_speech(sounds, [0, 1] * 4, rate_hz=RATE, dt_ms=1, length_ms=550, bands=10, speakers=range(8))
    task = npl.Task.from_arrays(speech.inputs, labels=speech.labels, split=speech.held_out([6, 7]), dt_ms=1)
    batch = npl.Training(task.changed("training.batch", 4), "eprop", seed=1).draw()
    assert batch.inputs.shape == (4, 550, 80) and np.isfinite(batch.loss)
