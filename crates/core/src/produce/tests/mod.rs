mod account;
mod lines;
mod recipe;
mod stamp;
mod versions;
