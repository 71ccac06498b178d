//! Criteria, read from the source: they are known while the learner's code does not compile.
//!
//! A criterion is a function under `#[criterion]`, a loom model one under `#[model]`; its doc comment is its
//! text. What cannot be read without compiling, such as a criterion made by macro, is an error, and so is a
//! test that the harness would not judge.

use crate::sources::Source;
use crate::{Error, Problem};
use proc_macro2::{Ident, TokenStream, TokenTree};
use std::path::PathBuf;
use std::time::Duration;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Item, ItemFn, Lit, Meta, Token};

/// How long a criterion may run if it does not say otherwise.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// One acceptance criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// The test's name as libtest lists it, from the root module on: `drains`, or `shutdown::drains`.
    pub test: String,
    /// What the code must do: the doc comment as flowing Markdown.
    pub statement: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// The line of its name, from 1.
    pub line: usize,
    /// How long it may run, in real time.
    pub deadline: Duration,
    /// Whether loom judges it.
    pub model: bool,
    /// Whether its test starts processes: the subject's own program, or a service.
    pub processes: bool,
}

impl Criterion {
    /// The list that stands in for the tests of a task where they are left out: `criteria.json`.
    pub fn list(criteria: &[Criterion]) -> String {
        crate::listed::write(criteria)
    }
}

/// The criteria of parsed files, in their order.
pub(crate) fn of(sources: &[Source]) -> Result<Vec<Criterion>, Error> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for source in sources {
        let mut found = Vec::new();
        collect(source, &source.items, &source.module, &mut found)?;
        for criterion in found {
            if let Some(other) = criteria.iter().find(|other| other.test == criterion.test) {
                let problem = Problem::SameName { file: other.file.clone(), line: other.line };
                let Criterion { file, line, test, .. } = criterion;
                return Err(Error::Criterion { file, line, test, problem });
            }
            criteria.push(criterion);
        }
    }
    Ok(criteria)
}

fn collect(source: &Source, items: &[Item], module: &[String], found: &mut Vec<Criterion>) -> Result<(), Error> {
    for item in items {
        match item {
            Item::Fn(function) => found.extend(criterion(source, function, module)?),
            Item::Mod(inner) => {
                if let Some((_, items)) = &inner.content {
                    collect(source, items, &[module, &[plain(&inner.ident)]].concat(), found)?;
                }
            }
            Item::Macro(item) if makes_criteria(item.mac.tokens.clone()) => {
                let name = item.ident.as_ref().or(item.mac.path.segments.last().map(|segment| &segment.ident));
                let (test, line) = name.map_or((String::new(), 1), |name| (name.to_string(), line(name)));
                return Err(Error::Criterion { file: source.file.clone(), line, test, problem: Problem::ByMacro });
            }
            _ => {}
        }
    }
    Ok(())
}

fn criterion(source: &Source, function: &ItemFn, module: &[String]) -> Result<Option<Criterion>, Error> {
    let name = &function.sig.ident;
    let test = [module, &[plain(name)]].concat().join("::");
    let failed =
        |problem| Error::Criterion { file: source.file.clone(), line: line(name), test: test.clone(), problem };
    let marked = |mark: &str| function.attrs.iter().find(|attribute| last(attribute).is_some_and(|it| it == mark));

    let (attribute, model) = match (marked("criterion"), marked("model")) {
        (Some(attribute), _) => (attribute, false),
        (None, Some(attribute)) => (attribute, true),
        (None, None) if marked("test").is_some() => return Err(failed(Problem::PlainTest)),
        (None, None) => return Ok(None),
    };
    if model != source.loom {
        return Err(failed(Problem::Misplaced));
    }
    let (deadline, processes) = options(attribute).map_err(|error| failed(Problem::Options(error.to_string())))?;
    let statement = statement(&function.attrs);
    if statement.is_empty() {
        return Err(failed(Problem::NoStatement));
    }
    let (file, line) = (source.file.clone(), line(name));
    Ok(Some(Criterion { statement, file, line, deadline, model, processes, test }))
}

/// The doc comment as flowing text.
fn statement(attributes: &[Attribute]) -> String {
    let mut words = String::new();
    for attribute in attributes {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { continue };
        if !pair.path.is_ident("doc") {
            continue;
        }
        let text = text.value();
        // In a block comment, a line may open with a star.
        let block = text.contains('\n');
        for line in text.lines().map(str::trim) {
            let line = if block { line.strip_prefix('*').unwrap_or(line).trim_start() } else { line };
            if !line.is_empty() {
                words.push_str(if words.is_empty() { "" } else { " " });
                words.push_str(line);
            }
        }
    }
    words
}

/// The options `deadline = SECONDS` and `processes`.
fn options(attribute: &Attribute) -> syn::Result<(Duration, bool)> {
    let (mut deadline, mut processes) = (DEADLINE, false);
    let Meta::List(list) = &attribute.meta else { return Ok((deadline, processes)) };
    for option in list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)? {
        if matches!(&option, Meta::Path(path) if path.is_ident("processes")) {
            processes = true;
            continue;
        }
        let option = option.require_name_value()?;
        if !option.path.is_ident("deadline") {
            continue;
        }
        deadline = match &option.value {
            Expr::Lit(ExprLit { lit: Lit::Int(seconds), .. }) => Duration::from_secs(seconds.base10_parse()?),
            other => return Err(syn::Error::new_spanned(other, "a deadline is a whole number of seconds")),
        };
    }
    Ok((deadline, processes))
}

