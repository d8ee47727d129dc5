//! How a release is linked, where the linker that comes with the compiler can do it. The program is the same without, only larger
//! in memory and slower to start.
//!
//! **The functions of a start stand side by side.** They are a twentieth of the code, and strewn over all of it: the system maps
//! 64 kB around each that is called, so that a program that shows its first screen held twice the memory that it needs, and a cold one
//! read as much from the disk. `order.txt` names them as the linker knows them; `benches/order.py` writes it from what a run calls.
//! A name that is not there (another compiler, another version of a library) is passed over.
//!
//! **Addresses to be mended at the start are packed** (`DT_RELR`): 13 kB in place of 1.2 MB that each start reads. It takes a C library of
//! 2022 or later (glibc 2.36), so that a program that is linked on a system with an older one is linked without, and runs on both.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the list was made, and where it is known what the linker takes.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Tells cargo what of it can be done here. `scratch` is a folder to try it in.
pub fn as_told(scratch: &Path) {
    println!("cargo::rerun-if-changed=build");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    // Names hold the profile: the list fits no other.
    if !is("PROFILE", "release") || !is("TARGET", TARGET) || !is("HOST", TARGET) {
        return;
    }
    let list = env::var_os("CARGO_MANIFEST_DIR").map(|root| PathBuf::from(root).join("build/order.txt"));
    // A comma parts the arguments that a compiler hands to its linker.
    let list = list.as_deref().and_then(Path::to_str).filter(|path| !path.contains(','));
    let ordered = list.map(|list| {
        vec![format!("-Wl,--symbol-ordering-file={list}"), "-Wl,--no-warn-symbol-ordering".to_owned()]
    });
    let packed = vec!["-Wl,-z,pack-relative-relocs".to_owned()];
    for arguments in ordered.into_iter().chain([packed]) {
        if works(&arguments, scratch) == Some(true) {
            for argument in arguments {
                println!("cargo::rustc-link-arg-bin=casefile={argument}");
            }
        }
    }
}

/// Whether an empty program links with these `arguments`, and runs: older compilers, and those of some distributions, come with
/// another linker. `None` where it can't be tried.
fn works(arguments: &[String], scratch: &Path) -> Option<bool> {
    let (source, program) = (scratch.join("empty.rs"), scratch.join("empty"));
    std::fs::write(&source, "fn main() {}\n").ok()?;
    let mut rustc = Command::new(env::var_os("RUSTC")?);
    rustc.arg(&source).arg("-o").arg(&program);
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = OsString::from("linker=");
        option.push(linker);
        rustc.arg("-C").arg(option);
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    for argument in arguments {
        rustc.arg("-C").arg(format!("link-arg={argument}"));
    }
    Some(succeeds(&mut rustc)? && succeeds(&mut Command::new(&program))?)
}

fn succeeds(command: &mut Command) -> Option<bool> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.ok().map(|status| status.success())
}
