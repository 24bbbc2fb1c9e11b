//! The rules, in order: the first that fits a figure says what the figure is. Each has a name in
//! words that people are shown, and a test below that holds the sentence it was made for.

use std::sync::LazyLock;

use super::lists::{self, Note};
use super::mention::Mention;
use super::pattern::Pattern;
use super::shape;

/// What a rule makes of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is about something else, or about a vote that is not cast here.
    Mention,
    /// It may be a vote; a careful person would ask back unless the mail has a plain vote.
    Asks,
    /// It is the vote.
    Votes,
    /// It is the vote, on a line of its own and called binding or not: so even in the call itself,
    /// though not in a result, where such lines are headings.
    Stands,
    /// It is the vote, in the writer's own words: so even in a call or a result (POLICY T-06).
    Says,
    /// It is the vote that takes the place of an earlier one, whatever else the mail names.
    Changes,
    /// It is the vote that is taken back.
    Withdraws,
    /// It is a vote carried over from another list or round.
    Carries,
}

/// When a rule fits.
#[derive(Debug, Clone, Copy)]
enum When {
    /// One of the patterns does.
    Reads(&'static [&'static str]),
    /// One of the patterns does, and the function too.
    ReadsAnd(&'static [&'static str], fn(&Mention<'_>) -> bool),
    /// The function does.
    Is(fn(&Mention<'_>, &Note) -> bool),
}

use Verdict::{Asks, Carries, Changes, Mention as Mentions, Says, Stands, Votes, Withdraws};
use When::{Is, Reads, ReadsAnd};

type Row = (&'static str, Verdict, When);

/// The table. What a figure is not comes before what it is; the plainest forms come last.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Figures that are nobody's vote.
    ("a number in a row of numbers", Mentions, Is(|m, _| shape::is_row_of_numbers(m))),
    ("an option of the ballot", Mentions, Is(|_, note| note.option)),
    ("a tally of votes", Mentions, Is(|m, note| note.tally || lists::is_tally(m))),
    ("a zero behind a comma", Asks, Is(|m, _| shape::is_last_zero(m))),
    ("a number, not a vote", Mentions, Is(|m, _| shape::is_plain_number(m))),
    ("a reaction or a vote", Asks, Is(|m, _| m.figure.emoji && !m.is_alone() && shape::praises(m))),
    ("a reaction, not a vote", Mentions, Is(|m, _| m.figure.emoji && !m.is_alone())),
    ("a time zone", Mentions, Reads(&["@zone #", "# @zone"])),
    ("part of a calculation", Mentions, Is(|m, _| shape::is_in_call(m))),
    ("one end of a range", Mentions, Reads(&[
        "range|ranges|ranging|between|interval|anywhere|somewhere|scale|vary|varies ... #",
    ])),
    ("part of a command", Mentions, Reads(&["@command #", "@command .. ` #", "` @command .. #"])),
    ("a number, not a vote", Mentions, Reads(&[
        "@technical ?is|was|are|were|of|to|with|at|= ?: #", "@technical .. is|was|of|: #", "# @unit", "# - @unit",
        "@technical ... to|from #", "sets|set|setting|bumps|increments|increases|decrements .. to|by #",
        "# more|extra|additional", "got|gets|gives|gave|sees|saw ?a # instead|from the|on exit|back",
    ])),
    ("a vote is explained, not cast", Mentions, Reads(&[
        "# means|mean|meaning|indicates|signifies|stands|equals|denotes", "# =",
        "^ ?a # is|are|was|were ?not a|an|the|only|also|enough",
        "consider|considers|treat|treats|regard|regards # as|a",
        "a|an|any|the|no|of|as|that|whether|between # is|are|was|were|as|counts|votes|has|have",
        "V means|mean|indicates ... #", "a|an|any|the # .. would|could|should|might|seems|feels|sounds|is|was|will",
    ])),

    // Votes that are taken back.
    ("the vote is taken back", Withdraws, ReadsAnd(&["i|i'd|would like|want|have|need to @withdraw @my ?@previous #"], |m| !shape::speaks_of_later(m))),
    ("a vote that may be taken back, but is not", Mentions, Reads(&[
        "would|could|might|may|wouldn't|couldn't|i'd|can't|cannot|won't|not|never|don't|didn't|before|until|consider~|refuse~|whether .. @withdraw .. #",
    ])),
    ("a vote that will be taken back on a condition", Mentions, ReadsAnd(&["@withdraw .. #"], shape::speaks_of_later)),
    ("somebody else's vote", Mentions, Reads(&["@withdraw his|her|their|your #", "@withdraw ~'s #"])),
    ("the vote is taken back", Withdraws, Reads(&[
        "@withdraw ?back|up @my|the|that|this|il|своё ?@previous ?@previous #",
        "my|the ?@previous # ?vote ?is|was|be|as|now|has|been|to|can|should ?be|now|been|hereby|therefore ?considered @withdrawn",
        "consider|treat|regard|count|see my|the ?@previous # ?vote ?as|to ?be|now @withdrawn",
    ])),

    // Votes that are changed.
    ("a change that may come", Mentions, Reads(&[
        "consider~|not|won't|cannot|can't|don't|may|might .. @change ... to|into|from ?a|an|my #",
    ])),
    ("a change that may come", Mentions, ReadsAnd(&["would|could|might|may|wouldn't|i'd|we'd .. @change ... #"], |m| !shape::is_polite(m))),
    ("a change on a condition", Mentions, ReadsAnd(&[
        "@change ... to|into|from ?a|an|my #", "@change ?my|the ?vote #", "from V to #",
    ], shape::speaks_of_later)),
    ("a vote cast before is told of", Mentions, Reads(&[
        "my ?@previous ?@previous # was|were", "my ?@previous # ?vote is|has because|due|about|based|not|been",
        "my # on|for|of|in|at|with|against .. was|is|has|got|been ?now resolved|fixed|gone|moot|addressed|solved",
        "regarding|concerning|about|re|to|explain|explaining|reason|reasons|behind|of ?on|for|to my ?@previous # $",
    ])),
    ("a vote told of, not seen here", Asks, Reads(&[
        "forgot|forgotten|missed|overlooked|miss|lost ... my|mine ?@adjective #",
    ])),
    ("a former vote", Mentions, Reads(&[
        "from|vom|von|de|da|van|с ?a|my|an|the # to|into|→|auf|zu|à|a|para|naar|op|på|на",
        "@change ?my ?@previous # to|into ?a|an V", "my ?@previous # to|into ?a|an V", "# → V",
        "previously|formerly|initially|originally|earlier|before ?was|at|a|voted|gave|on|my #",
        "though|although|while|whereas|yesterday|before .. was|were|voted|had|gave ?at|a|on|my #",
        "i|we was|were ?at|a|on|with #", "instead|rather ?of|than ?a|an|the|my #",
        "after|despite|since|following ?my|the ?@previous #",
        "# ?vote ?on|for|in|to|of|at ?the ?my previous|last|earlier|first|prior|former|old rc|candidate|vote|release|round|thread|one|version",
    ])),
    ("a vote on another candidate", Mentions, ReadsAnd(&["voted|gave|was|were|cast|had ?a|my|at #", "# i gave|voted|cast"], shape::names_another_candidate)),
    ("somebody else's vote", Mentions, ReadsAnd(&["@change ... to|into|from ?a #", "@change ... V ... #"], shape::is_of_others)),
    ("the vote is changed", Changes, ReadsAnd(&[
        "replace|replacing .. with|by ?a|my #",
        "@change ... to|into|auf|zu|à|para|naar|op|på|на|: ?a|an|the|my|strong #",
        "@change ?my|the|meine|mon|mi|meu|mijn @vote .. #",
        "from|vom|von|de|da|van ?a|my V to|into|→|auf|zu|à|a|para|naar|op ?a|an #", "V → ?a #",
        "make|making|made ?it|that|this|mine|my ?vote|into|to ?a|my #", "correction|erratum|typo ... #",
        "meant|mean ?to ?say|vote|write|type|be ?a|my #", "改为|改成|变更为|変更 #", "~改为 #", "~改成 #", "~为 #",
    ], |m| !m.asks && !shape::is_of_others(m))),

    // Votes that are carried over.
    ("a vote that may be carried over", Mentions, Reads(&[
        "would|could|can|may|might|please|to|you|if .. carr~|forward~|copy~ .. #",
    ])),
    ("the vote is carried over", Carries, Reads(&[
        "carr~|forward|forwarding|copy|copying|transfer~|bring~|moving|extend|extending|repeat|repeating|repeated|port|porting|transferring|re-casting|recasting|restating ?over|across|forward|here my|own|mine|our|the ... #",
        "carr~ ?over|across|forward ?a|an #", "my|mine .. carr~ ?over ... #",
        "# ... carr~ ?it|this ?over|forward|from|across|on|along",
        "# ... carried|carrying|carry|copied|forwarded|transferred ?over|from",
        "my|own # ... from|for|on ... carries|carry|still|also|applies|stands|counts|holds|transfers|extends",
        "my|mine ?@previous ?# .. from .. dev|ppmc|podling|community|project list|vote|thread",
        "übertrage|traslado|reporte|reprends .. #",
    ])),

    // Said politely, or in words that the rules below would take for something else.
    ("a wish to vote, said politely", Says, ReadsAnd(&[
        "i|i'd|we'd|we|ich|'d|i'm ?would|am like|love|want|wish|happy|glad|pleased|möchte|voudrais|quisiera|gostaria ?to|de ?also|now|hereby|formally cast|vote|voting|give|add|express|register|submit|offer|put|place|record|provide|be ?in|with|a|my|for ?this|it|release|a|my|favor ?with|a|my|of ?a|my #",
    ], |m| !shape::is_conditional(m) && !shape::is_not_said(m))),
    ("not decided", Asks, Reads(&[
        "tempted|inclined|leaning|lean|tend|tending|thinking|hesitating|probably|maybe|perhaps|likely|undecided|unsure .. #",
    ])),
    ("the voter's own words", Says, ReadsAnd(&["# ?vote|votes @from|por @me|parte", "# ?vote|votes @from @my"], |m| !shape::is_conditional(m) && !shape::is_not_said(m) && !shape::is_subjunctive(m) && !m.asks)),

    // Thanks, requests, counts: other people's votes.
    ("thanks for a vote", Mentions, Reads(&[
        "thank~|thx|danke|merci|gracias|obrigad~|grazie|dank|спасибо|appreciate|appreciated ... for|für|pour|por|pelo|per|voor|за ?all|the|your|these|those|that|his|a|das|dein|le|ton|votre|vos|les|el|tu|su|los|o|seu|il|tuo|de|je|two|three|other|extra|quick|both|jane's|~'s ?N|binding|quick|extra|other|the #",
        "thank~|thx|appreciate your|the #",
    ])),
    ("thanks for a vote", Mentions, Is(|m, _| m.figure.plural && !shape::is_from_me(m))),
    ("votes are asked for", Mentions, Reads(&[
        "please|pls|kindly|you|to|can|should|people|everyone|must|who|anyone|somebody|may|just ?please|also vote|cast|reply|respond|give|send|add ?a|with|your|us|me|back #",
        "please|pls|kindly ?also|now vote|cast|reply|respond|give|send|add .. #",
        "@need ?for|on|of|to|at ?see|get ?a|an|one|another|your|more|the|some|least|N|any ?N|more|additional|other|further|last|single #",
    ])),
    ("a count of votes", Mentions, Reads(&[
        "have|has|had|got|least|minimum|received|total|than|only|requires|collected|counted|passes|passed|with N ?more|binding|other|further #",
        "N|no|zero|any|many|several|enough|few ?more|binding|other # vote|votes|and|so|yet|from|already|were|was|or",
        "N more|additional|further|other #",
        "least|minimum|more|many|enough|zero|count|majority|number|than|fewer|less|another|every|each|any|several #",
        "# votes|vote ?is|are|were|was needed|required|missing|received|counted|so|in|by|:", "least N #",
        "including|includes|counting my .. #",
    ])),
    ("somebody else's vote", Mentions, Reads(&[
        "your|his|her|their|its|these|those|whose|who's|everyone's|people's|~'s #",
        "you|he|she|they|who|people|community|everybody|somebody .. voted|vote|gave|give|cast|casts|said|votes|is|are ?a|an|at|with #",
    ])),
    ("somebody else's vote", Mentions, ReadsAnd(&["voted|gave|casted|votes|gives ?a|with #"], |m| !shape::has_first_person(m) && m.before.slice.len() >= 2)),
    ("a guess about somebody's vote", Mentions, Reads(&[
        "i|i'll|we|we'll|can|may|will|could|to|shall .. assume|guess|presume|suppose|interpret|translate|understand|read|take|treat|count|consider|see .. as|to|is|was|for ?a|an|your|his|her #",
        "assume|assuming|guess|presume|suppose|interpret|translate .. ?a|an #",
    ])),

    // What would be, will be or is not voted.
    ("what would be voted, not what is", Mentions, ReadsAnd(&[
        "would|could|might|may|i'd|we'd|he'd|she'd|wouldn't|couldn't|'d|shouldn't|würde|serait|sería .. @give .. #",
        "would|could|might|may|i'd|we'd|wouldn't|couldn't|'d|würde .. ?a #",
    ], |m| m.before.words().all(|word| !matches!(word, "say" | "go")))),
    ("what will be voted later", Mentions, ReadsAnd(&[
        "will|i'll|we'll|shall|going|gonna|plan|planning|intend|intending|able|ready|happy|glad|want|like|prefer|hope|hoping|werde ... #",
    ], shape::speaks_of_later)),
    ("what is not voted", Mentions, Reads(&[
        "not|never|without|isn't|ain't|aren't|neither|nor ?a|an|any|the|yet|really|enough|quite|my|worth #",
        "no ?more|further|such #",
        "not|haven't|hasn't|hadn't|can't|cannot|don't|won't|didn't|couldn't|unable|hesita~|reluctant|refuse~|before|until|impossible|nicht|noch|hard .. @give .. #",
        "withhold~|withholding|hold|holding|reserve|reserving|delay~|postpone~|defer~|reconsider~|keep|keeping|waiting|wait ?off|back|on|for|with ?on|with ?my|a|the #",
        "not ... ready .. #", "abstain~ ?from ... #",
    ])),
    ("said not to be a vote", Asks, Reads(&["not a|my vote ... #", "not voting ... #", "# .. not a|my vote"])),
    ("several votes to choose from", Asks, Is(|m, _| shape::is_choice(m) && m.starts_line)),
    ("several votes to choose from", Mentions, Is(|m, _| shape::is_choice(m))),
    ("a vote on a condition", Asks, Is(|m, _| shape::is_conditional(m))),
    ("a question", Asks, Is(|m, _| m.asks && m.starts_line && m.ends_line())),
    ("a question", Mentions, Is(|m, _| m.asks && !m.starts_line && !shape::starts_clause(m))),
    ("a heading with nothing below", Asks, Is(|m, _| lists::is_empty_heading(m))),
    ("a dash and a number", Asks, Is(|m, _| shape::is_dash_and_number(m))),
    ("a list of names or of items", Asks, Is(|m, _| lists::is_list_after_colon(m))),
    ("a quoted word", Mentions, Is(|m, _| m.quoted && !m.is_alone())),

    // Marks of other things than the release.
    ("consent to something else than the release", Asks, Reads(&[
        "# ?, ?to|for|on|with ?a|the cancel~|abort~|reroll~|re-roll~|respin~|re-spin~|restart~|postpon~|delay~|wait~|hold~|redo~",
        "# in principle|theory|general|spirit", "to|i|i'll|we|happily|gladly|can # this|it|that|the",
    ])),
    ("several items marked, no vote on the whole", Asks, Is(|_, note| note.checklist)),
    ("a mark on one item of a list", Asks, Is(|m, _| m.in_item && !m.starts_line && m.ends_line() && m.claim.is_none() && !shape::has_first_person(m))),
    ("consent to one remark", Asks, Is(|m, note| note.under_remark && m.claim.is_none())),
    ("consent to what somebody said", Asks, Reads(&[
        "# to|with|for|on|about ?all ?of @answer", "# ?, what|whatever", "# to|with|for|on|about .. @remark",
        "# to|with|for|on ~'s", "# ?, ?i ?fully agree|agreed with|to",
        "# to|for|on ?also add~|adding|fix~|fixing|updat~|changing|documenting|improving|renaming|rewriting|cleaning|discussing|doing|having",
    ])),

    // The vote, in so many words.
    ("the voter's own words", Says, Reads(&[
        "@my ?@adjective ?@adjective ?@vote ?goes|for ?for|to|on ?this ?is|ist|est|es|é|è|would|: ?: ?still|a|remains|clearly|therefore #",
        "my|mein|mon|mi|meu|mijn|il|мой ?@adjective @vote .. is|ist|est|es|é|è|:|for|on|to|= ?a|an|: #",
        "i ?hereby|also|therefore|thus|now|still|gladly|happily|will|again|personally|must|have|can|do|just|then|herewith|strongly vote|voting|cast|casting|give|giving|go|add|adding|say|support|confirm|repeat|remain|stay|stand|register ?this|it|the|release|for|with|at|by|a|an|in|on|here|my|to ?this|the|release|a|an|my|favor|you|it ?release|candidate|proposal|a|an|vote|rc|with|strong|big #",
        "i'm|im|am|i'll|we're|bin|suis|estoy|soy|sono|ben ?also|still|now|therefore|happily|a|strongly|definitely|clearly|overall|generally|personally|going|solidly|firmly|be ?a|an|at|with|on|for|of|to|voting|giving|casting|strong ?a|an|strong|vote|with|my|cast|give ?a #",
        "we are ?all|still|also|strongly ?at|a #",
        "i'll|we'll|will ?now|then|therefore|also|again ?vote|cast|give|go|say|put|add ?this|it|for|with|a|an|in|my ?a|my|an #",
        "ich stimme|votiere|gebe ?mit|ein|für|eine #", "je vote|donne ?pour|un #",
        "yo|eu|io|ik|我|我们 voto|stem|投|投票|投出|赞成|支持 #", "voto|stem|~投|~投票 #", "~投 #", "~投票 #", "~一票 #",
        "i'd|would say ?a #",
        "count|consider|treat|take|record|note|register ?me|mine|my|this|it|vote ?as|in|is|for|at|vote|mail ?for|with|a|an|my|as ?a|my #",
        "i|and|so|therefore|thus|now|then vote|cast|give ?a|an|my #",
        "you|it've|have|has|get|got|gets my ?@adjective ?@adjective #",
    ])),
    ("a vote from the writer", Votes, Reads(&[
        "^ ?so|also|thus|therefore|now|again|still|happily|just|here ?i'm ?a voting|vote|votes|casting|adding|giving|leaving|putting|registering|dropping|confirming|confirmed ?in|a|an|my|with|for ?a|an|favor|this ?with|of #",
        "^ ?, a|an|another ?very|@adjective ?@adjective #", "^ ?very @adjective ?@adjective #",
        "it's|that's|thats ?definitely|still|clearly|also ?a|an ?@adjective #",
        "it|that|this ?one|vote|time is|gets|deserves|receives|remains ?definitely|still|clearly ?a|an|my ?@adjective #",
        "@from @me ?, #",
        "pour|for|für|para|per moi|me|mich|mim|mí|mi ?, ?it|this|c'est|it's|ist|es|é|that's ?is|das ?a|an|ein #",
        "still|remains|remain|staying|standing|sticking|keeping|maintain ?at|with|by|on ?my ?@adjective #",
        "# again|still",
    ])),
    ("a vote told of, cast elsewhere", Asks, Reads(&["voted|gave|cast ?a #"])),
    ("a mark beside a label", Votes, Reads(&[
        "@label ?vote|votes ?is|goes : #", "^ hi|hello|hey|dear|hallo|bonjour|hola|salut|ciao|olá .. : #",
    ])),
    ("a vote under the writer's name", Votes, Is(|m, note| note.under_name && m.before.word(0) == ":")),
    ("somebody else's vote, or the writer's in another role", Asks, ReadsAnd(&["# ?vote|votes from|by"], shape::starts_clause)),
    ("a sentence that ends in the vote", Votes, Is(|m, _| shape::follows_sentence(m))),
    ("a mark beside a label", Asks, Reads(&[": #", "= #"])),

    // The plain forms.
    ("neither a vote nor a number", Mentions, Is(|m, _| shape::is_odd_figure(m))),
    ("alone on its line", Stands, Is(|m, _| m.starts_line && m.is_alone() && m.claim.is_some())),
    ("alone on its line", Votes, Is(|m, _| m.starts_line && m.is_alone())),
    ("at the start of a line", Votes, Is(|m, _| m.starts_line)),
    ("after a greeting", Votes, Reads(&[
        "^ ?oh hi|hello|hey|dear|thanks|thank|thx|cheers|hallo|bonjour|hola|salut|ciao|olá|moin|danke|merci .. ?, #",
        "^ @~ ?, #",
    ])),
    ("at the start of a sentence", Votes, Is(|m, _| m.before.slice.is_empty())),
    ("a clause of its own", Votes, Is(|m, _| shape::starts_clause(m))),
    ("at the end of the sentence, called binding or not", Votes, Is(|m, _| m.ends_line() && m.claim.is_some())),
    ("a vote is named in the writer's sentence, but not plainly cast", Asks, Is(|m, _| shape::may_be_vote(m))),
    ("named in passing", Mentions, Is(|_, _| true)),
];

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| TABLE.iter().map(Rule::new).collect());

struct Rule {
    name: &'static str,
    verdict: Verdict,
    when: When,
    patterns: Vec<Pattern>,
}

impl Rule {
    fn new((name, verdict, when): &Row) -> Self {
        let patterns = match when {
            Reads(patterns) | ReadsAnd(patterns, _) => *patterns,
            Is(_) => &[],
        };
        let patterns = patterns.iter().map(|pattern| Pattern::new(pattern)).collect();
        Self { name, verdict: *verdict, when: *when, patterns }
    }

    fn fits(&self, mention: &Mention<'_>, note: &Note) -> bool {
        let reads = || {
            // Every pattern wants a word beside the figure.
            !mention.is_alone()
                && self.patterns.iter().any(|p| p.matches(mention.before, mention.after))
        };
        match self.when {
            Reads(_) => reads(),
            ReadsAnd(_, holds) => reads() && holds(mention),
            Is(holds) => holds(mention, note),
        }
    }
}

/// Says what a figure is, and by which rule.
pub(super) fn judge(mention: &Mention<'_>, note: &Note) -> (Verdict, &'static str) {
    RULES
        .iter()
        .find(|rule| rule.fits(mention, note))
        .map_or((Verdict::Mention, "named in passing"), |rule| (rule.verdict, rule.name))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::Tokens;
    use super::*;

    /// For each row of the table, in its order, a text in which it decides.
    const EXAMPLES: &[&str] = &[
        "+1 -1 +1 -1 +1 -1 +1 -1",
        "+1 = yes\n0 = whatever\n-1 = no",
        "+1: Jane Doe, John Roe",
        "No strong feelings, 0",
        "I have 0 concerns",
        "LGTM :+1:",
        "Thanks Jane :+1:",
        "we are in UTC +1 here",
        "indexOf(x, -1) fails",
        "ranges between 0 and -1",
        "git log -1",
        "the exit code was -1",
        "a -1 is no veto",
        "I'd like to withdraw my -1",
        "I would withdraw my -1",
        "withdrawing my -1 when it is fixed",
        "you withdraw your -1",
        "I withdraw my -1",
        "I'm not changing my vote to +1",
        "I would change my vote to +1",
        "I change to +1 when it is fixed",
        "my -1 was because of the jar",
        "you forgot my +1",
        "changing from -1 to 0",
        "I voted -1 on rc1",
        "Jane changed her vote to +1",
        "changing my vote to +1",
        "please copy my +1",
        "carrying over my +1 from dev@",
        "I'd like to cast my +1",
        "I am leaning to -1",
        "+1 from me",
        "thanks for the +1",
        "many +1s",
        "please vote +1",
        "we have 3 +1 so far",
        "his -1 is noted",
        "Jane voted -1",
        "I assume that is a +1",
        "I would be +1",
        "I will vote +1 tomorrow",
        "this is not a -1",
        "this is not a vote: +1 looks good",
        "+1 or 0",
        "it was +1 or 0",
        "+1 if it builds",
        "+1?",
        "Why the big -1?",
        "+1 (binding):",
        "- 1",
        "+1: build, tests",
        "we call it \"+1\" here",
        "+1 to cancel this candidate",
        "+1 hashes\n+1 build",
        "- hashes +1",
        "",
        "+1 to what Jane said",
        "here is my +1",
        "casting a +1",
        "I voted +1",
        "Vote: +1",
        "Bob: +1",
        "+1 from the team of Jane",
        "all is well on this machine: +1",
        "Hashes: +1",
        "+7 of them",
        "+1 (binding)",
        "+1",
        "+1 ship it",
        "Hi Jane +1",
        "Good. +1 ship it",
        "Good, +1 ship it",
        "It works on Mac +1 (binding)",
        "I see here a -1",
        "It says -1 there",
    ];

    #[test]
    fn every_rule_has_an_example() {
        let mut wrong = String::new();
        for (row, text) in EXAMPLES.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let tokens = Tokens::read(text.lines().map(|line| (line, false)));
            let notes = lists::notes(&tokens, "Bob Builder");
            let rules: Vec<usize> = Mention::all(&tokens)
                .filter_map(|m| RULES.iter().position(|rule| rule.fits(&m, &notes[m.line])))
                .collect();
            let names: Vec<&str> = rules.iter().map(|rule| RULES[*rule].name).collect();
            if !rules.contains(&row) {
                wrong.push_str(&format!("{text:?}: {names:?}, not {:?}\n", TABLE[row].0));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
        assert_eq!(EXAMPLES.len(), TABLE.len());
    }

    #[test]
    fn one_remark_among_several() {
        let tokens = Tokens::read(std::iter::once(("+1", true)));
        let note = Note { under_remark: true, ..Note::default() };
        let mention = Mention::all(&tokens).next().unwrap();
        assert_eq!(judge(&mention, &note), (Asks, "consent to one remark"));
    }

    #[test]
    fn patterns_name_sets_that_exist() {
        for (name, _, when) in TABLE {
            let (Reads(patterns) | ReadsAnd(patterns, _)) = when else { continue };
            for word in patterns.iter().flat_map(|pattern| pattern.split([' ', '|', '?'])) {
                let set = word.strip_prefix('@').filter(|set| *set != "~");
                assert!(
                    set.is_none_or(|set| !super::super::words::set(set).is_empty()),
                    "{name}: {word}"
                );
            }
        }
    }
}
