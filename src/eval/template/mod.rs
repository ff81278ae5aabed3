//! Templates: ARM templates and Bicep files, evaluated as Azure would.

pub mod functions;
