"""Cases of format `neuropil-equation-cell/1` of cases of format `neuropil-cell/1`: one cell of NEST 3.10, and ours from a file.

    python cell_cases.py SOURCE OUTPUT       both directories; writes NAME.json and NAME.h5 for each case below

Names of parameters, variables and ports become those of our files in models/cells. A reference that converged (`tight`) is taken
where there is one, else NEST's trace. `shift`: NEST's gif_psc_exp lets arrivals act one step earlier. Currents act one step late
in NEST. An adaptive exponential cell is reset inside the step in NEST, at the step's end in a file: it is compared from one spike to
the next, each time from NEST's state behind the spike (`taken_at_spikes`). `iaf_tum_2000_sender` is the cell that sends the plastic
train of `iaf_tum_2000`: made to fire at its spikes, it releases its factors. Needs h5py, nest-simulator 3.10, numpy.
"""

import json
import sys

import h5py
import numpy

from converged_in_nest import converged

PSC = {
    "C_m": "C_m_pf",
    "E_L": "E_L_mv",
    "V_th": "V_th_mv",
    "V_reset": "V_reset_mv",
    "t_ref": "t_ref_ms",
    "tau_m": "tau_m_ms",
    "I_e": "I_e_pa",
    "g_L": "g_L_ns",
    "E_ex": "E_exc_mv",
    "E_in": "E_inh_mv",
    "tau_syn_ex": "tau_exc_ms",
    "tau_syn_in": "tau_inh_ms",
    "V_m": "V_m_mv",
}
GL = {
    "C_m": "C_m_pf",
    "E_L": "E_L_mv",
    "V_th": "V_th_mv",
    "V_reset": "V_reset_mv",
    "g": "g_L_ns",
    "t_ref": "t_ref_ms",
    "asc_amps": ["asc_amp_1_pa", "asc_amp_2_pa"],
    "asc_decay": ["asc_decay_1_per_ms", "asc_decay_2_per_ms"],
    "asc_r": ["asc_r_1", "asc_r_2"],
    "th_spike_add": "th_spike_add_mv",
    "th_spike_decay": "th_spike_decay_per_ms",
    "tau_syn": ["tau_1_ms", "tau_2_ms", "tau_3_ms"],
    "th_voltage_decay": "th_voltage_decay_per_ms",
    "th_voltage_index": "th_voltage_index_per_ms",
    "voltage_reset_add": "voltage_reset_add_mv",
    "voltage_reset_fraction": "voltage_reset_fraction",
}
GI = {
    "ASCurrents": ["asc_1_pa", "asc_2_pa"],
    "V_m": "V_m_mv",
    "threshold_spike": "th_spike_mv",
    "threshold_voltage": "th_voltage_mv",
}
EXACT = {"method": "rk4", "substeps": 1}
FINE = {"method": "rk4", "substeps": 16}


def glif(n, tr, drop):
    p = {k: v for k, v in GL.items() if k not in drop}
    return {
        "cell": f"glif.nestml#glif_{n}",
        "par": p,
        "init": {k: v for k, v in GI.items() if k in tr["init"]},
        "ports": {1: "receptor_1", 2: "receptor_2", 3: "receptor_3"},
        "traces": tr["t"],
        "integration": EXACT,
    }


