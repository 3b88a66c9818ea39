package gallery

import (
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
)

// neighbourhood is an invented one where something is on. A part of it says
// nothing in English: what nobody translated stays in Chinese.
func neighbourhood() *community.Document {
	doc := *community.Default()
	doc.Places = []community.Place{
		{ID: "b1", Name: "1号楼", Icon: "home"}, {ID: "b2", Name: "2号楼", Icon: "home"}, {ID: "b3", Name: "3号楼", Icon: "home"},
		{ID: "gate", Name: "小区东门", Icon: "gate"}, {ID: "garden", Name: "中心花园", Detail: "凉亭旁边", Icon: "yard"},
		{ID: "shed", Name: "自行车棚", Icon: "yard"},
	}
	doc.Notices = []community.Notice{
		{ID: "water", Title: "3月5日停水通知", Issuer: "幸福里社区居委会", Date: begin.AddDate(0, 0, -1), Body: "因为检修管道，3月5日上午8点到下午5点，1号楼到3号楼停水。" +
			"请提前存水，关好水龙头。停水期间有困难的老人，请打社区电话或在本机呼叫工作人员，网格员会送水上门。"},
		{ID: "clinic", Title: "社区医院周六义诊", Issuer: "社区卫生服务站", Date: begin.AddDate(0, 0, -3), Body: "周六上午在社区活动室量血压、测血糖，不收费。"},
	}
	doc.Activities = nil
	for i, a := range []community.Activity{
		{ID: "clinic", Name: "义诊：量血压、测血糖"}, {ID: "brush", Name: "老年大学书法课"}, {ID: "phone", Name: "智能手机学习班：挂号和付款"},
		{ID: "choir", Name: "周末合唱团", Place: "三楼多功能厅"}, {ID: "dumplings", Name: "邻里包饺子"}, {ID: "knees", Name: "健康讲座：护好膝盖"}, {ID: "rice", Name: "端午包粽子"},
	} {
		a.Start = time.Date(2026, 3, 7+3*i, 9, 0, 0, 0, phrase.Zone)
		a.End = a.Start.Add(2 * time.Hour)
		if a.Place == "" {
			a.Place = "社区活动室"
		}
		doc.Activities = append(doc.Activities, a)
	}
	doc.Hours = []community.Hours{
		{ID: "desk", Name: "社区服务站", Text: "星期一到星期五，上午8点半到12点，下午1点半到5点半"},
		{ID: "clinic", Name: "社区卫生服务站", Text: "每天上午8点到下午6点"},
	}
	english := map[string]string{}
	for path, text := range doc.Translations[string(phrase.English)] {
		english[path] = text
	}
	for path, text := range map[string]string{
		"place.b1.name": "Building 1", "place.b2.name": "Building 2", "place.b3.name": "Building 3", "place.gate.name": "East gate",
		"place.garden.name": "Garden", "place.garden.detail": "By the pavilion", "place.shed.name": "Bicycle shed",
		"notice.water.title": "No water on 5 March",
		"notice.water.body": "Pipes are repaired on 5 March from 8:00 to 17:00. There is no water in buildings 1 to 3. " +
			"Please store water and close the taps. If you need help, ring us or press Call staff: we bring water to your door.",
		"activity.clinic.name": "Health check: blood pressure, blood sugar", "activity.clinic.place": "Community room",
		"activity.brush.name": "Calligraphy class", "activity.brush.place": "Community room",
		"activity.choir.name": "Weekend choir", "activity.choir.place": "Hall on the third floor",
		"hours.desk.name": "Community desk", "hours.desk.text": "Monday to Friday, 8:30 to 12:00 and 13:30 to 17:30",
	} {
		english[path] = text
	}
	doc.Translations = map[string]map[string]string{string(phrase.English): english}
	return &doc
}
