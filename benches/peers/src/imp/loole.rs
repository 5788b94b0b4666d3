use super::mpmc;

pub struct Loole;

mpmc::blocking!(Loole, loole);
mpmc::tasks!(Loole, loole);
