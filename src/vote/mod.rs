//! Votes: which mails belong to one, what each of them says, whose word binds, and the outcome as
//! of an instant. Pure.

pub mod ballot;
pub mod call;
pub mod cancel;
pub mod identity;
pub mod kind;
pub mod names;
pub mod own_text;
pub mod result;
pub mod roster;
pub mod rules;
pub mod select;
pub mod subject;
pub mod tally;
pub mod thread;
