# 外联：字节去了哪里。

error-partial = `{ $path }` 不是本次运行的部分汇总：{ $why }
    .help = 给出 `supplant egress --shard I/N … -o FILE` 写出的文件
error-partial-other = 它来自其他输入或其他目的地
error-partial-shards = 第 { $shard } 部分（共 { $shards } 部分）的汇总缺失或重复
    .help = 每一部分给一个文件
error-no-endpoints = 没有要查找的目的地
    .help = 用 `--endpoints FILE.csv` 给出表格，或去掉 `--only-endpoints`
egress-table-problem = { $path }:{ $line }：{ $text }：`{ $value }`
egress-network-unknown = AS{ $network }：没有地址位置表（`--places`）说明它宣告哪些地址，因此找不到发往它的流
error-checkpoint = `{ $path }` 不能用作检查点：{ $why }
    .help = 请恢复该文件；或将其删除以重新开始，仍在的日志会重新计数
error-checkpoint-damaged = 它不是本版本的检查点，或内容已被改动
error-checkpoint-other = 检查点 `{ $path }` 针对的是其他目的地、位置表或数据
    .help = 请使用与先前相同的表格和数据；或指定另一个文件以重新开始
error-earlier-egress = `{ $path }` 不是本版本 `supplant egress` 的记录
    .help = 请给出 `supplant egress … --format json -o FILE` 写出的文件
egress-compared-new = 新增：{ $endpoint }（{ $vendor }），主机数：{ $assets }
egress-compared-stopped = 停止：{ $endpoint }（{ $vendor }），此前主机数：{ $assets }
egress-compared-changes = 与先前记录不同的主机与目的地组合数：{ $changes }
egress-caveat-other-facts = 先前的记录使用了其他事实数据或其他版本的程序：差异可能由此产生
egress-caveat-other-endpoints = 先前的运行查找的目的地数量不同：差异可能由此产生
egress-caveat-earlier-incomplete = 先前的运行未能读懂全部内容：看似新增的可能早已存在
egress-caveat-incomplete = 本次运行未能读懂全部内容：看似停止的可能仍然存在

# 计数结果

egress-title = { $target } 的外联
egress-unknown = 未知
egress-totals = 已计
egress-uncounted = 未能计入
egress-nothing = 在要查找的 { $endpoints } 个目的地中，没有计到任何流量。
egress-total = 合计：{ $flows } 条流，发出 { $out } 字节，收到 { $in } 字节。
egress-sum = { $flows } 条流，发出 { $out } 字节，收到 { $in } 字节
egress-uploads = 其中发往样本上传目的地：{ $flows } 条流，发出 { $out } 字节，收到 { $in } 字节。
egress-no-uploads = 没有计到发往已知样本上传目的地的流。
egress-purpose-unknown = 发往用途未知的目的地（其中可能有上传）：{ $flows } 条流，发出 { $out } 字节，收到 { $in } 字节。
egress-out-unknown = { $count } 条流的日志未说明发出多少，因此发出字节数是下限。
egress-in-unknown = { $count } 条流的日志未说明收到多少，因此收到字节数是下限。
egress-pairs-unknown = { $count } 对主机与目的地有流而流量未知，显示为 `?`。
egress-contacts = { $count } 对主机与目的地只见到名称或程序：去了多少、是否有流量，均未知。
egress-scaled = { $count } 条流来自采样日志，已乘以采样率：是估计值。
egress-scale-unknown = { $count } 条流来自未说明采样率的日志：其字节数是下限。
egress-others = 另有 { $count } 份来自其他上报者、关于同一流量的报告，为避免重复计数而未计入。
egress-handovers = 有 { $count } 次，同一主机与厂商的流量改由与前一日不同的日志计数：跨零点的流可能计入两次。
egress-dropped = { $count } 个名称或应答因达到上限而未记住：流可能缺失，或依据较弱。
egress-names-without-flow = { $count } 条流带有目的地名称，但其计数不在任何输入中：流量未知。
egress-lost = { $count } 行未能读懂。
egress-unread = { $count } 个输入未能读完。
egress-strange = { $count } 个输入的格式未知。
egress-all-counted = 输入中与这些目的地有关的内容均已计入。

# 关于输入的说明

egress-input-error = { $path }：未能读完：{ $text }
egress-input-strange = { $path }：格式未知，其中内容均未计入
egress-input-lost = { $path }：{ $rows } 行未能读懂：{ $text }（{ $code }；位置 { $at }）
egress-input-note = { $path }：{ $severity }：{ $text }（{ $code }；{ $count } 次）

# 词汇

word-volume-unknown = 未知
word-volume-at-least = 至少
word-volume-scaled = 估计
word-volume-measured = 实测
word-peers-exact = 准确
word-peers-estimate = 估计
word-contact-name = 名称
word-contact-prefix = 地址
word-contact-network = 自治系统
word-contact-contact = 仅接触
word-grade-sni = TLS 名称
word-grade-host = HTTP 主机
word-grade-log = 日志中的名称
word-grade-answer = DNS 应答
word-grade-prefix = 地址
word-grade-network = 自治系统
word-thing-asset = 主机
word-thing-vendor = 厂商
word-thing-product = 产品
word-thing-endpoint = 目的地
word-thing-country = 国家
word-thing-purpose = 用途
word-thing-day = 日期

# 工作表与表头

