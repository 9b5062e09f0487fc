//! The command line of the development tasks: `cargo xtask TASK`.

use std::env;
use std::process::ExitCode;

use xtask::{root, steps, tidy};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let task = arguments.first().map(String::as_str).unwrap_or_default();
    let outcome = match task {
        "test" => steps::test(&root()),
        "tidy" => tidy::command(&root()),
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
  tidy                              the rules that the compiler cannot hold
";
