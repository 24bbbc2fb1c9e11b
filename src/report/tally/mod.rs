//! A counted vote, for people and programs: every ballot with the line that says so, what became of
//! it, the arithmetic, and what is still open.

mod html;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Page, Report, Row, Tone, count};
use crate::error::ExitStatus;
use crate::mail::MessageId;
use crate::vote::ballot::{Evidence, Value};
use crate::vote::identity::{How, Identity, shorten, shorten_all};
use crate::vote::kind::VoteKind;
use crate::vote::result::Claims;
use crate::vote::roster::{Body, Source};
use crate::vote::tally::{
    Ballot, CallMail, Counts, End, Judged, LATER, Outcome, Ruling, RulingValue, SetAside, Standing,
    State, Tally, figure,
};

/// A vote, or both votes of a podling.
#[derive(Debug, Serialize)]
pub struct TallyReport {
    /// How it stands; for a podling how both stand together.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<String>,
    /// The command that counts again, where there is one.
    #[serde(skip)]
    pub command: Vec<String>,
    /// The vote; for a podling that of the Incubator, which binds the foundation.
    #[serde(flatten)]
    pub vote: Vote,
    /// A podling's two votes, each by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
}

/// One of a podling's votes.
#[derive(Debug, Serialize)]
pub struct Round {
    /// How it stands.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<String>,
    /// The rest.
    #[serde(flatten)]
    pub vote: Vote,
}

/// Everything about a vote but how it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Vote {
    /// Whose vote it is.
    pub body: Body,
    /// The project.
    pub project: String,
    /// What is voted on.
    pub version: Option<String>,
    /// The candidate.
    pub rc: Option<u32>,
    /// By which rules.
    pub kind: VoteKind,
    /// The mail that called it.
    pub call: Option<CallMail>,
    /// Where the thread can be read.
    pub thread: Option<String>,
    /// When it opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it may close at the earliest.
    pub closes_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The instant it is judged by.
    pub as_of: DateTime<Utc>,
    /// Why it is open for less than is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expedited: Option<String>,
    /// How many voted what.
    pub counts: Counts,
    /// What each rule said.
    pub rules: Vec<Judged>,
    /// Every ballot, by date.
    pub ballots: Vec<BallotLine>,
    /// What a person has to be asked about.
    pub unclear: Vec<AsideLine>,
    /// Votes that cannot count.
    pub not_countable: Vec<AsideLine>,
    /// Mails that took a vote back.
    pub withdrawals: Vec<AsideLine>,
    /// Mails that a person ruled to be no votes.
    pub dismissed: Vec<AsideLine>,
    /// Every other mail, by date: no vote was found in it.
    pub no_vote: Vec<AsideLine>,
    /// Whether people are shown all of those.
    #[serde(skip)]
    every_mail: bool,
    /// Rulings that were used.
    pub rulings: Vec<Ruling>,
    /// What the mail with the result claims, and where it differs.
    pub result: Option<ResultLine>,
    /// The mail that cancelled it.
    pub cancel: Option<End>,
    /// The mail that began it anew.
    pub restart: Option<End>,
    /// Whose votes bind, and where that is said.
    pub roster: RosterLine,
    /// What was odd and had to be assumed.
    pub warnings: Vec<String>,
}

/// A ballot.
#[derive(Debug, Clone, Serialize)]
pub struct BallotLine {
    /// The voter's id, if it is known.
    pub voter: Option<String>,
    /// The voter's name.
    pub name: String,
    /// The address it was sent from; shortened unless asked otherwise.
    pub address: String,
    /// `+1`, `0`, `-1`
    pub value: Value,
    /// Whether it binds.
    pub standing: Standing,
    /// Whether it is in the counts.
    pub counted: bool,
    /// What became of it: `counted`, `superseded`, `withdrawn`, `late`, `early`.
    pub state: &'static str,
    /// The mail that superseded it or took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_by: Option<MessageId>,
    /// How the voter is known.
    pub known: How,
    /// The evidence for that.
    pub because: String,
    /// When it was sent.
    pub at: Option<DateTime<Utc>>,
    /// The mail.
    pub message_id: MessageId,
    /// Where it can be read.
    pub link: Option<String>,
    /// The line.
    pub evidence: Option<Evidence>,
    /// The voter's words, for 0 and -1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Carried over from another vote.
    pub carried: bool,
    /// The reason of the ruling that made it a vote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruling: Option<String>,
    /// What is worth knowing.
    pub note: Option<String>,
}

