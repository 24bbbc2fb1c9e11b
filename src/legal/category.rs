//! The ASF's categories of third-party licences, by SPDX id and expression (P-14; policy notes, section 11).

use spdx::expression::{ExprNode, Operator};
use spdx::{Expression, ParseMode};

/// What the ASF allows of a licence; better ones compare less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// May be bundled in source.
    A,
    /// Not in source releases; in binaries only, with a label.
    B,
    /// Not in the ASF's lists: a person decides.
    Unknown,
    /// Never, in source or binary.
    X,
}

impl Category {
    /// The letter, or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Category::A => "A",
            Category::B => "B",
            Category::Unknown => "unknown",
            Category::X => "X",
        }
    }
}

/// The category of an expression, and which of its licences decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Of `OR` the best, of `AND` the worst.
    pub category: Category,
    /// The licence that has this category: of alternatives the one to choose.
    pub by: String,
}

const A: &[&str] = &[
    "0BSD",
    "AFL-3.0",
    "APAFML",
    "Apache-1.1",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause-LBNL",
    "BSL-1.0",
    "Bitstream-Vera",
    "BlueOak-1.0.0",
    "CC-PDDC",
    "CC0-1.0",
    "DOC",
    "EPICS",
    "FSFAP",
    "HPND",
    "ICU",
    "ISC",
    "LicenseRef-Arev-1.0",
    "LicenseRef-ECMA-OOXML-XSD",
    "LicenseRef-Google-AIPG",
    "LicenseRef-MX4J",
    "LicenseRef-Open-Grid-Forum",
    "LicenseRef-Romantic-WTFPL",
    "LicenseRef-SCA-Spec",
    "LicenseRef-W3C-CCLA",
    "MIT",
    "MIT-0",
    "MS-PL",
    "MulanPSL-2.0",
    "NCSA",
    "OGL-UK-3.0",
    "PHP-3.01",
    "Plexus",
    "PostgreSQL",
    "Python-2.0",
    "SMLNJ",
    "TCL",
    "UPL-1.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "W3C",
    "WTFPL",
    "Xnet",
    "ZPL-2.0",
    "Zlib",
    "libpng-2.0",
];

const B: &[&str] = &[
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-2.5",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CDDL-1.0",
    "CDDL-1.1",
    "CPL-1.0",
    "EPL-1.0",
    "EPL-2.0",
    "ErlPL-1.1",
    "IPA",
    "IPL-1.0",
    "LicenseRef-UnRAR",
    "MPL-1.0",
    "MPL-1.1",
    "MPL-2.0",
    "OFL-1.1",
    "OSL-3.0",
    "Ruby",
    "SPL-1.0",
    "Ubuntu-font-1.0",
];

const X: &[&str] = &[
    "AGPL-3.0",
    "BSD-4-Clause",
    "BSD-4-Clause-UC",
    "BUSL-1.1",
    "CPOL-1.02",
    "GPL-1.0",
    "GPL-2.0",
    "GPL-3.0",
    "JSON",
    "LGPL-2.0",
    "LGPL-2.1",
    "LGPL-3.0",
    "LicenseRef-Amazon-Software-License",
    "LicenseRef-BCL",
    "LicenseRef-Booz-Allen-Public-License",
    "LicenseRef-Commons-Clause-1.0",
    "LicenseRef-Confluent-Community-1.0",
    "LicenseRef-DBAD",
    "LicenseRef-Facebook-BSD-Patents",
    "LicenseRef-Intel-SSL",
    "LicenseRef-JSR-275",
    "LicenseRef-Java-SDK-for-Satori-RTM",
    "LicenseRef-MS-LPL",
    "LicenseRef-Redis-Source-Available",
    "LicenseRef-Solipsistic-Eclipse-Public-License",
    "LicenseRef-Sun-Community-Source-3.0",
    "NPL-1.0",
    "NPL-1.1",
    "QPL-1.0",
    "SSPL-1.0",
    "Sleepycat",
];

/// Families whose versions are all in one list: what [`Licence::id`](super::mention::Licence) says where the text
/// tells no version.
const FAMILIES: &[(&str, Category)] = &[
    ("AGPL", Category::X),
    ("CC-BY", Category::B),
    ("CC-BY-SA", Category::B),
    ("CDDL", Category::B),
    ("EPL", Category::B),
    ("GPL", Category::X),
    ("LGPL", Category::X),
    ("MPL", Category::B),
    ("NPL", Category::X),
];

