//! What one Bicep file comes out as: file in, report out.
//!
//! The value under test is put where a pod CIDR belongs. Since it is none, the report quotes it; if it cannot be known, the report says why.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::template::{ABSENT, bicep_cluster, pod_cidr, pod_cidrs};

/// The value of an expression among some declarations.
#[track_caller]
fn value(declarations: &str, expression: &str) -> String {
    let text = format!("{declarations}\n{}", bicep_cluster(expression));
    pod_cidr(&[("main.bicep", &text)])
}

#[track_caller]
fn all(declarations: &str, cases: &[(&str, &str)]) {
    let differ = |(expression, expected): &(&str, &str)| {
        let value = value(declarations, expression);
        (value != *expected).then(|| format!("{expression}: {value} instead of {expected}"))
    };
    let wrong: Vec<String> = cases.iter().filter_map(differ).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn literals_and_operators() {
    all(
        "var n = 7\nvar name = 'x'\nvar none = null",
        &[
            ("'plain'", "plain"),
            ("'a-${name}-${n}-${true}'", "a-x-7-True"),
            ("'''raw ${name}'''", "raw ${name}"),
            ("$'''raw ${name}'''", "raw x"),
            ("'''\nfirst\nsecond'''", "first\nsecond"),
            ("'\\u{41}\\\\\\'b'", "A\\'b"),
            ("string(1 + 2 * 3)", "7"),
            ("string((1 + 2) * 3 - -1)", "10"),
            ("string(n / 2)", "3"),
            ("string(n % 4)", "3"),
            ("n == 7 ? 'yes' : 'no'", "yes"),
            ("n != 7 || n > 100 ? 'yes' : 'no'", "no"),
            ("!(n <= 7) ? 'yes' : 'no'", "no"),
            ("'A' =~ 'a' && 'A' !~ 'b' && 'A' != 'a' ? 'yes' : 'no'", "yes"),
            ("1 == '1' ? 'equal' : 'different'", "different"),
            ("none ?? name ?? 'z'", "x"),
            ("none", ABSENT),
            ("null == none ? 'equal' : 'different'", "equal"),
            ("true || false && false ? 'yes' : 'no'", "yes"),
            ("n > 5\n    ? 'big'\n    : 'small'", "big"),
            ("any(name)", "x"),
            ("sys.toUpper(az.resourceGroup('g').name)", "G"),
            ("nameof(name)", "name"),
        ],
    );
}

#[test]
fn objects_arrays_and_members() {
    all(
        "var list = ['a', 'b', 'c']
var map = { one: 1, 'two': '2', '${list[2]}': { deep: 'd', Mixed: 'm' } }
var rows = [{ id: 'x' }, { id: 'y' }]
var key = 'two'
var more = { ...map, one: 'changed', ...{ last: 'l' } }
var longer = [...list, 'd', ...rows]",
        &[
            ("list[1]", "b"),
            ("list[^1]", "c"),
            ("map.two", "2"),
            ("map['two']", "2"),
            ("map[key]", "2"),
            ("map.c.deep", "d"),
            ("map.c.mixed", "m"),
            ("map.C.MIXED", "m"),
            ("rows[1].id", "y"),
            ("more.one", "changed"),
            ("more.two", "2"),
            ("more.last", "l"),
            ("longer[3]", "d"),
            ("longer[5].id", "y"),
            ("string(length(longer))", "6"),
            ("map.?nothing", ABSENT),
            ("map.?nothing.deeper.still", ABSENT),
            ("map.?nothing.?deeper ?? 'other'", "other"),
            ("map.?nothing[0] ?? 'other'", "other"),
            ("map[?'nothing'] ?? 'other'", "other"),
            ("list[?7] ?? 'other'", "other"),
            ("list[?^7] ?? 'other'", "other"),
            ("(map.?c).deep", "d"),
            ("map.c!.deep", "d"),
            ("rows[?0].?id ?? 'other'", "x"),
            // A group ends the chain.
            ("(map.?nothing).deeper", "? this is null, which has no property deeper"),
            ("map.nothing", "? there is no property nothing here"),
            ("list[9]", "? there is no element 9 in an array of 3"),
            ("list.name", "? this is list, which has no property name"),
        ],
    );
}

#[test]
fn what_azure_refuses_is_not_known() {
    all(
        "var list = ['a']
var loopA = loopB
var loopB = loopA
param p string = q
param q string = p
func f(x string) string => f(x)
resource r1 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: r2.name, location: r1.location }
resource r2 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: r1.name, location: 'x' }",
        &[
            ("nothing", "? nothing is not declared"),
            ("nothing.x", "? nothing is not declared"),
            ("loopA", "? loopA refers to itself"),
            ("p", "? parameter p refers to itself"),
            ("string(1 / 0)", "? Azure refuses div(): nothing can be divided by 0"),
            ("noSuchFunction(1)", "? the function noSuchFunction is not known"),
            ("f('x')", "? this value is nested too deeply to be worked out"),
            ("r1.name", "? r2.name refers to itself"),
            ("r1.location", "? r1.location refers to itself"),
            ("r1.id", "? r2.name refers to itself"),
        ],
    );
}

