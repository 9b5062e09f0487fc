# 两份配置对照：相同的位置、证书、逐步追踪的数据包

word-pair-network = 网络相同
word-pair-routes = 路由相同
word-pair-single = 两边各剩最后一个

error-map = 映射文件 `{ $path }` 有 { $problems } 处错误，未作比较
    .help = 改正标出的位置；`--write-map -` 可显示这种文件的样子

# 说明哪些位置相同的文件

map-head = A（左）与 B（右）中哪些上下文、区域和接口相同：编辑后用 `--map FILE`。
map-propose = `propose = true` 时，此处未列出的按名称、地址、网络、接口和路由配对。
map-contexts-alone = { $side } 中没有对应的上下文：{ $list }
map-zones-alone = { $side } 中没有对应的区域：{ $list }

prove-certificate = 证书：{ $file }；可用以下命令自行查验：
prove-certificate-except = 证书只涉及已比较的内容；没有对应的区域在其中列名
prove-no-certificate = 没有证书：{ $why }
word-no-certificate-differs = 两者不同
word-no-certificate-not-decided = 未能判定两者相同
word-no-certificate-not-listed = 依据过多，无法写下
word-no-certificate-not-whole = 有配置未完整读取

# 页面

prove-title = { $left } 与 { $right }
prove-eyebrow = 两台防火墙对照
prove-map = 视为相同的位置
prove-contexts-by = 上下文：{ $by }
prove-limits = 结论的限制
prove-no-limits = 未达到任何上限
prove-no-differences = 对每个数据包的处理都相同
prove-read = { $count } 条语句，其中 { $share } 已准确读取
prove-footer = 仅读取配置副本，未作任何更改
prove-left-out-below = { $side } 有 { $count } 条语句未建模，未作比较，见下文

# 在两侧逐步追踪的数据包

walk-same = 两者处理相同
walk-parts = 两者在{ $where }处分开；{ $change }
walk-tried = { $count ->
    [0] 首条即是
   *[other] 此前尝试了 { $count } 条规则
}
walk-passed = 不是 { $name }：{ $why }
walk-passed-more = 另有 { $count } 条；JSON 中全部列出
word-mismatch-from = 入口不同
word-mismatch-to = 出口不同
word-mismatch-pair = 两个区域的关系不同
word-mismatch-ends = 作用于另一端
word-mismatch-source = 源地址不同
word-mismatch-destination = 目的地址不同
word-mismatch-services = 服务不同
word-mismatch-conditions = 某个条件不成立
walk-not-rewritten = 未改写
walk-cut = 结果多于所示的 { $count } 种；用 `--limit` 显示更多，在数据包中写明 `app=名称` 等可减少
walk-no-counterpart = { $side } 的区域 { $zone } 在另一侧没有对应
    .help = 用 `--zone A=B` 或映射文件指定
word-parts-ingress = 进入
word-parts-destination = 目的地址转换
word-parts-route = 出口
word-parts-filter = 规则
word-parts-source = 源地址转换
word-stage-ingress = 进入
word-stage-route = 去向
word-stage-filter = 规则
word-stage-translation = 地址转换
error-walk-html = 数据包的路径只以文本或 JSON 显示
    .help = 使用 `--format text` 或 `--format json`，或不用 `--explain`
walk-parts-alike = 两者在{ $where }处分开，处理仍相同
