//! Taps of a learning rule out of the physics: how a peptide's way from one cell type to another filters credit.
//!
//! # Equations
//! A modulator that is released at t acts at a synapse with the kernel G (diffusion, binding, messengers); the synapse
//! remembers its eligibility with the kernel K. What eligibility of s steps ago gets is
//! ```text
//! F_s = Σ_{u ≥ 0} G_u K_{u+s}
//! ```
//! a correlation: for K = Σ κ_k ρ_k^v the taps keep their decays ρ_k and change gain, κ_k → κ_k Ĝ(ρ_k),
//! Ĝ(ρ) = Σ_u G_u ρ^u. Eligibility that came after the release (s < 0) is credited wrongly; its share is reported.
//! In the linear regime c ≪ k_d ([`Way`]), relative to 1/(4π D* A α r),
//! ```text
//! Ĝ(σ) = e^{−r sqrt((σ + k)/D*)} · k_off/(σ + k_off) · Π 1/(1 + σ τ_i)
//! f_s  = C(s Δ) − C((s − 1) Δ),    C the response to a step
//! ```
//! References: \[Liu2022\] (taps), \[Abate2004\] (inversion), \[Lawson1974\] (fit).

mod fit;
mod modes;
mod way;

pub use fit::{Fit, fit};
pub use modes::{Correlation, Modes, Trace};
pub use way::Way;

use crate::peptides::{Channel, Peptides};
use crate::receptor::Cascade;
use crate::species::MOLECULES_PER_NM_UM3;

/// How taps are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TapOptions {
    /// Length of a tap on the clock of the task, ms.
    pub bin_ms: f64,
    /// How many.
    pub count: usize,
    /// Biological ms in a ms of the task.
    pub time_scale: f64,
    /// Most exponentials of the fit.
    pub stages: usize,
}

/// Taps of one channel between two types.
#[derive(Debug, Clone, PartialEq)]
pub struct TapReport {
    /// The channel.
    pub channel: Channel,
    /// Mean over the pairs of cells: level of the messenger per molecule/ms released, with the channel's sign.
    pub taps: Vec<f64>,
    /// Few exponentials that make them.
    pub fit: Fit,
    /// Sum of all taps to infinity.
    pub gain: f64,
    /// Mean time of the response, ms of the task; infinite for a species that is not lost.
    pub delay_ms: f64,
    /// Time of the peak of the peptide alone at the mean distance, r²/(6 D*), ms of the task.
    pub peak_ms: f64,
    /// Share of credit that goes to eligibility younger than the release, if it decays as the slowest stage of the fit.
    pub miscredited: f64,
    /// Biological ms in a ms of the task.
    pub time_scale: f64,
}

/// The taps of a channel for pairs of cells at `distances` um, all > 0.
///
/// Receptors and messengers are linear: unbound, and with the times of [`Cascade::linear_of`] where rise and fall differ.
/// `None` if there are no distances, or nothing is asked for.
pub fn channel_taps(
    peptides: &Peptides,
    channel: Channel,
    distances: &[f64],
    options: &TapOptions,
) -> Option<TapReport> {
    let sound = options.bin_ms > 0.0 && options.time_scale > 0.0 && options.count > 0;
    if distances.is_empty() || distances.iter().any(|r| !(r.is_finite() && *r > 0.0)) || !sound {
        return None;
    }
    let species = &peptides.species[channel.species];
    let receptor = &peptides.receptors[channel.receptor];
    let ligand = receptor.ligands.iter().find(|ligand| ligand.species == channel.species)?;
    let cascade = &peptides.messengers[receptor.class.index()];
    let taus = cascade.taus().or_else(|| Cascade::linear_of(receptor.class).taus())?;
    let density = channel.strength / molecules(peptides, channel)?;
    let diffusivity = species.diffusivity_effective();
    let way = |distance| Way {
        distance,
        diffusivity,
        loss: species.params.loss.0,
        k_off: ligand.k_off(),
        taus: taus.clone(),
    };
    let bin = options.bin_ms * options.time_scale;
    let (mut taps, mut gain, mut delay) = (vec![0.0; options.count], 0.0, 0.0);
    #[expect(clippy::cast_precision_loss, reason = "few pairs")]
    let pairs = distances.len() as f64;
    for &distance in distances {
        let way = way(distance);
        let near =
            4.0 * std::f64::consts::PI * diffusivity * MOLECULES_PER_NM_UM3 * peptides.volume_fraction * distance;
        let scale = channel.sign * density / (near * ligand.k_d * pairs);
        taps.iter_mut().zip(way.taps(bin, options.count)).for_each(|(sum, tap)| *sum += scale * tap);
        gain += scale * way.dc_gain();
        delay += scale * way.dc_gain() * way.mean_delay();
    }
    let size: Vec<f64> = taps.iter().map(|tap| tap.abs()).collect();
    let fit = fit(&size, options.bin_ms, options.stages);
    let memory = Modes::single(fit.modes.slowest());
    let mean_distance = distances.iter().sum::<f64>() / pairs;
    Some(TapReport {
        miscredited: memory.correlate(&size).miscredited,
        fit,
        delay_ms: delay / gain / options.time_scale,
        peak_ms: mean_distance * mean_distance / (6.0 * diffusivity) / options.time_scale,
        time_scale: options.time_scale,
        channel,
        taps,
        gain,
    })
}

/// Molecules in a vesicle of the channel's sender.
fn molecules(peptides: &Peptides, channel: Channel) -> Option<f64> {
    let mut cargo = peptides.cell_types[channel.sender].releases.iter();
    cargo.find(|cargo| cargo.species == channel.species).map(|cargo| cargo.molecules_per_vesicle)
}

#[cfg(test)]
mod tests;
