//! What introduces a quote: an attribution line in many languages, the headers that Outlook and
//! its like repeat, `-----Original Message-----`, "Forwarded message".

use super::Line;

/// Lines that introduce another mail.
pub(super) struct Introduction {
    /// How many lines it takes.
    pub(super) length: usize,
    /// Whether the other mail is passed on rather than answered.
    pub(super) forwards: bool,
}

/// Finds an introduction that begins with the first of `lines`.
pub(super) fn at(lines: &[Line<'_>]) -> Option<Introduction> {
    let first = lines.first().filter(|line| line.is_own() && !line.is_blank())?;
    let quotes = |length| Introduction { length, forwards: false };
    let table =
        lines[1..].iter().take_while(|line| line.text.trim_start().starts_with('|')).count();
    separator(first.text)
        // Some mailers repeat the headers in a table.
        .map(|found| Introduction { length: found.length + table, ..found })
        .or_else(|| attribution(lines).map(quotes))
        .or_else(|| headers(lines).map(quotes))
}

/// Words of `-----Original Message-----` and its translations, in lower case.
#[rustfmt::skip]
const ORIGINAL: &[&str] = &[
    "original", "message d'origine", "message d’origine", "ursprüngliche nachricht", "originalnachricht",
    "mensaje original", "mensagem original", "messaggio originale", "oorspronkelijk bericht",
    "ursprungligt meddelande", "opprinnelig melding", "oprindelig meddelelse", "wiadomość oryginalna",
    "исходное сообщение", "původní zpráva", "原始邮件", "原始郵件", "邮件原件", "回复的原邮件", "元のメッセージ", "원본 메시지", "replied message",
    "reply message",
];

/// The same of "Forwarded message".
#[rustfmt::skip]
const FORWARDED: &[&str] = &[
    "forwarded message", "forwarded by", "weitergeleitete nachricht", "weitergeleiteten nachricht",
    "message transféré", "message réexpédié", "mensaje reenviado", "mensagem encaminhada", "messaggio inoltrato",
    "doorgestuurd bericht", "vidarebefordrat", "videresendt", "przekazana wiadomość", "пересылаемое", "пересланное",
    "转发的消息", "转发邮件", "轉寄郵件", "轉寄的郵件", "転送されたメッセージ", "전달된 메시지",
];

/// A title between dashes; without them only where it can be nothing else.
fn separator(text: &str) -> Option<Introduction> {
    let text = text.trim();
    if text.len() > 160 {
        return None;
    }
    let title = text.trim_matches(['-', '_', '=', '*', ' ', '>', ':']).to_lowercase();
    let between_dashes = text.starts_with("--") && text.ends_with("--");
    let begins = title.starts_with("begin forwarded message")
        || title.starts_with("anfang der weitergeleiteten nachricht")
        || title.starts_with("début du message réexpédié")
        || title.starts_with("inizio messaggio inoltrato")
        || title.starts_with("inicio del mensaje reenviado");
    if begins || between_dashes && FORWARDED.iter().any(|words| title.starts_with(words)) {
        return Some(Introduction { length: 1, forwards: true });
    }
    let original = between_dashes && ORIGINAL.iter().any(|words| title.starts_with(words));
    original.then_some(Introduction { length: 1, forwards: false })
}

/// The most bytes of an attribution, all its lines together.
const LONGEST: usize = 400;

/// Returns how many lines, at most three, the attribution takes that begins here.
fn attribution(lines: &[Line<'_>]) -> Option<usize> {
    let mut joined = String::new();
    for (index, line) in lines.iter().take(3).enumerate() {
        let text = line.text.trim_matches([' ', '\t', '\u{a0}', '*', '_', '\u{202a}', '\u{202c}']);
        // A line break before the last bracket makes it look like a quote.
        let own = line.is_own() || index > 0 && text == ">:";
        if !own || text.is_empty() || joined.len() + text.len() > LONGEST {
            return None;
        }
        joined.push_str(text);
        if text.ends_with([':', '：']) {
            return is_attribution(&joined).then_some(index + 1);
        }
        joined.push(' ');
    }
    None
}

/// How attributions end, before the colon, in lower case.
#[rustfmt::skip]
const LAST_WORDS: &[&str] = &[
    "wrote", "writes", "said", "schrieb", "schreibt", "a écrit", "écrivait", "écrit", "escribió", "escribio",
    "escreveu", "ha scritto", "scrisse", "schreef", "geschreven", "pisze", "napisał", "napisała", "napisał(a)",
    "napsal", "napsala", "napsal(a)", "skrev", "kirjoitti", "írta", "a scris", "yazdı", "έγραψε", "пишет", "написал",
    "написала", "написал(а)", "пише", "写道", "寫道", "写到", "のメール", "さんは書きました", "님이 작성", "님이 썼습니다", "כתב",
];

/// Verbs that are followed by a name or a date before the colon, with spaces around.
const MIDDLE_WORDS: &[&str] =
    &[" wrote on ", " wrote in ", " schrieb ", " schreef ", " skrev ", " wrote (", " writes in "];

fn is_attribution(text: &str) -> bool {
    let text = text.trim_end_matches([':', '：', ' ', '\u{a0}', '\u{202f}']);
    let folded = text.to_lowercase();
    let has_address = text.contains('@');
    let dated = has_date(&folded);
    let own = folded.split(' ').any(|word| matches!(word, "i" | "i've" | "we"));
    if own && !(dated && has_address) {
        return false;
    }
    let last = LAST_WORDS.iter().any(|verb| folded.ends_with(verb) && !text.ends_with(". said"));
    let middle = MIDDLE_WORDS.iter().any(|verb| folded.contains(verb));
    if (last || middle) && (has_address || dated || starts_like_attribution(&folded)) {
        return true;
    }
    if last && folded.split_whitespace().count() <= 6 && starts_like_name(text) {
        return true;
    }
    if folded.starts_with("quoting ") && text.len() < 120 || folded.starts_with("excerpts from ") {
        return true;
    }
    // Any language: a date, and an address in angle brackets at the very end.
    dated && text.rfind('>').is_some_and(|at| has_bracketed_address(text, at))
}

fn has_bracketed_address(text: &str, close: usize) -> bool {
    let tail = text[close + 1..].chars().count();
    let open = text[..close].rfind('<');
    tail <= 12 && open.is_some_and(|open| text[open..close].contains('@'))
}

/// First words of attributions that need neither date nor address.
fn starts_like_attribution(folded: &str) -> bool {
    const FIRST: &[&str] =
        &["le ", "el ", "em ", "il ", "op ", "w dniu ", "den ", "dne ", "在 ", "于 "];
    FIRST.iter().any(|first| folded.starts_with(first)) && folded.len() < 120
}

fn starts_like_name(text: &str) -> bool {
    let ends_sentence = text.contains(". ") || text.contains("! ") || text.contains("? ");
    let first = text.trim_start_matches(['"', '\'', '“', '@', '[']).chars().next();
    !ends_sentence && first.is_some_and(|c| c.is_uppercase() || !c.is_ascii())
}

/// A time of day, or a date with a year.
fn has_date(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != ':').any(|piece| {
        let year = piece.len() == 4 && (piece.starts_with("19") || piece.starts_with("20"));
        let (hours, minutes) = piece.split_once(':').unwrap_or_default();
        year || (1..=2).contains(&hours.len()) && minutes.len() >= 2
    })
}

/// The names of From, Sent or Date, To or Cc, and Subject in the languages of Outlook, in lower
/// case.
#[rustfmt::skip]
const FROM: &[&str] = &[
    "from", "von", "de", "da", "van", "från", "fra", "od", "от", "发件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 사람",
    "lähettäjä", "kimden", "feladó", "expéditeur",
];
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "sent", "date", "to", "cc", "subject", "reply-to", "gesendet", "datum", "an", "betreff", "envoyé",
    "date d'envoi", "à", "objet", "cc", "enviado", "enviado el", "fecha", "para", "asunto", "enviada em", "data",
    "assunto", "inviato", "a", "oggetto", "verzonden", "aan", "onderwerp", "skickat", "till", "ämne", "sendt", "til",
    "emne", "wysłano", "do", "dw", "temat", "отправлено", "дата", "кому", "копия", "тема", "发送时间", "发送日期", "日期",
    "时间", "收件人", "抄送", "主题", "寄件日期", "收件者", "副本", "主旨", "送信日時", "日付", "宛先", "件名", "보낸 날짜", "날짜", "받는 사람", "참조", "제목",
    "lähetetty", "vastaanottaja", "aihe", "gönderilme", "kime", "konu", "odesláno", "komu", "předmět", "elküldve",
    "címzett", "tárgy",
];