/// A mail that was set aside.
#[derive(Debug, Clone, Serialize)]
pub struct AsideLine {
    /// The mail.
    pub message_id: MessageId,
    /// Who sent it.
    pub from: String,
    /// Their id, if it is known.
    pub voter: Option<String>,
    /// Whether it would bind.
    pub standing: Standing,
    /// When it was sent.
    pub at: Option<DateTime<Utc>>,
    /// Where it can be read.
    pub link: Option<String>,
    /// The line.
    pub text: Option<String>,
    /// The number of the line.
    pub line: Option<usize>,
    /// Whether it has a figure, a thumb or a word of approval.
    pub figure: bool,
    /// The sender's words, where they are more than the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Why it is set aside.
    pub why: String,
    /// What settles it all the same.
    pub settled: Option<String>,
}

/// What the mail with the result claims.
#[derive(Debug, Clone, Serialize)]
pub struct ResultLine {
    /// The mail.
    #[serde(flatten)]
    pub mail: End,
    /// Its numbers and names.
    pub claims: Claims,
    /// Where they differ from the mails.
    pub differences: Vec<String>,
}

impl ResultLine {
    /// In how far it agrees with the mails, if it differs in nothing.
    fn agreement(&self) -> Option<String> {
        let claims = self.claims.numbers.len() + self.claims.voters.len();
        let text = match claims {
            0 => "it names no numbers or voters that could be compared".to_owned(),
            _ => {
                let claims = count(claims as u64, "claim", "claims");
                format!("it agrees with the mails in {claims}")
            }
        };
        self.differences.is_empty().then_some(text)
    }
}

/// A roster.
#[derive(Debug, Clone, Serialize)]
pub struct RosterLine {
    /// Members in it.
    pub members: usize,
    /// The ids of those from whom there is no vote.
    pub not_voted: Vec<String>,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// What the report needs to know besides the count.
#[derive(Debug, Clone, Default)]
pub struct Presentation {
    /// The archive that links lead to, without a final `/`; none for no links.
    pub archive: Option<String>,
    /// Print addresses in full.
    pub full_addresses: bool,
    /// Show people every mail, also those in which nothing is.
    pub every_mail: bool,
    /// The command that counts again.
    pub command: Vec<String>,
}

impl Presentation {
    fn address(&self, address: &str) -> String {
        if self.full_addresses { address.to_owned() } else { shorten(address) }
    }

    fn text(&self, text: &str) -> String {
        if self.full_addresses { text.to_owned() } else { shorten_all(text) }
    }

    /// Where a mail can be read.
    pub fn link(&self, id: &MessageId) -> Option<String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
        let id = id.0.bytes().fold(String::new(), |mut out, byte| {
            match plain(byte) {
                true => out.push(byte.into()),
                false => out.push_str(&format!("%{byte:02X}")),
            }
            out
        });
        self.archive.as_ref().map(|archive| format!("{archive}/thread/{id}"))
    }

    fn evidence(&self, evidence: &Option<Evidence>) -> Option<Evidence> {
        let evidence = evidence.as_ref()?;
        Some(Evidence { line: evidence.line, text: self.text(&evidence.text) })
    }

