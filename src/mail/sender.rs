//! Who sent a mail, when list software put itself in the `From` field. Pure.

use super::fields::{Fields, addresses, line};
use super::{Address, SenderSource};

/// The person behind `from`, and which field told. `lists` are the lists the mail came over.
pub(crate) fn sender(
    fields: &Fields<'_>,
    from: &Address,
    lists: &[String],
    warnings: &mut Vec<String>,
) -> (Address, SenderSource) {
    let is_list = |address: &str| {
        let address = address.to_ascii_lowercase();
        lists.contains(&address) || is_list_of_apache(&address)
    };
    let unmasked = without_invalid(&from.address);
    let via = from.name.as_deref().is_some_and(|name| name_before_via(name).is_some());
    if unmasked.is_none() && !is_list(&from.address) {
        return (from.clone(), SenderSource::From);
    }
    let name = from.name.as_deref().map(|name| name_before_via(name).unwrap_or(name).to_owned());
    let found = candidates(fields)
        .into_iter()
        .filter(|(address, _)| {
            address.address.contains('@')
                && without_invalid(&address.address).is_none()
                && !is_list(&address.address)
                && !is_bounce(&address.address)
        })
        // Anybody may be in Cc: it has to fit what From says.
        .find(|(address, source)| {
            let known = unmasked.is_some_and(|known| known.eq_ignore_ascii_case(&address.address));
            *source != SenderSource::LastCc || known || agrees(name.as_deref(), address)
        });
    match (found, unmasked) {
        (Some((address, source)), _) => {
            let name = name.filter(|name| !name.contains('@')).or(address.name);
            (Address { name, address: address.address }, source)
        }
        // Only the mark was put behind the true address.
        (None, Some(address)) => {
            (Address { name, address: address.to_owned() }, SenderSource::From)
        }
        (None, None) => {
            if via {
                warnings
                    .push("its sender is hidden behind the list, and no field tells".to_owned());
            }
            (Address { name, address: from.address.clone() }, SenderSource::From)
        }
    }
}

/// Who the other fields name, in the order of trust.
fn candidates(fields: &Fields<'_>) -> Vec<(Address, SenderSource)> {
    let all = |name: &str, source: SenderSource| {
        let found: Vec<_> = fields.all(name).flat_map(addresses).collect();
        found.into_iter().map(move |address| (address, source))
    };
    // The lowest was added first, where the mail came in.
    let envelopes = fields.all("received-spf").rev().filter_map(envelope_from);
    all("reply-to", SenderSource::ReplyTo)
        .chain(all("x-original-from", SenderSource::OriginalFrom))
        .chain(envelopes.map(|address| (address, SenderSource::ReceivedSpf)))
        .chain(all("cc", SenderSource::LastCc).next_back())
        .collect()
}

/// `envelope-from=jane@example.org` of a check that did not fail.
fn envelope_from(value: &[u8]) -> Option<Address> {
    let value = line(&String::from_utf8_lossy(&value[..value.len().min(4096)]));
    if value.to_ascii_lowercase().starts_with("fail") {
        return None;
    }
    let (_, rest) = value.split_once("envelope-from=")?;
    let ended = |c: char| c == ';' || c.is_whitespace();
    let address = rest.split(ended).next()?.trim_matches(['"', '<', '>', '\'']);
    Some(Address { name: None, address: address.to_owned() })
}

/// The address without the `.invalid` that list software puts behind it; none if it has none.
fn without_invalid(address: &str) -> Option<&str> {
    let cut = address.len().checked_sub(".invalid".len())?;
    let (before, mark) = address.split_at_checked(cut)?;
    let masked = mark.eq_ignore_ascii_case(".invalid");
    let whole = before.rsplit_once('@').is_some_and(|(_, domain)| !domain.is_empty());
    (masked && whole).then_some(before)
}

/// `Jane Doe` of `Jane Doe via dev`, `'Jane Doe' via dev`.
fn name_before_via(name: &str) -> Option<&str> {
    let at = name.to_ascii_lowercase().rfind(" via ")?;
    let name = name.get(..at)?.trim().trim_matches(['\'', '"']).trim();
    (!name.is_empty()).then_some(name)
}

fn is_list_of_apache(address: &str) -> bool {
    address.ends_with(".apache.org") || address == "announce@apache.org"
}

