//! What instructors have: each shape of a class gives the same sources.

mod made;

use made::{Class, Raw, SOURCE, gzip, of, one, paths, raw, raw_zip, tar, task, two, zip};
use std::fs;
use std::io::Write;
use submissions::{Entry, Error, Why, submissions};

const PACKAGE: &str = "[package]\nname = \"fan-out-02\"\n";

#[test]
fn each_place_of_the_sources_is_found() {
    let places = [
        "ann/exercises/fan-out/02-unordered-fan-out/src/",
        "ann/tokio-workbook-main/exercises/fan-out/02-unordered-fan-out/src/",
        "ann/fan-out/02-unordered-fan-out/src/",
        "ann/02-unordered-fan-out/src/",
        "ann/fan-out-02/src/",
        "ann/handin/src/",
        "ann/src/",
        "ann/",
        "ann/handin/",
    ];
    let mut hashes = Vec::new();
    for place in places {
        let class = Class::new();
        class.put(&format!("{place}lib.rs"), SOURCE).put(&format!("{place}inner/deep.rs"), b"// more\n");
        let submission = class.taken(&one());
        assert_eq!(paths(&submission), ["inner/deep.rs", "lib.rs"], "{place}");
        assert_eq!(submission.learner.name, "ann");
        assert_eq!(submission.task, "fan-out/2");
        assert_eq!(submission.origin.file_name().and_then(|name| name.to_str()), Some("ann"));
        assert!(submission.notes.is_empty(), "{:?}", submission.notes);
        hashes.push(submission.sha256);
    }
    hashes.dedup();
    assert_eq!(
        hashes,
        ["23ffcd755b92d2a9eaf16a3b2d877b9e6fc2609ac3934c9bc432c47a01f71cea"],
        "one content has one hash, on every machine"
    );
}

#[test]
fn archives_are_what_folders_are() {
    let files: [(&str, &[u8]); 2] =
        [("wb/exercises/fan-out/02-unordered-fan-out/src/lib.rs", SOURCE), ("wb/README", b"x")];
    let many = [gzip(&tar(&files[..1])[..512]), gzip(&tar(&files[..1])[512..])].concat();
    let mut trailing = zip(&files);
    trailing.extend(b"garbage");
    let mut streamed = zip::ZipWriter::new_stream(Vec::new());
    streamed.start_file(files[0].0, zip::write::SimpleFileOptions::default()).expect("an entry");
    streamed.write_all(SOURCE).expect("its bytes");
    let described = streamed.finish().expect("an archive").into_inner();
    let page = Raw { name: b"\x9abung/src/lib.rs".to_vec(), ..raw("", SOURCE) };
    let archives = [
        ("ann.zip", zip(&files)),
        ("ann.tar.gz", gzip(&tar(&files))),
        ("ann.tgz", gzip(&tar(&files))),
        ("ann.TGZ", many),
        ("ann.tar", tar(&files)),
        ("ann.zip", gzip(&tar(&files))),
        ("ann.zip", trailing),
        ("ann.zip", described),
        ("ann.zip", raw_zip(&[page])),
        ("ann/solutions.zip", zip(&[("src/lib.rs", SOURCE)])),
        ("ann/src.zip", zip(&[("lib.rs", SOURCE)])),
        ("ann/handin.zip", zip(&files)),
        ("ann/deeper/handin.tar.gz", gzip(&tar(&files))),
        ("ann/02-unordered-fan-out.zip", zip(&[("src/lib.rs", SOURCE)])),
        ("ann/x.zip", zip(&[("lib.rs", SOURCE)])),
    ];
    for (name, bytes) in archives {
        let class = Class::new();
        let submission = class.put(name, &bytes).taken(&one());
        assert_eq!((paths(&submission), submission.learner.name.as_str()), (vec!["lib.rs"], "ann"), "{name}");
        assert_eq!(submission.files[0].bytes, SOURCE);
    }
}

