//! `overlint suggest`: a network for a cluster that is not there yet.

use super::{Exit, output};
use crate::cidr::Cidr;
use crate::date::Date;
use crate::facts::Facts;
use crate::report::{grouped, plural};
use crate::suggest::{Plan, Sized, Surge, Wishes};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Args)]
pub(super) struct SuggestArgs {
    /// The most nodes that all pools together may reach
    #[arg(long, value_name = "NUMBER")]
    nodes: u64,
    /// The nodes that an upgrade adds to a pool: a number, or a percentage [default: Azure's, 10%]
    #[arg(long, value_name = "NUMBER|PERCENT%", value_parser = surge)]
    surge: Option<Surge>,
    /// The most pods on a node [default: Azure's for overlay, 250]
    #[arg(long, value_name = "NUMBER")]
    pods_per_node: Option<u64>,
    /// Networks to keep clear of: those of other VNets and on premises, and subnets that the VNet has
    #[arg(long, value_name = "CIDR,..", value_delimiter = ',', value_parser = range)]
    avoid: Vec<Cidr>,
    /// The address space of the VNet, if there is one already
    #[arg(long, value_name = "CIDR,..", value_delimiter = ',', value_parser = range)]
    vnet: Vec<Cidr>,
    /// With IPv6 addresses beside IPv4 ones
    #[arg(long)]
    dual_stack: bool,
    /// Go by what Azure accepted on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The ranges, with their sizes
    Text,
    /// A root module for Terraform
    Hcl,
    /// A template for a resource group
    Bicep,
    /// The ranges, for programs
    Json,
}

fn surge(text: &str) -> Result<Surge, String> {
    Surge::parse(text).ok_or_else(|| "it is neither a number nor a percentage such as 10%".to_owned())
}

fn range(text: &str) -> Result<Cidr, String> {
    let range: Cidr = text.parse().map_err(|e: crate::cidr::CidrError| e.to_string())?;
    if range.has_host_bits() {
        Err(format!("it does not start at its network address; did you mean {range}?"))
    } else {
        Ok(range)
    }
}

/// Prints a plan, or why there is none.
pub(super) fn run(args: &SuggestArgs) -> Exit {
    let wishes = Wishes {
        nodes: args.nodes,
        surge: args.surge,
        pods_per_node: args.pods_per_node,
        avoid: args.avoid.clone(),
        vnet: args.vnet.clone(),
        dual_stack: args.dual_stack,
        day: args.as_of.unwrap_or(Date::LATEST),
    };
    match Plan::of(&wishes, &Facts::embedded()) {
        Ok(plan) => output::stdout(|out| match args.format {
            Format::Text => text(&plan, out),
            Format::Hcl => out.write_all(plan.hcl().as_bytes()),
            Format::Bicep => out.write_all(plan.bicep().as_bytes()),
            Format::Json => json(&plan, out),
        }),
        Err(why) => {
            output::complain(&why.to_string());
            Exit::Failed
        }
    }
}

fn text(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let surge = grouped(plan.surge_nodes.into());
    let pods = plural(plan.pods_per_node, "pod");
    writeln!(out, "A network for {} with up to {pods} each, and for {surge} more", nodes(plan.nodes))?;
    writeln!(out, "during an upgrade ({} of each pool):\n", plan.surge)?;
    let rows = rows(plan);
    let width = rows.iter().map(|(_, range, _)| range.len()).max().unwrap_or_default();
    for (name, range, why) in rows {
        writeln!(out, "{}", format!("  {name:14}  {range:width$}  {why}").trim_end())?;
    }
    let (pods, subnet) = (&plan.pod_cidr, &plan.node_subnet);
    writeln!(out, "\nThe pools may reach {} before the pod CIDR is full during an upgrade,", nodes(pods.full_at))?;
    writeln!(out, "and {} before the node subnet is.", nodes(subnet.full_at))?;
    writeln!(out, "{}", first_limit(plan))?;
    writeln!(out, "Internal load balancers and private endpoints in the node subnet need addresses,")?;
    writeln!(out, "too. The service CIDR cannot be changed once the cluster exists.")?;
    writeln!(out, "\nAs code that passes the check: --format hcl, --format bicep.")
}

fn nodes(number: u64) -> String {
    plural(grouped(number.into()), "node")
}

