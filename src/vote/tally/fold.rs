//! Answer by answer: what each person's vote is in the end, and what became of the others.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::outcome::Schedule;
use super::{
    Answer, Ballot, Ruling, RulingError, RulingValue, SetAside, Standing, State, VoteRound, figure,
};
use crate::mail::{Deed, MessageId};
use crate::vote::ballot::{Says, Value};
use crate::vote::identity::called;
use crate::vote::roster::Membership;

/// The answers sorted out.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) ballots: Vec<Ballot>,
    pub(super) unclear: Vec<SetAside>,
    pub(super) not_countable: Vec<SetAside>,
    pub(super) withdrawals: Vec<SetAside>,
    /// Mails that are ruled to be no votes.
    pub(super) dismissed: Vec<SetAside>,
    /// Mails without a vote, as indices of answers; whether they came later than the count, and whether
    /// they would bind.
    pub(super) no_vote: Vec<(usize, bool, Standing)>,
    pub(super) rulings: Vec<Ruling>,
    /// Ballots of -1 that are ruled to be answered.
    pub(super) answered: BTreeSet<MessageId>,
    /// The people whose last word is unclear, each with the ballot that counts until it is settled.
    pub(super) unsettled: Vec<Unsettled>,
    pub(super) warnings: Vec<String>,
}

/// A person whose last word is unclear.
#[derive(Debug)]
pub(super) struct Unsettled {
    /// Index in [`Folded::unclear`].
    pub(super) unclear: usize,
    /// Index in [`Folded::ballots`] of what they said before.
    pub(super) before: Option<usize>,
}

/// One person on the way.
#[derive(Debug, Default)]
struct Voter<'a> {
    ballot: Option<usize>,
    unclear: Option<usize>,
    /// The comment on GitHub that the ballot is.
    comment: Option<&'a str>,
}

/// Sorts out `answers`, which come by date and id.
pub(super) fn fold(
    round: &VoteRound,
    schedule: &Schedule,
    answers: &[Answer],
    rulings: &[Ruling],
    as_of: DateTime<Utc>,
) -> Result<Folded, RulingError> {
    let mut by_mail: BTreeMap<&MessageId, &Ruling> = BTreeMap::new();
    for ruling in rulings {
        match by_mail.insert(&ruling.message_id, ruling) {
            Some(before) if before != ruling => {
                return Err(RulingError::Twice(ruling.message_id.clone()));
            }
            _ => {}
        }
    }
    // The same mail in several archives counts once.
    let mut seen = BTreeSet::new();
    let mut once: Vec<(usize, &Answer)> = answers.iter().enumerate().collect();
    once.retain(|(_, answer)| seen.insert(&answer.message_id));
    if let Some(ruling) = by_mail.values().find(|ruling| !seen.contains(&ruling.message_id)) {
        return Err(RulingError::NoMail(ruling.message_id.clone()));
    }
    let ended = schedule.closed_at.map_or(as_of, |closed| closed.min(as_of));
    let known = answers.iter().filter(|answer| {
        let votes = matches!(answer.reading.says, Says::Vote(_));
        votes && !answer.identity.is_weak() && answer.at.is_none_or(|at| at <= ended)
    });
    let known = known.map(|answer| &answer.identity.key[..]).collect();
    let mut folding = Folding {
        round,
        schedule,
        as_of,
        known,
        rulings: by_mail,
        voters: BTreeMap::new(),
        folded: Folded::default(),
    };
    for (index, answer) in once {
        folding.take(index, answer)?;
    }
    Ok(folding.finish())
}

struct Folding<'a> {
    round: &'a VoteRound,
    schedule: &'a Schedule,
    as_of: DateTime<Utc>,
    /// Who votes from an address that is known.
    known: BTreeSet<&'a str>,
    rulings: BTreeMap<&'a MessageId, &'a Ruling>,
    voters: BTreeMap<&'a str, Voter<'a>>,
    folded: Folded,
}

/// Where an answer stands in time.
enum When {
    InTime,
    Early,
    Late,
    NotYet,
}

