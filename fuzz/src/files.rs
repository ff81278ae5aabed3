//! Several files in one input: each begins with a line `////x`, where `x` says which it is. What comes before the first is `main.tf`.

/// The files that there can be.
pub const NAMES: [(u8, &str); 26] = [
    (b'a', "main.tf"),
    (b'b', "variables.tf"),
    (b'c', "extra.tf.json"),
    (b'd', "terraform.tfvars"),
    (b'e', "prod.tfvars"),
    (b'f', "dev.tfvars.json"),
    (b'g', "modules/net/main.tf"),
    (b'h', "main.bicep"),
    (b'i', "main.bicepparam"),
    (b'j', "modules/net.bicep"),
    (b'k', "bicepconfig.json"),
    (b'l', "azuredeploy.json"),
    (b'm', "azuredeploy.parameters.json"),
    (b'n', "modules/net.json"),
    (b'o', "plan.json"),
    (b'p', "config.yaml"),
    (b'q', "overlint.toml"),
    (b'r', "main_override.tf"),
    (b's', "main.json"),
    (b't', "template.tftpl"),
    (b'u', ".terraform.lock.hcl"),
    (b'v', "infra/main.tf"),
    (b'w', "infra/state.json"),
    (b'x', "infra/overlint.toml"),
    (b'y', "infra/main.tofu"),
    (b'z', "modules/aks/main.tf"),
];

/// What a file begins with.
const MARK: &[u8] = b"////";

/// The files of an input; of several of one name the first.
pub fn split(data: &[u8]) -> Vec<(&'static str, &[u8])> {
    let mut files: Vec<(&'static str, &[u8])> = Vec::new();
    let mut name = "main.tf";
    let mut start = 0;
    let mut line = 0;
    loop {
        let end = data[line..].iter().position(|&b| b == b'\n').map_or(data.len(), |i| line + i + 1);
        let next = match data[line..end].strip_prefix(MARK) {
            Some([kind, rest @ ..]) if matches!(rest, [] | [b'\n']) => NAMES.iter().find(|(k, _)| k == kind).map(|(_, n)| n),
            _ => None,
        };
        if next.is_some() || end == data.len() {
            let stop = if next.is_some() { line } else { end };
            if stop > start && !files.iter().any(|(known, _)| *known == name) {
                files.push((name, &data[start..stop]));
            }
        }
        if let Some(next) = next {
            (name, start) = (next, end);
        }
        if end == data.len() {
            return files;
        }
        line = end;
    }
}
