//! One mail in several archives, and several mails that have one Message-ID. Pure.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::order;
use crate::mail::{Message, MessageId, SenderSource};
use crate::vote::identity::called;

/// The messages by date and then id. Copies of one mail are one, with the lists of all; other mails
/// that have its id get an id of their own, and say so.
pub(super) fn unique(mut messages: Vec<Message>) -> Vec<Message> {
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(messages.len());
    let mut shared: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        let first = *seen.entry(&message.id.0).or_insert(index);
        if first != index {
            shared.entry(first).or_insert_with(|| vec![first]).push(index);
        }
    }
    if !shared.is_empty() {
        let mut mails: Vec<Message> = Vec::new();
        for indices in shared.into_values() {
            let copies = indices.iter().map(|index| std::mem::take(&mut messages[*index]));
            mails.extend(told_apart(copies.collect()));
        }
        messages.retain(|message| !message.id.0.is_empty());
        messages.extend(mails);
    }
    messages.sort_unstable_by(|one, other| order(one).cmp(&order(other)));
    messages
}

/// Mails with one id: each once, and each with an id of its own.
fn told_apart(mut mails: Vec<Message>) -> Vec<Message> {
    // Whoever uses an id again has seen it: who comes first keeps it, and no sender writes when a
    // mail was received.
    mails.sort_by(|one, other| {
        let rank =
            |mail: &Message| (mail.received.or(mail.date).is_none(), mail.received.or(mail.date));
        let content = |mail: &Message| (mail.sender.address.clone(), mail.text.clone());
        rank(one).cmp(&rank(other)).then_with(|| content(one).cmp(&content(other)))
    });
    let mut kept: Vec<Message> = Vec::new();
    for mail in mails {
        match kept.iter_mut().find(|known| is_copy(known, &mail)) {
            Some(known) => merge(known, mail),
            None => kept.push(mail),
        }
    }
    if let [first, others @ ..] = &mut kept[..] {
        for mail in others {
            let id = MessageId(format!("{}~{}", first.id, digest(mail)));
            mail.warnings.push(format!(
                "its Message-ID <{}> is that of another mail, of {}; here it is <{id}>",
                first.id,
                called(&first.sender)
            ));
            let note = format!("another mail, of {}, has its Message-ID", called(&mail.sender));
            first.warnings.push(note);
            mail.id = id;
        }
    }
    kept
}

/// A few hexadecimal digits of what a mail says.
fn digest(mail: &Message) -> String {
    let mut digest = Sha256::new();
    let date = mail.date.map_or(0, |date| date.timestamp());
    for part in [&mail.sender.address, &date.to_string(), &mail.subject, &mail.text] {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether two mails with one id are the same mail, as two archives have it.
fn is_copy(one: &Message, other: &Message) -> bool {
    let hides = |mail: &Message| matches!(mail.sender_source, SenderSource::Hidden(_));
    // One archive may have the list in place of the sender.
    let by_name = (hides(one) || hides(other)) && one.sender.name == other.sender.name;
    let same = one.sender.address.eq_ignore_ascii_case(&other.sender.address) || by_name;
    same && same_words(&one.text, &other.text)
}

/// Whether two texts differ in white space and the footer of a list only.
fn same_words(one: &str, other: &str) -> bool {
    let dense = |text: &str| {
        without_footer(text).chars().filter(|c| !c.is_whitespace()).collect::<String>()
    };
    dense(one) == dense(other)
}

/// The text without what a list puts behind it: a rule, and a few lines of where it is.
fn without_footer(text: &str) -> &str {
    let is_rule = |line: &str| line.len() >= 2 && line.bytes().all(|byte| b"-_=*".contains(&byte));
    let mut end = text.len();
    for line in text.lines().rev().take(12) {
        end = text[..end].rfind(line).unwrap_or(0);
        if is_rule(line.trim()) {
            let footer = text[end..].to_lowercase();
            let votes = footer.contains("+1") || footer.contains("-1");
            let lists = ["unsubscribe", "mailing list", "https://lists.", "/mailman/"];
            let of_list = lists.iter().any(|words| footer.contains(words));
            return if of_list && !votes { &text[..end] } else { text };
        }
    }
    text
}

/// Takes the better copy of one mail: the one that shows its sender, of which less was guessed.
fn merge(known: &mut Message, mut copy: Message) {
    let rank = |mail: &Message| {
        (matches!(mail.sender_source, SenderSource::Hidden(_)), mail.warnings.len())
    };
    if rank(&copy) < rank(known) {
        std::mem::swap(known, &mut copy);
    }
    known.lists.extend(copy.lists);
    known.lists.sort();
    known.lists.dedup();
}
