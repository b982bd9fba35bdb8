//! The cells of a circuit: nodes by what runs them, with their parameters.

use super::config::Config;
use super::parameters::{CELLS, Given, Parameters, Taken, read_parameters};
use super::program::Runs;
use super::synapse_models::{TRACES, Traces};
use super::templates::{Program, Recipe, allen, names, names_of_numbers, nestml, template, that_learns};
use super::{CircuitError, LEARNING};
use neuropil_core::Clock;
use neuropil_network::neuron::Column;
use neuropil_network::population::Initial;
use neuropil_record::Nodes;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// Nodes of one population that share a program.
#[derive(Debug)]
pub struct Part {
    /// Index of the node population.
    pub nodes: usize,
    /// What runs them; `None` for virtual nodes.
    pub runs: Option<Runs>,
    /// Its name among the parts of the population.
    pub name: String,
    /// The cell type of all of them, for rules that learn; empty where nothing says it.
    pub cell_type: String,
    /// Whether edges name their port by a number from 1 on.
    pub numbered: bool,
    /// Indices of the nodes in their population.
    pub items: Vec<usize>,
    /// Time constants of traces that plastic synapses onto each node follow, ms: `tau_minus`, `tau_minus_triplet`.
    pub traces: Vec<[f64; 2]>,
    /// One column a parameter of the model.
    pub columns: Vec<Column>,
    /// Where variables start that do not start at rest.
    pub start: Vec<Start>,
}

/// Where a variable starts.
#[derive(Debug)]
pub struct Start {
    /// Its index in the model.
    pub variable: usize,
    /// One value a node.
    pub values: Vec<f64>,
}

impl Start {
    /// As a population has it.
    pub fn initial(&self) -> Initial {
        Initial { variable: self.variable, values: self.values.clone() }
    }
}

/// Where a node has parameters of its own, before their names.
const OWN: &str = "dynamics_params/";

/// What was read so far of one population.
struct Reading<'r> {
    config: &'r Config,
    clock: Clock,
    nodes: &'r Nodes,
    /// The parameters that single nodes have of their own.
    own: Vec<&'static str>,
    /// The column that has their cell types.
    types: Option<&'r str>,
    /// The parameters of each file.
    files: BTreeMap<(String, String), Parameters>,
    /// What became of nodes of a template and a file, without parameters of their own.
    known: Vec<([String; 3], Row)>,
    parts: Vec<Draft>,
}

/// A part while it grows.
struct Draft {
    /// `None` for virtual nodes.
    program: Option<(Program, Runs)>,
    cell_type: String,
    /// The names that recipes of this part give: parameters of a text, whose others follow from them, and variables.
    given: Vec<String>,
    numbered: bool,
    items: Vec<usize>,
    /// One row a node, of parameters and then of variables that start somewhere.
    rows: Vec<Row>,
    /// The variables that start somewhere.
    start: Vec<usize>,
}

/// A node among the parts.
#[derive(Clone)]
struct Row {
    part: usize,
    values: Rc<[f64]>,
    traces: Traces,
}

/// Cells of a population by what runs them, in the order in which that first occurs.
///
/// # Errors
/// Model types, templates or parameters that cannot be run, by name.
pub fn parts(
    config: &Config,
    clock: Clock,
    index: usize,
    nodes: &Nodes,
    notes: &mut Vec<String>,
) -> Result<Vec<Part>, CircuitError> {
    let is_own = |name: &&str| nodes.attributes.has_column(&format!("{OWN}{name}"));
    let own = names_of_numbers().into_iter().filter(is_own).collect();
    let (files, known) = (BTreeMap::new(), Vec::new());
    let types = config.type_column();
    let mut reading = Reading { config, clock, nodes, own, types, files, known, parts: Vec::new() };
    for item in 0..nodes.attributes.len() {
        let row = reading.row(item, notes)?;
        let draft = &mut reading.parts[row.part];
        draft.items.push(item);
        draft.rows.push(row);
    }
    let mut taken = Vec::<String>::new();
    let part = |draft: Draft| {
        let own = draft.program.as_ref().map_or("virtual", |(_, runs)| runs.info().name);
        let own = if draft.cell_type.is_empty() { own.to_owned() } else { format!("{own}:{}", draft.cell_type) };
        let same = taken.iter().filter(|other| **other == own).count();
        taken.push(own.clone());
        let name = if same == 0 { own } else { format!("{own}:{}", same + 1) };
        draft.part(index, name)
    };
    Ok(reading.parts.into_iter().map(part).collect())
}

