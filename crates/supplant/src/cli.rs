//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds prohibited security products in exports that you already have, offline.
#[derive(Debug, Parser)]
#[command(name = "supplant", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every command.
#[derive(Args, Debug)]
pub struct Common {
    /// Language of texts.
    #[arg(long, global = true, value_enum, default_value = "en")]
    pub lang: Language,
    /// A folder with your own entries, laid out like `data/`; may be repeated.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Vec<PathBuf>,
    /// Whether to colour the output.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub color: Colour,
}

/// Languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[value(name = "en")]
    English,
    /// Simplified Chinese.
    #[value(name = "zh-CN", alias = "zh")]
    Chinese,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Assess the bundled demo estate: the main job, on data that ships with the program
    Demo(Demo),
    /// Assess a folder of exports against directives: detect every file, audit, report
    Assess(Assess),
    /// Findings from inventories, without writing reports
    Audit(Audit),
    /// The facts: vendors, products, fingerprints, replacements
    Catalog(Facts),
    /// The directives
    Directive(Facts),
    /// What a diagnostic means, or why a finding stands, down to the raw line
    Explain(Explain),
    /// What this program needs and finds on this machine
    Doctor,
    /// Print a shell completion script
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual pages
    Man {
        /// The folder to write into.
        dir: PathBuf,
    },
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
pub struct Demo {
    /// Where to unpack the estate and write the reports.
    #[arg(long, value_name = "DIR", default_value = "supplant-demo")]
    pub out: PathBuf,
    /// The evaluation date.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-03-31")]
    pub date: jiff::civil::Date,
}

/// Arguments of `assess`.
#[derive(Args, Debug)]
pub struct Assess {
    /// The folder (or file) of exports.
    pub path: PathBuf,
    /// What to assess against.
    #[command(flatten)]
    pub scope: Scope,
    /// Where to write the reports.
    #[arg(long, value_name = "DIR", default_value = "supplant-report")]
    pub out: PathBuf,
    /// Write no reports.
    #[arg(long)]
    pub no_reports: bool,
    /// What to print.
    #[command(flatten)]
    pub print: Print,
}

/// Arguments of `audit`.
#[derive(Args, Debug)]
pub struct Audit {
    /// Files and folders.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// What to assess against.
    #[command(flatten)]
    pub scope: Scope,
    /// What to print.
    #[command(flatten)]
    pub print: Print,
}

/// What to assess against.
#[derive(Args, Debug)]
pub struct Scope {
    /// A directive's id; may be repeated. See `supplant directive list`.
    #[arg(long, value_name = "ID", default_value = "cn-2026-01-security-software")]
    pub directive: Vec<String>,
    /// The evaluation date; today unless given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<jiff::civil::Date>,
    /// An answer to a question that a directive leaves open, `slot=in|out|undecided`; may be repeated.
    #[arg(long, value_name = "SLOT=ANSWER")]
    pub decide: Vec<String>,
    /// The waivers file.
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// A description of an asset older than this many days is stale.
    #[arg(long, value_name = "DAYS", default_value_t = audit::find::STALE_DAYS)]
    pub stale_days: i64,
    /// The confidence from which findings make the exit code 1.
    #[arg(long, value_enum, default_value = "possible")]
    pub fail_on: FailOn,
    /// How many files are read at the same time; all cores unless given.
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// From which confidence on findings count for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Confirmed findings only.
    Confirmed,
    /// Confirmed and probable ones.
    Probable,
    /// All.
    Possible,
    /// Never.
    Never,
}

/// What to print.
#[derive(Args, Debug)]
pub struct Print {
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "summary")]
    pub format: Format,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
}

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// At most 24 lines.
    Summary,
    /// Tables of findings, inputs and diagnostics.
    Table,
    /// One JSON document.
    Json,
    /// One JSON record a line.
    Jsonl,
    /// The findings as CSV.
    Csv,
    /// A workbook.
    Xlsx,
    /// One self-contained HTML page.
    Html,
}

/// Arguments of `catalog` and `directive`.
#[derive(Args, Debug)]
pub struct Facts {
    /// What to do.
    #[command(subcommand)]
    pub action: FactsAction,
}

/// What to do with facts.
#[derive(Debug, Subcommand)]
pub enum FactsAction {
    /// List the entries
    List {
        /// Only entries whose id, name or vendor holds this text.
        filter: Option<String>,
        /// One JSON record a line.
        #[arg(long)]
        json: bool,
    },
    /// Show one entry
    Show {
        /// Its id.
        id: String,
    },
    /// Check the data, bundled and your own; wrong entries are shown with file, line and caret
    Check {
        /// Files or folders with entries of your own.
        paths: Vec<PathBuf>,
    },
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A diagnostic's code such as `input/truncated`, or a finding's id such as `F-1a2b3c4d`.
    pub subject: String,
    /// The assessment that the finding is in; the newest report below this folder unless given.
    #[arg(long, value_name = "FILE|DIR")]
    pub from: Option<PathBuf>,
}
