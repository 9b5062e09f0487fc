# 多处使用的短语

comma = 、
help = 建议
position-line = 第 { $at } 行
position-byte = 第 { $at } 字节
position-row = 第 { $at } 表行
in-brackets = （{ $text }）
more = … 另有 { $count } 项
days-today = 今日到期
days-left = 剩余 { $count } 天
days-past = 已逾期 { $count } 天
period-since = 自 { $from } 起
period-until = 至 { $until }
period-both = { $from } 至 { $until }
owner-step = { $vendor } { $kind } { $to }（{ $notes }）
decision-by-user = 用户判定
decision-by-default = 默认

# 终端摘要

summary-directive = 指令
summary-inventory = 资产清单
summary-found = 发现项
summary-decisions = 判定
summary-unread = 未读来源
summary-waivers = 豁免
summary-reports = 报告
summary-next = 后续命令

summary-directive-head = { $id }（厂商 { $vendors } 家，产品 { $products } 项）
summary-deadline = 期限 { $day }，{ $days }：{ $action }
summary-deadline-short = { $day }，{ $days }
summary-deadline-rule = 期限 { $day }：{ $action }
summary-no-deadline = 未知期限
summary-no-directive = 未适用任何指令
summary-press-only = 仅据媒体报道：官方文本未公开，以下内容均以报道为依据
summary-press-mark = {""}（仅据报道）
summary-no-inputs = { $target } 中没有输入文件
summary-assets = 资产 { $count } 项
summary-rows = 共 { $rows } 行：已解析 { $understood } 行，无关 { $inert } 行，未解析 { $lost } 行
summary-inputs = 来源：完整读取 { $whole } 个，部分读取 { $partly } 个，未读取 { $unread } 个
summary-findings = 发现项 { $findings } 项，涉及 { $of } 项资产中的 { $assets } 项；其中 { $prohibited } 项资产含禁用产品
summary-nothing = 无：资产 { $of } 项，所有行均已解释
summary-nothing-listed = 清单内资产上无；清单缺少的主机与厂商通信，见上文
summary-nothing-but = 暂无：未读取或未解析的内容中可能仍有
summary-by-state = 状态
summary-by-vendor = 厂商
summary-by-confidence = 置信度
summary-decision = { $answer }（{ $by }），发现项 { $findings } 项：{ $id } – { $question }
summary-decisions-more = 另有 { $count } 项，见报告
summary-decisions-unused = 未决问题 { $count } 项，暂无发现项取决于此
summary-partly = { $path }  共 { $rows } 行，未解析 { $lost } 行
summary-waiver = { $status } { $count } 项（发现项 { $findings } 项）
