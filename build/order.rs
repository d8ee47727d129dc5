//! Puts the functions that a start runs side by side in the program.
//!
//! They are a twentieth of its code, and strewn over all of it: the system maps 64 kB around each that is called, so that a
//! program that shows its first screen held twice the memory that it needs, and a cold one read as much from the disk.
//! `order.txt` names them as the linker knows them; `benches/order.py` writes it from what a run calls. A name that is not
//! there (another compiler, another version of a library) is passed over: the program is the same, only less well sorted.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where a list was made, and where the linker that comes with the compiler takes one.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Tells cargo to link the program in the order of the list, where this linker can. `scratch` is a folder to try it in.
pub fn sorted(scratch: &Path) {
    println!("cargo::rerun-if-changed=build");
    let Some(list) =
        env::var_os("CARGO_MANIFEST_DIR").map(|root| PathBuf::from(root).join("build/order.txt"))
    else {
        return;
    };
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    // Names hold the profile: the list fits no other.
    if !is("PROFILE", "release") || !is("TARGET", TARGET) || !is("HOST", TARGET) {
        return;
    }
    // A comma parts the arguments that a compiler hands to its linker.
    let Some(list) = list.to_str().filter(|path| !path.contains(',')) else { return };
    let arguments =
        [format!("-Wl,--symbol-ordering-file={list}"), "-Wl,--no-warn-symbol-ordering".to_owned()];
    if is_taken(&arguments, scratch) == Some(true) {
        for argument in arguments {
            println!("cargo::rustc-link-arg-bin=casefile={argument}");
        }
    }
}

/// Whether an empty program links with these `arguments`: older compilers, and those of some distributions, come without the
/// linker that knows them. `None` where it can't be tried.
fn is_taken(arguments: &[String], scratch: &Path) -> Option<bool> {
    let source = scratch.join("empty.rs");
    std::fs::write(&source, "fn main() {}\n").ok()?;
    let mut rustc = Command::new(env::var_os("RUSTC")?);
    rustc.arg(&source).arg("-o").arg(scratch.join("empty"));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = OsString::from("linker=");
        option.push(linker);
        rustc.arg("-C").arg(option);
    }
    for flag in env::var("CARGO_ENCODED_RUSTFLAGS")
        .unwrap_or_default()
        .split('\u{1f}')
        .filter(|flag| !flag.is_empty())
    {
        rustc.arg(flag);
    }
    for argument in arguments {
        rustc.arg("-C").arg(format!("link-arg={argument}"));
    }
    let status = rustc.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.ok().map(|status| status.success())
}
