//! Cost stays linear. Sizes are small here; `RULES=50000` measures.

use super::*;

#[test]
#[expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a measurement looks at the clock"
)]
fn many_rules() {
    let rules: usize =
        std::env::var("RULES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let mut objects = String::from("<address>");
    let mut list = String::new();
    for at in 0..rules {
        let address = format!("10.{}.{}.{}", at / 65_536, at / 256 % 256, at % 256);
        objects.push_str(&format!(
            "<entry name=\"h{at}\">\n<ip-netmask>{address}</ip-netmask>\n</entry>\n"
        ));
        let (source, other) = (format!("h{at}"), format!("h{}", (at * 7) % rules));
        let cells = [
            ("from", "trust"),
            ("to", "untrust"),
            ("source", source.as_str()),
            ("destination", other.as_str()),
            ("application", "ssl dns"),
            ("service", "application-default"),
        ];
        list.push_str(&security(&format!("rule {at}"), &cells, "allow"));
    }
    let text = firewall(&format!("{objects}</address>{}", rulebase(&list, "")));
    let start = std::time::Instant::now();
    let reading = reading(&text);
    println!("{rules} rules, {} MB of XML: {:?}", text.len() >> 20, start.elapsed());
    assert_eq!(reading.devices[0].contexts[0].rulebases[0].rules.len(), rules + 2);
    let mut lines = String::new();
    for at in 0..rules {
        for cell in [
            "from trust",
            "to untrust",
            "source any",
            "destination any",
            "application any",
            "service any",
            "action allow",
        ] {
            lines.push_str(&format!("set rulebase security rules \"rule {at}\" {cell}\n"));
        }
    }
    let start = std::time::Instant::now();
    let reading = self::reading(&lines);
    println!("{rules} rules, {} MB of lines: {:?}", lines.len() >> 20, start.elapsed());
    assert_eq!(reading.devices[0].contexts[0].rulebases[0].rules.len(), rules + 2);
}
