//! The attributes that make a function an acceptance criterion.

#[path = "../../../verdict/src/opaque.rs"]
#[expect(unreachable_pub, reason = "it is another crate's module, too")]
mod opaque;
mod placeless;

use proc_macro::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, ItemFn, Lit, Meta, Token, parse_macro_input};

/// An acceptance criterion. The function's doc comment is the criterion's text.
///
/// The body runs on a paused current-thread runtime, in a process of its own, under the leak check, the
/// watchdog and the detectors of the harness. A body that is not `async` runs on a thread without a runtime, on the
/// wall clock, for a subject that brings a runtime of its own. Options:
///
/// - `clock = "real"`: a multi-thread runtime on the wall clock, for real sockets, files and processes;
/// - `deadline = 30`: seconds of real time before the run counts as hung (10 without it);
/// - `processes`: the test starts processes, the subject's own program or a service. Where a class is graded, no other
///   test can;
/// - `polls = 100_000`: how often one task may be polled at one instant before it counts as spinning
///   (20 000 without it).
#[proc_macro_attribute]
pub fn criterion(options: TokenStream, function: TokenStream) -> TokenStream {
    let options = parse_macro_input!(options with Punctuated::<Meta, Token![,]>::parse_terminated);
    let function = parse_macro_input!(function as ItemFn);
    expand(&options, &function, false).unwrap_or_else(|error| error.into_compile_error()).into()
}

/// A criterion that loom judges: the body runs once for each interleaving of its threads.
///
/// `preemptions = 2` bounds the search: every interleaving with at most so many preemptions is explored.
/// `at_least = 500` is the number of interleavings that the reference needs half of; a model that explores
/// fewer has not looked at the learner's code, and fails.
///
/// `right = "a right buffer"`, instead of `at_least`, is for a model that the learner wrote: no interleaving may fail.
/// With `bug = "a buffer that …", usually = "why a model does not notice it"` the function takes a `bool`, whether what
/// the model gets has that bug: then one must.
#[proc_macro_attribute]
pub fn model(options: TokenStream, function: TokenStream) -> TokenStream {
    let options = parse_macro_input!(options with Punctuated::<Meta, Token![,]>::parse_terminated);
    let function = parse_macro_input!(function as ItemFn);
    expand(&options, &function, true).unwrap_or_else(|error| error.into_compile_error()).into()
}

/// The tests of a file as a module, all of them in the line of this call: `placeless!(acceptance "/…/acceptance.rs");`.
///
/// Where a class is graded the subject may know the published tests, and `#[track_caller]` would tell it which line of
/// them calls.
#[proc_macro]
pub fn placeless(tests: TokenStream) -> TokenStream {
    let tests = parse_macro_input!(tests as placeless::Tests);
    tests.module().unwrap_or_else(|error| error.into_compile_error()).into()
}

fn expand(
    options: &Punctuated<Meta, Token![,]>,
    function: &ItemFn,
    model: bool,
) -> syn::Result<proc_macro2::TokenStream> {
    let mut real = false;
    let mut deadline = 10u64;
    let mut polls = 20_000u64;
    let mut processes = false;
    let mut preemptions = 2u64;
    let mut at_least = None;
    let (mut right, mut bug, mut usually) = (None, None, None);
    for option in options {
        if !model && matches!(option, Meta::Path(path) if path.is_ident("processes")) {
            processes = true;
            continue;
        }
        let Meta::NameValue(option) = option else {
            return Err(syn::Error::new_spanned(option, "expected `name = value`"));
        };
        let name = option.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match (name.as_str(), &option.value) {
            ("clock", Expr::Lit(ExprLit { lit: Lit::Str(clock), .. })) if !model => match clock.value().as_str() {
                "real" => real = true,
                "virtual" => real = false,
                _ => return Err(syn::Error::new_spanned(clock, "the clock is \"virtual\" or \"real\"")),
            },
            ("deadline", value) => deadline = integer(value)?,
            ("polls", value) if !model => polls = integer(value)?,
            ("preemptions", value) if model => preemptions = integer(value)?,
            ("at_least", value) if model => at_least = Some(integer(value)?),
            ("right", Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if model => right = Some(text.value()),
            ("bug", Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if model => bug = Some(text.value()),
            ("usually", Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if model => usually = Some(text.value()),
            _ => return Err(syn::Error::new_spanned(option, "unknown option")),
        }
    }
    if !function.attrs.iter().any(|attribute| attribute.path().is_ident("doc")) {
        return Err(syn::Error::new_spanned(&function.sig, "the doc comment is the criterion's text: write it"));
    }
    let (attributes, body) = (&function.attrs, &function.block);
    let name = &named(&function.sig.ident);
    let criterion = quote! {
        const CRITERION: ::harness::Criterion = ::harness::Criterion {
            test: ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#name)),
            real: #real,
            deadline: ::core::time::Duration::from_secs(#deadline),
            polls: #polls,
            processes: #processes,
        };
    };
    let run = if let Some(right) = right {
        let inputs = &function.sig.inputs;
        let (bug, call) = match (bug, usually) {
            (None, None) if inputs.is_empty() => (quote!(::core::option::Option::None), quote!(with())),
            (Some(bug), Some(usually)) if inputs.len() == 1 => {
                (quote!(::core::option::Option::Some((#bug, #usually))), quote!(with(bug)))
            }
            _ => {
                return Err(syn::Error::new_spanned(
                    &function.sig,
                    "a model takes a `bool` if it has `bug` and `usually`, and else nothing",
                ));
            }
        };
        quote! {
            fn with(#inputs) #body
            ::harness::judge_noticing_model(&CRITERION, ::harness::Noticing { right: #right, bug: #bug }, |bug, fail| {
                let _ = bug;
                ::workbook::model::explore(#preemptions as usize, fail, ::std::boxed::Box::new(move || #call))
            });
        }
    } else if model {
        let Some(at_least) = at_least else {
            return Err(syn::Error::new_spanned(&function.sig, "a model states `at_least`, from the reference's run"));
        };
        quote! {
            ::harness::judge_model(&CRITERION, #at_least, |fail| {
                ::workbook::model::explore(#preemptions as usize, fail, ::std::boxed::Box::new(|| #body))
            });
        }
    } else if function.sig.asyncness.is_none() {
        quote! { ::harness::judge_now(&CRITERION, || #body); }
    } else {
        quote! { ::harness::judge(&CRITERION, || ::std::boxed::Box::pin(async #body)); }
    };
    // A criterion drops a pool or a group of the learner's, who decides whether the type implements `Drop`.
    Ok(quote! {
        #(#attributes)*
        #[allow(clippy::drop_non_drop)]
        #[test]
        fn #name() {
            // So cargo builds anew when it changes.
            const _: bool = ::core::option_env!("WORKBOOK_OPAQUE").is_some();
            #criterion
            #run
        }
    })
}

/// The function's name, or where a class is graded one that says nothing: argv, threads and backtraces have it.
fn named(name: &Ident) -> Ident {
    match std::env::var(opaque::SALT) {
        Ok(salt) => Ident::new(&opaque::opaque(&salt, name.to_string().trim_start_matches("r#")), name.span()),
        Err(_) => name.clone(),
    }
}

fn integer(value: &Expr) -> syn::Result<u64> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(integer), .. }) => integer.base10_parse(),
        other => Err(syn::Error::new_spanned(other, "expected an integer")),
    }
}
