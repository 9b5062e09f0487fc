//! What goes wrong at three in the morning: `prove` with wrong flags, wrong files, strange files. Every answer says what to do.

use crate::proofs::{config, policy, two};
use crate::support::{Estate, Run};

fn refused(run: &Run, said: &[&str]) {
    assert_eq!(run.code, 2, "{run:?}");
    for text in said {
        assert!(run.err.contains(text), "`{text}` is not in {}", run.err);
    }
    assert!(run.err.contains("= help: "), "{}", run.err);
}

fn estate() -> Estate {
    let text = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    two(&text, &text)
}

#[test]
fn missing_empty_and_foreign_files_are_named() {
    let estate = estate();
    estate.put_beside("none.conf", "");
    estate.put_beside("notes.txt", "what we meant to do\n");
    refused(&estate.run(&["prove", "in/a", "none.conf"]), &["`none.conf`"]);
    refused(&estate.run(&["prove", "notes.txt", "in/b"]), &["`notes.txt`"]);
    refused(&estate.run(&["prove", "in/a", "gone.conf"]), &["cannot read `gone.conf`"]);
    std::fs::create_dir(estate.path("empty")).unwrap();
    refused(&estate.run(&["prove", "in/a", "empty"]), &["`empty`"]);
}

#[test]
fn a_folder_in_place_of_a_file_is_named() {
    let estate = estate();
    refused(&estate.run(&["prove", "in/a", "in/b", "--map", "in"]), &["cannot read `in`"]);
    let run = estate.run(&["prove", "in/a", "in/b", "--certificate", "in"]);
    assert!(run.code == 3 && run.err.contains("cannot write `in`"), "{run:?}");
    let run = estate.run(&["prove", "in/a", "in/b", "--write-map", "nowhere/map.toml"]);
    assert!(run.code == 3 && run.err.contains("cannot write `nowhere/map.toml`"), "{run:?}");
}

#[test]
fn wrong_flags_are_refused_with_the_right_ones() {
    let estate = estate();
    for (flags, said) in [
        (["--memory", "lots"], "512M or 4G"),
        (["--memory", "0"], "512M or 4G"),
        (["--time-limit", "soon"], "invalid digit"),
        (["--format", "pdf"], "text, json, html"),
        (["--certificat", "x"], "--certificate"),
    ] {
        let run = estate.run(&["prove", "in/a", "in/b", flags[0], flags[1]]);
        assert!(run.code == 2 && run.err.contains(said), "{flags:?}: {run:?}");
    }
    let run = estate.run(&["prove", "in/a"]);
    assert!(run.code == 2 && run.err.contains("<B>"), "{run:?}");
}

#[test]
fn limits_leave_the_rest_open_and_say_so() {
    let estate = estate();
    let run = estate.run(&["prove", "in/a", "in/b", "--time-limit", "0", "--certificate", "c"]);
    assert!(run.code == 3 && run.out.contains("a limit was reached: "), "{run:?}");
    assert!(run.out.contains("no certificate: it is not decided"), "{run:?}");
    let run = estate.run(&["prove", "in/a", "in/b", "--memory", "1"]);
    assert!(run.code == 3 && run.out.contains("a limit was reached: "), "{run:?}");
    assert_eq!(
        estate.run(&["prove", "in/a", "in/b", "--memory", "1G", "--time-limit", "600"]).code,
        0
    );
}

#[test]
fn other_encodings_are_read() {
    let text = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let estate = two(&text, &text);
    // A comment in GB 18030, which is no UTF-8.
    let (head, tail) = text.split_once("        set srcintf").unwrap();
    let comment = b"        set comments \"\xc5\xe4\xd6\xc3\"\n        set srcintf";
    let bytes = [head.as_bytes(), comment, tail.as_bytes()].concat();
    estate.put("b/fw.conf", bytes);
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 0, "{run:?}");
    estate.put("b/fw.conf", [b"caf\xe9 ".as_slice(), &[0xff; 300]].concat());
    refused(&estate.run(&["prove", "in/a", "in/b"]), &["`in/b`"]);
}

#[test]
fn contexts_of_one_name_on_two_devices_are_told_apart() {
    let text = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let estate = two(&text, &text);
    estate.put("a/other.conf", text.replace("fw-a", "fw-z").replace("10.1.2.1 ", "10.9.9.1 "));
    let run = estate.run(&["prove", "in/a", "in/b", "--context", "root=root"]);
    refused(&run, &["`root`", "`fw-a/root`, `fw-z/root`"]);
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert!(run.code == 3 && run.out.contains("not compared: fw-z/root"), "{run:?}");
}
