//! What may stand above the workbook's `.cargo/config.toml`: variables, and settings of folders further up.

use super::Finding;
use catalog::Workbook;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

pub(super) fn examine(workbook: &Workbook) -> Vec<Finding> {
    let mut findings = vec![own(workbook.root())];
    findings.extend(variables(|name| std::env::var(name).ok()));
    for file in above(workbook.root()) {
        match std::fs::read_to_string(&file).map(|text| text.parse::<Table>()) {
            Ok(Ok(settings)) => findings.extend(override_of(&file, &settings)),
            Ok(Err(error)) => findings.push(Finding::bad(
                "cargo config",
                format!("{}: {}", file.display(), error.message().trim()),
                "cargo reads this file in every folder below it, and stops: mend it",
            )),
            Err(_) => {}
        }
    }
    findings
}

const LOST: &str = "replaces the workbook's `--cfg tokio_unstable`. The checker adds it by itself; a bare `cargo test` \
                    needs it added there";

/// The workbook's own settings.
fn own(root: &Path) -> Finding {
    let file = root.join(".cargo/config.toml");
    let settings = std::fs::read_to_string(&file).ok().and_then(|text| text.parse::<Table>().ok());
    let flags = settings.as_ref().and_then(|settings| settings.get("build")?.get("rustflags"));
    match flags.is_some_and(|flags| flags.to_string().contains("tokio_unstable")) {
        true => Finding::ok("flags", "--cfg tokio_unstable, by .cargo/config.toml"),
        false => Finding::less(
            "flags",
            ".cargo/config.toml does not set --cfg tokio_unstable",
            "`git restore .cargo/config.toml` brings it back; `cargo checker` itself comes from there",
        ),
    }
}

/// Variables that stand above every file, in cargo's order: the first that is set holds.
fn variables(variable: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut set = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"].into_iter().filter_map(|name| Some((name, variable(name)?)));
    if let Some((name, flags)) = set.next() {
        let flags = flags.replace('\x1f', " ");
        findings.push(match flags.contains("tokio_unstable") {
            true => Finding::ok(name, format!("{flags:?}, with tokio_unstable")),
            false => {
                Finding::less(name, format!("{flags:?}"), format!("a set {name} {LOST}, or unset: `unset {name}`"))
            }
        });
    } else {
        findings.push(Finding::ok("RUSTFLAGS", "not set"));
    }
    for name in ["RUSTC_WRAPPER", "CARGO_BUILD_TARGET", "CARGO_TARGET_DIR", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
            findings.push(match name {
                "CARGO_BUILD_TARGET" => Finding::less(
                    name,
                    value,
                    "builds for another machine: what is judged may not run here. Unset it for the workbook",
                ),
                _ => Finding::ok(name, value),
            });
        }
    }
    findings
}

/// The configuration files that cargo reads beside the workbook's: of the folders above, and of cargo's home.
fn above(root: &Path) -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let folders = root.ancestors().skip(1).map(|folder| folder.join(".cargo")).chain(home);
    let mut files: Vec<PathBuf> =
        folders.flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name))).collect();
    files.retain(|file| file.is_file());
    files.dedup();
    files
}

/// What such a file changes about the workbook. Flags under `[build]` are joined with the workbook's; flags under
/// `[target]` stand in their place.
fn override_of(file: &Path, settings: &Table) -> Vec<Finding> {
    let file = file.display();
    let mut findings = Vec::new();
    let targets = settings.get("target").and_then(Value::as_table);
    for (target, own) in targets.into_iter().flatten() {
        if let Some(flags) = own.get("rustflags").filter(|flags| !flags.to_string().contains("tokio_unstable")) {
            let found = format!("{file}: [target.{target}] rustflags = {flags}");
            findings.push(Finding::less("cargo config", found, format!("for that target it {LOST}")));
        }
    }
    let build = settings.get("build").and_then(Value::as_table);
    for (key, remedy) in [
        ("target", "builds for another machine: what is judged may not run here. Set it in each project instead"),
        (
            "target-dir",
            "shared by all projects: `cargo clean` in one empties it for all. CARGO_TARGET_DIR stands above it",
        ),
    ] {
        if let Some(value) = build.and_then(|build| build.get(key)) {
            findings.push(Finding::less("cargo config", format!("{file}: [build] {key} = {value}"), remedy));
        }
    }
    if settings.get("alias").is_some_and(|alias| alias.get("checker").is_some()) {
        let found = format!("{file}: an alias `checker`");
        findings.push(Finding::ok("cargo config", format!("{found}; the workbook's own stands above it")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::{override_of, variables};
    use std::path::Path;

    #[test]
    fn flags_that_replace_the_workbooks_are_named() {
        let settings = "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Clink-arg=-fuse-ld=mold\"]\n\
                        [target.'cfg(unix)']\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n\
                        [build]\nrustflags = [\"-Dwarnings\"]\n";
        let findings = override_of(Path::new("/c.toml"), &settings.parse().expect("settings"));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].found.contains("/c.toml: [target.x86_64-unknown-linux-gnu]"), "{findings:?}");
    }

    #[test]
    fn the_encoded_variable_stands_above_the_other() {
        let found = |encoded: Option<&str>, plain: Option<&str>| {
            let variable = |name: &str| match name {
                "CARGO_ENCODED_RUSTFLAGS" => encoded.map(str::to_owned),
                "RUSTFLAGS" => plain.map(str::to_owned),
                _ => None,
            };
            let finding = variables(variable).swap_remove(0);
            (finding.what, finding.state)
        };
        assert_eq!(found(None, None), ("RUSTFLAGS".into(), State::Ok));
        assert_eq!(found(None, Some("-Dwarnings")), ("RUSTFLAGS".into(), State::Less));
        assert_eq!(found(None, Some("--cfg tokio_unstable")), ("RUSTFLAGS".into(), State::Ok));
        let both = found(Some("-Copt-level=1\x1f-Dwarnings"), Some("--cfg tokio_unstable"));
        assert_eq!(both, ("CARGO_ENCODED_RUSTFLAGS".into(), State::Less));
    }
}