/// Envelope addresses of lists and mailers, which name no person.
fn is_bounce(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["-return-", "bounce", "srs0", "srs1", "noreply", "no-reply", "mailer-daemon"]
        .iter()
        .any(|mark| address.contains(mark))
}

/// Whether an address can be that of the person with this name: the same name, or a part of it
/// before the `@`.
fn agrees(name: Option<&str>, address: &Address) -> bool {
    let Some(name) = name else { return false };
    let lower = name.to_lowercase();
    match &address.name {
        Some(found) => {
            let words = |text: &str| -> Vec<String> {
                let mut words: Vec<String> = text
                    .to_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect();
                words.sort();
                words
            };
            words(found) == words(name)
        }
        None => {
            let local = address.address.split('@').next().unwrap_or_default().to_lowercase();
            let mut words = lower.split(|c: char| !c.is_alphanumeric());
            words.any(|word| word.chars().count() >= 3 && local.contains(word))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> (Option<String>, String, SenderSource) {
        let fields = Fields::read(header.as_bytes());
        let from = fields.first("from").map(addresses).unwrap_or_default().remove(0);
        let lists = ["dev@x.apache.org".to_owned(), "dev@lists.example.org".to_owned()];
        let (sender, source) = sender(&fields, &from, &lists, &mut Vec::new());
        (sender.name, sender.address, source)
    }

    #[test]
    fn list_rewriting_is_undone_by_the_most_trusted_field() {
        use SenderSource::{From, LastCc, OriginalFrom, ReceivedSpf, ReplyTo};
        let via = "From: Jane Doe via dev <dev@x.apache.org>\n";
        let spf = "Received-SPF: Pass (mailfrom) identity=mailfrom; envelope-from=jane@spf.org; receiver=x\n";
        let bounce =
            "Received-SPF: Pass identity=mailfrom; envelope-from=dev-return-1-a=b@x.apache.org\n";
        let list = "Reply-To: dev@x.apache.org\n";
        for (header, address, source) in [
            (
                format!("{via}Reply-To: Jane Doe <jane@reply.org>\nX-Original-From: jane@x.org\n"),
                "jane@reply.org",
                ReplyTo,
            ),
            (
                format!("{via}Reply-To: dev@x.apache.org, jane@reply.org\n"),
                "jane@reply.org",
                ReplyTo,
            ),
            (
                format!("{via}{list}X-Original-From: Jane Doe <jane@orig.org>\n{spf}"),
                "jane@orig.org",
                OriginalFrom,
            ),
            (
                format!("{via}{list}{bounce}{spf}Cc: Jane Doe <jane@cc.org>\n"),
                "jane@spf.org",
                ReceivedSpf,
            ),
            (
                format!("{via}{list}{bounce}Cc: bob@x.org, \"Doe, Jane\" <jd@cc.org>\n"),
                "jd@cc.org",
                LastCc,
            ),
            (format!("{via}{list}Cc: bob@x.org, jane.d@cc.org\n"), "jane.d@cc.org", LastCc),
            (format!("{via}{list}Cc: Bob Roe <bob@x.org>\n"), "dev@x.apache.org", From),
            (
                format!(
                    "{via}{list}Received-SPF: Fail identity=mailfrom; envelope-from=evil@x.org\n"
                ),
                "dev@x.apache.org",
                From,
            ),
            ("From: Jane Doe <jane@corp.org.INVALID>\n".to_owned(), "jane@corp.org", From),
            (
                format!(
                    "From: Jane Doe <jane@corp.org.invalid>\nCc: Bob <bob@x.org>, jane@corp.org\n{list}"
                ),
                "jane@corp.org",
                LastCc,
            ),
            (
                "From: 'Jane Doe' via dev <dev@lists.example.org>\nReply-To: jane@x.org\n"
                    .to_owned(),
                "jane@x.org",
                ReplyTo,
            ),
        ] {
            assert_eq!(
                of(&header),
                (Some("Jane Doe".to_owned()), address.to_owned(), source),
                "{header}"
            );
        }
    }

    #[test]
    fn an_untouched_from_is_believed() {
        let header = "From: Jane via Zürich <jane@x.org>\nReply-To: other@x.org\n";
        let (name, address, source) = of(header);
        assert_eq!((&address[..], source), ("jane@x.org", SenderSource::From));
        assert_eq!(name.as_deref(), Some("Jane via Zürich"));
        assert_eq!(of("From: git@apache.org\nReply-To: x@y.org\n").1, "git@apache.org");
    }
}
