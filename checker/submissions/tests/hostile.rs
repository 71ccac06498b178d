//! What a submission may try: each is refused with its reason or contained, and the learner beside it is unaffected.

mod made;

use made::{Class, Raw, SOURCE, end, entry, gzip, of, one, paths, raw, raw_zip, tar, two, zip};
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::mkfifo;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};
use submissions::{Entry, Why, limits};
use tar::EntryType;

/// What this archive is refused for, while an honest learner's is taken.
fn refused(name: &str, bytes: &[u8]) -> Why {
    let class = Class::new();
    class.put(&format!("evil{name}"), bytes).put("honest/src/lib.rs", SOURCE);
    match &class.entries(&one())[..] {
        [Entry::Refused { why, .. }, Entry::Taken(honest)] if paths(honest) == ["lib.rs"] => why.clone(),
        other => panic!("{other:#?}"),
    }
}

fn tar_with(name: &str, kind: EntryType, link: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    entry(&mut builder, "wb/src/lib.rs", EntryType::Regular, SOURCE, "");
    entry(&mut builder, name, kind, b"", link);
    gzip(&builder.into_inner().expect("an archive"))
}

#[test]
fn no_path_leads_out() {
    for path in
        ["../../lib.rs", "/etc/src/lib.rs", "src/../../lib.rs", "..\\src\\lib.rs", "C:/src/lib.rs", "src/a\0.rs"]
    {
        let why = refused(".zip", &raw_zip(&[raw("src/lib.rs", SOURCE), raw(path, SOURCE)]));
        assert!(matches!(why, Why::Path { .. }), "{path:?}: {why}");
        if !path.contains('\0') {
            let why = refused(".tar.gz", &gzip(&tar(&[("src/lib.rs", SOURCE), (path, SOURCE)])));
            assert!(matches!(why, Why::Path { .. }), "{path:?}: {why}");
        }
    }
    let why = refused(".tgz", &tar_with("../outside", EntryType::Directory, ""));
    assert!(matches!(why, Why::Path { .. }), "{why}");
}

#[test]
fn long_names_of_tar_are_paths_too() {
    let long = format!("{}/src/lib.rs", "deep/".repeat(25));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(SOURCE.len() as u64);
    builder.append_data(&mut header, &long, SOURCE).expect("a long name");
    let class = Class::new();
    class.put("ann.tar", &builder.into_inner().expect("an archive"));
    assert_eq!(paths(&class.taken(&one())), ["lib.rs"]);
    // The same by a PAX header, once well and once out of the archive.
    for (path, good) in [("wb/src/lib.rs", true), ("../src/lib.rs", false)] {
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_pax_extensions([("path", path.as_bytes())]).expect("a header");
        entry(&mut builder, "harmless.rs", EntryType::Regular, SOURCE, "");
        let bytes = builder.into_inner().expect("an archive");
        if good {
            let class = Class::new();
            assert_eq!(paths(&class.put("ann.tar", &bytes).taken(&one())), ["lib.rs"]);
        } else {
            assert!(matches!(refused(".tar", &bytes), Why::Path { .. }));
        }
    }
}

#[test]
fn what_is_no_plain_file_is_never_followed_in_an_archive() {
    let kinds = [
        (EntryType::Symlink, "symbolic link"),
        (EntryType::Link, "hard link"),
        (EntryType::Fifo, "pipe"),
        (EntryType::Char, "device"),
        (EntryType::Block, "device"),
    ];
    for (kind, name) in kinds {
        let why = refused(".tar.gz", &tar_with("wb/src/other.rs", kind, "/etc/passwd"));
        assert_eq!(why, Why::NotAFile { path: "evil/wb/src/other.rs".to_owned(), what: name });
    }
    let why = refused(".tar.gz", &tar_with("wb/src", EntryType::Symlink, "/etc"));
    assert!(matches!(why, Why::NotAFile { what: "symbolic link", .. }), "{why}");
    let link = Raw { mode: 0o120_777, ..raw("src/lib.rs", b"/etc/passwd") };
    assert!(matches!(refused(".zip", &raw_zip(&[link])), Why::NotAFile { what: "symbolic link", .. }));
    let locked = Raw { flags: 1, ..raw("src/lib.rs", &[0; 40]) };
    assert!(matches!(refused(".zip", &raw_zip(&[locked])), Why::NotAFile { what: "file with a password", .. }));
    // Elsewhere links do no harm, and are not followed either.
    let class = Class::new();
    class.put("ann.tar.gz", &tar_with("wb/notes", EntryType::Symlink, "/etc/passwd"));
    assert_eq!(paths(&class.taken(&one())), ["lib.rs"]);
}

