//! Votes: which mails belong to one, what each of them says, whose word binds, and the outcome as
//! of an instant. Pure.

pub mod ballot;
pub mod call;
pub mod select;
pub mod subject;
pub mod thread;
