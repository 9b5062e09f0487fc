//! The command line of the development tasks: `cargo xtask TASK`.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use xtask::{bench, demo, firewall, root, score, steps, tidy, traffic};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let task = arguments.first().map(String::as_str).unwrap_or_default();
    let outcome = match task {
        "test" => steps::test(&root()),
        "score" => score::command(&root(), &arguments),
        "demo-estate" => demo::command(&root(), &arguments),
        "bench" => bench::command(&root(), arguments.get(1..).unwrap_or_default()),
        "bench-inner" => bench::inner(&root(), arguments.get(1..).unwrap_or_default()),
        "egress" => traffic::command(arguments.get(1..).unwrap_or_default()),
        "firewall" => firewall::command(arguments.get(1..).unwrap_or_default()),
        "tidy" => tidy::command(&arguments.get(1).map_or_else(root, PathBuf::from)),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}

const USAGE: &str = "\
usage: cargo xtask TASK

  test                              format, lints, all tests, release build, demo twice
  demo-estate [--seed N] [--out D]  the bundled estate, or its files into a folder
  bench audit [--only PART]         speed and memory, beside the goals and other tools
  bench egress [--only PART]        speed and memory on logs of traffic, beside other tools
  bench firewall                    the same for reading firewall configurations
  bench certificate [RULES]         a proof, its certificate, and the checker
  firewall --platform P -o FILE     a firewall that does not exist, from a seed
  egress --format F --size N -o D   logs of traffic that never was, from a seed, with their truth
  score [--write]                   accuracy on inputs whose truth is known
  tidy [DIR]                        the rules that the compiler cannot hold
";
