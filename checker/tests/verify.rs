//! The workbook's proof of itself, as part of `cargo test`.
//!
//! A task whose service is missing is reported as ignored, with the reason. With `WORKBOOK_DEMAND` set, as CI sets it,
//! what is missing is a failure.

mod support;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use support::{checker, repository};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let demanded = std::env::var_os("WORKBOOK_DEMAND").is_some();
    let workbook = catalog::Workbook::find(&repository()).expect("the workbook");
    let tasks = workbook.tasks().expect("its tasks");
    let (serving, alone): (Vec<_>, Vec<_>) = tasks.iter().partition(|task| !task.metadata().requires.is_empty());
    let alone: Vec<String> = alone.iter().map(|task| task.id()).collect();
    let mut trials = vec![
        Trial::test("folders_stubs_solutions_variants_and_chapters_fit_together", || {
            checker(&repository(), &["dev", "tidy"]).exits(0).says("0 findings");
            Ok(())
        }),
        Trial::test("every_stub_fails_every_right_design_passes_every_wrong_one_is_caught_where_it_says", move || {
            verify(&alone);
            Ok(())
        }),
    ];
    for task in serving {
        let (id, services) = (task.id(), &task.metadata().requires);
        let missing = services.iter().find_map(|service| services::find(service).err());
        let why = missing.as_ref().map(|missing| format!(" [{missing}: {}]", missing.remedy)).unwrap_or_default();
        let trial = Trial::test(format!("{id}_is_verified_with_{}{why}", services.join("_and_")), move || {
            verify(&[id]);
            Ok(())
        });
        trials.push(trial.with_ignored_flag(missing.is_some() && !demanded));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn verify(ids: &[String]) {
    let arguments: Vec<&str> = ["verify", "--any-words"].into_iter().chain(ids.iter().map(String::as_str)).collect();
    checker(&repository(), &arguments).exits(0).says("verified");
}