    fn who(&self, identity: &Identity, address: &str) -> String {
        match (&identity.name[..], &identity.id) {
            ("", Some(id)) => id.clone(),
            ("", None) => self.address(address),
            (name, Some(id)) => format!("{} ({id})", self.text(name)),
            (name, None) => self.text(name),
        }
    }
}

impl TallyReport {
    /// Whether the vote can still come out either way.
    pub fn is_undecided(&self) -> bool {
        matches!(self.outcome, Outcome::Open | Outcome::NeedsRuling)
    }

    /// A report on one vote.
    pub fn of(tally: &Tally, result: Option<ResultLine>, presentation: &Presentation) -> Self {
        Self {
            outcome: tally.outcome(),
            reasons: tally.reasons().to_vec(),
            command: presentation.command.clone(),
            vote: Vote::of(tally, result, presentation),
            rounds: Vec::new(),
        }
    }

    /// A report on both votes of a podling, that of the Incubator first. Together they passed if
    /// both did (V-08).
    pub fn of_both(incubator: Self, podling: Self) -> Self {
        let rank = |outcome: Outcome| match outcome {
            Outcome::Cancelled => 0,
            Outcome::Failed => 1,
            Outcome::NeedsRuling => 2,
            Outcome::Open => 3,
            Outcome::Passed => 4,
        };
        let worse =
            if rank(podling.outcome) < rank(incubator.outcome) { &podling } else { &incubator };
        let reasons = [&incubator, &podling]
            .into_iter()
            .map(|one| format!("the vote of the {} is {}", one.vote.body, one.outcome.as_str()));
        let reasons = reasons.chain(worse.reasons.iter().cloned()).collect();
        let outcome = worse.outcome;
        let round = |one: &Self| Round {
            outcome: one.outcome,
            reasons: one.reasons.clone(),
            vote: one.vote.clone(),
        };
        let rounds = vec![round(&incubator), round(&podling)];
        let command = incubator.command;
        Self { outcome, reasons, command, vote: incubator.vote, rounds }
    }

    /// The votes in it, each with how it stands and why.
    pub fn votes(&self) -> Vec<(Outcome, &[String], &Vote)> {
        match self.rounds.is_empty() {
            true => vec![(self.outcome, &self.reasons, &self.vote)],
            false => {
                let rounds = self.rounds.iter();
                rounds.map(|round| (round.outcome, &round.reasons[..], &round.vote)).collect()
            }
        }
    }

    /// One self-contained page for people.
    pub fn html(&self) -> String {
        html::page(self)
    }
}

impl Vote {
    fn of(tally: &Tally, result: Option<ResultLine>, presentation: &Presentation) -> Self {
        let round = tally.round();
        let aside = |aside: SetAside| AsideLine {
            from: presentation.who(&aside.identity, &aside.sender.address),
            voter: aside.identity.id.clone(),
            standing: aside.standing,
            at: aside.at,
            link: presentation.link(&aside.message_id),
            message_id: aside.message_id,
            text: aside.evidence.as_ref().map(|line| presentation.text(&cut(&line.text))),
            line: aside.evidence.as_ref().map(|line| line.line),
            figure: aside.figure,
            words: Some(presentation.text(&aside.words)).filter(|words| {
                let line = aside.evidence.as_ref().map_or("", |line| &line.text);
                !words.is_empty() && aside.words != line
            }),
            why: aside.why,
            settled: aside.settled,
        };
        Self {
            body: round.roster.body,
            project: round.project.clone(),
            version: round.version.as_ref().map(ToString::to_string),
            rc: round.rc.map(|rc| rc.0),
            kind: round.requirements.kind,
            call: round.call.clone(),
            thread: round.call.as_ref().and_then(|call| presentation.link(&call.message_id)),
            opened_at: round.times.opened,
            closes_at: tally.closes_at(),
            closed_at: tally.closed_at(),
            as_of: tally.as_of(),
            expedited: round.times.expedited.clone(),
            counts: tally.counts(),
            rules: tally.judged().to_vec(),
            ballots: tally.ballots().iter().map(|b| BallotLine::of(b, presentation)).collect(),
            unclear: tally.unclear().iter().cloned().map(aside).collect(),
            not_countable: tally.not_countable().iter().cloned().map(aside).collect(),
            withdrawals: tally.withdrawals().iter().cloned().map(aside).collect(),
            dismissed: tally.dismissed().iter().cloned().map(aside).collect(),
            no_vote: tally.no_vote().map(|mail| aside(mail.set_aside())).collect(),
            every_mail: presentation.every_mail,
            rulings: tally.rulings().to_vec(),
            result,
            cancel: round.cancel.clone(),
            restart: round.restart.clone().filter(|restart| restart.at <= tally.as_of()),
            roster: RosterLine {
                members: round.roster.members.len(),
                not_voted: tally.not_voted().map(str::to_owned).collect(),
                sources: round.roster.sources.clone(),
            },
            warnings: tally.warnings().to_vec(),
        }
    }

