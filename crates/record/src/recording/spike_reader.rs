//! Reading spikes.

use crate::Error;
use crate::layout;
use crate::recording::admission::sort_spikes;
use crate::recording::reader::Recording;

/// The spikes of a population, by time, those of one time by node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spikes {
    /// Times in ms.
    pub times_ms: Vec<f64>,
    /// The node of each spike.
    pub node_ids: Vec<u64>,
}

/// Paths of the two datasets.
pub(crate) struct Place {
    pub(crate) group: String,
    pub(crate) times: String,
    pub(crate) ids: String,
}

impl Recording {
    /// The spikes of a population, sorted whatever the file says about its order.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if the population has no spikes in this file; [`Error::WrongType`], [`Error::Length`],
    /// [`Error::Value`] (a time that is not finite, a negative id), [`Error::Claim`] or [`Error::Read`].
    pub fn spikes(&self, population: &str) -> Result<Spikes, Error> {
        let place = self.spike_place(population)?;
        let mut times_ms = self.arrays.f64_list(&place.times)?;
        let mut node_ids = self.arrays.u64_list(&place.ids)?;
        self.check_rows(&place, times_ms.len(), node_ids.len())?;
        if let Some(index) = times_ms.iter().position(|time| !time.is_finite()) {
            let found = format!("{}", times_ms[index]);
            return Err(self.arrays.source().value(&place.times, index, found, "a finite time"));
        }
        let factor = self.ms_per_unit(&place.times)?;
        if factor > 1.0 {
            times_ms.iter_mut().for_each(|time| *time *= factor);
        }
        sort_spikes(&mut times_ms, &mut node_ids);
        Ok(Spikes { times_ms, node_ids })
    }

    /// Number of spikes of a population, without reading them.
    ///
    /// # Errors
    ///
    /// As [`Recording::spikes`].
    pub fn spike_count(&self, population: &str) -> Result<usize, Error> {
        let place = self.spike_place(population)?;
        let rows = |object: &str| Ok::<_, Error>(self.arrays.source().shape(object)?.iter().product());
        let times = rows(&place.times)?;
        self.check_rows(&place, times, rows(&place.ids)?)?;
        Ok(times)
    }

    /// Populations with spikes, alphabetically.
    pub(crate) fn spike_populations(&self) -> Result<Vec<String>, Error> {
        if !self.arrays.has(layout::SPIKES) {
            return Ok(Vec::new());
        }
        if self.is_legacy() {
            return Ok(vec![String::new()]);
        }
        let mut names = self.arrays.list(layout::SPIKES)?;
        names.retain(|name| self.arrays.source().is_group(&format!("{}/{name}", layout::SPIKES)));
        Ok(names)
    }

    fn is_legacy(&self) -> bool {
        self.arrays.has("/spikes/gids") && !self.arrays.source().is_group("/spikes/gids")
    }

    pub(crate) fn spike_place(&self, population: &str) -> Result<Place, Error> {
        if population.is_empty() && self.is_legacy() {
            return Ok(Place {
                group: layout::SPIKES.to_owned(),
                times: "/spikes/timestamps".to_owned(),
                ids: "/spikes/gids".to_owned(),
            });
        }
        let group = format!("{}/{population}", layout::SPIKES);
        if population.is_empty() || !self.arrays.has(&group) {
            let known = self.spike_populations()?;
            let expected = format!("the spikes of `{population}`; the file has those of {known:?}");
            return Err(self.arrays.source().missing(&group, &expected));
        }
        let (times, ids) = (format!("{group}/{}", layout::TIMESTAMPS), format!("{group}/{}", layout::NODE_IDS));
        Ok(Place { group, times, ids })
    }

    fn check_rows(&self, place: &Place, times: usize, ids: usize) -> Result<(), Error> {
        if times == ids {
            return Ok(());
        }
        let group = &place.group;
        Err(self.arrays.source().length(&place.ids, ids, format!("{times}, one for each timestamp of {group}")))
    }

    /// Times are in ms unless the file says seconds.
    pub(crate) fn ms_per_unit(&self, times: &str) -> Result<f64, Error> {
        let unit = self.arrays.string_attr(times, layout::UNITS)?.unwrap_or_default();
        match unit.as_str() {
            "" | "ms" | "msec" | "millisecond" | "milliseconds" => Ok(1.0),
            "s" | "sec" | "second" | "seconds" => Ok(1000.0),
            other => {
                let object = crate::h5::source::at(times, layout::UNITS);
                Err(self.arrays.source().wrong_type(&object, &format!("`{other}`"), "`ms`"))
            }
        }
    }
}