#[test]
fn a_single_file_is_the_first_that_is_declared() {
    for name in ["ann.rs", "ann/solution.rs", "ann_12_34_main.rs", "ann_5_assignsubmission_file_x.rs"] {
        let class = Class::new();
        let submission = class.put(name, SOURCE).taken(&one());
        assert_eq!(paths(&submission), ["lib.rs"], "{name}");
    }
    let class = Class::new();
    class.put("ann/02-unordered-fan-out.rs", SOURCE).put("ann/fan-out-03.rs", SOURCE);
    let entries = class.entries(&two());
    assert!(
        entries.iter().all(|entry| matches!(entry, Entry::Taken(taken) if paths(taken) == ["lib.rs"])),
        "{entries:#?}"
    );
}

#[test]
fn files_of_a_platform_belong_together() {
    let class = Class::new();
    class.put("doe_7_1_lib.rs", SOURCE).put("doe_7_2_main-1.rs", SOURCE).put("roe_8_3_lib.rs", SOURCE);
    let entries = class.entries(&[task(3, "ordered-fan-out", &["lib.rs", "main.rs"])]);
    let [Entry::Taken(doe), Entry::Taken(roe)] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!((paths(doe), doe.learner.name.as_str()), (vec!["lib.rs", "main.rs"], "doe_7"));
    assert_eq!((paths(roe), roe.learner.name.as_str()), (vec!["lib.rs"], "roe_8"));
    assert_eq!(roe.missing, [std::path::Path::new("main.rs")]);
}

#[test]
fn of_a_whole_workbook_only_the_exercises_are_the_learners() {
    let class = Class::new();
    class.put("ann/exercises/fan-out/02-unordered-fan-out/src/lib.rs", SOURCE);
    class.put("ann/solutions/fan-out/02-unordered-fan-out/src/lib.rs", b"// the reference\n");
    class.put("ann/solutions/fan-out/03-ordered-fan-out/src/lib.rs", b"// the reference\n");
    class.put("ann/tests/fan-out/02-unordered-fan-out/src/lib.rs", b"// a test\n");
    class.put("ann/target/subjects/02-unordered-fan-out/src/lib.rs", b"// a copy\n");
    let entries = class.entries(&two());
    let [Entry::Taken(taken), Entry::Refused { task, why, .. }] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!(taken.files[0].bytes, SOURCE);
    assert_eq!((task.as_deref(), why), (Some("fan-out/3"), &Why::NotHandedIn));
}

#[test]
fn a_package_is_told_by_its_name() {
    let class = Class::new();
    class.put("ann/my-try/src/lib.rs", SOURCE).put("ann/my-try/Cargo.toml", PACKAGE.as_bytes());
    let entries = class.entries(&two());
    assert!(matches!(&entries[0], Entry::Taken(taken) if taken.task == "fan-out/2"), "{entries:#?}");
    let class = Class::new();
    class.put("ann/my-try/src/lib.rs", SOURCE);
    assert!(matches!(class.refused(&two()), Why::WhichTask { .. }));
    let class = Class::new();
    class.put("ann/a/src/lib.rs", SOURCE).put("ann/b/src/lib.rs", SOURCE);
    assert!(matches!(class.refused(&one()), Why::Twice { .. }));
}

#[test]
fn a_folder_or_a_file_may_be_one_submission() {
    for place in ["exercises/fan-out/02-unordered-fan-out/src/", "02-unordered-fan-out/src/", "src/", ""] {
        let class = Class::new();
        class.put(&format!("zoe/{place}lib.rs"), SOURCE);
        let found = of(&class.path("zoe"), &one());
        assert!(matches!(&found[..], [Ok(Entry::Taken(taken))] if taken.learner.name == "zoe"), "{place}: {found:#?}");
    }
    let class = Class::new();
    class.put("zoe.zip", &zip(&[("src/lib.rs", SOURCE)])).put("other.rs", SOURCE);
    let found = of(&class.path("zoe.zip"), &one());
    assert!(matches!(&found[..], [Ok(Entry::Taken(taken))] if taken.learner.name == "zoe"), "{found:#?}");
}

