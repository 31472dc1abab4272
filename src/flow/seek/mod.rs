//! Moving the offsets of a group: reads where it stands, waits whether anybody commits, writes, and reads back.

mod act;
mod read;

pub use act::{Means, carry_out};
pub use read::{quiet, standing, unmoved, with_times};

use eventctl_core::groups::saved::Cause;
use eventctl_core::groups::seek::SeekPlan;
use eventctl_core::human;
use eventctl_core::risk::Risk;

use crate::gate::Consequential;

impl Consequential for SeekPlan {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        let what = human::plural(self.rows.len(), "offset");
        let cluster = self.cluster.as_ref().map_or("the cluster".to_owned(), |id| format!("cluster {id}"));
        match self.cause {
            Cause::Undo => format!("Put back {what} of group {} on {cluster}?", self.group),
            _ => format!("Change {what} of group {} on {cluster}?", self.group),
        }
    }
}
