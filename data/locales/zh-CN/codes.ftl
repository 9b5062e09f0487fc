# 诊断信息与台账原因：代码中的 "/" 写作 "-"。`.help` 说明应如何处理。
# 正文未提及的取值由程序附在其后。

input-truncated = 输入在其格式规定的结尾之前中断
    .help = 请重新导出或复制该文件；中断之前读取的内容已保留
input-read-failed = 读取失败：{ $error }
    .help = 请检查存储介质、访问权限和归档文件后重新运行
input-limit-reached = 已达到上限，其余内容未读取
    .help = 请拆分输入，或减少每次导出的列数和行数
input-decompression-ratio = 输入解压后远超其原有大小，疑似压缩炸弹
    .help = 如确认归档文件无误，请自行解压后评估该文件夹
input-nested-too-deep = 归档嵌套过深，内层归档未展开
    .help = 请先解压外层归档，再评估该文件夹
input-bad-encoding = 已替换不符合文本编码的字节
    .help = 如名称显示异常，请以 UTF-8 编码重新导出
input-empty = 文件为空
    .help = 如文件本应有内容，请重新导出
input-unknown-format = 没有读取器能够识别此内容
    .help = 请以受支持的格式导出清单，或向我们反馈此格式
input-compression = 以不支持的方式压缩或打包：{ $what }
    .help = 请自行解压，或改用 gzip、xz、zstd 压缩，用 zip、tar 打包
input-log-in-archive = 嵌套归档文件或再次压缩的 zip 内的流量日志未计入
    .help = 请先解包外层归档文件再运行
input-malformed = 此处内容不符合其格式规则
    .help = 请查看该位置；其前后的行已尽可能读取
bug-reader-panicked = 读取器 `{ $reader }` 因程序缺陷中止，该输入的其余部分未读取
    .help = 请附输入样例向我们报告；其他输入不受影响
input-empty-folder = 文件夹中没有可读取的文件
    .help = 请核对路径；将导出文件放入该文件夹后重新运行
archive-unsafe-path = 归档成员的路径为绝对路径或指向归档之外
    .help = 未向磁盘写入任何内容；请核实该归档的来源
archive-unsupported-member = 归档成员已加密或存储方式不受支持，未读取
    .help = 请自行解压后评估该文件夹
image-missing-blob = 容器镜像所引用的层或数据块缺失或无法读取：`{ $path }`
    .help = 请重新保存该镜像，并包含全部层
k8s-template = 该文件是模板，已逐行读取；其中动作的计算结果未知
    .help = 请用 `helm template` 或 `helm get manifest` 导出渲染后的清单
rpm-log-not-read = rpm 数据库旁存在预写日志，其中的软件包未读取：`{ $path }`
    .help = 请在 rpm 空闲时复制该数据库
hive-dirty = 该注册表配置单元系在使用中复制，最近的更改可能缺失
    .help = 请用 `reg save` 或从卷影副本重新保存
hive-recovered = 该注册表配置单元已损坏；无列表可达的键系依其自身标记找回
    .help = 如有条件请重新保存；找回的内容至多视为残留
hive-transaction-log = 该文件是注册表配置单元的事务日志，未读取
    .help = 请评估配置单元本身；用 `reg save` 保存即可合并日志
table-unmapped-columns = 以下列未读取：{ $columns }
    .help = 如其中含有软件或厂商，请改用常用列名，例如“软件名称”或“厂商”
table-ragged-row = 该行的单元格数（{ $cells }）多于表的列数；已读取表头所对应的内容
    .help = 请检查值中是否含有分隔符，并重新导出该表
table-open-quote = 某个值以引号开头但没有结尾，该行按原样读取
    .help = 请更正该行，或重新导出该表

row-unclaimed = 读取器未解释的行
    .help = 请查看最先出现的位置；如其描述的是软件或设备，请向我们反馈
row-malformed = 不符合格式规则的行
    .help = 请查看最先出现的位置，并重新导出该来源
