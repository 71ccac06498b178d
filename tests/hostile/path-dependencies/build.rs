fn main() {
    std::fs::write("/tmp/workbook-hostile-build-script", "it ran").expect("it can be written");
    println!("cargo::rustc-env=RUSTC_BOOTSTRAP=1");
    println!("cargo::rustc-cfg=forged");
    panic!("nothing is built any more");
}
