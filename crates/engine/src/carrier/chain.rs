//! The course over time of taps that are the way of a peptide: for rules whose modulators are there at once and whose
//! synapses filter eligibility as tissue, receptors and messengers would.
//!
//! # Equations
//! Between class r and type b, over pairs of different cells at distances x, with C the response of
//! [`Way`] to a drive that is switched on, and Δ a step on the clock of the tissue,
//! ```text
//! f_s = c_s / Σ_{u ≤ S} c_u,     c_s = Σ_pairs (C_x(sΔ) − C_x((s − 1) Δ)) / x
//! ```
//! in unbounded tissue with linear receptors, a binding one far from saturation. A cell alone of its kind is at distance 0.

use super::{CarrierError, CarrierPlan, Receptors, Report};
use neuropil_neuromod::taps::Way;
use neuropil_plasticity::Learner;
use neuropil_plasticity::types::Classes;

/// The least share of what is released that must arrive within S steps: less is rounding.
const LEAST: f64 = 1e-6;

/// f, `[s − 1][r][b]`, of the lags of a learner.
///
/// # Errors
/// [`CarrierError::Unfit`]: peptides that do not diffuse, cells at one place, receptors that report changes, too few lags.
pub fn courses(plan: &CarrierPlan, learner: &Learner) -> Result<Vec<f64>, CarrierError> {
    let unfit = |what, reason: String| Err(CarrierError::Unfit { what, reason });
    if plan.hearing.report == Report::Change {
        return unfit("receptors.report", "taps are of the `level` of messengers".into());
    }
    if plan.positions.len() != learner.cells() {
        return unfit("positions", format!("found {}, but there are {} cells", plan.positions.len(), learner.cells()));
    }
    let diffusivity = plan.transport.diffusivity[0];
    if diffusivity <= 0.0 {
        return unfit("diffusivity_um2_per_ms", "found 0: nothing gets from cell to cell".into());
    }
    let k_off = match plan.hearing.receptors {
        Receptors::Linear { tau_ms } => 1.0 / tau_ms,
        Receptors::Binding { k_d_nm, k_on, .. } => k_on * k_d_nm,
    };
    let taus = plan.hearing.stages_ms.clone();
    let nearby = Way { distance: 0.0, diffusivity, loss: plan.transport.loss, k_off, taus };
    let (classes, types, lags) = (Classes::new(learner), learner.types(), learner.lags);
    let step_ms = plan.step_ms / plan.steps as f64;
    let width = classes.size.len() * types;
    let mut courses = vec![0.0; lags * width];
    for pair in 0..width {
        let (class, ty) = (pair / types, pair % types);
        let Some(distances) = distances(plan, learner, (&classes, class), ty) else {
            return unfit("positions", "two cells are at one place".into());
        };
        let (mut sums, mut all) = (vec![0.0; lags], 0.0);
        for distance in distances {
            let near = if distance > 0.0 { distance } else { 1.0 };
            let way = Way { distance, ..nearby.clone() };
            sums.iter_mut().zip(way.taps(step_ms, lags)).for_each(|(sum, tap)| *sum += tap / near);
            all += 1.0 / near;
        }
        let within: f64 = sums.iter().sum();
        if within.is_nan() || within < LEAST * all {
            let share = within / all;
            let reason = format!(
                "{share:.1e} of what is released arrives within {lags} lags of {step_ms} ms of the tissue, too little for taps: more `lags`, or a faster clock"
            );
            return unfit("time_scale", reason);
        }
        courses.iter_mut().skip(pair).step_by(width).zip(sums).for_each(|(own, sum)| *own = sum / within);
    }
    Ok(courses)
}

/// Between all cells of a class and all of a type, but for a cell and itself; `None` if one is 0.
fn distances(
    plan: &CarrierPlan,
    learner: &Learner,
    (classes, class): (&Classes, usize),
    ty: usize,
) -> Option<Vec<f64>> {
    let cells = 0..learner.cells();
    let senders: Vec<usize> = cells.clone().filter(|cell| classes.of_cell[*cell] == class).collect();
    let mut found = Vec::new();
    for p in cells.filter(|cell| learner.type_id[*cell] == ty) {
        for m in senders.iter().filter(|m| **m != p) {
            let apart: f64 = (0..3).map(|axis| (plan.positions[p][axis] - plan.positions[*m][axis]).powi(2)).sum();
            found.push(apart.sqrt());
        }
    }
    match found.iter().all(|distance| *distance > 0.0) {
        true if found.is_empty() => Some(vec![0.0]),
        true => Some(found),
        false => None,
    }
}