#[test]
fn parameters() {
    all(
        "param given string = 'default'
param list array = ['a', given]
param other string = list[1]
param none string?
param noneByDefault string = ''
type maybe = string?
param byType maybe
type chain = maybe
param byChain chain
type object = { a: string }
param needed object
@secure()
param secret string
@secure()
param secretWithDefault string = 'p'
param number int",
        &[
            ("given", "default"),
            ("other", "default"),
            ("none", ABSENT),
            ("none ?? 'other'", "other"),
            ("byType ?? 'other'", "other"),
            ("byChain ?? 'other'", "other"),
            ("empty(noneByDefault) ? 'empty' : 'full'", "empty"),
            ("needed.a", "? parameter needed has no value"),
            ("secret", "? parameter secret has no value"),
            ("string(number)", "? parameter number has no value"),
            ("string(number + 1)", "? parameter number has no value"),
            ("number == number ? 'same' : 'other'", "same"),
            ("secret == secret ? 'same' : 'other'", "same"),
        ],
    );
}

#[test]
fn few_possible_values_are_all_tried() {
    let declarations = "@allowed(['kubenet', 'azure'])
param plugin string
param overlay bool
param mode 'a' | 'b' | 'c'
param late
  | 'x'
  | 'y'
type sku = 'x' | 'y'
param named sku
@allowed(['one', 'two'])
param list array";
    all(
        declarations,
        &[
            ("plugin == 'azure' ? 'same' : 'same'", "same"),
            ("plugin == 'other' ? 'odd' : 'never'", "never"),
            ("plugin == 'azure' ? 'one' : '10.244.0.0/16'", "? this depends on whether plugin == 'kubenet' holds"),
            ("overlay ? 'one' : '10.244.0.0/16'", "? this depends on whether overlay == true holds"),
            ("!overlay ? 'one' : '10.244.0.0/16'", "? this depends on whether overlay == true holds"),
            ("contains(['a', 'b', 'c'], mode) ? 'always' : '10.244.0.0/16'", "always"),
            ("contains(['a', 'b'], mode) ? 'always' : '10.244.0.0/16'", "? this depends on whether mode == 'a' holds"),
            ("late == 'z' ? 'never' : 'always'", "always"),
            ("named == 'z' ? 'never' : 'always'", "always"),
            ("overlay && plugin == 'z' ? 'never' : 'always'", "always"),
            ("{ x: '10.244.0.0/16', y: '10.244.0.0/16' }[named]", ABSENT),
            ("{ x: 'one', y: 'one' }[named]", "one"),
            // The same parameter twice is one condition.
            // Of an array the elements are listed.
            ("list[?0] ?? 'none'", "? parameter list has no value"),
            ("overlay ? (overlay ? 'yes' : 'never') : (overlay ? 'never' : 'yes')", "yes"),
        ],
    );
}

#[test]
fn a_condition_that_is_not_listed_is_tried_as_well() {
    all(
        "param s string\nparam n int",
        &[
            ("s == 'x' ? 'same' : 'same'", "same"),
            ("s == 'x' ? 'one' : '10.244.0.0/16'", "? this depends on whether s == 'x' holds"),
            ("s != 'x' ? '10.244.0.0/16' : 'one'", "? this depends on whether s != 'x' holds"),
            ("empty(s) ? 'one' : '10.244.0.0/16'", "? this depends on whether empty(s) holds"),
            ("n > 3 ? (n > 3 ? 'yes' : 'never') : 'yes'", "yes"),
            ("s == 'x' ? (s != 'x' ? 'never' : 'yes') : 'yes'", "yes"),
            ("startsWith(s, 'a') || true ? 'yes' : 'no'", "yes"),
            ("false && s == 'x' ? 'no' : 'yes'", "yes"),
            ("newGuid() == newGuid() ? 'a' : '10.244.0.0/16'", "? what newGuid() gives is known only at deployment"),
        ],
    );
}