row-no-known-field = 不含任何清单列或键的行
    .help = 请将列名改为常用名称，例如 `name`、`vendor`、`version`、`hostname`
row-too-long = 超过长度上限的行
    .help = 请拆分这些行，或减少导出的列
row-not-inventory = 与软件、厂商和平台无关的行
    .help = 无需处理
row-not-installed = 标记为未安装的软件包或条目
    .help = 无需处理
row-removed = 被日志中后续行撤销的行
    .help = 无需处理
row-superseded = 同一来源中已有更新描述的旧副本
    .help = 无需处理
row-asset-detail = 仅说明资产自身名称、位置或编号的行
    .help = 无需处理
row-repeated = 与同一资产先前的行内容相同的行
    .help = 无需处理
row-swapped-columns = 厂商与版本填入了对方的列，已予更正
    .help = 请更正该表，并检查同一编制人的其他表
row-symbolic-oid = 对象标识符以名称书写且本程序无法解析的行
    .help = 请用 `snmpwalk -On` 重新采集该设备
row-not-regular = 设备文件、FIFO 与套接字，一律不打开
    .help = 无需处理
row-replaced = 被镜像后续层替换或删除的条目
    .help = 无需处理
row-header = 表的标题与表头
    .help = 无需处理
row-blank = 空行
    .help = 无需处理

# 数据文件与豁免

data-syntax = 不是有效的 TOML：{ $why }
    .help = 请更正所标记的位置
data-unknown-file = 数据布局中没有文件 `{ $path }` 的位置
    .help = 请将其移入 `vendors`、`products`、`replacements` 或 `directives`；布局见 docs/data.md
data-unknown-key = 结构中没有键 `{ $key }`
    .help = 请检查拼写；键的列表见 docs/data.md
data-missing-key = 缺少键 `{ $key }`
    .help = 请补充；其含义见 docs/data.md
data-wrong-type = 此处应为 { $expected }，实际为 { $found }
    .help = 请按所需类型书写该值
data-not-in-list = `{ $value }` 不在以下词表中：{ $expected }
    .help = 请使用词表中的词
data-undefined = 未定义的 { $kind }：`{ $id }`
    .help = 请更正标识或补充条目；`supplant catalog list` 列出全部产品
data-duplicate = { $kind } `{ $id }` 重复定义
    .help = 请删除其一或改名；覆盖数据可替换内置条目，但不得与自身重复
data-invalid = 该值不符合规则：{ $why }
    .help = 请更正该值；规则见 docs/data.md
map-unknown-name = { $side } 中没有名为 `{ $name }` 的{ $kind }，或不止一个；可用的有 { $names }
    .help = 改正名称；`--write-map -` 列出全部名称
map-unused = 此条目未被使用
    .help = `--context` 或 `--zone` 另有指定，或此处重复；删去它或该选项
waiver-expired = 豁免 `{ $id }` 已到期 { $days } 天；其覆盖的内容重新计入
    .help = 请附理由与批准人续期，或替换该产品
waiver-expiring = 豁免 `{ $id }` 将于 { $days } 天后到期
    .help = 请及时续期，或在到期前替换该产品
waiver-matches-nothing = 豁免 `{ $id }` 未覆盖任何发现项
    .help = 如产品已移除，请删除该豁免；否则请检查其范围的拼写

# 发现项状态的理由

state-named = 条款已点名该厂商
    .help = 请移除或替换该产品，或登记豁免
state-owned = 其制造单位由条款点名的厂商控股
    .help = 请核对控股链，然后移除或替换该产品
state-affiliate = 其制造单位是条款点名厂商的关联方
    .help = 请核对控股链；指令可能未明确关联方是否在范围内
state-lineage = 该产品线源自条款点名的厂商
    .help = 请判定前身产品线是否在范围内
state-parent = 其制造单位是条款点名厂商的母公司
    .help = 请判定母公司是否在范围内
