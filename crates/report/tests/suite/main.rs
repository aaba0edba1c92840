//! The formats, each from the same report that holds every outcome and hostile text.

mod github;
mod json;
mod junit;
mod markdown;
mod reports;
mod text;
