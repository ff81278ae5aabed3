//! Breaks one thing at a time in real code, and counts how often overlint finds it.
//!
//! ```text
//! cargo run --release --example mutate -- [--show] FOLDER...
//! ```
//!
//! Each folder is a repository. In every root module and template, for up to three clusters, each rule below gets a mutant: one value
//! replaced where it is written, or one line added beside another. A mutant counts where the original has no finding of that rule and the
//! values are known. Found means that the rule then reports something for the cluster. `--show` lists what is not found.

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::eval::Assumptions;
use overlint::eval::template::{self, Templates};
use overlint::eval::terraform::{self, Modules};
use overlint::facts::Facts;
use overlint::model::{self, Cluster, Field, Pool, ProviderVersion, Subnet, World};
use overlint::report::Report;
use overlint::source::{Sources, Span};
use overlint::value::At;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// A mutant: the rule that must find it, and the change.
type Mutant = (&'static str, Vec<Edit>);

/// A change of the code: what replaces a place.
struct Edit {
    place: Span,
    text: String,
}

/// What came out for one rule.
#[derive(Default)]
struct Tally {
    mutants: usize,
    found: usize,
    repositories: BTreeSet<String>,
    missed: Vec<String>,
}

fn main() -> io::Result<()> {
    let (flags, folders): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    overlint::with_threads(0, || folders.iter().for_each(|folder| mutate(folder, &mut tallies))).map_err(io::Error::other)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{:40} {:>8} {:>8} {:>8}", "rule", "mutants", "found", "in")?;
    for (rule, tally) in &tallies {
        writeln!(out, "{rule:40} {:>8} {:>8} {:>8}", tally.mutants, tally.found, tally.repositories.len())?;
        if flags.iter().any(|f| f == "--show") {
            tally.missed.iter().try_for_each(|missed| writeln!(out, "    {missed}"))?;
        }
    }
    let sum = |of: fn(&Tally) -> usize| tallies.values().map(of).sum::<usize>();
    writeln!(out, "{:40} {:>8} {:>8}", "all", sum(|t| t.mutants), sum(|t| t.found))
}

fn mutate(folder: &str, tallies: &mut BTreeMap<&'static str, Tally>) {
    let sources = discover(&[folder.to_owned()], &Options { no_ignore: true, ..Options::default() });
    let original = overlint::check(&sources, &Config::default());
    for world in worlds(&sources) {
        for cluster in world.clusters.iter().take(3) {
            let code = Code { sources: &sources };
            for (rule, edits) in code.mutants(&world, cluster) {
                if finds(&original, rule, cluster) || edits.is_empty() {
                    continue;
                }
                let report = overlint::check(&changed(&sources, &edits), &Config::default());
                let tally = tallies.entry(rule).or_default();
                tally.mutants += 1;
                tally.repositories.insert(folder.to_owned());
                if finds(&report, rule, cluster) {
                    tally.found += 1;
                } else {
                    let at = edits.first().map(|e| (sources.file(e.place.file).path(), &e.text));
                    let why = report.undecided.iter().find(|u| u.rule == rule && u.cluster == *cluster.address);
                    let why = why.map_or("not found", |u| &u.why.reason);
                    tally.missed.push(format!("{at:?} {}: {why}", cluster.address));
                }
            }
        }
    }
}

/// What every root module and template declares, without parameter files.
fn worlds(sources: &Sources) -> Vec<World> {
    let (facts, config) = (Facts::embedded(), Config::default());
    let (mut modules, _) = Modules::read(sources, &[]);
    modules.add_known(&facts.modules);
    let linted: BTreeSet<&str> = sources.folders().collect();
    let (mut templates, _) = Templates::read(sources);
    templates.add_known(&facts.bicep_modules);
    let mut worlds = Vec::new();
    for root in modules.roots().into_iter().filter(|root| linted.contains(root)) {
        let resources = terraform::evaluate(root, &modules, sources, &config, &Assumptions::new(), &model::is_wanted).resources;
        worlds.push(World::new(&resources, &terraform::provider_version(root, &modules), &facts, config.day()));
    }
    // What another template calls is found through that.
    let called: BTreeSet<&str> = templates
        .iter()
        .flat_map(|(path, template)| template.called_paths().into_iter().map(move |written| (path, written)))
        .filter_map(|(path, written)| templates.called(path, written).ok().map(|(path, _)| path))
        .collect();
    let is_root = |path: &str| sources.asked(path).is_some() && !called.contains(path);
    for (path, _) in templates.iter().filter(|(path, _)| is_root(path)) {
        let evaluated = template::evaluate(path, &[], &templates, sources, &Assumptions::new(), &model::is_wanted);
        worlds.push(World::new(&evaluated.resources, &ProviderVersion::default(), &facts, config.day()));
    }
    worlds
}

fn finds(report: &Report, rule: &str, cluster: &Cluster) -> bool {
    let is_it = |name: &String| **name == *cluster.address;
    report.findings.iter().any(|f| f.rule == rule && (is_it(&f.cluster) || f.also.iter().any(is_it)))
}

/// The same files with changes in one of them.
fn changed(sources: &Sources, edits: &[Edit]) -> Sources {
    let mut copy = Sources::new();
    for (id, file) in sources.iter() {
        let mut text = file.text().to_owned();
        let mut here: Vec<&Edit> = edits.iter().filter(|e| e.place.file == id).collect();
        here.sort_by_key(|e| std::cmp::Reverse(e.place.start));
        for edit in here {
            text.replace_range(edit.place.start as usize..edit.place.end as usize, &edit.text);
        }
        copy.add(file.path(), text.as_bytes());
        if let Some(asked) = sources.asked(file.path()) {
            copy.ask(file.path(), asked);
        }
    }
    sources.folders().for_each(|folder| copy.add_folder(folder));
    sources.restored().for_each(|(from, written, path)| copy.add_restored(from, written, path));
    copy
}

/// The code that is broken.
struct Code<'s> {
    sources: &'s Sources,
}

