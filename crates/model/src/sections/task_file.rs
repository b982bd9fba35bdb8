//! A task file as a whole.

use super::kinds::{Positive, Sub, SubElsewhere, Word};
use super::table::{Kind, Row, Section, SectionTable, section};
use super::training::{TrainingRecord, TrainingSection};
use super::{CarrierSection, LossSection, TaskReadout, TaskSlope};
use crate::document::Node;
use crate::fields::Reader;
use neuropil_engine::trial::ResetGradient;
use serde_json::{Value as Json, json};

/// `format` of task files.
pub const FORMAT: &str = "neuropil-task/1";

/// [`FORMAT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFormat {}

impl Kind for TaskFormat {
    type Value = ();

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<()> {
        reader.word(node, path, &[FORMAT]).map(|_| ())
    }

    fn schema() -> Json {
        json!({"const": FORMAT})
    }
}

/// Sections whose fields hang on a word of theirs: the task, the cells, how weights begin.
macro_rules! of_a_kind {
    ($($(#[doc = $doc:literal])+ $name:ident => $definition:literal;)*) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}

        impl Kind for $name {
            type Value = ();

            fn read<'d>(_: &Reader<'d>, _: &'d Node, _: &str) -> Option<()> {
                Some(())
            }

            fn schema() -> Json {
                json!({"$ref": concat!("#/$defs/", $definition)})
            }
        }
    )*};
}

of_a_kind! {
    /// The task.
    TaskOfAKind => "task";
    /// The cells.
    CellsOfAModel => "cells";
    /// How input weights begin.
    InputWeights => "input_weights";
    /// How recurrent weights begin.
    RecurrentWeights => "recurrent_weights";
    /// How readout weights begin.
    ReadoutWeights => "readout_weights";
}

section! {
    /// A task file: what goes into a network, what the network should say, and how it learns that.
    pub struct TaskFile = "task_file" {
        /// What this file is.
        format: TaskFormat, required;
        /// Time step, ms.
        dt_ms: Positive, required;
        /// What goes in, and what should come out.
        task: TaskOfAKind, required;
        /// The cells of the network.
        cells: CellsOfAModel, required;
        /// Delay of recurrent synapses, ms, a multiple of dt_ms; default: one step.
        delay_ms: Positive, optional;
        /// How the weights from inputs to cells begin.
        input_weights: InputWeights, required;
        /// How the weights from cells to cells begin.
        recurrent_weights: RecurrentWeights, required;
        /// How the weights from cells to readouts begin.
        readout_weights: ReadoutWeights, required;
        /// What the cells are read by.
        readout: SubElsewhere<TaskReadout>, required;
        /// Which steps of a trial count, and the regulariser of firing rates; default: all, and none.
        loss: Sub<LossSection> = LossSection::PLAIN;
        /// What stands for the derivative of the output of a cell; default: piecewise linear, gamma 0.3.
        pseudo_derivative: Sub<TaskSlope> = TaskSlope::USUAL;
        /// Whether gradients go through the reset of a spike.
        reset_gradient: Word<ResetGradient> = ResetGradient::Detached;
        /// What carries the signal of a rule from cell to cell; default: ideal.
        carrier: SubElsewhere<CarrierSection>, optional;
        /// How weights are updated.
        training: Sub<TrainingSection>, required;
        /// What is recorded besides evaluations; default: nothing.
        record: Sub<TrainingRecord> = TrainingRecord::default();
    }
}

section! {
    /// Where the cells of a task are in the tissue of its carrier.
    #[derive(Copy)]
    pub struct CarrierPlaces = "carrier" {
        /// Where the cells are, um; needed by tissue.
        positions: super::kinds::Positions, optional;
    }
}

/// The section `carrier` of a task file.
pub fn carrier_tables() -> Vec<SectionTable> {
    let places: Vec<Row> = CarrierPlaces::tables().into_iter().flat_map(|own| own.rows).collect();
    let mut tables = CarrierSection::tables();
    tables.iter_mut().for_each(|table| table.rows.extend(places.iter().cloned()));
    tables
}
