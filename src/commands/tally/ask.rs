//! `--ask`: goes through what is unclear with a person at the terminal, and makes rulings of what they
//! say.

use super::{Counted, Job};
use crate::error::Failure;
use crate::mail::MessageId;
use crate::report::tally::{AsideLine, TallyReport, instant};
use crate::ui::Ui;
use crate::vote::tally::{Ruling, RulingValue, Standing};

/// The command that counts again: the words that were typed, without those that rule, ask and watch.
pub(super) fn again(typed: &[String]) -> Vec<String> {
    const WITH_VALUE: [&str; 3] = ["--rule", "--reason", "--every"];
    let mut command = vec!["plusone".to_owned()];
    let mut words = typed.iter();
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or_default();
        match word {
            _ if WITH_VALUE.contains(&&word[..]) => drop(words.next()),
            _ if WITH_VALUE.contains(&name) || ["--ask", "--watch"].contains(&name) => {}
            _ => command.push(word.clone()),
        }
    }
    command
}

/// Refuses where nobody can be asked.
pub(super) fn can(job: &Job<'_>) -> Result<(), Failure> {
    if job.session.ui.can_ask() {
        return Ok(());
    }
    Err(Failure::usage("there is no terminal here at which somebody could be asked")
        .hint("leave --ask out: the count shows what is unclear, and the --rule that settles each")
        .run(job.command.iter()))
}

/// Asks about all that is open, and counts by the answers.
pub(super) fn run(job: &mut Job<'_>, counted: Counted) -> Result<Counted, Failure> {
    let ui = &job.session.ui;
    let rulings = rulings(ui, &counted.report);
    if rulings.is_empty() {
        return Ok(counted);
    }
    if job.root.is_none() || counted.version.is_none() {
        let words = rulings.iter().flat_map(Ruling::words).collect::<Vec<_>>();
        let words = crate::error::shell_line(&words);
        ui.note(&format!(
            "there is no ledger here that keeps this; to count so again, add: {words}"
        ));
    }
    job.rulings.extend(rulings);
    let Counted { read, people, .. } = counted;
    job.count_again(read, people, job.session.now)
}

fn rulings(ui: &Ui, report: &TallyReport) -> Vec<Ruling> {
    let votes = report.votes();
    let mut open: Vec<&AsideLine> = Vec::new();
    for aside in votes.iter().flat_map(|(_, _, vote)| &vote.unclear) {
        let known = open.iter().any(|other| other.message_id == aside.message_id);
        if aside.settled.is_none() && !known {
            open.push(aside);
        }
    }
    open.sort_by_key(|aside| aside.standing == Standing::NonBinding);
    if open.is_empty() {
        ui.note("nothing is unclear: there is nothing to ask about");
    }
    let mut rulings = Vec::new();
    for (index, aside) in open.iter().enumerate() {
        show(ui, aside, index + 1, open.len());
        match ask(ui, &aside.message_id) {
            Some(Answer::Ruled(ruling)) => rulings.push(ruling),
            Some(Answer::Later) => {}
            // Whoever ends the input has had enough; what was said before holds.
            None => break,
        }
    }
    rulings
}

fn show(ui: &Ui, aside: &AsideLine, number: usize, of: usize) {
    let binds = match aside.standing {
        Standing::Binding => "would bind",
        Standing::NonBinding => "would not bind",
    };
    let sent = aside.at.map_or("no date".to_owned(), instant);
    ui.tell(|page| {
        page.title(&format!("{number} of {of}: {}, {binds}, {sent}", aside.from));
        page.fields([("why", aside.why.clone()), ("id", format!("<{}>", aside.message_id))]);
        let words = aside.words.as_deref().or(aside.text.as_deref()).unwrap_or("(no text)");
        let lines: Vec<String> = words.lines().map(|line| format!("  | {line}")).collect();
        page.verbatim(&lines.join("\n"));
    });
}

enum Answer {
    Ruled(Ruling),
    Later,
}

/// What a person says of one mail; none if they say nothing any more.
fn ask(ui: &Ui, id: &MessageId) -> Option<Answer> {
    let value = loop {
        let said = ui.ask("+1, 0, -1, none (no vote) or later?", "later").ok()?;
        match said.parse() {
            _ if said == "later" => return Some(Answer::Later),
            Ok(RulingValue::Answered) | Err(_) => ui.note(&format!("`{said}` is none of them")),
            Ok(value) => break value,
        }
    };
    let reason = loop {
        let said = ui.ask("How is that known? It is printed with the result", "").ok()?;
        if !said.is_empty() {
            break said;
        }
    };
    Some(Answer::Ruled(Ruling { message_id: id.clone(), value, reason }))
}

#[cfg(test)]
mod tests {
    use super::again;

    #[test]
    fn what_is_ruled_and_asked_is_no_part_of_the_command() {
        let typed = "tally --mbox a b --rule <x>=+1 --reason=y --ask --every 9 --time 1 --watch";
        let typed: Vec<String> = typed.split(' ').map(str::to_owned).collect();
        assert_eq!(again(&typed).join(" "), "plusone tally --mbox a b --time 1");
    }
}
