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
input-malformed = 此处内容不符合其格式规则
    .help = 请查看该位置；其前后的行已尽可能读取
bug-reader-panicked = 读取器 `{ $reader }` 因程序缺陷中止，该输入的其余部分未读取
    .help = 请附输入样例向我们报告；其他输入不受影响

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
confidence-vendor-only = 厂商已确定，产品尚不明确
    .help = 请查看该资产以确定具体产品

directive-not-yet-issued = 指令 `{ $id }` 的发布日期晚于评估日期 { $date }
    .help = 发现项反映的是该指令若在当日适用的情形；如需查看发布之后的情形，请选择较晚的日期
directive-closed = 指令 `{ $id }` 已不再有效
    .help = 发现项反映的是该指令当时的要求；可用 `supplant directive show` 查看其替代指令（如有）
directive-not-in-force = 指令 `{ $id }` 在 { $date } 尚未生效
    .help = 发现项反映的是该指令生效后的要求
