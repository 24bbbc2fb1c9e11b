//! Which mail answers which, by Message-ID, In-Reply-To and References. Pure.

use std::collections::HashMap;

use crate::mail::Message;

/// Mails and the mails they name, found or not, as a forest. Indices below the number of messages
/// are theirs; those above are mails that are only named.
pub(super) struct Family {
    parents: Vec<Option<usize>>,
    order: Vec<usize>,
}

impl Family {
    /// Links `messages`, which have each id once. A mail's parent is the nearest of the mails it
    /// names that was found, else the last it names. Loops are cut where they would close.
    pub(super) fn of(messages: &[Message]) -> Self {
        let mut forest = Forest::default();
        for message in messages {
            forest.node(&message.id.0);
        }
        for (node, message) in messages.iter().enumerate() {
            let nearest = || message.in_reply_to.iter().chain(message.references.iter().rev());
            let found = nearest()
                .map(|id| forest.known.get(id).copied().filter(|&named| named < messages.len()))
                .find_map(|named| named.filter(|&named| forest.are_apart(node, named)));
            if let Some(parent) = found {
                forest.link(node, parent);
            } else if let Some(named) =
                message.references.iter().next_back().or(message.in_reply_to.iter().next())
            {
                let parent = forest.node(named);
                if forest.are_apart(node, parent) {
                    forest.link(node, parent);
                }
            }
        }
        // What the References of others tell about mails that were not found.
        for message in messages {
            let references = message.references.iter();
            for (named, next) in references.clone().zip(references.skip(1)) {
                let child = forest.node(next);
                if child < messages.len() || forest.parents[child].is_some() {
                    continue;
                }
                let parent = forest.node(named);
                if forest.are_apart(child, parent) {
                    forest.link(child, parent);
                }
            }
        }
        let order = forest.parents_first();
        Self { parents: forest.parents, order }
    }

    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    pub(super) fn parent(&self, node: usize) -> Option<usize> {
        self.parents[node]
    }

    /// Every node, after its parent.
    pub(super) fn parents_first(&self) -> impl Iterator<Item = usize> + '_ {
        self.order.iter().copied()
    }

    /// The nearest ancestor that is one of the first `messages` nodes.
    pub(super) fn real_ancestor(&self, node: usize, messages: usize) -> Option<usize> {
        let up = |node: &usize| self.parents[*node];
        std::iter::successors(self.parents[node], up).find(|&up| up < messages)
    }
}

#[derive(Default)]
struct Forest<'a> {
    known: HashMap<&'a str, usize>,
    parents: Vec<Option<usize>>,
    /// Union-find over trees: a node with no parent is the root of its tree, so a link from it to
    /// a node of its own tree, and only such, would close a loop.
    trees: Vec<usize>,
    sizes: Vec<usize>,
}

impl<'a> Forest<'a> {
    fn node(&mut self, id: &'a str) -> usize {
        *self.known.entry(id).or_insert_with(|| {
            self.parents.push(None);
            self.trees.push(self.trees.len());
            self.sizes.push(1);
            self.trees.len() - 1
        })
    }

    fn tree(&self, node: usize) -> usize {
        let mut node = node;
        while self.trees[node] != node {
            node = self.trees[node];
        }
        node
    }

    fn are_apart(&self, child: usize, parent: usize) -> bool {
        self.tree(child) != self.tree(parent)
    }

    fn link(&mut self, child: usize, parent: usize) {
        self.parents[child] = Some(parent);
        let (child, parent) = (self.tree(child), self.tree(parent));
        // The larger tree takes the smaller, so that none grows deep.
        let (small, large) = match self.sizes[child] <= self.sizes[parent] {
            true => (child, parent),
            false => (parent, child),
        };
        self.trees[small] = large;
        self.sizes[large] += self.sizes[small];
    }

    fn parents_first(&self) -> Vec<usize> {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.parents.len()];
        let mut order: Vec<usize> = Vec::with_capacity(self.parents.len());
        for (node, parent) in self.parents.iter().enumerate() {
            match parent {
                Some(parent) => children[*parent].push(node),
                None => order.push(node),
            }
        }
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            order.append(&mut children[node]);
            next += 1;
        }
        order
    }
}
