//! Lists the workbook's files for `src/archive.rs` to hold: what a clone has, with every exercise as its stub.

mod list;

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the manifest's folder");
    let files = list::of(&root, &mut |path| println!("cargo::rerun-if-changed={}", path.display()));
    let mut source = String::from("pub(crate) const FILES: &[File] = &[\n");
    for (path, from) in &files {
        let from = root.join(from);
        source += &format!(
            "    File {{ path: {:?}, program: {}, text: include_bytes!({:?}) }},\n",
            path.display().to_string(),
            list::program(&from),
            from.display().to_string()
        );
    }
    source += "];\n";
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("files.rs");
    fs::write(out, source).expect("the build's own folder can be written");
}
