package main

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// page is a staff page that changes by itself when the server says so.
const page = `<!doctype html><meta charset="utf-8"><title>t</title>
<ul id="cases"><li>…</li></ul><p id="state">未受理</p>
<button value="working" onclick="document.getElementById('state').textContent='处 理 中'"> 处理中 </button>
<a href="/case">0012 3456 7891</a>
<script>new EventSource("/stream").onmessage = e => {
  const li = document.createElement("li"); li.textContent = e.data; document.getElementById("cases").append(li) }</script>`

func TestStaffSeesPressesAndPictures(t *testing.T) {
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /invitation", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!doctype html><meta charset="utf-8"><form id="invitation" method="post"><input name="password"><input name="again"><button>设置密码</button></form>`)
	})
	mux.HandleFunc("POST /invitation", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("password") != "three words" || r.PostFormValue("again") != "three words" {
			t.Errorf("%q and %q", r.PostFormValue("password"), r.PostFormValue("again"))
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page) })
	mux.HandleFunc("/case", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!doctype html><meta charset="utf-8"><h1>案件</h1>`)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		select {
		case <-release:
			fmt.Fprint(w, "data: 正在呼叫\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case <-r.Context().Done():
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()

	dir := t.TempDir()
	s, err := openBrowser(t.Context(), dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.signIn(server.URL+"/invitation#code", "three words"); err != nil {
		t.Fatal(err)
	}
	if err := s.sees("00123456 7891"); err != nil {
		t.Error(err)
	}
	close(release)
	if err := s.sees("正在呼叫"); err != nil {
		t.Errorf("what the server sent later: %v", err)
	}
	if err := s.presses("button[value=working]"); err != nil {
		t.Error(err)
	}
	if err := s.sees("处理中处理中"); err != nil { // the state, then the button
		t.Error(err)
	}
	if err := s.finds("li:nth-child(2)"); err != nil {
		t.Error(err)
	}
	if err := s.follows("0012 3456 7891"); err != nil {
		t.Error(err)
	}
	if err := s.sees("案件"); err != nil {
		t.Error(err)
	}
	name := filepath.Join(dir, "page.png")
	if err := s.picture(name); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if picture, err := png.Decode(f); err != nil || picture.Bounds().Dx() < 800 {
		t.Errorf("picture: %v, %v", picture, err)
	}
}