    /// The mails that are set aside for a reason, list by list: how each is headed, and the word before
    /// its mails.
    fn asides(&self) -> [(&'static str, &'static str, &[AsideLine]); 3] {
        [
            ("Taken back", "back", &self.withdrawals),
            ("Unclear: a person has to decide", "unclear", &self.unclear),
            ("Cannot count", "void", &self.not_countable),
        ]
    }

    /// The mails without a vote, those first that a person would look at: with a figure, of members,
    /// and among these of those who did not vote.
    fn without_vote(&self) -> Vec<&AsideLine> {
        let mut mails: Vec<&AsideLine> = self.no_vote.iter().collect();
        let voted = |mail: &AsideLine| {
            mail.voter.as_ref().is_none_or(|id| !self.roster.not_voted.contains(id))
        };
        mails.sort_by_cached_key(|mail| {
            (!mail.figure, mail.standing == Standing::NonBinding, voted(mail))
        });
        mails
    }

    /// The members from whom there is no vote, in one line.
    fn not_voted(&self) -> Option<String> {
        const MOST_NAMED: usize = 5;
        let missing = &self.roster.not_voted;
        let named = missing.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match missing.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("{} of {} members: {named}{more}", missing.len(), self.roster.members);
        (!missing.is_empty()).then_some(text)
    }

    /// Rulings that no ballot tells of: those that a mail is no vote.
    fn rulings_elsewhere(&self) -> Vec<&Ruling> {
        let told = |ruling: &&Ruling| {
            let mut ballots = self.ballots.iter();
            ballots.any(|b| b.message_id == ruling.message_id && b.ruling.is_some())
        };
        self.rulings.iter().filter(|ruling| !told(ruling)).collect()
    }

    fn on(&self) -> String {
        let version = self.version.as_ref().map(|version| format!(" {version}"));
        let rc = self.rc.map(|rc| format!(" rc{rc}"));
        format!("{}{}{}", self.project, version.unwrap_or_default(), rc.unwrap_or_default())
    }
}

impl AsideLine {
    /// Whether a person would look at it though no vote was found.
    fn stands_out(&self) -> bool {
        self.figure || self.standing == Standing::Binding
    }

    /// What it is of, if no vote is in it: the first line, else why nothing is shown.
    pub fn gist(&self) -> String {
        let text = self.text.as_deref().unwrap_or("(no text)");
        match &self.why[..] {
            why if why.starts_with(LATER) => format!("{text} ({why})"),
            _ => text.to_owned(),
        }
    }
}

