"""The language server as pytest-lsp sees it: a client of its own, which checks every message against the protocol's types."""

import os
import pathlib

import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

ROOT = pathlib.Path(os.environ["OVERLINT_ROOT"])
RULE = "pod-cidr-overlaps-node-subnet"


def uri(name: str) -> str:
    return (ROOT / name).as_uri()


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[os.environ["OVERLINT_BIN"], "lsp"]))
async def client(lsp_client: LanguageClient):
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_params: types.RegistrationParams):
        return None

    result = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=pytest_lsp.client_capabilities("visual-studio-code"),
            workspace_folders=[types.WorkspaceFolder(uri=ROOT.as_uri(), name="root")],
        )
    )
    assert result.server_info.name == "overlint"
    yield
    await lsp_client.shutdown_session()


async def test_diagnostics_hover_and_actions(client: LanguageClient):
    name, text = uri("main.tf"), (ROOT / "main.tf").read_text()
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri=name, language_id="terraform", version=1, text=text))
    )
    while not any(d.code == RULE for d in client.diagnostics.get(name, [])):
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    found = next(d for d in client.diagnostics[name] if d.code == RULE)
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.code_description.href.startswith("https://")
    assert any(related.location.uri == uri("variables.tf") for related in found.related_information)

    document = types.TextDocumentIdentifier(uri=name)
    hover = await client.text_document_hover_async(types.HoverParams(document, found.range.start))
    assert "65,536 addresses" in hover.contents.value

    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, found.range, types.CodeActionContext(diagnostics=[found]))
    )
    titles = [action.title for action in actions]
    assert f"Suppress {RULE} here, with a reason" in titles
    assert f"Explain {RULE}" in titles
