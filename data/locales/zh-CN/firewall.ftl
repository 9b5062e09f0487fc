# 防火墙：检查、追踪、规则表

firewall-title = { $target } 的防火墙规则
firewall-eyebrow = 防火墙规则
firewall-version-unknown = 版本未知
firewalls-intro = 输入中的防火墙配置。比例表示配置语句中已精确读取或不影响结果的部分；其余语句用 `supplant check` 查看。
nav-firewalls = 防火墙
sheet-firewalls = 防火墙
sheet-rules = 规则
sheet-nat = NAT 规则
sheet-objects = 对象
summary-firewalls = 防火墙
summary-firewalls-line = 防火墙 { $count } 台，规则 { $rules } 条，配置已读取 { $share }：{ $list }

# 检查配置

check-title = { $target } 的检查结果
check-eyebrow = 防火墙配置
check-context = 上下文 { $name }
check-rules = 启用规则 { $enabled } 条，停用 { $disabled } 条，隐含 { $implied } 条，规则库 { $rulebases } 个；启用 NAT 规则 { $nat } 条，停用 { $nat_disabled } 条
check-objects = 地址对象 { $addresses } 个，服务 { $services } 个，区域 { $zones } 个，接口 { $interfaces } 个，路由 { $routes } 条
check-unknowns = 未知条件：{ $list }
check-ledger = 共 { $statements } 条语句，{ $files } 个文件，{ $share } 已转换或无关
check-files = 各文件
check-file = { $path }：{ $statements } 条语句，{ $share } 已转换或无关{ $unrecognized ->
    [0] {""}
   *[other] ，{ $unrecognized } 条未识别
}
check-statements = 语句
check-about = { $subject }：{ $text }
check-more = { $code } 另有 { $count } 处
check-not-read-title = 未读取
check-not-read = 有 { $count } 个输入未作为配置读取

# 追踪数据包

trace-on = 设备 { $device }（{ $platform }）
trace-on-context = 设备 { $device }（{ $platform }），上下文 { $context }
trace-in = 从 { $interface } 进入（区域 { $zone }）
trace-port-chosen = 未给出源端口，已选用常见端口
trace-otherwise = 否则
trace-if-address = 若{ $kind } { $name } 包含 { $address }
trace-if-not-address = 若{ $kind } { $name } 不包含 { $address }
trace-if-packet = 若{ $kind } { $name } 成立
trace-if-not-packet = 若{ $kind } { $name } 不成立
trace-if-route = 若 { $address } 经 { $name } 到达
trace-by-rule = 由 { $list } 的 { $name } 决定
trace-by-rule-in-section = 由 { $list } 的 { $name } 决定，分节 { $section }
trace-by-default = 由 { $list } 的默认动作决定：{ $name }
trace-by-no-route = 没有到目的地址的路由
trace-by-not-guarded = 本阶段不检查该数据包
trace-by-bypass = NAT 规则使其不经过滤规则直接通过
trace-by-no-filter = 此处没有过滤
trace-comment = “{ $text }”
trace-inspected = 内容会被检测，仍可能被阻断：{ $names }
trace-nat = 被 { $name } 改写
trace-after = 改写为 { $packet }
trace-out = 从 { $interface } 离开（区域 { $zone }）
trace-out-local = 目的地为防火墙自身
trace-out-nowhere = 无处离开
trace-cut = 结果多于所示的 { $count } 种；用 `--cases` 显示更多，在数据包前加 `app=名称` 等可减少

# 为什么不是数据包

packet-no-arrow = 源和目的之间没有 ` > `，或多于一个
    .help = 写成 `源:端口 > 目的:端口/tcp`
packet-no-protocol = 目的之后没有 `/协议`
    .help = 在其后写 `/tcp`、`/udp`、`/sctp`、`/icmp`、`/icmp6` 或编号
packet-address = `{ $text }` 不是地址
    .help = 写 IPv4 或 IPv6 地址；带端口的 IPv6 地址写在方括号内