impl BallotLine {
    fn of(ballot: &Ballot, presentation: &Presentation) -> Self {
        let (state, state_by) = match &ballot.state {
            State::Counted => ("counted", None),
            State::Superseded(by) => ("superseded", Some(by.clone())),
            State::Withdrawn(by) => ("withdrawn", Some(by.clone())),
            State::Late => ("late", None),
            State::Early => ("early", None),
        };
        let words = (ballot.value != Value::PlusOne && !ballot.words.is_empty())
            .then(|| presentation.text(&ballot.words));
        Self {
            voter: ballot.identity.id.clone(),
            name: match ballot.identity.name.is_empty() {
                true => ballot.identity.id.clone().unwrap_or_default(),
                false => presentation.text(&ballot.identity.name),
            },
            address: presentation.address(&ballot.sender.address),
            value: ballot.value,
            standing: ballot.standing,
            counted: ballot.counts(),
            state,
            state_by,
            known: ballot.identity.how,
            because: ballot.identity.because.to_string(),
            at: ballot.at,
            message_id: ballot.message_id.clone(),
            link: presentation.link(&ballot.message_id),
            evidence: presentation.evidence(&ballot.evidence),
            words,
            carried: ballot.carried,
            ruling: ballot.ruling.as_ref().map(|ruling| ruling.reason.clone()),
            note: Some(ballot.notes.join("; ")).filter(|note| !note.is_empty()),
        }
    }

    /// Whether it counts by nothing but a name.
    fn is_by_name(&self) -> bool {
        let binds = self.counted && self.standing == Standing::Binding;
        binds && self.known == How::Name && self.ruling.is_none()
    }

    /// Name and id, or the address.
    pub fn who(&self) -> String {
        match (&self.name[..], &self.voter) {
            ("", _) => self.address.clone(),
            (name, Some(id)) if id != name => format!("{name} ({id})"),
            (name, _) => name.to_owned(),
        }
    }

    fn binds(&self) -> &'static str {
        match self.standing {
            Standing::Binding => "binding",
            Standing::NonBinding => "non-binding",
        }
    }

    /// What stands below it: the line, notes, the link.
    fn below(&self) -> Vec<String> {
        let mut below = Vec::new();
        if let Some(evidence) = &self.evidence {
            below.push(evidence.to_string());
        }
        if let Some(words) = &self.words {
            let said = self.evidence.as_ref().map_or("", |evidence| &evidence.text);
            below.extend(words.lines().filter(|line| line.trim() != said).map(str::to_owned));
        }
        below.extend(self.ruling.as_ref().map(|reason| format!("by ruling: {reason}")));
        below.extend(self.note.as_ref().map(|note| format!("note: {note}")));
        below.extend(self.link.clone());
        below
    }
}

/// A line as it is shown: nobody reads one of thousands of letters.
fn cut(line: &str) -> String {
    const LONGEST: usize = 300;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// A time for people.
pub fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn tone(value: Value) -> Tone {
    match value {
        Value::PlusOne => Tone::Good,
        Value::Zero => Tone::Plain,
        Value::MinusOne => Tone::Bad,
    }
}

fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Passed => Tone::Good,
        Outcome::Failed | Outcome::Cancelled => Tone::Bad,
        Outcome::Open | Outcome::NeedsRuling => Tone::Warning,
    }
}

impl Report for TallyReport {
    const SCHEMA: &'static str = "plusone.tally/1";

    fn exit(&self) -> ExitStatus {
        match self.outcome {
            Outcome::Passed => ExitStatus::Done,
            Outcome::Failed | Outcome::Cancelled => ExitStatus::Bad,
            Outcome::Open | Outcome::NeedsRuling => ExitStatus::Incomplete,
        }
    }