state-joint-venture = 其制造单位是条款点名厂商的合资企业
    .help = 请判定合资企业是否在范围内
state-origin = 条款按厂商来源地适用
    .help = 请核对厂商来源地
state-open-source = 由被点名厂商所有的开源软件
    .help = 请判定开源软件是否在范围内
state-decision-open = 仅当未决问题的答案为“是”时才在范围内
    .help = 请就该问题作出判定后重新运行；两种答案均有相应处理
state-decision-out = 根据判定不在范围内
    .help = 请将判定及其理由一并留存；该发现项仍会列出
state-residue-only = 仅存该产品的残留
    .help = 请清除残留后重新导出清单
state-stale = 长期没有来源予以证实
    .help = 请重新导出该资产的最新清单
state-waived = 有生效中的豁免覆盖
    .help = 请在豁免到期前替换该产品
state-same-origin = 未被点名，但与被点名者来源地及类别相同
    .help = 无强制要求；不宜选作替代品
state-press-only = 据媒体报道在范围内；官方文本未公开
    .help = 在依据细节行事之前，请向主管部门索取正式文本
state-ownership-open = 其制造单位与被点名厂商有关联，但指令未说明是否计入
    .help = 请核对控股链并向主管部门核实；在此之前按待判定计
state-category-unknown = 厂商已被点名，但具体产品不明，无法确定条款是否适用
    .help = 请查看该资产以确定具体产品
state-not-listed = 条款仅允许目录内的产品，而该产品不在目录内
    .help = 请改用目录内的产品，或登记豁免
state-allow-list-unknown = 条款仅允许目录内的产品，而该目录未公开
    .help = 请向主管部门索取目录，并写入覆盖数据
state-quota = 条款限制占比；单个发现项本身不构成违反
    .help = 请就全部资产环境统计占比
state-purpose-limited = 条款仅适用于特定用途
    .help = 请判定该资产是否属于该用途
state-function-limited = 条款仅适用于特定功能
    .help = 请判定该资产是否承担该功能
state-embedded = 内嵌于其他软件的组件；指令未说明是否计入
    .help = 请询问该软件的厂商，并判定内嵌组件是否在范围内
state-elsewhere = 产品本体在别处：本资产是其客户端、运行于其上或与其相邻
    .help = 请评估该产品所在之处
state-not-about-use = 条款针对采购、供应或注意事项，而非使用
    .help = 无需移除；采购时请遵守该条款

# 置信度的理由

confidence-unique-known = 一项经查证的唯一特征
    .help = 无需处理
confidence-two-strong = 两项相互独立的强特征
    .help = 无需处理
confidence-unique-recalled = 一项尚未查证的唯一特征
    .help = 请查看该资产，或在厂商文档中核实该特征
confidence-one-strong = 一项强特征
    .help = 如有第二个独立来源即可确认
confidence-strong-recalled = 若干尚未查证的强特征
    .help = 请查看该资产，或在厂商文档中核实这些特征
confidence-hints-only = 仅有线索
    .help = 处置之前请先查看该资产
confidence-endpoint-named = 日志中有主机请求的名称，且目的地已经查证
    .help = 无需处理
confidence-endpoint-resolved = 名称由解析或 DNS 应答得出，或未见对应的流；目的地已经查证
    .help = 含 TLS 名称或请求的日志可予确认
confidence-endpoint-address = 仅由地址得出目的地
    .help = 含名称的日志可予确认
confidence-endpoint-network = 仅由地址所属自治系统得出厂商
    .help = 其他服务也可能使用该网络；带名称的日志可以判明
confidence-endpoint-inward = 所有流均由厂商一侧发起；未见该主机主动连接
    .help = 请查看该主机：对外开放的服务器不一定装有该厂商的产品
confidence-endpoint-recalled = 目的地尚未查证
    .help = 请查看该主机，或在厂商文档中确认该目的地
confidence-endpoint-asked = 未见流：仅有 DNS 查询或程序
    .help = 请先查看该主机再处理
