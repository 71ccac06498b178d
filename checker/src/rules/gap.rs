//! A gap in the compiler's rules (rust-lang/rust#25860): from the signature `fn f<'a, 'b, T>(_: &'a &'b (), v: &'b T) ->
//! &'a T` safe code makes references that outlive what they refer to, and of those whatever it likes. Only that
//! signature is looked for: no search finds every way to write it.

use crate::fault::Fault;
use std::path::Path;
use syn::visit::{self, Visit};
use verdict::{Kind, Verdict};

/// Whether any source has such a signature.
pub(super) fn gap(sources: &Path) -> Result<Option<Verdict>, Fault> {
    let seen = "a parameter that is a reference to a reference, each with a lifetime of its own: a gap in the compiler's \
                rules makes that unsound, so it is not allowed in these tasks, as `unsafe` is not";
    Ok(super::first_line(sources, first)?.map(|site| Verdict::new(Kind::Rule, seen).at(Some(site))))
}

fn first(text: &str) -> Option<u32> {
    let mut signatures = Signatures(None);
    signatures.visit_file(&syn::parse_file(text).ok()?);
    signatures.0
}

struct Signatures(Option<u32>);

impl<'ast> Visit<'ast> for Signatures {
    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        let nested = |input: &syn::FnArg| match input {
            syn::FnArg::Typed(input) => twice(&input.ty),
            syn::FnArg::Receiver(_) => false,
        };
        if self.0.is_none() && signature.inputs.iter().any(nested) {
            self.0 = Some(signature.ident.span().start().line as u32);
        }
        visit::visit_signature(self, signature);
    }
}

/// Whether this is `&'a &'b …` with two names.
fn twice(outer: &syn::Type) -> bool {
    let syn::Type::Reference(outer) = outer else { return false };
    let syn::Type::Reference(inner) = &*outer.elem else { return false };
    matches!((&outer.lifetime, &inner.lifetime), (Some(outer), Some(inner)) if outer.ident != inner.ident)
}

#[cfg(test)]
mod tests {
    use super::first;

    #[test]
    fn the_signature_is_seen_and_honest_ones_are_not() {
        assert_eq!(first("\nfn f<'a, 'b, T>(_: &'a &'b (), v: &'b T) -> &'a T { v }"), Some(2));
        assert_eq!(first("mod m {\nfn g() { fn f<'a, 'b>(_: &'a mut &'b mut ()) {} } }"), Some(2));
        for honest in ["fn f<'a>(v: &'a T) {}", "fn f(v: &&str) {}", "fn f<'a>(v: &[&'a str], w: &&'a u8) {}"] {
            assert_eq!(first(honest), None, "{honest}");
        }
    }
}
