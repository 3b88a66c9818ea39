package insight

import "strings"

// Reason is why somebody gave few stars. The words stand in databases; what people
// read is in the section low_reason of the phrases.
type Reason string

// What residents complain of, by the words that they use.
const (
	Slow     Reason = "slow"     // 处理太慢
	NotFixed Reason = "unfixed"  // 没有解决
	Again    Reason = "again"    // 又坏了
	Manner   Reason = "manner"   // 态度不好
	NoWord   Reason = "no_word"  // 没有人联系
	Money    Reason = "money"    // 费用
	Mess     Reason = "mess"     // 现场没收拾
	Unclear  Reason = "unclear"  // 没说清楚
	Other    Reason = "other"    // 其他原因
	Wordless Reason = "wordless" // 只打了分
)

// Reasons lists every reason, those of the words first.
var Reasons = []Reason{Slow, NotFixed, Again, Manner, NoWord, Money, Mess, Unclear, Other, Wordless}

// LowStars is the most stars that count as a low rating.
const LowStars = 3

var reasonWords = []struct {
	reason Reason
	words  []string
}{
	{Slow, []string{"慢", "太久", "很久", "好久", "等了", "拖", "半天", "迟", "不及时", "催"}},
	{NotFixed, []string{"没修好", "没解决", "没有解决", "没弄好", "没处理", "还是漏", "还漏", "还是不", "还没", "不管用", "没用", "敷衍", "应付", "没做", "没效果"}},
	{Again, []string{"又坏", "又漏", "又堵", "又停", "又出", "再次", "反复", "老是", "总是", "经常坏", "第二次", "第三次"}},
	{Manner, []string{"态度", "不耐烦", "凶", "不礼貌", "没礼貌", "骂", "推脱", "推诿", "踢皮球", "冷淡"}},
	{NoWord, []string{"没人", "没有人", "没来", "不来", "没联系", "没有联系", "没通知", "没回", "没打电话", "不接电话", "联系不上", "没消息"}},
	{Money, []string{"收费", "乱收", "费用", "太贵", "要钱", "价格", "加钱"}},
	{Mess, []string{"没收拾", "弄脏", "脏", "垃圾没", "没打扫", "乱七八糟", "一地"}},
	{Unclear, []string{"没说清", "说不清", "不清楚", "没解释", "没说明", "听不懂", "不明白"}},
}

// ReasonsIn finds the reasons in what residents said with low ratings. Only which
// reasons it were leaves this function, not what was said.
func ReasonsIn(comments []string) []Reason {
	text := strings.TrimSpace(strings.Join(comments, "\n"))
	if text == "" {
		return []Reason{Wordless}
	}
	var found []Reason
	for _, r := range reasonWords {
		for _, word := range r.words {
			if strings.Contains(text, word) {
				found = append(found, r.reason)
				break
			}
		}
	}
	if found == nil {
		found = []Reason{Other}
	}
	return found
}