impl<'a> Folding<'a> {
    fn take(&mut self, index: usize, answer: &'a Answer) -> Result<(), RulingError> {
        let when = self.when(answer);
        if matches!(when, When::NotYet) {
            self.no_vote(index, answer, true);
            return Ok(());
        }
        let ruling = self.rulings.get(&answer.message_id).copied();
        let mut says = self.as_edited(answer);
        let mut ruled = None;
        if let Some(ruling) = ruling {
            ruled = self.rule(answer, ruling, &mut says)?;
            if ruled.is_some() && ruling.value == RulingValue::None {
                let aside = self.aside(answer, "a person ruled that it is no vote".to_owned());
                self.folded.dismissed.push(aside);
                return Ok(());
            }
        }
        if self.only_names_it(answer, &says) {
            says = Says::Nothing;
        }
        match (when, says) {
            (_, Says::Nothing) => self.no_vote(index, answer, false),
            (When::Early, Says::Vote(value)) => self.apart(answer, value, State::Early),
            (When::Late, Says::Vote(value)) => self.apart(answer, value, State::Late),
            (When::InTime, Says::Vote(value)) => self.vote(answer, value, ruled),
            (When::InTime, Says::Withdrawn) => self.withdraw(answer, ruled),
            (When::InTime, Says::Unclear(why)) => self.unclear(answer, why),
            (When::InTime, Says::NotCountable(what)) => self.not_countable(answer, &what),
            (_, Says::Withdrawn) => {
                let who = called(&answer.sender);
                self.warn(format!("{who} withdrew a vote after the close; it counts as it was"));
                self.back(answer, "comes after the close: the vote counts as it was".to_owned());
            }
            (_, Says::Unclear(why)) => {
                let mut aside = self.aside(answer, why);
                aside.settled = Some("it was not sent while the vote was open".to_owned());
                self.folded.unclear.push(aside);
            }
            (_, Says::NotCountable(what)) => {
                let aside = self.aside(answer, cannot_count(&what));
                self.folded.not_countable.push(aside);
            }
            (When::NotYet, _) => {}
        }
        Ok(())
    }

    /// What a mail says, where it tells that a comment on GitHub was edited or deleted: that concerns
    /// what the comment said before.
    fn as_edited(&self, answer: &Answer) -> Says {
        let says = &answer.reading.says;
        let Some(mirrored) = &answer.mirrored else { return says.clone() };
        let voter = self.voters.get(&answer.identity.key[..]);
        let is_vote = voter.is_some_and(|voter| {
            voter.ballot.is_some() && voter.comment == Some(&mirrored.link[..])
        });
        match (mirrored.deed, is_vote) {
            (Deed::Deleted, true) => Says::Withdrawn,
            (Deed::Deleted, false) => Says::Nothing,
            (Deed::Edited, true) if *says == Says::Nothing => Says::Withdrawn,
            _ => says.clone(),
        }
    }

    fn when(&mut self, answer: &Answer) -> When {
        let Some(at) = answer.at else {
            if !matches!(answer.reading.says, Says::Nothing | Says::Unclear(_)) {
                let who = called(&answer.sender);
                self.warn(format!("the mail of {who} has no date; it counts as sent in time"));
            }
            return When::InTime;
        };
        if at > self.as_of {
            return When::NotYet;
        }
        if self.schedule.closed_at.is_some_and(|closed| at > closed) {
            return When::Late;
        }
        let times = &self.round.times;
        match times.opened {
            Some(opened) if at < opened && answer.carried_from.is_none() => {
                if times.opened_given || !answer.answers_call {
                    return When::Early;
                }
                if answer.reading.says != Says::Nothing {
                    let who = called(&answer.sender);
                    self.warn(format!(
                        "the clock of {who} is wrong: the answer is dated before the call"
                    ));
                }
                When::InTime
            }
            _ => When::InTime,
        }
    }

