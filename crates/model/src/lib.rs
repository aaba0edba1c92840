//! What a user of ssecheck writes (cases, targets) and what a user gets (reports)