R = ["th_spike_add", "th_spike_decay", "voltage_reset_add", "voltage_reset_fraction"]
A = ["asc_amps", "asc_decay", "asc_r"]
T = ["th_voltage_decay", "th_voltage_index"]
CASES = {
    "iaf_cond_alpha": {
        "cell": "lif_cond_alpha.nestml",
        "par": PSC,
        "init": PSC,
        "traces": {"V_m": "V_m_mv", "g_ex": "g_exc_ns", "g_in": "g_inh_ns"},
        "integration": FINE,
    },
    "iaf_cond_beta": {
        "cell": "lif_cond_beta.nestml",
        "par": dict(
            PSC,
            tau_rise_ex="tau_rise_exc_ms",
            tau_rise_in="tau_rise_inh_ms",
            tau_decay_ex="tau_decay_exc_ms",
            tau_decay_in="tau_decay_inh_ms",
        ),
        "init": PSC,
        "traces": {"V_m": "V_m_mv", "g_ex": "g_exc_ns", "g_in": "g_inh_ns"},
        "integration": FINE,
    },
    "iaf_psc_exp_multisynapse": {
        "cell": "lif_psc_multi.nestml",
        "par": dict(PSC, tau_syn=["tau_1_ms", "tau_2_ms", "tau_3_ms", "tau_4_ms"]),
        "init": PSC,
        "ports": {i: f"receptor_{i}" for i in (1, 2, 3, 4)},
        "traces": dict({"V_m": "V_m_mv"}, **{f"I_syn_{i}": f"I_{i}_pa" for i in (1, 2, 3, 4)}),
        "integration": EXACT,
    },
    "mat2_psc_exp": {
        "cell": "mat2.nestml",
        "par": dict(
            PSC, omega="omega_mv", alpha_1="alpha_1_mv", alpha_2="alpha_2_mv", tau_1="tau_1_ms", tau_2="tau_2_ms"
        ),
        "init": dict(PSC, V_th_alpha_1="th_1_mv", V_th_alpha_2="th_2_mv"),
        "traces": {"V_m": "V_m_mv", "V_th": "threshold_mv"},
        "integration": EXACT,
    },
    "izhikevich": {
        "cell": "izhikevich.nestml",
        "par": {"a": "a", "b": "b", "c": "c_mv", "d": "d", "V_th": "V_th_mv", "I_e": "I_e_pa"},
        "init": {"V_m": "V_m_mv", "U_m": "U_m"},
        "ports": {0: "syn"},
        "shift": 0,
        "traces": {"V_m": "V_m_mv", "U_m": "U_m"},
        "integration": {"method": "forward_euler", "substeps": 1},
    },
    "izhikevich_published_numerics": {
        "cell": "izhikevich_2003.nestml",
        "par": {"a": "a", "b": "b", "c": "c_mv", "d": "d", "V_th": "V_th_mv", "I_e": "I_e_pa", "V_min": "V_min_mv"},
        "init": {"V_m": "V_m_mv", "U_m": "U_m"},
        "ports": {0: "syn"},
        "traces": {"V_m": "V_m_mv", "U_m": "U_m"},
        "integration": EXACT,
    },
    "hh_cond_exp_traub": {
        "cell": "hh_traub_miles.nestml",
        "par": dict(PSC, E_K="E_K_mv", E_Na="E_Na_mv", g_K="g_K_ns", g_Na="g_Na_ns", V_T="V_T_mv"),
        "init": {"Act_m": "m_Na", "Act_n": "n_K", "Inact_h": "h_Na", "V_m": "V_m_mv"},
        "traces": {
            "V_m": "V_m_mv",
            "Act_m": "m_Na",
            "Act_n": "n_K",
            "Inact_h": "h_Na",
            "g_ex": "g_exc_ns",
            "g_in": "g_inh_ns",
        },
        "integration": {"method": "auto", "tolerance": 1e-9},
    },
    "gif_psc_exp": {
        "cell": "gif.nestml",
        "par": dict(
            PSC,
            Delta_V="Delta_V_mv",
            V_T_star="V_T_mv",
            lambda_0="lambda_0_per_s",
            q_sfa=["q_sfa_1_mv", "q_sfa_2_mv"],
            q_stc=["q_stc_1_pa", "q_stc_2_pa"],
            tau_sfa=["tau_sfa_1_ms", "tau_sfa_2_ms"],
            tau_stc=["tau_stc_1_ms", "tau_stc_2_ms"],
        ),
        "init": {"V_m": "V_m_mv"},
        "shift": -1,
        "traces": {"V_m": "V_m_mv", "E_sfa": "E_sfa_mv", "I_stc": "I_stc_pa"},
        "integration": EXACT,
    },
    "iaf_bw_2001": {
        "cell": "brunel_wang.nestml",
        "par": {
            "C_m": "C_m_pf",
            "E_L": "E_L_mv",
            "V_th": "V_th_mv",
            "V_reset": "V_reset_mv",
            "t_ref": "t_ref_ms",
            "E_ex": "E_exc_mv",
            "E_in": "E_inh_mv",
            "g_L": "g_L_ns",
            "tau_AMPA": "tau_AMPA_ms",
            "tau_GABA": "tau_GABA_ms",
            "tau_decay_NMDA": "tau_NMDA_ms",
            "conc_Mg2": "conc_Mg",
        },
        "init": PSC,
        "ports": {1: "ampa", 2: "gaba", 3: "nmda"},
        "traces": {"V_m": "V_m_mv", "s_AMPA": "s_AMPA_ns", "s_GABA": "s_GABA_ns", "s_NMDA": "s_NMDA_ns"},
        "integration": FINE,
    },
    "glif_psc_lif": glif(1, {"init": ["V_m"], "t": {"V_m": "V_m_mv", "threshold": "threshold_mv"}}, R + A + T),
    "glif_psc_lif_r": glif(
        2,
        {"init": ["V_m", "threshold_spike"], "t": {"V_m": "V_m_mv", "threshold": "threshold_mv"}},
        A + T + ["V_reset"],
    ),
    "glif_psc_lif_asc": glif(3, {"init": ["V_m", "ASCurrents"], "t": {"V_m": "V_m_mv"}}, R + T),
    "glif_psc_lif_r_asc": glif(
        4,
        {"init": ["V_m", "ASCurrents", "threshold_spike"], "t": {"V_m": "V_m_mv", "threshold": "threshold_mv"}},
        T + ["V_reset"],
    ),
    "glif_psc_lif_r_asc_a": glif(
        5,
        {
            "init": ["V_m", "ASCurrents", "threshold_spike", "threshold_voltage"],
            "t": {"V_m": "V_m_mv", "threshold": "threshold_mv", "threshold_voltage": "th_voltage_mv"},
        },
        ["V_reset"],
    ),
}
AD = dict(PSC, V_th="V_T_mv", Delta_T="Delta_T_mv", V_peak="V_peak_mv", a="a_ns", b="b_pa", tau_w="tau_w_ms", w="w_pa")
CONDUCTANCES = {"V_m": "V_m_mv", "w": "w_pa", "g_ex": "g_exc_ns", "g_in": "g_inh_ns"}
CURRENTS = {"V_m": "V_m_mv", "w": "w_pa", "I_syn_ex": "I_exc_pa", "I_syn_in": "I_inh_pa"}


