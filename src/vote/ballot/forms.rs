//! What a vote looks like: a closed list of forms, read word by word from where a clause begins.
//!
//! What no form fits is never a vote: it is asked about. So a form has to be plain; that it is
//! missing costs a question. In a form stand, between blanks, `a|b` one of these words, `?a|b` the
//! same or nothing, `*a|b` any number of them; `_` joins words, `@set` is a list below. `#` is the
//! vote, `%` an earlier one. What says "(binding)", adverbs and brackets may stand anywhere.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use super::Value;

/// What is done with the vote of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// It is cast.
    Votes,
    /// It is cast in the place of an earlier one.
    Changes,
    /// It, or what was voted before, is taken back.
    Withdraws,
    /// It was cast on another list or on an earlier candidate, and is carried over.
    Carries,
}

use Deed::{Carries, Changes, Votes, Withdraws};

/// The forms. Of those that fit at one place the longest counts.
#[rustfmt::skip]
const FORMS: &[(Deed, &[&str])] = &[
    (Votes, &[
        // It stands by itself, or a word in front says how it is meant.
        "#", "?a|an|another *@how # ?vote|votes",
        "lgtm|works|worked|looks|sounds|good|great|fine|all_good|approved ?good|great|fine|ok|okay ?to|for|with ?me|us #",
        "*@my *@how vote|ballot|verdict|opinion|decision ?on|for ?this|the|it|release|rc|candidate is|:|=|stays|remains|-|, ?a|an|at #",
        "vote|ballot|ps|nb|verdict|conclusion|summary|overall|result|decision|fazit|in_short|to_sum_up|tl;dr ?: ?a #",
        "for|because_of|by ?all that|this|these|those|the|which reason|reasons ?:|, #",
        "here|here's|here_is|here_comes|this_is|that's|that_is|it's|it_is|please_find *@my *@how ?vote ?: ?a|an #",
        "consider_this|call_it|call_that|count_this|make_it ?as ?a|an *@my *@how #",
        "side|me|us : #",
        // The writer says so.
        "@i ?am|are|remain|stay ?all ?for|in_favour|in_favor|of ?it|this ?a|an|at *@how #",
        "?@i ?@may @give ?for|with|in|as|at|me|this|it|this_release|the_release ?a|an|the *@my *@how ?vote ?of|: #",
        "@i ?@may vote|voting|voted ?on ?this|the release|rc|candidate|one|: #",
        "?please count|consider|put|mark|note ?me|us ?down ?in ?as|with|for ?a *@how #",
        "?please consider_this|count_this|take_this ?as ?a|@my *@how #",
        "@my *@how # ?vote ?goes|stands|holds|still_stands|still_holds|still_applies|remains ?to|for ?the|this ?release",
        "in_favour|in_favor : #", "you_have|you've_got|you_get *@my *@how #",
        "?@i ?@may confirm|confirming|reaffirm|reaffirming|maintain|keep|stand_by *@my ?@old #",
        "closing|starting|opening ?this|it ?the vote|thread ?off with *@my *@how #", "starting with *@my *@how #",
        // The same in other languages.
        "von_mir|von_uns|von_meiner_seite|meinerseits ?ein|eine|auch|gibt_es|kommt ?ein *@how #",
        "?ich ?@may ?muss ?ich stimme|votiere|gebe|bin ?mit|für|mit_einem|ein|bei #",
        "?ich @may ?ich ?mit|für|ein # stimmen|votieren|geben|abstimmen",
        "mein|meine|unsere *@how stimme|votum ?ist|lautet|: ?: ?ein|eine #",
        "?je vote|donne|mets|suis ?pour|un|à #", "?je|io|yo|eu|ik|ja|jag|já @may voter|votare|votar|dar|dare|donner|stemmen|głosować|zagłosować|rösta|hlasovat ?pour|per|por|en|un|na|za #",
        "?ik @may ?met|voor # stemmen|geven", "wat_mij_betreft|za_mě|私も #", "mon|notre vote ?est|: ?: ?un #", "pour_moi|de_ma_part|pour_ma_part ?: ?c'est|ce_sera|un #",
        "?yo voto|doy ?por|con|un #", "mi|nuestro voto ?es|: ?: ?un #", "por_mi_parte|de_mi_parte ?: ?un #",
        "?eu voto|dou ?por|em|com|um #", "meu|o_meu|nosso voto ?é|e|: ?: ?um #", "da_minha_parte ?: ?um #",
        "?io voto|do ?per|con|un #", "?il mio|nostro voto ?è|e|: ?: ?un #", "da_parte_mia|per_me ?: ?è|un #",
        "?ik stem|geef ?voor|met|een #", "mijn|onze stem ?is|: ?: ?een #", "van_mij|van_mijn_kant ?een #",
        "?ja głosuję|głosuje|daję|daje ?na|za|: #", "mój|moj głos ?to|: ?: #", "ode_mnie|z_mojej_strony ?: #",
        "?я голосую|ставлю ?за|: #", "мой голос ?-|—|: #", "от_меня|с_моей_стороны ?: #", "?я голосую_против #",
        "?já hlasuji|hlasuju|dávám ?pro|: #", "můj hlas ?je|: #", "?jag|jeg röstar|stemmer ?på|for #", "min röst|stemme ?är|er|: #", "från_mig|fra_meg|fra_mig #",
        "我投|我投票|我的投票|我的投票是|我的投票为|我的一票|我的票是|我这边|投票|投|我支持|支持|我同意|同意|赞成|我赞成|我反对|反对|投票结果 ?是|: ?: #",
        "私は|私の投票は|投票|賛成|賛成です|反対|反対です|私からは ?: # ?です|します|に投票します|とします", "저는|찬성|반대|찬성합니다 #",
    ]),
    (Changes, &[
        "?please ?@i ?@may @change ?over ?@my ?@old ?@old ?vote|% ?on ?this|it ?from ?my ?a|an ?% to|into|for|as|:|, ?a|an *@my *@how #",
        "?please ?@i ?@may @change ?@my ?@old ?vote|% ?to|into|as ?: #",
        "@my ?@old vote|% changes|changed|is|was|becomes|turns|goes|moves ?changed|now ?from ?% ?to|into|now ?a|an #",
        "vote_changed|vote_change|change_of_vote ?from ?% ?to|: #", "% →|->|=> ?a #",
        "?i make|making ?that|it|this|mine|my_vote ?into ?a|an #", "correction|erratum|update|edit ?: #", "?sorry|oops i_meant|i_mean ?a|to_say #",
        "?i replace|replacing ?@my % with|by ?a #",
        "?ich ?möchte ändere|ändern|wechsle ?meine|mein ?stimme|votum|% ?von ?% auf|zu|in ?: #",
        "?je change|passe|modifie ?mon ?vote|% ?de ?% ?à|en|pour|: #", "?yo cambio ?mi ?voto|% ?de ?% a|por|: #", "?eu mudo ?meu|o_meu ?voto|% ?de ?% para|: #",
        "?ik wijzig|verander ?mijn ?stem|% ?van ?% naar|in|: #", "?я меняю ?свой|мой ?голос ?с ?% на #",
        "我把投票改为|我改投|改为|改成|改投|投票改为|变更为|変更 ?: #", "?我 ?把 ?从 % 改为|改成 #", "我从 % 改为|改成 #",
    ]),
    (Withdraws, &[
        "?@i ?@may @withdraw|take_back|taking_back|take|taking ?back @my ?@old ?@old vote|veto|%|ballot ?vote|back",
        "?@i ?@may withdraw|retract|revoke|rescind ?the %",
        "please ignore|disregard|drop|discard|remove|cancel @my ?@old ?@old vote|veto|% ?vote",
        "?please consider|treat|regard|see @my ?@old ?@old vote|veto|% ?as ?to_be @withdrawn",
        "?@my ?@old vote|veto|% ?is|has_been|as ?now ?hereby @withdrawn",
        "?ich ziehe ?hiermit mein|meine ?stimme|votum|veto|% zurück", "?je retire mon vote|veto|%", "?yo retiro mi voto|veto|%", "?eu retiro ?o meu voto|veto|%",
        "?io ritiro il_mio voto|veto|%", "?ik trek mijn stem|veto|% ?weer in", "?ja wycofuję|cofam mój|moj głos|%", "?я снимаю|отзываю свой|своё|мой ?голос|%", "我撤回|撤回 ?我的 ?投票|%", "撤回我的投票|我撤回我的投票",
    ]),
    (Carries, &[
        "?@i ?@may @carry ?over|across|forward|here @my|own ?@old ?vote|votes ?: #",
        "@my ?@old # ?vote from|for ?the *@where carries|carried|is_carried|goes|still ?over|forward|applies|stands|holds",
        "# , @carry ?over|forward ?from",
    ]),
];

