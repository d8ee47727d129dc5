//! Which of the facts that support needs are there, and why the others are not.