impl Draft {
    fn part(self, nodes: usize, name: String) -> Part {
        let runs = self.program.map(|(_, runs)| runs);
        let parameters = runs.as_ref().map_or(0, |runs| runs.info().parameters.len());
        let values = |place: usize| self.rows.iter().map(|row| row.values[place]).collect::<Vec<f64>>();
        let column = |place: usize| {
            let values = values(place);
            match values.iter().all(|value| value.to_bits() == values[0].to_bits()) {
                true => Column::Constant(values[0]),
                false => Column::PerCell(values),
            }
        };
        let columns = (0..parameters).map(column).collect();
        let start = self.start.iter().zip(parameters..);
        let start = start.map(|(&variable, place)| Start { variable, values: values(place) }).collect();
        let traces = self.rows.iter().map(|row| row.traces).collect();
        Part {
            nodes,
            runs,
            name,
            cell_type: self.cell_type,
            numbered: self.numbered,
            items: self.items,
            traces,
            columns,
            start,
        }
    }
}

impl Reading<'_> {
    /// What a node is.
    fn row(&mut self, item: usize, notes: &mut Vec<String>) -> Result<Row, CircuitError> {
        let attributes = &self.nodes.attributes;
        match attributes.text(item, "model_type").unwrap_or_default() {
            "virtual" => return Ok(self.of_virtual()),
            "point_process" | "point_neuron" | "point_soma" => {}
            other => {
                let reason = format!("model_type is `{other}`; can be run: virtual, point_neuron, point_process");
                return Err(self.refuse(item, reason));
            }
        }
        let function = attributes.text(item, "model_processing").filter(|function| !function.is_empty());
        if let Some(function) = function {
            let reason = format!("model_processing is `{function}`; functions of Python cannot be run");
            return Err(self.refuse(item, reason));
        }
        let asked = attributes.text(item, "model_template").unwrap_or_default();
        let file = attributes.text(item, "dynamics_params").unwrap_or_default();
        let cell_type = self.cell_type(item)?;
        let known = |row: &&([String; 3], Row)| row.0 == [asked, file, &cell_type];
        if let Some((_, row)) = self.known.iter().find(known).filter(|_| self.own.is_empty()) {
            return Ok(row.clone());
        }
        let (asked, file) = (asked.to_owned(), file.to_owned());
        let parameters = self.parameters(item, (&asked, &file), notes)?;
        let row = self.made(item, (&asked, &cell_type), parameters, notes)?;
        if self.own.is_empty() {
            self.known.push(([asked, file, cell_type], row.clone()));
        }
        Ok(row)
    }

    /// The cell type of a node, in the column that says it; empty without one.
    fn cell_type(&self, item: usize) -> Result<String, CircuitError> {
        let Some(column) = self.types else { return Ok(String::new()) };
        let attributes = &self.nodes.attributes;
        let text = attributes.text(item, column).filter(|text| !text.is_empty() && *text != "NULL").map(str::to_owned);
        let number = || attributes.number(item, column).map(|number| number.to_string());
        text.or_else(number).ok_or_else(|| {
            let reason = format!("it has no `{column}`, which {LEARNING}.cell_type names as the column of cell types");
            self.refuse(item, reason)
        })
    }

    fn refuse(&self, item: usize, reason: String) -> CircuitError {
        let nodes = self.nodes;
        let (id, population) = (nodes.ids[item], &nodes.population);
        let what = format!("node {id} of population `{population}` (node_type_id {})", nodes.attributes.type_id(item));
        CircuitError::Unsupported { what, reason }
    }

    fn of_virtual(&mut self) -> Row {
        let known = self.parts.iter().position(|draft| draft.program.is_none());
        let part = known.unwrap_or_else(|| {
            let (given, items, rows, start) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let cell_type = String::new();
            self.parts.push(Draft { program: None, cell_type, given, numbered: false, items, rows, start });
            self.parts.len() - 1
        });
        Row { part, values: Rc::new([]), traces: TRACES }
    }

    /// The parameters of a file, and over them those of the node.
    fn parameters(
        &mut self,
        item: usize,
        (template, file): (&str, &str),
        notes: &mut Vec<String>,
    ) -> Result<Parameters, CircuitError> {
        let mut parameters = Parameters::new();
        if !file.is_empty() && file != "NULL" {
            // What a file says depends on the template for the database's files only.
            let of = if allen::takes(template) { template } else { "" };
            let at = (of.to_owned(), file.to_owned());
            if !self.files.contains_key(&at) {
                let read = match allen::takes(template) {
                    true => allen::read(self.config, (template, file))?,
                    false => read_parameters(self.config, file, notes)?,
                };
                self.files.insert(at.clone(), read);
            }
            parameters.clone_from(&self.files[&at]);
        }
        for name in &self.own {
            if let Some(value) = self.nodes.attributes.checked_number(item, &format!("{OWN}{name}"))? {
                parameters.insert((*name).into(), Given::Number(value));
            }
        }
        Ok(parameters)
    }

    /// What a template makes of parameters.
    fn made(
        &mut self,
        item: usize,
        (asked, cell_type): (&str, &str),
        mut parameters: Parameters,
        notes: &mut Vec<String>,
    ) -> Result<Row, CircuitError> {
        let all = parameters.clone();
        let traces = traces(&mut parameters).map_err(|reason| self.refuse(item, reason))?;
        let recipe = if let Some((file, model)) = nestml::file_of(asked) {
            let directory = self.config.text(CELLS)?.unwrap_or_default();
            let text = self.config.file_text(CELLS, &Path::new(directory).join(file))?;
            nestml::recipe((file, model), text, &all).map_err(|reason| self.refuse(item, reason))?
        } else {
            let own = template(asked)
                .ok_or_else(|| self.refuse(item, format!("model_template is `{asked}`; can be run: {}", names())))?;
            let mut taken = Taken::new(parameters);
            let recipe = (own.recipe)(own.name, &mut taken).map_err(|reason| self.refuse(item, reason))?;
            taken.finish(short(own.name)).map_err(|reason| self.refuse(item, reason))?;
            recipe
        };
        // Only then are steps of all cells asked for their derivatives.
        let recipe = if self.config.learning.is_some() { that_learns(recipe) } else { recipe };
        for note in &recipe.notes {
            let note = format!("{} of population `{}`: {note}", short(asked), self.nodes.population);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        self.row_of((&recipe, cell_type), traces, asked.starts_with("nest:"))
            .map_err(|reason| self.refuse(item, reason))
    }

    /// The row of a node: the values of its parameters, and where its variables start.
    fn row_of(&mut self, (recipe, cell_type): (&Recipe, &str), traces: Traces, of_nest: bool) -> Result<Row, String> {
        let part = self.part_of(recipe, cell_type)?;
        let draft = &self.parts[part];
        let Some((_, runs)) = &draft.program else { return Ok(Row { part, values: Rc::new([]), traces }) };
        let named = |name: &str| recipe.values.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
        let defaults = runs.defaults();
        let mut values: Vec<f64> =
            runs.parameters().zip(defaults).map(|(name, default)| named(name).unwrap_or(default)).collect();
        if let (Runs::Built(..), true) = (runs, of_nest) {
            let t_ref = runs.parameters().position(|name| name == "t_ref");
            t_ref.into_iter().for_each(|row| values[row] = whole_steps(values[row], self.clock));
        }
        values.extend(recipe.start.iter().map(|(_, value)| *value));
        Ok(Row { part, values: values.into(), traces })
    }

    /// The part of a recipe's program, made where there is none.
    fn part_of(&mut self, recipe: &Recipe, cell_type: &str) -> Result<usize, String> {
        let parameters = recipe.values.iter().filter(|_| matches!(recipe.program, Program::Written { .. }));
        let given: Vec<String> = parameters.chain(&recipe.start).map(|(name, _)| name.clone()).collect();
        let same = |draft: &Draft| draft.program.as_ref().is_some_and(|(program, _)| *program == recipe.program);
        if let Some(known) =
            self.parts.iter().position(|draft| same(draft) && draft.given == given && draft.cell_type == cell_type)
        {
            return Ok(known);
        }
        let runs = Runs::new(&recipe.program, self.clock)?;
        let variable = |(name, _): &(String, f64)| {
            runs.variable(name).ok_or_else(|| format!("{} has no variable {name}", runs.info().name))
        };
        let start = recipe.start.iter().map(variable).collect::<Result<_, _>>()?;
        let program = Some((recipe.program.clone(), runs));
        let (items, rows) = (Vec::new(), Vec::new());
        let cell_type = cell_type.to_owned();
        self.parts.push(Draft { program, cell_type, given, numbered: recipe.numbered, items, rows, start });
        Ok(self.parts.len() - 1)
    }
}

