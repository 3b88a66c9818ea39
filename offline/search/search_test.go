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

func TestResidentsFindTheirArticle(t *testing.T) {
	x := open(t, policy.Default())
	first, three := places(t, x, questions, t.Errorf)
	t.Logf("%d questions: %d have their article first, %d among the first three", len(questions), first, three)
}

func TestNineOfTenFindTheirArticleInOtherWords(t *testing.T) {
	x := open(t, policy.Default())
	first, three := places(t, x, unseen, t.Logf)
	t.Logf("%d questions: %d have their article first, %d among the first three", len(unseen), first, three)
	if 10*three < 9*len(unseen) {
		t.Errorf("only %d of %d questions have their article among the first three", three, len(unseen))
	}
}

// places counts the questions whose article comes first, and among the first
// three; it tells of the others.
func places(t *testing.T, x *Index, all []asked, missed func(format string, values ...any)) (first, three int) {
	t.Helper()
	for _, q := range all {
		ids, err := x.Search(t.Context(), q.query)
		if err != nil {
			t.Fatal(err)
		}
		switch place := slices.Index(ids, q.want); {
		case place == 0:
			first++
			three++
		case place == 1, place == 2:
			three++
		default:
			missed("%s: want %s among the first three of %v", q.query, q.want, ids)
		}
	}
	return first, three
}

func TestNothingIsFoundForWhatNoArticleIsAbout(t *testing.T) {
	x := open(t, policy.Default())
	for _, query := range []string{
		"", " ", "？！。", "怎么办", "请问一下", "asdfghjkl", "今天天气怎么样", "红烧肉怎么做", "双色球开奖", "足球比赛结果", "火星", "龘龘龘", "😀😀",
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

// Given up at any moment, a search answers in full or says that it was given up.
func TestSearchesGivenUpOnTheWay(t *testing.T) {
	x := open(t, policy.Default())
	const query = "居住证丢了在哪里补办"
	want, err := x.Search(t.Context(), query)
	if err != nil || len(want) == 0 {
		t.Fatal(want, err)
	}
	var all sync.WaitGroup
	for range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		all.Go(func() {
			ids, err := x.Search(ctx, query)
			if err == nil && !slices.Equal(ids, want) || err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("%v, %v", ids, err)
			}
		})
		all.Go(cancel)
	}
	all.Wait()
	if ids, err := x.Search(t.Context(), query); err != nil || !slices.Equal(ids, want) {
		t.Errorf("afterwards: %v, %v", ids, err)
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
			for i := 0; i < len(questions); i += 6 {
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