#[test]
fn loops() {
    all(
        "var names = ['a', 'b']
var pairs = [for (name, i) in names: '${i}-${name}']
var nested = [for name in names: [for i in range(0, 2): '${name}${i}']]
var objects = [for (name, i) in names: { name: name, index: i, inner: { up: toUpper(name) } }]
param unknown array
var overUnknown = [for x in unknown: 'known']
var none = [for x in []: x]",
        &[
            ("pairs[1]", "1-b"),
            ("nested[1][0]", "b0"),
            ("objects[1].inner.up", "B"),
            ("string(objects[1].index)", "1"),
            ("overUnknown[0]", "? parameter unknown has no value"),
            ("join(overUnknown, ',')", "? parameter unknown has no value"),
            ("string(length(none))", "0"),
            ("none[?0] ?? 'none'", "none"),
        ],
    );
}

#[test]
fn lambdas() {
    all(
        "var rows = [{ n: 'b', v: 2 }, { n: 'a', v: 1 }, { n: 'c', v: 3 }]",
        &[
            ("filter(rows, r => r.v > 1)[1].n", "c"),
            ("filter(rows, (r, i) => i == 1)[0].n", "a"),
            ("join(map(rows, r => r.n), '')", "bac"),
            ("join(map(rows, (r, i) => '${i}${r.n}'), '')", "0b1a2c"),
            ("sort(rows, (x, y) => x.v < y.v)[0].n", "a"),
            ("string(reduce(rows, 0, (sum, r) => sum + r.v))", "6"),
            ("toObject(rows, r => r.n, r => string(r.v)).c", "3"),
            ("toObject(rows, r => r.n).a.n", "a"),
            ("groupBy(rows, r => r.n).b[0].n", "b"),
            ("mapValues({ a: 'x' }, v => toUpper(v)).a", "X"),
            ("join(map(rows, r =>\n  r.n), '')", "bac"),
            ("first(filter(rows, r => r.n == 'z')) ?? 'none'", "none"),
            ("map(rows, r => map([1], x => '${r.n}${x}')[0])[2]", "c1"),
        ],
    );
}

#[test]
fn functions_of_the_user() {
    all(
        "var suffix = 'net'
param hidden string = 'p'
func named(name string, n int) string => '${name}-${suffix}-${n}'
func twice(name string) string => '${named(name, 1)}+${named(name, 2)}'
func maybe(name string?) string => name ?? 'none'
func reads() string => hidden",
        &[
            ("named('a', 1)", "a-net-1"),
            ("twice('a')", "a-net-1+a-net-2"),
            ("maybe(null)", "none"),
            ("maybe('x')", "x"),
            ("reads()", "? hidden is not declared"),
        ],
    );
}

#[test]
fn unknown_parts_of_objects() {
    all(
        "param tags object
param list array
var base = { a: 'base' }
var after = union(tags, { b: 'set' })
var before = union({ b: 'set' }, tags)
var spreadAfter = { ...tags, b: 'set' }
var spreadBefore = { b: 'set', ...tags }",
        &[
            // Only what is set after the unknown object is certain.
            ("after.b", "set"),
            ("before.b", "? parameter tags has no value"),
            ("after.a", "? parameter tags has no value"),
            ("spreadAfter.b", "set"),
            ("spreadBefore.b", "? parameter tags has no value"),
            ("spreadAfter.?c ?? 'none'", "? parameter tags has no value"),
            ("shallowMerge([tags, base]).a", "base"),
            ("shallowMerge([base, tags]).a", "? parameter tags has no value"),
            ("[...list, 'x'][0]", "? parameter list has no value"),
            ("['x', ...list][1]", "? parameter list has no value"),
            ("contains(base, 'a') ? 'yes' : 'no'", "yes"),
            ("union({ x: { a: 'a', b: 'old' } }, { x: { b: 'new' } }).x.a", "a"),
            ("union({ x: { a: 'a', b: 'old' } }, { x: { b: 'new' } }).x.b", "new"),
            ("shallowMerge([{ x: { a: 'a' } }, { x: { b: 'b' } }]).x.?a ?? 'gone'", "gone"),
            ("join(union(['a', 'b'], ['b', 'c']), '')", "abc"),
            ("items({ b: 2, a: 1 })[0].key", "a"),
            ("objectKeys({ b: 2, a: 1 })[0]", "a"),
        ],
    );
}

