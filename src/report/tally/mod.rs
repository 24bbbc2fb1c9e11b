//! The tally for people: see the submodules.
