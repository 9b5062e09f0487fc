# 外联：字节去了哪里。

error-partial = `{ $path }` 不是本次运行的部分汇总：{ $why }
    .help = 给出 `supplant egress --shard I/N … -o FILE` 写出的文件
error-partial-other = 它来自其他输入或其他目的地
error-partial-shards = 第 { $shard } 部分（共 { $shards } 部分）的汇总缺失或重复
    .help = 每一部分给一个文件
error-no-endpoints = 没有要查找的目的地
    .help = 用 `--endpoints FILE.csv` 给出表格，或去掉 `--only-endpoints`
egress-table-problem = { $path }:{ $line }：{ $text }：`{ $value }`