/// Splits `Label: rest`.
fn label(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t', '*', '_', '\u{a0}']);
    let at = text.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：'))?.0;
    let (name, rest) = text.split_at(at);
    let name = name.trim_end_matches([' ', '*', '_', '\u{a0}', '\u{202f}']).to_lowercase();
    Some((name, rest.trim_start_matches([':', '：', ' ', '*', '_', '\t', '\u{a0}'])))
}

/// Returns how many lines the repeated headers take that begin here: From and two others, or From
/// alone with nothing but a person after it.
fn headers(lines: &[Line<'_>]) -> Option<usize> {
    let (name, person) = label(lines.first()?.text)?;
    if !FROM.contains(&&name[..]) {
        return None;
    }
    let until_blank = lines.iter().take(12).take_while(|line| line.is_own() && !line.is_blank());
    let known: Vec<usize> = until_blank
        .enumerate()
        .skip(1)
        .filter(|(_, line)| label(line.text).is_some_and(|(name, _)| OTHERS.contains(&&name[..])))
        .map(|(index, _)| index)
        .collect();
    match known.last() {
        Some(last) if known.len() >= 2 => Some(last + 1),
        _ => is_person(person).then_some(1 + known.len()),
    }
}

/// A name with or without an address, and nothing else.
fn is_person(text: &str) -> bool {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let ends_with_address = text.contains('@') && words.len() <= 8;
    let name = |word: &&str| word.chars().next().is_some_and(char::is_uppercase) || *word == "…";
    let only_letters = text.chars().all(|c| c.is_alphabetic() || " .,-'’…\"".contains(c));
    ends_with_address || (1..=4).contains(&words.len()) && only_letters && words.iter().all(name)
}
