//! Names for findings that stay the same while the code around them changes.

use super::Finding;
use crate::source::Sources;
use std::collections::HashMap;

/// How many characters of the text, from the start of a line on, GitHub's fingerprint of that line looks at.
const BLOCK: usize = 100;

/// The fingerprints that GitHub's code scanning gives to the lines of a file: `primaryLocationLineHash`. The first is that of the first
/// line. It counts a lone carriage return as the end of a line. (A byte order mark, which it would count as a character of the first line,
/// is not part of our texts.)
///
/// The algorithm is that of `src/fingerprints.ts` in github/codeql-action: over the UTF-16 units of the text without spaces and tabs,
/// every end of a line as one line feed, the end of the file as 65535 and zeros after it, a polynomial in 37 modulo 2^64 of the hundred
/// units from the start of the line; then how many lines up to this one have the same.
pub fn line_hashes(text: &str) -> Vec<String> {
    let (mut units, starts) = significant_units(text);
    units.resize(units.len() + BLOCK, 0);
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let hash = |start: usize| {
        let block = units.iter().skip(start).take(BLOCK);
        block.fold(0u64, |hash, &unit| hash.wrapping_mul(37).wrapping_add(u64::from(unit)))
    };
    let numbered = |hash: u64| {
        let count = seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:x}:{count}")
    };
    starts.into_iter().map(hash).map(numbered).collect()
}

/// The units that count, the end of the file last, and where among them each line starts.
fn significant_units(text: &str) -> (Vec<u16>, Vec<usize>) {
    const LINE_FEED: u16 = b'\n' as u16;
    const CARRIAGE_RETURN: u16 = b'\r' as u16;
    const SPACE: u16 = b' ' as u16;
    const TAB: u16 = b'\t' as u16;
    let (mut units, mut starts) = (Vec::with_capacity(text.len() + BLOCK + 1), Vec::new());
    let (mut at_start, mut after_return) = (true, false);
    for unit in text.encode_utf16().chain([u16::MAX]) {
        let skipped = unit == SPACE || unit == TAB || (after_return && unit == LINE_FEED);
        after_return = unit == CARRIAGE_RETURN;
        if skipped {
            continue;
        }
        if at_start {
            starts.push(units.len());
        }
        let unit = if after_return { LINE_FEED } else { unit };
        at_start = unit == LINE_FEED;
        units.push(unit);
    }
    (units, starts)
}

/// What a finding is about, whatever its values and its line: the rule, the cluster, the file and the attribute. Findings that share all
/// of it are told apart by their order.
#[derive(Default)]
pub struct Identities {
    seen: HashMap<u64, usize>,
}

impl Identities {
    /// The identity of the next finding of a report.
    pub fn next(&mut self, finding: &Finding, sources: &Sources) -> String {
        let path = sources.in_repository(sources.file(finding.place.file).path());
        self.of(&[finding.rule, &finding.cluster, &path, attribute(finding, sources)])
    }

    /// The identity of the next thing that these words say what it is about.
    pub fn of(&mut self, words: &[&str]) -> String {
        let hash = fnv1a(words.iter().flat_map(|word| word.bytes().chain([0])));
        let count = self.seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:016x}:{count}")
    }
}

/// The name before the place on its line: of the attribute, as a rule. Empty where the place starts its line.
fn attribute<'a>(finding: &Finding, sources: &'a Sources) -> &'a str {
    let file = sources.file(finding.place.file);
    let (_, line_start) = file.line_of(finding.place.start);
    let between = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
    let before = file.slice(line_start, finding.place.start).trim_end_matches(between);
    before.rsplit(between).next().unwrap_or_default()
}

/// The 64-bit FNV-1a hash.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// The values of `src/fingerprints.test.ts` in github/codeql-action.
    #[test]
    fn line_hashes_are_those_of_github() {
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let cases: [(&str, &[&str]); 9] = [
            ("", &["c129715d7a2bc9a3:1"]),
            (" a\nb\n  \t\tc\n d", &["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
            (
                " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
                &[
                    "8b7cf3e952e7aeb2:1",
                    "b1ae1287ec4718d9:1",
                    "bff680108adb0fcc:1",
                    "c6805c5e1288b612:1",
                    "b86d3392aea1be30:1",
                    "e6ceba753e1a442:1",
                ],
            ),
            (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", &greetings),
            (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", &greetings),
            (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", &greetings),
            (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", &greetings),
            (
                &"Lorem ipsum dolor sit amet.\n".repeat(10),
                &[
                    "a7f2ff13bc495cf2:1",
                    "a7f2ff13bc495cf2:2",
                    "a7f2ff13bc495cf2:3",
                    "a7f2ff13bc495cf2:4",
                    "a7f2ff13bc495cf2:5",
                    "a7f2ff13bc495cf2:6",
                    "a7f2ff1481e87703:1",
                    "a9cf91f7bbf1862b:1",
                    "55ec222b86bcae53:1",
                    "cc97dc7b1d7d8f7b:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
            (
                "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n",
                &[
                    "e54938cc54b302f1:1",
                    "bb609acbe9138d60:1",
                    "1131fd5871777f34:1",
                    "5c482a0f8b35ea28:1",
                    "54517377da7028d2:1",
                    "2c644846cb18d53e:1",
                    "f1b89f20de0d133:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(line_hashes(text), expected, "{text:?}");
        }
    }
}
