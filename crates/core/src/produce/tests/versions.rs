use crate::produce::{FileVersion, Unusable, VersionWish, choose};
use crate::schemas::register::Match;

fn file(file: u32, registered: bool) -> FileVersion {
    let found = Match { version: file + 10, id: file + 100 };
    FileVersion { file, registered: registered.then_some(found) }
}

#[test]
fn the_newest_registered_file_is_written_unless_another_is_named() {
    let v = |numbers: &[(u32, bool)]| -> Vec<FileVersion> {
        numbers.iter().map(|(number, registered)| file(*number, *registered)).collect()
    };
    let files = v(&[(1, true), (2, true), (3, true), (4, false), (6, false)]);
    let unregistered = v(&[(1, false), (2, false)]);
    let gap = v(&[(1, true), (2, false), (3, true)]);
    type Row<'a> = (&'a [FileVersion], Option<u32>, bool, Result<(u32, Vec<u32>), &'a str>);
    let rows: Vec<Row<'_>> = vec![
        (&files, None, true, Ok((3, vec![4, 6]))),
        (&files, Some(1), true, Ok((1, vec![]))),
        (&files, Some(4), true, Err("v4 of `s` is not registered")),
        (&files, Some(5), true, Err("`s` has no file v5; it has v1, v2, v3, v4, v6")),
        (&files, None, false, Ok((6, vec![]))),
        (&files, Some(4), false, Ok((4, vec![]))),
        (&unregistered, None, true, Err("none of the files of `s` is registered")),
        (&gap, None, true, Ok((3, vec![]))),
        (&[], None, true, Err("`s` has no schema file")),
        (&[], Some(1), false, Err("`s` has no schema file")),
    ];
    for (files, wished, registered, expected) in rows {
        let chosen = choose("s", files, VersionWish { file: wished, registered });
        let found = chosen.map(|chosen| (chosen.version.file, chosen.newer));
        assert_eq!(
            found.map_err(|error: Unusable| error.to_string()),
            expected.map_err(str::to_owned),
            "{wished:?} {registered}"
        );
    }
}
