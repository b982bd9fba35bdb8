//! What a run tells at its end.

use crate::summary::{bytes_text, count_text, peak_bytes};
use neuropil_session::Finished;

/// A finished run.
pub struct Done {
    /// What came of it.
    pub finished: Finished,
    /// What was said of the input.
    pub notes: Vec<String>,
}

impl Done {
    fn simulated_ms(&self) -> f64 {
        self.finished.from_to_ms.1 - self.finished.from_to_ms.0
    }

    /// Wall time per simulated time, if any was.
    fn slowdown(&self) -> Option<f64> {
        (self.simulated_ms() > 0.0).then(|| self.finished.cost.wall_s / (self.simulated_ms() * 1e-3))
    }

    /// For people.
    pub fn text(&self) -> String {
        let width = self.finished.populations.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(10);
        let rates = self.finished.counts.rates_hz(self.simulated_ms());
        let mut text = format!("{:<width$} {:>12} {:>9}\n", "population", "spikes", "rate Hz");
        for (((name, _), spikes), rate) in self.finished.populations.iter().zip(&self.finished.counts.spikes).zip(rates)
        {
            text += &format!("{name:<width$} {:>12} {rate:>9.3}\n", count_text(*spikes));
        }
        for warning in self.finished.remarks() {
            text += &format!("warning: {warning}\n");
        }
        text + &format!(
            "{} spikes in {} ms; {:.2} s of wall time{}, {:.2} s of processor time{}\nwrote {}",
            count_text(self.finished.counts.total()),
            self.simulated_ms(),
            self.finished.cost.wall_s,
            self.slowdown().map_or_else(String::new, |slowdown| format!(" ({slowdown:.2} s per simulated s)")),
            self.finished.cost.cpu_s,
            peak_bytes().map_or_else(String::new, |bytes| format!(", {} of memory at most", bytes_text(bytes))),
            self.finished.output.display()
        )
    }

    /// For programs.
    pub fn json(&self) -> serde_json::Value {
        let rates = self.finished.counts.rates_hz(self.simulated_ms());
        let populations = self.finished.populations.iter().zip(&self.finished.counts.spikes).zip(rates);
        let populations = populations
            .map(|(((name, _), spikes), rate)| serde_json::json!({"name": name, "spikes": spikes, "rate_hz": rate}));
        serde_json::json!({
            "output": self.finished.output,
            "from_ms": self.finished.from_to_ms.0,
            "simulated_ms": self.finished.from_to_ms.1,
            "spikes": self.finished.counts.total(),
            "populations": populations.collect::<Vec<_>>(),
            "synapses": self.finished.synapses,
            "synaptic_events": self.finished.events,
            "build_s": self.finished.cost.build_s,
            "wall_s": self.finished.cost.wall_s,
            "cpu_s": self.finished.cost.cpu_s,
            "wall_s_per_simulated_s": self.slowdown(),
            "peak_bytes": peak_bytes(),
            "warnings": self.finished.remarks(),
            "notes": self.notes,
        })
    }
}
