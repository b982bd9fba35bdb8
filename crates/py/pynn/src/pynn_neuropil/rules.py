"""Synapses that neuropil takes as equations, in the language NESTML."""

from typing import Any

import neuropil as npl

_BERNOULLI = """
model bernoulli:
    state:
        w real = 1
    parameters:
        p real = 0.5
    input:
        pre_spikes <- spike
    output:
        spike
    onReceive(pre_spikes):
        if random_uniform(0, 1) < p:
            emit_spike(w)
"""

# All pairs of spikes, as in neuropil's `stdp`, with a least weight and with amplitudes of their own. Spikes that meet do not pair.
_PAIRS = """
model pairs:
    state:
        w real = 1 [[ w <= w_max and w >= w_min ]]
        pre_trace real = 0
        post_trace real = 0
        post_before real = 0
        since_post ms = 1 ms
    parameters:
        A_plus real = 0.01
        A_minus real = 0.01
        mu_plus real = 0
        mu_minus real = 0
        tau_plus ms = 20 ms
        tau_minus ms = 20 ms
        w_min real = 0
        w_max real = 1
    equations:
        pre_trace' = -pre_trace / tau_plus
        post_trace' = -post_trace / tau_minus
        since_post' = 1
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        w = min(w_max, w + A_plus * w_max * ((w_max - w) / w_max)**mu_plus * pre_trace)
        post_before = post_trace
        post_trace += 1
        since_post = 0 ms
    onReceive(pre_spikes):
        trace real = since_post > 0 ms ? post_trace : post_before
        w = max(w_min, w - A_minus * w_max * ((w - w_min) / w_max)**mu_minus * trace)
        pre_trace += 1
        emit_spike(w)
"""

# Shares of resources: x are there, y act while the current of their spike lasts, the rest recovers (Tsodyks, Uziel & Markram
# 2000). A spike sends what it takes of x. Exact over the time between two spikes.
_RELEASE = """
model release:
    state:
        use real = begin
        x real = 1
        y real = 0
        t_last ms = 0 ms
    parameters:
        w real = 1
        u real = 0.5
        begin real = 0
        tau_rec ms = 100 ms
        tau_fac ms = 0 ms
        tau_psc ms = 5 ms
    input:
        pre_spikes <- spike
    output:
        spike
    onReceive(pre_spikes):
        h ms = t - t_last
        stays real = exp(-h / tau_psc)
        gone real = tau_rec > 0 ms ? exp(-h / tau_rec) : 0
        both real = ((gone - 1) * tau_rec - (stays - 1) * tau_psc) / (tau_psc - tau_rec)
        back real = tau_psc != tau_rec ? both : 1 - (1 + h / tau_psc) * stays
        x = x + back * y + (1 - gone) * (1 - x - y)
        use = u + use * (1 - u) * (tau_fac > 0 ms ? exp(-h / tau_fac) : 0)
        released real = use * x
        x = x - released
        y = y * stays + released
        t_last = t
        emit_spike(w * released)
"""

# Sites that each hold a quantum or none; a spike releases each that is there with the chance `use`, and those that are gone
# come back with time (Fuhrmann et al. 2002).
_QUANTA = """
model quanta:
    state:
        w real = 1
        use real = begin
        t_last ms = 0 ms
        {sites}
    parameters:
        u real = 0.5
        begin real = 0
        tau_rec ms = 100 ms
        tau_fac ms = 0 ms
    input:
        pre_spikes <- spike
    output:
        spike
    onReceive(pre_spikes):
        back real = tau_rec > 0 ms ? 1 - exp(-(t - t_last) / tau_rec) : 1
        use = u + use * (1 - u) * (tau_fac > 0 ms ? exp(-(t - t_last) / tau_fac) : 0)
        t_last = t
        released real = 0
        {releases}
        emit_spike(w * released)
"""
_SITE = "has_{0} boolean = true"
_QUANTUM = """\
        if not has_{0} and random_uniform(0, 1) < back:
            has_{0} = true
        if has_{0} and random_uniform(0, 1) < use:
            has_{0} = false
            released += 1"""
#: Far below every step.
_NO_TIME_MS = 1e-9
#: Sites of a synapse that are written out.
MOST_SITES = 32


def bernoulli(p: float) -> npl.Synapse:
    """Each spike is sent with the chance p."""
    return npl.Synapse(text=_BERNOULLI, p=p)


def pairs(**parameters: Any) -> npl.Synapse:
    """Pairs of spikes, with any least weight and any amplitudes."""
    return npl.Synapse(text=_PAIRS, **parameters)


def release(tau_psc_ms: float, **parameters: Any) -> npl.Synapse:
    """Resources that spikes use up. What is used acts with the time constant of the current, or for no time."""
    return npl.Synapse(text=_RELEASE, weight="w", tau_psc_ms=max(tau_psc_ms, _NO_TIME_MS), **parameters)


def quanta(sites: int, **parameters: Any) -> npl.Synapse:
    """Sites that release quanta by chance: a spike sends the weight once for each."""
    states = "\n        ".join(_SITE.format(number) for number in range(sites))
    releases = "\n".join(_QUANTUM.format(number) for number in range(sites)).lstrip()
    return npl.Synapse(text=_QUANTA.format(sites=states, releases=releases), weight="w", **parameters)
