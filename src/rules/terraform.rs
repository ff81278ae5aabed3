//! Rules on what Terraform itself checks.

use super::{Context, Decision, Out};
use crate::model::{Cluster, Undecided};
use crate::tree::{Validation, Verdict};
use crate::value::{At, Value};

/// A variable of a module that makes the cluster has a value that its validation refuses. Told once, for the first cluster concerned.
pub(super) fn validation_failed(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut decision = Ok(());
    for validation in &cx.world.validations {
        let concerned = |c: &&Cluster| validation.concerns(&c.address);
        if cx.world.clusters.iter().find(concerned).is_none_or(|first| first.address != cluster.address) {
            continue;
        }
        match &validation.verdict {
            Verdict::Fails(message) => fails(validation, message.as_deref(), out),
            Verdict::Unknown(unknown) => decision = decision.and(Err(Undecided::from_unknown(unknown, validation.condition))),
        }
    }
    decision
}

fn fails(validation: &Validation, message: Option<&str>, out: &mut Out) {
    let input = &validation.input;
    let value = match &validation.value.value {
        Value::String(text) => format!("{text:?}"),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => "the value".to_owned(),
    };
    let words: Vec<&str> = message.unwrap_or("").split_whitespace().collect();
    let says = match words.join(" ").trim_end_matches('.') {
        "" => String::new(),
        text => format!(": {text}"),
    };
    out.report("default", &validation.value.at, format!("{value} is refused by the validation of {input}{says}"))
        .related(format!("validation of {input}"), &At::new(validation.condition))
        .azure("Terraform stops here, before it asks Azure for anything.")
        .fix(format!("Give {input} a value that its validation accepts, or change the validation."));
}
