// Runs `overlint lsp` and lets it speak. Everything that matters is in the server.

const vscode = require("vscode");
const { LanguageClient, State } = require("vscode-languageclient/node");

const EXPLAIN = "overlint.explain";
const SCHEME = "overlint";

/** What the server gets to see. */
const DOCUMENTS = [
  ...["terraform", "terraform-vars", "opentofu", "bicep", "bicep-params", "json", "jsonc"].map((language) => ({
    scheme: "file",
    language,
  })),
  { scheme: "file", pattern: "**/*.{tf,tofu,tfvars,tf.json,tofu.json,bicep,bicepparam}" },
  { scheme: "file", pattern: "**/{overlint.toml,.overlint.toml}" },
];

let client;
let status;

exports.activate = async (context) => {
  status = vscode.languages.createLanguageStatusItem("overlint", DOCUMENTS);
  status.name = "overlint";
  status.command = { command: "overlint.output", title: "Output" };
  const rules = { provideTextDocumentContent: (uri) => explain(uri.path.replace(/^\/|\.md$/g, "")) };
  context.subscriptions.push(
    status,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, rules),
    vscode.commands.registerCommand("overlint.restart", restart),
    vscode.commands.registerCommand("overlint.output", () => client?.outputChannel.show()),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("overlint.path") && restart()),
  );
  await start();
};

exports.deactivate = () => client?.dispose();

async function start() {
  const settings = vscode.workspace.getConfiguration("overlint");
  const command = settings.get("path") || "overlint";
  client = new LanguageClient(
    "overlint",
    "overlint",
    { command, args: ["lsp"] },
    {
      documentSelector: DOCUMENTS,
      initializationOptions: { asOf: settings.get("asOf") },
      synchronize: { configurationSection: "overlint" },
      middleware: { executeCommand },
    },
  );
  client.onDidChangeState(({ newState }) => {
    status.busy = newState === State.Starting;
    status.text = newState === State.Stopped ? "overlint: stopped" : "overlint";
    status.detail = client.initializeResult?.serverInfo?.version;
  });
  try {
    await client.start();
  } catch (error) {
    status.severity = vscode.LanguageStatusSeverity.Error;
    const choice = await vscode.window.showErrorMessage(
      `overlint did not start: ${error.message ?? error}. Install it, or set overlint.path.`,
      "Open the setting",
    );
    if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "overlint.path");
  }
}

async function restart() {
  await client?.dispose();
  status.severity = vscode.LanguageStatusSeverity.Information;
  await start();
}

/** The document of a rule, as Markdown. */
function explain(rule) {
  return client.sendRequest("overlint/explain", { rule });
}

/** Shows a rule beside the code; other commands of the server are run as they are. */
async function executeCommand(command, args, next) {
  if (command !== EXPLAIN) return next(command, args);
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${args[0]}.md` });
  await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
}
