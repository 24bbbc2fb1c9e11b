//! The Message-IDs that a mail names. Of a large thread they are most of what is kept, and so they
//! stand in one text each mail. Pure.

use std::collections::HashSet;
use std::fmt;

use serde::{Serialize, Serializer};

use super::MessageId;

/// Message-IDs in their order, each once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Ids(Box<str>);

impl Ids {
    /// The ids, without angle brackets.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        // No id has white space in it.
        self.0.split_ascii_whitespace()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is among them.
    pub fn contains(&self, id: &MessageId) -> bool {
        self.iter().any(|known| known == id.0)
    }
}

impl FromIterator<MessageId> for Ids {
    fn from_iter<I: IntoIterator<Item = MessageId>>(ids: I) -> Self {
        let ids: Vec<MessageId> = ids.into_iter().collect();
        let mut seen = HashSet::new();
        let each = ids.iter().filter(|id| ids.len() == 1 || seen.insert(&id.0));
        let text = each.map(|id| &id.0[..]).collect::<Vec<_>>().join(" ");
        Self(text.into())
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