#[test]
fn what_is_no_plain_file_is_never_followed_in_a_folder() {
    let class = Class::new();
    let secret = class.path("../secret-of-the-grader");
    class.put("file/src/lib.rs", SOURCE).folder("dir").put("package/Cargo.toml", b"").put("pipe/src/lib.rs", SOURCE);
    class.put("two/src/lib.rs", SOURCE).put("task/README", b"").put("real/src/lib.rs", SOURCE);
    symlink("/etc/passwd", class.path("file/src/other.rs")).expect("a link");
    symlink(class.path("real/src"), class.path("dir/src")).expect("a link");
    symlink(class.path("real"), class.path("task/02-unordered-fan-out")).expect("a link");
    symlink("/", class.path("package/lib.rs")).expect("a link");
    symlink(class.path("real"), class.path("whole")).expect("a link");
    symlink(class.path("real/src/lib.rs"), class.path("x.rs")).expect("a link");
    mkfifo(&class.path("pipe/src/other.rs"), Mode::S_IRWXU).expect("a pipe");
    mkfifo(&class.path("pipe.zip"), Mode::S_IRWXU).expect("a pipe");
    std::fs::hard_link(class.path("two/src/lib.rs"), class.path("two/src/other.rs")).expect("a link");
    let begin = Instant::now();
    let mut refused = Vec::new();
    for found in class.entries(&one()) {
        match found {
            Entry::Refused { learner, why: Why::NotAFile { what, .. }, .. } => refused.push((learner.name, what)),
            Entry::Taken(taken) => assert_eq!(taken.learner.name, "real"),
            other => panic!("{other:#?}"),
        }
    }
    let link = "symbolic link";
    let expected = [
        ("dir", link),
        ("file", link),
        ("package", link),
        ("pipe", "pipe"),
        ("pipe.zip", "pipe"),
        ("task", link),
        ("two", "file with several hard links"),
        ("whole", link),
        ("x", link),
    ];
    assert_eq!(refused, expected.map(|(name, what)| (name.to_owned(), what)));
    assert!(begin.elapsed() < Duration::from_secs(10) && !secret.exists());
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0; 10 << 20];
    // A file of 10 MB of zeros, deflated; and the same that says it has one byte.
    let mut bomb = zip(&[("src/lib.rs", &zeros)]);
    assert!(matches!(refused(".zip", &bomb), Why::FileTooLarge { .. }));
    let size = (10_u32 << 20).to_le_bytes();
    while let Some(at) = bomb.windows(4).position(|window| window == size) {
        bomb[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
    }
    let why = refused(".zip", &bomb);
    assert!(matches!(why, Why::Archive { .. } | Why::FileTooLarge { .. }), "{why}");
    // Archives inside of archives stay closed.
    let nested = zip(&[("a.zip", &zip(&[("src/lib.rs", SOURCE)]))]);
    assert_eq!(refused(".zip", &nested), Why::Nothing);
    // Many files, each of which is short enough.
    let half = vec![b' '; 1 << 20];
    let names: Vec<String> = (0..5).map(|number| format!("src/{number}.rs")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &half[..])).collect();
    assert_eq!(refused(".zip", &zip(&files)), Why::TooLarge);
    assert_eq!(refused(".tgz", &gzip(&tar(&files))), Why::TooLarge);
    // 80 MB of zeros in 80 KB.
    let mut builder = tar::Builder::new(Vec::new());
    (0..8).for_each(|number| entry(&mut builder, &format!("{number}"), EntryType::Regular, &zeros, ""));
    let why = refused(".tar.gz", &gzip(&builder.into_inner().expect("an archive")));
    assert!(why.to_string().contains("unpacks to more than"), "{why}");
    // The limit lies between two entries: what comes before it is not taken alone.
    let mut builder = tar::Builder::new(Vec::new());
    entry(&mut builder, "src/lib.rs", EntryType::Regular, &half[..(1 << 20) - 512], "");
    let block = &zeros[..(1 << 20) - 512];
    (1..65).for_each(|number| entry(&mut builder, &format!("{number}"), EntryType::Regular, block, ""));
    let why = refused(".tar.gz", &gzip(&builder.into_inner().expect("an archive")));
    assert!(why.to_string().contains("unpacks to more than"), "{why}");
    assert_eq!(refused("/src/lib.rs", &half.repeat(2)), Why::FileTooLarge { path: "src/lib.rs".to_owned() });
}

