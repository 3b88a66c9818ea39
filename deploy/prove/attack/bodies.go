package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

var bodies = []attack{
	{
		name: "oversized bodies", heard: true, log: []string{`"kiosk":2`, `"code":"too_large"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(s.rogue, nil)
			all := []error{err}
			for _, path := range []string{wire.PathPush, wire.PathHealth, wire.PathRenew, wire.PathCard, wire.PathUploads + fmt.Sprintf("%064x", 9) + "?offset=0&size=200000"} {
				all = append(all,
					s.want(ctx, c, 0, "", http.MethodPost, path, sized{letters{}, 1 << 30}), // and says so
					s.want(ctx, c, 0, "", http.MethodPost, path, struct{ io.Reader }{io.LimitReader(letters{}, 1<<30)}))
			}
			body := encodePush(rogue, make([]wire.Item, 101)...)
			many := []byte(`{"kiosk":2,"items":[` + strings.Repeat("{},", 1_300_000) + `{}]}`)
			all = append(all,
				s.want(ctx, c, http.StatusRequestEntityTooLarge, "too_large", http.MethodPost, wire.PathPush, reader(body)),
				s.want(ctx, c, http.StatusRequestEntityTooLarge, "too_large", http.MethodPost, wire.PathPush, reader(many)))
			devices := wire.Health{Kiosk: rogue}
			for n := range 1000 {
				devices.Devices = append(devices.Devices, wire.Device{Name: fmt.Sprint(secret, n), State: secret, Fault: fault.Code(secret)})
			}
			text, err := json.Marshal(devices)
			return errors.Join(append(all, err, s.want(ctx, c, 0, "", http.MethodPost, wire.PathHealth, reader(text)))...)
		},
	},
	{
		name: "oversized bodies of strangers", log: []string{`"route":"POST /kiosk/v1/enrol"`, `"code":"too_large"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			c := clientWith(stranger(), nil)
			return errors.Join(
				s.want(ctx, c, 0, "", http.MethodPost, wire.PathEnrol, struct{ io.Reader }{io.LimitReader(letters{}, 1<<30)}),
				s.want(ctx, c, 0, "", http.MethodPost, wire.PathPush, struct{ io.Reader }{io.LimitReader(letters{}, 1<<30)}))
		},
	},
	{
		name: "a head that is too large", log: []string{`"unfinished_request"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			c := clientWith(stranger(), nil)
			return s.want(ctx, c, 0, "", http.MethodGet, wire.PathPull+"?"+strings.Repeat("a="+secret+"&", 20_000), nil, "X-Name", strings.Repeat(secret, 10_000))
		},
	},
	{
		name: "deeply nested bodies", heard: true, log: []string{`"kiosk":2`, `"code":"bad_request"`},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(s.rogue, nil)
			all := []error{err}
			for _, path := range []string{wire.PathPush, wire.PathHealth, wire.PathRenew, wire.PathCard, wire.PathEnrol} {
				size := map[string]int{wire.PathPush: 4_000_000, wire.PathHealth: 60_000, wire.PathCard: 1000}[path]
				if size == 0 {
					size = 16_000
				}
				for _, open := range []string{`[`, `{"a":`, `{"items":[`, `{"kiosk":[`, `{"devices":[`, `{"` + secret + `":{`} {
					body := `{"kiosk":2,"items":` + strings.Repeat(open, size/len(open)-20)
					all = append(all, s.want(ctx, c, 0, "", http.MethodPost, path, strings.NewReader(body)))
				}
			}
			return errors.Join(all...)
		},
	},
	{
		name: "bombs of gzip", heard: true, log: []string{`"kiosk":2`, "gzip"},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(s.rogue, nil)
			all := []error{err}
			bomb := compressed(letters{}, 16<<20)
			lies := bytes.Clone(bomb)
			binary.LittleEndian.PutUint32(lies[len(lies)-4:], 100)
			twice := compressed(bytes.NewReader(bomb), int64(len(bomb)))
			short := append(compressed(strings.NewReader(`{"kiosk":2}`), 11), compressed(letters{}, 8<<20)...)
			for _, body := range [][]byte{bomb[:min(len(bomb), wire.MaxBodyBytes)], lies[:min(len(lies), wire.MaxBodyBytes)], twice, short, short[:30]} {
				all = append(all, s.want(ctx, c, 0, "", http.MethodPost, wire.PathPush, reader(body), "Content-Encoding", wire.EncodingGzip))
			}
			for _, encoding := range []string{"gzip, gzip", "br", secret} {
				all = append(all, s.want(ctx, c, http.StatusUnsupportedMediaType, "bad_request", http.MethodPost, wire.PathPush, reader(twice), "Content-Encoding", encoding))
			}
			return errors.Join(all...)
		},
	},
	{
		name: "uploads beyond their bounds", heard: true, log: []string{"uploaded body has another hash"},
		may: []string{"uploads", "upload_pieces"},
		run: func(ctx context.Context, s *stage, t *try) error {
			c, err := s.client(s.rogue, nil)
			all := []error{err}
			at := func(hash string, offset, size any) string {
				return fmt.Sprint(wire.PathUploads, hash, "?offset=", offset, "&size=", size)
			}
			hash := fmt.Sprintf("%064x", 11)
			for _, path := range []string{
				at(hash, 0, wire.MaxUploadBytes+1), at(hash, 0, int64(1)<<62), at(hash, -1, 10), at(hash, 0, 0), at(hash, 0, -5), at(hash, "x", secret),
				at(hash, "9223372036854775807", 10), at("..%2f..%2fkeys", 0, 10), at(secret, 0, 10), at(strings.Repeat("a", 2000), 0, 10),
			} {
				// What begins beyond the end of what came is answered with where to go on.
				if status, text, err := s.ask(ctx, c, http.MethodPost, path, strings.NewReader("0123456789")); err == nil && status == http.StatusOK && !bytes.Contains(text, []byte(`"offset":0,"complete":false`)) {
					all = append(all, fmt.Errorf("%s was taken: %s", path, text))
				} else if err != nil {
					all = append(all, err)
				}
			}
			// More bodies, and more bytes, than central keeps.
			piece := bytes.Repeat([]byte{7}, wire.UploadPiece)
			for n := range 3 * wire.MaxUploads {
				for part := range 3 {
					_, _, err := s.ask(ctx, c, http.MethodPost, at(fmt.Sprintf("%064x", 1000+n), part*wire.UploadPiece, wire.MaxUploadBytes), reader(piece))
					all = append(all, err)
				}
			}
			// A whole one whose bytes have another hash.
			_, text, err := s.ask(ctx, c, http.MethodPost, at(fmt.Sprintf("%064x", 12), 0, len(secret)), strings.NewReader(secret))
			if err == nil && !bytes.Contains(text, []byte(`"offset":0`)) {
				err = fmt.Errorf("a body with another hash was kept: %s", text)
			}
			return errors.Join(append(all, err)...)
		},
		check: func(ctx context.Context, s *stage) error {
			n, err := s.count(ctx, fmt.Sprintf(`SELECT count(*) FROM uploads WHERE kiosk = %d AND filed = 0`, rogue))
			if err != nil {
				return err
			}
			size, err := s.count(ctx, fmt.Sprintf(`SELECT coalesce(sum(length(data)), 0) FROM upload_pieces WHERE kiosk = %d`, rogue))
			if n > wire.MaxUploads || size > wire.MaxUploadsBytes {
				err = errors.Join(err, fmt.Errorf("central keeps %d bodies with %d bytes", n, size))
			}
			return err
		},
	},
}

// letters never end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// sized is a body whose size stands in the head of the request.
type sized struct {
	io.Reader
	size int64
}

// compressed is so many bytes of it.
func compressed(from io.Reader, size int64) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // for a level that there is not
	}
	if _, err := io.CopyN(w, from, size); err != nil {
		panic(err) // a buffer takes everything
	}
	w.Close()
	return b.Bytes()
}
