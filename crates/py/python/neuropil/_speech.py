"""Speech as spikes: files of the layout of SHD and SSC, and sounds that are encoded here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ._tables import Floats, needs
from .errors import InputError, warn

#: Units of the artificial cochlea of SHD and SSC.
UNITS = 700
#: Times of these files are numbers of 16 bits, which near 1 s lie 0.5 to 1 ms apart.
LEAST_DT_MS = 1.0
#: What is added to energies before the logarithm: silence is 10^-6 of a full tone.
FLOOR = 1e-6


@dataclass(frozen=True)
class Speech:
    """Spoken samples as inputs of a task: `npl.Task.from_arrays(speech.inputs, labels=speech.labels, split=...)`.

    inputs: [sample, step, input]: spikes, or how many.
    labels: [sample]: the class of each.
    speakers: [sample]: who speaks, where the file says so; else None.
    keys: What the classes are called, where the file says so; else empty.
    """

    inputs: Floats
    labels: npt.NDArray[np.int64]
    speakers: npt.NDArray[np.int64] | None = None
    keys: tuple[str, ...] = ()

    def held_out(self, speakers: Sequence[int]) -> npt.NDArray[np.int64]:
        """`split` of a task: 1 for the samples of some speakers, whom training does not hear, and 0 for all others.

        speakers: Those that are held out.
        """
        if self.speakers is None:
            raise InputError("held_out: this file does not say who speaks")
        known = set(self.speakers.tolist())
        unknown = sorted(set(speakers) - known)
        if unknown:
            raise InputError(f"held_out: no sample is of speaker {unknown[0]}; the speakers are {sorted(known)}")
        return np.isin(self.speakers, list(speakers)).astype(np.int64)


def read_spiking_speech(
    file: str | os.PathLike[str],
    *,
    dt_ms: float = 10.0,
    length_ms: float | None = None,
    pool: int = 5,
    counts: bool = False,
    samples: Sequence[int] | slice | None = None,
) -> Speech:
    """The samples of a file of the layout of SHD and SSC (Cramer et al. 2022): spikes/times, spikes/units, labels, extra. Needs h5py.

    file: HDF5 file, as in shd_train.h5.
    dt_ms: Length of a step, ms, at least 1: spikes are binned by floor(t/dt). Default 10.
    length_ms: Length of all samples, ms; what comes later is cut off, and told. Default: the longest.
    pool: So many neighbouring units are one input; must divide 700. Default 5.
    counts: Whether an input is the number of spikes of its units in a step; default: 1 for any.
    samples: Numbers of the samples that are read; default: all.
    """
    h5py = needs("h5py", "speech")
    if not dt_ms >= LEAST_DT_MS:
        raise InputError(f"dt_ms: found {dt_ms}, must be at least {LEAST_DT_MS}: the times of such files lie 0.5 to 1 ms apart")
    if pool < 1 or UNITS % pool:
        raise InputError(f"pool: found {pool}, must divide {UNITS} units")
    if length_ms is not None and not length_ms >= dt_ms:
        raise InputError(f"length_ms: found {length_ms}, must be at least a step of {dt_ms} ms")
    name = os.fspath(file)
    with h5py.File(name, "r") as own:
        for needed in ("spikes/times", "spikes/units", "labels"):
            if needed not in own:
                raise InputError(f"{name}: `{needed}` is missing: expected the layout of SHD and SSC")
        all_of_them = len(own["labels"])
        chosen = _chosen(name, samples, all_of_them)
        times = [np.asarray(own["spikes/times"][place], dtype=np.float64) * 1e3 for place in chosen]
        units = [np.asarray(own["spikes/units"][place], dtype=np.int64) for place in chosen]
        labels = np.asarray(own["labels"][()], dtype=np.int64)[chosen]
        speakers = own["extra/speaker"][()] if "extra/speaker" in own else None
        keys = own["extra/keys"][()] if "extra/keys" in own else []
    for place, own_times, own_units in zip(chosen, times, units, strict=True):
        if own_times.shape != own_units.shape:
            raise InputError(f"{name}: sample {place} has {own_times.size} times and {own_units.size} units")
        if own_times.size and not (np.isfinite(own_times).all() and own_times.min() >= 0):
            raise InputError(f"{name}: sample {place} has a time that is no number or before 0")
        if own_units.size and not 0 <= own_units.min() <= own_units.max() < UNITS:
            raise InputError(f"{name}: sample {place} has unit {own_units.max()}, must be 0 to {UNITS - 1}")
    if labels.size and labels.min() < 0:
        raise InputError(f"{name}: found the label {labels.min()}, must be at least 0")
    last = max((own.max() for own in times if own.size), default=0.0)
    steps = int(last // dt_ms) + 1 if length_ms is None else int(length_ms // dt_ms)
    inputs = np.zeros((len(chosen), steps, UNITS // pool))
    late = 0
    for sample, own_times, own_units in zip(inputs, times, units, strict=True):
        step = (own_times // dt_ms).astype(np.int64)
        within = step < steps
        late += int((~within).sum())
        np.add.at(sample, (step[within], own_units[within] // pool), 1.0)
    if late:
        warn([f"{name}: {late} spikes come after {steps * dt_ms} ms and are cut off"])
    if not counts:
        inputs = np.minimum(inputs, 1.0)
    words = tuple(key.decode() if isinstance(key, bytes) else str(key) for key in keys)
    return Speech(inputs, labels, None if speakers is None else np.asarray(speakers, dtype=np.int64)[chosen], words)


def _chosen(name: str, samples: Sequence[int] | slice | None, count: int) -> npt.NDArray[np.int64]:
    """The places of the samples that are asked for."""
    every = np.arange(count)
    if samples is None or isinstance(samples, slice):
        return every[samples] if samples is not None else every
    wrong = [own for own in samples if not 0 <= own < count]
    if wrong:
        raise InputError(f"samples: found {wrong[0]}, but {name} has {count} samples")
    return np.asarray(samples, dtype=np.int64)


def encode_speech(
    sounds: Sequence[npt.ArrayLike],
    labels: npt.ArrayLike,
    *,
    rate_hz: float,
    dt_ms: float = 10.0,
    length_ms: float | None = None,
    bands: int = 40,
    thresholds: Sequence[float] = (-5.0, -4.0, -3.0, -2.0),
    speakers: npt.ArrayLike | None = None,
) -> Speech:
    """Sounds as spikes: a mel band that crosses a threshold upward or downward sends a spike.

    Pre-emphasis 0.97, Hann windows of 25 ms every dt, triangular mel bands from 0 to half the rate, log10(energy + 10^-6), of which a full
    sine has about -1 in its band. Inputs are [band, threshold, direction], up and then down.

    sounds: Samples, numbers in -1..1 (whole numbers of 16 bits are divided by 32768).
    labels: [sample]: the class of each.
    rate_hz: Numbers a second of all sounds, Hz.
    dt_ms: Length of a step, ms. Default 10.
    length_ms: Length of all samples, ms; what comes later is cut off, and told; default: the longest, and a window behind it.
    bands: Mel bands. Default 40.
    thresholds: Of the logarithm of the energy, each larger than the one before. Default -5, -4, -3, -2.
    speakers: [sample]: who speaks; default: nobody knows.
    """
    if not (rate_hz > 0 and dt_ms > 0):
        raise InputError(f"rate_hz, dt_ms: found {rate_hz} and {dt_ms}, must be above 0")
    if bands < 1:
        raise InputError(f"bands: found {bands}, must be at least 1")
    steps_up = np.asarray(thresholds, dtype=np.float64)
    if steps_up.size == 0 or not (np.diff(steps_up) > 0).all():
        raise InputError(f"thresholds: found {list(thresholds)}, expected numbers, each larger than the one before")
    if len(sounds) != np.size(labels):
        raise InputError(f"labels: found {np.size(labels)}, expected one for each of {len(sounds)} sounds")
    hop, window = round(rate_hz * dt_ms / 1e3), round(rate_hz * 0.025)
    if hop < 1:
        raise InputError(f"dt_ms: found {dt_ms}, must be at least one number of a sound at {rate_hz} Hz")
    waves = [_wave(place, own) for place, own in enumerate(sounds)]
    longest = max((own.size for own in waves), default=0)
    steps = -(-(longest + window) // hop) if length_ms is None else int(length_ms // dt_ms)
    late = sum(own.size > steps * hop for own in waves)
    if late:
        warn([f"{late} sounds are longer than {steps * dt_ms} ms and are cut off"])
    mel = _mel_bands(bands, window, rate_hz)
    inputs = np.zeros((len(waves), steps, bands * steps_up.size * 2))
    for sample, wave in zip(inputs, waves, strict=True):
        above = _log_energy(wave, mel, hop, window, steps)[:, :, np.newaxis] > steps_up
        before = np.concatenate([np.zeros_like(above[:1]), above[:-1]])
        crossings = np.stack([above & ~before, before & ~above], axis=-1)
        sample[:] = crossings.reshape(steps, -1)
    told = None if speakers is None else np.asarray(speakers, dtype=np.int64)
    if told is not None and told.size != len(waves):
        raise InputError(f"speakers: found {told.size}, expected one for each of {len(waves)} sounds")
    return Speech(inputs, np.asarray(labels, dtype=np.int64), told)


def _wave(place: int, sound: npt.ArrayLike) -> Floats:
    """A sound in -1..1, with pre-emphasis."""
    own: Any = np.asarray(sound)
    if own.ndim != 1:
        raise InputError(f"sounds: sample {place} has {own.ndim} axes, expected 1")
    wave = own / 32768.0 if own.dtype == np.int16 else own.astype(np.float64)
    if wave.size and not (np.isfinite(wave).all() and np.abs(wave).max() <= 1):
        raise InputError(f"sounds: sample {place} has numbers beyond -1..1; whole numbers of 16 bits are taken as int16")
    emphasised: Floats = wave - 0.97 * np.concatenate([wave[:1] * 0, wave[:-1]])
    return emphasised


def _mel_bands(bands: int, window: int, rate_hz: float) -> Floats:
    """[band, frequency]: triangles that overlap by half, equally wide in mel."""
    frequencies = np.fft.rfftfreq(window, 1 / rate_hz)
    mel = np.linspace(0, 2595 * np.log10(1 + rate_hz / 1400), bands + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    low, centre, high = edges[:-2, np.newaxis], edges[1:-1, np.newaxis], edges[2:, np.newaxis]
    return np.maximum(0, np.minimum((frequencies - low) / (centre - low), (high - frequencies) / (high - centre)))


def _log_energy(wave: Floats, mel: Floats, hop: int, window: int, steps: int) -> Floats:
    """[step, band]: log10 of the energy of each band in the window that ends with the step."""
    padded = np.zeros(window + steps * hop)
    kept = wave[: steps * hop]
    padded[window : window + kept.size] = kept
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[hop :: hop][:steps]
    shape = np.hanning(window)
    spectrum = np.abs(np.fft.rfft(frames * shape, axis=1) / shape.sum()) ** 2
    return np.asarray(np.log10(spectrum @ mel.T + FLOOR))
