package demodata

import (
	"lintai/sync/central/docket"
)

// done is the record of what was done for a case.
func (y *year) done(c docket.Case, t *tale) string {
	return y.fresh(func() string { return record(c.Service, t, y.speaker(t)) })
}

func record(service string, t *tale, s speaker) string {
	m := t.matter
	switch {
	case m.broken != nil:
		return mended(m, s)
	case service == "repair":
		return s.speak(one(s.random, looked))
	case m.need != nil && service == "mediation":
		return s.speak(one(s.random, talked) + one(s.random, m.need.done) + "。")
	case m.need != nil:
		first := visited[""]
		if known := visited[m.need.kind+" "+m.place]; len(known) > 0 {
			first = known
		} else if known := visited[m.place]; len(known) > 0 {
			first = known
		}
		return s.speak(one(s.random, first) + m.done(m.need.told, m.need.done, s.random) + one(s.random, answered) + "。")
	}
	if all := served[m.detail]; len(all) > 0 {
		return s.speak(one(s.random, all) + one(s.random, signed) + "。")
	}
	return s.speak("已按约上门" + one(s.random, signed) + "。")
}

// speaker is who writes of a case now.
func (y *year) speaker(t *tale) speaker {
	return speaker{random: t.random, at: y.house.Clock.Now().In(y.until.Location()), building: t.matter.who.building, room: t.matter.who.room}
}

// looked is what is noted of a fault that nobody could describe; visited, talked, answered
// and signed are what stands around what was done.
var (
	looked  = []string{"{arrived}到场检查，已修复，居民在场试过。", "维修班处理完毕，用时{minutes}分钟。", "更换配件{money}元，由物业承担，试用正常。", "现场排除，拍照留存。"}
	visited = map[string][]string{
		"":            {"", "与物业一起到现场，", "现场看过，", "联系街道后，", "网格员{arrived}到场，", "会同楼长，"},
		"home":        {"", "上门了解情况，", "网格员到家看过，", "电话问清情况后，", "联系街道后，", "入户谈了{minutes}分钟，"},
		"urgent home": {"", "接报即到，", "网格员{arrived}到家，", "与社区民警一起，"},
	}
	talked   = []string{"双方到调解室，", "分别谈过两次，", "当面调解{minutes}分钟，", "请楼长一起谈，", "上门调解，"}
	answered = []string{"", "，居民认可", "，已向居民说明", "，三天后再看", "，居民道谢", "，拍照留存", "，已在楼栋群告知"}
	signed   = []string{"，居民签字", "，用时{minutes}分钟", "，居民满意", "，已登记", "，下次约{day}", ""}
)

// served are records of what was done at home or on paper, by what was asked for.
var served = map[string][]string{
	"clean":     {"志愿者两人打扫[屋子|厨房]，清走垃圾{few}袋", "擦窗{few}扇，高处未做", "保洁员上门，地面和[灶台|卫生间]清洁", "洗晒被褥{few}床"},
	"fix":       {"便民维修员更换[水龙头|插座|灯泡]，材料费{money}元", "修好[门锁|柜门铰链]，免费", "检修[洗衣机|电饭锅]，建议更换", "加固[床架|晾衣架]"},
	"shopping":  {"代购[米面|蔬菜|日用品]{money}元，小票已交", "代取[药|快递]送到家，核对无误", "买菜送到门口，找零当面点清"},
	"meal":      {"[午饭|晚饭]送到，[少盐|软烂]，收餐盒", "连续送餐{few}天，老人反映合口味", "送餐时老人在家，量体温正常"},
	"escort":    {"陪诊[复查|取报告]，{minutes}分钟排队，送回家", "推轮椅到[卫生站|医院]，家属在院接", "代取[药|报告]，交本人"},
	"clinic":    {"量血压[13{few}/8{few}|14{few}/9{few}]，嘱按时服药", "测血糖[6.{few}|7.{few}]，记入健康档案", "家庭医生看了[腰腿|用药]，约复诊"},
	"residence": {"居住证明已开，核对房产证和身份证", "居住证明开好，可在终端打印", "居住证明已盖章，本人来取"},
	"hardship":  {"困难情况说明已开，附入户核查表", "入户核查后开具困难情况说明"},
	"alone":     {"独居情况说明已开，邻居两人证明", "核实独居，说明已开，列入探望名单"},
	"other":     {"证明已开好，凭身份证领取", "核对材料后已出具", "说明已开，留存复印件"},
}

