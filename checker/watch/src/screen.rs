//! What the screen shows: a line with the task, the criteria, the first failure, a line with the keys.
//!
//! Everything finds its place by itself: 80 × 24 is enough, less is borne. What does not fit below is scrolled to.

mod list;
mod message;

use crate::board::{Board, Phase};
use crate::keys;
use crate::look::{BOLD, DIM, Look};
use crate::tasks::Task;
use crate::text;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use verdict::Kind;

/// Everything that is on the screen.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) task: &'a Task,
    pub(crate) board: &'a Board,
    /// The run before, until this one has something to say.
    pub(crate) before: Option<&'a Board>,
    pub(crate) pane: Option<&'a Pane>,
    /// A word about a key that could not do what it does.
    pub(crate) notice: &'a str,
    pub(crate) look: Look,
}

/// What covers the verdict for a while.
#[derive(Clone, Debug)]
pub(crate) struct Pane {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line<'static>>,
}

/// How far what is below is scrolled, in lines. Drawing keeps it within what there is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scroll {
    pub(crate) top: usize,
    /// How many lines are seen at once.
    pub(crate) page: usize,
}

/// The criteria are shown in so many lines even where the message is long.
const FEWEST: usize = 4;
/// The column of the verdict's word.
const WORD: usize = 9;

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, shown: &Shown<'_>, scroll: &mut Scroll) {
    let area = frame.area();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines = vec![title(shown, width)];
    // The first line and the last are there before anything else.
    let body = height.saturating_sub(2);
    let (above, rule, below) = match shown.pane {
        Some(pane) => (Vec::new(), Some((pane.title.as_str(), DIM)), text::fold(&pane.lines, width)),
        None => verdict(shown, width, body),
    };
    lines.extend(above);
    let rest = body.saturating_sub(lines.len() - 1 + usize::from(rule.is_some()));
    scroll.page = rest.max(1);
    scroll.top = scroll.top.min(below.len().saturating_sub(rest));
    if let Some((name, style)) = rule {
        let more = below.len().saturating_sub(scroll.top + rest);
        lines.push(divider(name, style, scroll.top, more, width));
    }
    lines.extend(below.into_iter().skip(scroll.top).take(rest));
    lines.truncate(height.saturating_sub(1));
    for (row, line) in (area.y..).zip(&lines) {
        put(frame, line, Rect { y: row, height: 1, ..area });
    }
    if height > 1 {
        put(frame, &footer(shown, width), Rect { y: area.y + area.height - 1, height: 1, ..area });
    }
}

fn put(frame: &mut Frame<'_>, line: &Line<'_>, row: Rect) {
    let row = row.intersection(frame.area());
    frame.render_widget(line, row);
}

/// The task on the left, how far its run is on the right.
fn title(shown: &Shown<'_>, width: usize) -> Line<'static> {
    let (state, style) = state(shown);
    let state = text::cut(&state, width);
    let right = Span::styled(state, style);
    let room = width.saturating_sub(right.width() + 2);
    let id = text::cut(&shown.task.id, room);
    let name = text::cut(&format!(" {}", shown.task.title), room.saturating_sub(id.chars().count()));
    let left = [Span::styled(id, BOLD), Span::styled(name, BOLD)];
    let gap = width.saturating_sub(left.iter().map(Span::width).sum::<usize>() + right.width());
    let [id, name] = left;
    Line::from(vec![id, name, Span::raw(" ".repeat(gap)), right])
}

fn state(shown: &Shown<'_>) -> (String, Style) {
    let (board, look) = (shown.board, shown.look);
    let (total, passed) = (board.criteria.len(), board.count(|kind| kind == Kind::Pass));
    let seconds = board.elapsed().as_secs_f64();
    let busy = look.coloured(Color::Yellow);
    match board.phase {
        // The checker itself starts at once: what takes time is a lock.
        Phase::Starting if seconds > 2.0 => (format!("waiting for another checker, {} s", seconds as u64), busy),
        Phase::Starting | Phase::Building if seconds < 1.0 => ("building".to_owned(), busy),
        Phase::Starting | Phase::Building => (format!("building, {} s", seconds as u64), busy),
        Phase::Judging => {
            let decided = board.count(|_| true);
            (format!("judging, {decided} of {total}"), busy)
        }
        Phase::Over(0) => (format!("{passed} of {total} hold, {seconds:.1} s"), look.kind(Kind::Pass)),
        Phase::Over(_) => (format!("{passed} of {total} hold, {seconds:.1} s"), BOLD),
        Phase::NoVerdict => ("no verdict".to_owned(), look.kind(Kind::Fail)),
    }
}

type Parts<'a> = (Vec<Line<'static>>, Option<(&'a str, Style)>, Vec<Line<'static>>);

/// The criteria, and below a rule what there is to say.
fn verdict<'a>(shown: &Shown<'a>, width: usize, body: usize) -> Parts<'a> {
    let (board, look) = (shown.board, shown.look);
    // A run that has found no failure yet leaves the last message where it is.
    let silent = !board.phase_is_over() && board.failure.is_none();
    let (told, old) = match shown.before {
        Some(before) if silent => (before, true),
        _ => (board, false),
    };
    let mut message = text::fold(&message::of(told, look, width), width);
    if old {
        message.iter_mut().for_each(|line| *line = line.clone().patch_style(DIM));
    }
    let criteria =
        if board.criteria.is_empty() { shown.before.map_or(&[][..], |old| &old.criteria) } else { &board.criteria };
    let room = body.saturating_sub(message.len() + 1).max(FEWEST.min(body / 2));
    let lines = list::of(criteria, shown, room, width);
    if message.is_empty() {
        return (lines, None, message);
    }
    (lines, Some((if old { "before this save" } else { "" }, DIM)), message)
}

