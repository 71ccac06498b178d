//! What each key does.

use super::{App, Wish};
use crate::app::Leave;
use crate::board::Board;
use crate::files::{Files, Places};
use crate::keys::Action;
use crate::look::Look;
use crate::screen::{self, Pane, Scroll};
use crate::tasks::Tasks;
use crate::text;

impl App<'_> {
    pub(super) fn act(&mut self, action: Action) {
        let id = self.tasks.current().id.clone();
        match action {
            Action::Quit => self.leave = Some(Leave::Quit),
            Action::Hint => self.ask("hint", &["hint", &id]),
            Action::List => self.ask("list", &["list"]),
            Action::Diff => self.ask("diff", &["diff", &id]),
            Action::Trace => {
                // A model, or a test that watched no work, has no picture: the checker chooses another.
                let drawn = self.board.failure.as_ref().filter(|failure| !failure.verdict.spans.is_empty());
                match drawn.map(|failure| failure.test.clone()) {
                    Some(test) => self.ask("trace", &["trace", &id, "--test", &test]),
                    None => self.ask("trace", &["trace", &id]),
                }
            }
            Action::Again => {
                self.pane = None;
                self.judge();
            }
            Action::Next => self.go(Tasks::next),
            Action::Previous => self.go(Tasks::previous),
            Action::Help => {
                self.asked = None;
                self.scroll = Scroll::default();
                self.pane = Some(screen::help(Look::new(self.options.coloured())));
            }
            Action::Back => {
                self.asked = None;
                if self.pane.take().is_some() {
                    self.scroll = Scroll::default();
                }
            }
            Action::Scroll(lines) => self.scroll.top = self.scroll.top.saturating_add_signed(lines),
            Action::Page(pages) => {
                // A line of the page before stays in sight.
                let page = self.scroll.page.saturating_sub(1).max(1) as isize;
                self.scroll.top = self.scroll.top.saturating_add_signed(pages * page);
            }
            Action::Top => self.scroll.top = 0,
            Action::Bottom => self.scroll.top = usize::MAX,
            Action::Edit => self.wish = Some(Wish::Edit),
            Action::Suspend => self.wish = Some(Wish::Suspend),
            Action::Redraw => self.wish = Some(Wish::Renew),
        }
    }

    /// Asks the checker for what a pane shows.
    fn ask(&mut self, title: &str, arguments: &[&str]) {
        self.asked = None;
        match self.start(arguments) {
            Ok(child) => {
                if self.pane.is_none() {
                    self.show(title, "one moment …\n");
                }
                self.asked = Some((child, title.to_owned()));
            }
            Err(error) => self.notice = error,
        }
    }

    pub(super) fn show(&mut self, title: &str, printed: &str) {
        self.scroll = Scroll::default();
        self.pane = Some(Pane { title: title.to_owned(), lines: text::lines(printed) });
    }

    /// To another task.
    fn go(&mut self, step: fn(&mut Tasks)) {
        step(&mut self.tasks);
        let places = Places::of(self.options, self.tasks.current());
        self.files = Files::watch(places, self.options.poll, self.watched() + 1, self.events.clone());
        (self.pane, self.asked) = (None, None);
        self.board = Board::start();
        self.before = None;
        self.judge();
    }
}