/// What keeps the pools from growing, before anything else does.
fn first_limit(plan: &Plan) -> String {
    let (pods, subnet) = (plan.pod_cidr.full_at, plan.node_subnet.full_at);
    match () {
        () if plan.limit <= pods.min(subnet) => format!("Azure's limit of {} for a cluster comes first.", nodes(plan.limit)),
        () if pods < subnet => "The pod CIDR comes first.".to_owned(),
        () if subnet < pods => "The node subnet comes first.".to_owned(),
        () => "Both come at the same time.".to_owned(),
    }
}

/// Each range with its name, and why it is so large.
fn rows(plan: &Plan) -> Vec<(&'static str, String, String)> {
    let addresses = |range: &Cidr| match range.last().is_ipv4() {
        true => format!("{} addresses", grouped(range.size())),
        false => String::new(),
    };
    let mut rows = Vec::new();
    for range in &plan.vnet {
        rows.push(("VNet", range.to_string(), addresses(range)));
    }
    let Sized { range, room, .. } = &plan.node_subnet;
    rows.push(("node subnet", range.to_string(), format!("{}; Azure keeps {}", nodes(*room), plan.reserved)));
    let Sized { range, room, .. } = &plan.pod_cidr;
    let pods = format!("{}, a /{} each", nodes(*room), plan.block);
    let six = |range: Option<Cidr>| range.map(|range| range.to_string());
    rows.extend(six(plan.node_subnet_ipv6).map(|range| ("", range, "the only size that Azure takes".to_owned())));
    rows.push(("pod CIDR", range.to_string(), pods));
    rows.extend(six(plan.pod_cidr_ipv6).map(|range| ("", range, String::new())));
    let services = plan.service_cidr.size().saturating_sub(2);
    rows.push(("service CIDR", plan.service_cidr.to_string(), plural(grouped(services), "service")));
    rows.extend(six(plan.service_cidr_ipv6).map(|range| ("", range, "the largest that Azure takes".to_owned())));
    rows.push(("DNS service IP", plan.dns_service_ip.to_string(), String::new()));
    rows
}

/// The public form of a plan.
#[derive(Serialize)]
struct Json {
    version: u32,
    nodes: u64,
    surge: String,
    surge_nodes: u64,
    pods_per_node: u64,
    vnet: Vec<String>,
    node_subnet: Vec<String>,
    pod_cidrs: Vec<String>,
    service_cidrs: Vec<String>,
    dns_service_ip: String,
    pools: Vec<JsonPool>,
    pod_cidr_room: Room,
    node_subnet_room: Room,
    cluster_limit: u64,
}

#[derive(Serialize)]
struct JsonPool {
    name: String,
    min_count: u64,
    max_count: u64,
    surge: u64,
}

/// The nodes that there is room for, and how many the pools may reach before it is full during an upgrade.
#[derive(Serialize)]
struct Room {
    nodes: u64,
    full_at: u64,
}

impl Room {
    fn of(sized: &Sized) -> Self {
        Self { nodes: sized.room, full_at: sized.full_at }
    }
}

fn json(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let list = |first: Cidr, second: Option<Cidr>| std::iter::once(first).chain(second).map(|range| range.to_string()).collect();
    let pool = |pool: &crate::suggest::Pool| JsonPool {
        name: pool.name.clone(),
        min_count: pool.least,
        max_count: pool.most,
        surge: pool.surge,
    };
    let all = Json {
        version: 1,
        nodes: plan.nodes,
        surge: plan.surge.to_string(),
        surge_nodes: plan.surge_nodes,
        pods_per_node: plan.pods_per_node,
        vnet: plan.vnet.iter().map(Cidr::to_string).collect(),
        node_subnet: list(plan.node_subnet.range, plan.node_subnet_ipv6),
        pod_cidrs: list(plan.pod_cidr.range, plan.pod_cidr_ipv6),
        service_cidrs: list(plan.service_cidr, plan.service_cidr_ipv6),
        dns_service_ip: plan.dns_service_ip.to_string(),
        pools: plan.pools.iter().map(pool).collect(),
        pod_cidr_room: Room::of(&plan.pod_cidr),
        node_subnet_room: Room::of(&plan.node_subnet),
        cluster_limit: plan.limit,
    };
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
