//! Random numbers that no release of a crate can change: sample events are the same bytes for ever.

/// SplitMix64, as Guy Steele, Doug Lea and Christine Flood give it in "Fast splittable pseudorandom number generators"
/// (OOPSLA 2014), with the constants of Sebastiano Vigna's public-domain `splitmix64.c`.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

/// 2^64 by the golden ratio, and odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Random { state: seed }
    }

    /// Numbers of one thing's own, so that whether they are drawn changes no others.
    pub(crate) fn of(seed: u64, thing: u64) -> Self {
        Random { state: mix(seed ^ mix(thing)) }
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// A number below `limit`, which is not 0 (Lemire's multiplication, without rejecting: the bias is not visible here).
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let product = u128::from(self.bits()) * (limit as u128);
        (product >> 64) as usize
    }

    /// A number of a range, both ends included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least + 1) as usize) as i64
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[test]
fn these_are_the_numbers_of_splitmix64() {
    // The first ones of `splitmix64.c` after 1234567, as Rosetta Code and many others print them.
    let mut random = Random::new(1_234_567);
    let first: Vec<u64> = (0..5).map(|_| random.bits()).collect();
    let published = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ];
    assert_eq!(first, published);
}