/// Exceptions that let a program's output, or what it links, have any licence. Whether a file under one may be shipped
/// is for a person to say; without the exception it may not.
const LENIENT: &[&str] = &[
    "Autoconf-exception-2.0",
    "Autoconf-exception-3.0",
    "Autoconf-exception-generic",
    "Autoconf-exception-generic-3.0",
    "Autoconf-exception-macro",
    "Bison-exception-1.24",
    "Bison-exception-2.2",
    "Libtool-exception",
    "Texinfo-exception",
    "Font-exception-2.0",
    "GCC-exception-2.0",
    "GCC-exception-3.1",
    "LLVM-exception",
];

/// The longest expression that is read.
const LONGEST: usize = 1000;

/// Judges an SPDX id or expression, or the name of a licence family. What cannot be read is unknown.
pub fn category(expression: &str) -> Judged {
    let expression = expression.trim();
    let unknown = || Judged { category: Category::Unknown, by: expression.to_owned() };
    let known = of_id(expression);
    if known != Category::Unknown {
        return Judged { category: known, by: expression.to_owned() };
    }
    if expression.len() > LONGEST {
        return unknown();
    }
    // Not the lax names: they take `BSD` for one of its kinds.
    let mode =
        ParseMode { allow_unknown: true, allow_imprecise_license_names: false, ..ParseMode::LAX };
    match Expression::parse_mode(expression, mode) {
        Ok(parsed) => of_expression(&parsed, expression).unwrap_or_else(unknown),
        Err(_) => unknown(),
    }
}

/// Whether an id, without its exception and the like, is that of a licence that SPDX has.
pub fn is_published(id: &str) -> bool {
    spdx::license_id(id.split(" WITH ").next().unwrap_or(id)).is_some()
}

/// Whether a file tells of the licences of binary packages by its path, as the sources keep it for making these:
/// `LICENSE-binary`, `licenses-binary/`, `LICENSE.bin.txt`, `release-docs/`, `appended-resources/META-INF/`.
pub fn is_for_binaries(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let words = |part: &str| {
        let mut words = part.split(['-', '.', '_']);
        let first = words.next().unwrap_or_default();
        let legal = ["license", "licenses", "licence", "licences", "notice", "notices"];
        legal.contains(&first) && words.any(|word| matches!(word, "bin" | "binary" | "binaries"))
    };
    lower.split('/').any(|part| part == "release-docs" || words(part))
        || lower.contains("appended-resources/meta-inf/")
}

/// Evaluates the expression, which the crate keeps in postfix order.
fn of_expression(parsed: &Expression, text: &str) -> Option<Judged> {
    let mut stack: Vec<Judged> = Vec::new();
    for node in parsed.iter() {
        match node {
            ExprNode::Req(required) => {
                let span = required.span.start as usize..required.span.end as usize;
                let licence = text.get(span).unwrap_or(text).trim();
                let by = match &required.req.addition {
                    Some(exception) => format!("{licence} WITH {exception}"),
                    None => licence.to_owned(),
                };
                stack.push(Judged { category: of_requirement(&by), by });
            }
            ExprNode::Op(operator) => {
                let (right, left) = (stack.pop()?, stack.pop()?);
                let right_decides = match operator {
                    Operator::Or => right.category < left.category,
                    Operator::And => right.category > left.category,
                };
                stack.push(if right_decides { right } else { left });
            }
        }
    }
    stack.pop()
}

/// One licence, with its exception if it has one.
fn of_requirement(text: &str) -> Category {
    let mut words = text.split_whitespace();
    let licence = of_id(words.next().unwrap_or_default());
    let with = words.next().is_some_and(|word| word.eq_ignore_ascii_case("with"));
    match words.next() {
        Some(exception) if with && licence == Category::X => {
            let lenient = LENIENT.iter().any(|known| known.eq_ignore_ascii_case(exception));
            if lenient { Category::Unknown } else { Category::X }
        }
        // An exception only ever adds to what a licence allows.
        _ => licence,
    }
}

