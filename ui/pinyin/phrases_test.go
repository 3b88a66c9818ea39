package pinyin_test

// told are sentences and words as residents would type them, each with the letters
// they press. The dictionary's weights were chosen with these before our eyes.
var told = [][2]string{
	{"垃圾", "laji"}, {"垃圾桶", "lajitong"}, {"垃圾没人清理", "lajimeirenqingli"}, {"报修", "baoxiu"}, {"老年卡", "laonianka"},
	{"量血压", "liangxueya"}, {"漏水", "loushui"}, {"居住证", "juzhuzheng"}, {"物业", "wuye"}, {"网格员", "wanggeyuan"},
	{"噪音", "zaoyin"}, {"助餐", "zhucan"}, {"陪诊", "peizhen"}, {"居委会", "juweihui"}, {"志愿者", "zhiyuanzhe"},
	{"楼道灯不亮", "loudaodengbuliang"}, {"水管漏水", "shuiguanloushui"}, {"马桶堵了", "matongdule"}, {"电梯坏了", "diantihuaile"},
	{"暖气不热", "nuanqibure"}, {"路灯不亮了", "ludengbuliangle"}, {"厨房漏水", "chufangloushui"}, {"下水道堵塞", "xiashuidaoduse"},
	{"楼上邻居太吵", "loushanglinjutaichao"}, {"噪音扰民", "zaoyinraomin"}, {"半夜装修", "banyezhuangxiu"}, {"高空抛物", "gaokongpaowu"},
	{"飞线充电", "feixianchongdian"}, {"电动车上楼", "diandongcheshanglou"}, {"占用消防通道", "zhanyongxiaofangtongdao"},
	{"停车难", "tingchenan"}, {"乱停车", "luantingche"}, {"违章建筑", "weizhangjianzhu"}, {"邻里纠纷", "linlijiufen"},
	{"申请调解", "shenqingtiaojie"}, {"开居住证明", "kaijuzhuzhengming"}, {"户口本", "hukouben"}, {"身份证", "shenfenzheng"},
	{"医保报销", "yibaobaoxiao"}, {"高龄津贴", "gaolingjintie"}, {"养老金认证", "yanglaojinrenzheng"}, {"残疾证", "canjizheng"},
	{"上门理发", "shangmenlifa"}, {"代购买菜", "daigoumaicai"}, {"陪我去医院", "peiwoquyiyuan"}, {"家庭医生", "jiatingyisheng"},
	{"打疫苗", "dayimiao"}, {"测血糖", "cexuetang"}, {"广场舞", "guangchangwu"}, {"太极拳", "taijiquan"}, {"书法班", "shufaban"},
	{"健康讲座", "jiankangjiangzuo"}, {"老年大学", "laoniandaxue"}, {"独居老人", "dujulaoren"}, {"业主委员会", "yezhuweiyuanhui"},
	{"请尽快处理", "qingjinkuaichuli"}, {"请你们来看一下", "qingnimenlaikanyixia"}, {"我家没水了", "wojiameishuile"},
	{"门口有积水", "menkouyoujishui"}, {"三号楼二单元", "sanhaolouerdanyuan"}, {"楼道里堆放杂物", "loudaoliduifangzawu"},
	{"小区门口", "xiaoqumenkou"}, {"没有人管", "meiyourenguan"}, {"已经好几天了", "yijinghaojitianle"}, {"谢谢你们", "xiexienimen"},
	{"我想报名参加", "woxiangbaomingcanjia"}, {"电梯里有异味", "diantiliyouyiwei"}, {"流浪狗很多", "liulanggouhenduo"},
	{"单元门打不开", "danyuanmendabukai"}, {"燃气灶打不着火", "ranqizaodabuzhaohuo"}, {"水龙头关不上", "shuilongtouguanbushang"},
	{"女儿不在身边", "nverbuzaishenbian"}, {"绿化带", "lvhuadai"}, {"墙皮脱落", "qiangpituoluo"}, {"怕老人摔倒", "palaorenshuaidao"},
}

// unseen were written down before the engine was first run, and nothing was chosen
// by them: they tell how it does with what nobody thought of.
var unseen = [][2]string{
	{"我家的灯坏了", "wojiadedenghuaile"}, {"卫生间的水龙头漏水", "weishengjiandeshuilongtouloushui"}, {"楼下的狗晚上一直叫", "louxiadegouwanshangyizhijiao"},
	{"希望社区能解决", "xiwangshequnengjiejue"}, {"我的腿不方便", "wodetuibufangbian"}, {"能不能送上门", "nengbunengsongshangmen"},
	{"什么时候可以办", "shenmeshihoukeyiban"}, {"需要带什么材料", "xuyaodaishenmecailiao"}, {"儿子在外地工作", "erzizaiwaidigongzuo"},
	{"冰箱不制冷了", "bingxiangbuzhilengle"}, {"窗户关不严", "chuanghuguanbuyan"}, {"门锁坏了进不去", "mensuohuailejinbuqu"},
	{"楼梯扶手松了", "loutifushousongle"}, {"健身器材坏了", "jianshenqicaihuaile"}, {"井盖不见了", "jinggaibujianle"},
	{"树枝挡住了路灯", "shuzhidangzhuleludeng"}, {"电动车停在楼道里", "diandongchetingzailoudaoli"}, {"有人在楼道抽烟", "yourenzailoudaochouyan"},
	{"想学用手机", "xiangxueyongshouji"}, {"下雨天屋顶漏水", "xiayutianwudingloushui"}, {"老伴生病了", "laobanshengbingle"},
	{"想请人打扫卫生", "xiangqingrendasaoweisheng"}, {"医院太远", "yiyuantaiyuan"}, {"晚上睡不着觉", "wanshangshuibuzhaojiao"},
	{"怎么申请低保", "zenmeshenqingdibao"}, {"房子漏雨", "fangzilouyu"}, {"对门邻居吵架", "duimenlinjuchaojia"},
	{"空调滴水", "kongtiaodishui"}, {"蚊子太多", "wenzitaiduo"}, {"请帮我换一个灯泡", "qingbangwohuanyigedengpao"},
	{"快递找不到了", "kuaidizhaobudaole"}, {"小孩没人看", "xiaohaimeirenkan"}, {"要办老年证", "yaobanlaonianzheng"},
	{"公园的椅子坏了", "gongyuandeyizihuaile"}, {"医生说要多休息", "yishengshuoyaoduoxiuxi"}, {"药吃完了", "yaochiwanle"},
	{"饭菜有点咸", "fancaiyoudianxian"}, {"服务很好", "fuwuhenhao"}, {"师傅态度不好", "shifutaidubuhao"}, {"修了又坏了", "xiuleyouhuaile"},
}
