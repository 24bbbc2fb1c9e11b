//! The only writer to the terminal: data on stdout; progress, warnings, hints and errors on
//! stderr.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::{ExitStatus, Failure};
use crate::report::{Page, Report, harmless, without_logins};

/// The form in which a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OutputFormat {
    /// Text for people.
    #[default]
    Human,
    /// One JSON object.
    Json,
    /// Markdown, to paste.
    Markdown,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Colour {
    /// At a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The terminal as one command sees it.
#[derive(Debug)]
pub struct Ui {
    format: OutputFormat,
    colour: bool,
    error_colour: bool,
    quiet: bool,
    verbose: bool,
    width: usize,
}

#[derive(Serialize)]
struct Tagged<'a, T> {
    schema: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

impl Ui {
    /// Looks at the terminal once. `no_colour` is whether the environment forbids colours, `width`
    /// the columns it knows of.
    pub fn new(
        format: OutputFormat,
        colour: Colour,
        no_colour: bool,
        width: Option<usize>,
        quiet: bool,
        verbose: bool,
    ) -> Self {
        let wanted = |terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !no_colour,
        };
        Self {
            format,
            colour: wanted(io::stdout().is_terminal()),
            error_colour: wanted(io::stderr().is_terminal()),
            quiet,
            verbose,
            width: width.unwrap_or(80).clamp(40, 120),
        }
    }

    /// Prints the result of a command and says how the program ends.
    ///
    /// # Errors
    /// stdout cannot be written to. A reader that has gone away is not an error.
    pub fn emit<R: Report>(&self, report: &R) -> Result<ExitStatus, Failure> {
        let text = match self.format {
            OutputFormat::Json => json(R::SCHEMA, report)?,
            OutputFormat::Human => page_of(report).to_text(self.width, self.colour),
            OutputFormat::Markdown => page_of(report).to_markdown(),
        };
        self.print(&text)?;
        Ok(report.exit())
    }

    /// Prints a part of a result that people read as it comes; other forms have it in the whole.
    ///
    /// # Errors
    /// As [`Ui::emit`].
    pub fn show(&self, write: impl FnOnce(&mut Page)) -> Result<(), Failure> {
        if self.format != OutputFormat::Human {
            return Ok(());
        }
        let mut page = Page::default();
        write(&mut page);
        self.print(&format!("\n{}", page.to_text(self.width, self.colour)))
    }

    /// Shows a person at the terminal what they are asked about; it is no part of the result.
    pub fn tell(&self, write: impl FnOnce(&mut Page)) {
        let mut page = Page::default();
        write(&mut page);
        self.say(&format!("\n{}", page.to_text(self.width, self.error_colour)));
    }

    /// Whether all is to be said.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether results are printed for people at a terminal, part by part.
    pub fn tells_people(&self) -> bool {
        self.format == OutputFormat::Human
    }

    /// Prints a text that other programs read, byte by byte; as JSON, the report that holds it.
    ///
    /// # Errors
    /// As [`Ui::emit`].
    pub fn hand_out<R: Report>(&self, text: &str, report: &R) -> Result<ExitStatus, Failure> {
        if self.format == OutputFormat::Json {
            return self.emit(report);
        }
        self.print(text)?;
        Ok(report.exit())
    }

    /// Prints text that is itself the result: a file, a listing for other programs.
    ///
    /// # Errors
    /// As [`Ui::emit`].
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::outside(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Prints a failure as JSON on stdout, where scripts that asked for JSON read.
    pub fn print_json_failure(failure: &Failure) {
        if let Ok(text) = json("plusone.failure/1", failure) {
            // Nothing can be done about a stdout that is gone.
            let _ = io::stdout().lock().write_all(text.as_bytes());
        }
    }

    /// Says why a command could not do its work.
    pub fn fail(&self, failure: &Failure) {
        if self.format == OutputFormat::Json {
            Self::print_json_failure(failure);
        }
        let mut text = format!("{} {}\n", self.label("error:", "1;31"), harmless(&failure.error));
        for line in failure.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            text += &format!("{}\n", harmless(line));
        }
        for (index, hint) in failure.hints.iter().enumerate() {
            let gap = if index == 0 { "\n" } else { "" };
            text += &format!("{gap}{} {}\n", self.label("hint:", "36"), harmless(&hint.line()));
        }
        self.say(&text);
    }

    /// Says what a person should know although all goes on.
    pub fn warn(&self, text: &str) {
        self.say(&format!("{} {}\n", self.label("warning:", "33"), harmless(text)));
    }

    /// Says what is being done; silent with `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(&format!("{}\n", harmless(text)));
        }
    }

    /// Says it only with `--verbose`.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// Whether a person can be asked.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a person for a line; an empty answer is the default.
    ///
    /// # Errors
    /// Nobody can be asked any more.
    pub fn ask(&self, question: &str, default: &str) -> Result<String, Failure> {
        match default {
            "" => self.say(&format!("{}: ", harmless(question))),
            _ => self.say(&format!("{} [{}]: ", harmless(question), harmless(default))),
        }
        let mut answer = String::new();
        match io::stdin().read_line(&mut answer) {
            Ok(0) => {
                self.say("\n");
                Err(Failure::usage("no answer was given"))
            }
            Ok(_) if answer.trim().is_empty() => Ok(default.to_owned()),
            Ok(_) => Ok(answer.trim().to_owned()),
            Err(error) => Err(Failure::outside(format!("cannot read the answer: {error}"))),
        }
    }

    /// A bar that counts bytes on stderr at a terminal, and is invisible elsewhere.
    pub fn progress(&self, what: &str) -> ProgressBar {
        let bar = ProgressBar::new_spinner();
        if self.quiet || !io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
            return bar;
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bytes} ({bytes_per_sec})")
        {
            bar.set_style(style);
        }
        bar.set_message(harmless(what));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    fn label(&self, text: &str, code: &str) -> String {
        if self.error_colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn say(&self, text: &str) {
        // A stderr that is gone cannot be told so.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn page_of<R: Report>(report: &R) -> Page {
    let mut page = Page::default();
    report.write(&mut page);
    page
}

fn json<T: Serialize>(schema: &'static str, value: &T) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(&Tagged { schema, value }).map_err(Failure::bug)?;
    Ok(escaped(&without_logins(&text)) + "\n")
}

/// JSON may hold U+007F to U+009F as they are, but some terminals act on them. They stand inside
/// strings only, where an escape means the same.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' => out += &format!("\\u{:04x}", u32::from(c)),
            _ => out.push(c),
        }
    }
    out
}
