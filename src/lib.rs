//! `casefile` takes a failed API request, reproduces it under control, finds out what can honestly be said
//! about it, and hands the operator an escalation note that support can act on and that holds no secret.
//!
//! ```text
//!  paste, form ──> case::intake ──> Draft ──> case::request (preflight) ──> Request ──┐ session: Effect::Send
//!                      │                                                       io::net ──> Attempt*
//!                      └──> observed response ─────────────────────────────────────┘
//!                                                                              Evidence
//!                                     case::diagnose ──> Diagnosis      case::sanitize ──> SafeEvidence
//!                                                      └──────> case::note ──> Rendered (audited) ──> io::deliver
//! ```
//!
//! * [`case`] is pure: what a failure is and what may be said of it.
//! * [`session`] is pure: the walk as a state machine, events in, effects out.
//! * [`io`] runs the effects; [`practice`] is a gateway on the loopback interface to learn and test with.
//! * [`ui`] holds the two faces of the same session: the terminal program and the commands.

pub mod case;
pub mod io;
pub mod practice;
pub mod session;
pub mod ui;