state-which-product = 多个产品使用该目的地，而指令对它们的要求不同
    .help = 请查看该主机，确认是哪个产品
confidence-vendor-only = 厂商已确定，产品尚不明确
    .help = 请查看该资产以确定具体产品

directive-not-yet-issued = 指令 `{ $id }` 的发布日期晚于评估日期 { $date }
    .help = 发现项反映的是该指令若在当日适用的情形；如需查看发布之后的情形，请选择较晚的日期
directive-closed = 指令 `{ $id }` 已不再有效
    .help = 发现项反映的是该指令当时的要求；可用 `supplant directive show` 查看其替代指令（如有）
directive-not-in-force = 指令 `{ $id }` 在 { $date } 尚未生效
    .help = 发现项反映的是该指令生效后的要求

state-origin-unknown = 该条款以原产国为准，而厂商的所属国家不详
    .help = 请查明厂商所属国家，并以自有数据补充
state-hints-only = 仅有线索指向该产品
    .help = 请核查该资产；再有一个来源即可确认

# 防火墙配置

config-file-too-long = 文件超过限制，其余部分未读取
    .help = 拆分配置，或检查该文件是否为配置
config-encoding = 文本不是 UTF-8，已按 { $encoding } 读取
    .help = 如果名称显示异常，请以 UTF-8 导出
config-syntax = 文本在此违反其语法
    .help = 查看该位置；语法允许时其后内容仍会读取
config-cut-off = 文本在语句块或引号内结束
    .help = 重新导出配置，并检查是否完整
config-too-deep = 语句嵌套超过限制
    .help = 查看该位置；更深的内容已跳过，计为未读取
config-invalid-value = 此处的值无效
    .help = 在设备上改正；使用它的内容可能匹配，也可能不匹配
config-undefined = `{ $name }` 没有定义
    .help = 查看导出是否完整；使用该名称的内容可能匹配，也可能不匹配
config-duplicate = 同类的两项名称相同，采用第一项
    .help = 查看设备采用哪一项
config-group-cycle = 组包含自身
    .help = 在设备上改正；使用它的内容可能匹配，也可能不匹配
config-group-depth = 组的嵌套超过限制
    .help = 展平这些组；使用它们的内容可能匹配，也可能不匹配
config-unsupported = 它影响数据包的处理，但未建模
    .help = 人工判断其含义；相关规则已标记
config-mode = 设备的模式改变了规则的含义，尚未建模
    .help = 人工判断；该上下文的结论不确定
config-missing-page = 导出缺少若干页，因而缺少规则或对象
    .help = 重新导出全部页面
config-assumed = 有一项影响结果的内容不在导出中，已作假定
    .help = 对照设备核实该假定
config-version-unknown = 软件版本未知，而含义取决于版本
    .help = 导出时保留注明版本的文件头
bug-dialect-defect = 该配置的读取器因我们的缺陷而停止，其上下文未采用
    .help = 请附上最小配置报告此问题

review-unused-address = 没有任何生效内容引用该地址对象
    .help = 删除它，或不迁移到新防火墙
review-unused-service = 没有任何生效内容引用该服务
    .help = 删除它，或不迁移到新防火墙
review-disabled-rule = 规则已停用
    .help = 如不再需要，请删除
review-duplicate-rule = 前面的规则匹配相同且动作相同：{ $earlier }
    .help = 删除其中一条
review-contradicted-rule = 前面的规则匹配相同而动作不同，本条永远不起作用：{ $earlier }
    .help = 弄清两条中哪一条是本意
review-shadowed-rule = 该规则匹配的全部流量已由前面的规则判定：{ $rules }{ $translation ->
    [acts] ；但它引用的地址转换因它而生效
   *[none] {""}
}
    .help = 查明应以哪条为准；永远不起作用的规则可以删除
review-redundant-rule = 没有该规则，每个数据包的结果也相同，因为有 { $rules }{ $translation ->
    [acts] ；但它引用的地址转换因它而生效
   *[none] {""}
}
    .help = 可以删除它或其他规则，结果不变
