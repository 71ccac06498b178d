//! What a key asks for. The same on every screen.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Hint,
    Next,
    Previous,
    List,
    Trace,
    Diff,
    Edit,
    Again,
    Help,
    Quit,
    /// Back to the verdict.
    Back,
    /// By so many lines.
    Scroll(isize),
    /// By so many screens.
    Page(isize),
    Top,
    Bottom,
    Suspend,
    Redraw,
}

/// The keys with a name on the screen, in the order in which there is room for them.
pub(crate) const NAMED: [(char, &str, &str, Action); 10] = [
    ('h', "hint", "one more hint at each press", Action::Hint),
    ('t', "trace", "draw the first failing test's work, or the whole task's", Action::Trace),
    ('d', "diff", "your code beside the reference's, after a pass", Action::Diff),
    ('e', "edit", "open the exercise in $VISUAL or $EDITOR", Action::Edit),
    ('r', "again", "judge again", Action::Again),
    ('n', "next", "the next task; after a pass, the next that is not passed", Action::Next),
    ('p', "previous", "the task before", Action::Previous),
    ('l', "list", "all tasks and your progress", Action::List),
    ('?', "help", "this page", Action::Help),
    ('q', "quit", "quit", Action::Quit),
];

/// What a key asks for, if anything.
pub(crate) fn action(key: KeyEvent) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => Some(Action::Quit),
        KeyCode::Char('z') if control => Some(Action::Suspend),
        KeyCode::Char('l') if control => Some(Action::Redraw),
        KeyCode::Char(_) if control => None,
        KeyCode::Up | KeyCode::Char('k') => Some(Action::Scroll(-1)),
        KeyCode::Down | KeyCode::Char('j') => Some(Action::Scroll(1)),
        KeyCode::PageUp => Some(Action::Page(-1)),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(Action::Page(1)),
        KeyCode::Home => Some(Action::Top),
        KeyCode::End => Some(Action::Bottom),
        KeyCode::Esc | KeyCode::Backspace | KeyCode::Enter => Some(Action::Back),
        KeyCode::Char(sign) => NAMED.into_iter().find(|named| named.0 == sign).map(|named| named.3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, NAMED, action};
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    #[test]
    fn every_named_key_does_what_it_says_and_control_keys_do_not() {
        for (sign, name, _, wanted) in NAMED {
            let key = |modifiers| action(KeyEvent::new(KeyCode::Char(sign), modifiers));
            assert_eq!(key(KeyModifiers::NONE), Some(wanted), "{name}");
            assert_ne!(key(KeyModifiers::CONTROL), Some(wanted), "{name}");
        }
        let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(action(control_c), Some(Action::Quit));
    }
}
