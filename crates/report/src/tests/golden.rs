//! The summary as people see it, in both languages.

use super::*;

fn shown(words: &Words, assessment: &Assessment) -> String {
    let options = SummaryOptions {
        colour: false,
        reports: vec!["out/report.html".into(), "out/findings.xlsx".into()],
        next: vec!["supplant explain F-00000001".into()],
    };
    summary::render(assessment, words, &options)
}

#[test]
fn the_summary_in_english() {
    let expected = r"
Directive  xx-2026-01-security-software (5 vendors, 61 products)
           deadline 2026-06-30, 145 days past: replace the named products
           press only: no official text is public, everything here rests on reports
Inventory  421 assets (40 devices · 380 hosts · 1 virtual machine)
           38,114 rows: 34,299 understood, 3,812 of no interest, 3 not understood
           inputs: 3 read whole, 1 partly, 1 not read
Found      12 findings on 5 of 421 assets; 5 with something prohibited
           state       prohibited 5 · undecided 2 · residue 1 · stale 1 · waived 1 · watch 1
                       out of scope 1
           vendor      Aurora Systems 5 · Borealis Networks 2 · Meridian 2 · Orbis 2
                       Halden Security 1
           confidence  confirmed 6 · probable 4 · possible 2
Decisions  undecided (default), 2 findings: open-source – Is open source of the vendors in scope?
           in scope (default), 2 findings: appliances – Are hardware appliances in scope?
           out of scope (decided), 1 finding: guest-tools – Are guest tools in scope?
           1 more in the reports
Not read   dump.bin  format unknown
           cmdb.xlsx  3 of 812 rows not understood
Waivers    1 in force (1 finding) · 1 expired (0 findings)
Reports    out/report.html
           out/findings.xlsx
Next       supplant explain F-00000001
";
    assert_eq!(format!("\n{}", shown(&english(), &sample())), expected);
}

#[test]
fn the_summary_in_chinese() {
    let expected = r"
指令      xx-2026-01-security-software（厂商 5 家，产品 61 项）
          期限 2026-06-30，已逾期 145 天：替换被点名的产品
          仅据媒体报道：官方文本未公开，以下内容均以报道为依据
资产清单  资产 421 项（设备 40 台 · 主机 380 台 · 虚拟机 1 台）
          共 38,114 行：已解析 34,299 行，无关 3,812 行，未解析 3 行
          来源：完整读取 3 个，部分读取 1 个，未读取 1 个
发现项    发现项 12 项，涉及 421 项资产中的 5 项；其中 5 项资产含禁用产品
          状态    禁用 5 · 待判定 2 · 残留 1 · 陈旧 1 · 已豁免 1 · 关注 1 · 范围外 1
          厂商    极光系统 5 · Orbis 2 · 北辰网络 2 · 子午线 2 · Halden Security 1
          置信度  确认 6 · 很可能 4 · 可能 2
判定      待判定（默认），发现项 2 项：open-source – 厂商的开源软件是否在范围内？
          范围内（默认），发现项 2 项：appliances – 硬件设备是否在范围内？
          范围外（用户判定），发现项 1 项：guest-tools – 虚拟机客户端工具是否在范围内？
          另有 1 项，见报告
未读来源  dump.bin  格式未知
          cmdb.xlsx  共 812 行，未解析 3 行
豁免      生效中 1 项（发现项 1 项） · 已到期 1 项（发现项 0 项）
报告      out/report.html
          out/findings.xlsx
后续命令  supplant explain F-00000001
";
    assert_eq!(format!("\n{}", shown(&chinese(), &sample())), expected);
}
