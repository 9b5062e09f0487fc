use proof::compare::*;
use proof::list::*;
use proof::sets::*;
struct R(u64);
impl R {
    fn n(&mut self, k: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % u64::from(k)) as u32
    }
    fn p(&mut self, pct: u32) -> bool {
        self.n(100) < pct
    }
}
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let mutants: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let mut r = R(88172645463325252);
    let z = 16u32;
    let addr = (n as u32 * 2).max(2000);
    let per = addr / z;
    let svc = 2000u32;
    let sizes = [z, z, addr, addr, svc, 16u32];
    let full: Vec<Set> = sizes.iter().map(|s| Set::full(*s)).collect();
    let obj = |r: &mut R, zone: u32| -> Set {
        let base = zone * per;
        match r.n(20) {
            0..=9 => Set::one(
                base + {
                    let a = r.n(per);
                    let b = r.n(per);
                    a.min(b)
                },
            ),
            10..=14 => {
                let a = r.n(per);
                let w = r.n(16);
                Set::new(vec![(base + a, base + (a + w).min(per - 1))])
            }
            15..=18 => {
                let m = if r.p(5) { 400 } else { 30 };
                let k = 2 + r.n(m);
                Set::new(
                    (0..k)
                        .map(|_| {
                            let a = base + r.n(per);
                            (a, a)
                        })
                        .collect(),
                )
            }
            _ => Set::new(vec![(base, base + per - 1)]),
        }
    };
    let mut entries = vec![];
    for i in 0..n {
        let f = r.n(z);
        let t = r.n(z);
        let mut cells = [
            Set::one(f),
            Set::one(t),
            obj(&mut r, f),
            obj(&mut r, t),
            {
                let k = 1 + r.n(6);
                Set::new(
                    (0..k)
                        .map(|_| {
                            let a = r.n(svc);
                            let a = a * r.n(svc) / svc;
                            (a, a + r.n(2))
                        })
                        .collect(),
                )
            },
            full[5].clone(),
        ];
        if r.p(2) {
            cells[0] = full[0].clone();
        }
        if r.p(2) {
            cells[1] = full[1].clone();
            cells[3] = full[3].clone();
        }
        if r.p(3) {
            cells[2] = full[2].clone();
        }
        if r.p(10) {
            cells[4] = full[4].clone();
        }
        if r.p(3) && cells[3] != full[3] {
            cells[3] = full[3].without(&cells[3]);
        }
        entries.push(Entry {
            region: Region { cells, answers: vec![] },
            label: u32::from(!r.p(12)),
            origin: i as u32,
        });
    }
    let def = Entry {
        region: Region { cells: std::array::from_fn(|k| full[k].clone()), answers: vec![] },
        label: 0,
        origin: u32::MAX,
    };
    let mut q = vec![];
    for e in &entries {
        let d = [2, 3, 4][r.n(3) as usize];
        if r.p(60) {
            // split
            let c = &e.region.cells[d];
            let m = r.n(sizes[d]);
            let low = Set::new(vec![(0, m)]);
            let a = c.and(&low);
            let b = c.without(&low);
            let mut any = false;
            for part in [b, a] {
                if !part.is_empty() {
                    any = true;
                    let mut x = e.clone();
                    x.region.cells[d] = part;
                    q.push(x.clone());
                    if r.p(20) {
                        q.push(x.clone());
                    }
                }
            }
            assert!(any);
        } else {
            q.push(e.clone());
        }
        if r.p(30) && q.len() > 1 {
            let l = q.len();
            if q[l - 1].label == q[l - 2].label || !q[l - 1].region.meets(&q[l - 2].region) {
                q.swap(l - 1, l - 2);
            }
        }
    }
    for _ in 0..mutants {
        let i = r.n(q.len() as u32) as usize;
        q[i].label ^= 1;
    }
    let mut p = entries;
    p.push(def.clone());
    q.push(def);
    println!("p {} q {}", p.len(), q.len());
    let (p, q) = (List { entries: p }, List { entries: q });
    let t = std::time::Instant::now();
    let c = compare(&p, &q, &Plain, Budget::default());
    println!(
        "{:?} diffs {} undecided {} covers {} pairs {}",
        t.elapsed(),
        c.differences.len(),
        c.undecided.len(),
        c.covers,
        c.pairs
    );
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in s.lines().filter(|l| l.starts_with("VmHWM")) {
        println!("{l}");
    }
}
