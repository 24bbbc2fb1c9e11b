//! Whose words a line of a mail is: the writer's own, or quoted, forwarded, signed off or added by
//! a program.
//!
//! A line is judged by its mark (`>`), by what introduces it ("Jane wrote:", "From: … Sent: …"),
//! by its own look (contact lines, footers of phones and lists) and, where the mail that is
//! answered is at hand, by comparison with that. What only the comparison gives away, and only in
//! a few lines, is [`Kind::Doubtful`]. Takes time linear in the text. Pure.

mod echo;
mod introduction;

use introduction::Introduction;

/// Whose words a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The writer's own; blank lines between own lines too.
    Own,
    /// The same words stand in the mail answered, but nothing marks them as a quote.
    Doubtful,
    /// Quoted from another mail.
    Quoted,
    /// Introduces a quote: "Jane wrote:", the headers that Outlook repeats.
    Attribution,
    /// The writer's name, titles, telephone numbers.
    Signature,
    /// Put there by a program: mailing list, phone, armour of a signed mail.
    Footer,
    /// Another mail, passed on.
    Forwarded,
}

/// One line of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'t> {
    /// From 1.
    pub number: usize,
    /// Without its line end; without the `- ` that clear-signing puts before a dash.
    pub text: &'t str,
    /// Whose it is.
    pub kind: Kind,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn is_own(&self) -> bool {
        self.kind == Kind::Own
    }
}

/// Tells for each line of `text` whose it is; `answered` is the text of the mail it answers.
pub fn lines<'t>(text: &'t str, answered: Option<&str>) -> Vec<Line<'t>> {
    let mut lines: Vec<Line<'t>> = text
        .split('\n')
        .enumerate()
        .map(|(index, text)| {
            let text = text.trim_end_matches('\r');
            let kind = if has_quote_mark(text) { Kind::Quoted } else { Kind::Own };
            Line { number: index + 1, text, kind }
        })
        .collect();
    remove_armor(&mut lines);
    mark_introductions(&mut lines, answered);
    mark_fenced(&mut lines);
    mark_footers(&mut lines);
    mark_signatures(&mut lines);
    if let Some(answered) = answered {
        echo::mark_unintroduced(&mut lines, answered);
    }
    lines
}

/// `> text`, `| text`, and `JD> text` of old mailers.
fn has_quote_mark(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', '\u{a0}']);
    let initials = text.chars().take_while(char::is_ascii_uppercase).count();
    let rest = if initials <= 3 { &text[initials..] } else { text };
    rest.starts_with(['>', '＞']) || text.starts_with(['|', '│', '┃'])
}

