//! The practice gateway: a real HTTP server on the loopback interface, with failures as real gateways answer them.
