//! The program with a screen: waits for something to happen, notes it, draws.

mod act;

use crate::Options;
use crate::board::{Board, What};
use crate::child::{self, Child};
use crate::event::{self, Ended, Event};
use crate::files::{Files, Places};
use crate::keys;
use crate::look::Look;
use crate::screen::{self, Pane, Scroll, Shown};
use crate::tasks::Tasks;
use crate::terminal::Terminal;
use ratatui::crossterm::event::Event as Input;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use verdict::Kind;

/// While a run goes on, its seconds are counted.
const TICK: Duration = Duration::from_millis(250);
/// Children that were told to end are waited for, but not longer than this.
const PARTING: Duration = Duration::from_secs(2);

/// Watches a task on the screen.
///
/// # Errors
///
/// The task is not listed; there is no terminal, or it is gone.
pub(crate) fn watch(options: &Options) -> Result<(), String> {
    let tasks = Tasks::list(options)?;
    let (sender, events) = mpsc::channel();
    let mut signals =
        Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT]).map_err(|error| error.to_string())?;
    event::for_ever("signals", sender.clone(), move |events| {
        for signal in signals.forever() {
            let _ = events.send(Event::Signal(signal));
        }
    });
    let gone = |error: std::io::Error| format!("the terminal: {error}");
    let mut terminal = Terminal::take(&sender).map_err(gone)?;
    let mut app = App::new(options, tasks, sender);
    let left = app.run(&mut terminal, &events).map_err(gone);
    app.part(&events);
    drop(terminal);
    match left? {
        Leave::Quit => Ok(()),
        Leave::Signal(signal) => {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            Ok(())
        }
        Leave::Died(thread) => Err(format!("the {thread}'s thread ended")),
    }
}

/// Why the program ends.
enum Leave {
    Quit,
    Signal(i32),
    Died(&'static str),
}

struct App<'a> {
    options: &'a Options,
    events: Sender<Event>,
    tasks: Tasks,
    files: Files,
    board: Board,
    before: Option<Board>,
    /// The run, unless it has ended.
    run: Option<Running>,
    pane: Option<Pane>,
    /// What a pane waits for.
    asked: Option<(Child, String)>,
    scroll: Scroll,
    notice: String,
    /// Children started so far; each has its number.
    started: u64,
    /// Children that have not ended yet.
    alive: usize,
    leave: Option<Leave>,
    wish: Option<Wish>,
}

/// A run of the checker.
enum Running {
    /// Its records count.
    Judging(Child),
    /// It was told to end; the next run starts when it has.
    Ending(u64),
}

/// What needs the terminal itself.
enum Wish {
    Edit,
    Suspend,
    Renew,
}