/// Takes the armour off a clear-signed mail (RFC 9580, section 7).
fn remove_armor(lines: &mut [Line<'_>]) {
    let mut in_text = false;
    let mut in_signature = false;
    for line in lines {
        let text = line.text.trim_end();
        match text {
            "-----BEGIN PGP SIGNED MESSAGE-----" => (in_text, line.kind) = (true, Kind::Footer),
            "-----BEGIN PGP SIGNATURE-----" => {
                (in_text, in_signature, line.kind) = (false, true, Kind::Footer);
            }
            "-----END PGP SIGNATURE-----" => (in_signature, line.kind) = (false, Kind::Footer),
            _ if in_signature => line.kind = Kind::Footer,
            _ if in_text && text.starts_with("Hash: ") => line.kind = Kind::Footer,
            _ if in_text => {
                line.text = line.text.strip_prefix("- ").unwrap_or(line.text);
                if has_quote_mark(line.text) {
                    line.kind = Kind::Quoted;
                }
            }
            _ => {}
        }
    }
}

/// Marks what introduces a quote, and the quote where its lines have no marks of their own: then
/// it goes on to the end, except for what `answered` shows not to be part of it.
fn mark_introductions(lines: &mut [Line<'_>], answered: Option<&str>) {
    let mut at = 0;
    while at < lines.len() {
        let Some(Introduction { length, forwards }) = introduction::at(&lines[at..]) else {
            at += 1;
            continue;
        };
        for line in &mut lines[at..at + length] {
            line.kind = Kind::Attribution;
        }
        at += length;
        if forwards {
            for line in &mut lines[at..] {
                line.kind = Kind::Forwarded;
            }
            return;
        }
        let next = lines[at..].iter().find(|line| !line.is_blank());
        if next.is_some_and(|line| line.kind == Kind::Own && !is_footer(line.text)) {
            for line in lines[at..].iter_mut().filter(|line| line.is_own()) {
                line.kind = Kind::Quoted;
            }
            if let Some(answered) = answered {
                echo::give_back(&mut lines[at..], answered);
            }
            return;
        }
    }
}

/// Marks what stands between fences, as of code, and tags of a quotation.
fn mark_fenced(lines: &mut [Line<'_>]) {
    const TAGS: &[&str] =
        &["```", "{quote}", "{code", "{noformat}", "[quote", "[/quote", "<quote", "</quote"];
    let fence = |line: &Line<'_>| {
        let text = line.text.trim_start();
        TAGS.iter().any(|tag| text.starts_with(tag))
    };
    // One that is not closed fences nothing.
    let fences: Vec<usize> = (0..lines.len()).filter(|at| fence(&lines[*at])).collect();
    for pair in fences.chunks_exact(2) {
        for line in
            lines[pair[0]..=pair[1]].iter_mut().filter(|line| line.is_own() && !line.is_blank())
        {
            line.kind = Kind::Doubtful;
        }
    }
}

/// What phones, mailers and lists put below a mail, in lower case, by its beginning.
#[rustfmt::skip]
const FOOTERS: &[&str] = &[
    "to unsubscribe", "unsubscribe:", "unsubscribe e-mail:", "for additional commands, e-mail",
    "for queries about this service", "sent from ", "sent via ", "sent with ", "get outlook for ",
    "download outlook for ", "get bluemail for ", "von meinem ", "gesendet von ", "gesendet mit ",
    "diese nachricht wurde von meinem ", "envoyé de mon ", "envoyé depuis ", "envoyé à partir de ", "envoyé avec ",
    "obtenez outlook pour ", "télécharger outlook pour ", "enviado desde ", "enviado do ", "enviado via ",
    "enviado de ", "obtener outlook para ", "inviato da ", "inviato dal ", "verzonden vanaf ", "verstuurd vanaf ",
    "skickat från ", "sendt fra ", "wysłano z ", "wysłane z ", "odesláno z ", "отправлено с ", "отправлено из ",
    "发自我的", "发自 ", "從我的", "从我的", "获取 outlook", "iphoneから送信", "ipadから送信", "나의 iphone에서 보냄",
    "this email and any attachments", "this message and any attachments", "this e-mail is confidential",
];

fn is_footer(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', '*', '_', '<', '-', '—', '(']);
    let start: String = text.chars().take(48).flat_map(char::to_lowercase).collect();
    FOOTERS.iter().any(|footer| start.starts_with(footer))
}

/// A row of at least eight of one of the characters that programs draw lines with.
fn is_rule(text: &str) -> bool {
    let text = text.trim();
    let first = text.chars().next();
    text.len() >= 8
        && first.is_some_and(|first| "-_=*".contains(first))
        && text.chars().all(|c| Some(c) == first)
}

fn mark_footers(lines: &mut [Line<'_>]) {
    let mut next_is_footer = false;
    for at in (0..lines.len()).rev() {
        let line = &mut lines[at];
        if !line.is_own() || line.is_blank() {
            continue;
        }
        let text = line.text.trim();
        let of_list = next_is_footer && (is_rule(text) || text.ends_with("mailing list"));
        let of_mailman = text.starts_with("______") && is_rule(text);
        if is_footer(text) || of_list || of_mailman {
            line.kind = Kind::Footer;
        }
        next_is_footer = line.kind == Kind::Footer;
    }
}

/// Marks what follows `-- ` until a quote begins, and lines that tell how to reach the writer.
fn mark_signatures(lines: &mut [Line<'_>]) {
    let (mut below_dashes, mut said) = (false, false);
    for line in lines {
        match line.kind {
            // Below dashes with nothing above them stands the mail itself.
            Kind::Own if said && matches!(line.text.trim_end(), "--" | "——") => {
                below_dashes = true
            }
            Kind::Own => {}
            Kind::Footer => continue,
            _ => below_dashes = false,
        }
        if line.is_own() && (below_dashes || is_contact(line.text)) {
            line.kind = Kind::Signature;
        }
        said |= line.is_own() && !line.is_blank();
    }
}

/// Labels of telephone numbers, in lower case.
#[rustfmt::skip]
const CONTACTS: &[&str] = &[
    "tel", "tel.", "t", "p", "m", "o", "c", "f", "w", "phone", "mobile", "mob", "mob.", "cell", "fax", "office",
    "direct", "desk", "work", "home", "telefon", "tél", "tél.", "téléphone", "teléfono", "telefono", "telefone",
    "mobil", "handy", "móvil", "celular", "telefoon", "тел", "тел.", "телефон", "电话", "手机", "電話", "携帯",
    "phone number", "whatsapp", "signal",
];

/// `Tel: +1 555 0100`, `M +1-415-555-0100`: a label and at least seven digits.
fn is_contact(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['*', '_', '|', '•', '☎', '📞', ' ']);
    let Some(start) = text.find(|c: char| c == '+' || c.is_ascii_digit()) else {
        return false;
    };
    let label = text[..start].trim_end_matches([' ', ':', '.', '：', '*', '(', '-', '=']).trim();
    let digits = text[start..].chars().filter(char::is_ascii_digit).count();
    digits >= 7 && label.chars().count() <= 12 && CONTACTS.contains(&&label.to_lowercase()[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds of the lines that are not blank, one letter each.
    fn kinds(text: &str, answered: Option<&str>) -> String {
        lines(text, answered)
            .iter()
            .filter(|line| !line.is_blank())
            .map(|line| match line.kind {
                Kind::Own => 'o',
                Kind::Doubtful => 'd',
                Kind::Quoted => 'q',
                Kind::Attribution => 'a',
                Kind::Signature => 's',
                Kind::Footer => 'f',
                Kind::Forwarded => 'w',
            })
            .collect()
    }

    #[test]
    fn marks() {
        assert_eq!(kinds("+1\n\n> hello\n>> deep\n | +1\nJD> x\n", None), "oqqqq");
        assert_eq!(kinds("A > B\nx | y\nNASA> no initials", None), "ooo");
    }

    #[test]
    fn attributions_in_many_languages() {
        for line in [
            "On Fri, 13 Feb 2026 at 10:34, Jane Doe <jane@example.org> wrote:",
            "On 6 Jan 2026, at 10:00, Jane wrote:",
            "On 2026/03/02 02:28:29 Jane Doe wrote:",
            "Le mar. 6 janv. 2026 à 10:00, Jane Doe <jane@example.org> a écrit :",
            "Le mar. 6 janv. … a écrit :",
            "Am 06.01.26 um 10:00 schrieb Jane Doe:",
            "Am Di., 6. Jan. 2026 um 10:00 Uhr schrieb Jane Doe <jane@example.org>:",
            "Jane Doe <jane@example.org> schrieb am Di., 6. Jan. 2026, 10:00:",
            "El mar, 6 ene 2026 a las 10:00, Jane Doe (<jane@example.org>) escribió:",
            "Em ter., 6 de jan. de 2026 às 10:00, Jane <jane@example.org> escreveu:",
            "Il giorno mar 6 gen 2026 alle ore 10:00 Jane <jane@example.org> ha scritto:",
            "Op di 6 jan 2026 om 10:00 schreef Jane Doe <jane@example.org>:",
            "W dniu 6.01.2026 o 10:00, Jane Doe pisze:",
            "wt., 6 sty 2026 o 10:00 Jane Doe <jane@example.org> napisał(a):",
            "在 2026年1月6日，10:00，Jane Doe <jane@example.org> 写道：",
            "Jane Doe <jane@example.org> 于2026年1月6日周二 10:00写道：",
            "2026年1月6日(火) 10:00 Jane Doe <jane@example.org>:",
            "Jane さんのメール:",
            "Den tis 6 jan. 2026 kl 10:00 skrev Jane Doe <jane@example.org>:",
            "вт, 6 янв. 2026 г. в 10:00, Jane Doe <jane@example.org>:",
            "06.01.2026 10:00, Jane Doe пишет:",
            "2017-12-21 10:30 GMT+02:00 Jane Doe <jane@example.org>:",
            "Jane Doe wrote on 2017-11-28 02:20:",
            "Jane Doe wrote:",
            "Quoting Jane Doe <jane@example.org>:",
            "2026년 1월 6일 (화) 오전 10:00, Jane <jane@example.org>님이 작성:",
        ] {
            assert_eq!(
                kinds(&format!("Thanks.\n\n{line}\n\n+1 (binding)\n"), None),
                "oaq",
                "{line}"
            );
            assert_eq!(kinds(&format!("{line}\n> +1\n\nMe too.\n"), None), "aqo", "{line}");
        }
    }

    #[test]
    fn attributions_over_two_and_three_lines() {
        let two = "On Mon, Mar 2, 2026 at 12:44 PM Jane Doe <jane@example.org>\nwrote:\n\n+1\n";
        assert_eq!(kinds(two, None), "aaq");
        let three =
            "On Mon, Mar 2, 2026 at 12:44 PM\nJane Doe via dev <\njane@example.org> wrote:\n+1";
        assert_eq!(kinds(three, None), "aaaq");
        let bracket = "ons. 4. nov. 2026 kl. 14:05 skrev Rita <rita@example.org\n>:\n\n-1 nei\n";
        assert_eq!(kinds(bracket, None), "aaq");
        let split =
            "On 2017-11-18T17:04:12 +0100\n\"Jane Doe\" <jane@example.org> wrote:\n\n> x\n\nown";
        assert_eq!(kinds(split, None), "aaqo");
    }

    #[test]
    fn what_only_looks_like_an_attribution_is_own() {
        for text in [
            "On Mac, I built it.\n+1 (binding)",
            "On Linux I checked:\n- signatures",
            "I have tested the following items:\n1. Links",
            "From my side +1",
            "At last: +1",
            "To whom it may concern:\n+1",
            "I checked it on 2026-11-20 with the key of jane@example.org:\ngood",
        ] {
            assert!(kinds(text, None).chars().all(|kind| kind == 'o'), "{text}");
        }
    }

    #[test]
    fn headers_that_outlook_repeats() {
        for block in [
            "From: Jane Doe <jane@example.org>\nSent: Tuesday, 6 January 2026 10:00\nTo: dev@x.apache.org\nSubject: [VOTE] X",
            "*From:* Jane Doe <jane@example.org>\n*Date:* Tuesday, 6 January 2026\n*Subject:* [VOTE] X",
            "Von: Jane Doe\nGesendet: Dienstag, 6. Januar 2026 10:00\nAn: dev@x.apache.org\nBetreff: [VOTE] X",
            "De : Jane Doe\nEnvoyé : mardi 6 janvier 2026 10:00\nÀ : dev@x.apache.org\nObjet : [VOTE] X",
            "De: Jane Doe\nEnviado el: martes, 6 de enero de 2026\nPara: dev@x.apache.org\nAsunto: [VOTE] X",
            "De: Jane Doe\nEnviada em: terça-feira\nPara: dev@x.apache.org\nAssunto: [VOTE] X",
            "Da: Jane Doe\nInviato: martedì\nA: dev@x.apache.org\nOggetto: [VOTE] X",
            "发件人: Jane Doe <jane@example.org>\n发送时间: 2026年1月6日 10:00\n收件人: dev@x.apache.org\n主题: [VOTE] X",
            "差出人: Jane Doe\n送信日時: 2026年1月6日\n宛先: dev@x.apache.org\n件名: [VOTE] X",
        ] {
            let count = block.lines().count();
            let expected = format!("o{}q", "a".repeat(count));
            assert_eq!(
                kinds(&format!("Thanks.\n\n{block}\n\n+1 (binding)\n"), None),
                expected,
                "{block}"
            );
        }
        assert_eq!(kinds("ok\nVon: Jane Doe <jane@example.org>\n\n+1", None), "oaq");
        assert_eq!(kinds("ok\n________________________________\nFrom: Jane Doe\n+1", None), "ofaq");
    }

    #[test]
    fn separators() {
        for line in [
            "-----Original Message-----",
            "-----Message d'origine-----",
            "-----Ursprüngliche Nachricht-----",
            "------------------ 原始邮件 ------------------",
            "------------------ Original ------------------",
        ] {
            assert_eq!(kinds(&format!("ok\n{line}\n+1"), None), "oaq", "{line}");
        }
        assert_eq!(kinds("FYI\n---------- Forwarded message ---------\n> x\n+1", None), "oaww");
        assert_eq!(kinds("FYI\nBegin forwarded message:\n\n+1", None), "oaw");
        assert_eq!(kinds("--- build log ---\n+1", None), "oo");
    }

    #[test]
    fn signatures_and_footers() {
        assert_eq!(
            kinds("+1\n-- \nJane\n+1 555 0100\n\nOn 6 Jan 2026 Jane wrote:\n> x\n\nyes", None),
            "osssaqo"
        );
        assert_eq!(
            kinds("Why?\nTel: +1 555 0100\nM: +1-415-555-0100\nM +1.415.555.0100", None),
            "osss"
        );
        assert_eq!(kinds("M: 3 tests failed", None), "o");
        assert_eq!(
            kinds("+1\n\nSent from my iPhone\nVon meinem iPhone gesendet\n发自我的 iPhone", None),
            "offf"
        );
        let list = "+1\n\n---------------------------------------------------------------------\nTo unsubscribe, e-mail: dev-unsubscribe@x.apache.org\nFor additional commands, e-mail: dev-help@x.apache.org";
        assert_eq!(kinds(list, None), "offf");
    }

    #[test]
    fn clear_signed() {
        let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- -1 (binding)\n-----BEGIN PGP SIGNATURE-----\n\niQ+1\n-----END PGP SIGNATURE-----\nown";
        assert_eq!(kinds(text, None), "ffofffo");
        assert_eq!(lines(text, None)[3].text, "-1 (binding)");
    }

    #[test]
    fn the_mail_answered_shows_what_is_quoted() {
        let answered = "Hello all,\nplease vote on releasing Apache X 1.2.0 as it stands.\n\n+1\n0\n-1\n\nThanks for your time,\nJane";
        let quote_then_own = format!("Jane wrote:\n{answered}\n\n+1 (binding)\n");
        assert_eq!(kinds(&quote_then_own, Some(answered)), "aqqqqqqqo");
        assert_eq!(kinds(&quote_then_own, None), "aqqqqqqqq");
        let no_introduction = format!("+1 (binding)\n\n{answered}\n");
        assert_eq!(kinds(&no_introduction, Some(answered)), "oqqqqqqq");
        let other = "Something else altogether was said in that mail.";
        assert_eq!(kinds(&quote_then_own, Some(other)), "aqqqqqqqq");
    }

    #[test]
    fn the_same_words_alone_are_doubtful() {
        let answered = "I checked signatures, checksums and licenses\n+1 (binding)";
        assert_eq!(kinds(answered, Some(answered)), "dd");
        assert_eq!(kinds("+1 (binding)\nI built it", Some(answered)), "oo");
    }
}
