//! What somebody may have meant.

/// The most similar of some names, if any is similar at all.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.map(|n| (strsim::jaro_winkler(name, n), n)).filter(|(score, _)| *score > 0.7);
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, n)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let names = ["pod-cidr-overlaps-node-subnet", "service-cidr-size", "kubenet-retired"];
        assert_eq!(nearest("pod-cidr-overlap-node-subnet", names.into_iter()), Some(names[0]));
        assert_eq!(nearest("kubenet", names.into_iter()), Some(names[2]));
        assert_eq!(nearest("xyz", names.into_iter()), None);
    }
}