fn of_id(id: &str) -> Category {
    let stem = |id: &str, end: &str| {
        let cut = id.len().checked_sub(end.len()).filter(|cut| id.is_char_boundary(*cut))?;
        id[cut..].eq_ignore_ascii_case(end).then(|| id[..cut].to_owned())
    };
    let id =
        ["+", "-or-later", "-only"].iter().find_map(|end| stem(id, end)).unwrap_or(id.to_owned());
    let in_list = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(&id));
    if in_list(A) {
        Category::A
    } else if in_list(B) {
        Category::B
    } else if in_list(X) || starts_with(&id, "CC-BY-NC") {
        Category::X
    } else {
        FAMILIES
            .iter()
            .find(|(family, _)| family.eq_ignore_ascii_case(&id))
            .map_or(Category::Unknown, |(_, known)| *known)
    }
}

fn starts_with(id: &str, start: &str) -> bool {
    id.as_bytes()
        .get(..start.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_the_lists_is_one() {
        for id in A.iter().chain(B).chain(X) {
            assert!(
                id.starts_with("LicenseRef-") || spdx::license_id(id).is_some(),
                "{id} is no SPDX id"
            );
        }
        for id in LENIENT {
            assert!(spdx::exception_id(id).is_some(), "{id} is no SPDX exception");
        }
    }

    #[test]
    fn ids_and_expressions() {
        use Category::{A, B, Unknown, X};
        // Read off the ASF's lists by hand.
        for (text, category, by) in [
            ("MIT", A, "MIT"),
            ("apache-2.0", A, "apache-2.0"),
            ("Apache-2.0+", A, "Apache-2.0+"),
            ("MPL-2.0", B, "MPL-2.0"),
            ("EPL", B, "EPL"),
            ("GPL-2.0-only", X, "GPL-2.0-only"),
            ("GPL-2.0+", X, "GPL-2.0+"),
            ("LGPL-3.0-or-later", X, "LGPL-3.0-or-later"),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0",
                X,
                "GPL-2.0-only WITH Classpath-exception-2.0",
            ),
            (
                "GPL-3.0-or-later WITH Autoconf-exception-3.0",
                Unknown,
                "GPL-3.0-or-later WITH Autoconf-exception-3.0",
            ),
            ("Apache-2.0 WITH LLVM-exception", A, "Apache-2.0 WITH LLVM-exception"),
            ("MIT OR GPL-2.0-only", A, "MIT"),
            ("GPL-2.0-only OR MIT", A, "MIT"),
            ("MIT AND GPL-2.0-only", X, "GPL-2.0-only"),
            ("(MIT OR GPL-3.0-only) AND MPL-2.0", B, "MPL-2.0"),
            ("MIT AND (EPL-2.0 OR LGPL-2.1-or-later)", B, "EPL-2.0"),
            ("CC-BY-NC-SA-4.0", X, "CC-BY-NC-SA-4.0"),
            ("CC-BY-4.0", B, "CC-BY-4.0"),
            ("BSD-4-Clause-UC", X, "BSD-4-Clause-UC"),
            ("JSON", X, "JSON"),
            ("BUSL-1.1", X, "BUSL-1.1"),
            ("Unicode-3.0", Unknown, "Unicode-3.0"),
            ("Elastic-2.0", Unknown, "Elastic-2.0"),
            ("BSD", Unknown, "BSD"),
            ("LicenseRef-Commons-Clause-1.0", X, "LicenseRef-Commons-Clause-1.0"),
            ("LicenseRef-something", Unknown, "LicenseRef-something"),
            ("MIT OR nonsense", A, "MIT"),
            ("nonsense AND MIT", Unknown, "nonsense"),
            ("MIT/Apache-2.0", A, "MIT"),
            ("not an expression at all (", Unknown, "not an expression at all ("),
            ("", Unknown, ""),
        ] {
            let judged = super::category(text);
            assert_eq!((judged.category, &judged.by[..]), (category, by), "{text}");
        }
    }

    #[test]
    fn files_for_binary_packages_are_told_by_their_path() {
        for path in [
            "LICENSE-binary",
            "licenses-binary/LICENSE-x.txt",
            "dist/LICENSE.bin.txt",
            "x/src/main/release-docs/LICENSE",
            "x/src/main/appended-resources/META-INF/LICENSE",
            "NOTICE-binary",
        ] {
            assert!(super::is_for_binaries(path), "{path}");
        }
        for path in ["LICENSE", "licenses/LICENSE-x.txt", "bin/LICENSE", "META-INF/LICENSE"] {
            assert!(!super::is_for_binaries(path), "{path}");
        }
    }

    #[test]
    fn deep_expressions_are_refused() {
        let deep = format!("{}MIT{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(super::category(&deep).category, Category::Unknown);
    }
}