#[rustfmt::skip]
static SETS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    [
        ("i", "i i'm im i've i'll we we're we've we'll i'd_like_to i'd_love_to we'd_like_to"),
        ("my", "my mine our own"),
        ("how", "big huge massive strong enthusiastic resounding solid definite clear weak usual late belated good very fat hearty warm happy easy great \
            hard soft firm explicit formal official final own little humble first personal another simple plain heartfelt signed regretful reluctant cautious \
            großes dickes klares gros gran grande fort sorry nope pmc ipmc ppmc emphatic loud confident full whole-hearted wholehearted"),
        ("may", "have_to had_to need_to must can will shall do going_to am_going_to want_to would_like_to like_to love_to happy_to am_happy_to glad_to am_glad_to \
            pleased_to am_pleased_to able_to am_able_to get_to feel_obliged_to am_forced_to regret_to have_decided_to decided_to let_me wish_to intend_to \
            muss kann möchte werde will soll darf dois peux devo posso tengo_que debo tenho_que moet muszę måste musím"),
        ("give", "vote voting cast casting give giving go going add adding attach attaching register registering say be submit submitting put offer issue"),
        ("old", "previous earlier former initial original old prior first last own recent early yesterday's vote's"),
        ("change", "change changing changed switch switching switched update updating updated upgrade upgrading upgraded downgrade downgrading move moving moved raise \
            raising lower lowering bump bumping bumped flip flipping flipped revise revising revised turn turning convert converting correct correcting amend amending \
            adjust adjusting modify modifying reverse reversing promote promoting swap swapping increase increasing decrease decreasing"),
        ("withdraw", "withdraw withdrawing withdrew withdrawn retract retracting retracted rescind rescinding revoke revoking lift lifting drop dropping remove removing cancel \
            cancelling canceling recall recalling undo annul"),
        ("withdrawn", "withdrawn retracted rescinded revoked lifted dropped removed cancelled canceled void moot gone recalled zurückgezogen retiré retirado ritirato \
            ingetrokken"),
        ("carry", "carry carrying carried forward forwarding copy copying transfer transferring bring bringing repeat repeating port porting recast re-cast"),
        ("adverb", "definitely absolutely strongly gladly happily surely certainly clearly simply finally formally officially wholeheartedly enthusiastically \
            regretfully reluctantly sadly unfortunately regrettably grudgingly hesitantly obviously totally fully completely really truly sincerely gratefully \
            cheerfully emphatically firmly naturally consequently accordingly warmly heartily hereby therefore thus hence still also just again now anyway gladly leider here personally too nevertheless nonetheless however indeed \
            hiermit daher auch ebenfalls"),
        ("where", "dev list dev@ podling ppmc project vote thread rc1 rc2 rc3 the mailing ml our last previous earlier round"),
    ]
    .into_iter()
    .map(|(name, words)| (name, words.split_ascii_whitespace().collect()))
    .collect()
});