def adex(cell, traces, par=(), parts=128, **more):
    """An adaptive exponential cell, from one spike to the next: NEST resets inside the step, a file at its end."""
    return {
        "cell": f"{cell}.nestml",
        "par": AD | dict(par),
        "init": AD,
        "traces": traces,
        "taken_at_spikes": ["V_m", "w"],
        "integration": {"method": "rk4", "substeps": parts},
    } | more


CASES["aeif_cond_exp_refractory"] = adex("adex", CONDUCTANCES)
# Samples within the upstroke ask for more parts.
CASES["aeif_cond_exp_burst"] = adex("adex", CONDUCTANCES, parts=1024, t_stop=130.0)
CASES["aeif_cond_alpha"] = adex("adex_cond_alpha", CONDUCTANCES)
CASES["aeif_psc_exp"] = adex("adex_psc_exp", CURRENTS, parts=64)
CASES["aeif_cond_alpha_multisynapse"] = adex(
    "adex_cond_multi",
    {"V_m": "V_m_mv", "w": "w_pa"} | {f"g_{k}": f"g_{k}_ns" for k in (1, 2, 3, 4)},
    {"E_rev": [f"E_{k}_mv" for k in (1, 2, 3, 4)], "tau_syn": [f"tau_{k}_ms" for k in (1, 2, 3, 4)]},
    parts=256,
    t_stop=330.0,
    ports={k: f"receptor_{k}" for k in (1, 2, 3, 4)},
)
CASES["iaf_bw_2001_exact"] = {
    "cell": "brunel_wang_gates.nestml",
    "par": CASES["iaf_bw_2001"]["par"] | {"tau_rise_NMDA": "tau_rise_ms", "alpha": "alpha_per_ms"},
    "init": PSC,
    # The weight of a gate is a parameter of the cell.
    "ports": {1: "ampa", 2: "gaba", 3: ("nmda_1", "g_1_ns"), 4: ("nmda_2", "g_2_ns")},
    "traces": {"V_m": "V_m_mv", "s_AMPA": "s_AMPA_ns", "s_GABA": "s_GABA_ns", "s_NMDA": "s_NMDA_ns"},
    "integration": FINE,
}
CASES["iaf_psc_exp_htum"] = {
    "cell": "lif_relative.nestml",
    "par": dict(PSC, t_ref_abs="t_ref_abs_ms", t_ref_tot="t_ref_tot_ms"),
    "init": PSC,
    # NEST records V_m relative to E_L, and the inhibitory current with its sign.
    "above": {"V_m": "E_L"},
    "negative": ["I_syn_in"],
    "traces": {"V_m": "V_m_mv", "I_syn_ex": "I_exc_pa", "I_syn_in": "I_inh_pa"},
    "integration": EXACT,
}
OF_A_CELL = {"U": "U", "tau_psc": "tau_psc_ms", "tau_rec": "tau_rec_ms", "tau_fac": "tau_fac_ms"}
CASES["iaf_tum_2000"] = {
    "cell": "lif_release.nestml",
    "par": PSC | OF_A_CELL,
    "init": PSC | {"u": "u", "x": "x", "y": "y"},
    "negative": ["I_syn_in"],
    "traces": {"V_m": "V_m_mv", "I_syn_ex": "I_exc_pa", "I_syn_in": "I_inh_pa"},
    "integration": EXACT,
}

