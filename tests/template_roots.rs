//! Which templates are roots, and which parameter files each is deployed with.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::eval::template::Templates;
use overlint::scenarios::parameters::{FileFacts, Of, Roots, TemplateFacts, Wishes, find};
use overlint::settings::Settings;
use overlint::source::{Asked, Sources, join, parent};

/// A template that is to be linted, with parameters: those that end in `?` have a default.
fn template<'a>(path: &'a str, parameters: &[&'a str]) -> TemplateFacts<'a> {
    let parameters = parameters.iter().map(|p| (p.trim_end_matches('?'), p.ends_with('?'))).collect();
    TemplateFacts { path, asked: Some(Asked::Found), parameters, calls: Vec::new() }
}

fn calling<'a>(template: TemplateFacts<'a>, called: &[&str]) -> TemplateFacts<'a> {
    TemplateFacts { calls: called.iter().map(|path| (*path).to_owned()).collect(), ..template }
}

fn only_called(template: TemplateFacts<'_>) -> TemplateFacts<'_> {
    TemplateFacts { asked: None, ..template }
}

fn named(template: TemplateFacts<'_>) -> TemplateFacts<'_> {
    TemplateFacts { asked: Some(Asked::Named), ..template }
}

fn json<'a>(path: &'a str, sets: &[&'a str]) -> FileFacts<'a> {
    FileFacts { path, asked: None, of: Of::Unsaid, sets: sets.to_vec(), skipped: None }
}

fn bicepparam<'a>(path: &'a str, using: &str) -> FileFacts<'a> {
    FileFacts { path, asked: None, of: Of::Template(join(parent(path), using)), sets: Vec::new(), skipped: None }
}

fn named_file(file: FileFacts<'_>) -> FileFacts<'_> {
    FileFacts { asked: Some(Asked::Named), ..file }
}

/// The roots, one on each line, with their sets; files that are not used, and why.
fn lines(found: &Roots) -> Vec<String> {
    let set = |set: &overlint::scenarios::parameters::Set| match &set.name {
        Some(name) => name.clone(),
        None => format!("[{}]", set.parameters.join(" ")),
    };
    let roots = found.roots.iter().map(|root| {
        let source = root.source.map(|source| format!(" from {source}")).unwrap_or_default();
        format!("{}{source}: {}", root.template, root.sets.iter().map(set).collect::<Vec<_>>().join(", "))
    });
    let skipped = found.skipped.iter().map(|(path, why)| format!("* {path}: {why}"));
    let wrong = found.wrong.iter().map(|(path, why)| format!("! {path}: {why}"));
    roots.chain(skipped).chain(wrong).collect()
}

#[track_caller]
fn expect(templates: &[TemplateFacts], files: &[FileFacts], expected: &[&str]) {
    assert_eq!(lines(&find(templates, files, &Wishes::default())), expected);
}

#[test]
fn what_no_other_template_calls_is_a_root() {
    let templates = [
        calling(template("main.bicep", &[]), &["aks.bicep", "gone.bicep"]),
        template("aks.bicep", &[]),
        calling(template("self.bicep", &[]), &["self.bicep"]),
        calling(template("tests/main.test.bicep", &["a"]), &["module/main.bicep"]),
        template("module/main.bicep", &["a"]),
        only_called(template("elsewhere.bicep", &[])),
    ];
    expect(&templates, &[], &["main.bicep: []", "self.bicep: []", "tests/main.test.bicep: []"]);
    let given = [calling(template("main.bicep", &[]), &["aks.bicep"]), named(template("aks.bicep", &["a"]))];
    expect(&given, &[], &["aks.bicep: []", "main.bicep: []"]);
    let with_file = [calling(template("main.bicep", &[]), &["aks.bicep"]), template("aks.bicep", &["a"])];
    expect(&with_file, &[json("aks.parameters.json", &["a"])], &["aks.bicep: aks.parameters.json", "main.bicep: []"]);
    expect(&with_file, &[bicepparam("x.bicepparam", "aks.bicep")], &["aks.bicep: x.bicepparam", "main.bicep: []"]);
    expect(&with_file, &[json("x.parameters.json", &["a"])], &["aks.bicep: []", "main.bicep: []"][1..]);
}

#[test]
fn the_template_alone_is_a_set_if_all_parameters_have_values() {
    let files = [bicepparam("b.bicepparam", "main.bicep"), bicepparam("a.bicepparam", "main.bicep")];
    expect(&[template("main.bicep", &["a"])], &files, &["main.bicep: a.bicepparam, b.bicepparam"]);
    expect(&[template("main.bicep", &["a?"])], &files, &["main.bicep: a.bicepparam, b.bicepparam, []"]);
}

#[test]
fn names_tell_what_json_files_belong_to() {
    let templates = [
        template("main.bicep", &["a"]),
        template("main2.bicep", &["a"]),
        template("aks-nodes.json", &["a"]),
        template("aks.json", &["a"]),
    ];
    let files = [
        json("main.parameters.json", &["stranger"]),
        json("main.parameters.prod.json", &["a"]),
        json("main-dev.parameters.json", &["A"]),
        json("main_odd.parameters.json", &["stranger"]),
        json("main2.parameters.json", &["a"]),
        json("parameters-main2.json", &["a"]),
        json("params.main2.dev.json", &["stranger"]),
        json("parameters/MAIN.json", &["a"]),
        json("env/eu/west/main.json", &["a"]),
        json("docs/main.json", &["a"]),
        json("main.parameters.sample.json", &["a"]),
        json("aks-nodes.parameters.json", &["a"]),
        json("aks.parameters.json", &["a"]),
    ];
    expect(
        &templates,
        &files,
        &[
            "aks-nodes.json: aks-nodes.parameters.json",
            "aks.json: aks.parameters.json",
            "main.bicep: env/eu/west/main.json, main-dev.parameters.json, main.parameters.json, main.parameters.prod.json, parameters/MAIN.json",
            "main2.bicep: main2.parameters.json, parameters-main2.json",
        ],
    );
}

#[test]
fn folders_for_parameters_lie_in_or_beside_the_folder() {
    let one = [template("infra/main.bicep", &["a"])];
    let beside = [json("params/main.parameters.json", &["a"]), json("main.parameters.json", &["a"])];
    expect(&one, &beside, &["infra/main.bicep: params/main.parameters.json"]);
    expect(&one, &[json("params/main.parameters.json", &["b"])], &["infra/main.bicep: []"]);
    // Of equally near ones the one that declares all, if it is one.
    let two = [template("infra/main.bicep", &["a"]), template("net/main.bicep", &["a", "b?"])];
    expect(&two, &[json("params/main.parameters.json", &["a"])], &["infra/main.bicep: []", "net/main.bicep: []"]);
    let files = [json("params/main.parameters.json", &["a", "b"])];
    expect(&two, &files, &["infra/main.bicep: []", "net/main.bicep: params/main.parameters.json"]);
    // Templates in the folder have it as their own.
    let inner = [template("main.bicep", &["a"]), template("env/main.bicep", &["b"])];
    expect(&inner, &[json("env/prod.json", &["a"])], &["env/main.bicep: []", "main.bicep: []"]);
}

#[test]
fn else_the_one_template_that_declares_all_has_the_file() {
    let file = [json("parameters.json", &["A", "b"])];
    let fits = template("main.bicep", &["a", "B", "c?"]);
    expect(&[fits.clone(), template("net.bicep", &["a"])], &file, &["main.bicep: parameters.json", "net.bicep: []"]);
    expect(&[fits.clone(), template("net.bicep", &["a?", "b?"])], &file, &["main.bicep: []", "net.bicep: []"]);
    // A module beside it could have it as well, one that is farther away could not.
    let caller = calling(fits.clone(), &["net.bicep"]);
    expect(&[caller, template("net.bicep", &["a", "b"])], &file, &["main.bicep: []"]);
    let near = [calling(fits.clone(), &["modules/net.bicep"]), template("modules/net.bicep", &["a", "b"])];
    expect(&near, &[json("env/x.json", &["a", "b"])], &["main.bicep: env/x.json"]);
    expect(&[fits], &[json("parameters.json", &[])], &["main.bicep: []"]);
}

#[test]
fn a_compiled_template_shares_its_files_with_its_source() {
    let main = || template("main.bicep", &["a"]);
    let both = [template("azuredeploy.json", &["a"]), main()];
    let files = [json("azuredeploy.parameters.json", &["a"]), json("main.parameters.json", &["a"]), json("env/x.json", &["a"])];
    let all = "azuredeploy.parameters.json, env/x.json, main.parameters.json";
    let expected = [format!("azuredeploy.json from main.bicep: {}", sorted(all)), format!("main.bicep: {}", sorted(all))];
    expect(&both, &files, &expected.each_ref().map(String::as_str));
    let other = [template("azuredeploy.json", &["b"]), main()];
    expect(&other, &files[1..2], &["azuredeploy.json from main.bicep: []", "main.bicep: main.parameters.json"]);
    // What is compiled from a module is as little a root as the module.
    let modules = [calling(main(), &["aks.bicep"]), template("aks.bicep", &[]), template("aks.json", &[])];
    expect(&modules, &[], &["main.bicep: []"]);
}

fn sorted(list: &str) -> String {
    let mut parts: Vec<&str> = list.split(", ").collect();
    parts.sort_unstable();
    parts.join(", ")
}

#[test]
fn a_parameter_file_that_is_named_is_the_only_one() {
    let main = only_called(template("main.bicep", &["a?"]));
    let files = [named_file(bicepparam("a.bicepparam", "main.bicep")), bicepparam("b.bicepparam", "main.bicep")];
    expect(std::slice::from_ref(&main), &files, &["main.bicep: a.bicepparam"]);
    expect(&[main], &[named_file(json("env/x.json", &["a"]))], &["main.bicep: env/x.json"]);
    let stray = [named_file(json("x.json", &["a"])), named_file(bicepparam("y.bicepparam", "gone.bicep"))];
    let expected = [
        "! x.json: no template near this file is plainly its own; name one, and this file with --parameters",
        "! y.bicepparam: the template of this file, gone.bicep, is not at hand",
    ];
    expect(&[], &stray, &expected);
    let found = [bicepparam("y.bicepparam", "gone.bicep"), bicepparam("z.bicepparam", "a.bicep")];
    let modules = [calling(template("m.bicep", &[]), &["a.bicep"]), only_called(template("a.bicep", &[]))];
    let expected = ["m.bicep: []", "* y.bicepparam: the template of this file, gone.bicep, is not at hand"];
    expect(&modules, &found, &expected);
}

#[test]
fn files_for_other_tools_are_told() {
    let skipped = |file| FileFacts { skipped: Some("this file is a template".to_owned()), ..file };
    let files = [skipped(bicepparam("x.tmpl.bicepparam", "main.bicep")), skipped(json("main.parameters.json", &[]))];
    let expected =
        ["main.bicep: []", "* main.parameters.json: this file is a template", "* x.tmpl.bicepparam: this file is a template"];
    expect(&[template("main.bicep", &["a"])], &files, &expected);
}

#[test]
fn the_command_line_decides() {
    let templates = [
        calling(template("main.bicep", &["a", "b?"]), &["module.bicep"]),
        template("net.bicep", &["c"]),
        template("module.bicep", &["a", "b", "c"]),
    ];
    let files = [
        json("main.parameters.json", &["a"]),
        json("x/a.json", &["A"]),
        json("x/b.json", &["b"]),
        json("x/odd.json", &["odd"]),
        bicepparam("x/m.bicepparam", "../module.bicep"),
    ];
    let given = |given: &[&'static str]| {
        let wishes = Wishes { given: given.to_vec(), ..Wishes::default() };
        lines(&find(&templates, &files, &wishes))
    };
    assert_eq!(given(&["x/b.json", "x/a.json"]), ["main.bicep: [x/b.json x/a.json]", "net.bicep: []"]);
    assert_eq!(given(&["x/m.bicepparam"]), ["main.bicep: []", "module.bicep: [x/m.bicepparam]", "net.bicep: []"]);
    let odd =
        ["main.bicep: []", "net.bicep: []", "! x/odd.json: no template here declares all the parameters that this file sets"];
    assert_eq!(given(&["x/odd.json"]), odd);
}

#[test]
fn the_configuration_file_decides() {
    let wishes = Wishes {
        settled: [("main.bicep", vec![vec!["a.json", "b.json"], vec![]]), ("module.bicep", vec![vec!["c.json"]])].into(),
        named: ["a.json", "b.json", "c.json"].into(),
        ..Wishes::default()
    };
    let templates = [
        calling(template("main.bicep", &["a"]), &["module.bicep"]),
        template("module.bicep", &["c"]),
        template("other.bicep", &["c"]),
    ];
    let files = [json("main.parameters.json", &["a"]), json("a.json", &["a"]), json("b.json", &["a"]), json("c.json", &["c"])];
    let expected = ["main.bicep: a.json + b.json, []", "module.bicep: c.json", "other.bicep: []"];
    assert_eq!(lines(&find(&templates, &files, &wishes)), expected);
}

#[test]
fn at_most_a_hundred_sets_are_used() {
    let names: Vec<String> = (0..120).map(|i| format!("env/{i:03}.bicepparam")).collect();
    let files: Vec<FileFacts> = names.iter().map(|name| bicepparam(name, "../main.bicep")).collect();
    let templates = [template("main.bicep", &["a"])];
    let found = find(&templates, &files, &Wishes::default());
    assert_eq!(found.roots[0].sets.len(), 100);
    assert_eq!(found.skipped[0].1, "there are more than 100 parameter files for it; the others were not checked");
}

/// The roots of texts; a configuration file in the current folder applies to all of it.
fn read(files: &[(&str, &str)], parameters: &[&str]) -> Vec<String> {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
        if path.ends_with(".bicep") || path.ends_with("deploy.json") {
            sources.ask(path, Asked::Found);
        }
    }
    let settings = sources.iter().find(|(_, file)| file.path() == "overlint.toml").map(|(id, _)| id);
    if let Some(id) = settings {
        sources.set_config("", id);
    }
    let config = Config { parameters: parameters.iter().map(|path| (*path).to_owned()).collect(), ..Config::default() };
    let settings = Settings::read(&sources);
    let mut errors = settings.errors.clone();
    let (templates, wrong) = Templates::read(&sources);
    errors.extend(wrong);
    let mut lines = lines(&Roots::of(&templates, &mut errors, &sources, &config, &settings));
    lines.extend(errors.into_iter().map(|(span, message)| format!("? {}: {message}", sources.text(span))));
    lines
}

#[test]
fn facts_come_from_the_texts() {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#";
    let values = format!(r#"{{"$schema": "{schema}", "parameters": {{"A": {{"value": 1}}}}}}"#);
    let broken = values.replace("1}", "{{ one }}}");
    let linked = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [{"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n",
        "properties": {"mode": "Incremental", "templateLink": {"relativePath": "linked.bicep"}}}]}"#;
    let files = [
        ("main.bicep", "param a int\nparam b int?\nmodule m 'Modules\\\\aks.bicep' = {\n  name: 'm'\n}\n"),
        ("modules/aks.bicep", ""),
        ("linked.bicep", ""),
        ("deploy.json", linked),
        ("main.bicepparam", "using './main.bicep'\nparam a = 1\n"),
        ("x.tmpl.bicepparam", "using './main.bicep'\n{{- if .x }}\nparam a = 1\n{{- end }}\n"),
        ("base.bicepparam", "using none\nparam a = 1\n"),
        ("registry.bicepparam", "using 'br/public:avm/res/container-service/managed-cluster:0.9.0'\nparam a = 1\n"),
        ("main.parameters.json", &values),
        ("main.parameters.dev.json", &broken),
        ("overlint.toml", "[[arm]]\ntemplate = \"linked.bicep\"\nparameters = [\"gone.json\", \"base.bicepparam\"]\n"),
    ];
    let registry = "br/public:avm/res/container-service/managed-cluster:0.9.0";
    let expected = [
        "deploy.json: []".to_owned(),
        "linked.bicep: base.bicepparam".to_owned(),
        "main.bicep: main.bicepparam, main.parameters.json".to_owned(),
        "* main.parameters.dev.json: this file is a template, as {{ one }} in it shows".to_owned(),
        format!("* registry.bicepparam: the template of this file, {registry}, is not at hand"),
        "* x.tmpl.bicepparam: this file is a template, as its name shows".to_owned(),
        "? \"gone.json\": gone.json does not exist or could not be read; paths here start from this file's folder".to_owned(),
    ];
    assert_eq!(read(&files, &[]), expected);
    let given = read(&files, &["main.parameters.json"]);
    assert!(given.contains(&"main.bicep: [main.parameters.json]".to_owned()), "{given:?}");
}

#[test]
fn a_parameter_file_for_a_restored_module_makes_it_a_root() {
    let mut sources = Sources::new();
    let module = "br/public:avm/res/container-service/managed-cluster:0.9.0";
    let compiled =
        r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": []}"#;
    sources.add("/cache/main.json", compiled.as_bytes());
    sources.add("infra/aks.bicepparam", format!("using '{module}'\n").as_bytes());
    sources.ask("infra/aks.bicepparam", Asked::Found);
    sources.add_restored("infra/aks.bicepparam", module, "/cache/main.json");
    let (templates, mut errors) = Templates::read(&sources);
    let (config, settings) = (Config::default(), Settings::default());
    let found = Roots::of(&templates, &mut errors, &sources, &config, &settings);
    assert_eq!(lines(&found), ["/cache/main.json: infra/aks.bicepparam"]);
}
