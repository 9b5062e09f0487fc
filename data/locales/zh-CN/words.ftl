# 记录中的封闭词表。消息标识为 word-<组>-<存储值>。

word-state-prohibited = 禁用
word-state-undecided = 待判定
word-state-residue = 残留
word-state-stale = 陈旧
word-state-waived = 已豁免
word-state-watch = 关注
word-state-out-of-scope = 范围外

word-relation-is = 本体或已安装
word-relation-open-source-of = 其开源软件
word-relation-embeds = 内嵌其组件
word-relation-client-of = 其客户端
word-relation-runs-on = 运行于其上
word-relation-neighbour-of = 与其相邻
word-relation-residue-of = 其残留

word-confidence-confirmed = 确认
word-confidence-probable = 很可能
word-confidence-possible = 可能

word-class-identity = 身份标识
word-class-coordinates = 软件坐标
word-class-vendor-field = 厂商字段
word-class-product-name = 产品名称
word-class-hint = 线索

word-context-device = 资产自身
word-context-installed = 已安装
word-context-running = 运行中
word-context-file = 文件
word-context-component = 组件
word-context-platform = 平台
word-context-neighbour = 邻接
word-context-residue = 残留
word-context-mention = 文字提及

word-meaning-installed = 已安装
word-meaning-running = 运行中
word-meaning-residue = 残留
word-meaning-platform = 平台
word-meaning-integration = 集成
word-meaning-remote-service = 远程服务

word-strength-unique = 唯一
word-strength-strong = 强
word-strength-weak = 弱

word-fact-documented = 有文档记载
word-fact-observed = 已实测
word-fact-reported = 据报道
word-fact-recalled = 常识，未经查证

word-force-binding = 强制性
word-force-advisory = 建议性
word-force-reported-unpublished = 据报道，未公开
word-force-proposed = 拟议
word-force-internal-policy = 内部规定

word-status-in-force = 生效中
word-status-in-force-as-reported = 据报道生效中
word-status-closed = 已终止
word-status-future = 尚未生效
word-status-proposed = 拟议中

word-fate-read = 已读取
word-fate-opened = 已展开
word-fate-unknown = 格式未知
word-fate-unreadable = 无法读取
word-fate-not-regular = 非常规文件

word-kind-host = 主机
word-kind-device = 设备
word-kind-virtual-machine = 虚拟机
word-kind-image = 镜像
word-kind-cluster = 集群
word-kind-software = 软件制品
word-kind-unknown = 类型未知

word-kinds-host = 主机 { $count } 台
word-kinds-device = 设备 { $count } 台
word-kinds-virtual-machine = 虚拟机 { $count } 台
word-kinds-image = 镜像 { $count } 个
word-kinds-cluster = 集群 { $count } 个
word-kinds-software = 软件制品 { $count } 个
word-kinds-unknown = 类型未知 { $count } 项

word-answer-in = 范围内
word-answer-out = 范围外
word-answer-undecided = 待判定

word-severity-note = 提示
word-severity-warning = 警告
word-severity-error = 错误

word-unit-line = 行号
word-unit-byte = 字节
word-unit-row = 表行

word-tier-official = 官方
word-tier-secondary = 二手
word-tier-recall = 常识

word-step-owned-by = 控股方为
word-step-owns = 控股
word-step-lineage = 并入
word-step-affiliate = 关联于
word-step-joint-venture = 合资方为
word-step-renamed = 更名为
word-step-formerly-owned-by = 曾由其控股：
word-step-divested = 部分业务出售予
word-step-oem = 贴牌销售其产品：
word-step-entity-list = 列入同一清单：

word-waiver-in-force = 生效中
word-waiver-expired = 已到期
word-waiver-not-yet = 尚未生效

word-clause-deny-list = 点名厂商或产品
word-clause-allow-list = 未列入目录者
word-clause-category-by-origin = 按来源地限定类别
word-clause-quota = 占比
word-clause-purpose-limited = 仅限特定用途
word-clause-duty = 义务

word-effect-remove = 停用并移除
word-effect-cap = 占比不得超过上限
word-effect-report = 报送使用情况
word-effect-stop-buying = 停止采购
word-effect-stop-supply = 停止销售或支持
word-effect-caution = 审慎使用

word-mode-named-only = 仅限被点名实体
word-mode-subsidiaries-affiliates = 含子公司与关联方
word-mode-predecessors-successors-parents-subsidiaries-affiliates = 含前身、继受方、母公司、子公司与关联方
word-mode-common-control-or-majority = 含共同控制或多数股权控制的实体
word-mode-supplier-country = 按供应方所属国
word-mode-category-by-origin = 按产品原产国
word-mode-unknown = 股权关联是否计入不明

word-match-exact = 等于
word-match-starts = 开头为
word-match-prefix = 开头为
word-match-suffix = 结尾为
word-match-contains = 包含
word-match-glob = 形如
word-match-regex = 匹配
word-match-cidr = 位于
word-match-words = 含词

word-purpose-content = 内容更新
word-purpose-licence = 许可
word-purpose-management = 管理
word-purpose-reputation = 信誉查询
word-purpose-sample-upload = 样本上传
word-purpose-telemetry = 遥测
word-purpose-unknown = 用途不明
word-purpose-update = 更新
word-purpose-vpn = VPN

word-entry-context = 上下文
word-entry-zone = 区域
word-entry-interface = 接口
word-entry-vendor = 厂商
word-entry-product = 产品
word-entry-directive = 指令
word-entry-source = 引证
word-entry-category = 类别
word-entry-capability = 能力
word-entry-form = 形态
word-entry-replacement = 替代品
word-entry-clause = 条款
