//! The rule that a section `learning` names.

use crate::catalogue::THREE_FACTOR;
use crate::fields::Fields;
use neuropil_core::did_you_mean;
use neuropil_plasticity::RULES;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::rule::{Named, named};

/// The rule; `None` for one without a readout.
pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<Option<Named>> {
    let path = fields.path_of("rule");
    let reader = fields.reader;
    let name = fields.require("rule").and_then(|node| reader.string(node, &path))?;
    if name == THREE_FACTOR {
        return Some(None);
    }
    match named(name) {
        Ok(named) => return Some(Some(named)),
        Err(neuropil_plasticity::Error::UnknownRule { .. }) => {
            let known = || RULES.iter().map(|rule| rule.name).chain([THREE_FACTOR]);
            let hint = did_you_mean(name, known());
            let known: Vec<&str> = known().collect();
            reader.fault(&path, format!("there is no rule `{name}`{hint}; the rules are {}", known.join(", ")));
        }
        Err(fault) => reader.fault(&path, fault.to_string()),
    }
    None
}

/// Faults of a rule whose carrier is another than that of the section, or brings nothing of it, and of one that has no cascade.
pub(super) fn goes_with(fields: &Fields<'_, '_>, named: Named, (kind, cascade): (CarrierKind, Option<Cascade>)) {
    let path = fields.path_of("rule");
    if let Err(fault) = named.rule.goes_with(cascade) {
        fields.reader.fault(&path, fault.to_string());
    }
    if fields.reader.document.find(&fields.path_of("carrier.blur")).is_some() {
        fields.reader.fault(
            &fields.path_of("carrier.blur"),
            "is of tasks (`neuropil train`): no network that runs blurs".to_owned(),
        );
    }
    let is_blurred = kind == CarrierKind::Blur || named.carrier == Some(CarrierKind::Blur);
    if is_blurred {
        let message = "the carrier `blur` is of tasks (`neuropil train`): while a network runs, and where it learns from a recording, it is not there";
        fields.reader.fault(&path, message);
    } else if let Some(asked) = named.carrier.filter(|asked| *asked != kind) {
        let (asked, found) = (asked.name(), kind.name());
        let message =
            format!("found the carrier `{asked}`, but learning.carrier.kind is `{found}`: name one carrier there");
        fields.reader.fault(&path, message);
    } else if let Err(fault) = named.rule.by(kind) {
        fields.reader.fault(&path, fault.to_string());
    }
}
