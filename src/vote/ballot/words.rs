//! The words that [`super::sentence`] goes by, one list for all languages; `_` joins the words of a
//! phrase. A word that is missing here costs a question.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words and phrases to look for, and parts of words in languages without blanks.
pub(super) struct Alarms {
    pub(super) phrases: Vec<&'static str>,
    pub(super) first: HashSet<&'static str>,
    pub(super) parts: &'static [&'static str],
}

impl Alarms {
    pub(super) fn new(phrases: &'static str, parts: &'static [&'static str]) -> Self {
        let phrases: Vec<&str> = phrases.split_ascii_whitespace().collect();
        let first = phrases.iter().filter_map(|phrase| phrase.split('_').next()).collect();
        Self { phrases, first, parts }
    }
}

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_ascii_whitespace().collect()
}

pub(super) type Set = LazyLock<HashSet<&'static str>>;

/// A condition, or that it is not decided yet; in every language that lists use.
#[rustfmt::skip]
pub(super) static CONDITIONS: LazyLock<Alarms> = LazyLock::new(|| Alarms::new(
    "if iff unless provided_that provided_the provided_we provided_you provided_it provided_nobody provided_no provided providing contingent conditional \
     conditionally conditioned condition conditions assuming presuming supposing pending barring subject_to in_case as_long_as so_long_as as_soon_as \
     depending depends on_the_proviso proviso stipulation with_the_understanding whenever whether until_then \
     not_sure unsure undecided maybe perhaps probably possibly tentative tentatively hopefully provisionally provisional theoretically hypothetically in_principle \
     leaning tempted inclined might normally generally ideally unofficially mostly basically informally hardly barely preliminarily temporarily \
     emotionally cautiously in_general in_spirit in_theory anything_but if_so in_that_case grundsätzlich vorläufig en_principe en_principio em_princípio w_zasadzie в_принципе \
     i_princip not_yet not_a_vote not_my_vote not_voting no_vote not_vote don't_vote don't_count not_count do_not_count \
     wenn falls sofern sobald vorausgesetzt vorbehaltlich vorbehalt bedingung solange bedingt eventuell vielleicht \
     si dès pourvu réserve conditionnel conditionnelle à_condition peut-être sauf_si tant_que \
     siempre_que siempre_y condición condicionado salvo cuando caso condição desde_que a_menos_que condicional purché condizione a_patto a_condizione qualora se \
     mits indien tenzij zodra voorwaarde voorwaardelijk om hvis såfremt förutsatt forutsatt forutsetning förutsättning villkor betingelse \
     если условии условие условием когда якщо при_условии кабы jeśli jeżeli jesli warunkiem o_ile pokud jestli podmínkou podmínku ha feltéve koşuluyla eğer",
    &["如果", "若", "只要", "前提", "条件", "條件", "除非", "假如", "等到", "之后", "以后", "先", "需要先", "后", "後", "的话", "等", "原则", "ただし", "たら", "れば", "場合", "なら", "限り", "조건", "만약", "다면"],
));
/// Something else than this vote, or somebody else's.
#[rustfmt::skip]
pub(super) static OTHERS: LazyLock<Alarms> = LazyLock::new(|| Alarms::new(
    "behalf proxy proxied idea option options suggestion suggestions cancel cancelling canceling redo redoing respin re-spin reroll re-roll re-rolling restart \
     restarting revote re-vote postpone postponing good_point good_catch good_thought good_plan good_call good_find nice_point nice_catch nice_find nice_one great_point \
     great_catch great_find fair_point no_longer new_rc next_rc another_rc new_candidate next_candidate new_vote implied implicit stellvertretend \
     im_namen au_nom en_nombre em_nome a_nome namens от_имени w_imieniu",
    &["代表", "代为", "代わりに", "代理", "ません", "ない", "아닙", "아니", "不是", "并非", "取り消", "撤回", "変更"],
));
/// Words before a vote that tell of what others said.
#[rustfmt::skip]
pub(super) static TOLD: LazyLock<Alarms> = LazyLock::new(|| Alarms::new(
    "said says told tells asked asks wrote writes suggested suggests proposed proposes he she his her their he's she's they agree_with agreed_with \
     see_my voted already sagt sagte",
    &["说", "說"],
));
/// Beside "if" and "when", where they make no condition.
pub(super) static HARMLESS: Set = LazyLock::new(|| {
    set(
        "any needed possible necessary so applicable desired know even as wonder check checked see anything",
    )
});
/// Words that lead to a clause and say nothing.
#[rustfmt::skip]
pub(super) static LEADS: Set = LazyLock::new(|| set(
    "so and but ein leider malheureusement désolé mais lamentablemente desafortunadamente purtroppo helaas niestety к сожалению bohužel tyvärr infelizmente \
     残念ですが 죄송하지만 抱歉 hi hello hey dear all everyone everybody team folks guys community friends devs hallo moin bonjour salut hola ciao olá hej ahoj привет \
     yes yeah yep yup yay no-brainer ok okay well thanks thx thank you sorry sadly nope nah fwiw imo imho overall finally then anyhow congrats \
     congratulations great good awesome nice cool perfect excellent wonderful fantastic me too ditto same agreed ja oui si sí да はい oh wow please_note \
     ha hmm alas regrettably zudem danke merci gracias obrigado grazie bedankt спасибо dziękuję 谢谢 大家好 あと",
));
/// What a sentence begins with that asks for work.
pub(super) static TASKS: Set = LazyLock::new(|| {
    set(
        "fix remove add change correct update replace drop rename revert provide make sign please resolve address publish upload give get show let",
    )
});
/// What a clause of the writer's own begins with, so that "and" goes on with it.
pub(super) static OWN_STARTS: Set = LazyLock::new(|| {
    set(
        "i i've i'm i'd i'll we we've we're my all everything it looks closing thanks builds works verified checked tested built",
    )
});
/// What a vote on a release is for.
#[rustfmt::skip]
pub(super) static OBJECTS: Set = LazyLock::new(|| set(
    "release releasing released rc package packages artifacts sources version final official ship shipping publish publishing promote promoting candidate proceed proceeding go going now today accept accepting adopt adopting merge \
     merging approve approving graduate graduating proposal donation spip version this it veröffentlichung freigabe",
));
/// What says why or what was done, right behind a vote.
#[rustfmt::skip]
pub(super) static REASONS: Set = LazyLock::new(|| set(
    "as because since inspected examined compared unpacked due based thanks thank thx looks look looking lgtm works worked good great nice well all everything verified checked tested \
     validated built build builds ran run runs reviewed signed downloaded compiled confirmed installed tried i've i'm we've my our happy glad sorry approve \
     support yes ship even though although despite again it it's this the there very too weil danke merci gracias parce porque car pois want wanted \
     keep congrats go cheers regards best below attached great ship awesome nice after having",
));
/// What may follow a vote and makes it depend on something.
#[rustfmt::skip]
pub(super) static SOFT: Set = LazyLock::new(|| set(
    "when once think guess suppose believe hope needs requires tbc upon following excluding given granted awaiting waiting dependent caveat erst vorher nach sobald gdy kiedy dopo appena after until till before only tomorrow later soon except excepting minus modulo apart follows follow als zodra nachdem \
     sauf quand quando после poté",
));
/// What a clause begins with on which the vote behind it depends.
#[rustfmt::skip]
pub(super) static SUBORDINATES: Set = LazyLock::new(|| set(
    "only still except by having with once after when until till upon should were for une nach nachdem après po после dopo depois una como als zodra als sobald wenn",
));
/// Behind a vote: it is told of.
pub(super) static TELLS: Set = LazyLock::new(|| set("says said sagt sagte told dit dice disse"));
/// What there is none of, right behind a vote.
pub(super) static NO_ISSUES: Set = LazyLock::new(|| {
    set(
        "issues issue problems problem objections objection concerns blockers blocker regressions further",
    )
});
/// What follows a -1 and begins no reason.
#[rustfmt::skip]
pub(super) static NO_REASONS: Set = LazyLock::new(|| set(
    "from by for to on of with in at or and is was means day days hour hours minute minutes week weeks month months year years degree degrees test tests file \
     files line lines point points more extra instead approve disapprove",
));
/// How a reason begins in a language without blanks.
pub(super) const CJK_REASONS: &[&str] = &[
    "です",
    "だ",
    "で",
    "と",
    "に",
    "支持",
    "同意",
    "赞成",
    "因为",
    "由于",
    "検証",
    "確認",
    "验证",
    "检查",
    "已",
    "入",
    "입니다",
    "찬성",
    "賛成",
    "表",
];
/// Numbers that count votes.
#[rustfmt::skip]
pub(super) static NUMBERS: Set = LazyLock::new(|| set(
    "two three four five six seven eight nine ten eleven twelve n no any zero few several many keine kein aucun ninguna nessun three+",
));
/// What a vote is with, and is one all the same.
#[rustfmt::skip]
pub(super) static COMPANY: Set = LazyLock::new(|| {
    set("comment comments remark remarks note notes nit nits thanks pleasure suggestion suggestions question questions jdk java gratitude joy")
});
/// What writers did when they vote.
#[rustfmt::skip]
pub(super) static WORK: Set = LazyLock::new(|| {
    set("checked tested verified built ran did validated reviewed support approve vote have've compiled installed tried inspected examined compared downloaded confirmed")
});
/// Small words of other languages than English: what stands beside them is read only as far as its
/// words are known.
#[rustfmt::skip]
pub(super) static FOREIGN: Set = LazyLock::new(|| set(
    "der die das dem den mit nur bis auf und ein eine le la les de du des que mais avec une un el los las con por para uma um com het een na op van \
     w z po jak gdy ale assim depois appena corretto dopo och efter när det na po s až con la vez a_priori priori",
));
/// Words of other languages beside a vote that make nothing doubtful.
#[rustfmt::skip]
pub(super) static FOREIGN_KNOWN: Set = LazyLock::new(|| set(
    "danke für die arbeit gut alles läuft getestet geprüft sieht aus merci pour le travail testé vérifié tout va bien gracias por el trabajo probado todo \
     funciona obrigado pelo trabalho testado grazie per il lavoro provato bedankt voor het werk getest dziękuję za pracę sprawdzone спасибо за работу \
     проверено weil parce que porque falta fehlt manque por mi parte de ma part von mir da parte mia mein leider malheureusement désolé mais lamentablemente \
     purtroppo niestety bohužel tyvärr à tous a todos et und y e le la les el die der das den nicht non moin bonjour hola ciao olá",
));
/// Of somebody else, right before a vote.
#[rustfmt::skip]
pub(super) static OF_OTHERS: Set = LazyLock::new(|| {
    set("your his her their dein deine ihr ihre ton votre tu su seu twój твой ваш 你的 あなたの")
});
/// Of the writer, before a vote.
#[rustfmt::skip]
pub(super) static OWN: Set = LazyLock::new(|| set(
    "my mine our mein meine meinen mon mi meu mio mijn mój moj swój мой мою свой můj své svůj min mitt 我的 저의",
));
/// Words of denial.
#[rustfmt::skip]
pub(super) static DENIALS: Set = LazyLock::new(|| set(
    "not no never without isn't won't wouldn't can't cannot don't didn't doesn't haven't would could need needs want wants expect expecting get you longer anymore \
     nicht kein pas plus non nie не",
));
/// Words behind which a figure is a number of something.
#[rustfmt::skip]
pub(super) static QUANTITIES: Set = LazyLock::new(|| set(
    "code codes errno exit exits exited returns returned returning head tail log kill grep utc gmt cet cest pst pdt jst exitcode returncode rückgabewert",
));
/// Where a tally says that there were no votes.
pub(super) static NOBODY: Set = LazyLock::new(|| set("none nobody n/a no nil keine aucun 0 -"));
/// What voters are, in brackets behind their votes.
#[rustfmt::skip]
pub(super) static HATS: Set = LazyLock::new(|| set(
    "pmc ipmc ppmc committer member apache chair mentor contributor asf binding non-binding linux macos mac windows java jdk rm release manager",
));

/// What "from me" begins with.
pub(super) static FROM: Set =
    LazyLock::new(|| set("from von de da por van od ode от с från fra by for pour für"));
/// What may stand inside of "from my side".
pub(super) static MINE: Set =
    LazyLock::new(|| set("my our ma mi mia minha mijn meiner the moje моей per parte"));
/// What "from me" ends with.
#[rustfmt::skip]
pub(super) static ME: Set = LazyLock::new(|| set(
    "me side us here end mir uns seite part moi nous parte mim mij kant mnie меня стороны mig meg team mia myself",
));