/// Whether a word may stand anywhere in a form: it says how, and neither whether nor when.
pub(super) fn is_adverb(word: &str) -> bool {
    SETS.get("adverb").is_some_and(|set| set.contains(word))
}

struct Piece {
    choices: Vec<Choice>,
    optional: bool,
    repeats: bool,
}

enum Choice {
    Words(Vec<&'static str>),
    Set(&'static HashSet<&'static str>),
    Vote,
    Former,
}

/// Forms by the words and marks that they can begin with; those that begin with a figure under the
/// empty one.
type ByFirst<T> = HashMap<&'static str, Vec<(T, Arc<[Piece]>)>>;

static COMPILED: LazyLock<ByFirst<Deed>> = LazyLock::new(|| compile(FORMS));

fn compile<T: Copy>(table: &'static [(T, &'static [&'static str])]) -> ByFirst<T> {
    let mut by_first: ByFirst<T> = HashMap::new();
    for (what, form) in
        table.iter().flat_map(|(what, forms)| forms.iter().map(move |form| (*what, *form)))
    {
        let pieces: Arc<[Piece]> = form.split_ascii_whitespace().map(Piece::new).collect();
        let mut firsts = HashSet::new();
        for piece in pieces.iter() {
            firsts.extend(piece.choices.iter().flat_map(Choice::firsts));
            if !piece.optional {
                break;
            }
        }
        for first in firsts {
            by_first.entry(first).or_default().push((what, pieces.clone()));
        }
    }
    by_first
}

impl Piece {
    fn new(text: &'static str) -> Self {
        let (optional, repeats) = (text.len() > 1 && text.starts_with('?'), text.starts_with('*'));
        let text = if optional || repeats { &text[1..] } else { text };
        let choices = text.split('|').map(|choice| match choice {
            "#" => Choice::Vote,
            "%" => Choice::Former,
            _ => match choice.strip_prefix('@').and_then(|name| SETS.get(name)) {
                Some(set) => Choice::Set(set),
                None => Choice::Words(choice.split('_').collect()),
            },
        });
        Self { choices: choices.collect(), optional: optional || repeats, repeats }
    }
}

/// Words that speak of the writer's vote without a figure, with the vote that they may be.
const CONSENT: &[(Option<Value>, &[&str])] = &[
    (
        Some(Value::PlusOne),
        &[
            "aye|yea|lgtm|approve|approved|approving|approval|👍|plus_one|plus_1|ship_it|thumbs_up|in_favour|in_favor|同意|赞成|賛成|我同意|我赞成|찬성",
            "looks|look good|great|fine|ok ?to me",
            "@i ?am|all approve|approving|in_favour|in_favor|endorse",
        ],
    ),
    (
        Some(Value::MinusOne),
        &[
            "?@i ?@may veto|object|oppose|disapprove|reject",
            "@i ?am against",
            "ich bin dagegen",
            "je suis contre",
            "против|я_против",
            "nay|nack|👎|minus_one|minus_1|thumbs_down|反对|我反对|反対",
        ],
    ),
    (Some(Value::Zero), &["?@i ?@may abstain|abstaining|abstention"]),
    (
        None,
        &[
            "i|we vote",
            "?@i ?@may @carry ?over|forward @my ?@old vote|votes",
            "@my *@how vote is|:",
            "voting|vote yes|no|against|for|in_favour|in_favor",
            "withdrawn|retracted",
            "?@i ?@may @withdraw @my objection|objections|concern|concerns",
            "objection|objections|veto @withdrawn",
            "i|we ?@may withdraw|retract",
            "ich stimme",
            "je vote",
            "głosuję",
            "голосую",
            "hlasuji",
            "röstar",
            "我投|投票|我投票",
        ],
    ),
];

/// Whether words at `start` speak of the writer's vote without a figure, and of which.
pub(super) fn consents(words: &impl Words, start: usize) -> Option<Option<Value>> {
    static COMPILED: LazyLock<ByFirst<Option<Value>>> = LazyLock::new(|| compile(CONSENT));
    let mut forms = COMPILED.get(words.word(start)).into_iter().flatten();
    let fits =
        |pieces: &[Piece]| fit(pieces, words, start, None).is_some_and(|(end, _)| end > start);
    forms.find(|(_, pieces)| fits(pieces)).map(|(value, _)| *value)
}

/// What a form reads: words and marks in lower case, and which of them are figures.
pub(super) trait Words {
    /// The word or mark at an index; empty beyond the end and for figures.
    fn word(&self, index: usize) -> &str;
    /// Whether a figure stands there.
    fn is_figure(&self, index: usize) -> bool;
    /// Whether forms pass over it.
    fn is_passed_over(&self, index: usize) -> bool;
}

/// A form that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) deed: Deed,
    /// Behind its last word.
    pub(super) end: usize,
    /// The figure that is the vote, or the one that is taken back; none where only words say so.
    pub(super) figure: Option<usize>,
}

/// Finds the longest form that fits from `start` on.
pub(super) fn at(words: &impl Words, start: usize) -> Option<Fit> {
    let word =
        |at: usize| (words.is_figure(at) || !words.word(at).is_empty()).then(|| words.word(at));
    let begin = places(words, start).filter_map(|at| COMPILED.get(word(at)?)).flatten();
    let fits = begin.filter_map(|(deed, pieces)| {
        let (end, figure) = fit(pieces, words, start, None)?;
        (end > start).then_some(Fit { deed: *deed, end, figure })
    });
    // A change has the same words as a vote and more.
    fits.max_by_key(|fit| (fit.end, fit.deed != Votes))
}

type Ends = Option<(usize, Option<usize>)>;

/// Where a piece may stand that is due at `at`: there, or behind a few words that are passed over.
fn places(words: &impl Words, at: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(at), |at| words.is_passed_over(*at).then_some(at + 1)).take(4)
}

