# 证明两份配置相同

prove-side = { $side }：{ $target }，{ $devices }
prove-context = { $left } 与 { $right }（{ $by }）
prove-zones = 视为相同的区域（{ $by }）：{ $list }
prove-zones-alone = { $side } 中没有对应的区域，未作比较：{ $list }
prove-zones-idle = { $side } 中没有对应的区域，无任何流量经过：{ $list }
prove-differing = { $count } 对规则的判定不同
prove-more = 另有 { $count } 处；用 `--limit` 显示更多
prove-possible = 可能：取决于未定义或无法读取的内容
prove-undecided = { $count } 个问题未能判定
prove-limit = 达到上限：{ $name }
prove-left-out = { $side } 有 { $count } 条语句未建模或未精确建模，未作比较：
prove-contexts-alone = { $side } 中未作比较的上下文：{ $list }
prove-equivalent = 等价：对每个数据包的处理都相同
prove-equivalent-except = 除上述内容外等价：未作比较，或取决于未定义或无法读取的内容
prove-differs = 不同
prove-differs-as-read = 不同（就已读取的部分而言）
basis-gaps = 未能读取，其内容未知：
basis-not-read = 无法读取的文件；其内容未知：
basis-assumed = 配置未说明，已作假定：
prove-gave-up = 未能判定：达到上限
prove-merged = 各种阻断方式视为相同；用 `--apart` 区分
prove-apart = 区分各种阻断方式
prove-transit = 未比较发往防火墙自身的数据包
prove-port-zero = 未比较端口为 0（保留端口）的数据包；用 `--port-zero` 比较
prove-taken-alike = 配置未说明，视为两者相同：{ $list }

prove-packets = 约 2^{ $power } 个数据包：
prove-packets-within = 至多约 2^{ $power } 个数据包，位于以下范围之内：
prove-areas-more = 另有 { $count } 部分；JSON 中列出更多
prove-area = { $family }；源 { $source }；目的 { $destination }；服务 { $services }
prove-area-from = 从 { $list } 进入
prove-area-to = 从 { $list } 离开
prove-area-source-ports = 源端口 { $list }
prove-area-holds = 前提：{ $kind } { $name } 成立（{ $about }）
prove-area-holds-not = 前提：{ $kind } { $name } 不成立（{ $about }）
prove-name-of = { $side } 的 { $name }
prove-defined-differently = { $kind } { $name } 在 A 和 B 中的定义不同
word-alike-services-of-the-device-itself = 设备自身的服务
prove-cell-any = 任意
prove-cell-none = 无
prove-cell-except = 除（{ $list }）外的全部
prove-cell-more = { $list } 及另外 { $count } 项
prove-coverage = { $family }：全部数据包中已证明相同的占 { $share } %；{ $parts } 部分中已完整比较 { $done } 部分
word-family-ipv4 = IPv4
word-family-ipv6 = IPv6
word-about-source = 源
word-about-destination = 目的
word-about-translated = 转换后的目的
word-about-packet = 数据包

word-change-allowed = 新放行：仅 B 放行
word-change-stopped = 新阻断：仅 A 放行
word-change-rewritten = 两者都放行，地址转换不同
word-change-leaves = 两者都放行，去向不同
word-change-denied = 两者都阻断，方式不同

word-pair-given = 指定
word-pair-name = 名称相同
word-pair-address = 地址相同
word-pair-interface = 接口相同

word-limit-source-translated-before-the-filter = 源地址在过滤之前已被转换
word-limit-memory = 同时比较的列表所占的内存
word-limit-work = 工作步数
word-limit-stopped = 未完成即结束
word-limit-entries-of-one-list = 单个列表的条目数
word-limit-alternatives-of-one-cell = 规则单元格的分支数
word-limit-ranges-of-one-wildcard-mask = 单个通配掩码的范围数
word-limit-splits-of-one-cover = 单次比较的步数
word-limit-parts-of-address-translation = 地址转换的部分数
word-limit-ways-of-translating-one-address = 同一地址的转换方式数
word-limit-passes-of-destination-translation = 目的地址转换的轮数
word-limit-source-translated-twice = 源地址被转换两次
word-limit-translation-between-address-families = 地址族之间的转换
word-limit-destination-that-the-device-picks = 由设备选择的目的地址（而规则区分各服务器）

error-pair = `{ $text }` 不是一对名称
    .help = 写成 `A=B`：第一份配置中的名称和第二份中的名称
error-pair-context = 没有上下文名为 `{ $name }`，或不止一个
    .help = 第一份有 { $left }；第二份有 { $right }
error-no-pair = 第一份中没有上下文能与第二份对应
    .help = 用 `--context A=B` 指定，或写入文件后用 `--map`；第一份有 { $left }；第二份有 { $right }
error-pair-zone = `{ $text }` 不是两份配置中的区域
    .help = 第一份有 { $left }；第二份有 { $right }
error-no-zones = 两份配置中没有已知相同的区域
    .help = 用 `--zone A=B` 或文件指定（先 `--write-map FILE`，再 `--map FILE`）；第一份有 { $left }；第二份有 { $right }

# 查询可通过的流量

query-part = 从 { $from }：{ $source } > { $destination } { $services }
query-translated = 经由 { $list }，其被转换为该目标
word-query-permitted = 放行
word-query-denied = 拒绝
word-query-both = 部分放行，部分拒绝
word-query-possible = 拒绝，除非下列未知条件使其中一部分放行
word-query-nothing = 没有这样的数据包
word-query-unknown-name = 该上下文中没有此名称
word-query-gave-up = 未能判定
word-limit-replay = 找到的数据包未得到证实

error-query = `{ $text }` 不是查询：无法理解 `{ $word }`
    .help = 写成 `src 10.0.0.0/8 dst 192.0.2.0/24 tcp/22 from 区域 to 区域`；服务也可写成 `icmp/8:0`、`ip/47`，服务名称写在 `service` 之后
error-query-name = 没有名为 `{ $name }` 的内容
    .help = `supplant policy` 列出区域和对象；地址写成 `10.0.0.1`、`10.0.0.0/8` 或 `10.0.0.1-10.0.0.9`
error-query-near = 没有名为 `{ $name }` 的内容；相近的有：{ $near }
    .help = `supplant policy` 列出区域和对象；含空格的名称加引号
error-reach = `{ $text }` 不是目的
    .help = 写成 `192.0.2.5:3389`、`[2001:db8::5]:53/udp`

# 区域之间可以通过什么

matrix-title = { $target } 各区域之间可以通过的流量
matrix-eyebrow = 区域矩阵
matrix-intro = 每格说明从行所示区域到列所示区域、穿越防火墙的全部数据包可以通过什么。取决于配置未说明的内容（名称、用户、应用、时间）的，单独列为可能。
matrix-caption = 从行所示区域到列所示区域；点击单元格查看下方的规则
matrix-possible = 仅当未知条件成立时：{ $services }
matrix-limited = 仅限部分源端口：{ $services }
matrix-internet = 互联网来源亦可
matrix-cut = 已达上限：可能还有更多
matrix-closed = { $all } 对区域中有 { $pairs } 对之间不能通过任何流量
matrix-rules = 规则数
matrix-by = 放行的规则
word-permits-everything = 全部
word-permits-any-service = 任意服务
word-permits-some = 部分服务
word-permits-possible = 仅可能
word-permits-unknown = 未能判定
word-permits-none = 无

error-query-format = { $format } 只用于 `--matrix`
    .help = 查询的答案为文本或 JSON
