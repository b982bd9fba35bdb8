//! Cells from equations that peptides act on: what their file marks changes, and what arrives.
//!
//! # Equations
//! ```text
//! threshold   the parameter marked `@neuropil::threshold` is its own value + v_th
//! gain        what arrives at excitatory ports is multiplied by the gain
//! ```
//! Test: `a_marked_threshold_is_raised`, `excitatory_ports_have_a_gain`.

use super::super::{Frame, ModelInfo, Modulated, Modulation, Refusal};
use super::{MadeOf, advanced, coherent};
use crate::scalar::Scalar;
use neuropil_equations::Cell;
use neuropil_equations::ir::Takes;
use neuropil_equations::machine::{Machine, Tuned};
use neuropil_equations::unit::Dimensions;
use std::ops::Range;

/// What a cell's file does not let peptides change, of a modulation.
pub(super) fn refused(cell: &Cell, info: &'static ModelInfo, by: &Modulation) -> Option<Refusal> {
    let effect = |effect| Some(Refusal::Effect { model: info.name, effect });
    let marked = cell.marks.threshold.map(|place| &cell.parameters[place as usize].name.unit);
    if by.conductance != 0.0 || by.leak != 1.0 || by.e_l_mv != 0.0 {
        return effect(
            "the leak or of a conductance: what their file marks can change, and a gain of excitatory input",
        );
    }
    if by.adaptation != 1.0 {
        return effect("the adaptation: what their file marks can change, and a gain of excitatory input");
    }
    match marked {
        None if by.v_th_mv != 0.0 => {
            return effect("the threshold: no parameter of their file is marked `@neuropil::threshold`");
        }
        Some(unit) if by.v_th_mv != 0.0 && unit.dimensions != Dimensions::VOLTAGE => {
            return effect("the threshold: the parameter that their file marks is no voltage");
        }
        _ => {}
    }
    if by.gain != 1.0 && excitatory(cell).next().is_none() {
        return effect("the gain of excitatory input: their file has no `excitatory` port");
    }
    None
}

fn excitatory(cell: &Cell) -> impl Iterator<Item = usize> {
    let ports = cell.spike_ports.iter().enumerate();
    ports.filter(|(_, port)| port.takes == Takes::Excitatory).map(|(place, _)| place)
}

/// The program of all cells of a population.
enum Program<R> {
    /// With a threshold that changes.
    Tuned(Box<Tuned<R>>),
    /// Without.
    Fixed(Box<Machine<R>>),
}

/// Some cells of a population, each under its modulation.
pub(super) struct ModulatedEquations<R> {
    program: Program<R>,
    excitatory: Vec<usize>,
    held: Vec<Modulation>,
    gain: Vec<R>,
    /// Index in the population of the first of them.
    first: usize,
}

impl<R: Scalar> ModulatedEquations<R> {
    /// Those of a population that have these indices; `None` where peptides can change nothing.
    pub(super) fn new(source: &MadeOf, range: Range<usize>) -> Option<Self> {
        let MadeOf { model, columns, settings, key } = source;
        let cell = &model.cell;
        let own = |column: &Option<super::super::Column>| column.as_ref().map(|column| column.part(range.clone()));
        let set = coherent(cell, &columns.iter().map(own).collect::<Vec<_>>());
        let excitatory: Vec<usize> = excitatory(cell).collect();
        let program = match cell.marks.threshold {
            Some(place) => {
                Program::Tuned(Box::new(Tuned::new(cell, *settings, &set, (range.clone(), *key), place as usize).ok()?))
            }
            None if excitatory.is_empty() => return None,
            None => {
                let machine = Machine::new(cell, *settings, &set, range.len(), *key).ok()?;
                Program::Fixed(Box::new(machine.from_cell(range.start)))
            }
        };
        let (held, gain) = (vec![Modulation::NONE; range.len()], vec![R::ONE; range.len()]);
        Some(Self { program, excitatory, held, gain, first: range.start })
    }
}

impl<R: Scalar> Modulated<R> for ModulatedEquations<R> {
    fn set(&mut self, slot: usize, modulation: &Modulation) -> Result<(), Refusal> {
        if self.held[slot] == *modulation {
            return Ok(());
        }
        if let Program::Tuned(own) = &mut self.program {
            // A voltage is coherent in mV.
            own.set(slot, own.own(slot) + modulation.v_th_mv).map_err(Refusal::Written)?;
        }
        self.gain[slot] = R::from_f64(modulation.gain);
        self.held[slot] = *modulation;
        Ok(())
    }

    fn advance(&self, frame: Frame<'_, '_, R>) -> bool {
        let range = frame.range.clone();
        for port in &self.excitatory {
            let arrived = &mut frame.input[*port][range.clone()];
            arrived.iter_mut().zip(&self.gain).for_each(|(arrived, gain)| *arrived *= *gain);
        }
        advanced(frame, (self.first, 1), |frame| match &self.program {
            Program::Tuned(own) => own.advance(frame),
            Program::Fixed(own) => own.advance(frame),
        })
    }
}