// Why a case is given back, moved, told of, refused, withdrawn, declined or opened again.
var (
	givenBack = []string{"不在我的网格", "这栋楼归隔壁网格，请改派", "居民电话三次没人接，约不上时间", "今天下午年休，请改派"}
	tooMuch   = []string{"要先关总阀，我一个人做不了，请转物业", "要持证电工，请转物业", "现场看过，要用升降车，请另派", "是产权单位的设施，需先联系", "配件型号不对，要厂家来"}
	movedOn   = []string{"今天她手上少一些", "她离得近，正在隔壁楼", "她以前处理过这户", "原来的人去培训了", "居民要求换一位女同志", "台风天前先调人手"}
	waitsFor  = map[string][]string{
		"repair":       {"配件要等{few}天，请谅解。", "已约{day}上午师傅上门。", "要停水半小时施工，改到{day}，请存水。", "已报厂家，明天答复您。", "下雨天不能上屋顶，天晴就修。"},
		"appeal":       {"已联系物业，{day}前给您答复。", "正在和楼里其他住户商量。", "已报街道，等批复。", "需要居民代表签字，进度会告诉您。"},
		"home_service": {"志愿者这两天排满，改到{day}，可以吗？请来电。", "师傅路上堵车，晚到半小时。"},
		"certificate":  {"正在核对材料。", "请补一张租房合同复印件。"},
		"mediation":    {"已约对方，时间定了告诉您。", "对方出差，{day}回来再谈。"},
	}
	declined  = []string{"材料不全，请带户口本来居委会", "房产证不在本人名下，请带产权人身份证", "租房合同过期，请补新合同", "地址与登记不符，请带水电费单据", "单位名称没写，请补填要证明给哪个单位"}
	cancelled = []string{"居民来电，不用了", "居民说已经自己修好", "儿子回来处理了，居民撤回", "重复登记，居民同意撤销", "居民改到下个月再办"}
	refused   = []string{"不属于社区办理范围，请拨打12345", "属开发商保修，已告知联系电话", "涉及刑事案件，请拨打110，已陪同报警", "自家装修范围，请找家政公司，社区可介绍"}
	openAgain = []string{"您来电说又出了同样的问题，我们重新办理。", "回访时发现没修好，我们再来一次。", "您反映{few}天后又坏了，重新安排人上门。", "复查不合格，已通知返工。"}
)