packet-no-port = 目的没有端口
    .help = 写在地址之后，如 `192.0.2.5:443`
packet-port = `{ $text }` 在此不是端口
    .help = 端口为 0 至 65535，只有 TCP、UDP 和 SCTP 有端口
packet-protocol = `{ $text }` 不是协议
    .help = 写 `tcp`、`udp`、`sctp`、`icmp:类型:代码`、`icmp6:类型:代码` 或编号（`47`、`ip/47`）
packet-families = 源、目的和协议不属于同一地址族
    .help = IPv4 用 `icmp`，IPv6 用 `icmp6`
packet-word = `{ $text }` 不是 `名称=值`
    .help = 源之前可写 `in=名称`、`out=名称` 和假定成立的条件，如 `app=ssl`
packet-place = 没有接口或区域 `{ $text }`
    .help = 现有：{ $places }
packet-no-ingress = 未给出数据包从何处进入，路由也无法说明
    .help = 加上 `in=名称`；现有：{ $places }
packet-kind = 没有条件种类 `{ $text }`
    .help = 种类有 `app`、`user`、`fqdn`、`geo`、`schedule`、`url`，以及 `supplant check` 列出的其他种类

error-packet = `{ $packet }` 不是数据包：{ $why }
    .help = 写成 `in=port1 10.1.2.3:1024 > 192.0.2.5:443/tcp`
error-context = 没有这样命名的设备和上下文
    .help = 现有：{ $names }
error-no-config = `{ $path }` 中没有已知防火墙的配置
    .help = 支持的平台和导出方法见 docs/manual.zh-CN.md
error-disposition = `{ $text }` 不是处置结果
    .help = 现有：{ $all }

# 语句的去向：word-disposition-<词>，原因为 statement-<词>

word-disposition-converted = 已转换
word-disposition-inert = 无关
word-disposition-approximated = 近似
word-disposition-unsupported = 不支持
word-disposition-unrecognized = 未识别

disposition-converted = 已精确建模
    .help = 无需处理
disposition-inert = 已知，且不影响分析
    .help = 无需处理
disposition-approximated = 建模有差异，原因中有说明
    .help = 结论依赖它时请留意该差异
disposition-unsupported = 已知，有影响，但未建模
    .help = 人工判断它对相关规则意味着什么
disposition-unrecognized = 未知语句
    .help = 查看该语句，并告知我们

statement-modelled = 已精确建模
    .help = 无需处理
statement-unknown = 语句未知
    .help = 查看该语句；如果它影响数据包的处理，附近规则的结论不确定
statement-secret = 密钥、口令和散列值，从不显示
    .help = 无需处理
statement-cosmetic = 名称、注释、颜色、界面顺序、标识符
    .help = 无需处理
statement-management = 设备管理
    .help = 无需处理
statement-logging = 日志、报表、告警、统计
    .help = 无需处理
statement-inspection-profile = 内容检测的检测项
    .help = 使用它的规则已标记；检测配置需人工转换
statement-traffic-shaping = 整形、优先级、缓存、加速
    .help = 不影响放行结果；容量需人工规划
statement-link-layer = 交换、无线等链路层设置
    .help = 无需处理
statement-tunnel-crypto = 隧道的密钥和算法
    .help = 不影响放行结果；隧道需人工重建
statement-default-value = 设置值与默认值相同
    .help = 无需处理
statement-disabled = 已关闭
    .help = 无需处理
statement-overridden = 被后面的语句取代
    .help = 无需处理
statement-unreferenced = 没有任何已建模内容引用的对象
    .help = 无需处理
statement-envelope = 文件格式关于导出本身的内容
    .help = 无需处理
statement-certificate = 证书和公钥
    .help = 无需处理
statement-other-device = 属于其他设备或上下文
    .help = 无需处理
statement-inspection = 放行的内容会被检测，仍可能被阻断
    .help = 已放行的数据包之后可能因其内容被阻断
