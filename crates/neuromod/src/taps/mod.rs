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

/// Taps of what one type says to another by messengers of one sign.
#[derive(Debug, Clone, PartialEq)]
pub struct TapReport {
    /// The channels, whose taps add up.
    pub channels: Vec<Channel>,
    /// Mean over the pairs of cells: level of the messengers per molecule/ms that each channel releases, with their sign.
    pub taps: Vec<f64>,
    /// Few exponentials that make them, without the sign.
    pub fit: Fit,
    /// Sum of all taps to infinity.
    pub gain: f64,
    /// Mean time of the response, ms of the task; infinite for a species that is not lost.
    pub delay_ms: f64,
    /// Time of the peak of the peptide alone at the mean distance, r²/(6 D*), ms of the task; of several the mean by gain.
    pub peak_ms: f64,
    /// Share of credit that goes to eligibility younger than the release, if it decays as the slowest stage of the fit.
    pub miscredited: f64,
    /// Biological ms in a ms of the task.
    pub time_scale: f64,
}

/// The channels of a model by what adds up: sender, receiver and sign, in this order.
pub fn bundles(peptides: &Peptides) -> Vec<Vec<Channel>> {
    let mut channels = peptides.channels();
    let key = |channel: &Channel| (channel.sender, channel.receiver, channel.sign < 0.0);
    channels.sort_by_key(key);
    channels.chunk_by(|a, b| key(a) == key(b)).map(<[Channel]>::to_vec).collect()
}

/// The taps of channels between the same two types, of the same sign, for pairs of cells at `distances` um, all > 0.
///
/// Receptors and messengers are linear: unbound, and with the times of [`Cascade::linear_of`] where rise and fall differ.
/// `None` if there are no channels or no distances, or nothing is asked for.
pub fn effective_taps(
    peptides: &Peptides,
    channels: &[Channel],
    distances: &[f64],
    options: &TapOptions,
) -> Option<TapReport> {
    let sound = options.bin_ms > 0.0 && options.time_scale > 0.0 && options.count > 0;
    if channels.is_empty() || distances.is_empty() || !sound {
        return None;
    }
    if distances.iter().any(|r| !(r.is_finite() && *r > 0.0)) {
        return None;
    }
    let bin = options.bin_ms * options.time_scale;
    let (mut taps, mut gain, mut delay, mut peak) = (vec![0.0; options.count], 0.0, 0.0, 0.0);
    #[expect(clippy::cast_precision_loss, reason = "few pairs")]
    let pairs = distances.len() as f64;
    let mean_distance = distances.iter().sum::<f64>() / pairs;
    for &channel in channels {
        let (strength, nearby) = way(peptides, channel)?;
        for &distance in distances {
            let way = Way { distance, ..nearby.clone() };
            let near = 4.0 * std::f64::consts::PI * way.diffusivity * MOLECULES_PER_NM_UM3 * peptides.volume_fraction;
            let scale = strength / (near * distance * pairs);
            taps.iter_mut().zip(way.taps(bin, options.count)).for_each(|(sum, tap)| *sum += scale * tap);
            let own = scale * way.dc_gain();
            gain += own;
            delay += own * way.mean_delay();
            peak += own * mean_distance * mean_distance / (6.0 * way.diffusivity);
        }
    }
    let size: Vec<f64> = taps.iter().map(|tap| tap.abs()).collect();
    let fit = fit(&size, options.bin_ms, options.stages);
    let memory = Modes::single(fit.modes.slowest());
    Some(TapReport {
        miscredited: memory.correlate(&size).miscredited,
        fit,
        delay_ms: delay / gain / options.time_scale,
        peak_ms: peak / gain / options.time_scale,
        time_scale: options.time_scale,
        channels: channels.to_vec(),
        taps,
        gain,
    })
}

/// Level of the messenger per nM that is heard, with its sign, and the way there, but for its length.
fn way(peptides: &Peptides, channel: Channel) -> Option<(f64, Way)> {
    let species = &peptides.species[channel.species];
    let receptor = &peptides.receptors[channel.receptor];
    let ligand = receptor.ligands.iter().find(|ligand| ligand.species == channel.species)?;
    let cascade = &peptides.messengers[receptor.class.index()];
    let density = channel.strength / molecules(peptides, channel)?;
    let way = Way {
        distance: 0.0,
        diffusivity: species.diffusivity_effective(),
        loss: species.params.loss.0,
        k_off: ligand.k_off(),
        taus: cascade.taus().or_else(|| Cascade::linear_of(receptor.class).taus())?,
    };
    Some((channel.sign * density / ligand.k_d, way))
}

/// Molecules in a vesicle of the channel's sender.
fn molecules(peptides: &Peptides, channel: Channel) -> Option<f64> {
    let mut cargo = peptides.cell_types[channel.sender].releases.iter();
    cargo.find(|cargo| cargo.species == channel.species).map(|cargo| cargo.molecules_per_vesicle)
}

#[cfg(test)]
mod tests;
