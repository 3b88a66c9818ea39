package voice

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
)

func TestPinyin(t *testing.T) {
	for text, want := range map[string]string{
		"您好":        "nin2 hao3",
		"请问急不急？":    "qing3 wen4 ji2 bu5 ji2 ?",
		"对不对？不对。":   "dui4 bu5 dui4 ? bu2 dui4 .",
		"不要":        "bu2 yao4",
		"不急":        "bu4 ji2",
		"请按重听。":     "qing3 an4 chong2 ting1 .",
		"严重":        "yan2 zhong4",
		"去银行":       "qu4 yin2 hang2",
		"行走":        "xing2 zou3",
		"长者食堂":      "zhang3 zhe3 shi2 tang2",
		"很长":        "hen3 chang2",
		"处理中":       "chu3 li3 zhong1",
		"办事处":       "ban4 shi4 chu4",
		"正在为您呼叫":    "zheng4 zai4 wei4 nin2 hu1 jiao4",
		"以屏幕为准":     "yi3 ping2 mu4 wei2 zhun3",
		"请按一下":      "qing3 an4 yi2 xia4",
		"请看一看":      "qing3 kan4 yi5 kan4",
		"再看一遍":      "zai4 kan4 yi2 bian4",
		"换一张":       "huan4 yi4 zhang1",
		"第一天":       "di4 yi1 tian1",
		"一号楼":       "yi1 hao4 lou2",
		"有空来就行":     "you3 kong4 lai2 jiu4 xing2",
		"漏水 堵塞":     "lou4 shui3 du3 se4",
		"了解一下":      "liao3 jie3 yi2 xia4",
		"尽快，空调":     "jin3 kuai4 , kong1 tiao2",
		"办不了":       "ban4 bu5 liao3",
		"一会儿":       "yi2 hui4 er5",
		"十一点":       "shi2 yi1 dian3",
		"尾号1204":    "wei3 hao4 yi1 er4 ling2 si4",
		"绿色":        "lv4 se4",
		"“返回”。":     "fan3 hui2 .",
		"Wi-Fi 不通":  "bu4 tong1",
		"":          "",
		"？？":        "",
		"已收到，马上来":   "yi3 shou1 dao4 , ma3 shang4 lai2",
		"参与是第一的":    "can1 yu4 shi4 di4 yi1 de5",
		"（一）条件之一的":  "yi1 , tiao2 jian4 zhi1 yi1 de5",
		"可以为老人调整字号": "ke3 yi3 wei4 lao3 ren2 tiao2 zheng3 zi4 hao4",
		"参照相关规定":    "can1 zhao4 xiang1 guan1 gui1 ding4",
		"急难愁盼":      "ji2 nan4 chou2 pan4",
		"血压和身份证":    "xue4 ya1 he2 shen1 fen4 zheng4",
		"没有读出来。请把身份证拿起来": "mei2 you3 du2 chu1 lai2 . qing3 ba3 shen1 fen4 zheng4 na2 qi3 lai2",
	} {
		if got := Pinyin(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestEveryPhraseHasASoundForEachCharacter(t *testing.T) {
	sound := regexp.MustCompile(`^[a-z]+[1-5]$`)
	for words, sounds := range phrases {
		if len([]rune(words)) != len(sounds) {
			t.Errorf("%s has %d sounds", words, len(sounds))
		}
		for _, s := range sounds {
			if !sound.MatchString(s) {
				t.Errorf("%s: %q", words, s)
			}
		}
	}
}

// TestEverySentenceCanBeSpoken turns all that the terminal may say.
func TestEverySentenceCanBeSpoken(t *testing.T) {
	syllable := regexp.MustCompile(`^([a-z]+[1-5]|[,.!?])$`)
	check := func(text string) {
		han := 0
		for _, r := range text {
			if unicode.Is(unicode.Han, r) {
				han++
			}
		}
		got := Pinyin(text)
		spoken := 0
		for _, s := range strings.Fields(got) {
			if !syllable.MatchString(s) {
				t.Errorf("%s: %q", text, s)
			}
			if len(s) > 1 {
				spoken++
			}
		}
		if spoken < han {
			t.Errorf("%s has %d characters, but %d are spoken: %s", text, han, spoken, got)
		}
	}
	for _, id := range phrase.IDs() {
		check(phrase.Text(id))
	}
	for _, text := range catalog.Default().Texts() {
		check(text)
	}
}

// TestSynthesiserUnderstands asks the real espeak-ng for its phonemes: each tone
// must arrive, and no syllable be spelt out letter by letter.
func TestSynthesiserUnderstands(t *testing.T) {
	for text, want := range map[string]string{
		Pinyin("银行"): "in35 Xa#N35", Pinyin("绿"): "ly51", Pinyin("水电"): "s.uei21 tiE51n",
	} {
		out, err := exec.Command("espeak-ng", "-v", "cmn-latn-pinyin", "-x", "-q", text).Output()
		if err != nil {
			t.Fatal(err)
		}
		tones := regexp.MustCompile(`[0-9]{2,3}`)
		got, expected := tones.FindAllString(string(out), -1), tones.FindAllString(want, -1)
		if strings.Join(got, " ") != strings.Join(expected, " ") {
			t.Errorf("%s sounds as %s, tones %v, want %v", text, strings.TrimSpace(string(out)), got, expected)
		}
	}
}

func FuzzPinyin(f *testing.F) {
	f.Add("请看一看，对不对？")
	f.Add("不一不一1不")
	f.Fuzz(func(t *testing.T, text string) {
		if got := Pinyin(text); strings.ContainsAny(got, "-\"'`$\\<>") {
			t.Errorf("%q gives %q", text, got)
		}
	})
}
