//! Who sent a mail: what `From` says, if it says one person; the person behind it where list software
//! put itself there, and left its marks. Pure.

use std::collections::BTreeSet;

use super::fields::{Fields, addresses, line, text};
use super::{Address, SenderSource};

/// The person behind `from`, and which field told. `lists` are the lists the mail came over.
pub(crate) fn sender(
    fields: &Fields<'_>,
    from: &Address,
    lists: &[String],
) -> (Address, SenderSource) {
    if let Some(why) = unsure(fields, from) {
        return (from.clone(), SenderSource::Unsure(why));
    }
    let named = |name: &str| from.name.as_deref().map(|_| name.to_owned());
    if let Some(address) = without_invalid(&from.address) {
        // Anybody can write such an address; a list puts the mark there.
        let address = if lists.is_empty() { &from.address } else { address };
        let source = if lists.is_empty() { SenderSource::From } else { SenderSource::Unmasked };
        return (Address { name: from.name.clone(), address: address.to_owned() }, source);
    }
    let name = from.name.as_deref().unwrap_or_default();
    let via = name_before_via(name);
    if !is_rewritten(fields, from, lists, via.is_some()) {
        return (from.clone(), SenderSource::From);
    }
    let name = via.unwrap_or(name);
    match behind_list(fields, name, lists) {
        Ok((found, source)) => {
            let name = named(name).filter(|name| !name.contains('@')).or(found.name);
            (Address { name, address: found.address }, source)
        }
        Err(source) => (Address { name: named(name), address: from.address.clone() }, source),
    }
}

const NOBODY: &str = "it does not say who sent it";

/// Why `From` cannot be taken for one person's.
fn unsure(fields: &Fields<'_>, from: &Address) -> Option<&'static str> {
    let values: Vec<&[u8]> = fields.all("from").collect();
    let [value] = values[..] else {
        return Some(match values.len() {
            0 => NOBODY,
            _ => "it has several From fields",
        });
    };
    // A fold is a line end with a blank behind it; whatever else controls hides something.
    let mut bytes = value.iter().enumerate();
    let folds =
        |at: usize| matches!(value.get(at..), Some([b'\n', b' ' | b'\t', ..] | [b'\r', b'\n', ..]));
    if bytes.any(|(at, byte)| byte.is_ascii_control() && *byte != b'\t' && !folds(at)) {
        return Some("its From has control characters in it");
    }
    if bare_addresses(value).len() > 1 {
        return Some("its From names several addresses");
    }
    if from.name.is_none() && !from.address.contains('@') {
        return Some(NOBODY);
    }
    is_machine(&from.address).then_some("it is from a machine and does not say for whom")
}

/// Words with an `@` in them, outside of quotes and comments.
fn bare_addresses(value: &[u8]) -> BTreeSet<String> {
    let (mut bare, mut quoted, mut depth) = (Vec::new(), false, 0_usize);
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            _ if quoted || depth > 0 => {}
            b'<' | b'>' | b',' | b';' | b':' => bare.push(b' '),
            byte => bare.push(byte.to_ascii_lowercase()),
        }
    }
    let text = String::from_utf8_lossy(&bare);
    text.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect()
}

/// Addresses from which machines write for others.
pub(crate) fn is_machine(address: &str) -> bool {
    const LOCAL: &[&str] =
        &["noreply", "no-reply", "donotreply", "do-not-reply", "notifications", "mailer-daemon"];
    const WHOLE: &[&str] =
        &["git@apache.org", "gitbox@apache.org", "jira@apache.org", "bugzilla@apache.org"];
    let address = address.trim().to_ascii_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    LOCAL.contains(&local)
        || WHOLE.contains(&&address[..])
        || domain == "gitbox.apache.org"
        || domain.ends_with("noreply.github.com")
}

/// Whether list software has put the list's address into `From`, by its own marks.
fn is_rewritten(fields: &Fields<'_>, from: &Address, lists: &[String], via: bool) -> bool {
    let is_of_list = lists.iter().any(|list| list.eq_ignore_ascii_case(&from.address));
    let marked = ["list-id", "list-post"].iter().any(|name| fields.first(name).is_some());
    is_of_list && (via || marked)
}

