//! The command line.

mod traffic;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::traffic::{Egress, EgressAction, EgressBy, Merge, Shown, Tables};

/// Finds prohibited security products in exports that you already have, offline.
#[derive(Debug, Parser)]
#[command(name = "supplant", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options of every command.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Language of texts.
    #[arg(long, global = true, value_enum, default_value = "en")]
    pub(crate) lang: Language,
    /// A folder with your own entries, laid out like `data/`; may be repeated.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Vec<PathBuf>,
    /// Whether to colour the output.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(crate) color: Colour,
}

/// Languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English.
    #[value(name = "en")]
    English,
    /// Simplified Chinese.
    #[value(name = "zh-CN", alias = "zh")]
    Chinese,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Assess the bundled demo estate: the main job, on data that ships with the program
    Demo(Demo),
    /// Assess a folder of exports against directives: detect every file, audit, report
    Assess(Assess),
    /// Findings from inventories, without writing reports
    Audit(Audit),
    /// Where bytes go: which products send how much to which vendor's endpoints, from flow, DNS, TLS and proxy logs
    Egress(Egress),
    /// Read firewall configurations: what is in them, what was understood, what stands there and does nothing
    Check(Check),
    /// What a firewall does with a packet, and which rule says so
    Trace(Trace),
    /// Whether two firewalls do the same with every packet, NAT included; a packet for each difference
    Prove(Prove),
    /// What may pass a firewall, and by which rules
    Query(Query),
    /// The rules of firewalls as one neutral table
    Policy(Rules),
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
pub(crate) struct Demo {
    /// Where to unpack the estate and write the reports.
    #[arg(long, value_name = "DIR", default_value = "supplant-demo")]
    pub(crate) out: PathBuf,
    /// The evaluation date.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-03-31")]
    pub(crate) date: jiff::civil::Date,
}

/// Arguments of `assess`.
#[derive(Args, Debug)]
pub(crate) struct Assess {
    /// The folder (or file) of exports.
    pub(crate) path: PathBuf,
    /// What to assess against.
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Where to write the reports.
    #[arg(long, value_name = "DIR", default_value = "supplant-report")]
    pub(crate) out: PathBuf,
    /// Write no reports.
    #[arg(long)]
    pub(crate) no_reports: bool,
    /// What to print.
    #[command(flatten)]
    pub(crate) print: Print,
}

/// Arguments of `audit`.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// Files and folders.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// What to assess against.
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// What to print.
    #[command(flatten)]
    pub(crate) print: Print,
}

/// What to assess against.
#[derive(Args, Debug)]
pub(crate) struct Scope {
    /// A directive's id; may be repeated. See `supplant directive list`.
    #[arg(long, value_name = "ID", default_value = "cn-2026-01-security-software")]
    pub(crate) directive: Vec<String>,
    /// The evaluation date; today unless given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// An answer to a question that a directive leaves open, `slot=in|out|undecided`; may be repeated.
    #[arg(long, value_name = "SLOT=ANSWER")]
    pub(crate) decide: Vec<String>,
    /// The waivers file.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    /// A description of an asset older than this many days is stale.
    #[arg(long, value_name = "DAYS", default_value_t = audit::find::STALE_DAYS)]
    pub(crate) stale_days: i64,
    /// The confidence from which findings make the exit code 1.
    #[arg(long, value_enum, default_value = "possible")]
    pub(crate) fail_on: FailOn,
    /// How many files are read at the same time; all cores unless given.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    #[command(flatten)]
    pub(crate) tables: Tables,
}

/// From which confidence on findings count for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
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
pub(crate) struct Print {
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "summary")]
    pub(crate) format: Format,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
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

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Configurations: files, archives and folders.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Take all files of one platform as those of one device or management server.
    #[arg(long)]
    pub(crate) together: bool,
    /// Which statements to show: converted, inert, approximated, unsupported, unrecognized; may be repeated. The last three unless
    /// given.
    #[arg(long, value_name = "WORD")]
    pub(crate) disposition: Vec<String>,
    /// Judge rules by their looks alone: do not look for those that others around them make idle.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Look for rules that others make idle however many rules there are; otherwise only in contexts of up to 5,000 rules.
    #[arg(long, conflicts_with = "quick")]
    pub(crate) exact: bool,
    /// How many places of each kind to show; all are counted.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) show: usize,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: CheckFormat,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// Forms of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Text for a terminal.
    Table,
    /// One JSON document.
    Json,
    /// One JSON record a line.
    Jsonl,
    /// Problems and statements as CSV.
    Csv,
    /// One self-contained HTML page.
    Html,
}

/// Arguments of `trace`.
#[derive(Args, Debug)]
pub(crate) struct Trace {
    /// Configurations: files, archives and folders.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The packet, `in=port1 10.1.2.3:1024 > 192.0.2.5:443/tcp`; `out=NAME` and what is taken to hold (`app=ssl`, `user=NAME`) may
    /// stand before it. May be repeated.
    #[arg(long, required = true, value_name = "PACKET")]
    pub(crate) packet: Vec<String>,
    /// Only this context (virtual firewall, device group, package).
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// Only this device.
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
    /// Take all files of one platform as those of one device or management server.
    #[arg(long)]
    pub(crate) together: bool,
    /// How many outcomes to list when the configuration does not say everything.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) cases: usize,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TraceFormat,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// Forms of a trace and a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// Text for a terminal.
    Text,
    /// One JSON document.
    Json,
}