impl Code<'_> {
    fn mutants(&self, world: &World, cluster: &Cluster) -> Vec<Mutant> {
        let overlay = cluster.is_overlay() == Ok(true);
        let mut mutants = if overlay { self.overlay(world, cluster) } else { Vec::new() };
        let service = |rule, value: &str| (rule, self.set(cluster.service_cidrs.first(), &cluster.plugin, value));
        mutants.extend([
            service("service-cidr-too-large", "172.16.0.0/11"),
            service("service-cidr-public-or-multicast", "20.0.0.0/16"),
            service("invalid-cidr", "10.0.0.0/33"),
            ("dns-service-ip-outside-service-cidr", self.replaced(&cluster.dns_service_ip.at, "192.0.2.10")),
            ("kubenet-retirement", self.replaced(&cluster.plugin.at, "kubenet")),
        ]);
        if let Some(Ok(Some(range))) = cluster.service_cidrs.first().map(Field::known) {
            let first = range.nth(1).map(|a| a.to_string()).unwrap_or_default();
            let last = range.last().to_string();
            mutants.push(("dns-service-ip-first-address", self.replaced(&cluster.dns_service_ip.at, &first)));
            mutants.push(("dns-service-ip-boundary", self.replaced(&cluster.dns_service_ip.at, &last)));
        }
        for pool in cluster.pools.iter().take(1) {
            mutants.extend(self.pool(pool, overlay));
            if let Some(subnet) = subnet_of(world, pool) {
                mutants.extend(self.subnet(cluster, subnet));
            }
        }
        mutants
    }

    fn overlay(&self, world: &World, cluster: &Cluster) -> Vec<Mutant> {
        let pod = |rule, value: &str| (rule, self.set(cluster.pod_cidrs.first(), &cluster.plugin, value));
        let mut mutants = vec![
            pod("pod-cidr-below-one-node", "10.244.0.0/25"),
            pod("pod-cidr-public-range", "20.0.0.0/14"),
            pod("reserved-range-overlap", "169.254.0.0/16"),
            pod("cidr-host-bits-set", "10.244.7.0/14"),
            pod("invalid-cidr", "10.244.0.0"),
            ("overlay-requires-azure-plugin", self.replaced(&cluster.plugin.at, "none")),
        ];
        if cluster.pools.iter().any(|p| p.max_nodes().is_ok_and(|n| n > 1)) {
            mutants.push(pod("pod-cidr-capacity", "10.244.0.0/24"));
        }
        if let Some(Ok(Some(range))) = cluster.service_cidrs.first().map(Field::known) {
            mutants.push(pod("pod-cidr-overlaps-service-cidr", &range.to_string()));
        }
        for pool in cluster.pools.iter().take(1) {
            mutants.push(("dcsv2-not-supported", self.replaced(&pool.vm_size.at, "Standard_DC2s_v2")));
            let Some(subnet) = subnet_of(world, pool) else { continue };
            if let Some(Ok(Some(range))) = subnet.prefixes.first().map(Field::known) {
                mutants.push(pod("pod-cidr-overlaps-node-subnet", &range.to_string()));
            }
            let space = subnet.vnet.known().ok().flatten().and_then(|id| world.vnet(*id)?.space.first());
            if let Some(Ok(Some(space))) = space.map(Field::known) {
                mutants.push(pod("pod-cidr-overlaps-vnet-space", &space.to_string()));
            }
            mutants.push(("udr-default-route", self.set(Some(&cluster.outbound_type), &cluster.plugin, "userDefinedRouting")));
            mutants.push((
                "managed-nat-with-byo-vnet",
                self.set(Some(&cluster.outbound_type), &cluster.plugin, "managedNATGateway"),
            ));
        }
        mutants
    }

    fn pool(&self, pool: &Pool, overlay: bool) -> Vec<Mutant> {
        let max_pods = |rule, value: &str| (rule, self.set(Some(&pool.max_pods), &pool.vm_size, value));
        let count = if pool.max_count.known().is_ok_and(|n| n.is_some()) { &pool.max_count } else { &pool.count };
        let mut mutants = vec![
            max_pods("max-pods-range", if overlay { "251" } else { "300" }),
            max_pods("max-pods-range", "9"),
            ("cluster-node-limit", self.replaced(&count.at, "6000")),
            ("availability-set-not-supported", self.set(Some(&pool.kind), &pool.vm_size, "AvailabilitySet")),
        ];
        mutants.retain(|(rule, _)| overlay || *rule != "availability-set-not-supported");
        mutants
    }

    fn subnet(&self, cluster: &Cluster, subnet: &Subnet) -> Vec<Mutant> {
        let Some(Ok(Some(range))) = subnet.prefixes.first().map(Field::known) else { return Vec::new() };
        let service = self.set(cluster.service_cidrs.first(), &cluster.plugin, &range.to_string());
        let mut mutants = vec![("service-cidr-overlaps-vnet-subnet", service)];
        if let Some(prefix) = subnet.prefixes.first() {
            let tiny = format!("{}/29", range.first());
            mutants.push(("node-subnet-capacity", self.replaced(&prefix.at, &tiny)));
        }
        mutants.retain(|(rule, _)| {
            *rule != "node-subnet-capacity" || cluster.pools.iter().any(|p| p.max_nodes().is_ok_and(|n| n > 3))
        });
        mutants
    }

    /// Replaces a value where it is written, or writes it in a line of its own beside another attribute.
    fn set<T, U>(&self, field: Option<&Field<T>>, beside: &Field<U>, value: &str) -> Vec<Edit> {
        match field {
            Some(field) if field.is_written() == Ok(true) => self.replaced(&field.at, value),
            Some(field) if field.is_written() == Ok(false) => self.beside(&beside.at, beside.name, field.name, value),
            _ => Vec::new(),
        }
    }

    /// The literal that a value comes from, replaced.
    fn replaced(&self, at: &At, value: &str) -> Vec<Edit> {
        let mut places = std::iter::once(at.site).chain(at.hops.iter().map(|hop| hop.span));
        let literal = places.rfind(|place| self.is_literal(*place));
        let edit = |place: Span| {
            let quote = self.sources.text(place).chars().next().filter(|c| matches!(c, '"' | '\''));
            let quote = quote.map_or(String::new(), String::from);
            Edit { place, text: format!("{quote}{value}{quote}") }
        };
        literal.map(edit).into_iter().collect()
    }

    fn is_literal(&self, place: Span) -> bool {
        let text = self.sources.text(place);
        let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
        let plain = !text.contains(['$', '[', '{', '\n']);
        plain && (quoted('"') || quoted('\'') || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())))
    }

    /// A new line before the one that has an attribute to itself.
    fn beside(&self, at: &At, written: &str, name: &str, value: &str) -> Vec<Edit> {
        let file = self.sources.file(at.site.file);
        let (_, start) = file.line_of(at.site.start);
        let line = file.slice(start, at.site.start);
        let indent = line.len() - line.trim_start().len();
        if !line.trim_start().trim_start_matches('"').starts_with(written) {
            return Vec::new();
        }
        let number = value.bytes().all(|b| b.is_ascii_digit());
        let quoted = |quote: &str| if number { value.to_owned() } else { format!("{quote}{value}{quote}") };
        let text = match file.path().rsplit('.').next() {
            Some("tf") => format!("{name} = {}", quoted("\"")),
            Some("bicep") => format!("{name}: {}", quoted("'")),
            Some("json") => format!("\"{name}\": {},", quoted("\"")),
            _ => return Vec::new(),
        };
        let place = Span { end: start, start, file: at.site.file };
        vec![Edit { place, text: format!("{}{text}\n", line.get(..indent).unwrap_or("")) }]
    }
}

fn subnet_of<'w>(world: &'w World, pool: &Pool) -> Option<&'w Subnet> {
    world.subnet(*pool.subnet.known().ok().flatten()?)
}