/// Who the other fields name, in the order of trust.
fn behind_list(
    fields: &Fields<'_>,
    name: &str,
    lists: &[String],
) -> Result<(Address, SenderSource), SenderSource> {
    let is_person = |address: &Address| {
        let lower = address.address.to_ascii_lowercase();
        lower.contains('@')
            && without_invalid(&lower).is_none()
            && !lists.contains(&lower)
            && !is_list_of_apache(&lower)
            && !is_bounce(&lower)
    };
    let of = |field: &str| fields.all(field).flat_map(addresses).find(is_person);
    let original = of("x-original-from").or_else(|| {
        // The whole address encoded, as if it were a name.
        let decoded = fields.first("x-original-from").map(text)?;
        addresses(decoded.as_bytes()).into_iter().find(is_person)
    });
    let reply_to = of("reply-to");
    match (original, reply_to) {
        (Some(original), Some(reply)) if !same(&original, &reply) => {
            Err(SenderSource::Unsure("its fields name two senders behind the list"))
        }
        (Some(original), _) => Ok((original, SenderSource::OriginalFrom)),
        (None, Some(reply)) => Ok((reply, SenderSource::ReplyTo)),
        (None, None) => {
            // Each host puts its line on top: what stands lower may be the sender's own.
            let envelope = fields.all("received-spf").filter_map(envelope_from);
            let mut envelope = envelope.filter(|(_, address)| is_person(address));
            let envelope = envelope.next().filter(|(passed, _)| *passed);
            let envelope = envelope.map(|(_, address)| (address, SenderSource::ReceivedSpf));
            let last = || fields.all("cc").flat_map(addresses).rfind(is_person);
            // Anybody may be in Cc: it has to fit what From says.
            let last = || last().filter(|address| agrees(name, address));
            let found = envelope.or_else(|| Some((last()?, SenderSource::LastCc)));
            let why = "its sender is hidden behind the list, and no field tells";
            found.ok_or(SenderSource::Hidden(why))
        }
    }
}

fn same(one: &Address, other: &Address) -> bool {
    one.address.eq_ignore_ascii_case(&other.address)
}

/// `envelope-from=jane@example.org`, and whether the check did not fail.
fn envelope_from(value: &[u8]) -> Option<(bool, Address)> {
    let value = line(&String::from_utf8_lossy(&value[..value.len().min(4096)]));
    let passed = !value.to_ascii_lowercase().starts_with("fail");
    let (_, rest) = value.split_once("envelope-from=")?;
    let ended = |c: char| c == ';' || c.is_whitespace();
    let address = rest.split(ended).next()?.trim_matches(['"', '<', '>', '\'']);
    Some((passed, Address { name: None, address: address.to_owned() }))
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
    ["-return-", "bounce", "srs0", "srs1", "noreply", "no-reply", "mailer-daemon"]
        .iter()
        .any(|mark| address.contains(mark))
}

