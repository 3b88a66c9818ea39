package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"lintai/kiosk/policy"
	"lintai/kiosk/terminal"
)

var _ terminal.Policies = (*Index)(nil)

func open(t testing.TB, c *policy.Corpus) *Index {
	t.Helper()
	x, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// questions are put as residents put them, each with the article that answers it.
var questions = []struct{ query, want string }{
	{"居住证怎么办", "residence"},
	{"老人补贴", "allowance"},
	{"调解要钱吗", "mediation"},
	{"办低保", "minimum"},
	{"我今年80岁了有没有钱拿", "allowance"},
	{"高龄津贴", "allowance"},
	{"儿子不养我怎么办", "support"},
	{"女儿不给赡养费", "support"},
	{"老年卡坐公交免费吗", "courtesy"},
	{"老人去公园要门票吗", "courtesy"},
	{"老了糊涂了谁来管我", "guardian"},
	{"家里没有收入生活困难", "minimum"},
	{"家里着火了能救济吗", "emergency"},
	{"得了大病看不起病", "medical_aid"},
	{"残疾证补贴", "disability"},
	{"残疾人每个月有什么补助", "disability"},
	{"退休金要交多少年", "pension"},
	{"社保断了几年还能领养老金吗", "pension"},
	{"退休了医保还交不交", "health_retired"},
	{"住院能报销多少", "health_paid"},
	{"异地看病报销", "health_paid"},
	{"外地人孩子上学", "residence_use"},
	{"居住证丢了", "residence_renew"},
	{"居住证过期了怎么续", "residence_renew"},
	{"办居住证要什么材料", "residence"},
	{"身份证丢了怎么补", "identity"},
	{"身份证过期", "identity"},
	{"楼上太吵了晚上睡不着", "noise"},
	{"广场舞声音太大", "noise"},
	{"装修几点到几点", "noise"},
	{"电瓶车可以推上楼充电吗", "ebike"},
	{"楼道里停电动车", "ebike"},
	{"楼上往下扔垃圾", "falling"},
	{"高空抛物砸到人", "falling"},
	{"被狗咬了谁赔", "dog"},
	{"邻居养狗不拴绳子", "dog"},
	{"我们楼想装电梯", "lift"},
	{"一楼不同意装电梯", "lift"},
	{"没交物业费把水停了", "property_fee"},
	{"物业停电", "property_fee"},
	{"跟邻居吵架找谁调解", "mediation"},
	{"打官司没钱请律师", "legal_aid"},
	{"免费律师", "legal_aid"},
	{"老板拖欠工资", "legal_aid"},
	{"怎么写遗嘱", "will"},
	{"房子想留给孙子", "will"},
	{"我想做义工", "volunteer"},
	{"志愿者怎么报名", "volunteer"},
	{"有人要借我的银行卡", "fraud"},
	{"被骗子骗了", "fraud"},
	{"ＩＤ ｃａｒｄ lost", "identity"},
	{"how do I get a residence permit", "residence"},
	{"noisy neighbour", "noise"},
}

func TestResidentsFindTheirArticle(t *testing.T) {
	x := open(t, policy.Default())
	first, three := 0, 0
	for _, q := range questions {
		ids, err := x.Search(t.Context(), q.query)
		if err != nil {
			t.Fatal(err)
		}
		place := slices.Index(ids, q.want)
		if place == 0 {
			first++
		}
		if place >= 0 && place < 3 {
			three++
		} else {
			t.Errorf("%s: want %s among the first three of %v", q.query, q.want, ids)
		}
	}
	t.Logf("%d questions: %d have their article first, %d among the first three", len(questions), first, three)
}

func TestNothingIsFoundForWhatNoArticleIsAbout(t *testing.T) {
	x := open(t, policy.Default())
	for _, query := range []string{
		"", " ", "？！。", "怎么办", "请问一下", "asdfghjkl", "今天天气怎么样", "红烧肉怎么做", "彩票中奖号码", "足球比赛结果", "火星", "龘龘龘", "😀😀",
		"how do I", "chocolate cake", "\x00\xff", "NEAR AND OR NOT", strings.Repeat("哈", 5000),
	} {
		ids, err := x.Search(t.Context(), query)
		if err != nil || len(ids) > 0 {
			t.Errorf("%q: %v, %v", query, ids, err)
		}
	}
}

func TestASearchThatIsGivenUpSaysSoAndLeavesTheIndexAlone(t *testing.T) {
	x := open(t, policy.Default())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, "居住证怎么办"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if ids, err := x.Search(t.Context(), "居住证怎么办"); err != nil || len(ids) == 0 {
		t.Errorf("%v, %v", ids, err)
	}
}

func TestErrorsDoNotRepeatTheQuestion(t *testing.T) {
	x := open(t, policy.Default())
	const secret = "张三的低保"
	if _, err := x.readers.Exec(`DELETE FROM article`); err == nil {
		t.Error("a reader can write")
	}
	if _, err := x.keeper.Exec(`DROP TABLE article`); err != nil {
		t.Fatal(err)
	}
	_, err := x.Search(t.Context(), secret)
	if err == nil {
		t.Fatal("searched an index that is gone")
	}
	for _, r := range secret {
		if strings.ContainsRune(err.Error(), r) {
			t.Errorf("error %q", err)
		}
	}
}

func TestIndexesAreSeparate(t *testing.T) {
	one := open(t, corpus(1))
	many := open(t, corpus(50))
	if ids, err := one.Search(t.Context(), "第七号垃圾"); err != nil || len(ids) != 1 || ids[0] != "a0" {
		t.Errorf("%v, %v", ids, err)
	}
	if ids, err := many.Search(t.Context(), "垃圾"); err != nil || len(ids) != most || ids[0] != "a0" {
		t.Errorf("want %d articles in the order of the corpus: %v, %v", most, ids, err)
	}
}

func TestConcurrentSearchesAgree(t *testing.T) {
	x := open(t, policy.Default())
	want := map[string]string{}
	for _, q := range questions {
		ids, err := x.Search(t.Context(), q.query)
		if err != nil {
			t.Fatal(err)
		}
		want[q.query] = fmt.Sprint(ids)
	}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range questions {
				q := questions[(i+7*n)%len(questions)]
				ids, err := x.Search(t.Context(), q.query)
				if err != nil || fmt.Sprint(ids) != want[q.query] {
					t.Errorf("%s: %v, %v", q.query, ids, err)
				}
			}
		})
	}
	all.Wait()
}