CASES["hh_psc_alpha"] = {
    "cell": "hodgkin_huxley.nestml",
    "par": dict(PSC, E_K="E_K_mv", E_Na="E_Na_mv", g_K="g_K_ns", g_Na="g_Na_ns"),
    "init": {"Act_m": "m_Na", "Act_n": "n_K", "Inact_h": "h_Na", "V_m": "V_m_mv"},
    "traces": {
        "V_m": "V_m_mv",
        "Act_m": "m_Na",
        "Act_n": "n_K",
        "Inact_h": "h_Na",
        "I_syn_ex": "I_exc_pa",
        "I_syn_in": "I_inh_pa",
    },
    "integration": {"method": "rk4", "substeps": 64},
}
HT = {"g_NaL": "g_NaL", "g_KL": "g_KL", "tau_m": "tau_m_ms", "t_ref": "t_ref_ms", "E_Na": "E_Na_mv", "E_K": "E_K_mv"}
HT |= {"theta_eq": "theta_eq_mv", "tau_theta": "tau_theta_ms", "tau_spike": "tau_spike_ms", "tau_D_KNa": "tau_D_ms"}
HT |= {"V_act_NMDA": "V_act_NMDA_mv", "S_act_NMDA": "S_act_NMDA_per_mv"}
HT |= {"tau_Mg_fast_NMDA": "tau_Mg_fast_ms", "tau_Mg_slow_NMDA": "tau_Mg_slow_ms"}
for kind in ("AMPA", "NMDA", "GABA_A", "GABA_B"):
    HT |= {f"g_peak_{kind}": f"g_peak_{kind}", f"E_rev_{kind}": f"E_{kind}_mv"}
    HT |= {f"tau_{phase}_{kind}": f"tau_{phase}_{kind}_ms" for phase in ("rise", "decay")}
for kind in ("NaP", "KNa", "T", "h"):
    HT |= {f"g_peak_{kind}": f"g_peak_{kind}", f"E_rev_{kind}": f"E_{kind}_mv"}