    fn write(&self, page: &mut Page) {
        for (_, _, vote) in self.votes() {
            write_vote(page, vote);
        }
        page.title(if self.rounds.is_empty() { "Outcome" } else { "Both votes" });
        let details = self.reasons.iter().map(|reason| ("because", reason.clone()));
        page.item(outcome_tone(self.outcome), self.outcome.as_str(), &self.vote.on(), details);
        let votes = self.votes();
        let open = votes.iter().flat_map(|(_, _, vote)| &vote.unclear);
        let open = { open }.find(|aside| aside.settled.is_none());
        let over = matches!(self.outcome, Outcome::Failed | Outcome::Cancelled);
        let mut settle = |text: &str, id: &MessageId, value: RulingValue| {
            page.paragraph(text);
            let reason = "how it is known".to_owned();
            let ruling = Ruling { message_id: id.clone(), value, reason };
            let words = [&self.command[..], &ruling.words()].concat();
            page.commands([&words.iter().map(String::as_str).collect::<Vec<_>>()[..]]);
        };
        if let Some(aside) = open.filter(|_| !over && !self.command.is_empty()) {
            settle(
                "Whoever knows what was meant settles it, with +1, 0, -1 or none (the id in quotes, as \
                 here); --ask goes through all of them:",
                &aside.message_id,
                RulingValue::Vote(Value::PlusOne),
            );
        }
        let mut ballots = votes.iter().flat_map(|(_, _, vote)| &vote.ballots);
        let by_name = ballots.find(|ballot| ballot.is_by_name() && ballot.value != Value::Zero);
        let waits = self.outcome == Outcome::NeedsRuling && !self.command.is_empty();
        if let Some(ballot) = by_name.filter(|_| waits) {
            settle(
                "Whoever knows that a vote is by whom its name says settles it with:",
                &ballot.message_id,
                RulingValue::Genuine,
            );
        }
    }
}

fn write_vote(page: &mut Page, vote: &Vote) {
    page.title(&format!("Vote of the {} on {}", vote.body, vote.on()));
    write_facts(page, vote);
    let rows = |fits: &dyn Fn(&&BallotLine) -> bool| -> Vec<Row> {
        vote.ballots.iter().filter(fits).map(row).collect()
    };
    let groups: [(&str, Vec<Row>); 3] = [
        ("Binding votes", rows(&|b| b.counted && b.standing == Standing::Binding)),
        ("Non-binding votes", rows(&|b| b.counted && b.standing == Standing::NonBinding)),
        ("Votes that do not count", rows(&|b| !b.counted)),
    ];
    for (title, rows) in groups {
        if !rows.is_empty() {
            page.title(title);
            page.table(&["voter", "vote", "binds", "known", "sent", "line and mail"], rows);
        }
    }
    for (title, label, asides) in vote.asides() {
        write_asides(page, title, label, asides);
    }
    write_no_vote(page, vote);
    let rulings = vote.rulings_elsewhere();
    if !rulings.is_empty() {
        page.title("Rulings");
    }
    for ruling in rulings {
        let text = format!("<{}> is taken for {}", ruling.message_id, ruling.value);
        page.item(Tone::Plain, "ruled", &text, [("because", ruling.reason.clone())]);
    }
    if let Some(result) = &vote.result {
        write_result(page, result);
    }
    if !vote.warnings.is_empty() {
        page.title("Worth knowing");
    }
    for warning in &vote.warnings {
        page.item(Tone::Warning, "warning", warning, []);
    }
}

fn write_facts(page: &mut Page, vote: &Vote) {
    let total = |of: crate::vote::rules::Count| {
        format!("{} +1, {} 0, {} -1", of.plus_one, of.zero, of.minus_one)
    };
    let mut facts = Vec::new();
    facts.extend(
        vote.call.as_ref().map(|call| ("call", format!("{}: {}", call.from, call.subject))),
    );
    facts.extend(vote.thread.as_ref().map(|link| ("thread", link.clone())));
    facts.extend(vote.opened_at.map(|at| ("opened", instant(at))));
    facts.extend(vote.restart.as_ref().map(|restart| ("anew", instant(restart.at))));
    facts.extend(vote.closes_at.map(|at| ("closes", format!("{} at the earliest", instant(at)))));
    facts.extend(vote.expedited.as_ref().map(|reason| ("expedited", reason.clone())));
    facts.extend(vote.closed_at.map(|at| ("closed", instant(at))));
    facts.push(("as of", instant(vote.as_of)));
    for source in &vote.roster.sources {
        let dated = source.dated.map_or("no date".to_owned(), |day| day.to_string());
        let digest = source.sha256.get(..12).unwrap_or(&source.sha256);
        facts.push(("roster", format!("{} ({dated}, sha256 {digest}…)", source.name)));
    }
    facts.push(("binding", total(vote.counts.binding)));
    facts.push(("non-binding", total(vote.counts.non_binding)));
    facts.extend(vote.not_voted().map(|missing| ("not voted", missing)));
    page.fields(facts);
}

