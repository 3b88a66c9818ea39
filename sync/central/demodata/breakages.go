package demodata

import (
	"math/rand/v2"
	"strings"
	"time"
)

// breakage is something that is broken: what a resident chooses and tells the hotline, and
// what is noted when it is mended.
type breakage struct {
	what, places string // options of the service, places apart by spaces
	months       string // in which it is; "" in all
	grave        bool
	told         []string
	mended       []string
}

// breakages are what breaks in a community in a year.
var breakages = []breakage{
	{"water", "home", "", false, []string{"厨房水龙头[关不紧|一直滴水]，{since}，[接了一盆又一盆|水表一直走]", "[洗手池|洗菜池]下面的软管渗水，柜子都泡了", "水龙头拧不动了，[老人手上没力气|我八十了拧不开]"},
		[]string{"更换水龙头[阀芯|垫圈]", "更换[不锈钢软管|角阀]并清理积水", "更换[省力|感应]水龙头，教会使用"}},
	{"water", "home", "", true, []string{"卫生间水管[爆了|接头崩开了]，水[漫到客厅了|从门缝往外流]，{floor}，请[快来|马上来人]", "进户水管爆裂，[阀门锈死关不上|楼下也淹了]"},
		[]string{"关总阀后更换[铝塑管一段|三通接头]，通水试压正常", "更换锈死的进户阀门，楼下渗水处已烘干"}},
	{"water", "home", "", false, []string{"马桶[堵了|下水很慢]，用了皮搋子也不行，{long}", "厨房下水道反味，[洗碗水下不去|一倒水就咕咕响]", "卫生间地漏返水，{since}"},
		[]string{"用疏通机疏通马桶{few}米，取出[抹布|塑料袋|玩具]", "疏通下水横管、清理油垢，已提醒勿倒油污", "更换防[臭|返水]地漏，疏通立管"}},
	{"water", "home stairs", "", false, []string{"{building}{unit}{above}[漏水到我家天花板|往下渗水]，墙皮都掉了", "暖管井里[有水声|渗水]，{floor}楼道墙湿了一片"},
		[]string{"查明为[楼上地漏|管井三通]渗漏，更换密封件", "楼上防水已补做，{few}天后复查不渗"}},
	{"water", "home", "", false, []string{"自来水[发黄|有铁锈味]，放了半小时还是这样", "水压太小，{floor}洗澡[热水器打不着|只有一根线]", "{since}家里没水，隔壁有"},
		[]string{"清洗水箱、排放管内锈水，复测浊度合格", "更换水表前过滤网，水压恢复", "进户[阀门|水表]卡住，更换后恢复供水"}},
	{"water", "home", "12bc", true, []string{"水管冻住了，{since}一滴水没有", "阳台水管[冻裂了|冻爆了]，化开以后一直漏"},
		[]string{"热风解冻后给水管包保温棉{few}米", "更换冻裂管段，加装保温套"}},
	{"water", "yard", "6789", false, []string{"一下[大雨|暴雨]{building}门前就积水，[鞋都湿透|老人过不去]", "雨水井[堵了|全是树叶]，下雨水往楼里倒"},
		[]string{"清掏雨水井{few}座，清运淤泥树叶", "更换破损雨水箅子，下雨时再看一次"}},
	{"power", "home", "678", false, []string{"一开空调就跳闸，{since}[热得睡不着|老人受不了]", "空调插座发烫，[有焦味|不敢用了]"},
		[]string{"更换{few}0安空气开关，改空调专线", "更换烧损插座，紧固接线端子"}},
	{"power", "home", "", false, []string{"家里一半没电，{since}，[冰箱也停了|厨房插座全没电]", "客厅插座[没电|打火花]，电饭锅用不了", "一用[热水器|电磁炉]就跳闸，推不上去"},
		[]string{"紧固零线接头，电压恢复正常", "更换[烧损插座|插座和面板]，重做接线", "查出[热水器|电磁炉]漏电，更换漏电保护器，测绝缘合格"}},
	{"power", "home stairs", "78", true, []string{"昨晚打雷以后[停电了|电表不走了]，到现在没来", "雷雨后楼道电箱[冒烟|有焦糊味]"},
		[]string{"更换雷击损坏的浪涌保护器和空开", "供电所到场更换表后开关，恢复供电"}},
	{"power", "stairs yard", "", true, []string{"{building}楼道电线[垂下来了|皮破了露铜]，小孩够得着", "电表箱门[坏了|敞着]，线都露在外面"},
		[]string{"电线重新入槽固定，破皮处换线{few}米", "电表箱换锁，加装警示贴"}},
	{"power", "yard", "", false, []string{"电动车棚充电桩[扫码没反应|充一会儿就停]，{long}", "车棚插座全没电，车没法充"},
		[]string{"更换充电桩主板{few}号口", "联系充电桩厂家远程重启并更换模块"}},
	{"lift", "stairs", "", true, []string{"{building}{unit}电梯[困人了|卡在{floor}不动了]，里面有[老人|孩子]，快来", "电梯门开一半[关不上|夹人]，{since}"},
		[]string{"{arrived}到场，盘车放人，无人受伤；更换门机皮带", "更换门锁触点，试运行三十次正常"}},
	{"lift", "stairs", "", false, []string{"{building}电梯又停了，[买菜上不去|我腿不好爬不动{floor}]", "电梯[抖得厉害|到{floor}有咣当声]，坐着害怕", "电梯按钮{few}层[按不亮|要按好几次]，轮椅上够不着", "电梯里的灯[一闪一闪|灭了]，晚上不敢坐"},
		[]string{"更换[曳引机编码器|平层感应器]，复位运行", "调整导靴间隙、加油，异响消除", "更换按钮{few}只，加贴盲文", "更换轿厢照明灯管，清理灯罩"}},
	{"light", "stairs", "", false, []string{"{floor}楼道灯[不亮|坏了]，晚上摸黑上楼，[差点摔跤|老伴眼睛不好]", "声控灯[跺脚也不亮|白天黑夜都亮着]，{long}", "楼梯拐角灯一闪一闪的，{since}"},
		[]string{"更换声光控灯头{few}只", "更换LED吸顶灯，清理灯罩飞虫", "更换楼道时控开关，{few}层都试过"}},
	{"light", "yard", "", false, []string{"{building}前面路灯不亮，{long}，晚上遛弯看不见台阶", "小花园[草坪灯|路灯]倒了，线露在外面", "车棚门口路灯[白天亮晚上灭|忽明忽暗]"},
		[]string{"更换路灯光源和镇流器，编号{few}号杆", "扶正灯杆、重做接线盒防水", "调整路灯时控器，[光控|线路]接头换新"}},
	{"light", "home", "", false, []string{"客厅吸顶灯不亮，换灯泡够不着，一个人住", "卫生间灯[进水|发黑]，一开就闪"},
		[]string{"更换灯盘一套，站梯作业两人到场", "更换防潮灯，检查线路无破损"}},
	{"lock", "gate", "", false, []string{"{building}{unit}单元门[关不严|锁坏了]，[外人随便进|门咣当一夜]", "门禁[刷卡没反应|按密码打不开]，{since}", "单元门闭门器坏了，[夹到手|风一吹就摔门]", "对讲[没声音|听得见开不了门]，送菜的上不来"},
		[]string{"更换[电磁锁|锁体]，重新登记门禁卡", "更换门禁主机电源，{few}户试用正常", "更换闭门器并调速", "更换对讲分机，音量调大"}},
	{"lock", "home", "", true, []string{"钥匙断在锁里，[老人锁在里面|锅还在火上]，快来人", "门反锁打不开，[孩子一个人在家|老人说头晕]"},
		[]string{"联系备案开锁，民警核对身份后开门，更换锁芯", "{arrived}到场开门，人平安，锁芯已换"}},
	{"lock", "home", "", false, []string{"防盗门[锁芯转不动|门下沉关不上]，要用肩膀顶", "门锁[生锈|卡钥匙]，{often}要开好久"},
		[]string{"更换C级锁芯，交钥匙{few}把", "调整门合页，锁舌上润滑脂"}},
	{"other", "home", "12bc", true, []string{"家里暖气不热，才[十三度|十五度]，[孩子感冒了|老人裹着被子]", "暖气片[漏水|上热下凉]，{since}", "一栋楼就我家{floor}暖气不热，隔壁都二十多度"},
		[]string{"排气后暖气温度由十四度升到二十度", "更换暖气放风阀，热力公司调阀", "清洗管道过滤器，回访室温{few}天均合格"}},
	{"other", "yard garden", "6789", false, []string{"花园[积水|死水坑]蚊子太多，[坐不住|孩子咬一身包]", "垃圾桶边[苍蝇|蚊子]多，天热味道大"},
		[]string{"清积水、投灭蚊缓释剂，{day}再喷一次药", "垃圾桶增加清运至一天三次，撒药消杀"}},
	{"other", "yard", "5678", true, []string{"[雷雨|大风]把[树枝|大杨树枝]刮断，压在[电线|车棚]上", "路边广告牌被风吹松了，摇摇欲坠，砸到人可不得了"},
		[]string{"园林队锯除断枝并清运，电线未受损", "拆除松动的牌子，现场拉警戒线至完工"}},
	{"other", "yard stairs", "", false, []string{"健身器材[螺丝松了|扶手掉了]，老人用着危险", "楼梯扶手[松动|掉漆扎手]，{floor}到{above}那段", "路面砖[翘起来|塌了一块]，轮椅过不去", "{building}台阶掉了一角，[拄拐的|推车的]不好走"},
		[]string{"加固螺栓{few}处，挂牌停用一天后恢复", "扶手重新焊接、打磨刷漆", "重铺路面砖{few}平方米", "水泥修补台阶并贴防滑条"}},
	{"other", "home", "", false, []string{"窗户[关不上|玻璃裂了]，刮风直响", "阳台[晾衣杆|纱窗]坏了，一个人不敢够", "厨房烟道[串味|倒灌油烟]，{often}[呛得咳嗽|一屋子味]"},
		[]string{"更换窗合页和密封条", "更换纱窗{few}扇，晾衣杆重新固定", "更换烟道止逆阀，清理油垢"}},
	{"other", "yard", "123bc", false, []string{"[雪后|结冰以后]{building}门口路滑，[摔了一位老人|早上没人铲]", "消防栓冻住了，边上一大片冰"},
		[]string{"撒融雪剂、铺防滑垫，早晚各铲一次", "化冰后给消防栓加保温箱"}},
}