impl<'a> App<'a> {
    fn new(options: &'a Options, tasks: Tasks, events: Sender<Event>) -> App<'a> {
        let files = Files::watch(Places::of(options, tasks.current()), options.poll, 0, events.clone());
        let mut app = App {
            options,
            events,
            tasks,
            files,
            board: Board::start(),
            before: None,
            run: None,
            pane: None,
            asked: None,
            scroll: Scroll::default(),
            notice: String::new(),
            started: 0,
            alive: 0,
            leave: None,
            wish: None,
        };
        app.judge();
        app
    }

    /// Until it is time to leave. Everything that has happened is noted before the screen is drawn.
    fn run(&mut self, terminal: &mut Terminal, events: &Receiver<Event>) -> std::io::Result<Leave> {
        loop {
            terminal.draw(|frame| self.draw(frame))?;
            let busy = self.run.is_some() || self.asked.is_some();
            let event = if busy { events.recv_timeout(TICK) } else { events.recv().map_err(Into::into) };
            let mut next = match event {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(Leave::Died("program")),
            };
            while let Some(event) = next {
                self.hear(event, terminal);
                if self.leave.is_none() {
                    self.grant(terminal, events)?;
                }
                if let Some(leave) = self.leave.take() {
                    return Ok(leave);
                }
                next = events.try_recv().ok();
            }
        }
    }

    fn draw(&mut self, frame: &mut ratatui::Frame<'_>) {
        let shown = Shown {
            task: self.tasks.current(),
            board: &self.board,
            before: self.before.as_ref(),
            pane: self.pane.as_ref(),
            notice: &self.notice,
            look: Look::new(self.options.coloured()),
        };
        screen::draw(frame, &shown, &mut self.scroll);
    }

    fn hear(&mut self, event: Event, terminal: &mut Terminal) {
        match event {
            Event::Signal(SIGTSTP) if terminal.has_stopped() => {}
            event => self.note(event),
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Terminal(Input::Key(key)) => {
                self.notice.clear();
                if let Some(action) = keys::action(key) {
                    self.act(action);
                }
            }
            Event::Terminal(_) => {}
            Event::Saved(of) if of == self.watched() => {
                self.pane = None;
                self.asked = None;
                self.judge();
            }
            Event::Saved(_) => {}
            Event::Record(id, record) => {
                if matches!(&self.run, Some(Running::Judging(run)) if run.id == id) {
                    let over = record.what == What::End;
                    self.board.note(*record);
                    if over && self.board.passed() {
                        self.tasks.pass();
                    }
                }
            }
            Event::Ended(id, ended) => self.ended(id, ended),
            Event::Signal(SIGTSTP) => self.wish = Some(Wish::Suspend),
            Event::Signal(SIGCONT) => self.wish = Some(Wish::Renew),
            Event::Signal(signal) => self.leave = Some(Leave::Signal(signal)),
            Event::Died(thread) => self.leave = Some(Leave::Died(thread)),
        }
    }

    fn ended(&mut self, id: u64, ended: Ended) {
        self.alive = self.alive.saturating_sub(1);
        match &self.run {
            Some(Running::Judging(run)) if run.id == id => {
                self.run = None;
                self.board.ended(ended);
            }
            Some(Running::Ending(run)) if *run == id => {
                self.run = None;
                self.judge();
            }
            _ => {
                if let Some((_, title)) = self.asked.take_if(|(child, _)| child.id == id) {
                    self.show(&title, &(ended.printed + &ended.complained));
                }
            }
        }
    }

    /// Judges, or ends the run that goes on and judges then.
    fn judge(&mut self) {
        if let Some(run) = self.run.take() {
            let id = match run {
                Running::Judging(child) => child.id,
                Running::Ending(id) => id,
            };
            self.begin();
            self.run = Some(Running::Ending(id));
            return;
        }
        self.begin();
        let id = self.tasks.current().id.clone();
        let arguments = ["task", &id, "--json", "--spans", "--rendered"];
        match self.start(&arguments) {
            Ok(child) => self.run = Some(Running::Judging(child)),
            Err(complained) => self.board.ended(Ended { complained, ..Ended::default() }),
        }
    }

    /// A new board. The last that said something stays, until this one does.
    fn begin(&mut self) {
        let last = std::mem::replace(&mut self.board, Board::start());
        if last.phase_is_over() {
            self.before = Some(last);
        }
        self.scroll = Scroll::default();
    }

    fn start(&mut self, arguments: &[&str]) -> Result<Child, String> {
        self.started += 1;
        let child = child::start(self.options, arguments, self.started, &self.events);
        let child = child.map_err(|error| format!("{} does not start: {error}", self.options.checker.display()))?;
        self.alive += 1;
        Ok(child)
    }

    /// The number of the task that is watched.
    fn watched(&self) -> u64 {
        self.files.number()
    }

    /// Does what needs the terminal.
    fn grant(&mut self, terminal: &mut Terminal, events: &Receiver<Event>) -> std::io::Result<()> {
        match self.wish.take() {
            None => Ok(()),
            Some(Wish::Suspend) => terminal.suspend(),
            Some(Wish::Renew) => terminal.renew(),
            Some(Wish::Edit) => {
                let (file, line) = self.place();
                if let Err(error) = terminal.edit(&file, line, events, |event| self.note(event))? {
                    self.notice = error;
                }
                Ok(())
            }
        }
    }

    /// What to edit: the library, at the line that the first failure names.
    fn place(&self) -> (std::path::PathBuf, Option<u32>) {
        let exercise = self.options.root.join(&self.tasks.current().exercise);
        let site = self.board.failure.as_ref().filter(|failure| failure.verdict.kind != Kind::Infra);
        let site =
            site.and_then(|failure| failure.verdict.at.as_ref()).filter(|site| exercise.join(&site.file).is_file());
        match site {
            Some(site) => (exercise.join(&site.file), Some(site.line)),
            None => (exercise.join("src/lib.rs"), None),
        }
    }

    /// Ends every child and waits for it: nothing is left behind.
    fn part(&mut self, events: &Receiver<Event>) {
        (self.run, self.asked) = (None, None);
        while self.alive > 0 {
            match events.recv_timeout(PARTING) {
                Ok(Event::Ended(..)) => self.alive -= 1,
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }
}
