//! Process names out of command lines and process titles.
//!
//! Only the program is taken, never its arguments: they hold secrets.

use model::field::Field;

/// The process name of a command line or title, and its path when it is there.
pub(crate) fn facts(command: &str) -> Vec<(Field, String)> {
    let command = command.trim();
    if let Some(program) = windows_program(command) {
        let name = program.rsplit('\\').next().unwrap_or(program);
        let mut facts = vec![(Field::WinProc, name.to_owned())];
        if name.len() < program.len() {
            facts.push((Field::WinPath, program.to_owned()));
        }
        return facts;
    }
    let program = unix_program(command);
    let name = program.rsplit('/').next().unwrap_or(program);
    if name.is_empty() {
        return Vec::new();
    }
    let mut facts = vec![(Field::LinProc, name.to_owned())];
    if program.starts_with('/') && name.len() < program.len() {
        facts.push((path_field(program), program.to_owned()));
    }
    facts
}

/// The field for a path: by its separators and by where macOS keeps its programs.
pub(crate) fn path_field(path: &str) -> Field {
    let mac = ["/Applications/", "/Library/", "/System/"].iter().any(|p| path.starts_with(p));
    match path {
        _ if path.contains('\\') => Field::WinPath,
        _ if mac || path.contains(".app/") => Field::MacPath,
        _ => Field::LinPath,
    }
}

/// `C:\Program Files\x\y.exe -z` → the part up to `.exe`.
fn windows_program(command: &str) -> Option<&str> {
    let command = command.trim_start_matches('"');
    let at = command.to_ascii_lowercase().find(".exe")?;
    let program = command.get(..at + 4)?;
    let rest = command.get(at + 4..)?;
    let whole = rest.is_empty() || rest.starts_with(['"', ' ', '\t']);
    (whole && !program.starts_with('/')).then_some(program)
}

fn unix_program(command: &str) -> &str {
    // A kernel thread shows its name in brackets, with its own division behind a slash.
    if let Some(thread) = command.strip_prefix('[') {
        return thread.split(['/', ']', ':']).next().unwrap_or(thread);
    }
    // Bundles have blanks in their paths; options begin with a dash.
    if command.contains(".app/Contents/") {
        return command.split(" -").next().unwrap_or(command);
    }
    let word = command.split_whitespace().next().unwrap_or(command);
    // A title such as `server: worker 3` and a login shell's leading dash.
    word.trim_end_matches(':').trim_start_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_without_arguments() {
        let cases = [
            ("postgres: checkpointer", "lin.proc=postgres"),
            ("/usr/sbin/sshd -D --password hunter2", "lin.proc=sshd lin.path=/usr/sbin/sshd"),
            ("[kworker/0:0H]", "lin.proc=kworker"),
            ("-bash", "lin.proc=bash"),
            ("svchost.exe", "win.proc=svchost.exe"),
            (
                "\"C:\\Program Files\\A b\\c.exe\" --key x",
                "win.proc=c.exe win.path=C:\\Program Files\\A b\\c.exe",
            ),
            (
                "/Applications/A B.app/Contents/MacOS/A B --type=x",
                "lin.proc=A B mac.path=/Applications/A B.app/Contents/MacOS/A B",
            ),
            ("", ""),
        ];
        for (command, expected) in cases {
            let shown: Vec<_> =
                facts(command).iter().map(|(f, v)| format!("{}={v}", f.as_str())).collect();
            assert_eq!(shown.join(" "), expected);
        }
    }
}