// corpus is one of n articles about rubbish.
func corpus(n int) *policy.Corpus {
	c := &policy.Corpus{Version: 1}
	for i := range n {
		c.Articles = append(c.Articles, policy.Article{ID: fmt.Sprintf("a%d", i), Title: "垃圾怎么分？", Paragraphs: []string{"垃圾分类。"}})
	}
	return c
}

func FuzzSearch(f *testing.F) {
	for _, q := range questions {
		f.Add(q.query)
	}
	for _, q := range []string{"", `"`, `""`, `title:"居住`, "居住证 NEAR/2 (", "{title} : ", "^a*", "居住 OR", "-+*()", "\x00", "\xff居住", "'; DROP TABLE article"} {
		f.Add(q)
	}
	x := open(f, policy.Default())
	f.Fuzz(func(t *testing.T, query string) {
		ids, err := x.Search(t.Context(), query)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if len(ids) > most {
			t.Errorf("%q: %d articles", query, len(ids))
		}
		for i, id := range ids {
			if _, ok := policy.Default().Article(id); !ok || slices.Contains(ids[:i], id) {
				t.Errorf("%q: %v", query, ids)
			}
		}
	})
}

// enlarged is the default corpus so many times over.
func enlarged(times int) *policy.Corpus {
	c := *policy.Default()
	c.Articles = nil
	for n := range times {
		for _, a := range policy.Default().Articles {
			a.ID += fmt.Sprint("_", n)
			c.Articles = append(c.Articles, a)
		}
	}
	return &c
}

func BenchmarkSearch(b *testing.B) {
	for _, times := range []int{1, 40} {
		c := enlarged(times)
		b.Run(fmt.Sprintf("%d_articles", len(c.Articles)), func(b *testing.B) {
			x := open(b, c)
			for i := 0; b.Loop(); i++ {
				if _, err := x.Search(b.Context(), questions[i%len(questions)].query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, times := range []int{1, 40} {
		c := enlarged(times)
		b.Run(fmt.Sprintf("%d_articles", len(c.Articles)), func(b *testing.B) {
			for b.Loop() {
				x, err := Open(c)
				if err != nil {
					b.Fatal(err)
				}
				x.Close()
			}
		})
	}
}
