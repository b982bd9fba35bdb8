//! The setup of a run: borrowed by programs that keep it, or shared with whoever holds the run.

use crate::Setup;
use std::ops::Deref;
use std::sync::Arc;

/// A setup, borrowed or shared.
pub enum Held<'s> {
    /// Kept by somebody else for as long as the run.
    Borrowed(&'s Setup),
    /// Kept by the run, too.
    Shared(Arc<Setup>),
}

impl Deref for Held<'_> {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        match self {
            Held::Borrowed(own) => own,
            Held::Shared(own) => own,
        }
    }
}

impl<'s> From<&'s Setup> for Held<'s> {
    fn from(own: &'s Setup) -> Self {
        Held::Borrowed(own)
    }
}

impl From<Arc<Setup>> for Held<'_> {
    fn from(own: Arc<Setup>) -> Self {
        Held::Shared(own)
    }
}