/// Arguments of `prove`.
#[derive(Args, Debug)]
pub(crate) struct Prove {
    /// The first configuration: a file, an archive or a folder.
    #[arg(value_name = "A")]
    pub(crate) left: PathBuf,
    /// The second configuration.
    #[arg(value_name = "B")]
    pub(crate) right: PathBuf,
    /// Take all files of one platform below a path as those of one device or management server.
    #[arg(long)]
    pub(crate) together: bool,
    /// Compare only these two contexts, by name or as `DEVICE/CONTEXT`.
    #[arg(long, value_name = "A=B")]
    pub(crate) context: Option<String>,
    /// A zone (or interface) of A and the one of B that is the same place; may be repeated. Others are paired by name, by the
    /// addresses, networks and names of their interfaces, and by routes.
    #[arg(long, value_name = "A=B")]
    pub(crate) zone: Vec<String>,
    /// Which contexts, zones and interfaces are the same, as a file; `--context` and `--zone` go before it.
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Write what would be compared with what as such a file, to be edited, and compare nothing; `-` is standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    pub(crate) write_map: Option<PathBuf>,
    /// Compare nothing, and show the way of this packet through both, with where they part; written as for `trace`. `--limit` bounds
    /// the outcomes.
    #[arg(long, value_name = "PACKET", conflicts_with_all = ["write_map", "certificate"])]
    pub(crate) explain: Option<String>,
    /// Write what shows that both are the same, for `proof-check`: one file, with several pairs of contexts one for each, numbered.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Tell the ways of stopping a packet (deny, drop, reject) apart.
    #[arg(long)]
    pub(crate) apart: bool,
    /// Compare only packets that cross the firewall, not those to the firewall itself.
    #[arg(long)]
    pub(crate) transit: bool,
    /// Compare packets of which a port is 0 too. It is reserved, and platforms disagree whether "any" has it.
    #[arg(long)]
    pub(crate) port_zero: bool,
    /// How much memory a comparison may take, roughly, such as `512M` or `4G`; what takes more is left open.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// After how many seconds to stop comparing; what has been found by then is shown, and the rest is left open.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time_limit: Option<u64>,
    /// How many differences to show for each pair of contexts; all are counted.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ProveFormat,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// A number of bytes, `512M`.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size such as 512M or 4G");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or("").to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

/// Forms of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProveFormat {
    /// Text for a terminal.
    Text,
    /// One JSON document.
    Json,
    /// One self-contained HTML page.
    Html,
}

/// Forms of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueryFormat {
    /// Text for a terminal.
    Text,
    /// One JSON document.
    Json,
    /// One row for each pair of zones between which something may flow.
    Csv,
    /// A page.
    Html,
}

/// Arguments of `query`.
#[derive(Args, Debug)]
pub(crate) struct Query {
    /// The configuration: a file, an archive or a folder.
    #[arg(value_name = "CONFIG")]
    pub(crate) path: PathBuf,
    /// The question, `src 10.0.0.0/8 dst 192.0.2.0/24 tcp/22 from ZONE to ZONE`; words in any order, what is left out is everything.
    /// Names of objects stand behind `src`, `dst` and `service`, those with spaces in quotes.
    #[arg(value_name = "QUERY", required_unless_present_any = ["who_can_reach", "matrix"])]
    pub(crate) query: Option<String>,
    /// Who can reach this destination: TCP unless a protocol is given.
    #[arg(long, value_name = "ADDRESS:PORT[/PROTO]", conflicts_with = "query")]
    pub(crate) who_can_reach: Option<String>,
    /// What may flow between each two zones, instead of one question.
    #[arg(long, conflicts_with_all = ["query", "who_can_reach"])]
    pub(crate) matrix: bool,
    /// Only this context, by name or as `DEVICE/CONTEXT`.
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// Take all files of one platform as those of one device or management server.
    #[arg(long)]
    pub(crate) together: bool,
    /// The form of what is printed; CSV and HTML are for `--matrix`.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: QueryFormat,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// Arguments of `policy`.
#[derive(Args, Debug)]
pub(crate) struct Rules {
    /// Configurations: files, archives and folders.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Take all files of one platform as those of one device or management server.
    #[arg(long)]
    pub(crate) together: bool,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TableFormat,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// Forms of what is a table first: rules, and sums of egress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Text for a terminal.
    Table,
    /// One JSON document.
    Json,
    /// One JSON record a line, for each row.
    Jsonl,
    /// The rows as CSV.
    Csv,
    /// A workbook that holds all.
    Xlsx,
    /// One self-contained HTML page.
    Html,
}

/// Arguments of `catalog` and `directive`.
#[derive(Args, Debug)]
pub(crate) struct Facts {
    /// What to do.
    #[command(subcommand)]
    pub(crate) action: FactsAction,
}

/// What to do with facts.
#[derive(Debug, Subcommand)]
pub(crate) enum FactsAction {
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
pub(crate) struct Explain {
    /// A diagnostic's code such as `input/truncated`, or a finding's id such as `F-1a2b3c4d`.
    pub(crate) subject: String,
    /// The assessment that the finding is in; the newest report below this folder unless given.
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) from: Option<PathBuf>,
}