fn row(ballot: &BallotLine) -> Row {
    let binds = match ballot.state {
        "counted" => ballot.binds().to_owned(),
        state => format!("{state}, {}", ballot.binds()),
    };
    let known = match (ballot.standing, ballot.known) {
        (Standing::Binding, How::Name) => "BY NAME ONLY".to_owned(),
        (_, known) => known.as_str().to_owned(),
    };
    Row {
        tone: tone(ballot.value),
        cells: vec![
            ballot.who(),
            figure(ballot.value).to_owned(),
            binds,
            known,
            ballot.at.map_or("no date".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string()),
        ],
        below: ballot.below(),
    }
}

fn write_asides(page: &mut Page, title: &str, label: &str, asides: &[AsideLine]) {
    if asides.is_empty() {
        return;
    }
    page.title(title);
    for aside in asides {
        let mut details = vec![("why", aside.why.clone())];
        details.extend(aside.text.as_ref().map(|text| ("text", text.clone())));
        details.extend(aside.at.map(|at| ("sent", instant(at))));
        details.extend(aside.settled.as_ref().map(|how| ("settled", how.clone())));
        details.extend(aside.link.as_ref().map(|link| ("mail", link.clone())));
        details.push(("id", format!("<{}>", aside.message_id)));
        let settled = aside.settled.is_some() || label == "back";
        let tone = if settled { Tone::Plain } else { Tone::Warning };
        let binds = match aside.standing {
            Standing::Binding => "would bind",
            Standing::NonBinding => "would not bind",
        };
        page.item(tone, label, &format!("{}, {binds}", aside.from), details);
    }
}

/// Every other mail: a line each for those that a person would look at, and the rest as a number.
fn write_no_vote(page: &mut Page, vote: &Vote) {
    if vote.no_vote.is_empty() {
        return;
    }
    page.title("No vote found in");
    // Of members only so many: most thank and answer.
    const MOST_PLAIN: usize = 5;
    let mut shown = vote.without_vote();
    if !vote.every_mail {
        let figures = shown.iter().filter(|aside| aside.figure).count();
        shown.truncate(figures + MOST_PLAIN);
        shown.retain(|aside| aside.stands_out());
    }
    let others = vote.no_vote.len() - shown.len();
    for aside in &shown {
        let (tone, label) = match aside.standing {
            _ if aside.figure => (Tone::Warning, "figure"),
            Standing::Binding => (Tone::Plain, "member"),
            Standing::NonBinding => (Tone::Plain, "other"),
        };
        let id = format!("<{}>", aside.message_id);
        page.item(tone, label, &format!("{}: {}", aside.from, aside.gist()), [("id", id)]);
    }
    if others > 0 {
        let more = if shown.is_empty() { "" } else { "more " };
        let mails = count(others as u64, &format!("{more}mail"), &format!("{more}mails"));
        page.item(Tone::Plain, "other", &format!("{mails}; -v lists them"), []);
    }
}

fn write_result(page: &mut Page, result: &ResultLine) {
    page.title(&format!("The result told by {} on {}", result.mail.from, instant(result.mail.at)));
    if let Some(agreement) = result.agreement() {
        page.item(Tone::Good, "agrees", &agreement, []);
    }
    for difference in &result.differences {
        page.item(Tone::Warning, "differs", difference, []);
    }
}
