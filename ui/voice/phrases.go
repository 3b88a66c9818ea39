package voice

import "strings"

// readings settles what a character on its own would get wrong. The longest
// phrase at a place wins.
const readings = `
重听 chong2 ting1
重新 chong2 xin1
重复 chong2 fu4
重要 zhong4 yao4
严重 yan2 zhong4
银行 yin2 hang2
嗯 en1
行业 hang2 ye4
就行 jiu4 xing2
不行 bu4 xing2
行走 xing2 zou3
长者 zhang3 zhe3
院长 yuan4 zhang3
家长 jia1 zhang3
部长 bu4 zhang3
长 chang2
长期 chang2 qi1
长短 chang2 duan3
时长 shi2 chang2
什么 shen2 me5
怎么 zen3 me5
那么 na4 me5
这么 zhe4 me5
还是 hai2 shi4
还有 hai2 you3
还在 hai2 zai4
还没 hai2 mei2
归还 gui1 huan2
还款 huan2 kuan3
还书 huan2 shu1
地址 di4 zhi3
地方 di4 fang5
为您 wei4 nin2
为了 wei4 le5
因为 yin1 wei4
为什么 wei4 shen2 me5
认为 ren4 wei2
成为 cheng2 wei2
作为 zuo4 wei2
为准 wei2 zhun3
得到 de2 dao4
获得 huo4 de2
觉得 jue2 de5
记得 ji4 de5
得了 de2 le5
必须得 bi4 xu1 dei3
处理 chu3 li3
处理中 chu3 li3 zhong1
办事处 ban4 shi4 chu4
好处 hao3 chu4
到处 dao4 chu4
调解 tiao2 jie3
调整 tiao2 zheng3
空调 kong1 tiao2
调查 diao4 cha2
调度 diao4 du4
便民 bian4 min2
方便 fang1 bian4
便宜 pian2 yi5
随便 sui2 bian4
更新 geng1 xin1
更换 geng1 huan4
更改 geng1 gai3
变更 bian4 geng1
更好 geng4 hao3
更多 geng4 duo1
尽快 jin3 kuai4
尽量 jin3 liang4
尽管 jin3 guan3
尽力 jin4 li4
量血压 liang2 xue4 ya1
测量 ce4 liang2
数量 shu4 liang4
血压 xue4 ya1
流血 liu2 xue4
有空 you3 kong4
空闲 kong4 xian2
空气 kong1 qi4
都 dou1
首都 shou3 du1
大夫 dai4 fu5
大家 da4 jia1
挂号 gua4 hao4
号码 hao4 ma3
数字 shu4 zi4
数一数 shu3 yi1 shu3
倒水 dao4 shui3
倒垃圾 dao4 la1 ji1
摔倒 shuai1 dao3
看护 kan1 hu4
看管 kan1 guan3
看一看 kan4 yi5 kan4
试一试 shi4 yi5 shi4
按一下 an4 yi2 xia4
等一等 deng3 yi5 deng3
等一下 deng3 yi2 xia4
一下 yi2 xia4
一会儿 yi2 hui4 er5
差不多 cha4 bu5 duo1
出差 chu1 chai1
差错 cha1 cuo4
要求 yao1 qiu2
应该 ying1 gai1
应答 ying4 da2
反应 fan3 ying4
供应 gong1 ying4
提供 ti2 gong1
堵塞 du3 se4
下载 xia4 zai4
记载 ji4 zai3
占用 zhan4 yong4
种类 zhong3 lei4
种树 zhong4 shu4
转告 zhuan3 gao4
转接 zhuan3 jie1
转圈 zhuan4 quan1
休假 xiu1 jia4
假期 jia4 qi1
几天 ji3 tian1
几号 ji3 hao4
几室 ji3 shi4
漏水 lou4 shui3
垃圾 la1 ji1
门锁 men2 suo3
结束 jie2 shu4
结果 jie2 guo3
结实 jie1 shi5
分钟 fen1 zhong1
身份证 shen1 fen4 zheng4
名分 ming2 fen4
社区 she4 qu1
参加 can1 jia1
人参 ren2 shen1
参差 cen1 ci1
着急 zhao2 ji2
睡着 shui4 zhao2
看着 kan4 zhe5
拿着 na2 zhe5
对着 dui4 zhe5
对准 dui4 zhun3
放着 fang4 zhe5
放在 fang4 zai4
了解 liao3 jie3
不了 bu4 liao3
儿子 er2 zi5
孩子 hai2 zi5
房子 fang2 zi5
女儿 nv3 er2
先生 xian1 sheng5
朋友 peng2 you5
时候 shi2 hou5
东西 dong1 xi5
麻烦 ma2 fan5
清楚 qing1 chu5
告诉 gao4 su5
谢谢 xie4 xie5
爷爷 ye2 ye5
奶奶 nai3 nai5
我们 wo3 men5
你们 ni3 men5
他们 ta1 men5
师傅 shi1 fu5
上面 shang4 mian5
下面 xia4 mian5
里面 li3 mian5
家里 jia1 li5
哪里 na3 li3
哪里坏 na3 li3 huai4
在哪里 zai4 na3 li5
这里 zhe4 li5
屏幕 ping2 mu4
只能 zhi3 neng2
只读 zhi3 du2
一只 yi4 zhi1
按呼叫 an4 hu1 jiao4
相关 xiang1 guan1
照相 zhao4 xiang4
率 lv4
效率 xiao4 lv4
绿 lv4
校对 jiao4 dui4
学校 xue2 xiao4
教室 jiao4 shi4
教书 jiao1 shu1
兴趣 xing4 qu4
高兴 gao1 xing4
答应 da1 ying5
答复 da2 fu4
回答 hui2 da2
切断 qie1 duan4
一切 yi2 qie4
难过 nan2 guo4
灾难 zai1 nan4
急难愁盼 ji2 nan4 chou2 pan4
朝阳 chao2 yang2
朝外 chao2 wai4
曾经 ceng2 jing1
称重 cheng1 zhong4
名称 ming2 cheng1
对称 dui4 chen4
散步 san4 bu4
散落 san4 luo4
省市 sheng3 shi4
系统 xi4 tong3
系好 ji4 hao3
弹簧 tan2 huang2
卡住 qia3 zhu4
卡片 ka3 pian4
刷卡 shua1 ka3
给 gei3
供给 gong1 ji3
模板 mu2 ban3
模式 mo2 shi4
薄弱 bo2 ruo4
落下 la4 xia4
角色 jue2 se4
角落 jiao3 luo4
露出 lu4 chu1
乐器 yue4 qi4
快乐 kuai4 le4
率先 shuai4 xian1
强迫 qiang3 po4
的 de5
了 le5
吗 ma5
呢 ne5
吧 ba5
啊 a5
么 me5
行列 hang2 lie4
一行 yi4 hang2
长辈 zhang3 bei4
组长 zu3 zhang3
楼长 lou2 zhang3
网格长 wang3 ge2 zhang3
市长 shi4 zhang3
校长 xiao4 zhang3
成长 cheng2 zhang3
生长 sheng1 zhang3
重来 chong2 lai2
重试 chong2 shi4
重启 chong2 qi3
重庆 chong2 qing4
还给 huan2 gei3
还钱 huan2 qian2
了不起 liao3 bu5 qi3
受不了 shou4 bu5 liao3
办不了 ban4 bu5 liao3
用不了 yong4 bu5 liao3
慢慢地 man4 man4 de5
好好地 hao3 hao3 de5
以为 yi3 wei2
行为 xing2 wei2
为难 wei2 nan2
人为 ren2 wei2
取得 qu3 de2
必得 bi4 dei3
总得 zong3 dei3
处分 chu3 fen4
用处 yong4 chu4
行不行 xing2 bu5 xing2
进行 jin4 xing2
调动 diao4 dong4
空白 kong4 bai2
没空 mei2 kong4
数数 shu3 shu4
适应 shi4 ying4
部分 bu4 fen5
身份 shen1 fen4
种植 zhong4 zhi2
成都 cheng2 du1
爱好 ai4 hao4
好学 hao4 xue2
睡觉 shui4 jiao4
会计 kuai4 ji4
会议 hui4 yi4
这会儿 zhe4 hui4 er5
干净 gan1 jing4
干部 gan4 bu4
干活 gan4 huo2
能干 neng2 gan4
给予 ji3 yu3
称呼 cheng1 hu5
传染 chuan2 ran3
传记 zhuan4 ji4
相片 xiang4 pian4
相信 xiang1 xin4
请假 qing3 jia4
冲突 chong1 tu1
几乎 ji1 hu1
没收 mo4 shou1
埋没 mai2 mo4
音乐 yin1 yue4
大厦 da4 sha4
悄悄 qiao1 qiao1
模样 mu2 yang4
多么 duo1 me5
大爷 da4 ye5
阿姨 a1 yi2
事情 shi4 qing5
钥匙 yao4 shi5
衣服 yi1 fu5
窗户 chuang1 hu5
休息 xiu1 xi5
消息 xiao1 xi5
意思 yi4 si5
认识 ren4 shi5
知道 zhi1 dao5
知道了 zhi1 dao4 le5
桌子 zhuo1 zi5
椅子 yi3 zi5
管子 guan3 zi5
灯泡 deng1 pao4
厕所 ce4 suo3
物业 wu4 ye4
小区里 xiao3 qu1 li5
屋里 wu1 li5
那里 na4 li5
屏幕上 ping2 mu4 shang5
小票上 xiao3 piao4 shang5
晚上 wan3 shang5
早上 zao3 shang5
打不开 da3 bu5 kai1
看不清 kan4 bu5 qing1
听不清 ting1 bu5 qing1
对不起 dui4 bu5 qi3
一起 yi4 qi3
一样 yi2 yang4
一些 yi4 xie1
一直 yi4 zhi2
一定 yi2 ding4
第一 di4 yi1
统一 tong3 yi1
星期一 xing1 qi1 yi1
周一 zhou1 yi1
二维码 er4 wei2 ma3
单元 dan1 yuan2
朝向 chao2 xiang4
关系 guan1 xi5
联系 lian2 xi4
降落 jiang4 luo4
投降 tou2 xiang2
下降 xia4 jiang4
宿舍 su4 she4
划分 hua4 fen1
扫帚 sao4 zhou5
打扫 da3 sao3
散装 san3 zhuang1
似的 shi4 de5
是的 shi4 de5
目的 mu4 di4
的确 di2 que4
有的 you3 de5
助餐 zhu4 can1
陪诊 pei2 zhen3
义诊 yi4 zhen3
志愿 zhi4 yuan4
`

var phrases, longest = parseReadings(readings)

func parseReadings(table string) (map[string][]string, int) {
	found, longest := map[string][]string{}, 0
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		found[fields[0]] = fields[1:]
		longest = max(longest, len([]rune(fields[0])))
	}
	return found, longest
}
