//! Source text as tokens, which then have no place of their own in a file.

use proc_macro2::TokenStream;
use quote::quote;
use std::path::Path;
use syn::parse::{Parse, ParseStream};
use syn::{File, Ident, Item, LitStr};

/// A file of tests, and the module's name.
pub(crate) struct Tests {
    name: Ident,
    file: LitStr,
}

impl Parse for Tests {
    fn parse(input: ParseStream<'_>) -> syn::Result<Tests> {
        Ok(Tests { name: input.parse()?, file: input.parse()? })
    }
}

impl Tests {
    /// The module, with those that it has in files beside it.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or is no Rust.
    pub(crate) fn module(&self) -> syn::Result<TokenStream> {
        let name = &self.name;
        let File { attrs, items, .. } = self.read(Path::new(&self.file.value()))?;
        Ok(quote!(mod #name { #(#attrs)* #(#items)* }))
    }

    fn read(&self, path: &Path) -> syn::Result<File> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| syn::Error::new_spanned(&self.file, format!("{}: {error}", path.display())))?;
        // Without places: they have that of the macro's call.
        let mut file = syn::parse_file(&text)?;
        for item in &mut file.items {
            if let Item::Mod(module) = item
                && module.content.is_none()
            {
                let inner = self.read(&path.with_file_name(format!("{}.rs", module.ident)))?;
                module.attrs.extend(inner.attrs);
                module.content = Some((Default::default(), inner.items));
                module.semi = None;
            }
        }
        Ok(file)
    }
}