const VNET: &str = "
param vnetName string
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'net'
  location: 'westeurope'
  tags: { team: 'a' }
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets: [{ name: 'one', properties: { addressPrefix: '10.0.0.0/24' } }] }
  resource nodes 'subnets' = {
    name: 'nodes'
    properties: { addressPrefix: '10.0.1.0/24' }
    resource deep 'things@2020-01-01' = { name: 'deep-${nodes.name}' }
  }
}
resource pods 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: vnet
  name: 'pods'
  properties: { addressPrefix: vnet.properties.addressSpace.addressPrefixes[0] }
}
resource slashed 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  name: '${vnet.name}/slashed'
}
resource there 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: vnetName
  scope: resourceGroup('other')
  resource sub 'subnets' existing = { name: 'sub' }
}
resource maybe 'Microsoft.Network/virtualNetworks@2024-05-01' = if (false) {
  name: 'maybe'
  tags: { a: 'b' }
}
resource many 'Microsoft.Network/virtualNetworks@2024-05-01' = [for i in range(1, 2): {
  name: 'many-${i}'
  tags: { n: '${i}' }
}]
";

#[test]
fn what_resources_say_of_themselves() {
    all(
        VNET,
        &[
            ("vnet.name", "net"),
            ("vnet.type", "Microsoft.Network/virtualNetworks"),
            ("vnet.apiVersion", "2024-05-01"),
            ("vnet.tags.team", "a"),
            ("vnet.properties.addressSpace.addressPrefixes[0]", ABSENT),
            ("vnet.properties.subnets[0].name", "one"),
            ("vnet.properties.subnets[0].id", "? vnet.properties.subnets[0].id is known only after deployment"),
            ("vnet.properties.resourceGuid", "? vnet.properties.resourceGuid is known only after deployment"),
            (
                "vnet.properties.?enableDdosProtection ?? 'none'",
                "? vnet.properties.enableDdosProtection is known only after deployment",
            ),
            ("vnet::nodes.name", "nodes"),
            ("vnet::nodes.type", "Microsoft.Network/virtualNetworks/subnets"),
            ("vnet::nodes.apiVersion", "2024-05-01"),
            ("vnet::nodes::deep.name", "deep-nodes"),
            ("pods.properties.addressPrefix", ABSENT),
            ("slashed.name", "net/slashed"),
            ("there.name", "? parameter vnetName has no value"),
            ("there.name == vnetName ? 'same' : 'other'", "same"),
            ("there.properties.x", "? there.properties.x is read from Azure"),
            ("maybe.?tags.a ?? 'none'", "none"),
            ("maybe.tags.a", "b"),
            ("many[1].name", "many-2"),
            ("many[1].tags.n", "2"),
            ("map(many, m => m.name)[0]", "many-1"),
            ("[for m in many: m.name][1]", "many-2"),
            ("string(length(many))", "2"),
            ("many[5].name", "? there are only 2 of these"),
            ("split(vnet.id, '/')[8]", "net"),
            ("last(split(vnet::nodes.id, '/'))", "nodes"),
            ("split(pods.id, '/')[8]", "net"),
            ("last(split(slashed.id, '/'))", "slashed"),
            ("split(there::sub.id, '/')[4]", "other"),
        ],
    );
}

