//! Cells as files write them.

pub const ALIF: &str = "
model alif_file:
    state:
        v real = 0
        a real = 0
    parameters:
        alpha real = 0.9
        g real = 1
        v_th real = 1
        beta real = 0
        rho real = 0.9
        g_a real = 1
    input:
        syn <- spike
    output:
        spike
    update:
        v = alpha * v
        a = rho * a
    onReceive(syn):
        v += g * syn * s
    onCondition(v > v_th + beta * a):
        v -= v_th / alpha
        a += g_a / rho
        emit_spike()
";

/// The same, with the spike of the step before as a variable.
pub const ALIF_BY_Z: &str = "
model alif_file:
    state:
        v real = 0
        a real = 0
        z real = 0
    parameters:
        alpha real = 0.9
        g real = 1
        v_th real = 1
        beta real = 0
        rho real = 0.9
        g_a real = 1
    input:
        syn <- spike
    output:
        spike
    update:
        v = alpha * v - v_th * z
        a = rho * a + g_a * z
        z = 0
    onReceive(syn):
        v += g * syn * s
    onCondition(v > v_th + beta * a):
        z = 1
        emit_spike()
";

pub const LEAKY_RELU: &str = "
model leaky_file:
    state:
        u real = 0
    parameters:
        alpha real = 0.9
        g real = 1
        theta real = 1
    equations:
        recordable inline z real = max(0, u - theta) @neuropil::output
    input:
        syn <- spike
    output:
        continuous
    update:
        u = alpha * u
    onReceive(syn):
        u += g * syn * s
";

pub const LIF_EXP: &str = "
model lif_file:
    state:
        V_m mV = E_L
        refractory ms = 0 ms
    parameters:
        C_m pF = 250 pF
        tau_m ms = 10 ms
        E_L mV = -65 mV
        V_th mV = -50 mV
        V_reset mV = -65 mV
        t_ref ms = 2 ms
        tau_exc ms = 2 ms
        tau_inh ms = 4 ms
    equations:
        kernel k_exc = exp(-t / tau_exc)
        kernel k_inh = exp(-t / tau_inh)
        V_m' = (E_L - V_m) / tau_m + (convolve(k_exc, exc) * pA - convolve(k_inh, inh) * pA) / C_m
        refractory' = -1
    input:
        exc <- excitatory spike
        inh <- inhibitory spike
    output:
        spike
    update:
        if refractory > 0 ms:
            integrate_odes(refractory)
        else:
            integrate_odes(V_m)
    onCondition(V_m >= V_th and refractory <= 0 ms):
        refractory = t_ref
        V_m = V_reset
        emit_spike()
";

pub const GRADED: &str = "
model graded:
    state:
        V_m mV = -60 mV
        h real = 0.4
    parameters:
        tau_m ms = 8 ms
        tau_h ms = 20 ms
        tau_s ms = 3 ms
        E_rev mV = 20 mV
    equations:
        kernel k = exp(-t / tau_s)
        inline open real = 1 / (1 + exp(-(V_m + 50 mV) / (6 * mV)))
        V_m' = (-60 mV - V_m) / tau_m + convolve(k, syn) * (E_rev - V_m) / tau_m - 3 * mV / ms * open * h
        h' = (1 - open - h) / tau_h
        recordable inline out real = open * (1 + h) + 0.1 * tanh((V_m + 55 mV) / (20 * mV)) @neuropil::output
    input:
        syn <- spike
    output:
        continuous
    update:
        integrate_odes()
";
