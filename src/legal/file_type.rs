//! What a file is by its name, how comments are written in it, and whether it can hold one at all.
//!
//! A table of extensions and of well-known names. Extensions that only wrap another (`config.h.in`, `nginx.conf.j2`)
//! are taken off; a name that is not in the table is [`Known::Unknown`], which is not the same as "no comments".

/// How comments are written in a type of file.
#[derive(Debug, PartialEq, Eq)]
pub struct FileType {
    /// What it is called.
    pub name: &'static str,
    /// Openers of comments that end with the line.
    pub line: &'static [&'static str],
    /// Openers and closers of comments that may span lines.
    pub block: &'static [(&'static str, &'static str)],
    /// Whether there is room for a header.
    pub room: Room,
}

/// Whether a type of file has room for a licence header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// In a comment.
    Comment,
    /// Prose without comments: a header can stand in it as text.
    Prose,
    /// None: a comment would break it (JSON, CSV).
    None,
}

/// What the table says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A type with room for a header.
    Holds(&'static FileType),
    /// A type without.
    CannotHold(&'static FileType),
    /// Not in the table; if it is text, nothing is known of its comments.
    Unknown,
}

impl Known {
    /// The type, if it is known.
    pub const fn file_type(self) -> Option<&'static FileType> {
        match self {
            Known::Holds(file_type) | Known::CannotHold(file_type) => Some(file_type),
            Known::Unknown => None,
        }
    }
}

/// Endings that only wrap the type before them.
const WRAPPERS: &[&str] = &[
    "in", "j2", "tmpl", "template", "tpl", "dist", "sample", "example", "orig", "default",
    "mustache", "hbs", "erb", "ftl", "vm", "mako", "ejs", "jinja", "jinja2", "stg", "tt", "liquid",
    "gotmpl",
];

/// The longest extension of the table.
const LONGEST: usize = 16;

/// Looks up the type of a file by its path. Upper and lower case are the same.
pub fn of(path: &str) -> Known {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = by_name(name).or_else(|| by_extension(name));
    match known {
        Some(file_type) if file_type.room == Room::None => Known::CannotHold(file_type),
        Some(file_type) => Known::Holds(file_type),
        None => Known::Unknown,
    }
}

fn by_name(name: &str) -> Option<&'static FileType> {
    look_up(NAMES, name).or_else(|| {
        // `Dockerfile.alpine`, `Jenkinsfile-nightly`, `Makefile.win`.
        let stem = name.split(['.', '-']).next().filter(|stem| stem.len() < name.len())?;
        let open_ended = [
            "dockerfile",
            "containerfile",
            "jenkinsfile",
            "makefile",
            "gnumakefile",
            "vagrantfile",
        ];
        let known = open_ended.iter().any(|known| known.eq_ignore_ascii_case(stem));
        // But `Makefile.py` is Python, and `Makefile.in` goes the way of all wrappers.
        let own = name
            .rsplit('.')
            .next()
            .filter(|extension| *extension != name)
            .and_then(|e| look_up(EXTENSIONS, e));
        if known && own.is_none() { look_up(NAMES, stem) } else { None }
    })
}

fn by_extension(name: &str) -> Option<&'static FileType> {
    let (stem, extension) = name.rsplit_once('.')?;
    if WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(extension)) {
        // Once more only: `x.in.in` is nobody's.
        let inner = look_up(NAMES, stem)
            .or_else(|| stem.rsplit_once('.').and_then(|(_, inner)| look_up(EXTENSIONS, inner)));
        if inner.is_some() {
            return inner;
        }
    }
    look_up(EXTENSIONS, extension)
}