// breakageOf is one of what is broken at a place, in season.
func breakageOf(what, place string, at time.Time, random *rand.Rand) *breakage {
	var fit []*breakage
	for i := range breakages {
		f := &breakages[i]
		if f.what == what && strings.Contains(f.places, place) && saidIn(f.months, at) && (!f.grave || random.Float64() < 0.35) {
			fit = append(fit, f)
		}
	}
	if len(fit) == 0 {
		return nil // nobody ever told of one there
	}
	return one(random, fit)
}

// crews are who comes to mend, by what is broken.
var crews = map[string]string{
	"water": "[物业水工|物业水暖班两人|维修班师傅|社区便民维修队]", "power": "[物业电工|持证电工两人|供电所和物业电工|维修班师傅]",
	"lift": "[电梯维保单位|维保师傅两人|维保单位和物业]", "light": "[物业电工|维修班师傅|路灯班]",
	"lock": "[物业维修班|维修班师傅|门禁厂家]", "other": "[物业维修班|维修班两人|社区便民维修队|物业工程部]",
}

// What follows what was mended in a record: who pays, and who has seen that it works.
var (
	paidAtHome = []string{"材料费{money}元居民自付，已给收据", "在保修期内，未收费", "免人工费，材料{money}元", "高龄户，费用由爱心基金支付{money}元", "材料费{money}元，收据已留底", ""}
	paidShared = []string{"配件费{money}元由公共维修资金列支", "费用由物业承担", "维保合同内，不另收费", "材料{money}元记入本月维修台账", ""}
	seenToWork = []string{"居民当面试过，没问题", "请居民签字确认", "拍照留存", "楼长在场验收", "用时{minutes}分钟", "已电话告知居民", "试用正常", ""}
)

// mended is the record of a repair.
func mended(m *matter, s speaker) string {
	f := m.broken
	s.crew = s.speak(crews[f.what])
	paid := paidShared
	if m.place == "home" {
		paid = paidAtHome
	}
	record := one(s.random, []string{"{crew}到场，", "{crew}{arrived}上门，", "{crew}检查后", "{crew}："}) + m.done(f.told, f.mended, s.random)
	for _, more := range []string{one(s.random, paid), one(s.random, seenToWork)} {
		if more != "" {
			record += "；" + more
		}
	}
	return s.speak(record + "。")
}