CASES["ht_neuron"] = {
    "cell": "hill_tononi.nestml",
    "par": HT,
    "init": {"V_m": "V_m_mv", "theta": "theta_mv"},
    "ports": {1: "AMPA", 2: "NMDA", 3: "GABA_A", 4: "GABA_B"},
    "traces": {"V_m": "V_m_mv", "theta": "theta_mv"}
    | {f"g_{kind}": f"g_{kind}" for kind in ("AMPA", "NMDA", "GABA_A", "GABA_B")}
    | {f"I_{kind}": f"I_{kind}_mv" for kind in ("NaP", "KNa", "T", "h")},
    "integration": {"method": "rk4", "substeps": 64},
}
US = {"phi_max": "phi_max_per_ms", "rate_slope": "k", "beta": "beta_per_mv", "theta": "theta_mv", "t_ref": "t_ref_ms"}
US |= {"g_sp": "g_sd_ns", "g_ps": "g_ds_ns"}
COMPARTMENTS = {
    "soma": {"C_m": "C_s_pf", "g_L": "g_L_s_ns", "E_L": "E_L_s_mv", "E_ex": "E_exc_mv", "E_in": "E_inh_mv"}
    | {"I_e": "I_s_pa", "tau_syn_ex": "tau_exc_ms", "tau_syn_in": "tau_inh_ms"},
    "dendritic": {"C_m": "C_d_pf", "g_L": "g_L_d_ns", "E_L": "E_L_d_mv", "I_e": "I_d_pa"}
    | {"tau_syn_ex": "tau_exc_d_ms", "tau_syn_in": "tau_inh_d_ms"},
}
CASES["pp_cond_exp_mc_urbanczik"] = {
    "cell": "urbanczik_senn.nestml",
    "par": US,
    "init": {},
    "ports": {1: "exc", 2: "inh", 3: "exc_dend", 4: "inh_dend"},
    # A current into the dendrite has no effect in NEST.
    "currents": {5: "I_stim"},
    "traces": {
        "V_m.s": "V_m_mv",
        "V_m.p": "V_d_mv",
        "g_ex.s": "g_exc_ns",
        "g_in.s": "g_inh_ns",
        "I_ex.p": "I_exc_d_pa",
        "I_in.p": "I_inh_d_pa",
    },
    "integration": FINE,
}
CASES["glif_cond"] = {
    "cell": "glif_cond.nestml",
    "par": {k: v for k, v in GL.items() if k not in ("V_reset", "tau_syn", "g")}
    | {"g_m": "g_L_ns", "tau_syn": ["tau_1_ms", "tau_2_ms"], "E_rev": ["E_1_mv", "E_2_mv"]},
    "init": GI,
    "ports": {1: "receptor_1", 2: "receptor_2"},
    "traces": {"V_m": "V_m_mv", "g_1": "g_1_ns", "g_2": "g_2_ns"}
    | {"threshold": "threshold_mv", "threshold_spike": "th_spike_mv", "threshold_voltage": "th_voltage_mv"},
    "integration": FINE,
}
CASES["glif_psc_double_alpha"] = {
    "cell": "glif_double_alpha.nestml",
    "par": {k: v for k, v in GL.items() if k not in ("V_reset", "tau_syn")}
    | {"tau_syn_fast": [f"tau_fast_{k}_ms" for k in (1, 2, 3)]}
    | {"tau_syn_slow": [f"tau_slow_{k}_ms" for k in (1, 2, 3)], "amp_slow": [f"amp_slow_{k}" for k in (1, 2, 3)]},
    "init": GI,
    "ports": {1: "receptor_1", 2: "receptor_2", 3: "receptor_3"},
    "traces": {"V_m": "V_m_mv"}
    | {"threshold": "threshold_mv", "threshold_spike": "th_spike_mv", "threshold_voltage": "th_voltage_mv"},
    "integration": EXACT,
}


def renamed(values, names, left):
    """Values by our names; `left` gets the names that have none. Compartments have names of their own."""
    out = {}
    for key, value in values.items():
        if isinstance(value, dict):
            out |= renamed(value, COMPARTMENTS[key], left)
            continue
        to = names.get(key)
        if to is None:
            left.append(key)
            continue
        out |= dict(zip(to, value) if isinstance(to, list) else [(to, value)])
    return out


def header(name):
    c = CASES[name]
    with open(f"{SOURCE}/{name}.json", encoding="utf-8") as file:
        h = json.load(file)
    out = {
        "format": "neuropil-equation-cell/1",
        "cell": "../../../models/cells/" + c["cell"],
        "simulator": h["simulator"],
        "model": h["model"],
        "dt_ms": h["dt_ms"],
        "t_stop_ms": h["t_stop_ms"],
        "integration": c["integration"],
    }
    left = []
    par = renamed(h["parameters"], c["par"], left)
    if c["cell"] == "gif.nestml":
        par["lambda_0_per_s"] = h["parameters"]["lambda_0"]
    init = renamed(h["initial_state"], c["init"], left)
    out["t_stop_ms"] = c.get("t_stop", h["t_stop_ms"])
    out["parameters"] = par
    out["initial"] = init
    out["not_taken"] = left
    ins = []
    for i in h["inputs"]:
        ports = c.get("ports")
        port = ports[i["port"]] if ports else ("exc" if i["weight"] >= 0 else "inh")
        w = i["weight"] if ports else abs(i["weight"])
        if isinstance(port, tuple):
            (port, parameter), w = port, 1.0
            par[parameter] = i["weight"]
        d = {
            "dataset": i["dataset"],
            "port": port,
            "weight": w,
            "delay_ms": round(i["delay_ms"] + c.get("shift", 0) * h["dt_ms"], 10),
        }
        if name == "iaf_bw_2001" and i["port"] == 3 or "factor_dataset" in i:
            d["factors"] = i["dataset"] + "_factor"
        ins.append(d)
    out["inputs"] = ins
    currents = c.get("currents", {None: "I_stim"})
    out["step_currents"] = [
        {
            "port": currents[s.get("port")],
            "start_ms": s["start_ms"] + h["dt_ms"],
            "stop_ms": s["stop_ms"] + h["dt_ms"],
            "amplitude": s["amplitude_pA"],
        }
        for s in h["step_currents"]
        if s.get("port") in currents
    ]
    out["traces"] = c["traces"]
    if "taken_at_spikes" in c:
        out["taken_at_spikes"] = c["taken_at_spikes"]
    out["tolerance"] = h["tolerance"]
    return out


