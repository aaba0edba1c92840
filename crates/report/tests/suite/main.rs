//! The formats, each from the same report that holds every outcome and hostile text.

mod baseline;
mod github;
mod html;
mod json;
mod junit;
mod load_formats;
mod load_text;
mod loads;
mod markdown;
mod matrix;
mod parsers;
mod reports;
mod sarif;
mod series;
mod tap;
mod text;