/// A line across, with a name and with how much is out of sight.
fn divider(name: &str, style: Style, above: usize, below: usize, width: usize) -> Line<'static> {
    let name = if name.is_empty() { String::new() } else { format!(" {name} ") };
    let name = text::cut(&name, width.saturating_sub(4));
    let out = match (above, below) {
        (0, 0) => String::new(),
        (above, 0) => format!(" ↑ {above} "),
        (0, below) => format!(" ↓ {below} "),
        (above, below) => format!(" ↑ {above} ↓ {below} "),
    };
    let left = "─".repeat(2.min(width));
    let used = Span::raw(format!("{left}{name}{out}")).width();
    let middle = "─".repeat(width.saturating_sub(used + 2));
    let right = "─".repeat(2.min(width.saturating_sub(used)));
    Line::styled(text::cut(&format!("{left}{name}{middle}{out}{right}"), width), style)
}

/// The keys that there is room for; help and quit always come last.
fn footer(shown: &Shown<'_>, width: usize) -> Line<'static> {
    let look = shown.look;
    if !shown.notice.is_empty() {
        return Line::styled(text::cut(shown.notice, width), look.coloured(Color::Yellow));
    }
    let key = |sign: &str, name: &str| {
        [Span::styled(sign.to_owned(), look.coloured(Color::Cyan)), Span::raw(format!(" {name}  "))]
    };
    let named = |wanted: char| keys::NAMED.into_iter().find(|named| named.0 == wanted);
    let after = shown.task.passed && shown.board.failure.is_none();
    let middle = if shown.pane.is_some() {
        ""
    } else if after {
        "dterpnl"
    } else {
        "hternpl"
    };
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut room = width.saturating_sub("? help  q quit".len());
    if shown.pane.is_some() && room >= "Esc back  ".len() {
        spans.extend(key("Esc", "back"));
        spans.extend(key("↑↓", "scroll"));
    }
    for (sign, name, ..) in middle.chars().filter_map(named) {
        let wide = name.len() + 4;
        if wide > room {
            break;
        }
        room -= wide;
        spans.extend(key(&sign.to_string(), name));
    }
    spans.extend(key("?", "help"));
    spans.extend(key("q", "quit"));
    Line::from(spans)
}

/// What the help page says.
pub(crate) fn help(look: Look) -> Pane {
    let entry = |sign: &str, what: &str| {
        Line::from(vec![Span::styled(format!("  {sign:<12}"), look.coloured(Color::Cyan)), Span::raw(what.to_owned())])
    };
    let mut lines: Vec<Line<'static>> = vec![
        Line::raw("Save a file of the exercise, and it is judged. Save again, and the run that"),
        Line::raw("goes on is ended. The first criterion that does not hold is told in full."),
        Line::default(),
    ];
    lines.extend(keys::NAMED.into_iter().map(|(sign, _, what, _)| entry(&sign.to_string(), what)));
    lines.extend([
        entry("↑ ↓ k j", "scroll by a line"),
        entry("PgUp PgDn", "scroll by a page; Home and End to the ends"),
        entry("Esc", "back to the verdict"),
        entry("Ctrl-L", "draw the screen anew"),
        entry("Ctrl-Z", "to the shell; fg comes back"),
        Line::default(),
        Line::raw("Saves are not seen? On network and shared folders start with --poll."),
    ]);
    Pane { title: "help".to_owned(), lines }
}

#[cfg(test)]
mod tests;
