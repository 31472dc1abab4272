//! A table for every rule of a plan, and the laws that hold for all plans.

mod file;
mod laws;
mod prune;
mod risks;
mod rules;
