//! The setup of a run: borrowed by programs that keep it, or shared with whoever holds the run.

use crate::Setup;
use std::ops::Deref;
use std::sync::Arc;

/// A setup, borrowed or shared.
pub enum SetupRef<'s> {
    /// Kept by somebody else for as long as the run.
    Borrowed(&'s Setup),
    /// Kept by the run, too.
    Shared(Arc<Setup>),
}

impl Deref for SetupRef<'_> {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        match self {
            SetupRef::Borrowed(own) => own,
            SetupRef::Shared(own) => own,
        }
    }
}

impl<'s> From<&'s Setup> for SetupRef<'s> {
    fn from(own: &'s Setup) -> Self {
        SetupRef::Borrowed(own)
    }
}

impl From<Arc<Setup>> for SetupRef<'_> {
    fn from(own: Arc<Setup>) -> Self {
        SetupRef::Shared(own)
    }
}