statement-named-unknown = 服务器名、国家、列表、组和标签，保留为有名称的未知条件
    .help = 追踪会列出两种答案；可用 `fqdn=名称` 等说明哪一个成立
statement-predefined = 更改厂商预定义的内容，规则只知道其名称
    .help = 如规则用到，请人工对比两台设备的预定义内容
statement-application = 应用，保留为有名称的未知条件
    .help = 追踪会列出两种答案；可用 `app=名称` 说明哪一个成立
statement-identity = 用户、组和设备，保留为有名称的未知条件
    .help = 追踪会列出两种答案；可用 `user=名称` 说明哪一个成立
statement-time = 时间，保留为有名称的未知条件
    .help = 追踪会列出两种答案；可用 `schedule=名称` 说明哪一个成立
statement-session-helper = 为某协议打开更多端口的辅助功能
    .help = 查看是否使用此类协议
statement-dynamic-route = 可能存在配置中没有的其他路由
    .help = 用 `out=名称` 说明数据包从何处离开
statement-session = 会话状态和超时；建模的是流的首包
    .help = 不影响放行结果
statement-device-picks = 由设备从多个值中选取
    .help = 所有可能的选择都会显示
statement-local-traffic = 到防火墙自身的流量
    .help = 人工判断谁可以管理该设备
statement-policy-route = 不只按目的地址选择的路由
    .help = 用 `out=名称` 说明数据包从何处离开
statement-multicast = 组播
    .help = 人工判断
statement-other-rule-list = 规则之外另行决定的列表（拒绝服务防护、代理、接口）
    .help = 人工判断它是否阻断规则放行的流量
statement-tunnel-selector = 隧道允许通过的内容
    .help = 人工判断隧道是否承载该数据包
statement-family-translation = 地址族之间的转换
    .help = 人工判断
statement-nat-kind = 未建模的地址转换方式
    .help = 相关规则已标记；人工判断
statement-match-option = 影响匹配而未建模的值
    .help = 该规则已标记：可能匹配，也可能不匹配
statement-action-kind = 未建模的动作
    .help = 人工判断该规则的作用
statement-mode = 设备的模式改变了规则的含义
    .help = 人工判断；该上下文的结论不确定
statement-invalid-value = 值无效
    .help = 在设备上改正；使用它的内容已标记
statement-undefined = 引用了没有定义的名称
    .help = 查看导出是否完整；使用它的内容已标记
statement-cycle = 包含自身
    .help = 在设备上改正；使用它的内容已标记
statement-limit = 达到限制
    .help = 拆分配置
statement-cut-off = 文本在此结束或中断
    .help = 重新导出配置

word-predicate-fqdn = 域名
word-predicate-geo = 国家或地区
word-predicate-list = 外部列表
word-predicate-dynamic = 动态组
word-predicate-mac = MAC 地址
word-predicate-internet-service = 互联网服务
word-predicate-interface-address = 接口地址
word-predicate-user = 用户
word-predicate-device = 终端
word-predicate-schedule = 时间表
word-predicate-app = 应用
word-predicate-url = URL 类别
word-predicate-content = 内容
word-predicate-vpn = VPN
word-predicate-protocol = 协议
word-predicate-link = 链路层
word-predicate-undefined = 未定义对象
word-predicate-unreadable = 无法读取的部分

word-verdict-accept = 放行
word-verdict-deny = 拒绝
word-verdict-drop = 丢弃
word-verdict-reject = 拒绝并告知
word-verdict-continue = 继续

word-when-before-filter = 规则之前
word-when-instead-of-rule = 取代规则自身的转换
word-when-instead-of-interface = 取代出接口地址
word-when-after-filter = 规则之后

word-object-address = 地址
word-object-service = 服务

word-cell-from = 入区域
word-cell-to = 出区域
word-cell-source = 源
word-cell-destination = 目的
word-cell-services = 服务
word-cell-conditions = 条件
