//! The derivative of a cell's step, and what follows of it.

use super::{BackwardStep, Planes, Record, Traces, WorthStep, derived};
use std::fmt::Debug;

/// What a cell does at one step, as far as the derivative of the step depends on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate<'a> {
    /// ψ of the step.
    pub psi: f64,
    /// z of the step before.
    pub z_before: f64,
    /// R of the step: 1 while the cell is refractory.
    pub refractory: f64,
    /// What is kept of the state at the test of the step before, before its reset: v − E_L of cells that are clamped after a
    /// spike. Nothing in intermediate cells, whose reset is not followed.
    pub tested_before: &'a [f64],
    /// What cells from equations wrote down at the step; nothing in intermediate cells.
    pub record: Record<'a>,
}

impl Gate<'_> {
    /// Of an intermediate cell with a constant slope: it does not spike and is never refractory.
    pub const fn open(slope: f64) -> Self {
        Self { psi: slope, z_before: 0.0, refractory: 0.0, tested_before: &[], record: Record::NONE }
    }
}

/// Whether the gradient follows a reset to `v_reset` (s = 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reset {
    /// The reset is a constant of the gradient.
    Detached,
    /// The reset is differentiated.
    Attached {
        /// v_reset − E_L (mV).
        v_reset: f64,
    },
}

impl Reset {
    /// α [(1 − z⁻) v + s (v_reset − v⁻) e⁻]: a membrane of leak α, from one step to the next.
    #[inline(always)]
    pub(crate) fn membrane(self, alpha: f64, gate: &Gate<'_>, v: f64, e_before: f64) -> f64 {
        alpha * ((1.0 - gate.z_before) * v + self.distance(gate) * e_before)
    }

    /// s (v_reset − v⁻).
    #[inline(always)]
    pub(crate) fn distance(self, gate: &Gate<'_>) -> f64 {
        match self {
            Reset::Detached => 0.0,
            Reset::Attached { v_reset } => gate.tested_before.first().map_or(0.0, |v| v_reset - v),
        }
    }
}

/// How an arrival first moves what the test sees, where a cell forgets everything else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstHop {
    /// By how much.
    pub gain: f64,
    /// How many steps after it arrived.
    pub late: usize,
}

/// The derivative of a cell's step. [`Self::step`] and [`Self::observed`] say it; the rest follows of them, and may be written
/// out where it must be fast: [`check`](super::conformance::check) then tells whether it still is the same.
pub trait LocalStep: Debug {
    /// Which cells these are, for messages, as in "cells of a file".
    fn kind(&self) -> &'static str;

    /// n: numbers of the state.
    fn states(&self) -> usize;

    /// P: ports by which arrivals come in; synapses of both signs come in by the first where there is no other.
    fn ports(&self) -> usize {
        1
    }

    /// x ← A x + k e⁻ + Σ_p b_p pre_p, with `arriving` = pre, a number a port. Linear in e⁻, pre and x.
    fn step(&self, gate: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]);

    /// c of a state: how what is tested grows with it.
    fn observed(&self, state: usize) -> f64;

    /// c of a state where it depends on what the cell does.
    #[inline(always)]
    fn seen(&self, _: &Gate<'_>, state: usize) -> f64 {
        self.observed(state)
    }

    /// Numbers that a gate must hold in its record.
    fn recorded(&self) -> usize {
        0
    }

    /// What stands for ψ in e = ψ cᵀ x.
    fn output_slope(&self, gate: &Gate<'_>) -> f64 {
        gate.psi
    }

    /// Whether a spike sets the membrane to a value and holds it there, so that gates need R and v of the tape.
    fn is_clamped(&self) -> bool {
        false
    }

    /// Everything that its response as intermediate cell depends on, for classes of equal cells.
    fn constants(&self) -> Vec<f64> {
        derived::constants(self)
    }

    /// y ← Aᵀ y; returns kᵀ y.
    fn transposed(&self, gate: &Gate<'_>, adjoint: &mut [f64]) -> f64 {
        derived::transposed(self, gate, adjoint)
    }

    /// b_pᵀ y.
    fn arrival(&self, gate: &Gate<'_>, port: usize, adjoint: &[f64]) -> f64 {
        derived::arrival(self, gate, port, adjoint)
    }

    /// One step of many traces of a cell; `arriving` is `[port][partner]`.
    fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
        derived::trace(self, gate, arriving, traces);
    }

    /// Planes that [`Self::backward`] and [`Self::backward_intermediate`] keep.
    fn adjoint_planes(&self) -> usize {
        self.states()
    }

    /// One step backward of neighbouring cells with these constants: y in `adjoint`, from that of the next step, and
    /// b_pᵀ y, one plane a port, in `arriving`.
    fn backward(&self, at: &BackwardStep<'_>, adjoint: Planes<'_>, arriving: Planes<'_>) {
        derived::backward(self, at, adjoint, arriving);
    }

    /// The same of intermediate cells with slope μ, driven by `source` = ψ D, with credit `gamma` = Γ of others.
    fn backward_intermediate(&self, mu: f64, source: &[f64], gamma: &[f64], adjoint: Planes<'_>, arriving: Planes<'_>) {
        derived::backward_intermediate(self, mu, (source, gamma), adjoint, arriving);
    }

    /// The states that synapses of a port have traces in, in the order of [`Self::window`].
    fn traced(&self, port: usize) -> Vec<usize> {
        derived::traced(self, port)
    }

    /// One step back in a window, for the synapses of one port, of many numbers side by side: `adjoint` is `[traced
    /// state][number]`. b_pᵀ y in `arriving`, then y ← (A + k ψ⁻ c⁻ᵀ)ᵀ y. `before` is the gate of the step before, of which ψ
    /// and the record count.
    fn window(&self, port: usize, gate: &Gate<'_>, before: &Gate<'_>, adjoint: &mut [f64], arriving: &mut [f64]) {
        derived::window(self, port, (gate, before), adjoint, arriving);
    }

    /// One step back of what arriving spikes are worth in the gradient, for neighbouring equal cells and the synapses of one
    /// port: y ← y + ψ c credit; b_pᵀ y in `arriving`, a number a cell; then y as in [`Self::window`]. `adjoint` has a plane for
    /// each traced state.
    fn worth(&self, port: usize, at: &WorthStep<'_>, adjoint: Planes<'_>, arriving: &mut [f64]) {
        derived::worth(self, port, at, adjoint, arriving);
    }

    /// What a lasting arrival of 1 comes to in what is tested: cᵀ (1 − A)⁻¹ b_p of an open gate.
    fn lasting(&self, port: usize) -> f64 {
        derived::lasting(self, port)
    }

    /// The first of cᵀ Aˢ b_p that is not 0, of an open gate.
    fn first_hop(&self, port: usize) -> FirstHop {
        derived::first_hop(self, port)
    }
}