#[test]
fn what_would_change_the_build_is_noted() {
    let class = Class::new();
    for left in ["build.rs", ".cargo/config.toml", "rust-toolchain.toml", "src/data.txt", "tests/acceptance.rs"] {
        class.put(&format!("ann/{left}"), b"x");
    }
    class.put("ann/src/lib.rs", SOURCE).put("ann/src/helper.rs", SOURCE).put("ann/Cargo.toml", b"[package]\n");
    let mut tasks = one();
    tasks[0].manifest = Some(PACKAGE.as_bytes().to_vec());
    tasks[0].modules = false;
    let submission = class.taken(&tasks);
    assert_eq!(paths(&submission), ["lib.rs"]);
    let notes = [
        ".cargo is left out: it would change how the task is built",
        "build.rs is left out: it would change how the task is built",
        "rust-toolchain.toml is left out: it would change how the task is built",
        "src/data.txt is left out: it is no .rs file",
        "src/helper.rs is left out: the task does not declare it",
        "Cargo.toml was changed and is left out: the workbook's own is used",
    ];
    assert_eq!(submission.notes, notes);
    class.put("ann/Cargo.toml", PACKAGE.replace('\n', "\r\n").as_bytes());
    assert!(!class.taken(&tasks).notes.iter().any(|note| note.contains("Cargo.toml was")));
}

#[test]
fn sources_are_taken_byte_for_byte() {
    let class = Class::new();
    for (name, bytes) in [("a", &b"\xef\xbb\xbffn a() {}\r\n"[..]), ("b", b"fn \xff\xfe() {}"), ("c", b"")] {
        class.put(&format!("{name}/src/lib.rs"), bytes);
    }
    let taken: Vec<Vec<u8>> = class
        .entries(&one())
        .into_iter()
        .map(|entry| match entry {
            Entry::Taken(taken) => taken.files[0].bytes.clone(),
            refused => panic!("{refused:#?}"),
        })
        .collect();
    assert_eq!(taken, [&b"\xef\xbb\xbffn a() {}\r\n"[..], b"fn \xff\xfe() {}", b""]);
}

#[test]
fn nobody_is_lost() {
    let class = Class::new();
    class.folder("empty").put("a.docx", b"x").put("b.7z", b"7z").put("c/notes.txt", b"I could not");
    class.put("d/src/lib.rs", SOURCE).put("grades.csv", b"").put(".DS_Store", b"").put("d.zip", b"");
    let mut listed = Vec::new();
    for entry in class.entries(&one()) {
        listed.push(match entry {
            Entry::Taken(taken) => (taken.learner.name, "taken"),
            Entry::Refused { learner, why: Why::Unknown { .. }, .. } => (learner.name, "unknown"),
            Entry::Refused { learner, why: Why::Nothing, .. } => (learner.name, "nothing"),
            Entry::Refused { learner, why: Why::Archive { .. }, .. } => (learner.name, "archive"),
            other => panic!("{other:#?}"),
        });
    }
    let listed: Vec<(&str, &str)> = listed.iter().map(|(name, what)| (name.as_str(), *what)).collect();
    let all = [("a.docx", "unknown"), ("b.7z", "unknown"), ("c", "nothing"), ("d", "taken")];
    assert_eq!(listed, [&all[..], &[("d.zip", "archive"), ("empty", "nothing")]].concat());
}

#[test]
fn a_file_that_cannot_be_read_is_the_machines_fault() {
    let class = Class::new();
    let missing = class.path("nowhere");
    assert!(matches!(submissions(&missing, &one()), Err(Error::Read { path, .. }) if path == missing));
    assert!(matches!(submissions(&missing, &[]), Err(Error::NoTask)));
    class.put("ann/src/lib.rs", SOURCE).put("bob/src/lib.rs", SOURCE);
    let tasks = one();
    let mut found = submissions(class.path("").as_path(), &tasks).expect("the class");
    assert_eq!(found.learners(), 2);
    // Ann's folder is gone when it is her turn.
    fs::remove_dir_all(class.path("ann")).expect("it can be removed");
    assert!(matches!(found.next(), Some(Err(Error::Learner { learner, .. })) if learner.name == "ann"));
    assert_eq!(found.names().collect::<Vec<_>>(), ["bob"]);
    assert!(matches!(found.next(), Some(Ok(Entry::Taken(taken))) if taken.learner.name == "bob"));
    assert!(found.next().is_none());
}

#[test]
fn the_archive_beside_the_sources_is_left_out() {
    let class = Class::new();
    class.put("ann/src/lib.rs", SOURCE).put("ann/old.zip", b"whatever");
    assert_eq!(class.taken(&one()).notes, ["old.zip is left out: the folder holds the sources"]);
}