/// Whether tokens hold `#[criterion]` or `#[model]`, at any depth.
fn makes_criteria(tokens: TokenStream) -> bool {
    let mut after_hash = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let stream = group.stream();
                let named = || {
                    let path = stream.clone().into_iter().take_while(|token| !matches!(token, TokenTree::Group(_)));
                    path.last().is_some_and(|last| ["criterion", "model"].contains(&last.to_string().as_str()))
                };
                if (after_hash && named()) || makes_criteria(stream.clone()) {
                    return true;
                }
                after_hash = false;
            }
            TokenTree::Punct(mark) => after_hash = mark.as_char() == '#',
            _ => after_hash = false,
        }
    }
    false
}

/// The last word of an attribute's path: `criterion` of `#[harness::criterion]`.
fn last(attribute: &Attribute) -> Option<&Ident> {
    attribute.path().segments.last().map(|segment| &segment.ident)
}

fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

fn line(name: &Ident) -> usize {
    name.span().start().line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;
    use crate::scratch::Scratch;

    const ACCEPTANCE: &str = "tests/fan-out/01-a/acceptance.rs";

    fn set_up() -> (Scratch, Task) {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        (scratch, task)
    }

    /// What a test file with this text is refused for.
    fn problem(text: &str) -> Problem {
        let (scratch, task) = set_up();
        scratch.file(ACCEPTANCE, text);
        match task.criteria().expect_err("refused") {
            Error::Criterion { problem, .. } => problem,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn criteria_come_in_source_order_and_models_last() {
        let (scratch, task) = set_up();
        scratch.file(
            ACCEPTANCE,
            r#"
//! What the task is about.
use super::task::nothing_that_exists;
mod shutdown;

/// Every number arrives,
/// once and *in order*.
///
/// No matter what.
#[criterion]
async fn numbers() {}

fn helper() {}

mod bounds {
    #[doc = "Never more than `8`."]
    #[harness::criterion(clock = "real", deadline = 30)]
    async fn r#in() {}
}
"#,
        );
        scratch.file(
            "tests/fan-out/01-a/shutdown.rs",
            "/**\n * It ends.\n * Soon.\n */\n#[criterion(deadline = 1_0)]\nasync fn ends() {}\n",
        );
        scratch
            .file("tests/fan-out/01-a/loom.rs", "/// No wake-up is lost.\n#[model(at_least = 500)]\nfn wakes() {}\n");
        let criteria = task.criteria().expect("criteria");
        let seen: Vec<_> = criteria
            .iter()
            .map(|it| (it.test.as_str(), it.statement.as_str(), it.line, it.deadline.as_secs(), it.model))
            .collect();
        let expected = [
            ("numbers", "Every number arrives, once and *in order*. No matter what.", 11, 10, false),
            ("bounds::in", "Never more than `8`.", 18, 30, false),
            ("shutdown::ends", "It ends. Soon.", 6, 10, false),
            ("wakes", "No wake-up is lost.", 3, 10, true),
        ];
        assert_eq!(seen, expected);
        assert_eq!(criteria[2].file, scratch.path("tests/fan-out/01-a/shutdown.rs"));
    }

    #[test]
    fn a_criterion_says_that_it_starts_processes() {
        let (scratch, task) = set_up();
        let text =
            "/// A.\n#[criterion(processes, deadline = 3)]\nasync fn a() {}\n/// B.\n#[criterion]\nasync fn b() {}\n";
        scratch.file(ACCEPTANCE, text);
        let seen: Vec<_> =
            task.criteria().expect("criteria").iter().map(|it| (it.processes, it.deadline.as_secs())).collect();
        assert_eq!(seen, [(true, 3), (false, 10)]);
    }

    #[test]
    fn a_criterion_says_what_it_asks() {
        assert_eq!(problem("#[criterion] async fn a() {}"), Problem::NoStatement);
        assert_eq!(problem("///\n#[criterion] async fn a() {}"), Problem::NoStatement);
    }

    #[test]
    fn macros_make_no_criteria() {
        assert_eq!(problem("macro_rules! each { ($n:ident) => { #[criterion] async fn $n() {} } }"), Problem::ByMacro);
        assert_eq!(problem("each! { #[harness::criterion(deadline = 3)] async fn a() {} }"), Problem::ByMacro);

        let (scratch, task) = set_up();
        scratch.file(ACCEPTANCE, "macro_rules! criterion_name { () => { #[inline] fn criterion() { model() } } }");
        assert_eq!(task.criteria().expect("a harmless macro"), []);
    }

    #[test]
    fn names_are_unique_across_files() {
        let (scratch, task) = set_up();
        scratch.file(ACCEPTANCE, "/// A.\n#[criterion]\nasync fn a() {}\n");
        scratch.file("tests/fan-out/01-a/loom.rs", "/// A.\n#[model(at_least = 1)]\nfn a() {}\n");
        let error = task.criteria().expect_err("two of a name");
        let text = error.to_string();
        assert!(text.contains("loom.rs:3: `a` is also the name of the criterion at "), "{text}");
        assert!(text.ends_with("acceptance.rs:3"), "{text}");
        assert_eq!(error.help(), "rename one: a criterion is known by its name alone");
    }

    #[test]
    fn what_the_harness_does_not_judge_is_refused() {
        assert_eq!(problem("#[test] fn a() {}"), Problem::PlainTest);
        assert_eq!(problem("#[tokio::test] async fn a() {}"), Problem::PlainTest);
        assert_eq!(problem("/// A.\n#[model(at_least = 1)] fn a() {}"), Problem::Misplaced);
        for options in ["deadline = \"3\"", "deadline = 3.5", "fast", "deadline ="] {
            let text = format!("/// A.\n#[criterion({options})] async fn a() {{}}");
            assert!(matches!(problem(&text), Problem::Options(_)), "{options}");
        }
    }
}
