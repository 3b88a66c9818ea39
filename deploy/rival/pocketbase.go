package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

// collection is PocketBase: one collection that takes what we send, by its create
// API. Everything that is not needed for it is left out in its favour: no TLS, no
// sign-in, no rule, no log of requests.
type collection struct{ program string }

func (*collection) name() string { return "PocketBase" }

// durable is what PocketBase is told, in its own script language, so that an
// answer means that the disk has it. As it is shipped, SQLite syncs only now and
// then (synchronous = NORMAL) and a power cut takes what was acknowledged. All
// writes go through one connection, which the route asks again after the race.
const durable = `
onBootstrap((e) => {
	e.next()
	$app.nonconcurrentDB().newQuery("PRAGMA synchronous = FULL").execute()
})
routerAdd("GET", "/durable", (e) => {
	const row = new DynamicModel({ synchronous: 0 })
	$app.nonconcurrentDB().newQuery("PRAGMA synchronous").one(row)
	return e.json(200, row)
})
`

const (
	superuser = "rival@example.com"
	password  = "only-on-this-machine"
)

func (c *collection) drain(ctx context.Context, folder string, load *load) (result, error) {
	address, err := free()
	if err != nil {
		return result{}, err
	}
	hooks, data := filepath.Join(folder, "hooks"), filepath.Join(folder, "data")
	if err := os.Mkdir(hooks, 0o700); err != nil {
		return result{}, err
	}
	if err := os.WriteFile(filepath.Join(hooks, "durable.pb.js"), []byte(durable), 0o600); err != nil {
		return result{}, err
	}
	common := []string{"--dir", data, "--hooksDir", hooks, "--hooksWatch=false", "--automigrate=false", "--migrationsDir", filepath.Join(folder, "migrations")}
	if _, err := ask(ctx, folder, c.program, append([]string{"superuser", "upsert", superuser, password}, common...)...); err != nil {
		return result{}, err
	}
	server, err := start(folder, c.program, append([]string{"serve", "--http", address}, common...)...)
	if err != nil {
		return result{}, err
	}
	defer server.stop()
	api := &pocketAPI{base: "http://" + address}
	if err := server.ready(ctx, func() error { return api.durable(ctx) }); err != nil {
		return result{}, err
	}
	if err := api.prepare(ctx); err != nil {
		return result{}, err
	}
	bodies := make(map[string][]byte, len(load.items))
	for _, i := range load.items {
		if bodies[i.ID], err = record(i); err != nil {
			return result{}, err
		}
	}
	r, err := race(ctx, server, load.items, func() (client, error) {
		own := &http.Transport{MaxIdleConnsPerHost: 1}
		sender := &pocketAPI{base: api.base, client: http.Client{Transport: own}}
		return client{send: func(i item) error { return sender.create(ctx, bodies[i.ID]) }, close: func() error { own.CloseIdleConnections(); return nil }}, nil
	})
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, server.tail())
	}
	if r.Kept, err = api.count(ctx); err != nil {
		return r, err
	}
	return r, api.durable(ctx)
}

// pocketAPI is PocketBase's web API.
type pocketAPI struct {
	base, token string
	client      http.Client
}

// do sends one request and reads its answer into the document, if any.
func (p *pocketAPI) do(ctx context.Context, method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return p.send(ctx, method, path, text, into)
}

func (p *pocketAPI) send(ctx context.Context, method, path string, text []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		request.Header.Set("Authorization", p.token)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("PocketBase answers %s %s with %d: %s", method, path, response.StatusCode, said)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}

// durable makes sure that the connection that writes still syncs at each commit.
func (p *pocketAPI) durable(ctx context.Context) error {
	var row struct{ Synchronous int }
	if err := p.do(ctx, http.MethodGet, "/durable", nil, &row); err != nil {
		return err
	}
	if row.Synchronous < 2 {
		return errors.New("PocketBase does not sync every record")
	}
	return nil
}

func (p *pocketAPI) prepare(ctx context.Context) error {
	var session struct{ Token string }
	err := p.do(ctx, http.MethodPost, "/api/collections/_superusers/auth-with-password", map[string]any{"identity": superuser, "password": password}, &session)
	if err != nil {
		return err
	}
	p.token = session.Token
	err = p.do(ctx, http.MethodPost, "/api/collections", map[string]any{
		"name": "items", "type": "base", "createRule": "",
		"fields": []map[string]any{
			{"name": "id", "type": "text", "primaryKey": true, "required": true, "system": true, "min": 36, "max": 36, "pattern": "^[0-9a-f-]+$"},
			{"name": "kiosk", "type": "number", "required": true},
			{"name": "sequence", "type": "number", "required": true},
			{"name": "sealed", "type": "text", "required": true, "max": 1 << 20},
		},
	}, nil)
	if err != nil {
		return err
	}
	return p.do(ctx, http.MethodPatch, "/api/settings", map[string]any{"logs": map[string]any{"maxDays": 0}}, nil)
}

// record is the body that creates an item's record.
func record(i item) ([]byte, error) {
	return json.Marshal(map[string]any{
		"id": i.ID, "kiosk": i.Kiosk, "sequence": i.Sequence, "sealed": base64.StdEncoding.EncodeToString(i.Sealed),
	})
}

func (p *pocketAPI) create(ctx context.Context, body []byte) error {
	return p.send(ctx, http.MethodPost, "/api/collections/items/records", body, nil)
}

func (p *pocketAPI) count(ctx context.Context) (int, error) {
	var page struct{ TotalItems int }
	err := p.do(ctx, http.MethodGet, "/api/collections/items/records?perPage=1", nil, &page)
	return page.TotalItems, err
}
