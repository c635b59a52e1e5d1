//! What the README says is so.

use super::*;
use fakepanel::Script;

const README: &str = include_str!("../../README.md");

#[test]
fn every_fault_and_variant_is_described() {
    for fault in Fault::ALL {
        let line = README.lines().find(|line| line.starts_with(&format!("| `{}` |", fault.name())));
        let line = line.unwrap_or_else(|| panic!("{fault:?} is not in the table"));
        let variants = Action::ALL.into_iter().flat_map(|action| fault.variants(action));
        for variant in variants.filter(|_| fault != Fault::RejectHang) {
            assert!(line.contains(&format!("`{variant}`")), "{variant} is not in: {line}");
        }
    }
}

#[test]
fn the_script_and_the_commands_are_understood() {
    let (_, rest) = README.split_once("```json\n").unwrap();
    let (script, _) = rest.split_once("```").unwrap();
    let script: Script = serde_json::from_str(script).unwrap();
    assert_eq!((script.faults.len(), script.steps.len()), (1, 2));
    script.panel(1).unwrap();
    let commands: Vec<_> = README
        .lines()
        .filter_map(|line| line.strip_prefix("curl -d '")?.split_once('\''))
        .collect();
    assert_eq!(commands.len(), 5);
    for (command, _) in commands {
        serde_json::from_str::<fakepanel::Command>(command).unwrap();
    }
}
