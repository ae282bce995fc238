package qlik

import (
	"bytes"
	"context"
	_ "embed"
	"net/http"
	"net/url"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// testerPage opens the engine's WebSocket from a browser, where nothing else
// can: on a phone, or at somebody's desk.
//
//go:embed page/websocket.html
var testerPage []byte

// TesterPage is the page that UploadTester stores.
func TesterPage() []byte { return bytes.Clone(testerPage) }

const (
	testerLibrary = "Default"
	testerName    = "websocket-test.html"
)

// UploadTester stores the tester page in the default content library, over an
// older one, and returns its path on the front.
func (w *Writer) UploadTester(ctx context.Context) (string, error) {
	const op = "uploading the tester page"
	var at string
	query := url.Values{"externalpath": {testerName}, "overwrite": {"true"}}
	if err := w.client.repository(ctx, http.MethodPost, op, "contentlibrary/"+testerLibrary+"/uploadfile", query, body{raw: testerPage, kind: "text/html"}, &at); err != nil {
		return "", err
	}
	at = netprobe.Clean(at)
	if !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") {
		return "", &fact.Error{Kind: fact.Unsupported, System: system, Op: op, Text: "the answer is no path: " + at}
	}
	return at, nil
}

// RemoveTester deletes the tester page.
func (w *Writer) RemoveTester(ctx context.Context) error {
	query := url.Values{"externalpath": {testerName}}
	return w.client.repository(ctx, http.MethodDelete, "removing the tester page", "contentlibrary/"+testerLibrary+"/deletecontent", query, body{}, nil)
}