sheet-egress-pairs = 主机与目的地
sheet-egress-asset = 按主机
sheet-egress-vendor = 按厂商
sheet-egress-product = 按产品
sheet-egress-endpoint = 按目的地
sheet-egress-country = 按地址所在国
sheet-egress-purpose = 按用途
sheet-egress-day = 按日期
sheet-egress-inputs = 输入
sheet-egress-others = 其他上报者
column-products = 产品
column-endpoint = 目的地
column-purpose = 用途
column-region = 名称中的区域
column-evidence = 依据
column-bytes-out = 发出字节
column-bytes-in = 收到字节
column-volume = 流量性质
column-flows = 流
column-out-unknown = 发出未知
column-in-unknown = 收到未知
column-scaled = 采样已换算
column-scale-unknown = 采样率未知
column-peers = 地址数
column-peers-exact = 地址数性质
column-first-seen = 最早
column-last-seen = 最晚
column-grades = 按依据的发出字节
column-countries = 按国家的发出字节
column-asked = DNS 查询
column-named = 有名称无计数
column-programs = 程序
column-by-thing = 按
column-by-value = 值
column-assets = 主机
column-read-error = 未读完原因
column-day = 日期
column-reporter = 上报者
column-times = 次数

# 页面

egress-eyebrow = 外联
egress-tile-out = 发出字节
egress-tile-in = 收到字节
egress-tile-uploads = 样本上传，发出字节
egress-tile-hosts = 有外联的主机
egress-over-days-out = 按日（UTC）的发出字节
egress-over-days-in = 按日（UTC）的收到字节
egress-day-unknown = 日志未说明时间、因而不在图中：发出 { $out } 字节，收到 { $in } 字节。
egress-days-left-out = 图中是有流量的最近 { $count } 天；更早的 { $rest } 天见其他格式。
egress-days-gaps = 没有柱的日期没有计到流。
egress-top-hosts = 发出字节最多的主机
egress-bars-rest = 另有 { $count } 项，发出 { $out } 字节
egress-footer = 根据日志离线生成。`?` 表示没有日志说明流量；≥ 表示其中一部分未知。

# 主机与资产

egress-section = 数据去向
egress-hosts = 主机与资产清单
egress-tile-no-uploads = 未见上传目的地
egress-tile-no-flows = 没有计到发往目的地的流
egress-tile-unknown = 没有日志说明流量
egress-tile-unlisted = 清单外主机
egress-tile-partly = 该记录未列出全部资产
egress-rows-more = 另有 { $count } 行见工作簿和 JSON 记录。
egress-inventory-partly = 该记录列出了 { $assets } 项资产中的 { $listed } 项：不在其中的主机仍可能是其余资产之一。
egress-host-none = 有 { $count } 台主机与目的地通信，而资产清单中没有：可能是无人登记的机器，也可能是代理或地址转换的地址。
egress-host-not-listed = 有 { $count } 台主机不在该记录列出的资产之中。
egress-host-ambiguous = 有 { $count } 台主机可能对应多项资产，未作选择。
egress-host-unnamed = 部分流的日志未说明是哪台主机。
egress-host-address = 有 { $count } 台主机按地址在资产清单中找到。
egress-host-name = 有 { $count } 台主机按名称在资产清单中找到。
egress-host-short-name = 有 { $count } 台主机按不带域名的名称在资产清单中找到。
egress-installed-silent = { $count } 项产品已安装但未见通信：日志中有该资产，但没有与该产品已知目的地的接触。
egress-installed-talks = { $count } 项在资产上发现的产品有通信。
egress-installed-vendor-talks = { $count } 项资产与该厂商的目的地通信，但这些目的地未知是否属于所发现的产品。
egress-installed-ambiguous = { $count } 项产品所在资产与其他资产共用地址或名称：无法判断流量属于谁。
egress-installed-not-covered = { $count } 项产品所在资产没有日志覆盖：其流量一无所知。
egress-installed-no-address = { $count } 项产品所在资产没有已知的地址或主机名：无法与日志对应。
egress-installed-no-endpoint = { $count } 项产品没有已知目的地：无从查找。
summary-egress = 外联
summary-egress-total = 有 { $hosts } 台主机发往所查目的地：发出 { $out } 字节，收到 { $in } 字节
summary-egress-hosts = 清单外主机 { $unlisted } 台 · 已安装但未见通信 { $silent } 项 · 无法判断 { $untold } 项
error-inventory = `{ $path }` 不是评估记录
    .help = 请给出 `supplant assess` 写出的文件（`assessment.json`），或 `supplant audit … --format json -o FILE` 的输出
word-tie-address = 按地址
word-tie-name = 按名称
word-tie-short-name = 按不带域名的名称
word-tie-ambiguous = 多项之一
word-tie-none = 不在资产清单中
word-tie-not-listed = 不在所列资产中
word-tie-unnamed = 日志未说明是谁
word-found-product = 该产品
word-found-vendor = 该厂商的其他内容
word-traffic-talks = 有通信
word-traffic-vendor-talks = 与其厂商通信
word-traffic-silent = 已安装，未见通信
word-traffic-ambiguous = 地址或名称共用
word-traffic-not-covered = 无日志覆盖
word-traffic-no-address = 地址未知
word-traffic-no-endpoint = 目的地未知
word-grade-named = 有名称无流
word-grade-asked = 仅 DNS 查询
word-grade-program = 仅程序
word-fact-stated = 由您给出
word-thing-origin = 厂商所属国
sheet-egress-origin = 按厂商所属国
sheet-egress-unlisted = 清单外主机
sheet-egress-installed = 已安装产品的通信
sheet-egress-ties = 主机与资产
column-inventory-match = 清单对应方式
column-inventory-asset = 清单中的资产
column-inventory-ids = 资产编号
column-found-there = 审计在该处发现
column-finding-ids = 该处的发现项
column-endpoints-seen = 目的地
column-endpoints-known = 已知目的地数
column-traffic = 日志所示
