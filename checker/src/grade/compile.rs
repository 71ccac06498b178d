//! Compiles one submission: first its library and its program, where nothing else can be read, then the tests.

use super::contained::{self, Bounds, End};
use super::recipe::{Call, Place, Recipe};
use crate::build::Package;
use crate::cargo::{Diagnostic, Target};
use crate::fault::Fault;
use nix::sys::signal::Signal;
use sandbox::{Launcher, Limits, Network, Policy};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use verdict::{Kind, Verdict};

/// What a compilation may use. The reference of the largest task takes 7 s of one core, and 700 MB; it is processor time
/// that ends one without end, so that a busy machine changes no grade.
const BOUNDS: Bounds = Bounds { wall: Duration::from_secs(600), resident: 2 << 30, output: 1 << 20 };

/// What a compilation may use of what the system limits for each process.
const LIMITS: Limits =
    Limits { address_space: 16 << 30, cpu: Duration::from_secs(60), file_size: 512 << 20, descriptors: 1024 };

/// What is needed to compile, the same for all submissions.
#[derive(Debug)]
pub(super) struct Compiler {
    pub(super) launcher: Launcher,
    /// The toolchain's folder, which the compiler and its libraries lie in.
    pub(super) toolchain: PathBuf,
    pub(super) weak: bool,
}

/// What is compiled, and what it may read.
struct Unit<'a> {
    call: &'a Call,
    recipe: &'a Recipe,
    source: &'a Path,
    target: Target,
    read: Vec<PathBuf>,
    /// A library is only written; all else is linked by programs that the compiler starts.
    linked: bool,
    /// Further environment of the compiler.
    environment: &'a [(&'a str, &'a str)],
    /// Names under which a program may know the library besides its own.
    aliases: &'a [String],
}

impl Compiler {
    /// Compiles the crate of a place and the tests against it.
    ///
    /// # Errors
    ///
    /// A sandbox or a compiler that does not start. What is wrong with the crate is in the package.
    pub(super) fn compile(
        &self,
        recipe: &Recipe,
        place: &Place,
        tests: &[PathBuf],
        opaque: &str,
        aliases: &[String],
    ) -> Result<Package, Fault> {
        let mut package = Package::default();
        let sources = place.package.join("src");
        // As seen from the package, so that neither a message nor a panic names the grader's folders.
        let library = Path::new("src/lib.rs");
        let own = |call, source, kind: &str, linked| Unit {
            call,
            recipe,
            source,
            target: Target { name: String::new(), kind: vec![kind.to_owned()] },
            read: vec![sources.clone()],
            linked,
            environment: &[],
            aliases: &[],
        };
        if !self.unit(&own(&recipe.library, library, "lib", false), place, &mut package)? {
            return Ok(package);
        }
        let main = Path::new("src/main.rs");
        if let Some(program) = &recipe.program {
            if !place.package.join(main).exists() {
                package.broken = Some(crate::build::no_program());
                return Ok(package);
            }
            let unit = Unit { aliases, ..own(program, main, "bin", true) };
            if !self.unit(&unit, place, &mut package)? {
                return Ok(package);
            }
        }
        let mut read = tests.to_vec();
        read.push(recipe.mount.clone());
        let environment = [("WORKBOOK_OPAQUE", opaque)];
        let unit = Unit { read, environment: &environment, ..own(&recipe.tests, &recipe.mount, "test", true) };
        if self.unit(&unit, place, &mut package)? {
            package.binary = Some(recipe.tests.linked(place));
        }
        Ok(package)
    }

    /// Compiles one crate; whether that went well. What the compiler says goes to the package.
    fn unit(&self, unit: &Unit<'_>, place: &Place, package: &mut Package) -> Result<bool, Fault> {
        let mut read = unit.read.clone();
        read.extend([unit.recipe.dependencies.clone(), self.toolchain.clone(), place.out.clone()]);
        let mut execute = vec![self.toolchain.clone()];
        if unit.linked {
            execute.push("/usr".into());
        }
        let policy = Policy {
            read,
            execute,
            write: vec![place.out.clone()],
            processes: unit.linked,
            weak: self.weak,
            network: Network::Own,
            limits: LIMITS,
        };
        let mut command = policy.command(&self.launcher, &unit.call.rustc);
        command.args(unit.call.arguments(unit.recipe, place, unit.source));
        let library = unit.recipe.library.linked(place);
        let library =
            library.with_file_name(format!("lib{}.rlib", library.file_name().unwrap_or_default().to_string_lossy()));
        for alias in unit.aliases {
            command.arg("--extern").arg(format!("{alias}={}", library.display()));
        }
        command.current_dir(&place.package).envs(unit.call.environment(unit.recipe, place));
        command.env("TMPDIR", &place.out).env("PATH", "/usr/bin:/bin").envs(unit.environment.iter().copied());
        let ran = contained::run(&self.launcher, &mut command, BOUNDS)?;
        for line in ran.said.split(|byte| *byte == b'\n') {
            if let Ok(diagnostic) = serde_json::from_slice::<Diagnostic>(line) {
                package.note(&unit.target, &diagnostic);
            }
        }
        let why = match ran.end {
            End::Exited(status) if status.success() && package.broken.is_none() => return Ok(true),
            End::Exited(status) if status.signal() == Some(Signal::SIGXCPU as i32) => {
                format!("the compiler was ended: {} s of processor time", LIMITS.cpu.as_secs())
            }
            End::Exited(status) => format!("the compiler ended with {status}"),
            End::Ended(why) => format!("the compiler was ended: {why}"),
        };
        package.broken.get_or_insert_with(|| {
            Verdict::new(Kind::Build, why)
                .usually("a type, a constant or a macro that grows without bound, or nesting of many thousand levels")
        });
        Ok(false)
    }
}
