//! Where a program is looked for.

use std::path::{Path, PathBuf};

/// Where the system looks without `PATH`.
const USUAL: &str = "/bin:/usr/bin";

/// The files that a program's name may mean, the first of them that can be run being meant, as the system has it: a name
/// with a slash means that file, any other is looked for in `PATH`, in which an empty part is the working directory.
#[must_use]
pub fn places(program: &str, path: Option<&str>) -> Vec<PathBuf> {
    if program.contains('/') {
        return vec![PathBuf::from(program)];
    }
    path.unwrap_or(USUAL).split(':').map(|folder| Path::new(folder).join(program)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_decides_whether_path_is_asked() {
        let rows: [(&str, Option<&str>, &[&str]); 5] = [
            ("/opt/notify", Some("/bin"), &["/opt/notify"]),
            ("./notify", Some("/bin"), &["./notify"]),
            ("notify", Some("/usr/local/bin:/bin"), &["/usr/local/bin/notify", "/bin/notify"]),
            ("notify", Some("/bin::"), &["/bin/notify", "notify", "notify"]),
            ("notify", None, &["/bin/notify", "/usr/bin/notify"]),
        ];
        for (program, path, expected) in rows {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(places(program, path), expected, "{program} {path:?}");
        }
    }
}
