//! Addresses of resources and modules, taken apart.

/// The steps of an address: each name with the index behind it, if any (`["blue"]`, `[0]`).
pub(super) fn steps(address: &str) -> Vec<(&str, &str)> {
    let mut steps = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (index, after) = after.split_at_checked(index_length(after)).unwrap_or(("", after));
        steps.push((name, index));
        rest = after.strip_prefix('.').unwrap_or("");
    }
    steps
}

/// How long the index is that a text starts with. Quotes in it hide brackets.
fn index_length(text: &str) -> usize {
    if !text.starts_with('[') {
        return 0;
    }
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// An address with no index: what the code calls all of its instances.
pub fn without_indexes(address: &str) -> String {
    steps(address).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_may_hold_anything() {
        let address = r#"module.aks["a.b]\"["].module.x[0].azurerm_subnet.this["c"]"#;
        let expected = [
            ("module", ""),
            ("aks", r#"["a.b]\"["]"#),
            ("module", ""),
            ("x", "[0]"),
            ("azurerm_subnet", ""),
            ("this", r#"["c"]"#),
        ];
        assert_eq!(steps(address), expected);
        assert_eq!(without_indexes(address), "module.aks.module.x.azurerm_subnet.this");
        assert_eq!(without_indexes("azurerm_subnet.this"), "azurerm_subnet.this");
        assert_eq!(without_indexes(""), "");
        assert_eq!(without_indexes("a[b"), "a");
    }
}