review-unreached-rule = 该规则可能匹配的数据包都不会到达它{ $translation ->
    [acts] ；但它引用的地址转换因它而生效
   *[none] {""}
}
    .help = 检查区域、路由以及通往它的规则
review-not-analysed = 未检查 { $count } 条规则是否必要；上限：{ $limits }
    .help = 无需处理；外观相同的规则仍会列出
review-correlated-rules = { $standing ->
    [possible] 若未知条件如此成立，该规则
   *[certain] 该规则
}与 { $later } 的先后有影响：{ $packet } 在此得到“{ $verdict }”，在彼得到“{ $otherwise }”，而两条各自匹配对方不匹配的数据包
    .help = 查明两条共有的数据包应以哪条为准；移动规则时保持两者的先后
review-correlated-more = { $bound ->
    [at-least] 至少 { $pairs } 对
   *[exactly] { $pairs } 对
}规则取决于先后{ $listed ->
    [none] {""}
   *[some] ；列出最严重的 { $shown } 对
}{ $left ->
    [some] ；另有 { $open } 对未能判定
   *[none] {""}
}
    .help = 只有部分重叠而动作相反的规则，最好改为互不重叠的规则
review-removable-rules = { $bound ->
    [at-least] 至少 { $count } 条
   *[exactly] { $count } 条
}规则可以一并删除而任何数据包的结果都不变（已证明）：{ $rules }
    .help = 在此之外不能再删任何一条，但换一种选法可能更多；完整清单在 JSON 记录中；删除前请先查看其命中计数、报表以及引用它们的其他系统
review-never-matches = 规则不匹配任何数据包：单元格“{ $cell }”中没有内容
    .help = 填写该单元格，或删除规则

# 流量日志

flow-not-traffic = 与通信双方无关的记录
    .help = 无需处理
flow-denied = 已被阻断的流量，未有数据通过
    .help = 无需处理；设备日志可查尝试者
flow-counted-at-end = 流的起始或中间记录，由结束记录统计全部
    .help = 无需处理；日志结束时尚未结束的流不计入
flow-counted-elsewhere = 同一日志中另一类记录已统计的流
    .help = 无需处理
flow-no-data = 日志注明该时段无数据的记录
    .help = 无需处理
flow-skipped-by-log = 日志声明遗漏了部分记录
    .help = 该时段的合计偏低；请检查日志系统的容量
flow-no-address = 缺少地址或地址无效的记录
    .help = 请查看最前面的几个位置
flow-duplicate-key = 起决定作用的键出现两个不同值的记录
    .help = 请查看最前面的几个位置；写出记录的程序有误
flow-bad-counter = 计数器为负、过大或不是数字的记录
    .help = 请查看最前面的几个位置；合计不含这些记录
flow-columns-differ = 列数与表头或格式不符的记录
    .help = 请查看最前面的几个位置，是否有被截断的行或其他版本的日志
flow-template-missing = 始终未收到模板的记录
    .help = 请一并提供更长时段的输入；导出器每隔几分钟发送一次模板
flow-template-invalid = 无法使用的模板及其记录
    .help = 请检查导出器
flow-template-ambiguous = 与多个其他输入的模板相符的记录
    .help = 请将各导出器的输入分别读取
flow-template-borrowed = 记录按另一输入中的模板读取
    .help = 请确认两个输入来自同一导出器
flow-no-flow-fields = 没有任何可标识流的字段的记录
    .help = 除非导出器应当发送流，否则无需处理
flow-other-format = 与文件其余部分格式不同的记录
    .help = 请按格式拆分文件
flow-unknown-version = 格式版本未知的记录
    .help = 请告知我们该版本
flow-local-time = 日志未注明时间的时区偏移，按 UTC 处理
    .help = 请让设备以 UTC 或带偏移的时间记录；日期可能错位
