# 各命令除报告以外的文字

# 多个命令共用的词

yes = 是
no = 否
press-only = 仅据媒体报道：该指令的官方文本未公开，以下内容均以报道为依据
separator = ；
colon = ：
error = 错误

# 自检

doctor-program = 程序
doctor-cores = 处理器核数
doctor-terminal = 标准输出为终端
doctor-readers = 格式读取器
doctor-vendors = 厂商
doctor-products = 产品
doctor-fingerprints = 特征
doctor-directives = 指令
doctor-data = 数据 SHA-256
doctor-overlays = 覆盖数据
doctor-overlays-none = 无
doctor-date = 今日
doctor-network = 网络
doctor-network-none = 从不使用
doctor-verdict = { $problems ->
    [0] 所需条件均已具备
   *[other] 数据中有 { $problems } 处问题
}

# 核查数据

check-verdict = { $problems ->
    [0] 未发现问题
   *[other] 发现 { $problems } 处问题
}：文件 { $files } 个，厂商 { $vendors } 家，产品 { $products } 项，指令 { $directives } 项

# 显示数据：左侧标签

fact-vendor = 厂商
fact-name = 名称
fact-aliases = 别名
fact-category = 类别
fact-forms = 形态
fact-capabilities = 能力
fact-note = 备注
fact-endpoint = 目的地
fact-origin = 来源地
fact-owns = 控股与沿革
fact-product = 产品
fact-fingerprint = 特征
fact-title = 标题
fact-issuer = 发布机关
fact-force = 效力
fact-status = 状态
fact-confidence = 依据
fact-binds = 约束对象
fact-summary = 概要
fact-clause = 条款
fact-rule = 规则
fact-vendors = 厂商
fact-products = 产品
fact-categories = 类别
fact-origins = 来源地
fact-open-ended = 开放条文
fact-deadline = 期限
fact-decision = 待决事项
fact-question = 问题
fact-why = 理由
fact-exemption = 除外规定
fact-action = 措施
fact-report = 报送
fact-unknown = 未知事项
fact-source = 引证

# 解释发现项

explain-finding = 发现项
explain-asset = 资产
explain-product = 产品
explain-vendor = 厂商
explain-relation = 关系
explain-state = 状态
explain-confidence = 置信度
explain-clause = 条款
explain-help = 建议
explain-decisions = 判定
explain-owner = 控股链
explain-deadline = 期限
explain-waiver = 豁免
explain-evidence = 证据
explain-shown = 共 { $total } 条，显示 { $shown } 条
explain-pattern = 匹配
explain-sources = 特征出处
explain-row = 整行
explain-place = 位置
explain-reader = 读取器
explain-raw = 原文
explain-changed = 输入的摘要与评估时不同：文件已被修改或替换；请重新评估
explain-gone = 输入已不在 `{ $path }`；请放回原处，或在评估时所在的文件夹中运行
explain-inside = 内容位于归档或二进制格式之内；上列整行即所解析的内容

# 错误：何处失败，如何处理

error-directive = 没有指令 `{ $id }`
    .help = `supplant directive list` 列出全部指令；相近者：{ $near }
error-entry = 没有产品或厂商 `{ $id }`
    .help = `supplant catalog list` 列出全部；相近者：{ $near }
error-slot = 所选指令均无待决事项 `{ $slot }`
    .help = 其待决事项为：{ $slots }
error-decision = `{ $text }` 不是有效的判定
    .help = 请写作 `slot=in`、`slot=out` 或 `slot=undecided`；`supplant directive show ID` 列出全部待决事项
error-data = 数据有错误，未作任何评估
    .help = 请更正上列位置；`supplant catalog check DIR` 可再次显示
error-waivers = 豁免文件 `{ $path }` 有 { $problems ->
   *[other] { $problems } 处错误
}，未作任何评估
    .help = 请更正上列位置；文件格式见 docs/manual.zh-CN.md
error-no-report = 此处没有报告
    .help = 请先运行 `supplant assess DIR`，或用 `--from` 指定报告文件夹
error-finding = `{ $path }` 中没有发现项 `{ $id }`
    .help = 标识见报告；可用 `--from` 指定其他报告文件夹
error-code = 没有代码 `{ $id }`
    .help = 全部代码见 docs/diagnostics.md；相近者：{ $near }
error-record = `{ $path }` 不是本版本可读取的评估记录
    .help = 请重新评估，或使用写出该文件的版本
error-read = 无法读取 `{ $path }`
    .help = 请核对路径与访问权限
error-output-is-input = `{ $path }` 属于读取的输入，不予覆盖
    .help = 请指定输入之外的文件
error-write = 无法写入 `{ $path }`
    .help = 请检查访问权限与剩余空间，或用 `--out`、`-o` 另选位置；先前的报告未受影响
error-output = 无法写出结果
    .help = 请检查剩余空间，或用 `-o FILE` 写入文件
error-toml = `{ $path }` 中没有 TOML 文件
    .help = 请指定文件，或布局与 `data/` 相同的文件夹；见 docs/data.md
error-render = 无法生成报告
    .help = 请向我们报告：这是程序缺陷
error-none-near = 无

error-out-is-input = 报告目录 `{ $path }` 就是输入目录本身
    .help = 请用 `--out` 指定其他目录