    /// Applies a ruling to what a mail says, where what it says is not clear by itself.
    fn rule(
        &mut self,
        answer: &Answer,
        ruling: &'a Ruling,
        says: &mut Says,
    ) -> Result<Option<&'a Ruling>, RulingError> {
        let clear =
            |says: String| Err(RulingError::Clear { message_id: answer.message_id.clone(), says });
        let wanted = match ruling.value {
            RulingValue::Answered => {
                if *says != Says::Vote(Value::MinusOne) {
                    return clear("is no -1 that could be answered".to_owned());
                }
                self.folded.answered.insert(answer.message_id.clone());
                self.folded.rulings.push(ruling.clone());
                return Ok(None);
            }
            RulingValue::Genuine => {
                let ends = [&self.round.result, &self.round.cancel, &self.round.restart];
                let ends =
                    ends.into_iter().flatten().any(|end| end.message_id == answer.message_id);
                if !ends && !answer.identity.is_weak() {
                    return clear("is by an address that is known".to_owned());
                }
                self.folded.rulings.push(ruling.clone());
                return Ok(Some(ruling));
            }
            RulingValue::Vote(value) => Says::Vote(value),
            RulingValue::None => Says::Nothing,
        };
        let voter = self.voters.get(&answer.identity.key[..]);
        let voted_before = || voter.is_some_and(|voter| voter.ballot.is_some());
        match says {
            Says::Unclear(_) | Says::Nothing => {}
            Says::Vote(value)
                if answer.identity.is_weak() || self.contradicts(answer, *value).is_some() => {}
            Says::Withdrawn if answer.identity.is_weak() => {}
            said if *said == wanted => return Ok(None),
            Says::Vote(value) => return clear(format!("is a clear {}", figure(*value))),
            Says::Withdrawn => return clear("clearly takes a vote back".to_owned()),
            Says::NotCountable(_) if voted_before() || ruling.value == RulingValue::None => {}
            Says::NotCountable(what) => {
                return clear(format!(
                    "says `{what}`, which cannot count: the voter can vote again"
                ));
            }
        }
        *says = wanted;
        self.folded.rulings.push(ruling.clone());
        Ok(Some(ruling))
    }

    /// Whether what might be a vote only names the one that the same person cast before.
    fn only_names_it(&self, answer: &Answer, says: &Says) -> bool {
        let before = || {
            let voter = self.voters.get(&answer.identity.key[..])?;
            Some(self.folded.ballots[voter.ballot?].value)
        };
        matches!(says, Says::Unclear(_))
            && answer.reading.may_be.is_some_and(|value| before() == Some(value))
    }

    /// Why a mail, clear in itself, cannot simply change what the same person said before.
    fn doubt(&self, answer: &Answer) -> Option<String> {
        let who = self.name(answer);
        let voter = self.voters.get(&answer.identity.key[..]);
        let Some((voter, before)) = voter.and_then(|voter| Some((voter, voter.ballot?))) else {
            let elsewhere = self.known.contains(&answer.identity.key[..]);
            return (elsewhere && answer.identity.is_weak()).then(|| {
                format!(
                    "{who} votes from an address that is known; only the name says that this is the \
                     same person"
                )
            });
        };
        let before = &self.folded.ballots[before];
        let had = figure(before.value);
        let same = before.sender.address.eq_ignore_ascii_case(&answer.sender.address);
        if answer.identity.is_weak() && !same {
            return Some(format!(
                "{who} voted {had} from another address; only the name says that this is the same \
                 person"
            ));
        }
        let edited = answer.mirrored.as_ref().filter(|mirrored| mirrored.deed == Deed::Edited);
        edited
            .filter(|mirrored| voter.comment != Some(&mirrored.link[..]))
            .map(|_| format!("{who} edited another comment than the one by which they voted {had}"))
    }

    /// Why a vote, clear in itself, cannot simply replace what the same person said before.
    fn contradicts(&self, answer: &Answer, value: Value) -> Option<String> {
        let restart = self.round.restarted(self.as_of).filter(|_| answer.carried_from.is_none());
        if let Some(restart) = restart.filter(|restart| answer.at.is_some_and(|at| at < restart.at))
        {
            return Some(format!(
                "voted {} before {} began the vote anew: does it hold for that?",
                figure(value),
                restart.from
            ));
        }
        let before = self.voters.get(&answer.identity.key[..])?.ballot?;
        let before = &self.folded.ballots[before];
        if before.value == value {
            return None;
        }
        if answer.at.is_none() || before.at.is_none() {
            return Some(format!(
                "{} voted {} and {}, and one of the mails has no date",
                self.name(answer),
                figure(before.value),
                figure(value)
            ));
        }
        self.doubt(answer)
    }

    fn vote(&mut self, answer: &'a Answer, value: Value, ruled: Option<&Ruling>) {
        let mut ballot = self.ballot(answer, value, State::Counted);
        ballot.ruling = ruled.cloned();
        if ruled.is_none() {
            // Nobody's vote, or one that would bind, is not taken from anybody's word.
            let nobody = answer.identity.id.is_none();
            if let Some(why) = answer.identity.unproven.as_ref()
                && (nobody || ballot.standing == Standing::Binding)
            {
                return self.unclear(answer, why.clone());
            }
            if let Some(why) = self.contradicts(answer, value) {
                return self.unclear(answer, why);
            }
            if let Some(why) = self.doubt(answer) {
                let voter = self.voters.get(&answer.identity.key[..]);
                if voter.is_none_or(|voter| voter.ballot.is_none()) {
                    return self.unclear(answer, why);
                }
                let mut aside = self.aside(answer, why);
                aside.settled = Some("it says the same again".to_owned());
                return self.folded.unclear.push(aside);
            }
        }
        let voter = self.voters.entry(&answer.identity.key).or_default();
        voter.comment = answer.mirrored.as_ref().map(|mirrored| &mirrored.link[..]);
        let before = voter.ballot.replace(self.folded.ballots.len());
        let unclear = voter.unclear.take();
        if let Some(before) = before {
            let before = &mut self.folded.ballots[before];
            before.state = State::Superseded(answer.message_id.clone());
            ballot.notes.push(match before.value == value {
                true => format!("voted {} before", figure(value)),
                false => format!("changed from {}", figure(before.value)),
            });
        }
        self.settle(unclear, "the same person voted clearly later");
        self.folded.ballots.push(ballot);
    }

    fn withdraw(&mut self, answer: &'a Answer, ruled: Option<&Ruling>) {
        let doubt = self.doubt(answer).filter(|_| ruled.is_none());
        let unproven = answer.identity.unproven.clone().filter(|_| ruled.is_none());
        if let Some(why) = doubt.or(unproven) {
            return self.unclear(answer, format!("takes a vote back, but {why}"));
        }
        let voter = self.voters.entry(&answer.identity.key).or_default();
        let (before, unclear) = (voter.ballot.take(), voter.unclear.take());
        self.settle(unclear, "the same person took it back later");
        match before {
            Some(before) => {
                let before = &mut self.folded.ballots[before];
                before.state = State::Withdrawn(answer.message_id.clone());
                let why = format!("takes {} back", figure(before.value));
                self.back(answer, why);
            }
            None => {
                let who = self.name(answer);
                self.warn(format!("{who} withdrew a vote that is not in this thread"));
                self.back(answer, "takes a vote back that is not in this thread".to_owned());
            }
        }
    }

    fn back(&mut self, answer: &Answer, why: String) {
        let aside = self.aside(answer, why);
        self.folded.withdrawals.push(aside);
    }

    /// Lists a mail without a vote, unless it is told of as the call or the end.
    fn no_vote(&mut self, index: usize, answer: &Answer, later: bool) {
        let ends = [&self.round.result, &self.round.cancel].into_iter().flatten();
        let ends = ends.filter(|end| end.at <= self.as_of).map(|end| &end.message_id);
        let call = self.round.call.iter().map(|call| &call.message_id);
        if { ends }.chain(call).all(|told| *told != answer.message_id) {
            self.folded.no_vote.push((index, later, self.standing(answer).0));
        }
    }

    fn unclear(&mut self, answer: &'a Answer, mut why: String) {
        let ballot = self.voters.get(&answer.identity.key[..]).and_then(|voter| voter.ballot);
        if let (Some(before), Says::Unclear(_)) = (ballot, &answer.reading.says) {
            let had = figure(self.folded.ballots[before].value);
            why = format!("{why} It would take the place of the {had} before");
        }
        let aside = self.aside(answer, why);
        let index = self.folded.unclear.len();
        let voter = self.voters.entry(&answer.identity.key).or_default();
        let before = voter.unclear.replace(index);
        self.settle(before, "the same person wrote again later");
        self.folded.unclear.push(aside);
    }

    /// A vote that cannot count (T-05). From someone who voted before it leaves open what they want
    /// now.
    fn not_countable(&mut self, answer: &'a Answer, what: &str) {
        let aside = self.aside(answer, cannot_count(what));
        self.folded.not_countable.push(aside);
        let voter = self.voters.get(&answer.identity.key[..]);
        if let Some(before) = voter.and_then(|voter| voter.ballot) {
            let had = figure(self.folded.ballots[before].value);
            self.unclear(
                answer,
                format!("voted {had} before and now `{what}`, which cannot count"),
            );
        }
    }

    fn apart(&mut self, answer: &Answer, value: Value, state: State) {
        let ballot = self.ballot(answer, value, state);
        self.folded.ballots.push(ballot);
    }

    fn settle(&mut self, unclear: Option<usize>, how: &str) {
        if let Some(index) = unclear {
            self.folded.unclear[index].settled = Some(how.to_owned());
        }
    }

    fn ballot(&self, answer: &Answer, value: Value, state: State) -> Ballot {
        let (standing, mut notes) = self.standing(answer);
        notes.extend(
            answer
                .carried_from
                .as_ref()
                .map(|list| format!("carried over from {list}, as the call says")),
        );
        notes.extend(answer.identity.field.map(|field| format!("the sender is known by {field}")));
        if answer.reading.carried && answer.carried_from.is_none() {
            notes.push("carried over from another vote, by the voter's own word".to_owned());
        }
        Ballot {
            identity: answer.identity.clone(),
            sender: answer.sender.clone(),
            value,
            standing,
            state,
            at: answer.at,
            message_id: answer.message_id.clone(),
            evidence: answer.reading.evidence.clone(),
            reasoned: answer.reasoned,
            words: answer.words.clone(),
            carried: answer.reading.carried || answer.carried_from.is_some(),
            ruling: None,
            notes,
        }
    }

    fn aside(&self, answer: &Answer, why: String) -> SetAside {
        SetAside::of(answer, why, self.standing(answer).0)
    }

    /// Whether somebody's vote binds, with what is worth a note about it (T-03).
    fn standing(&self, answer: &Answer) -> (Standing, Vec<String>) {
        let identity = &answer.identity;
        let body = self.round.roster.body;
        let day = self.round.roster_day;
        let day = day.unwrap_or_else(|| answer.at.unwrap_or(self.as_of).date_naive());
        let membership = identity.id.as_deref().map(|id| self.round.roster.membership(id, day));
        let mut notes = Vec::new();
        let standing = match membership {
            Some(Membership::Member) => Standing::Binding,
            Some(Membership::From(since)) => {
                notes.push(format!("a member of the {body} only from {since} on"));
                Standing::NonBinding
            }
            Some(Membership::None) | None => Standing::NonBinding,
        };
        let login = identity.key.starts_with("address:github:");
        match (standing, answer.reading.claims_binding) {
            (Standing::NonBinding, Some(true)) => notes.push(match identity.id {
                Some(_) => format!("says it is binding, but is not on the roster of the {body}"),
                None => format!("says it is binding, but {}", identity.because),
            }),
            (Standing::Binding, Some(false)) => {
                notes.push("says it is not binding, but is on the roster".to_owned());
            }
            _ if login => notes.push(identity.because.to_string()),
            _ => {}
        }
        (standing, notes)
    }

    fn name(&self, answer: &Answer) -> String {
        match &answer.identity.name[..] {
            "" => called(&answer.sender),
            name => name.to_owned(),
        }
    }

    fn warn(&mut self, warning: String) {
        if !self.folded.warnings.contains(&warning) {
            self.folded.warnings.push(warning);
        }
    }

    fn finish(mut self) -> Folded {
        let open = self
            .voters
            .values()
            .filter_map(|voter| Some(Unsettled { unclear: voter.unclear?, before: voter.ballot }));
        self.folded.unsettled = open.collect();
        self.folded
    }
}

fn cannot_count(what: &str) -> String {
    format!("`{what}` cannot count: only +1, 0 and -1 do")
}
