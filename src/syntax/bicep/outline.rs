//! What a file says of other files and of its parameters, told from its tokens: no tree is built.

use super::lex::{Token, TokenKind, lex};
use super::parse::text::Quotes;

/// The outline of a template or parameter file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it refers to, in order.
    pub references: Vec<Reference>,
    /// The templates that an ARM template links by an address or an expression, which lead to no file that is known.
    pub addresses: Vec<Reference>,
    /// The parameters that a template declares, or that a parameter file sets.
    pub parameters: Vec<String>,
}

/// A reference to another file, or to something in a registry.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name of the module call; empty for others.
    pub name: String,
    /// As written: `./net.bicep`, `br/public:avm/..:0.1.0`.
    pub path: String,
}

/// Tokens up to the path of an import.
const LONGEST_IMPORT: usize = 4_000;

/// Reads the outline of a text. Never fails: what cannot be read is passed over.
pub fn outline(text: &str) -> Outline {
    let tokens = lex(text).tokens;
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    let mut starts = true;
    for (i, token) in tokens.iter().enumerate() {
        if starts && token.kind == TokenKind::Identifier {
            outline.statement(text, tokens.get(i..).unwrap_or_default());
        }
        match token.kind {
            TokenKind::LeftBrace | TokenKind::LeftParen | TokenKind::LeftSquare => depth += 1,
            TokenKind::RightBrace | TokenKind::RightParen | TokenKind::RightSquare => depth = depth.saturating_sub(1),
            _ => {}
        }
        starts = depth == 0 && token.kind == TokenKind::NewLine;
    }
    outline
}

impl Outline {
    fn statement(&mut self, text: &str, tokens: &[Token]) {
        let [keyword, next, ..] = tokens else { return };
        let word = |token: &Token| slice(text, token);
        match (word(keyword), next.kind) {
            ("param", TokenKind::Identifier) => self.parameters.push(word(next).to_owned()),
            ("module" | "test", TokenKind::Identifier) => self.refer(word(next), text, tokens.get(2)),
            ("using" | "extends", _) => self.refer("", text, Some(next)),
            ("import", _) => {
                let from = tokens.windows(2).take(LONGEST_IMPORT).find(|pair| pair.get(1).is_some_and(is_string));
                if let Some([from, path]) = from
                    && word(from) == "from"
                {
                    self.refer("", text, Some(path));
                }
            }
            _ => {}
        }
    }

    fn refer(&mut self, name: &str, text: &str, path: Option<&Token>) {
        if let Some(token) = path.filter(|token| is_string(token)) {
            let written = slice(text, token);
            let path = Quotes::of(written).text(written, true, true).to_string();
            self.references.push(Reference { name: name.to_owned(), path });
        }
    }
}

fn is_string(token: &Token) -> bool {
    token.kind == TokenKind::StringComplete
}

fn slice<'a>(text: &'a str, token: &Token) -> &'a str {
    text.get(token.start as usize..token.end as usize).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::outline;

    #[test]
    fn names_files_and_parameters() {
        let text = "\
targetScope = 'subscription'
import { a, b
  as c } from 'types.bicep'
import * as t from '../common/t.bicep'
@description('module x \\'no.bicep\\'')
param one string = 'module y'
param two {
  param: string
}
// module z 'no.bicep'
module aks './modules/aks.bicep' = {
  name: 'a'
  params: { x: '''module w 'no.bicep' ''' }
}

module net 'br/public:avm/res/network/virtual-network:0.1.0' = if (true) { name: 'n' }
test it 'test.bicep' = {}
module broken
";
        let outline = outline(text);
        let references: Vec<_> = outline.references.iter().map(|r| (r.name.as_str(), r.path.as_str())).collect();
        let expected = [
            ("", "types.bicep"),
            ("", "../common/t.bicep"),
            ("aks", "./modules/aks.bicep"),
            ("net", "br/public:avm/res/network/virtual-network:0.1.0"),
            ("it", "test.bicep"),
        ];
        assert_eq!(references, expected);
        assert_eq!(outline.parameters, ["one", "two"]);
    }

    #[test]
    fn parameter_files_too() {
        let file = outline("using './main.bicep'\nextends 'base.bicepparam'\n\nparam a = 1\nparam b = {\n  c: 1\n}\n");
        assert_eq!(file.references.iter().map(|r| r.path.as_str()).collect::<Vec<_>>(), ["./main.bicep", "base.bicepparam"]);
        assert_eq!(file.parameters, ["a", "b"]);
        assert_eq!(outline("using none\nparam a = 1\n").references, []);
    }
}
