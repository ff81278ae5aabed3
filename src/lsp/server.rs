//! The loop that answers: one message after the other, none of which waits for a check.

use super::actions::{self, EXPLAIN, Repairs};
use super::checker::{self, Answer, Check, Checked, Job, Place, Tried, Try};
use super::diagnostics::{self, ByFile};
use super::documents::Documents;
use super::places::{self, Encoding};
use super::settings::Settings;
use super::transport::{self, Id, Incoming, Outgoing, Received};
use super::workspace::{Change, News, View, Views};
use super::{hover, rule_text, uri};
use crate::config::Config;
use gen_lsp_types::{
    CodeActionParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, ErrorCodes, ExecuteCommandParams, FileChangeType, HoverParams,
    LspErrorCodes, PublishDiagnosticsParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A check begins when the user has typed nothing for so long.
const PAUSE: Duration = Duration::from_millis(80);

/// The files whose changes on the disk matter.
const WATCHED: &str = "**/*.{tf,tofu,tfvars,json,jsonc,hcl,bicep,bicepparam,toml,yaml,yml,tpl,tftpl}";

/// What the loop waits for.
enum Event {
    Received(Received),
    Answered(Answer),
    CannotCheck(io::Error),
    Gone,
}

/// Serves a client until it goes. Tells whether it went in order.
///
/// # Errors
/// When the threads for that cannot be started.
pub(super) fn serve(input: impl Read + Send + 'static, output: impl Write + Send + 'static) -> io::Result<bool> {
    let (sender, events) = channel();
    let (out, messages) = channel::<Outgoing>();
    let (told, failed) = (sender.clone(), sender.clone());
    let jobs = checker::start(
        move |answer| _ = told.send(Event::Answered(answer)),
        move |why| _ = failed.send(Event::CannotCheck(why)),
    )?;
    thread::Builder::new().spawn(move || {
        let mut input = BufReader::new(input);
        while let Ok(Some(received)) = transport::read(&mut input) {
            if sender.send(Event::Received(received)).is_err() {
                return;
            }
        }
        let _ = sender.send(Event::Gone);
    })?;
    let writer = thread::Builder::new().spawn(move || {
        let mut output = output;
        // Who does not read any more is gone: the reader will tell.
        let _ = messages.iter().try_for_each(|message| message.write(&mut output));
    })?;
    let mut server = Server::new(out, jobs);
    let orderly = loop {
        let event = match server.due {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => events.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match event {
            Ok(Event::Received(Received::Message(message))) => {
                if message.method.as_deref() == Some("exit") {
                    break server.state == State::ShutDown;
                }
                server.receive(message);
            }
            Ok(Event::Received(Received::Garbage(why))) => server.send(Outgoing::error(None, ErrorCodes::ParseError, why)),
            Ok(Event::Answered(Answer::Checked(checked))) => server.take(checked),
            Ok(Event::Answered(Answer::Tried(tried))) => server.take_repairs(tried),
            Ok(Event::CannotCheck(why)) => return Err(why),
            Err(RecvTimeoutError::Timeout) => server.check_now(),
            Ok(Event::Gone) | Err(RecvTimeoutError::Disconnected) => break server.state == State::ShutDown,
        }
    };
    server.stop.store(true, Ordering::Relaxed);
    drop(server);
    let _ = writer.join();
    Ok(orderly)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Running,
    ShutDown,
}

struct Server {
    out: Sender<Outgoing>,
    jobs: Sender<Job>,
    state: State,
    encoding: Encoding,
    /// Whether the client can be asked to watch files.
    watches: bool,
    /// Whether the client wants to know how long things take.
    traces: bool,
    folders: Vec<PathBuf>,
    documents: Documents,
    config: Config,
    /// How many edits and settings there were.
    revision: u64,
    /// What changed since the last job.
    changes: BTreeMap<PathBuf, Change>,
    again: bool,
    /// When the next check begins.
    due: Option<Instant>,
    /// Set when the running check is no longer wanted.
    stop: Arc<AtomicBool>,
    /// What is known, and of which revision.
    views: Views,
    known: u64,
    /// Which repairs of that were tried, and which are being tried.
    repairs: Repairs,
    trying: BTreeSet<Place>,
    published: ByFile,
    waiting: Vec<Waiting>,
}

/// A question that can be answered after a check, or when repairs were tried.
struct Waiting {
    id: Id,
    path: PathBuf,
    question: Question,
}

enum Question {
    Hover(HoverParams),
    Actions(CodeActionParams),
}

/// What a request is refused with.
type Refused = (ErrorCodes, &'static str);

impl Server {
    fn new(out: Sender<Outgoing>, jobs: Sender<Job>) -> Self {
        Self {
            out,
            jobs,
            state: State::New,
            encoding: Encoding::Utf16,
            watches: false,
            traces: false,
            folders: Vec::new(),
            documents: Documents::default(),
            config: Config::default(),
            revision: 0,
            changes: BTreeMap::new(),
            again: false,
            due: None,
            stop: Arc::default(),
            views: Views::new(),
            known: 0,
            repairs: Repairs::new(),
            trying: BTreeSet::new(),
            published: ByFile::new(),
            waiting: Vec::new(),
        }
    }

    fn send(&self, message: Outgoing) {
        // Without a writer the client is gone, and the reader will tell.
        let _ = self.out.send(message);
    }

    fn receive(&mut self, message: Incoming) {
        match (message.method, message.id) {
            (Some(method), Some(id)) => match self.guarded(&id, &method, message.params) {
                Ok(Some(result)) => self.send(Outgoing::result(&id, result)),
                Ok(None) => {}
                Err((code, why)) => self.send(Outgoing::error(Some(&id), code, why)),
            },
            (Some(method), None) if self.state == State::Running => self.notice(&method, message.params),
            // Of responses none matters; the protocol wants early and late notifications dropped.
            _ => {}
        }
    }

    /// The last net: a mistake of ours in one answer must not cost the session.
    fn guarded(&mut self, id: &Id, method: &str, params: Value) -> Result<Option<Value>, Refused> {
        let answer = std::panic::AssertUnwindSafe(|| self.request(id, method, params));
        std::panic::catch_unwind(answer)
            .unwrap_or(Err((ErrorCodes::InternalError, "overlint itself failed here; please report it")))
    }

    /// Answers a request, now or (`None`) later.
    fn request(&mut self, id: &Id, method: &str, params: Value) -> Result<Option<Value>, Refused> {
        match (self.state, method) {
            (State::New, "initialize") => Ok(Some(self.initialize(&params))),
            (State::New, _) => Err((ErrorCodes::ServerNotInitialized, "the first request must be initialize")),
            (State::ShutDown, _) => Err((ErrorCodes::InvalidRequest, "the server was shut down")),
            (State::Running, "initialize") => Err((ErrorCodes::InvalidRequest, "the server is initialized")),
            (State::Running, "shutdown") => {
                self.state = State::ShutDown;
                self.due = None;
                self.stop.store(true, Ordering::Relaxed);
                for waiting in std::mem::take(&mut self.waiting) {
                    self.send(Outgoing::error(Some(&waiting.id), LspErrorCodes::RequestCancelled, "the server shuts down"));
                }
                Ok(Some(Value::Null))
            }
            (State::Running, "textDocument/hover") => {
                let params: HoverParams = parse(params)?;
                let uri = params.text_document_position_params.text_document.uri.0.clone();
                Ok(self.ask(id, &uri, Question::Hover(params)))
            }
            (State::Running, "textDocument/codeAction") => {
                let params: CodeActionParams = parse(params)?;
                let uri = params.text_document.uri.0.clone();
                Ok(self.ask(id, &uri, Question::Actions(params)))
            }
            (State::Running, "overlint/explain") => {
                let rule = params.get("rule").and_then(Value::as_str).and_then(rule_text::markdown);
                rule.map(|text| Some(json!(text))).ok_or((ErrorCodes::InvalidParams, "no rule has this name"))
            }
            (State::Running, "workspace/executeCommand") => self.execute(&parse(params)?).map(Some),
            _ => Err((ErrorCodes::MethodNotFound, "this is not among the server's capabilities")),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        let text = |pointer: &str| params.pointer(pointer).and_then(Value::as_str);
        let is_true = |pointer: &str| params.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
        let offered = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        self.encoding = Encoding::negotiate(offered.into_iter().flatten().filter_map(Value::as_str));
        self.watches = is_true("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
        self.traces = text("/trace").is_some_and(|trace| trace != "off");
        let folders = params.get("workspaceFolders").and_then(Value::as_array).into_iter().flatten();
        self.folders = folders.filter_map(|folder| uri::to_path(folder.get("uri")?.as_str()?)).collect();
        if self.folders.is_empty() {
            self.folders.extend(text("/rootUri").and_then(uri::to_path).or_else(|| text("/rootPath").map(PathBuf::from)));
        }
        self.state = State::Running;
        self.configure(params.get("initializationOptions").unwrap_or(&Value::Null));
        self.edited(Duration::ZERO);
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.kind(),
                "textDocumentSync": {"openClose": true, "change": 2, "save": {}},
                "hoverProvider": true,
                "codeActionProvider": {"codeActionKinds": ["quickfix"]},
                "executeCommandProvider": {"commands": [EXPLAIN]},
                "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
            },
            "serverInfo": {"name": "overlint", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    fn execute(&self, params: &ExecuteCommandParams) -> Result<Value, Refused> {
        let rule = params.arguments.as_deref().and_then(|arguments| arguments.first()?.as_str());
        match (params.command == EXPLAIN, rule.and_then(rule_text::markdown)) {
            (true, Some(text)) => {
                self.show(3, &text);
                Ok(json!(text))
            }
            _ => Err((ErrorCodes::InvalidParams, "no rule has this name")),
        }
    }

    /// Shows the user a message: 2 is a warning, 3 is for information.
    fn show(&self, kind: u8, message: &str) {
        self.send(Outgoing::notification("window/showMessage", json!({"type": kind, "message": message})));
    }

    fn configure(&mut self, settings: &Value) {
        match Settings::read(settings).config() {
            Ok(config) => {
                self.again |= config.as_of != self.config.as_of;
                self.config = config;
            }
            Err(why) => self.show(2, &format!("overlint: {why}")),
        }
    }

    /// Takes notice of something. What has another form than the protocol says is passed over.
    fn notice(&mut self, method: &str, params: Value) {
        match method {
            "initialized" if self.watches => {
                let options = json!({"watchers": [{"globPattern": WATCHED}, {"globPattern": "**/.gitignore"}]});
                let watch = json!({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": options});
                self.send(Outgoing::request("watch", "client/registerCapability", json!({"registrations": [watch]})));
            }
            "$/setTrace" => self.traces = params.get("value").is_some_and(|value| value != "off"),
            "$/cancelRequest" => {
                let id = params.get("id").and_then(|id| serde_json::from_value::<Id>(id.clone()).ok());
                self.cancel(id.as_ref());
            }
            "textDocument/didOpen" => {
                let Ok(DidOpenTextDocumentParams { text_document: new }) = parse(params) else { return };
                let path = self.documents.open(new.uri, new.version, new.text);
                self.changed(path, Change::Text, Duration::ZERO);
            }
            "textDocument/didChange" => {
                let Ok(DidChangeTextDocumentParams { text_document, content_changes }) = parse(params) else { return };
                let uri = text_document.text_document_identifier.uri;
                let path = self.documents.change(&uri, text_document.version, content_changes, self.encoding);
                self.changed(path, Change::Text, PAUSE);
            }
            "textDocument/didClose" => {
                let Ok(DidCloseTextDocumentParams { text_document }) = parse(params) else { return };
                let path = self.documents.close(&text_document.uri);
                self.changed(path, Change::Text, PAUSE);
            }
            "workspace/didChangeWatchedFiles" => {
                let Ok(DidChangeWatchedFilesParams { changes }) = parse(params) else { return };
                for event in changes {
                    let change = if event.kind == FileChangeType::Changed { Change::Text } else { Change::Existence };
                    self.changed(uri::to_path(&event.uri.0), change, PAUSE);
                }
            }
            "workspace/didChangeWorkspaceFolders" => {
                let Ok(DidChangeWorkspaceFoldersParams { event }) = parse(params) else { return };
                let removed: Vec<PathBuf> = event.removed.iter().filter_map(|folder| uri::to_path(&folder.uri.0)).collect();
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(event.added.iter().filter_map(|folder| uri::to_path(&folder.uri.0)));
                self.edited(Duration::ZERO);
            }
            "workspace/didChangeConfiguration" => {
                self.configure(params.get("settings").unwrap_or(&Value::Null));
                self.edited(Duration::ZERO);
            }
            _ => {}
        }
    }

    fn changed(&mut self, path: Option<PathBuf>, change: Change, pause: Duration) {
        if let Some(path) = path {
            let known = self.changes.entry(path).or_insert(change);
            *known = change.max(*known);
            self.edited(pause);
        }
    }

    /// Something is new: the running check is out of date, and the next one begins after a pause.
    fn edited(&mut self, pause: Duration) {
        self.revision += 1;
        self.stop.store(true, Ordering::Relaxed);
        self.due = Some(Instant::now() + pause);
    }

    fn check_now(&mut self) {
        self.due = None;
        self.stop = Arc::default();
        let job = Check {
            revision: self.revision,
            folders: self.folders.clone(),
            texts: self.documents.texts(),
            changes: std::mem::take(&mut self.changes),
            again: std::mem::take(&mut self.again),
            config: self.stoppable(),
        };
        // Without a checker there is nothing to tell.
        let _ = self.jobs.send(Job::Check(job));
    }

    /// What to check for, as long as nothing is edited.
    fn stoppable(&self) -> Config {
        Config { stop: Arc::clone(&self.stop), ..self.config.clone() }
    }

    /// Takes what a check found out.
    fn take(&mut self, checked: Checked) {
        if self.state != State::Running {
            return;
        }
        let changed = self.look(checked.news);
        self.known = checked.revision;
        let mut clock = checked.clock;
        clock.resume();
        self.publish(changed);
        clock.lap("publish");
        if self.traces {
            self.send(Outgoing::notification("$/logTrace", json!({"message": clock.to_string()})));
        }
        self.repairs.clear();
        self.trying.clear();
        self.answer_waiting();
    }

    /// Takes what came of trying repairs.
    fn take_repairs(&mut self, tried: Tried) {
        if self.state == State::Running && tried.revision == self.known {
            self.repairs.extend(tried.repairs);
            self.answer_waiting();
        }
    }

    fn answer_waiting(&mut self) {
        for Waiting { id, path, question } in std::mem::take(&mut self.waiting) {
            if self.can_answer(&path, &question) {
                self.send(Outgoing::result(&id, self.answer(&path, &question)));
            } else {
                self.waiting.push(Waiting { id, path, question });
            }
        }
    }

    /// Whether everything is known that a question is about. If not, it will be.
    fn can_answer(&mut self, path: &Path, question: &Question) -> bool {
        if !self.is_known(path) {
            return false;
        }
        let Question::Actions(params) = question else { return true };
        if !wants_fixes(params) {
            return true;
        }
        let mut places = actions::to_repair(path, params.range, &self.views, self.encoding);
        places.retain(|place| !self.repairs.contains_key(place));
        let is_tried = places.is_empty();
        places.retain(|place| !self.trying.contains(place));
        // The next check comes first, and then all is asked anew.
        if !places.is_empty() && self.known == self.revision {
            self.trying.extend(places.iter().cloned());
            let job = Try { revision: self.known, places, config: self.stoppable() };
            let _ = self.jobs.send(Job::Try(job));
        }
        is_tried
    }

    /// Takes what is new. Returns the files of which something else is known than before.
    fn look(&mut self, news: BTreeMap<PathBuf, News>) -> BTreeSet<PathBuf> {
        let mut before = std::mem::take(&mut self.views);
        let mut changed = BTreeSet::new();
        for (folder, news) in news {
            let mut view = before.remove(&folder).unwrap_or_default();
            changed.extend(view.take(news));
            self.views.insert(folder, view);
        }
        changed.extend(before.into_values().flat_map(|gone| gone.files.into_keys()));
        changed
    }

    /// Tells the client the diagnostics of some files, where they changed.
    fn publish(&mut self, paths: BTreeSet<PathBuf>) {
        for path in paths {
            let diagnostics = diagnostics::of_file(&path, self.views.values(), self.encoding);
            if self.published.get(&path).map_or(&[][..], Vec::as_slice) == diagnostics {
                continue;
            }
            let document = self.documents.get(&path);
            let params = PublishDiagnosticsParams {
                uri: diagnostics::uri_of(&path, document.map(|document| &document.uri)),
                version: document.map(|document| document.version).filter(|_| self.is_known(&path)),
                diagnostics: diagnostics.clone(),
            };
            self.send(Outgoing::notification("textDocument/publishDiagnostics", params));
            if diagnostics.is_empty() {
                self.published.remove(&path);
            } else {
                self.published.insert(path, diagnostics);
            }
        }
    }

    /// Whether what is known of a file is of the text that the client has.
    fn is_known(&self, path: &Path) -> bool {
        let Some(document) = self.documents.get(path) else { return self.known == self.revision };
        let same = |view: &View| {
            let file = view.sources.file_at(&places::relative(&view.base, path));
            file.is_some_and(|file| file.text() == &*document.text)
        };
        self.known == self.revision || self.views.values().any(same)
    }

    /// Answers a question, or keeps it until a check has seen the text that it is about, and repairs were tried.
    fn ask(&mut self, id: &Id, uri: &str, question: Question) -> Option<Value> {
        let Some(path) = uri::to_path(uri) else { return Some(Value::Null) };
        if self.can_answer(&path, &question) {
            return Some(self.answer(&path, &question));
        }
        self.waiting.push(Waiting { id: id.clone(), path, question });
        None
    }

    fn answer(&self, path: &Path, question: &Question) -> Value {
        let Some(document) = self.documents.get(path) else { return Value::Null };
        let answer = match question {
            Question::Hover(params) => {
                let position = params.text_document_position_params.position;
                serde_json::to_value(hover::at(path, &document.text, position, &self.views, self.encoding))
            }
            Question::Actions(params) => {
                if !wants_fixes(params) {
                    return json!([]);
                }
                let open = actions::Document { path, uri: &document.uri, text: &document.text };
                let actions = actions::at(open, params.range, &self.views, &self.repairs, self.encoding);
                serde_json::to_value(actions)
            }
        };
        answer.unwrap_or_default()
    }

    fn cancel(&mut self, id: Option<&Id>) {
        let is_meant = |waiting: &Waiting| Some(&waiting.id) == id;
        if self.waiting.iter().any(is_meant) {
            self.waiting.retain(|waiting| !is_meant(waiting));
            self.send(Outgoing::error(id, LspErrorCodes::RequestCancelled, "the client cancelled this request"));
        }
    }
}

/// Whether quick fixes are among the actions that the client asks for.
fn wants_fixes(params: &CodeActionParams) -> bool {
    let is_fix = |kind: &str| kind.is_empty() || kind == "quickfix";
    params.context.only.as_deref().is_none_or(|only| only.iter().any(|kind| is_fix(&kind.to_string())))
}

/// The parameters of a message.
fn parse<T: DeserializeOwned>(params: Value) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|_| (ErrorCodes::InvalidParams, "the parameters have another form"))
}
