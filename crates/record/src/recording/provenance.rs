//! How a recording came to be.

use crate::Error;
use crate::h5::source::Source;
use crate::layout;

/// What `/neuropil` tells about the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// Version of the layout, such as `neuropil-recording/1`.
    pub format: String,
    /// Version of the simulator.
    pub neuropil_version: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Time step in ms.
    pub dt_ms: f64,
    /// The recording holds everything before this time, in ms.
    pub simulated_until_ms: f64,
    /// Whether the run reached its end.
    pub complete: bool,
    /// The command line, or how the run was started.
    pub command: String,
    /// Floating-point type of the state.
    pub precision: String,
    /// Threads of the simulation.
    pub threads: u32,
    /// Processes that shared the run as it began.
    pub ranks: u32,
    /// Where the model file lies, or empty.
    pub model_path: String,
    /// Size of the network relative to the model file.
    pub scale: f64,
    /// Time that the run was to reach, in ms.
    pub until_ms: f64,
    /// Simulated time between checkpoints in ms; 0 without them.
    pub checkpoint_every_ms: f64,
    /// Digest of the files that the model names; 0 where there is none.
    pub files_digest: u64,
    /// Wall time in s; 0 if the run was cut.
    pub wall_s: f64,
    /// Processor time in s; 0 if the run was cut.
    pub cpu_s: f64,
    /// The model file, verbatim.
    pub model_json: String,
}

impl Provenance {
    /// Reads it; `None` if the file is not one of ours, or was imported rather than run.
    pub(crate) fn read(source: &Source) -> Result<Option<Self>, Error> {
        if !source.is_group(layout::NEUROPIL) {
            return Ok(None);
        }
        let optional = |name: &str| source.number_attribute::<f64>(layout::NEUROPIL, name);
        if source.text_attribute(layout::NEUROPIL, "format")?.as_deref() == Some(layout::IMPORT_FORMAT) {
            return Ok(None);
        }
        let number = |name: &str| {
            optional(name)?.ok_or_else(|| source.missing(&crate::h5::source::at(layout::NEUROPIL, name), "a number"))
        };
        let text = |name: &str| {
            let value = source.text_attribute(layout::NEUROPIL, name)?;
            value.ok_or_else(|| source.missing(&crate::h5::source::at(layout::NEUROPIL, name), "text"))
        };
        let whole = |name: &str| {
            let value = source.number_attribute::<u64>(layout::NEUROPIL, name)?;
            value.ok_or_else(|| source.missing(&crate::h5::source::at(layout::NEUROPIL, name), "a number"))
        };
        Ok(Some(Self {
            format: text("format")?,
            neuropil_version: text("neuropil_version")?,
            seed: whole("seed")?,
            dt_ms: number("dt_ms")?,
            simulated_until_ms: number("simulated_until_ms")?,
            complete: whole("complete")? != 0,
            command: text("command")?,
            precision: text("precision")?,
            threads: u32::try_from(whole("threads")?).unwrap_or(u32::MAX),
            // Not in the files of the first version.
            ranks: source.number_attribute::<u32>(layout::NEUROPIL, "ranks")?.unwrap_or(1),
            model_path: source.text_attribute(layout::NEUROPIL, "model_path")?.unwrap_or_default(),
            scale: optional("scale")?.unwrap_or(1.0),
            until_ms: optional("until_ms")?.unwrap_or(0.0),
            checkpoint_every_ms: optional("checkpoint_every_ms")?.unwrap_or(0.0),
            files_digest: source.number_attribute::<u64>(layout::NEUROPIL, "files_digest")?.unwrap_or(0),
            wall_s: number("wall_s")?,
            cpu_s: number("cpu_s")?,
            model_json: source.text(layout::MODEL)?,
        }))
    }
}
