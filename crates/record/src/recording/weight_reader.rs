//! Reading weights.

use crate::Error;
use crate::layout;
use crate::recording::reader::Recording;

/// A projection whose weights were recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightRecord {
    /// Name of the projection.
    pub name: String,
    /// Population of the presynaptic nodes.
    pub source_population: String,
    /// Population of the postsynaptic nodes.
    pub target_population: String,
    /// Unit of the weights; may be empty.
    pub unit: String,
    /// Receptor that the synapses reach; empty where the sign of each weight chose.
    pub receptor: String,
    /// Number of synapses.
    pub synapses: usize,
    /// Of weights that the run has changed: when they were as they stand here, ms.
    pub time_ms: Option<f64>,
    group: String,
}

/// The synapses of a projection; the lists have equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightData {
    /// Presynaptic nodes.
    pub sources: Vec<u64>,
    /// Postsynaptic nodes.
    pub targets: Vec<u64>,
    /// Weights in [`WeightRecord::unit`]; of a run that changed them, those of its end.
    pub weights: Vec<f64>,
    /// Those that a run that changed them began with, where they were kept.
    pub initial_weights: Option<Vec<f64>>,
    /// Delays in ms.
    pub delays_ms: Vec<f64>,
}

impl Recording {
    /// The projections with recorded weights, in the order they were recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`] or [`Error::Read`].
    pub fn weights(&self) -> Result<Vec<WeightRecord>, Error> {
        if !self.arrays.has(layout::WEIGHTS) {
            return Ok(Vec::new());
        }
        let names = self.arrays.list(layout::WEIGHTS)?;
        let mut ordered = names.into_iter().map(|name| self.weight(name)).collect::<Result<Vec<_>, _>>()?;
        ordered.sort_by_key(|(order, _)| *order);
        Ok(ordered.into_iter().map(|(_, record)| record).collect())
    }

    /// The synapses of a projection, in the order they were recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`], [`Error::Length`], [`Error::Value`], [`Error::Claim`] or
    /// [`Error::Read`].
    pub fn weight_data(&self, record: &WeightRecord) -> Result<WeightData, Error> {
        let at = |name: &str| format!("{}/{name}", record.group);
        let initial = at("initial_weight");
        let initial = self.arrays.has(&initial).then(|| self.arrays.f64_list(&initial)).transpose()?;
        let data = WeightData {
            sources: self.arrays.u64_list(&at("source_node_ids"))?,
            targets: self.arrays.u64_list(&at("target_node_ids"))?,
            weights: self.arrays.f64_list(&at("weight"))?,
            initial_weights: initial,
            delays_ms: self.arrays.f64_list(&at("delay_ms"))?,
        };
        let rows = data.sources.len();
        let others = [
            ("target_node_ids", data.targets.len()),
            ("weight", data.weights.len()),
            ("delay_ms", data.delays_ms.len()),
            ("initial_weight", data.initial_weights.as_ref().map_or(rows, Vec::len)),
        ];
        for (name, found) in others {
            if found != rows {
                return Err(self.arrays.source().length(&at(name), found, format!("{rows}, one for each source")));
            }
        }
        Ok(data)
    }

    fn weight(&self, name: String) -> Result<(u64, WeightRecord), Error> {
        let source = self.arrays.source();
        let group = format!("{}/{name}", layout::WEIGHTS);
        let text = |attribute| Ok::<_, Error>(source.text_attribute(&group, attribute)?.unwrap_or_default());
        let weights = format!("{group}/weight");
        let record = WeightRecord {
            name: source.text_attribute(&group, "projection")?.unwrap_or(name),
            source_population: text("source_population")?,
            target_population: text("target_population")?,
            receptor: text("receptor")?,
            unit: source.text_attribute(&weights, layout::UNITS)?.unwrap_or_default(),
            synapses: source.shape(&weights)?.iter().product(),
            time_ms: source.number_attribute(&weights, "time_ms")?,
            group: group.clone(),
        };
        Ok((source.number_attribute(&group, "order")?.unwrap_or(u64::MAX), record))
    }
}
