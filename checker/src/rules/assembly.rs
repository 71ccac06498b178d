//! Assembly, which is `unsafe` by another name.

use crate::fault::Fault;
use std::path::Path;
use verdict::{Kind, Verdict};

/// A function of assembly, which the compiler's lint against `unsafe` does not mind. Its body is this macro and nothing
/// else, whose name must be written somewhere.
const ASSEMBLY: &str = "naked_asm";

/// Whether any source has a function of assembly.
pub(super) fn assembly(sources: &Path) -> Result<Option<Verdict>, Fault> {
    let seen = || format!("`{ASSEMBLY}!` is not allowed in these tasks, as `unsafe` is not");
    Ok(super::first_line(sources, first_assembly)?.map(|site| Verdict::new(Kind::Rule, seen()).at(Some(site))))
}

fn first_assembly(text: &str) -> Option<u32> {
    match text.parse() {
        Ok(tokens) => named_in(tokens),
        // What this lexer does not read, the compiler may: then a comment counts too.
        Err(_) => text.lines().position(|line| line.contains(ASSEMBLY)).map(|line| line as u32 + 1),
    }
}

/// Tokens, not paths: a macro is not expanded here.
fn named_in(tokens: proc_macro2::TokenStream) -> Option<u32> {
    tokens.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => named_in(group.stream()),
        proc_macro2::TokenTree::Ident(name) => {
            let name_of = name.to_string();
            (name_of.trim_start_matches("r#") == ASSEMBLY).then(|| name.span().start().line as u32)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::first_assembly;

    #[test]
    fn assembly_is_seen_wherever_it_is_named() {
        for source in [
            "\n#[unsafe(naked)] extern \"C\" fn f() { std::arch::naked_asm!(\"ret\") }",
            "\nuse core::arch::naked_asm as harmless;",
            "\nmacro_rules! m { ($name:ident) => { $name!(\"ret\") } } m!(naked_asm);",
            "\nuse core::arch::r#naked_asm;",
            "\nlet broken = \"; naked_asm!(\"ret\")",
        ] {
            assert_eq!(first_assembly(source), Some(2), "{source}");
        }
        assert_eq!(first_assembly("// naked_asm!\nconst S: &str = \"naked_asm\"; fn naked() {}"), None);
    }
}
