//! What must be equal, through the whole program.

mod carried_credit;
