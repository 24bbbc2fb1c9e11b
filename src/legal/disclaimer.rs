//! The disclaimer of a podling: the standard one, or that of a work in progress (P-22; policy notes, section 7).

use super::fold::Folded;

/// Which disclaimer a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// All policies apply.
    Standard,
    /// `DISCLAIMER-WIP`: known issues are listed and tolerated.
    WorkInProgress,
    /// Neither.
    None,
}

/// What a disclaimer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclaimer {
    /// Which one it is; told by any phrase of its own.
    pub standing: Standing,
    /// The phrases that are missing for it to be whole, in lower case and without punctuation.
    pub missing: Vec<&'static str>,
    /// The line of the first phrase found, from 1.
    pub line: Option<usize>,
}

const STANDARD: [&str; 4] = [
    "is an effort undergoing incubation at the apache software foundation",
    "sponsored by the",
    "incubation is required of all newly accepted projects",
    "yet to be fully endorsed by the asf",
];

const WORK_IN_PROGRESS: [&str; 3] = [
    "releases may not be fully compliant with asf policy",
    "incomplete or un reviewed licensing conditions",
    "conduct a thorough licensing review",
];

/// The most that is read of a disclaimer, or of a README that holds one.
pub const LARGEST: usize = 1 << 20;

/// Reads a disclaimer, or any file that may hold one.
pub fn read(disclaimer: &str) -> Disclaimer {
    let text = Folded::new(&disclaimer.as_bytes()[..disclaimer.len().min(LARGEST)]);
    let at =
        |phrase: &&'static str| text.find(phrase, 0..text.lower.len()).map(|found| found.start);
    let lacks = |phrase: &&'static str| at(phrase).is_none();
    let in_progress = WORK_IN_PROGRESS.iter().any(|phrase| !lacks(phrase));
    // Two words that stand anywhere do not make a disclaimer.
    let standard = STANDARD.iter().filter(|phrase| !lacks(phrase)).any(|phrase| phrase.len() > 30);
    let standing = match (in_progress, standard) {
        (true, _) => Standing::WorkInProgress,
        (false, true) => Standing::Standard,
        (false, false) => Standing::None,
    };
    let more = if in_progress { &WORK_IN_PROGRESS[..] } else { &[] };
    let wanted = || STANDARD.iter().chain(more);
    let line = wanted().filter_map(at).min().filter(|_| standing != Standing::None);
    Disclaimer {
        standing,
        missing: wanted().filter(|phrase| lacks(phrase)).copied().collect(),
        line: line.map(|at| text.line_of(at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Apache Foo is an effort undergoing incubation at The Apache Software\n\
        Foundation (ASF), sponsored by the Apache Incubator. Incubation is required of\n\
        all newly accepted projects until a further review indicates that the\n\
        infrastructure, communications, and decision making process have stabilized.\n\
        While incubation status is not a reflection of the code, it does indicate that\n\
        the project has yet to be fully endorsed by the ASF.\n";

    #[test]
    fn the_standard_one() {
        let read = read(TEXT);
        assert_eq!((read.standing, read.missing, read.line), (Standing::Standard, vec![], Some(1)));
        let crlf = super::read(&TEXT.replace('\n', "\r\n"));
        assert_eq!(crlf.standing, Standing::Standard);
    }

    #[test]
    fn work_in_progress() {
        let wip = format!(
            "{TEXT}\nSome of the incubating project's releases may not be fully compliant with\n\
            ASF policy. For example, releases may have incomplete or un-reviewed licensing\n\
            conditions. We recommend you conduct a thorough licensing review of the project."
        );
        let whole = read(&wip);
        assert_eq!((whole.standing, whole.missing), (Standing::WorkInProgress, vec![]));
        let cut = read(&wip[..wip.len() - 50]);
        assert_eq!(cut.missing, ["conduct a thorough licensing review"]);
    }

    #[test]
    fn what_is_missing_is_told() {
        let cut = read(&TEXT.replace("yet to be", "not"));
        assert_eq!(
            (cut.standing, cut.missing),
            (Standing::Standard, vec!["yet to be fully endorsed by the asf"])
        );
        let none = read("Sponsored by the makers of foo.");
        assert_eq!((none.standing, none.missing.len(), none.line), (Standing::None, 3, None));
        assert_eq!(read("").standing, Standing::None);
    }
}