/// Whether an address can be that of the person with this name: the same name, or a part of it
/// before the `@`.
fn agrees(name: &str, address: &Address) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let named = words(name);
    match &address.name {
        Some(found) => !named.is_empty() && words(found) == named,
        None => {
            let local = address.address.split('@').next().unwrap_or_default().to_lowercase();
            named.iter().any(|word| word.chars().count() >= 3 && local.contains(&word[..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SenderSource::{Hidden, LastCc, OriginalFrom, ReceivedSpf, ReplyTo, Unmasked, Unsure};

    fn of(header: &str) -> (Option<String>, String, SenderSource) {
        let fields = Fields::read(header.as_bytes());
        let from = fields.first("from").map(addresses).unwrap_or_default();
        let from = from.into_iter().next().unwrap_or_default();
        let lists = ["dev@x.apache.org".to_owned(), "dev@lists.example.org".to_owned()];
        let (sender, source) = sender(&fields, &from, &lists);
        (sender.name, sender.address, source)
    }

    #[test]
    fn list_rewriting_is_undone_by_the_most_trusted_field() {
        let via = "From: Jane Doe via dev <dev@x.apache.org>\n";
        let spf = "Received-SPF: Pass (mailfrom) identity=mailfrom; envelope-from=jane@spf.org; receiver=x\n";
        let bounce =
            "Received-SPF: Pass identity=mailfrom; envelope-from=dev-return-1-a=b@x.apache.org\n";
        let failed = "Received-SPF: Fail identity=mailfrom; envelope-from=evil@x.org\n";
        let list = "Reply-To: dev@x.apache.org\n";
        let hidden = Hidden("its sender is hidden behind the list, and no field tells");
        for (header, address, source) in [
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
                format!("{via}X-Original-From: =?utf-8?q?Jane_=3Cjane=40orig=2Eorg=3E?=\n"),
                "jane@orig.org",
                OriginalFrom,
            ),
            (
                format!("{via}Reply-To: jane@a.org\nX-Original-From: eve@b.org\n{spf}"),
                "dev@x.apache.org",
                Unsure("its fields name two senders behind the list"),
            ),
            (
                format!("{via}{list}{bounce}{spf}Cc: Jane Doe <jane@cc.org>\n"),
                "jane@spf.org",
                ReceivedSpf,
            ),
            // The topmost is the list's own; the one below came with the mail.
            (format!("{via}{bounce}{failed}{spf}"), "dev@x.apache.org", hidden),
            (
                format!("{via}{list}{bounce}Cc: bob@x.org, \"Doe, Jane\" <jd@cc.org>\n"),
                "jd@cc.org",
                LastCc,
            ),
            (format!("{via}{list}Cc: bob@x.org, jane.d@cc.org\n"), "jane.d@cc.org", LastCc),
            (format!("{via}{list}Cc: Bob Roe <bob@x.org>\n"), "dev@x.apache.org", hidden),
            ("From: Jane Doe <jane@corp.org.INVALID>\n".to_owned(), "jane@corp.org", Unmasked),
            (
                "From: Jane Doe <jane@corp.org.invalid>\nReply-To: max@apache.org\n".to_owned(),
                "jane@corp.org",
                Unmasked,
            ),
            (
                "From: 'Jane Doe' via dev <dev@lists.example.org>\nReply-To: jane@x.org\n"
                    .to_owned(),
                "jane@x.org",
                ReplyTo,
            ),
            (
                "From: Jane Doe <dev@x.apache.org>\nList-Id: <dev.x.apache.org>\n\
                 Reply-To: jane@x.org\n"
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
        for header in [
            "From: Jane via Zürich <jane@x.org>\nReply-To: other@x.org\n",
            // No list of this mail, whatever it looks like.
            "From: Jane via Zürich <jane@x.org>\nX-Original-From: other@x.org\n",
        ] {
            let (name, address, source) = of(header);
            assert_eq!((&address[..], source), ("jane@x.org", SenderSource::From));
            assert_eq!(name.as_deref(), Some("Jane via Zürich"));
        }
        let elsewhere = "From: Max via dev <dev@y.apache.org>\nReply-To: max@apache.org\n";
        assert_eq!(of(elsewhere).1, "dev@y.apache.org");
        let bare = Fields::read(b"From: Max <max@apache.org.invalid>\n");
        let from = Address { name: None, address: "max@apache.org.invalid".to_owned() };
        let (unmasked, _) = sender(&bare, &from, &[]);
        assert_eq!(unmasked.address, "max@apache.org.invalid", "no list has put the mark there");
    }

    #[test]
    fn a_from_of_several_is_nobodys() {
        for (header, why) in [
            ("From: Eve <eve@evil.example> x: max@apache.org\n", "several addresses"),
            ("From: Eve <eve@evil.example>, Max <max@apache.org>\n", "several addresses"),
            ("From: eve@evil.example\nFrom: max@apache.org\n", "several From"),
            ("From: Eve <eve@evil.example>\rFrom: max@apache.org\n", "control"),
            ("From: Eve\u{0} <max@apache.org>\n", "control"),
            ("From: <>\n", "does not say"),
            ("From: git@apache.org\nReply-To: x@y.org\n", "a machine"),
            ("From: Max <notifications@github.com>\n", "a machine"),
            ("From: Max <12+max@users.noreply.github.com>\n", "a machine"),
        ] {
            let Unsure(said) = of(header).2 else { panic!("{header}: {:?}", of(header)) };
            assert!(said.contains(why), "{header}: {said}");
        }
        for header in [
            "From: jane@x.org <Jane@x.org>\n",
            "From: \"jane@home.org\" <jane@x.org>\n",
            "From: jane@x.org (at home: jane@home.org)\n",
            "From: Jane\n Doe\r\n\t<jane@x.org>\n",
        ] {
            assert_eq!(of(header).2, SenderSource::From, "{header}");
        }
    }
}
