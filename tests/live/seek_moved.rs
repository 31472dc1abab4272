//! `groups seek` and `undo` where topics change under them: while a plan is looked at, and after a set was saved.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::lag::Ground;
use crate::oracle::java;
use crate::seek::{ground, stands};
use crate::world::Transcript;

/// Seeks with a watch before the change, in which something else is done.
fn meanwhile(ground: &Ground, group: &str, to: &str, work: impl FnOnce()) -> Transcript {
    std::thread::scope(|scope| {
        let words =
            ["groups", "seek", group, "--topic", &ground.topic, "--to", to, "--watch", "12s", "--yes"];
        let seek = scope.spawn(move || ground.world.run(&words));
        // The plan is made within a second; what is done meanwhile takes some.
        std::thread::sleep(Duration::from_secs(2));
        work();
        seek.join().unwrap()
    })
}

#[tokio::test]
async fn a_plan_whose_offsets_mean_something_else_by_now_is_stale() {
    let (ground, group) = ground("seek-stale", &[(0, 35), (1, 15)]).await;
    let before = stands(&group);
    let stale = meanwhile(&ground, &group, "0:5", || ground.delete_records(0, 30)).ends(2);
    assert!(stale.stderr.contains("0: 5 lies before the log start 30 by now"), "{stale}");
    assert!(stale.stderr.contains("nothing was changed"), "{stale}");
    assert_eq!(stands(&group), before);
    let anew = meanwhile(&ground, &group, "start", || {
        ground.delete_topic();
        java("dev", "topics", &["--create", "--topic", &ground.topic, "--partitions", "3"]);
    });
    let anew = anew.ends(2);
    assert!(anew.stderr.contains("was deleted and made anew"), "{anew}");
    let history = ground.world.run(&["groups", "history", &group, "-o", "json"]).ends(0).json();
    assert_eq!(history["data"], serde_json::json!([]), "nothing was begun");
}

#[tokio::test]
async fn what_is_left_of_a_set_is_put_back_where_a_topic_is_lost() {
    let (ground, group) = ground("seek-lost", &[(0, 10), (1, 15)]).await;
    let other = Ground::new("seek-lost-other", 1);
    other.write(0, 20);
    other.commit(&group, &[(0, 7)]).await;
    let seek = [
        "groups",
        "seek",
        &group,
        "--topic",
        &ground.topic,
        "--topic",
        &other.topic,
        "--to",
        "end",
        "--no-watch",
        "--yes",
    ];
    let sought = ground.world.run(&seek).ends(0);
    assert!(sought.stdout.contains("saved as set 1"), "{sought}");
    other.delete_topic();
    let undo = ["groups", "undo", &group, "--no-watch", "--yes"];
    let refused = ground.world.run(&undo).ends(2);
    assert!(refused.stderr.contains(&format!("topic {} was deleted", other.topic)), "{refused}");
    let way = format!("groups undo --set 1 --topic {} {group}", ground.topic);
    assert!(refused.stderr.contains(&way), "{refused}");
    let part = |topic: &str| ground.world.run(&[&undo[..], &["--set", "1", "--topic", topic]].concat());
    part(&format!("{}:0", ground.topic)).ends(0);
    assert_eq!(stands(&group)[&0], 10);
    part(&ground.topic).ends(0);
    assert_eq!(stands(&group), BTreeMap::from([(0, 10), (1, 15)]));
    let nothing = part("another").ends(2);
    assert!(nothing.stderr.contains("nothing of these topics was saved in set 1"), "{nothing}");
    // A part that was put back leaves the set as it is: the rest of it can still be.
    let history = ground.world.run(&["groups", "history", &group]).ends(0);
    assert!(!history.stdout.contains("undone by"), "{history}");
}
