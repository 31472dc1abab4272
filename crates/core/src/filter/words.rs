//! Which functions and variables of jq a filter may use.
//!
//! The list is explicit, so that a new version of jaq adds nothing by itself. What is not in it runs on without end,
//! reads or writes the outside, overflows on numbers that a payload may hold, or sorts (an order that NaN breaks ends
//! the process).

/// The variables that are always there.
pub(super) const VARIABLES: [&str; 6] = ["$topic", "$partition", "$offset", "$timestamp", "$key", "$headers"];

/// Functions, and how many arguments they take.
pub(super) const FUNCTIONS: &[(&str, &[usize])] = &[
    ("@base64", &[0]),
    ("@base64d", &[0]),
    ("@html", &[0]),
    ("@json", &[0]),
    ("@sh", &[0]),
    ("@text", &[0]),
    ("@uri", &[0]),
    ("abs", &[0]),
    ("add", &[0, 1]),
    ("all", &[0, 1, 2]),
    ("any", &[0, 1, 2]),
    ("arrays", &[0]),
    ("ascii_downcase", &[0]),
    ("ascii_upcase", &[0]),
    ("booleans", &[0]),
    ("capture", &[1, 2]),
    ("ceil", &[0]),
    ("contains", &[1]),
    ("empty", &[0]),
    ("endswith", &[1]),
    ("error", &[0, 1]),
    ("exp", &[0]),
    ("fabs", &[0]),
    ("false", &[0]),
    ("first", &[0, 1]),
    ("flatten", &[0, 1]),
    ("floor", &[0]),
    ("from_entries", &[0]),
    ("fromdate", &[0]),
    ("fromdateiso8601", &[0]),
    ("fromjson", &[0]),
    ("getpath", &[1]),
    ("gsub", &[2, 3]),
    ("has", &[1]),
    ("in", &[1]),
    ("index", &[1]),
    ("indices", &[1]),
    ("infinite", &[0]),
    ("inside", &[1]),
    ("isempty", &[1]),
    ("isinfinite", &[0]),
    ("isnan", &[0]),
    ("isnormal", &[0]),
    ("iterables", &[0]),
    ("join", &[1]),
    ("keys", &[0]),
    ("keys_unsorted", &[0]),
    ("last", &[0, 1]),
    ("length", &[0]),
    ("limit", &[2]),
    ("log", &[0]),
    ("log10", &[0]),
    ("log2", &[0]),
    ("ltrim", &[0]),
    ("ltrimstr", &[1]),
    ("map", &[1]),
    ("map_values", &[1]),
    ("match", &[1, 2]),
    ("max", &[0]),
    ("max_by", &[1]),
    ("min", &[0]),
    ("min_by", &[1]),
    ("nan", &[0]),
    ("not", &[0]),
    ("nth", &[1, 2]),
    ("null", &[0]),
    ("nulls", &[0]),
    ("numbers", &[0]),
    ("objects", &[0]),
    ("paths", &[0]),
    ("pow", &[2]),
    ("range", &[1, 2, 3]),
    ("reverse", &[0]),
    ("rindex", &[1]),
    ("round", &[0]),
    ("rtrim", &[0]),
    ("rtrimstr", &[1]),
    ("scalars", &[0]),
    ("scan", &[1, 2]),
    ("select", &[1]),
    ("skip", &[2]),
    ("split", &[1, 2]),
    ("splits", &[1, 2]),
    ("sqrt", &[0]),
    ("startswith", &[1]),
    ("strings", &[0]),
    ("sub", &[2, 3]),
    ("test", &[1, 2]),
    ("to_entries", &[0]),
    ("toboolean", &[0]),
    ("todate", &[0]),
    ("todateiso8601", &[0]),
    ("tojson", &[0]),
    ("tonumber", &[0]),
    ("tostring", &[0]),
    ("trim", &[0]),
    ("true", &[0]),
    ("trunc", &[0]),
    ("type", &[0]),
    ("utf8bytelength", &[0]),
    ("values", &[0]),
    ("with_entries", &[1]),
];

/// What gives more values than it takes, beside `.[]`, `..` and the comma: each of its values is a step.
pub(super) const GENERATORS: [&str; 8] =
    ["capture", "fromjson", "match", "paths", "range", "scan", "split", "splits"];

/// Functions that jq has and filters have not: why, and what to use.
pub(super) fn refused(name: &str) -> Option<(&'static str, &'static str)> {
    const LOOPS: &str = "it need not end";
    const OUTSIDE: &str = "it reaches outside of the record";
    const CHANGES: &str = "it changes the value, and a filter only asks";
    const SORTS: &str = "a filter asks about one record, and sorts nothing";
    Some(match name {
        "recurse" | "recurse_down" | "walk" => {
            (LOOPS, "`..` gives every value inside of the value, as in `any(..; . == \"x\")`")
        }
        "repeat" | "while" | "until" => {
            (LOOPS, "`any(f; cond)`, `all(f; cond)`, `range(n)` and `limit(n; f)` end")
        }
        "input" | "inputs" | "input_filename" | "input_line_number" => {
            (OUTSIDE, "`.` is the record's value, `$offset` its offset")
        }
        "env" | "$ENV" => (OUTSIDE, "let the shell put the value into the filter"),
        "now" | "localtime" | "strflocaltime" => (
            "it gives another answer each time it is asked",
            "`--from` and `--until` take times, `$timestamp` is the record's in milliseconds",
        ),
        "halt" | "halt_error" => (OUTSIDE, "`-n` ends a scan after so many records"),
        "debug" | "stderr" => (OUTSIDE, "`-o json` shows the records that match"),
        "del" | "delpaths" | "setpath" | "pick" | "path" | "path_value" | "to_stream" | "tostream"
        | "fromstream" => (CHANGES, "`.a.b`, `has(\"a\")` and `getpath([\"a\", \"b\"])` look at parts of it"),
        "sort" | "sort_by" | "group_by" | "unique" | "unique_by" | "bsearch" => {
            (SORTS, "`min`, `max`, `min_by(f)`, `max_by(f)`, `any(f; cond)` and `index(x)`")
        }
        "combinations" | "transpose" | "implode" | "explode" => (
            "it is of no use in a filter",
            "`any(.a[]; cond)` asks about items, `test(\"…\")` about characters",
        ),
        "gmtime" | "mktime" | "strftime" | "strptime" | "date" | "dateadd" | "datesub" | "dateadd_" => (
            "it overflows on some numbers",
            "`fromdate` and `todate`; times of one form compare as texts, too",
        ),
        "IN" | "INDEX" | "GROUP_BY" => ("jaq does not know it", "`.id as $id | any(\"a\", \"b\"; . == $id)`"),
        "ascii" | "format" | "ltrimstr_" | "splits_" => ("jaq does not know it", "`ascii_downcase`, `@text`"),
        _ => return None,
    })
}
