//! tries
fn main() {
    let from: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let to: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let lies = std::env::args().nth(3).is_some();
    let base = powercut::base().unwrap();
    let setup = powercut::Setup { base: &base, lies };
    let mut sum = powercut::Run::default();
    for seed in from..to {
        let run = powercut::run(setup, seed).unwrap();
        if !run.findings.is_empty() {
            println!("seed {seed}: lost {} {:?}", run.lost, run.history);
            for text in run.findings.iter().take(3) {
                println!("   {}", &text[..text.len().min(300)]);
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
