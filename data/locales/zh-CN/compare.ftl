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