def data(name, h):
    f = h5py.File(f"{SOURCE}/{name}.h5")
    better = {}
    if "taken_at_spikes" in h:
        with open(f"{SOURCE}/{name}.json", encoding="utf-8") as file:
            better = converged(SOURCE, name, json.load(file))
    d = {}
    for i in h["inputs"]:
        d[i["dataset"]] = f[i["dataset"]][()]
        if "factors" in i:
            d[i["factors"]] = f[i["factors"]][()]
    tight = "tight" in f
    d["spike_times"] = f["tight/spike_times"][()] if tight and "spike_times" in f["tight"] else f["spike_times"][()]
    for t in h["traces"]:
        d["trace/" + t] = f["tight/" + t][()] if tight and t in f["tight"] else f["trace/" + t][()]
        d["trace/" + t] = better.get(t, d["trace/" + t])
    for t, name_of_zero in CASES[name].get("above", {}).items():
        d["trace/" + t] = d["trace/" + t] + h["parameters"][f"{name_of_zero}_mv"]
    for t in CASES[name].get("negative", []):
        d["trace/" + t] = -d["trace/" + t]
    last = round(h["t_stop_ms"] / h["dt_ms"]) - 1
    d["spike_times"] = d["spike_times"][d["spike_times"] < h["t_stop_ms"] - 1e-6]
    return {k: (v[:last] if k.startswith("trace") else v) for k, v in d.items()}


def case_of(name):
    own = header(name)
    return own, data(name, own)


def sender():
    """The cell whose spikes `iaf_tum_2000` hears with factors: arrivals that make it fire a step later, and what it released last."""
    with open(f"{SOURCE}/iaf_tum_2000.json", encoding="utf-8") as file:
        source = json.load(file)
    heard = source["inputs"][2]
    with h5py.File(f"{SOURCE}/iaf_tum_2000.h5") as file:
        times, factors = file[heard["dataset"]][()], file[heard["factor_dataset"]][()]
    dt = source["dt_ms"]
    steps = numpy.rint(times / dt).astype(int)
    released = numpy.zeros(round(source["t_stop_ms"] / dt) - 1)
    for step, factor in zip(steps, factors):
        released[step - 1 :] = factor
    own = {
        "format": "neuropil-equation-cell/1",
        "cell": "../../../models/cells/lif_release.nestml",
        "simulator": source["simulator"],
        "model": source["model"],
        "dt_ms": dt,
        "t_stop_ms": source["t_stop_ms"],
        "integration": EXACT,
        # A current that is gone before the next spike, and passes the threshold in one step.
        "parameters": {"tau_exc_ms": 0.05, "t_ref_ms": 2.0}
        | {OF_A_CELL[key]: value for key, value in heard["factor_rule_parameters"].items()},
        "initial": {"x": 0.0},
        "inputs": [{"dataset": "input_0", "port": "exc", "weight": 1e6, "delay_ms": 0.0}],
        "step_currents": [],
        "traces": {"released": "released"},
        "tolerance": source["tolerance"],
    }
    return own, {"input_0": times - dt, "spike_times": times, "trace/released": released}


def write(name, output):
    own, arrays = sender() if name == "iaf_tum_2000_sender" else case_of(name)
    with open(f"{output}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(own, file, indent=1)
        file.write("\n")
    with h5py.File(f"{output}/{name}.h5", "w") as file:
        for key, values in arrays.items():
            file.create_dataset(key, data=values, compression="gzip", compression_opts=9, shuffle=True)


if __name__ == "__main__":
    SOURCE, OUTPUT = sys.argv[1:]
    for case in [*CASES, "iaf_tum_2000_sender"]:
        write(case, OUTPUT)
