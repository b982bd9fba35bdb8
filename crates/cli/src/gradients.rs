//! `neuropil gradients`.

use crate::args::GradientsArgs;
use crate::error::CliError;
use crate::rules::each_once;
use crate::{load, screen};
use neuropil_plasticity::Rule;
use neuropil_plasticity::rule::rule;
use neuropil_record::GradientFile;
use neuropil_verify::gradient_case::{Case, CaseError};
use serde_json::{Value, json};

/// Writes the gradients of learning rules for a network and a batch of trials.
///
/// # Errors
/// Faulty cases, rules that their cells do not have, output that exists or cannot be written.
pub fn gradients(args: &GradientsArgs) -> Result<(), CliError> {
    load::apart(&args.output, &[args.case.with_extension("h5"), args.case.with_extension("json")])?;
    let case = Case::open(&args.case).map_err(CliError::input)?;
    let rules = match args.rules.as_slice() {
        [] => case.rules(),
        names => chosen(names)?,
    };
    let threads = args.threads.map_or_else(cores, usize::from);
    let outcome = case.run(threads).map_err(of_run)?;
    let answer = case.answer(&outcome, &rules, threads).map_err(of_run)?;
    let command: Vec<String> = std::env::args().collect();
    let mut numbers = vec![("task_loss", outcome.task_loss), ("reg_loss", outcome.reg_loss)];
    numbers.extend(answer.stability.map(|stability| ("spectral_radius", stability.step)));
    let file = GradientFile { tables: answer.tables, numbers, command: command.join(" ") };
    let written = file.write(&args.output, args.force).map_err(CliError::output)?;

    let exact = answer.gradients.iter().find(|(rule, _)| rule.name == "bptt").map(|(_, gradient)| gradient);
    let rows = answer.gradients.iter().map(|(rule, gradient)| Row {
        rule,
        norms: [norm(gradient.w_in.values()), norm(gradient.w_rec.values())],
        cosines: exact.map(|exact| {
            [cosine(gradient.w_in.values(), exact.w_in.values()), cosine(gradient.w_rec.values(), exact.w_rec.values())]
        }),
    });
    let rows: Vec<Row> = rows.collect();
    if let Some(Err(fault)) = answer.stability.map(|stability| stability.check()) {
        screen::note(&format!("warning: ModProp is about to diverge: {fault}"));
    }
    if args.json {
        let rules: Vec<Value> = rows.iter().map(Row::json).collect();
        let summary = json!({
            "output": written, "task_loss": outcome.task_loss, "reg_loss": outcome.reg_loss,
            "spectral_radius": answer.stability.map(|stability| stability.step), "rules": rules,
        });
        return screen::print(&summary.to_string());
    }
    let mut lines = vec![format!(
        "task loss {:.6e}, regulariser {:.6e}; mean output of a cell {:.4} a step",
        outcome.task_loss,
        outcome.reg_loss,
        outcome.rates.iter().sum::<f64>() / outcome.rates.len() as f64
    )];
    let along = if exact.is_some() { "   cos(in)  cos(rec) with bptt" } else { "" };
    lines.push(format!("{:<24} {:>12} {:>12}{along}", "rule", "|dW_in|", "|dW_rec|"));
    lines.extend(rows.iter().map(Row::text));
    if let Some(stability) = answer.stability {
        lines.push(format!("credit through cell types: spectral radius {:.4} a step (stable below 1)", stability.step));
    }
    lines.push(format!("wrote {}", written.display()));
    screen::print(&lines.join("\n"))
}

/// The rules of these names, each once.
fn chosen(names: &[String]) -> Result<Vec<&'static Rule>, CliError> {
    let rules: Vec<&Rule> =
        names.iter().map(|name| rule(name.trim())).collect::<Result<_, _>>().map_err(CliError::input)?;
    each_once(&rules)?;
    Ok(rules)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn of_run(error: CaseError) -> CliError {
    match &error {
        CaseError::Run { reason: neuropil_engine::trial::TrialError::NonFinite { .. }, .. } => {
            CliError::NonFinite(error.to_string())
        }
        _ => CliError::input(error),
    }
}

/// What is shown of a rule: of the gradients of W_in and W_rec each.
struct Row<'a> {
    rule: &'a Rule,
    norms: [f64; 2],
    /// With the exact gradients; nothing where one of the two is 0.
    cosines: Option<[Option<f64>; 2]>,
}

impl Row<'_> {
    fn text(&self) -> String {
        let [w_in, w_rec] = self.norms;
        let shown = |cosine: Option<f64>| cosine.map_or_else(|| "-".to_owned(), |cosine| format!("{cosine:.4}"));
        let along = self.cosines.map_or_else(String::new, |cosines| {
            let [w_in, w_rec] = cosines.map(shown);
            format!(" {w_in:>9} {w_rec:>9}")
        });
        format!("{:<24} {w_in:>12.5e} {w_rec:>12.5e}{along}", self.rule.name)
    }

    fn json(&self) -> Value {
        let cosines = self.cosines.map(|[w_in, w_rec]| json!({"dW_in": w_in, "dW_rec": w_rec}));
        json!({
            "rule": self.rule.name, "norm": {"dW_in": self.norms[0], "dW_rec": self.norms[1]}, "cosine_with_bptt": cosines,
        })
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn cosine(own: &[f64], exact: &[f64]) -> Option<f64> {
    let norms = norm(own) * norm(exact);
    (norms > 0.0).then(|| own.iter().zip(exact).map(|(own, exact)| own * exact).sum::<f64>() / norms)
}
