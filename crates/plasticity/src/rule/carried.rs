//! Rule x carrier: which signal of a rule a carrier can bring, and the rules that come of it.
//!
//! # Equations
//! ```text
//! emission         Γ_p^t = Σ_s Σ_r F[s][r, τ(p)] M_{r,p}^{t+s+ℓ},     M brought of a_m = ψ_m D_m, sums over classes r
//! learning signal  dW[p,q] = Σ_t M_p^t ē_pq^{t−ℓ} + regulariser,      M brought of L_m = Σ_k B[m,k] err_k
//! ```
//! With M_{r,p} = Σ_{m in r} a_m, or M_p = L_p, and ℓ = 0 it is the rule alone: the carrier is `ideal`.
//!
//! # Names
//! `RULE+CARRIER`, as in `modprop_type+field`. A rule of the ideal carrier is called by its own name.
//!
//! # References
//! \[Liu2022\] sends ψ D, \[Barretto2026\] the learning signal.

use super::{Estimate, Feedback, RULES, Reach, Rule};
use crate::Error;
use crate::carrier::{CarrierKind, Signal};
use neuropil_core::did_you_mean;
use std::sync::LazyLock;

/// Other names that are read: what the field of peptides was first published as, and the blur with the feedback that its paper has.
const ALIASES: [(&str, &str); 2] = [("modprop_field", "modprop_type+field"), ("eprop_diffusion", "eprop_random+blur")];
/// Names that a rule and its carrier had in one word.
const RENAMED: [(&str, &str); 5] = [
    ("modprop_kernel", "modprop_type+kernel"),
    ("modprop_field_S", "modprop_type_S+field"),
    ("modprop_field_noleak_S", "modprop_type_noleak_S+field"),
    ("mdgl_kernel", "mdgl_type_all+kernel"),
    ("mdgl_field", "mdgl_type_all+field"),
];

static CARRIED: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let carriers = || CarrierKind::ALL.into_iter().filter(|carrier| *carrier != CarrierKind::Ideal);
    let pairs = RULES.iter().flat_map(|rule| carriers().map(move |carrier| (rule, carrier)));
    let brought = |(rule, carrier): (&Rule, CarrierKind)| {
        let signal = rule.brought_by(carrier).ok()?;
        let name = format!("{}+{}", rule.name, carrier.name());
        let summary = format!("{}; {} brought by {}", rule.summary, signal.name(), carrier.summary());
        // That learning signals may diffuse is a paper of its own.
        let more: &[&str] = if signal == Signal::Learning { &["Barretto2026"] } else { &[] };
        let papers = [rule.references, more].concat();
        Some(Rule { name: name.leak(), summary: summary.leak(), references: papers.leak(), carrier, ..*rule })
    };
    pairs.filter_map(brought).collect()
});

/// All rules whose signal a carrier brings that takes time or space: every pair of a rule and a carrier that has a meaning,
/// but the ideal carrier.
pub fn carried() -> &'static [Rule] {
    &CARRIED
}

/// A rule as it is asked for, and the carrier that stands behind a `+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The rule, of the ideal carrier.
    pub rule: &'static Rule,
    /// The carrier, if the name has one.
    pub carrier: Option<CarrierKind>,
}

/// The rule and the carrier of a name.
///
/// # Errors
/// Rules and carriers that do not exist, and names that are no longer used, with the one that is.
pub fn named(name: &str) -> Result<Named, Error> {
    if let Some((old, new)) = RENAMED.iter().find(|own| own.0 == name) {
        return Err(Error::RenamedRule { name: old, new });
    }
    let name = ALIASES.iter().find(|own| own.0 == name).map_or(name, |own| own.1);
    let (base, carrier) = name.split_once('+').map_or((name, None), |(base, carrier)| (base, Some(carrier)));
    let unknown = || Error::UnknownRule { name: base.into(), known: RULES.iter().map(|rule| rule.name).collect() };
    let rule = RULES.iter().find(|rule| rule.name == base).ok_or_else(unknown)?;
    let carrier = match carrier {
        Some(carrier) => Some(CarrierKind::named(carrier).ok_or_else(|| Error::UnknownCarrier {
            rule: rule.name,
            name: carrier.into(),
            hint: did_you_mean(carrier, CarrierKind::ALL.map(CarrierKind::name).into_iter()),
        })?),
        None => None,
    };
    Ok(Named { rule, carrier })
}

impl Named {
    /// The rule, of this carrier if the name has none.
    ///
    /// # Errors
    /// [`Error::NotCarried`]: a carrier that has nothing to bring of this rule.
    pub fn or(self, carrier: CarrierKind) -> Result<&'static Rule, Error> {
        self.rule.by(self.carrier.unwrap_or(carrier))
    }
}

