# HTML 报告与工作簿

report-eyebrow = 厂商指令评估
report-title = 厂商指令评估：{ $target }
footer = 仅读取清单副本，未作任何更改
press-only-title = 仅据媒体报道。
press-only-banner = 本指令的官方文本未公开。此处的范围、期限与厂商均以媒体报道为准；在依据细节行事之前，请向主管部门核实。

nav-label = 目录
nav-overview = 概览
nav-decisions = 判定
nav-findings = 发现项
nav-coverage = 来源台账
nav-diagnostics = 诊断
nav-waivers = 豁免
nav-directive = 指令
nav-about = 关于本报告

countdown-left = { $count ->
   *[other] 剩余天数
}
countdown-past = { $count ->
   *[other] 逾期天数
}
directive-reach = 厂商 { $vendors } 家，已知产品 { $products } 项

mark-known = 依据：{ $how }

headline-prohibited = 在 { $of } 项资产中，有 { $count } 项至少含一种禁用产品。
headline-none-prohibited = 在 { $of } 项资产中，没有确定含禁用产品的资产。
headline-nothing = 在 { $of } 项资产中未发现被点名厂商的产品。
headline-undecided = 有 { $count } 项发现项取决于指令未明确的问题。
headline-unsure = 有 { $count } 项发现项尚未确认，处置之前应先核查。
headline-whole = 所读取的 { $rows } 行均已解释，没有遗留。
headline-gaps = 所读取的 { $rows } 行中有 { $lost } 行未解析；{ $unread ->
    [0] 所有来源均可读取
   *[other] 有 { $unread } 个来源无法读取
}。缺失部分可能含有更多发现项。

tile-assets = 含禁用产品的资产
tile-of-assets = 共 { $count } 项资产
tile-prohibited = 禁用发现项
tile-of-findings = 共 { $count } 项发现项
tile-undecided = 待判定
tile-undecided-note = 等待判定
tile-vendors = 涉及厂商
tile-vendors-note = 共 { $count } 项发现项
tile-covered = 行解析率
tile-covered-note = 未解析 { $count } 行

chart-states = 发现项（按状态）
chart-vendors = 发现项（按厂商）
chart-confidence = 识别置信度
chart-rows = 全部读取行的去向
chart-sites = 发现项（按站点）
unknown-site = 未注明站点
bars-rest = 另有 { $count } 项，合计发现项 { $findings } 项

decisions-intro = 指令文本未明确之处，以及本报告所采用的答案。若采用其他答案，相关发现项的状态将随之改变。
decision-findings = { $count ->
   *[other] 项发现项取决于此
}

findings-intro = 每项对应一项资产、一种产品和一个条款。展开可查看理由以及作为证据的来源行。
findings-search = 全文搜索
findings-sort = 排序
sort-pressing = 紧迫程度
findings-capped = 本页列出全部 { $all } 项发现项中最紧迫的 { $shown } 项。全部内容见工作簿（XLSX 文件）、CSV 与 JSONL。
evidence-count = 观测 { $count } 条
evidence-capped = 此处显示 { $all } 条观测中的 { $shown } 条。所留存的证据见工作簿（XLSX 文件）与 JSONL。
evidence-title = 证据
evidence-matches = 匹配

coverage-intro = 每个来源的每一行均归入已解析、无关或未解析之一，台账收支相符。
coverage-total = 全部来源
lost-title = 未解析内容
lost-intro = 没有读取器能够解释的行，其中可能含有更多产品。
rows-capped = 此处列出 { $all } 项中的 { $shown } 项。全部内容见工作簿（XLSX 文件）。

directive-deadlines = 期限
directive-as-stated = 原文表述
directive-known = 依据
directive-vendors = 点名厂商
directive-unknowns = 外界未知事项
directive-citations = 引证
about-intro = 输入、数据与日期相同，则报告逐字节相同。

none-findings = 无发现项。
none-decisions = 指令文本没有未明确之处。
none-diagnostics = 输入无需说明之处。
none-waivers = 未提供豁免。
none-sources = 没有输入。

meta-target = 评估对象
meta-date = 评估日期
meta-program = 程序
meta-schema = 记录格式
meta-data = 数据 SHA-256
meta-filters = 筛选条件
meta-no-filters = 无；各表的所有行均在此
meta-findings = 发现项
meta-evidence = 证据行数
meta-observations = 支持发现项的观测数
meta-assets = 资产
meta-assets-listed = 含发现项的资产
meta-sources = 来源
meta-rows = 读取行数
meta-understood = 已解析行数
meta-inert = 无关行数
meta-lost = 未解析行数
meta-state = 发现项：{ $state }
meta-not-read = 未读取的来源
meta-distinct-strings = 已判断的不同字符串
meta-distinct-items = 已判断的不同条目

sheet-findings = 发现项
sheet-assets = 资产
sheet-evidence = 证据
sheet-sources = 来源台账
sheet-diagnostics = 诊断
sheet-directives = 指令与判定
sheet-waivers = 豁免
sheet-meta = 元数据
section-directive = 指令
section-binds = 约束对象
section-note = 说明
section-deadline = 期限
section-decision = 判定
section-vendor = 点名厂商
section-unknown = 未知事项
section-citation = 引证
cell-cut = …（已截断；共 { $count } 个字符，全文见 JSONL 文件）
