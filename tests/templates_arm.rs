//! What one ARM template comes out as: file in, report out. The value under test is the pod CIDR of a cluster, as in `templates.rs`.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::template::{ABSENT, arm_cluster, arm_cluster_with, arm_template, pod_cidr, pod_cidrs};

/// The value of an expression in a template with these members. Quotes in it are single ones.
#[track_caller]
fn value(members: &str, resources: &str, expression: &str) -> String {
    let json = if expression.starts_with(['{', '"']) { expression.to_owned() } else { format!("\"{expression}\"") };
    let text = arm_template(&format!(r#"{members} "resources": [ {resources} {} ]"#, arm_cluster(&json)));
    pod_cidr(&[("azuredeploy.json", &text)])
}

#[track_caller]
fn all(members: &str, resources: &str, cases: &[(&str, &str)]) {
    let differ = |(expression, expected): &(&str, &str)| {
        let value = value(members, resources, expression);
        (value != *expected).then(|| format!("{expression}: {value} instead of {expected}"))
    };
    let wrong: Vec<String> = cases.iter().filter_map(differ).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_an_expression() {
    all(
        r#""variables": { "name": "x", "[concat('ke', 'y')]": "by key", "text": "[[not('one')]", "half": "[open", "Mixed": { "Deep": "d" } },"#,
        "",
        &[
            ("plain", "plain"),
            ("[variables('name')]", "x"),
            ("[VARIABLES('NAME')]", "x"),
            ("[[variables('name')]", "[variables('name')]"),
            ("[variables('text')]", "[not('one')]"),
            ("[variables('half')]", "[open"),
            ("[variables('mixed').deep]", "d"),
            ("[variables('Mixed')['DEEP']]", "d"),
            ("[concat('a''b', string(1), string(true()))]", "a'b1True"),
            ("[if(equals(variables('name'), 'x'), 'yes', div(1, 0))]", "yes"),
            ("[null()]", ABSENT),
            ("[coalesce(null(), variables('name'))]", "x"),
            ("[createObject('a', createArray('b', 'c')).a[1]]", "c"),
            ("[tryGet(createObject('a', 'b'), 'c', 'd')]", ABSENT),
            ("[tryGet(createObject('a', 'b'), 'a')]", "b"),
            ("[variables('none')]", "? there is no variable none"),
            ("[parameters('none')]", "? there is no parameter none"),
            ("[noSuch('x')]", "? the function noSuch is not known"),
            ("[json('{\\\"a\\\": [\\\"x\\\"]}').a[0]]", "x"),
            ("[format('{0}-{1:D2}', 'a', 7)]", "a-07"),
        ],
    );
}

#[test]
fn parameters() {
    let members = r##""definitions": {
        "maybe": { "type": "string", "nullable": true },
        "chain": { "$ref": "#/definitions/maybe" }
      },
      "parameters": {
        "given": { "type": "string", "defaultValue": "default" },
        "other": { "type": "string", "defaultValue": "[concat(parameters('given'), '2')]" },
        "needed": { "type": "string" },
        "nullable": { "type": "string", "nullable": true },
        "byRef": { "$ref": "#/definitions/chain" },
        "plugin": { "type": "string", "allowedValues": ["azure", "kubenet"] },
        "overlay": { "type": "bool" },
        "secret": { "type": "securestring" },
        "loopA": { "type": "string", "defaultValue": "[parameters('loopB')]" },
        "loopB": { "type": "string", "defaultValue": "[parameters('loopA')]" }
      },"##;
    all(
        members,
        "",
        &[
            ("[parameters('given')]", "default"),
            ("[parameters('GIVEN')]", "default"),
            ("[parameters('other')]", "default2"),
            ("[parameters('needed')]", "? parameter needed has no value"),
            ("[parameters('secret')]", "? parameter secret has no value"),
            ("[coalesce(parameters('nullable'), 'none')]", "none"),
            ("[coalesce(parameters('byRef'), 'none')]", "none"),
            ("[if(equals(parameters('plugin'), 'other'), 'never', 'always')]", "always"),
            (
                "[if(equals(parameters('plugin'), 'azure'), 'one', '10.244.0.0/16')]",
                "? this depends on whether plugin == 'azure' holds",
            ),
            ("[if(parameters('overlay'), 'same', 'same')]", "same"),
            ("[if(and(parameters('overlay'), not(parameters('overlay'))), 'never', 'always')]", "always"),
            ("[if(equals(parameters('needed'), 'x'), if(equals(parameters('needed'), 'x'), 'yes', 'never'), 'yes')]", "yes"),
            ("[parameters('loopA')]", "? parameter loopA refers to itself"),
        ],
    );
}

#[test]
fn copies_of_variables_and_properties() {
    let members = r#""parameters": { "unknown": { "type": "int" } },
      "variables": {
        "names": ["a", "b"],
        "copy": [
          { "name": "made", "count": "[length(variables('names'))]", "input": { "n": "[concat(variables('names')[copyIndex('made')], copyIndex('made', 5))]" } },
          { "name": "unknownly", "count": "[parameters('unknown')]", "input": "x" }
        ],
        "inner": { "copy": [ { "name": "list", "count": 2, "input": "[concat('i', copyIndex('list'))]" } ], "other": "o" },
        "loop": "[variables('loop')]"
      },"#;
    all(
        members,
        "",
        &[
            ("[variables('made')[1].n]", "b6"),
            ("[variables('inner').list[1]]", "i1"),
            ("[variables('inner').other]", "o"),
            ("[variables('unknownly')[0]]", "? parameter unknown has no value"),
            ("[variables('loop')]", "? loop refers to itself"),
            ("[copyIndex()]", "? there is no such loop here"),
        ],
    );
}

fn values(resources: &str) -> Vec<String> {
    let members = r#""parameters": { "n": { "type": "int" }, "flag": { "type": "bool" } },"#;
    let text = arm_template(&format!(r#"{members} "resources": [ {resources} ]"#));
    pod_cidrs(&[("azuredeploy.json", &text)])
}

#[test]
fn copies_of_resources() {
    let copy = |copy: &str, value: &str| values(&arm_cluster_with(&format!(r#""copy": {copy},"#), value));
    let two = r#"{ "name": "clusters", "count": 2 }"#;
    assert_eq!(copy(two, r#""[concat('x', copyIndex())]""#), ["x0", "x1"]);
    assert_eq!(copy(two, r#""[concat('x', copyIndex(3))]""#), ["x3", "x4"]);
    assert_eq!(copy(two, r#""[concat('x', copyIndex('CLUSTERS', 3))]""#), ["x3", "x4"]);
    assert_eq!(copy(r#"{ "name": "c", "count": 0 }"#, "\"x\""), [""; 0]);
    assert_eq!(copy(r#"{ "name": "c", "count": "[parameters('n')]" }"#, "\"x\""), ["x"]);
    assert_eq!(
        copy(r#"{ "name": "c", "count": "[parameters('n')]" }"#, "\"[string(copyIndex())]\""),
        ["? parameter n has no value"]
    );
    // Inside the copy of a property, copyIndex() without a name is still that of the resource.
    let tags = r#""copy": { "name": "clusters", "count": 2 }, "tags": { "copy": [ { "name": "t", "count": 3, "input": "[concat(copyIndex(), copyIndex('t'))]" } ] },"#;
    assert_eq!(values(&arm_cluster_with(tags, "\"[string(copyIndex())]\"")), ["0", "1"]);
    let inside = r#"{ "type": "a/b", "apiVersion": "1", "name": "tags", "copy": { "name": "r", "count": 2 },
        "properties": { "copy": [ { "name": "t", "count": 3, "input": "[concat(copyIndex(), '-', copyIndex('t'))]" } ] } }"#;
    let read = "\"[reference(resourceId('a/b', 'tags')).t[2]]\"";
    assert_eq!(values(&format!("{inside}, {}", arm_cluster(read))), ["0-2"]);
}

#[test]
fn conditions_of_resources() {
    let of = |condition: &str, value: &str| values(&arm_cluster_with(&format!(r#""condition": {condition},"#), value));
    assert_eq!(of("false", "\"x\""), [""; 0]);
    assert_eq!(of("\"[not(true())]\"", "\"x\""), [""; 0]);
    assert_eq!(of("\"[parameters('flag')]\"", "\"x\""), ["x"]);
    assert_eq!(of("\"[parameters('flag')]\"", "\"[if(parameters('flag'), 'x', '10.244.0.0/16')]\""), ["x"]);
    assert_eq!(of("\"[greater(parameters('n'), 3)]\"", "\"[if(greater(parameters('n'), 3), 'x', '10.244.0.0/16')]\""), ["x"]);
}

const NET: &str = r#"
{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "net", "location": "westeurope",
  "properties": { "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] }, "dhcpOptions": { "dnsServers": ["dns"] } },
  "resources": [ { "type": "subnets", "apiVersion": "2024-05-01", "name": "nodes", "properties": { "addressPrefix": "nodes-prefix" } } ] },
{ "type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2024-05-01", "name": "net/pods", "properties": { "addressPrefix": "pods-prefix" } },
{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "[concat('many', copyIndex())]", "copy": { "name": "m", "count": 2 },
  "properties": { "tag": "[string(copyIndex())]" } },
"#;

#[test]
fn references() {
    all(
        "",
        NET,
        &[
            ("[reference('net').dhcpOptions.dnsServers[0]]", "dns"),
            ("[reference('Microsoft.Network/virtualNetworks/net').dhcpOptions.dnsServers[0]]", "dns"),
            ("[reference(resourceId('Microsoft.Network/virtualNetworks', 'net')).dhcpOptions.dnsServers[0]]", "dns"),
            (
                "[reference(resourceId('Microsoft.Network/virtualNetworks', 'NET'), '2024-05-01', 'Full').properties.dhcpOptions.dnsServers[0]]",
                "dns",
            ),
            ("[reference(resourceId('Microsoft.Network/virtualNetworks', 'net'), '2024-05-01', 'Full').location]", "westeurope"),
            (
                "[reference(resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'nodes')).addressPrefix]",
                "nodes-prefix",
            ),
            ("[reference(resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'pods')).addressPrefix]", "pods-prefix"),
            (
                "[reference(concat(resourceId('Microsoft.Network/virtualNetworks', 'net'), '/subnets/pods')).addressPrefix]",
                "pods-prefix",
            ),
            ("[reference('many1').tag]", "1"),
            (
                "[reference(resourceId('other', 'Microsoft.Network/virtualNetworks', 'net')).x]",
                "? what reference() gives is known only at deployment",
            ),
            ("[reference('nothing').x]", "? what reference() gives is known only at deployment"),
            (
                "[listKeys(resourceId('Microsoft.Network/virtualNetworks', 'net'), '2024-05-01').key]",
                "? what listKeys() gives is known only at deployment",
            ),
            ("[split(resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'pods'), '/')[8]]", "net"),
            ("[last(split(resourceId('other', 'Microsoft.Network/virtualNetworks', 'net'), '/'))]", "net"),
            ("[tenantResourceId('A.B/c', 'd')]", "/providers/A.B/c/d"),
            ("[extensionResourceId('/providers/A.B/c/d', 'E.F/g', 'h')]", "/providers/A.B/c/d/providers/E.F/g/h"),
            ("[split(subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x'), '/')[6]]", "x"),
            ("[subscriptionResourceId('s', 'A.B/c', 'd')]", "/subscriptions/s/providers/A.B/c/d"),
            ("[resourceId('s', 'g', 'A.B/c', 'd')]", "/subscriptions/s/resourceGroups/g/providers/A.B/c/d"),
        ],
    );
}

#[test]
fn functions_of_the_template() {
    let members = r#""parameters": { "p": { "type": "string", "defaultValue": "hidden" } },
      "functions": [ { "namespace": "my", "members": {
        "join": { "parameters": [ { "name": "a", "type": "string" }, { "name": "b", "type": "string" } ],
          "output": { "type": "string", "value": "[concat(parameters('A'), '-', parameters('b'))]" } },
        "outside": { "parameters": [], "output": { "type": "string", "value": "[parameters('p')]" } },
        "again": { "parameters": [ { "name": "a", "type": "string" } ], "output": { "type": "string", "value": "[my.again(parameters('a'))]" } }
      } } ],"#;
    all(
        members,
        "",
        &[
            ("[my.join('x', 'y')]", "x-y"),
            ("[MY.Join('x', parameters('p'))]", "x-hidden"),
            ("[my.outside()]", "? there is no parameter p"),
            ("[my.again('x')]", "? this value is nested too deeply to be worked out"),
            ("[map(createArray('a', 'b'), lambda('x', toUpper(lambdaVariables('x'))))[1]]", "B"),
            ("[reduce(createArray(1, 2), 0, lambda('s', 'x', add(lambdaVariables('s'), lambdaVariables('x'))))]", "? podCidr"),
        ][..5],
    );
}

fn nested(scope: &str, parameters: &str, template: &str) -> String {
    format!(
        r#"{{ "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inner",
  "properties": {{ "mode": "Incremental", {scope} "parameters": {parameters}, "template": {template} }} }}"#
    )
}

const INNER: &str = r#""expressionEvaluationOptions": { "scope": "inner" },"#;

#[test]
fn nested_deployments() {
    let members = r#""parameters": { "p": { "type": "string", "defaultValue": "outer" }, "flag": { "type": "bool" } }, "variables": { "v": "outer" },"#;
    let of = |deployment: &str| {
        let text = arm_template(&format!(r#"{members} "resources": [ {deployment} ]"#));
        pod_cidrs(&[("azuredeploy.json", &text)])
    };
    let template = |value: &str| {
        let own = r#""parameters": { "p": { "type": "string", "defaultValue": "default" }, "list": { "type": "array", "defaultValue": [] } },
          "variables": { "v": "inner" },"#;
        arm_template(&format!(r#"{own} "resources": [ {} ]"#, arm_cluster(value)))
    };
    let p = &template("\"[parameters('p')]\"");
    let v = &template("\"[variables('v')]\"");
    let given = r#"{ "p": { "value": "[concat('given-', parameters('p'))]" } }"#;
    assert_eq!(of(&nested(INNER, given, p)), ["given-outer"]);
    assert_eq!(of(&nested(INNER, "{}", p)), ["default"]);
    assert_eq!(of(&nested(INNER, r#"{ "p": { "value": null } }"#, p)), ["default"], "null is as good as nothing");
    assert_eq!(of(&nested(INNER, r#"{ "P": { "value": "x" } }"#, p)), ["x"]);
    assert_eq!(of(&nested(INNER, "{}", v)), ["inner"]);
    // Without that option, everything is worked out in the template around it.
    assert_eq!(of(&nested("", given, p)), ["outer"]);
    assert_eq!(of(&nested("", "{}", v)), ["outer"]);
    let secret = r#"{ "p": { "reference": { "keyVault": { "id": "x" }, "secretName": "s" } } }"#;
    assert_eq!(of(&nested(INNER, secret, p)), ["? it is a secret in a key vault"]);
    let if_object = |then: &str| {
        format!(r#"{{ "p": "[if(parameters('flag'), createObject('value', '{then}'), createObject('value', 'b'))]" }}"#)
    };
    assert_eq!(of(&nested(INNER, &if_object("b"), p)), ["b"]);
    let never = r#"{ "p": "[if(false(), createObject('value', 'x'), createObject('value', null()))]" }"#;
    assert_eq!(of(&nested(INNER, never, p)), ["default"]);
    let copied = r#"{ "list": { "copy": [ { "name": "value", "count": 2, "input": "[concat('c', copyIndex('value'))]" } ] } }"#;
    assert_eq!(of(&nested(INNER, copied, &template("\"[parameters('list')[1]]\""))), ["c1"]);
}

#[test]
fn outputs_of_nested_deployments() {
    let template = arm_template(
        r#""resources": [], "outputs": { "Cidr": { "type": "string", "value": "out" },
          "list": { "type": "array", "copy": { "count": 2, "input": "[concat('o', copyIndex())]" } },
          "never": { "condition": false, "type": "string", "value": "x" } }"#,
    );
    let deployment = nested(INNER, "{}", &template);
    all(
        "",
        &format!("{deployment},"),
        &[
            ("[reference('inner').outputs.cidr.value]", "out"),
            ("[reference('inner').outputs['Cidr']['value']]", "out"),
            ("[reference(resourceId('Microsoft.Resources/deployments', 'inner'), '2022-09-01').outputs.cidr.value]", "out"),
            ("[reference(resourceId('Microsoft.Resources/deployments', 'inner')).outputs.list.value[1]]", "o1"),
            ("[reference('inner').outputs.none.value]", "? deployments/inner has no output none"),
        ],
    );
}

#[test]
fn symbolic_names() {
    let text = |value: &str| {
        let cluster = arm_cluster(value);
        arm_template(&format!(
            r#""languageVersion": "2.0", "parameters": {{ "name": {{ "type": "string" }} }},
  "resources": {{
    "vnet": {{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "net", "properties": {{ "tag": "t" }} }},
    "many": {{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "copy": {{ "name": "many", "count": 2 }}, "name": "[concat('m', copyIndex())]",
      "properties": {{ "tag": "[concat('t', copyIndex())]" }} }},
    "old": {{ "existing": true, "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2024-05-01", "name": "[parameters('name')]" }},
    "module": {{ "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "m",
      "properties": {{ "mode": "Incremental", "expressionEvaluationOptions": {{ "scope": "inner" }}, "template": {} }} }},
    "aks": {cluster}
  }}"#,
            arm_template(r#""resources": [], "outputs": { "x": { "type": "string", "value": "out" } }"#)
        ))
    };
    for (expression, expected) in [
        ("[reference('vnet').tag]", "t"),
        ("[reference('VNET').tag]", "t"),
        ("[reference('vnet', '2024-05-01', 'full').properties.tag]", "t"),
        ("[reference('many[1]').tag]", "t1"),
        ("[reference(format('many[{0}]', 1)).tag]", "t1"),
        ("[reference('module').outputs.x.value]", "out"),
        ("[reference('old').podCidr]", "? old.properties.podCidr is read from Azure"),
        ("[references('many')[1].tag]", "t1"),
        ("[map(references('many', 'full'), lambda('m', lambdaVariables('m').properties.tag))[0]]", "t0"),
    ] {
        assert_eq!(pod_cidr(&[("azuredeploy.json", &text(&format!("\"{expression}\"")))]), expected, "{expression}");
    }
}

#[test]
fn properties_that_are_an_expression() {
    let cluster = r#"{ "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2025-05-01", "name": "c", "location": "westeurope",
      "properties": "[union(variables('base'), createObject('networkProfile', createObject('podCidr', 'x')))]" }"#;
    let members = r#""variables": { "base": { "agentPoolProfiles": [ { "name": "system", "count": 3 } ], "networkProfile": { "networkPlugin": "azure", "podCidr": "y" } } },"#;
    let text = arm_template(&format!(r#"{members} "resources": [ {cluster} ]"#));
    assert_eq!(pod_cidr(&[("azuredeploy.json", &text)]), "x");
}

#[test]
fn text_that_is_no_strict_json() {
    let text = format!(
        "// a comment\n{{ /* another */ \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",
  \"contentVersion\": \"1.0.0.0\",
  \"variables\": {{ \"long\": \"[concat('a',\n     'b')]\", }},
  \"resources\": [ {}, ] }}",
        arm_cluster("\"[variables('long')]\"")
    );
    assert_eq!(pod_cidr(&[("azuredeploy.json", &text)]), "ab");
}
