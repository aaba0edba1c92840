//! Tests of the model crate through its public surface.

mod shipped;