fn fit(pieces: &[Piece], words: &impl Words, at: usize, figure: Option<usize>) -> Ends {
    let Some((piece, rest)) = pieces.split_first() else { return Some((at, figure)) };
    let longest = |from| {
        piece
            .choices
            .iter()
            .filter_map(|choice| choice.fit(words, from))
            .max_by_key(|(end, _)| *end)
    };
    let here = places(words, at).find_map(longest);
    if let Some((end, found)) = here {
        let rest = if piece.repeats { pieces } else { rest };
        let longer = fit(rest, words, end, found.or(figure));
        if longer.is_some() {
            return longer;
        }
    }
    if piece.optional { fit(rest, words, at, figure) } else { None }
}

impl Choice {
    /// The words that it can begin with.
    fn firsts(&self) -> Vec<&'static str> {
        match self {
            Self::Vote | Self::Former => vec![""],
            Self::Words(words) => words.iter().take(1).copied().collect(),
            Self::Set(set) => set.iter().filter_map(|phrase| phrase.split('_').next()).collect(),
        }
    }

    /// Where it ends if it fits at `at`, and the figure that it is.
    fn fit(&self, words: &impl Words, at: usize) -> Ends {
        match self {
            Self::Vote if words.is_figure(at) => Some((at + 1, Some(at))),
            // The vote that is taken back; in a change the new one comes behind and counts.
            Self::Former if words.is_figure(at) => Some((at + 1, Some(at))),
            Self::Set(set) => {
                let mut phrase = String::new();
                let mut longest = None;
                for length in 1..=3 {
                    let word = words.word(at + length - 1);
                    if word.is_empty() {
                        break;
                    }
                    if length > 1 {
                        phrase.push('_');
                    }
                    phrase.push_str(word);
                    if set.contains(&phrase[..]) {
                        longest = Some((at + length, None));
                    }
                }
                longest
            }
            Self::Words(all) => {
                let fits = all.iter().enumerate().all(|(nth, word)| words.word(at + nth) == *word);
                fits.then_some((at + all.len(), None))
            }
            Self::Vote | Self::Former => None,
        }
    }
}
