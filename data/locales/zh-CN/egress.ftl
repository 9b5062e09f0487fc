# 外联：字节去了哪里。

error-partial = `{ $path }` 不是本次运行的部分汇总：{ $why }
    .help = 给出 `supplant egress --shard I/N … -o FILE` 写出的文件
error-partial-other = 它来自其他输入或其他目的地
error-partial-shards = 第 { $shard } 部分（共 { $shards } 部分）的汇总缺失或重复
    .help = 每一部分给一个文件
error-no-endpoints = 没有要查找的目的地
    .help = 用 `--endpoints FILE.csv` 给出表格，或去掉 `--only-endpoints`
egress-table-problem = { $path }:{ $line }：{ $text }：`{ $value }`
error-earlier-egress = `{ $path }` 不是本版本 `supplant egress` 的记录
    .help = 请给出 `supplant egress … --format json -o FILE` 写出的文件
egress-compared-new = 新增：{ $endpoint }（{ $vendor }），主机数：{ $assets }
egress-compared-stopped = 停止：{ $endpoint }（{ $vendor }），此前主机数：{ $assets }
egress-compared-changes = 与先前记录不同的主机与目的地组合数：{ $changes }
egress-caveat-other-facts = 先前的记录使用了其他事实数据或其他版本的程序：差异可能由此产生
egress-caveat-other-endpoints = 先前的运行查找的目的地数量不同：差异可能由此产生
egress-caveat-earlier-incomplete = 先前的运行未能读懂全部内容：看似新增的可能早已存在
egress-caveat-incomplete = 本次运行未能读懂全部内容：看似停止的可能仍然存在
