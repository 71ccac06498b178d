//! Every screen, on every size of terminal.

use super::{Pane, Scroll, Shown, draw, help};
use crate::board::Board;
use crate::event::Ended;
use crate::look::Look;
use crate::tasks::Task;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn task() -> Task {
    Task {
        id: "fan-out/1".to_owned(),
        title: "Serial pipeline".to_owned(),
        passed: false,
        exercise: "exercises".into(),
        tests: "tests".into(),
    }
}

/// A run in which the fourth of so many criteria leaks, and the others pass; not over if it is cut short.
fn run(criteria: usize, decided: usize, over: bool) -> Board {
    let mut board = Board::start();
    let mut note = |record: String| board.note(serde_json::from_str(&record).expect("a record"));
    let announced: Vec<String> = (0..criteria)
        .map(|index| format!(r#"{{"test":"t{index}","statement":"Criterion {index}: the output is `2, 4, … 2000`, in this order, and then it ends for good."}}"#))
        .collect();
    note(format!(r#"{{"type":"begin","criteria":[{}]}}"#, announced.join(",")));
    note(r#"{"type":"building"}"#.to_owned());
    note(r#"{"type":"built","compiler":"","warnings":0}"#.to_owned());
    for index in 0..decided {
        let (kind, rendered) = match index {
            3 => (
                "leak",
                "     leak  Criterion 3\\n           seen    2 tasks are left behind\\n           where   src/lib.rs:7\\n",
            ),
            _ => ("pass", "       ok  Criterion\\n"),
        };
        let spans: Vec<String> = (0..40)
            .map(|item| {
                format!(
                    r#"{{"probe":"work","item":{item},"lane":0,"start":{},"end":{},"finished":true}}"#,
                    item * 1000,
                    item * 1000 + 1000
                )
            })
            .collect();
        note(format!(
            r#"{{"type":"criterion","test":"t{index}","rendered":"{rendered}","verdict":{{"kind":"{kind}","spans":[{}]}}}}"#,
            spans.join(",")
        ));
    }
    if over {
        note(format!(r#"{{"type":"end","exit":{}}}"#, u8::from(decided > 3)));
    }
    board
}

fn drawn(shown: &Shown<'_>, scroll: &mut Scroll, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal in memory");
    terminal.draw(|frame| draw(frame, shown, scroll)).expect("it draws");
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect()
}

fn shown<'a>(task: &'a Task, board: &'a Board, before: Option<&'a Board>, pane: Option<&'a Pane>) -> Shown<'a> {
    Shown { task, board, before, pane, notice: "", look: Look::new(true) }
}

#[test]
fn in_80_columns_and_24_lines_the_message_is_seen_in_full() {
    let (task, board) = (task(), run(11, 11, true));
    let lines = drawn(&shown(&task, &board, None, None), &mut Scroll::default(), 80, 24);
    assert!(lines[0].starts_with("fan-out/1 Serial pipeline"), "{lines:#?}");
    assert!(lines[0].contains(" 10 of 11 hold, "), "{lines:#?}");
    assert_eq!(lines[1], "       ok  3 criteria hold", "those that hold make room for the message\n{lines:#?}");
    assert!(lines[2].starts_with("     leak  Criterion 3: the output is 2, 4, … 2000"), "{lines:#?}");
    for expected in ["           seen    2 tasks are left behind", "           where   src/lib.rs:7"] {
        assert!(lines.iter().any(|line| line == expected), "{lines:#?}");
    }
    assert!(lines.iter().any(|line| line.starts_with("in flight") || line.contains("█")), "the lanes\n{lines:#?}");
    assert!(lines[23].starts_with("h hint  t trace") && lines[23].ends_with("? help  q quit"), "{lines:#?}");
}

#[test]
fn until_a_run_has_something_to_say_the_last_one_stays() {
    let (task, before, now) = (task(), run(11, 11, true), run(11, 2, false));
    let lines = drawn(&shown(&task, &now, Some(&before), None), &mut Scroll::default(), 80, 40);
    assert!(lines[0].ends_with("judging, 2 of 11"), "{lines:#?}");
    assert!(lines[4].starts_with("     leak  "), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("── before this save ──")), "{lines:#?}");
}

#[test]
fn what_is_out_of_sight_is_counted_and_scrolled_to() {
    let (task, board) = (task(), run(11, 11, true));
    let mut scroll = Scroll::default();
    let lines = drawn(&shown(&task, &board, None, None), &mut scroll, 80, 14);
    assert!(lines.iter().any(|line| line.contains(" ↓ ")), "{lines:#?}");
    scroll.top = usize::MAX;
    let lines = drawn(&shown(&task, &board, None, None), &mut scroll, 80, 14);
    assert!(
        lines.iter().any(|line| line.contains(" ↑ ")) && !lines.iter().any(|line| line.contains('↓')),
        "{lines:#?}"
    );
}

#[test]
fn no_terminal_is_too_small() {
    let (task, over, failed, long) = (task(), run(11, 3, true), run(40, 40, true), run(11, 2, false));
    let mut broken = Board::start();
    broken.ended(Ended {
        complained: "error: exercises/x/Cargo.toml:3: a key is missing".to_owned(),
        ..Ended::default()
    });
    let help = help(Look::new(false));
    let screens = [
        shown(&task, &over, None, None),
        shown(&task, &failed, Some(&over), None),
        shown(&task, &long, Some(&failed), None),
        shown(&task, &broken, Some(&failed), None),
        shown(&task, &failed, None, Some(&help)),
        Shown { notice: "no editor", ..shown(&task, &failed, None, None) },
    ];
    for screen in &screens {
        let mut scroll = Scroll { top: 7, page: 1 };
        for width in [0, 1, 2, 3, 5, 9, 10, 11, 12, 13, 20, 40, 79, 80, 81, 200] {
            for height in [0, 1, 2, 3, 4, 5, 6, 7, 10, 24, 60] {
                drawn(screen, &mut scroll, width, height);
            }
        }
    }
}
