//! The power-cut proof: the counter on a disk that keeps what was synced and no more.

mod bare;
mod disk;
mod locks;
mod seed;
pub mod shop;
mod vfs;

pub use bare::{Bare, Setting};
pub use disk::{Cut, Disk, End, Files, Moment, Plan, Survival, Trouble};
pub use seed::{Ended, Run, Setup, run};
pub use vfs::Mounted;

pub fn base() -> Outcome<(Files, shop::Oracle)> {
    shop::set_up()
}

/// What can go wrong with the proof itself; never what it looks for.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[cfg(test)]
mod tests {
    #[test]
    fn tries() {
        let base = crate::shop::set_up().unwrap();
        let setup = crate::Setup { base: &base, lies: false };
        let mut sum = crate::Run::default();
        for seed in 0..40 {
            let run = crate::run(setup, seed).unwrap();
            if !run.findings.is_empty() {
                println!("seed {seed}: {:?}", run.ended);
                for text in run.findings.iter().take(5) {
                    println!("   {}", &text[..text.len().min(400)]);
                }
            }
            sum.acknowledged += run.acknowledged;
            sum.lost += run.lost;
            for (ended, count) in run.ended {
                *sum.ended.entry(ended).or_default() += count;
            }
        }
        println!("{sum:?}");
    }
}