// found are words with a rating, for the stars, by what it was about or the service; "" is
// for all.
var found = map[string][6][]string{
	"": {
		1: {"等了很久没人来", "打电话没人接", "来了看一眼就走了", "说好上午，等到天黑", "白跑一趟"},
		2: {"态度不好", "说好上午，下午才来", "只办了一半", "问了三次才有回音", "推来推去"},
		3: {"还可以，就是慢", "凑合", "一般吧，等了{few}天", "办了，没人说一声", "还行，希望提前打电话"},
		4: {"不错，下次快一点更好", "挺好", "服务好，就是来得晚", "满意，老人不用跑了", "可以，谢谢"},
		5: {"很满意，谢谢", "谢谢小网格员", "比我儿子还上心", "没想到这么快", "按个屏幕就有人管，好", "说到做到", "辛苦了", "老伴让我来打五颗星"},
	},
	"repair": {
		1: {"来了没修好，又坏了", "修完比原来还差", "换了个旧的，两天就坏", "没修，就拍了张照片"},
		2: {"修了两天又坏", "地上弄得都是泥", "收费没说清楚", "修是修了，还有毛病"},
		3: {"修好了，等配件等了{few}天", "能用，先看看", "师傅手艺可以，来晚了"},
		4: {"修得好，收拾干净更好", "师傅会修，话少", "换了新的，好用"},
		5: {"师傅很耐心", "来得快，修得好", "师傅鞋套都自己带", "大半夜也来了，感谢", "一次就修好", "修好了还教我怎么用", "师傅姓啥没说，替我谢谢他"},
	},
	"appeal": {
		1: {"问题一点没变", "说办结了，根本没解决", "没人来看过"},
		2: {"管了两天又老样子", "答复都是套话", "来了一次就没下文"},
		3: {"好一些，没根治", "有人来过，还得再看", "答复清楚，就是办不快"},
		4: {"有改善，希望坚持", "来人听了，心里舒服多了", "办得可以，再快点"},
		5: {"当天就有人来，好", "事办成了，谢谢居委会", "真有人管", "说了就有回音", "网格员跑前跑后"},
	},
	"urgent":       {5: {"来得真快，多亏你们", "电话没放下人就到了", "救了急"}},
	"hard":         {4: {"路子给我指明了"}, 5: {"难处解决了，心里踏实", "跑了半年的事办好了", "有人替我跑，感激"}},
	"worry":        {1: {"还是老样子"}, 4: {"比以前强"}, 5: {"愁了半年，总算解决了", "这回清爽了", "晚上睡得踏实了"}},
	"hope":         {2: {"光说计划"}, 4: {"有盼头了"}, 5: {"没想到真办成了", "盼了好几年", "邻居们都高兴"}},
	"idea":         {4: {"建议听进去了"}, 5: {"没想到建议真用上了", "下回还提"}},
	"home_service": {2: {"来的人换了三次", "约好的时间变了两回"}, 3: {"做得一般"}, 4: {"姑娘勤快，时间短了点"}, 5: {"上门来，省得我下楼", "手脚麻利", "客客气气的"}},
	"clean":        {3: {"打扫得一般"}, 5: {"窗明几净", "屋里像过年一样"}},
	"fix":          {5: {"工具都带齐了，半小时修好"}},
	"shopping":     {3: {"买得贵了点"}, 5: {"东西送到手上，找零一分不差"}},
	"meal":         {2: {"饭凉了"}, 4: {"饭菜软，好咬"}, 5: {"热乎，合口味"}},
	"escort":       {5: {"陪我看病比亲闺女还细", "一路扶着，放心"}},
	"clinic":       {5: {"大夫问得细", "还教我记本子"}},
	"certificate":  {1: {"跑了三趟"}, 2: {"材料没一次说清"}, 3: {"就是等了几天"}, 4: {"不用跑物业了，好"}, 5: {"一次就办好", "在机器上就打出来了，方便", "不用跑三个地方了"}},
	"mediation":    {1: {"谈了也没用", "对方根本没来"}, 2: {"和稀泥"}, 3: {"先看看对方改不改"}, 4: {"总算坐下来谈了"}, 5: {"调解员公道", "多年的疙瘩解开了", "邻居又说话了"}},
}

// foundBy is what she says with her stars: of the very thing, of the service, or of anything.
func foundBy(t *tale, service string, stars int, s speaker) string {
	about := t.matter.detail
	if n := t.matter.need; n != nil {
		about = n.kind
	}
	var fit []string
	for _, of := range []string{about, service, ""} {
		fit = append(fit, found[of][stars]...)
		if len(fit) > 0 && t.random.Float64() < 0.5 {
			break
		}
	}
	return s.speak(one(t.random, fit))
}

// giveBack is why a worker gives a case back.
func giveBack(t *tale) string {
	if t.request.Service == "repair" && t.random.Float64() < 0.5 {
		return one(t.random, tooMuch)
	}
	return one(t.random, givenBack)
}

// rather is what staff make of a category that the rules got wrong.
var rather = map[docket.Category]docket.Category{docket.LivingNeed: docket.SafetyNeed, docket.SafetyNeed: docket.LivingNeed,
	docket.HealthNeed: docket.LivingNeed, docket.EducationNeed: docket.SocialNeed, docket.SocialNeed: docket.EducationNeed}