#[test]
fn entries_that_overlap_or_repeat_are_refused() {
    let again = Raw { same_as: Some(0), ..raw("src/b.rs", SOURCE) };
    let why = refused(".zip", &raw_zip(&[raw("src/a.rs", SOURCE), again]));
    assert!(why.to_string().contains("overlap"), "{why}");
    let why = refused(".zip", &raw_zip(&[raw("src/lib.rs", SOURCE), raw("src/lib.rs", b"// other")]));
    assert!(why.to_string().contains("twice"), "{why}");
    let why = refused(".zip", &raw_zip(&[raw("src/lib.rs", SOURCE), raw("./src//lib.rs", b"// other")]));
    assert!(matches!(why, Why::SameName { .. }), "{why}");
    let why = refused(".tar", &tar(&[("src/lib.rs", SOURCE), ("./src/lib.rs", b"// other")]));
    assert!(why.to_string().contains("twice"), "{why}");
}

#[test]
fn names_that_differ_by_case_are_refused() {
    let files: [(&str, &[u8]); 2] = [("src/lib.rs", SOURCE), ("src/LIB.rs", SOURCE)];
    let same = Why::SameName { first: "LIB.rs".to_owned(), second: "lib.rs".to_owned() };
    assert_eq!(refused(".zip", &zip(&files)), same);
    assert_eq!(refused(".tar", &tar(&files)), same);
    let class = Class::new();
    class.put("ann/src/lib.rs", SOURCE).put("ann/src/LIB.rs", SOURCE);
    if std::fs::read_dir(class.path("ann/src")).expect("a folder").count() == 2 {
        assert_eq!(class.refused(&one()), same);
    }
}

#[test]
fn numbers_have_limits() {
    let names: Vec<String> = (0..=limits::FILES).map(|number| format!("src/m{number}.rs")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(refused(".zip", &zip(&files)), Why::TooManyFiles);
    let names: Vec<String> = (0..=limits::ENTRIES).map(|number| number.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(
        refused(".zip", &raw_zip(&files.iter().map(|file| raw(file.0, b"")).collect::<Vec<_>>())),
        Why::TooManyEntries { .. }
    ));
    assert!(matches!(refused(".tar.gz", &gzip(&tar(&files))), Why::TooManyEntries { .. }));
    let class = Class::new();
    class.folder("ann/files");
    (0..=limits::ENTRIES).for_each(|number| drop(std::fs::File::create(class.path(&format!("ann/files/{number}")))));
    assert!(matches!(class.refused(&one()), Why::TooManyEntries { .. }));
}

#[test]
fn deep_paths_end() {
    let deep = format!("{}src/lib.rs", "d/".repeat(5_000));
    assert!(matches!(refused(".zip", &zip(&[(&deep, SOURCE)])), Why::Path { .. }));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(0);
    builder.append_data(&mut header, &deep, &b""[..]).expect("a long name");
    assert!(matches!(refused(".tar", &builder.into_inner().expect("an archive")), Why::Path { .. }));
    let class = Class::new();
    class.folder("ann");
    // Longer than any path may be: each folder is made in the last one.
    let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let mut last = open(&class.path("ann"), flags, Mode::empty()).expect("a folder");
    for _ in 0..5_000 {
        mkdirat(&last, "d", Mode::S_IRWXU).expect("a folder");
        last = openat(&last, "d", flags, Mode::empty()).expect("a folder");
    }
    assert!(matches!(class.refused(&one()), Why::Path { problem: "is too deep", .. }));
    let removed = std::process::Command::new("rm").arg("-rf").arg(class.path("ann")).status();
    assert!(removed.expect("rm").success());
}

#[test]
fn broken_archives_are_refused() {
    let good = gzip(&tar(&[("src/lib.rs", SOURCE), ("src/other.rs", &[b'x'; 5_000])]));
    let zipped = zip(&[("src/lib.rs", SOURCE)]);
    let mut zip64 = zipped[..zipped.len() - 22].to_vec();
    zip64.extend(b"PK\x06\x06");
    zip64.extend(44_u64.to_le_bytes());
    zip64.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    (0..2).for_each(|_| zip64.extend((u64::MAX / 64).to_le_bytes()));
    zip64.extend((u64::MAX / 2).to_le_bytes());
    zip64.extend(60_u64.to_le_bytes());
    zip64.extend(b"PK\x06\x07\0\0\0\0");
    zip64.extend((zipped.len() as u64 - 22).to_le_bytes());
    zip64.extend(1_u32.to_le_bytes());
    zip64.extend(end(u16::MAX, u32::MAX, u32::MAX));
    let broken: [(&str, &[u8]); 8] = [
        (".zip", b"I pushed it to my own repository, see there.\n"),
        (".tar.gz", b"the same\n"),
        (".tar.gz", &good[..good.len() / 2]),
        (".zip", &zipped[..zipped.len() - 10]),
        (".zip", b""),
        (".tar", b"text that is no tar"),
        (".zip", b"PK\x03\x04"),
        (".zip", &zip64),
    ];
    for (number, (name, bytes)) in broken.iter().enumerate() {
        let why = refused(name, bytes);
        assert!(matches!(why, Why::Archive { .. } | Why::TooManyEntries { .. }), "{number}: {why}");
    }
    // A broken checksum is found when the bytes are read.
    let mut wrong = raw_zip(&[raw("src/lib.rs", SOURCE)]);
    let at = wrong.windows(3).position(|window| window == b"run").expect("the source is stored");
    wrong[at] = b'R';
    assert!(matches!(refused(".zip", &wrong), Why::Archive { .. }));
}

#[test]
fn sparse_files_are_refused() {
    let mut header = tar::Header::new_gnu();
    header.set_path("src/lib.rs").expect("a path");
    header.set_entry_type(EntryType::GNUSparse);
    header.set_size(0);
    header.as_gnu_mut().expect("GNU").set_real_size(1 << 40);
    let sparse = &mut header.as_gnu_mut().expect("GNU").sparse[0];
    sparse.set_offset(1 << 40);
    sparse.set_length(0);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, &b""[..]).expect("an entry");
    let why = refused(".tar", &builder.into_inner().expect("an archive"));
    assert!(matches!(why, Why::NotAFile { what: "sparse file", .. }), "{why}");
}

