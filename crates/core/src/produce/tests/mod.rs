mod account;
mod lines;
mod recipe;
mod records;
mod stamp;
mod versions;
