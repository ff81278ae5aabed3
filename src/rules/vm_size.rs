//! Names of VM sizes, by Azure's naming convention:
//! `Standard_` family, vCPUs, constrained vCPUs, additive features, accelerators, version, as in `Standard_E4-2ds_v5` or
//! `Standard_NC24ads_A100_v4`.

use crate::facts::VmSeries;
use std::fmt;

/// The parts of a size's name, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VmSize {
    family: String,
    vcpus: u32,
    constrained_vcpus: Option<u32>,
    features: String,
    accelerators: Vec<String>,
    version: Option<u32>,
}

impl VmSize {
    /// Takes a name apart, without regard to case; `None` when it does not follow the convention.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let mut parts = name.strip_prefix("standard_")?.split('_');
        let (family, rest) = split_while(parts.next()?, |c| c.is_ascii_lowercase());
        let (vcpus, rest) = split_while(rest, |c| c.is_ascii_digit());
        let (constrained_vcpus, features) = match rest.strip_prefix('-') {
            Some(rest) => {
                let (number, rest) = split_while(rest, |c| c.is_ascii_digit());
                (Some(number.parse().ok()?), rest)
            }
            None => (None, rest),
        };
        let mut accelerators: Vec<String> = parts.map(str::to_owned).collect();
        let version = accelerators.last().and_then(|last| version(last));
        if version.is_some() {
            accelerators.pop();
        }
        let follows = !family.is_empty() && features.bytes().all(|c| c.is_ascii_lowercase());
        follows.then_some(Self {
            family: family.to_owned(),
            vcpus: vcpus.parse().ok()?,
            constrained_vcpus,
            features: features.to_owned(),
            accelerators,
            version,
        })
    }

    /// Whether the size belongs to a series. Sizes with constrained vCPUs or an accelerator never do.
    pub(super) fn is_in(&self, series: &VmSeries) -> bool {
        self.family == series.family
            && self.version == Some(series.version)
            && series.features.contains(&self.features)
            && self.constrained_vcpus.is_none()
            && self.accelerators.is_empty()
    }

    /// Whether the size has an additive feature. Names without a version are older than the letters that count here.
    pub(super) fn has(&self, feature: char) -> bool {
        self.version.is_some() && self.features.contains(feature)
    }

    /// The same size without an additive feature.
    pub(super) fn without(&self, feature: char) -> Self {
        Self { features: self.features.replace(feature, ""), ..self.clone() }
    }
}

/// As Azure spells it.
impl fmt::Display for VmSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Standard_{}{}", self.family.to_ascii_uppercase(), self.vcpus)?;
        if let Some(number) = self.constrained_vcpus {
            write!(f, "-{number}")?;
        }
        f.write_str(&self.features)?;
        for accelerator in &self.accelerators {
            write!(f, "_{}", accelerator.to_ascii_uppercase())?;
        }
        self.version.map_or(Ok(()), |number| write!(f, "_v{number}"))
    }
}

/// The longest start of `text` whose characters all fit, and the rest.
fn split_while(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// The number of a version part such as `v5`.
fn version(part: &str) -> Option<u32> {
    let digits = part.strip_prefix('v')?;
    digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::facts::Facts;

    #[test]
    fn takes_names_apart_and_puts_them_together() {
        let size = VmSize::parse("standard_nd96isr_mi300x_V5").unwrap();
        assert_eq!((size.family.as_str(), size.vcpus, size.constrained_vcpus, size.features.as_str()), ("nd", 96, None, "isr"));
        assert_eq!((size.accelerators.as_slice(), size.version), (["mi300x".to_owned()].as_slice(), Some(5)));
        let size = VmSize::parse("Standard_E4-2ds_v5").unwrap();
        assert_eq!((size.family.as_str(), size.vcpus, size.constrained_vcpus, size.features.as_str()), ("e", 4, Some(2), "ds"));
    }

    #[test]
    fn knows_arm64_and_dcsv2_sizes() {
        let facts = Facts::embedded().nodes;
        let arm64 = *facts.arm64_feature.on(Date::LATEST).unwrap();
        let dcsv2 = facts.dcsv2.on(Date::LATEST).unwrap();
        // Name, ARM64?, DCsv2?
        for (name, is_arm64, is_dcsv2) in [
            ("Standard_D4ps_v5", true, false),
            ("Standard_D4pds_v5", true, false),
            ("Standard_D2pls_v5", true, false),
            ("Standard_D2plds_v5", true, false),
            ("Standard_E4ps_v5", true, false),
            ("Standard_E4pds_v5", true, false),
            ("Standard_D2pds_v6", true, false),
            ("Standard_D96ps_v6", true, false),
            ("Standard_E2ps_v6", true, false),
            ("Standard_B2pts_v2", true, false),
            ("Standard_B2pls_v2", true, false),
            ("Standard_B4ps_v2", true, false),
            ("Standard_NP10s", false, false),
            ("Standard_NP40s", false, false),
            ("Standard_PB6s", false, false),
            ("Standard_NC24ads_A100_v4", false, false),
            ("Standard_NV36ads_A10_v5", false, false),
            ("Standard_ND96amsr_A100_v4", false, false),
            ("Standard_E4-2ds_v5", false, false),
            ("Standard_M416-208s_v2", false, false),
            ("Standard_HB120-16rs_v3", false, false),
            ("Standard_M96s_1_v3", false, false),
            ("Standard_DC1s_v2", false, true),
            ("Standard_DC2s_v2", false, true),
            ("Standard_DC4s_v2", false, true),
            ("Standard_DC8_v2", false, true),
            ("Standard_DC2s", false, false),
            ("Standard_DC2s_v3", false, false),
            ("Standard_DC2ds_v3", false, false),
            ("Standard_DC2as_v5", false, false),
            ("Standard_DC2ads_v5", false, false),
            ("Standard_D2s_v2", false, false),
            ("Standard_DS2_v2", false, false),
            ("Standard_D4s_v5", false, false),
            ("Standard_D8as_v5", false, false),
            ("Standard_B2ms", false, false),
            ("Standard_F72s_v2", false, false),
            ("Standard_L8s_v3", false, false),
            ("Standard_A8m_v2", false, false),
            ("Standard_GS5", false, false),
        ] {
            let size = VmSize::parse(name).unwrap();
            assert_eq!(size.to_string(), name);
            assert_eq!(VmSize::parse(&name.to_ascii_uppercase()), Some(size.clone()));
            assert_eq!(size.has(arm64), is_arm64, "{name}");
            assert_eq!(size.is_in(dcsv2), is_dcsv2, "{name}");
        }
        for name in [
            "",
            "Standard_",
            "Standard_D",
            "Standard_4s_v5",
            "D4ps_v5",
            "Standard_D4-s_v5",
            "Standard_D4p$_v5",
            "Standard_D4ps-v5",
        ] {
            assert_eq!(VmSize::parse(name), None, "{name}");
        }
    }

    #[test]
    fn names_the_x64_counterpart() {
        for (name, counterpart) in [
            ("Standard_D4ps_v5", "Standard_D4s_v5"),
            ("Standard_D2plds_v6", "Standard_D2lds_v6"),
            ("Standard_E8pds_v5", "Standard_E8ds_v5"),
            ("Standard_B2pts_v2", "Standard_B2ts_v2"),
        ] {
            assert_eq!(VmSize::parse(name).unwrap().without('p').to_string(), counterpart);
        }
    }
}
