//! `neuropil schema`.

use clap::Args;

/// Which files the schema is of.
#[derive(Args)]
pub struct SchemaArgs {
    /// The schema of task files, in place of that of model files.
    #[arg(long)]
    task: bool,
}

impl SchemaArgs {
    /// The schema as text.
    pub fn text(&self) -> String {
        if self.task { neuropil_model::schema::task::text() } else { neuropil_model::schema::text() }
    }
}