#[test]
fn names_that_are_no_text_are_no_sources() {
    let class = Class::new();
    class.put("ann/src/lib.rs", SOURCE);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.rs");
    std::fs::write(class.path("ann").join(name), b"").expect("a file");
    assert_eq!(paths(&class.taken(&one())), ["lib.rs"]);
    std::fs::write(class.path("ann/src").join(name), b"").expect("a file");
    assert!(matches!(class.refused(&one()), Why::Path { .. }));
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("path", &b"src/caf\xe9.rs"[..])]).expect("a header");
    entry(&mut builder, "harmless.rs", EntryType::Regular, SOURCE, "");
    assert!(matches!(refused(".tar", &builder.into_inner().expect("an archive")), Why::Path { .. }));
    let why = refused(".zip", &zip(&[("src/lib.rs", SOURCE), ("src/a\x1b[31m\n.rs", SOURCE)]));
    assert!(!why.to_string().contains(['\x1b', '\n']), "{why}");
}

#[test]
fn a_fault_in_one_task_leaves_the_others() {
    let class = Class::new();
    class.put("ann/02-unordered-fan-out/src/lib.rs", SOURCE).put("ann/03-ordered-fan-out/src/lib.rs", SOURCE);
    symlink("/etc/passwd", class.path("ann/03-ordered-fan-out/src/main.rs")).expect("a link");
    let found = class.entries(&two());
    let [Entry::Taken(_), Entry::Refused { task, .. }] = &found[..] else { panic!("{found:#?}") };
    assert_eq!(task.as_deref(), Some("fan-out/3"));
}

#[test]
fn a_million_entries_cost_nothing() {
    let class = Class::new();
    class.put("honest/src/lib.rs", SOURCE);
    let path = class.path("evil.zip");
    made::million(&path, 1_000_000);
    let begin = Instant::now();
    let found = of(&path, &one());
    let took = begin.elapsed();
    assert!(
        matches!(&found[..], [Ok(Entry::Refused { why: Why::TooManyEntries { .. }, .. })]),
        "a million entries: {found:#?}"
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
}
