//! The words that the rules name as `@set`, in lower case, one list for all languages.

/// Words that want another after them: a line that ends in one goes on in the next.
#[rustfmt::skip]
pub(super) const DANGLING: &[&str] = &[
    "a", "an", "the", "of", "for", "to", "at", "least", "than", "more", "one", "two", "three",
    "four", "five", "binding", "non-binding", "with", "his", "her", "their", "your", "my", "our",
    "any", "no", "not", "need", "needs", "be", "was", "were", "is", "are", "gave", "give", "giving",
    "vote", "voted", "votes", "voting", "would", "another", "these", "those", "get", "got", "few",
    "some", "enough", "from", "into", "by", "as", "because", "if", "cast", "casting", "additional",
    "required", "minimum", "and", "or", "previous", "own",
];

/// Finds a set by its name; the rules' tests name each.
pub(super) fn set(name: &str) -> &'static [&'static str] {
    SETS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, words)| words)
}

#[rustfmt::skip]
const SETS: &[(&str, &[&str])] = &[
    ("i", &[
        "i", "i'm", "im", "i've", "i'll", "i'd", "we'd", "we", "we're", "ich", "je", "j'ai", "yo",
        "eu", "io", "ik", "jag", "ja", "я", "我", "私は",
    ]),
    ("praise", &[
        "lgtm", "good", "great", "works", "worked", "fine", "ship", "approve", "approved",
        "release", "yes", "awesome", "nice", "excellent",
    ]),
    ("me", &[
        "me", "my", "myself", "mine", "here", "us", "our", "mir", "ma", "mi", "mia", "minha", "mij",
        "mig", "mnie", "mně", "меня", "moi", "mim", "side", "moje", "mým",
    ]),
    ("from", &[
        "from", "von", "de", "da", "por", "van", "från", "fra", "od", "от",
    ]),
    ("my", &[
        "my", "mine", "our", "mein", "meine", "mon", "ma", "mi", "meu", "minha", "mio", "mia",
        "mijn", "min", "mitt", "мой", "моё", "moje", "mój", "我的", "私の",
    ]),
    ("vote", &[
        "vote", "votes", "ballot", "verdict", "opinion", "voice", "stimme", "votum", "voix", "voto",
        "stem", "röst", "stemme", "голос", "głos", "hlas", "投票", "一票", "票",
    ]),
    ("adjective", &[
        "own", "first", "personal", "little", "humble", "big", "huge", "massive", "strong",
        "enthusiastic", "resounding", "solid", "definite", "clear", "weak", "tentative", "usual",
        "late", "belated", "good", "very", "fat", "wholehearted", "hearty", "warm", "happy", "easy",
        "großes", "dickes", "gros", "gran", "grande", "explicit", "formal", "official", "final",
        "current", "corresponding", "ipmc", "pmc", "ppmc", "vote", "simple", "plain", "heartfelt", "signed", "attached",
        "emphatic", "firm", "loud", "confident",
    ]),
    ("previous", &[
        "previous", "earlier", "former", "initial", "original", "old", "prior", "first", "last",
        "recent", "own", "vote", "of", "voto", "vorheriges", "yesterday's", "binding", "veto",
    ]),
    ("give", &[
        "vote", "voting", "be", "been", "being", "give", "giving", "given", "cast", "casting", "go",
        "going", "say", "add", "adding", "support", "become", "have", "get", "offer", "put", "lean",
        "consider", "provide", "issue", "change", "switch", "move", "turn", "commit", "voted",
        "make", "express", "submit", "register", "reply", "send", "upgrade", "reconsider",
    ]),
    ("withdraw", &[
        "withdraw", "withdrawing", "withdrew", "withdrawn", "retract", "retracting", "retracted",
        "rescind", "rescinding", "rescinded", "revoke", "revoking", "revoked", "lift", "lifting",
        "lifted", "drop", "dropping", "dropped", "remove", "removing", "removed", "cancel",
        "cancelling", "canceling", "cancelled", "canceled", "recant", "take", "taking", "undo",
        "void", "annul", "ignore", "ignoring", "disregard", "ziehe", "retire", "retiro", "ritiro",
        "trek", "снимаю", "撤回",
    ]),
    ("withdrawn", &[
        "withdrawn", "retracted", "rescinded", "revoked", "lifted", "dropped", "removed",
        "cancelled", "canceled", "void", "moot", "obsolete", "gone", "resolved", "zurückgezogen",
        "retirado", "retirée", "retiré", "ritirato", "ingetrokken",
    ]),
    ("change", &[
        "change", "changing", "changed", "changes", "switch", "switching", "switched", "update",
        "updating", "updated", "revise", "revising", "revised", "amend", "amending", "flip",
        "flipping", "upgrade", "upgrading", "upgraded", "downgrade", "downgrading", "move",
        "moving", "moved", "turn", "turning", "turned", "turns", "convert", "converting", "adjust",
        "adjusting", "raise", "raising", "lower", "lowering", "modify", "modifying", "reverse",
        "reversing", "correct", "correcting", "ändere", "wechsle", "cambio", "mudo", "mudando",
        "wijzig", "modifie", "меняю", "改为", "改成", "变更", "変更", "becomes", "become",
    ]),
    ("later", &[
        "when", "once", "if", "after", "until", "unless", "tomorrow", "later", "soon", "eventually",
        "afterwards", "provided", "assuming", "tonight", "wenn", "sobald", "quand", "cuando",
        "quando",
    ]),
    ("label", &[
        "vote", "votes", "voting", "verdict", "conclusion", "summary", "overall", "result", "dr",
        "ballot", "here", "version", "record", "so", "sure", "lgtm", "me", "mine", "therefore",
        "thus", "hence", "opinion", "decision", "short", "votum", "stimme", "voix", "voto", "stem",
        "голос", "投票", "我的投票", "all", "team", "folks", "everyone", "everybody", "community",
        "finally", "final", "pmc", "ipmc", "now", "again", "anyway", "correction", "update", "edit",
        "fazit", "结论", "tl;dr", "side", "you", "guys", "devs", "friends", "release", "thought",
        "thoughts",
    ]),
    ("lead", &[
        "so", "and", "but", "therefore", "thus", "hence", "then", "anyway", "still", "again",
        "definitely", "obviously", "clearly", "absolutely", "certainly", "course", "yes", "yep",
        "yeah", "sure", "well", "ok", "okay", "overall", "consequently", "also", "too", "lgtm",
        "good", "great", "awesome", "nice", "fine", "works", "worked", "work", "cool", "perfect",
        "excellent", "thanks", "thx", "thank", "you", "all", "team", "folks", "everyone",
        "everybody", "guys", "community", "it", "me", "successfully", "fantastic", "now", "happily",
        "gladly", "voting", "vote", "here", "just", "simply", "wonderful", "amazing", "brilliant",
        "super", "wow", "hooray", "yay", "welcome", "kudos", "congrats", "congratulations", "ship",
        "release", "hello", "hi", "hey", "cheers", "easy", "big", "huge", "massive", "strong",
        "another", "issues", "problems", "expected", "sounds", "looks", "beautiful", "right",
        "agreed", "agree", "approve", "approved", "please", "somit", "daher", "gut", "danke",
        "merci", "gracias", "bien", "donc", "bueno", "entonces", "ottimo", "quindi", "ótimo",
        "obrigado", "支持", "同意", "赞成", "賛成", "fully", "totally", "sehr", "passed", "verified",
        "checked", "tested", "built", "success", "ok.", "sincerely", "solid", "clean", "same",
        "likewise", "finally",
    ]),
    ("answer", &[
        "what", "whatever", "that", "those", "his", "her", "their", "he", "she", "they", "you",
    ]),
    ("remark", &[
        "said", "says", "mentioned", "wrote", "writes", "suggested", "suggests", "proposed",
        "suggestion", "suggestions", "comment", "comments", "remark", "remarks", "point", "points",
        "feedback", "concern", "concerns", "analysis", "observation", "observations", "statement",
        "email", "mail", "opinion", "review", "question", "questions", "thoughts",
    ]),
    ("command", &[
        "head", "tail", "log", "kill", "grep", "ls", "cut", "sort", "xargs", "git", "nice", "top",
        "diff", "patch", "sed", "awk", "seq", "docker", "mvn", "make", "rg", "find", "svn",
    ]),
    ("technical", &[
        "code", "codes", "status", "exit", "exited", "errno", "index", "priority", "value", "level",
        "offset", "size", "length", "timeout", "port", "pid", "version", "column", "row",
        "exponent", "rc", "argument", "arg", "parameter", "param", "option", "flag", "default",
        "variable", "returns", "returned", "return", "returning", "yields", "prints", "printed",
        "count", "delta", "diff", "difference", "score", "temperature", "limit", "maximum", "max",
        "min", "retries", "retry", "threads", "result", "equals", "equal", "rückgabewert",
        "exitcode", "returncode", "position", "depth", "rank", "weight", "coefficient", "power",
    ]),
    ("zone", &[
        "utc", "gmt", "cet", "cest", "pst", "pdt", "est", "edt", "bst", "jst", "ist", "timezone",
        "zone",
    ]),
    ("unit", &[
        "degree", "degrees", "percent", "day", "days", "hour", "hours", "minute", "minutes",
        "second", "seconds", "week", "weeks", "month", "months", "year", "years", "byte", "bytes",
        "kb", "mb", "gb", "ms", "px", "points", "bit", "bits", "celsius", "c", "f", "k", "line",
        "lines", "file", "files", "eur", "usd", "times", "error", "errors", "failure", "failures",
        "tests", "test", "items", "warnings", "warning", "issues", "skipped", "passed", "failed",
        "concerns", "bugs", "problems", "changes", "commits", "results", "matches", "findings",
        "vulnerabilities", "days'",
    ]),
    ("need", &[
        "need", "needs", "needed", "require", "requires", "required", "wait", "waiting", "await",
        "awaiting", "missing", "lack", "lacks", "lacking", "get", "gets", "getting", "receive",
        "received", "receiving", "collect", "collected", "ask", "asking", "request", "requesting",
        "seek", "seeking", "want", "wants", "hope", "hoping", "look", "looking", "short", "deserve",
        "deserves", "until", "reach", "reached", "brauchen", "fehlt", "manque", "falta", "obtain",
        "obtained", "earn", "see", "saw", "seen", "expect", "expecting",
    ]),
    ("condition", &[
        "if", "once", "when", "unless", "provided", "providing", "assuming", "pending",
        "contingent", "conditional", "conditioned", "depending", "iff", "whenever", "until", "wenn",
        "falls", "sofern", "sobald", "vorausgesetzt", "si", "dès", "quand", "pourvu", "cuando",
        "siempre", "caso", "quando", "se", "als", "zodra", "mits", "om", "если", "когда", "如果", "若",
        "只要", "jeśli", "pokud", "hvis",
    ]),
    ("firm", &[
        "if", "unless", "provided", "providing", "pending", "contingent", "conditional",
        "conditioned", "iff", "falls", "sofern", "vorausgesetzt", "pourvu", "mits", "если", "如果",
        "只要",
    ]),
    ("polite", &[
        "nice", "great", "good", "better", "best", "know", "see", "sure", "check", "checked",
        "even", "as", "wonder", "wondering", "ask", "tell", "verify", "helpful", "appreciate",
        "appreciated", "cool", "love", "like", "happy", "glad", "clear", "unclear", "idea",
        "curious", "remember", "mind", "fine", "ok", "okay", "question", "find", "test", "perfect",
        "lovely", "awesome", "ideal", "prefer", "thankful", "grateful", "determine", "especially",
        "particularly",
    ]),
    ("harmless", &[
        "any", "needed", "possible", "necessary", "so", "not", "desired", "anything", "applicable",
        "again", "more",
    ]),
    ("option", &[
        "approve", "approved", "approves", "disapprove", "disapproved", "disapproval", "no", "yes",
        "ship", "accept", "reject", "abstain", "do", "don't", "dont", "agree", "disagree",
        "opinion", "neutral", "not", "veto", "object", "oppose", "indifferent", "undecided",
        "approval", "release", "publish", "yes,", "accepts", "+0",
    ]),
    ("connective", &[
        "from", "for", "to", "on", "as", "because", "since", "and", "but", "with",
        "here", "overall", "vote", "votes", "i", "we", "thanks", "thank", "again", "at",
        "von", "de", "da", "por", "für", "pour", "para", "per", "van", "weil", "parce", "porque",
        "lgtm", "looks", "great", "good", "nice", "awesome", "this", "it", "let's", "all",
    ]),
    ("instruction", &[
        "indicate", "explain", "specify", "state", "provide", "please",
    ]),
];