/// The name of a template without the tool that has it.
fn short(template: &str) -> &str {
    template.split_once(':').map_or(template, |(_, name)| name)
}

/// A refractory period as NEST takes it: whole steps, that of its end too.
fn whole_steps(t_ref_ms: f64, clock: Clock) -> f64 {
    let steps = ((t_ref_ms * 1e3).round() / (clock.dt_ms() * 1e3) - 1e-6).ceil();
    if clock.steps(t_ref_ms).is_ok() || !steps.is_finite() { t_ref_ms } else { steps * clock.dt_ms() }
}

/// Takes the time constants that plastic synapses onto a cell follow; NEST has them as parameters of every cell.
fn traces(parameters: &mut Parameters) -> Result<Traces, String> {
    let mut traces = TRACES;
    for (own, name) in traces.iter_mut().zip(["tau_minus", "tau_minus_triplet"]) {
        match parameters.remove(name) {
            None => {}
            Some(Given::Number(tau)) if tau > 0.0 => *own = tau,
            Some(other) => return Err(format!("{name} is {other}, must be > 0")),
        }
    }
    Ok(traces)
}

/// Refuses parameters of nodes that no model has.
///
/// # Errors
/// The column, with its file.
pub(super) fn check_own_parameters(nodes: &Nodes) -> Result<(), CircuitError> {
    let known = names_of_numbers();
    let is_wrong = |column: &str| column.strip_prefix(OWN).is_some_and(|name| !known.contains(&name));
    Ok(nodes.attributes.check_columns(&format!("a parameter that can be run: {}", known.join(", ")), is_wrong)?)
}