#[test]
fn equal_ids_are_equal() {
    let same = |a: &str, b: &str| format!("{a} == {b} ? 'same' : '10.244.0.0/16'");
    let net = "'Microsoft.Network/virtualNetworks'";
    let sub = "'Microsoft.Network/virtualNetworks/subnets'";
    for (a, b) in [
        ("vnet.id", format!("resourceId({net}, 'net')")),
        ("vnet.id", format!("resourceId(resourceGroup().name, {net}, 'net')")),
        ("vnet.id", format!("resourceId(subscription().subscriptionId, resourceGroup().name, {net}, 'net')")),
        ("vnet.id", "'${resourceGroup().id}/providers/Microsoft.Network/virtualNetworks/net'".to_owned()),
        ("vnet::nodes.id", "'${vnet.id}/subnets/nodes'".into()),
        ("vnet::nodes.id", format!("resourceId({sub}, 'net', 'nodes')")),
        ("pods.id", format!("resourceId({sub}, 'net', 'pods')")),
        ("slashed.id", format!("resourceId({sub}, 'net', 'slashed')")),
        ("there.id", format!("resourceId('other', {net}, vnetName)")),
        ("there::sub.id", format!("resourceId('other', {sub}, vnetName, 'sub')")),
        ("many[0].id", format!("resourceId({net}, 'many-1')")),
    ] {
        assert_eq!(value(VNET, &same(a, &b)), "same", "{a} == {b}");
    }
    for (a, b) in [
        ("vnet.id", format!("resourceId('elsewhere', {net}, 'net')")),
        ("vnet.id", "there.id".into()),
        ("there.id", format!("resourceId({net}, vnetName)")),
        ("vnet.id", "pods.id".into()),
    ] {
        assert_ne!(value(VNET, &same(a, &b)), "same", "{a} == {b}");
    }
}

#[test]
fn conditions_and_loops_of_clusters() {
    let cluster = |head: &str, value: &str| {
        let text = bicep_cluster(value);
        let (before, after) = text.split_once(" = {").unwrap();
        let close = if head.starts_with('[') { "]" } else { "" };
        format!("{before} = {head} {{{}{close}\n", after.trim_end())
    };
    let of = |declarations: &str, head: &str, value: &str| {
        let text = format!("{declarations}\n{}", cluster(head, value));
        pod_cidrs(&[("main.bicep", &text)])
    };
    let none: &[&str] = &[];
    assert_eq!(of("", "if (false)", "'x'"), none);
    assert_eq!(of("", "if (true)", "'x'"), ["x"]);
    assert_eq!(of("param deploy bool", "if (deploy)", "'x'"), ["x"], "wrong whenever it is deployed");
    assert_eq!(of("param deploy bool = false", "if (deploy)", "'x'"), none);
    assert_eq!(of("param n int", "if (n > 3)", "n > 3 ? 'x' : '10.244.0.0/16'"), ["x"]);
    assert_eq!(of("", "[for i in range(0, 2):", "'x${i}'"), ["x0", "x1"]);
    assert_eq!(of("", "[for (v, i) in ['a', 'b']:", "'${v}${i}'"), ["a0", "b1"]);
    assert_eq!(of("", "[for v in []:", "v"), none);
    assert_eq!(of("", "[for v in ['a', 'b']: if (v == 'b')", "v"), ["b"]);
    assert_eq!(of("param list array", "[for v in list:", "'x'"), ["x"]);
    assert_eq!(of("param list array", "[for v in list:", "v.cidr"), ["? parameter list has no value"]);
}

#[test]
fn a_body_that_is_an_expression() {
    let text = "var profile = { networkPlugin: 'azure', podCidr: 'x' }
var whole = { networkProfile: profile }
resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'c'
  location: 'westeurope'
  properties: union(whole, { agentPoolProfiles: [{ name: 'system', count: 3 }] }, { networkProfile: { networkPluginMode: 'overlay' } })
}";
    assert_eq!(pod_cidr(&[("main.bicep", text)]), "x");
    let existing = "resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' existing = { name: 'c' }";
    assert_eq!(pod_cidrs(&[("main.bicep", existing)]), [""; 0], "a cluster that exists is not one of this code");
}

#[test]
fn names_that_shadow_others() {
    all(
        "param name string = 'p'
var az = 'not the namespace'
var list = [for name in ['l']: name]
var lambda = map(['m'], name => name)",
        &[("list[0]", "l"), ("lambda[0]", "m"), ("name", "p"), ("az", "not the namespace")],
    );
}

#[test]
fn line_ends_in_raw_strings() {
    assert_eq!(value("", "'''\r\na\r\nb'''"), value("", "'''\na\nb'''").replace('\n', "\\r\n"));
}