fn look_up(table: &[(&str, &'static FileType)], name: &str) -> Option<&'static FileType> {
    let mut lower = [0; LONGEST + 16];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let found = table.binary_search_by(|(known, _)| known.as_bytes().cmp(lower)).ok()?;
    Some(table[found].1)
}

macro_rules! types {
    ($($id:ident $name:literal $room:ident [$($line:literal),*] [$($open:literal $close:literal),*];)*) => {
        $(static $id: FileType = FileType {
            name: $name,
            line: &[$($line),*],
            block: &[$(($open, $close)),*],
            room: Room::$room,
        };)*
        #[cfg(test)]
        static TYPES: &[&FileType] = &[$(&$id),*];
    };
}

types! {
    ADA "Ada" Comment ["--"] [];
    ADOC "AsciiDoc" Comment ["//"] ["////" "////"];
    ASM "assembly" Comment [";", "#", "//", "@", "!"] ["/*" "*/"];
    ASP "ASP.NET page" Comment [] ["<%--" "--%>", "<!--" "-->"];
    AWK "awk" Comment ["#"] [];
    BATCH "batch file" Comment ["REM", "@REM", "::"] [];
    BIB "BibTeX" Comment ["%"] [];
    C "C-like" Comment ["//"] ["/*" "*/"];
    CLOJURE "Clojure" Comment [";"] [];
    CMAKE "CMake" Comment ["#"] ["#[[" "]]"];
    COBOL "COBOL" Comment ["*>", "*"] [];
    CSS "CSS" Comment [] ["/*" "*/"];
    CSV "table of values" None [] [];
    D "D" Comment ["//"] ["/*" "*/", "/+" "+/"];
    DIFF "patch" Prose ["#"] [];
    ELIXIR "Elixir" Comment ["#"] [];
    ERLANG "Erlang" Comment ["%"] [];
    FORTRAN "Fortran" Comment ["!", "C", "c", "*"] [];
    FSHARP "F#" Comment ["//"] ["(*" "*)"];
    FTL "FreeMarker" Comment [] ["<#--" "-->", "<!--" "-->"];
    HANDLEBARS "Handlebars" Comment [] ["{{!--" "--}}", "{{!" "}}", "<!--" "-->"];
    HASH "text with # comments" Comment ["#"] [];
    HASKELL "Haskell" Comment ["--"] ["{-" "-}"];
    HCL "HCL" Comment ["#", "//"] ["/*" "*/"];
    INI "settings" Comment [";", "#"] [];
    JINJA "Jinja" Comment [] ["{#" "#}"];
    JSON "JSON" None [] [];
    JSP "JSP" Comment [] ["<%--" "--%>", "<!--" "-->"];
    JULIA "Julia" Comment ["#"] ["#=" "=#"];
    LISP "Lisp" Comment [";"] ["#|" "|#"];
    LOCK "lock file" None [] [];
    LUA "Lua" Comment ["--"] ["--[[" "]]"];
    M4 "M4" Comment ["dnl", "#"] [];
    MAKE "makefile" Comment ["#"] [];
    MANIFEST "manifest" None [] [];
    MARKDOWN "Markdown" Comment [] ["<!--" "-->"];
    MATLAB "Objective-C or MATLAB" Comment ["//", "%"] ["/*" "*/", "%{" "%}"];
    ML "ML" Comment [] ["(*" "*)"];
    MUSTACHE "Mustache" Comment [] ["{{!" "}}", "<!--" "-->"];
    NIX "Nix" Comment ["#"] ["/*" "*/"];
    NOTEBOOK "notebook" None [] [];
    PASCAL "Pascal" Comment ["//"] ["{" "}", "(*" "*)"];
    PERL "Perl" Comment ["#"] ["=pod" "=cut", "=begin" "=cut"];
    PHP "PHP" Comment ["//", "#"] ["/*" "*/"];
    POWERSHELL "PowerShell" Comment ["#"] ["<#" "#>"];
    PROLOG "Prolog" Comment ["%"] ["/*" "*/"];
    PROPERTIES "properties" Comment ["#", "!"] [];
    PUG "Pug" Comment ["//-", "//"] [];
    PUML "PlantUML" Comment ["'"] ["/'" "'/"];
    PYTHON "Python" Comment ["#"] ["\"\"\"" "\"\"\"", "'''" "'''"];
    RAZOR "Razor" Comment ["//"] ["@*" "*@", "<!--" "-->"];
    ROFF "roff" Comment [".\\\"", "'\\\""] [];
    RST "reStructuredText" Comment [".."] [];
    RUBY "Ruby" Comment ["#"] ["=begin" "=end"];
    SHELL "shell" Comment ["#"] [];
    SMARTY "Smarty" Comment [] ["{*" "*}", "<!--" "-->"];
    SQL "SQL" Comment ["--", "#"] ["/*" "*/"];
    TCL "Tcl" Comment ["#"] [];
    TEX "TeX" Comment ["%"] [];
    TEXINFO "Texinfo" Comment ["@c", "@comment"] [];
    TEXT "plain text" Prose [] [];
    THRIFT "Thrift" Comment ["//", "#"] ["/*" "*/"];
    VB "Basic" Comment ["'", "REM"] [];
    VELOCITY "Velocity" Comment ["##"] ["#*" "*#"];
    VHDL "VHDL" Comment ["--"] ["/*" "*/"];
    VIM "Vim script" Comment ["\""] [];
    VUE "web component" Comment ["//"] ["<!--" "-->", "/*" "*/"];
    XML "XML" Comment [] ["<!--" "-->"];
    YACC "grammar" Comment ["//"] ["/*" "*/"];
    YAML "YAML" Comment ["#"] [];
}

/// Sorted by extension, in lower case.
static EXTENSIONS: &[(&str, &FileType)] = &[
    ("ac", &M4),
    ("adb", &ADA),
    ("adoc", &ADOC),
    ("ads", &ADA),
    ("aj", &C),
    ("am", &MAKE),
    ("as", &C),
    ("asc", &TEXT),
    ("asciidoc", &ADOC),
    ("asm", &ASM),
    ("aspx", &ASP),
    ("avdl", &C),
    ("avpr", &JSON),
    ("avsc", &JSON),
    ("awk", &AWK),
    ("axaml", &XML),
    ("bas", &VB),
    ("bash", &SHELL),
    ("bat", &BATCH),
    ("bats", &SHELL),
    ("bazel", &HASH),
    ("bib", &BIB),
    ("bicep", &C),
    ("bzl", &HASH),
    ("c", &C),
    ("c++", &C),
    ("cbl", &COBOL),
    ("cc", &C),
    ("cert", &LOCK),
    ("cfg", &HASH),
    ("cjs", &C),
    ("cl", &C),
    ("classpath", &XML),
    ("clj", &CLOJURE),
    ("cljc", &CLOJURE),
    ("cljs", &CLOJURE),
    ("cls", &TEX),
    ("cmake", &CMAKE),
    ("cmd", &BATCH),
    ("cob", &COBOL),
    ("coffee", &HASH),
    ("conf", &HASH),
    ("config", &HASH),
    ("cpp", &C),
    ("cql", &SQL),
    ("cr", &HASH),
    ("cs", &C),
    ("csh", &SHELL),
    ("cshtml", &RAZOR),
    ("csproj", &XML),
    ("css", &CSS),
    ("csv", &CSV),
    ("csx", &C),
    ("cts", &C),
    ("cu", &C),
    ("cue", &C),
    ("cuh", &C),
    ("cxx", &C),
    ("cyp", &C),
    ("cypher", &C),
    ("d", &D),
    ("dart", &C),
    ("ddl", &SQL),
    ("desktop", &HASH),
    ("dhall", &HASKELL),
    ("diff", &DIFF),
    ("dml", &SQL),
    ("dockerfile", &HASH),
    ("dot", &C),
    ("dsp", &HASH),
    ("dsw", &HASH),
    ("dtd", &XML),
    ("edn", &CLOJURE),
    ("ejs", &ASP),
    ("el", &LISP),
    ("elm", &HASKELL),
    ("env", &HASH),
    ("eps", &TEX),
    ("erb", &XML),
    ("erl", &ERLANG),
    ("ex", &ELIXIR),
    ("exs", &ELIXIR),
    ("f", &FORTRAN),
    ("f03", &FORTRAN),
    ("f08", &FORTRAN),
    ("f77", &FORTRAN),
    ("f90", &FORTRAN),
    ("f95", &FORTRAN),
    ("fbs", &C),
    ("feature", &HASH),
    ("fish", &SHELL),
    ("flake8", &INI),
    ("fs", &FSHARP),
    ("fsi", &FSHARP),
    ("fsproj", &XML),
    ("fsx", &FSHARP),
    ("ftl", &FTL),
    ("fxml", &XML),
    ("g", &YACC),
    ("g4", &YACC),
    ("gemspec", &RUBY),
    ("geojson", &JSON),
    ("glsl", &C),
    ("go", &C),
    ("gql", &HASH),
    ("gradle", &C),
    ("graphql", &HASH),
    ("graphqls", &HASH),
    ("groovy", &C),
    ("gsh", &C),
    ("gsp", &JSP),
    ("gv", &C),
    ("gvy", &C),
    ("gy", &C),
    ("h", &C),
    ("h++", &C),
    ("haml", &HASH),
    ("handlebars", &HANDLEBARS),
    ("hbs", &HANDLEBARS),
    ("hcl", &HCL),
    ("hh", &C),
    ("hpp", &C),
    ("hql", &SQL),
    ("hrl", &ERLANG),
    ("hs", &HASKELL),
    ("htm", &XML),
    ("html", &XML),
    ("hxx", &C),
    ("iml", &XML),
    ("inc", &C),
    ("ini", &INI),
    ("inl", &C),
    ("ipp", &C),
    ("ipynb", &NOTEBOOK),
    ("j2", &JINJA),
    ("jade", &PUG),
    ("jav", &C),
    ("java", &C),
    ("jelly", &XML),
    ("jinja", &JINJA),
    ("jinja2", &JINJA),
    ("jj", &YACC),
    ("jjt", &YACC),
    ("jl", &JULIA),
    ("js", &C),
    ("json", &JSON),
    ("json5", &C),
    ("jsonc", &C),
    ("jsonl", &JSON),
    ("jsonnet", &C),
    ("jsp", &JSP),
    ("jspf", &JSP),
    ("jspx", &XML),
    ("jsx", &C),
    ("jute", &C),
    ("ksh", &SHELL),
    ("kt", &C),
    ("kts", &C),
    ("l", &YACC),
    ("less", &C),
    ("lhs", &TEX),
    ("libsonnet", &C),
    ("liquid", &XML),
    ("lisp", &LISP),
    ("ll", &ASM),
    ("lock", &LOCK),
    ("log", &TEXT),
    ("lua", &LUA),
    ("m", &MATLAB),
    ("m4", &M4),
    ("mak", &MAKE),
    ("mako", &HASH),
    ("man", &ROFF),
    ("markdown", &MARKDOWN),
    ("md", &MARKDOWN),
    ("mdx", &MARKDOWN),
    ("mf", &MANIFEST),
    ("mjs", &C),
    ("mk", &MAKE),
    ("ml", &ML),
    ("mli", &ML),
    ("mll", &ML),
    ("mly", &ML),
    ("mm", &C),
    ("mod", &C),
    ("mts", &C),
    ("mustache", &MUSTACHE),
    ("nim", &HASH),
    ("nix", &NIX),
    ("nsi", &INI),
    ("org", &HASH),
    ("owl", &XML),
    ("p6", &PERL),
    ("pas", &PASCAL),
    ("patch", &DIFF),
    ("pc", &HASH),
    ("pem", &LOCK),
    ("php", &PHP),
    ("php3", &PHP),
    ("php4", &PHP),
    ("php5", &PHP),
    ("phtml", &PHP),
    ("pig", &SQL),
    ("pl", &PERL),
    ("plist", &XML),
    ("pm", &PERL),
    ("po", &HASH),
    ("pod", &PERL),
    ("pom", &XML),
    ("pot", &HASH),
    ("pp", &HASH),
    ("pri", &HASH),
    ("pro", &HASH),
    ("project", &XML),
    ("prolog", &PROLOG),
    ("properties", &PROPERTIES),
    ("props", &XML),
    ("proto", &C),
    ("ps1", &POWERSHELL),
    ("psd1", &POWERSHELL),
    ("psm1", &POWERSHELL),
    ("pug", &PUG),
    ("puml", &PUML),
    ("purs", &HASKELL),
    ("pxd", &PYTHON),
    ("pxi", &PYTHON),
    ("py", &PYTHON),
    ("pyi", &PYTHON),
    ("pyx", &PYTHON),
    ("qml", &C),
    ("qrc", &XML),
    ("r", &HASH),
    ("rake", &RUBY),
    ("rb", &RUBY),
    ("rbw", &RUBY),
    ("rc", &C),
    ("rd", &TEX),
    ("rdf", &XML),
    ("rego", &HASH),
    ("resx", &XML),
    ("rkt", &LISP),
    ("rmd", &MARKDOWN),
    ("rnc", &HASH),
    ("rng", &XML),
    ("robot", &HASH),
    ("rs", &C),
    ("rst", &RST),
    ("rtf", &TEXT),
    ("ru", &RUBY),
    ("s", &ASM),
    ("sass", &C),
    ("sbt", &C),
    ("sc", &C),
    ("scala", &C),
    ("scm", &LISP),
    ("scss", &C),
    ("sed", &HASH),
    ("service", &INI),
    ("sh", &SHELL),
    ("shtml", &XML),
    ("sln", &HASH),
    ("smt2", &LISP),
    ("sol", &C),
    ("sparql", &HASH),
    ("spec", &HASH),
    ("sql", &SQL),
    ("st", &C),
    ("stg", &C),
    ("sty", &TEX),
    ("styl", &C),
    ("sv", &C),
    ("svelte", &VUE),
    ("svg", &XML),
    ("svh", &C),
    ("swift", &C),
    ("t", &PERL),
    ("tag", &JSP),
    ("targets", &XML),
    ("tcl", &TCL),
    ("tex", &TEX),
    ("texi", &TEXINFO),
    ("textile", &TEXT),
    ("tf", &HCL),
    ("tfvars", &HCL),
    ("thrift", &THRIFT),
    ("timer", &INI),
    ("tld", &XML),
    ("toml", &HASH),
    ("tpl", &SMARTY),
    ("tpp", &C),
    ("ts", &C),
    ("tsv", &CSV),
    ("tsx", &C),
    ("ttl", &HASH),
    ("twig", &JINJA),
    ("txt", &TEXT),
    ("typ", &C),
    ("v", &C),
    ("vala", &C),
    ("vb", &VB),
    ("vba", &VB),
    ("vbs", &VB),
    ("vcxproj", &XML),
    ("vh", &C),
    ("vhd", &VHDL),
    ("vhdl", &VHDL),
    ("vim", &VIM),
    ("vm", &VELOCITY),
    ("vue", &VUE),
    ("wgsl", &C),
    ("wsdd", &XML),
    ("wsdl", &XML),
    ("wxs", &XML),
    ("x", &C),
    ("xaml", &XML),
    ("xhtml", &XML),
    ("xjb", &XML),
    ("xlf", &XML),
    ("xmi", &XML),
    ("xml", &XML),
    ("xs", &C),
    ("xsd", &XML),
    ("xsl", &XML),
    ("xslt", &XML),
    ("xtend", &C),
    ("y", &YACC),
    ("yaml", &YAML),
    ("yang", &C),
    ("yml", &YAML),
    ("yy", &YACC),
    ("zig", &C),
    ("zsh", &SHELL),
];

/// Sorted, in lower case.
static NAMES: &[(&str, &FileType)] = &[
    (".asf.yaml", &YAML),
    (".babelrc", &JSON),
    (".bashrc", &SHELL),
    (".clang-format", &YAML),
    (".clang-tidy", &YAML),
    (".coveragerc", &INI),
    (".dockerignore", &HASH),
    (".editorconfig", &INI),
    (".env", &HASH),
    (".eslintignore", &HASH),
    (".eslintrc", &JSON),
    (".flake8", &INI),
    (".gitattributes", &HASH),
    (".gitignore", &HASH),
    (".gitkeep", &TEXT),
    (".gitmodules", &HASH),
    (".hgignore", &HASH),
    (".htaccess", &HASH),
    (".indent.pro", &C),
    (".lintr", &HASH),
    (".mailmap", &HASH),
    (".npmignore", &HASH),
    (".npmrc", &INI),
    (".prettierignore", &HASH),
    (".prettierrc", &JSON),
    (".profile", &SHELL),
    (".pylintrc", &INI),
    (".rat-excludes", &HASH),
    (".rspec", &HASH),
    (".vimrc", &VIM),
    (".yarnrc", &HASH),
    ("authors", &TEXT),
    ("brewfile", &RUBY),
    ("build", &HASH),
    ("cargo.lock", &LOCK),
    ("changelog", &TEXT),
    ("changes", &TEXT),
    ("cmakelists.txt", &CMAKE),
    ("codeowners", &HASH),
    ("configure.ac", &M4),
    ("configure.in", &M4),
    ("containerfile", &HASH),
    ("contributing", &TEXT),
    ("copying", &TEXT),
    ("description", &TEXT),
    ("disclaimer", &TEXT),
    ("disclaimer-wip", &TEXT),
    ("dockerfile", &HASH),
    ("doxyfile", &HASH),
    ("gemfile", &RUBY),
    ("gnumakefile", &MAKE),
    ("go.mod", &C),
    ("go.sum", &LOCK),
    ("install", &TEXT),
    ("jenkinsfile", &C),
    ("keys", &TEXT),
    ("license", &TEXT),
    ("makefile", &MAKE),
    ("manifest.in", &HASH),
    ("meson.build", &HASH),
    ("module.bazel", &HASH),
    ("namespace", &HASH),
    ("news", &TEXT),
    ("notice", &TEXT),
    ("package-lock.json", &LOCK),
    ("pipfile", &HASH),
    ("pipfile.lock", &LOCK),
    ("pnpm-lock.yaml", &LOCK),
    ("podfile", &RUBY),
    ("pom.xml", &XML),
    ("procfile", &HASH),
    ("rakefile", &RUBY),
    ("readme", &TEXT),
    ("requirements.txt", &HASH),
    ("snapcraft.yaml", &YAML),
    ("thanks", &TEXT),
    ("todo", &TEXT),
    ("vagrantfile", &RUBY),
    ("version", &TEXT),
    ("workspace", &HASH),
    ("wscript", &PYTHON),
    ("yarn.lock", &LOCK),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_short_enough() {
        for table in [EXTENSIONS, NAMES] {
            for two in table.windows(2) {
                assert!(two[0].0 < two[1].0, "{} {}", two[0].0, two[1].0);
            }
            for (name, _) in table {
                assert!(name.len() <= LONGEST + 16);
                assert_eq!(*name, name.to_lowercase());
            }
        }
        assert!(EXTENSIONS.len() > 200, "{}", EXTENSIONS.len());
    }

    #[test]
    fn every_type_is_used_and_has_markers_where_it_has_room() {
        for file_type in TYPES {
            let used = EXTENSIONS.iter().chain(NAMES).any(|(_, of)| std::ptr::eq(*of, *file_type));
            assert!(used, "{}", file_type.name);
            let markers = file_type.line.len() + file_type.block.len();
            assert_eq!(
                file_type.room == Room::Comment,
                markers > 0 && file_type.room != Room::Prose,
                "{}",
                file_type.name
            );
        }
    }

    #[test]
    fn names_find_their_types() {
        for (path, name) in [
            ("a/b/Main.java", "C-like"),
            ("MAIN.C", "C-like"),
            ("a.b/Makefile", "makefile"),
            ("src/Makefile.am", "makefile"),
            ("Makefile.in", "makefile"),
            ("Makefile.win", "makefile"),
            ("Makefile.py", "Python"),
            ("Dockerfile.alpine", "text with # comments"),
            ("Jenkinsfile-owasp", "C-like"),
            ("configure.in", "M4"),
            ("include/apr.h.in", "C-like"),
            ("conf/nginx.conf.j2", "text with # comments"),
            ("templates/list.j2", "Jinja"),
            ("pom.xml", "XML"),
            ("CMakeLists.txt", "CMake"),
            ("README.txt", "plain text"),
            ("README", "plain text"),
            (".gitignore", "text with # comments"),
            ("x/.editorconfig", "settings"),
            ("run.cmd", "batch file"),
            ("query.HQL", "SQL"),
            ("x.g4", "grammar"),
            ("a.rst", "reStructuredText"),
            ("app.vue", "web component"),
        ] {
            match of(path) {
                Known::Holds(file_type) => assert_eq!(file_type.name, name, "{path}"),
                other => panic!("{path}: {other:?}"),
            }
        }
        for path in [
            "a.json",
            "x/schema.avsc",
            "n.ipynb",
            "t.csv",
            "Cargo.lock",
            "package-lock.json",
            "META-INF/MANIFEST.MF",
        ] {
            assert!(matches!(of(path), Known::CannotHold(_)), "{path}");
        }
        for path in [
            "",
            "/",
            "a",
            "a.",
            "a.unheard",
            "configure",
            &"x".repeat(5000),
            "a.é",
            ".",
            "dir.java/x",
        ] {
            assert_eq!(of(path), Known::Unknown, "{path}");
        }
    }
}