flow-direction-assumed = `{ $device }` 的计数器未说明方向，已按格式规定处理
    .help = 请与设备核对若干行；发送与接收可能颠倒
flow-repeated-counters = 日志以递增计数器重复记录同一流；重复行不计字节
    .help = 请让导出器合并日志，或仅在结束时发送一次
flow-gaps = 传感器遗漏了部分流量，计数可能偏低
    .help = 请检查传感器的负载
flow-volume-not-split = 日志将两个方向合计为一个数
    .help = 请让导出器分别统计两个方向
flow-volume-unclear = 第二个计数器可能属于另一方向，也可能是同一流量的再次计数，未予采用
    .help = 请检查导出器的配置
flow-encrypted-hello = 部分客户端加密了所请求的名称；可见名称可能仅为前置服务
    .help = 无需处理；此类流可依 DNS 应答与地址判断
input-not-regular = { $kind ->
    [link] 链接：不跟随
    [fifo] 管道：不打开
    [socket] 套接字：不打开
    [device] 设备：不打开
   *[other] 不是普通文件：不打开
}
    .help = 如其后有未另行读取的日志，请直接给出该日志
flow-beginning-missing = 抓包文件中的流在抓包开始之前已建立，或其最初的数据包未完整保留：无法得知其请求的名称
    .help = 请从一开始就完整抓包；或同时提供 DNS 应答或地址前缀
flow-link-unknown = 链路类型未知的数据包
    .help = 请在常见类型的接口上重新抓包
follow-line-unfinished = 最后一行尚未结束；{ $bytes } 字节在等待
    .help = 无需处理；该行完整后即计入
follow-still-written = 整体读取，待不再有写入时进行
    .help = 无需处理；后续轮次会读取
follow-copy = `{ $path }` 的副本，不再重复计数
    .help = 无需处理
follow-frozen = 某个日志在最近读取的内容待定期间丢失：这些内容按读取时的结果计入，此后才出现的名称会遗漏
    .help = 请将轮转后的日志保留在所给路径中或其原位置旁，直到 `--settle` 的时间过去
follow-gone = 日志已不在；已知的 { $known } 字节中读取了 { $read } 字节
    .help = 请将轮转后的日志保留在可被找到的位置，直到读取完毕
follow-grew = 整体读取前 { $read } 字节之后又增加了 { $bytes } 字节，未计入
    .help = 请为后续内容新建文件，或使用更长的 `--settle`
egress-endpoint-header = 目的地表的表头缺少 `suffix`、`cidr` 或 `asn`，以及 `vendor`
    .help = 请添加表头，例如 `suffix,vendor,country`
egress-endpoint-name = 目的地表中一行的名称无效
    .help = 请填写 ASCII 主机名（其他文字用 `xn--` 形式），不含协议、端口和路径
egress-endpoint-range = 目的地表中一行缺少有效的地址范围或网络编号
    .help = 请填写地址范围（如 `192.0.2.0/24`）或编号（如 `AS64496`）
egress-endpoint-vendor = 目的地表中一行没有厂商
    .help = 请填写该目的地所属的厂商
egress-endpoint-twice = 目的地表中有两行对应同一目的地但厂商不同；以第一行为准
    .help = 请删除其中一行
egress-endpoint-row = 目的地表中的一行无法使用
    .help = 请更正该行的名称或地址范围
egress-place-header = 地址位置表没有包含 `first` 与 `last`（或 `cidr`）以及 `country` 或 `asn` 的表头
    .help = 请添加表头，例如 `first,last,country`
egress-place-row = 地址位置表中的一行无法使用
    .help = 请更正该行的地址范围或编号
egress-place-database = 地址位置数据库无法读取
    .help = 请重新获取该文件
egress-place-limit = 地址位置表超出上限，其余部分被忽略
    .help = 请只给出需要的部分
flow-block-unreadable = 压缩或加密方式不受支持的数据块
    .help = 请用 LZ4 压缩重新写出该文件
