//! `yamldecode`.

use super::super::convert::Outcome;
use super::Answer;
use super::args::Args;
use crate::eval::yaml::{self, Dialect, Places};
use crate::value::{At, Hop, Hops, Val};

pub(super) fn yamldecode(args: &Args) -> Outcome<Answer> {
    let text = args.text(0)?;
    let hops = &args.val(0)?.at.hops;
    // A text that is that of a file, word for word, has its values in the file.
    let file = hops.iter().find(|hop| hop.span.file != args.site.file && args.files.text_of(hop.span.file) == text);
    let at = At { site: args.site, hops: hops.clone() };
    let places = file.map_or_else(|| Places::One(at.clone()), |hop| Places::File(hop.span.file));
    let val = yaml::read(text, Dialect::Terraform, places)?;
    let at = match file {
        Some(hop) => At { site: args.site, hops: Hops::from_vec(vec![Hop { span: val.at.site, ..hop.clone() }]) },
        None => at,
    };
    Ok(Answer::Given(Val { value: val.value, at }))
}
