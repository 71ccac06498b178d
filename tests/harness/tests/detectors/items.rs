//! Items lost, repeated and out of order.

use crate::wrong;
use verdict::Kind::Fail;

mod right {
    use harness::{check, criterion};

    /// Nothing is wrong with the expected items, and with any order where any is allowed.
    #[criterion]
    async fn items() {
        check::items(&[1, 2, 3], &[1, 2, 3]).usually("");
        check::same_items(&[3, 1, 2, 1], &[1, 1, 2, 3]).usually("");
    }
}

mod wrong {
    use harness::{check, criterion};

    /// One is missing.
    #[criterion]
    #[should_panic]
    async fn lost() {
        check::items(&[1, 2, 4], &[1, 2, 3, 4]).usually("an item taken and not sent on");
    }

    /// One comes twice.
    #[criterion]
    #[should_panic]
    async fn repeated() {
        check::same_items(&[1, 3, 2, 2], &[1, 2, 3]).usually("an item sent again after an error");
    }

    /// Two have changed places.
    #[criterion]
    #[should_panic]
    async fn reordered() {
        check::items(&[1, 3, 2], &[1, 2, 3]).usually("whoever is ready first sends first");
    }

    /// A value that was not asked for.
    #[criterion]
    #[should_panic]
    async fn value() {
        check::equal("lines", 9, 10).usually("the last one is not counted");
        check::that(false, "not reached").usually("");
    }
}

#[test]
fn lost() {
    wrong("items", "lost")
        .kind(Fail)
        .seen("1 of 4 items lost, the first is 3; position 3: 1, 2, [4]")
        .usually("not sent on");
}

#[test]
fn repeated() {
    wrong("items", "repeated").kind(Fail).seen("2 arrived more than once, 1 too many in all").usually("after an error");
}

#[test]
fn reordered() {
    wrong("items", "reordered").kind(Fail).seen("out of order at position 2: 1, [3], 2, expected 1, [2], 3");
}

#[test]
fn value() {
    wrong("items", "value").kind(Fail).seen("lines: 9, expected 10").usually("not counted");
}