impl Rule {
    /// Its name without the carrier's.
    pub fn base_name(&self) -> &'static str {
        self.name.split('+').next().unwrap_or(self.name)
    }

    /// Its name for one whose rules are of another carrier where they name none.
    pub fn spelled(&self, usual: CarrierKind) -> String {
        match self.carrier {
            CarrierKind::Ideal if usual != CarrierKind::Ideal => format!("{}+{}", self.name, self.carrier.name()),
            _ => self.name.into(),
        }
    }

    /// The signal that a carrier can bring of it; else why there is none.
    pub fn signal(&self) -> Result<Signal, &'static str> {
        if matches!(self.estimate, Estimate::Weights | Estimate::Nodes) {
            return Err("it reads the loss of whole runs, and nothing arrives at a cell");
        }
        match (self.feedback, self.reach) {
            (Feedback::None, _) => Ok(Signal::Learning),
            (Feedback::Weights, _) => {
                Err("credit goes back over each synapse with its own weight, and a carrier brings one number to a cell")
            }
            (Feedback::TypeConnected, _) => {
                Err("its type means hold where there is a synapse, and a carrier reaches every cell")
            }
            (Feedback::TypeAllOthers, _) => {
                Err("a cell leaves out what it sent itself, and what a carrier brings does not tell who sent it")
            }
            (Feedback::TypeAll, Reach::AllMeanConstants) => Err(
                "its intermediate cells are means over a type, and a carrier brings sums over classes of equal cells",
            ),
            (Feedback::TypeAll, _) => Ok(Signal::Emission),
        }
    }

    /// What a carrier brings of the rule; else why the two have no meaning together. The ideal carrier brings every rule.
    pub fn brought_by(&self, carrier: CarrierKind) -> Result<Signal, &'static str> {
        match (carrier, self.signal()) {
            (CarrierKind::Ideal, signal) => Ok(signal.unwrap_or(Signal::Emission)),
            (CarrierKind::Blur, Ok(Signal::Emission)) => Err(
                "the blur is of learning signals: what is emitted arrives as sums over classes, and the blur has one number a cell",
            ),
            (_, signal) => signal,
        }
    }

    /// The same rule by another carrier.
    ///
    /// # Errors
    /// [`Error::NotCarried`].
    pub fn by(&self, carrier: CarrierKind) -> Result<&'static Rule, Error> {
        let base = self.base_name();
        if let Err(reason) = self.brought_by(carrier) {
            return Err(Error::NotCarried { rule: base, carrier: carrier.name(), reason });
        }
        let mut all = RULES.iter().chain(carried());
        let found = all.find(|rule| rule.base_name() == base && rule.carrier == carrier);
        found.ok_or_else(|| Error::UnknownRule { name: self.name.into(), known: vec![base] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::rule;

    /// Every name is read back as the rule that has it; the alias is the pair that it stands for; old names say the new one.
    #[test]
    fn names_are_read_back() {
        for own in RULES.iter().chain(carried()) {
            assert_eq!(rule(own.name).unwrap(), own);
            for usual in CarrierKind::ALL {
                assert_eq!(named(&own.spelled(usual)).unwrap().or(usual).unwrap(), own);
            }
        }
        assert_eq!(rule("modprop_type+ideal").unwrap().name, "modprop_type");
        assert_eq!(rule("modprop_field").unwrap().name, "modprop_type+field");
        assert_eq!(rule("eprop_diffusion").unwrap().name, "eprop_random+blur");
        for (old, new) in RENAMED {
            assert!(rule(new).is_ok());
            assert_eq!(rule(old).unwrap_err().to_string(), format!("rule `{old}` is called `{new}`"));
        }
        let named = named("mdgl_type_all").unwrap();
        assert_eq!(named.or(CarrierKind::Kernel).unwrap().name, "mdgl_type_all+kernel");
        assert_eq!(named.or(CarrierKind::Ideal).unwrap().name, "mdgl_type_all");
    }

    #[test]
    fn what_has_no_meaning_says_why() {
        let told = |name: &str, words: &[&str]| {
            let message = rule(name).unwrap_err().to_string();
            assert!(words.iter().all(|word| message.contains(word)), "{message}");
        };
        told("bptt+field", &["bptt", "field", "each synapse"]);
        told("modprop_code+kernel", &["modprop_code", "kernel", "who sent it"]);
        told("modprop_type+feild", &["modprop_type", "feild", "did you mean `field`"]);
        told("modprop_type+", &["ideal, kernel, field, blur"]);
        told("modprop_type+blur", &["modprop_type", "blur", "learning signals"]);
    }
}
