package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/gorilla/websocket"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
)

// qlikSiteTraps break the Qlik site itself.
func qlikSiteTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "repository-short-name", Step: "site", Check: "site.repository", Cause: "site.repository-name",
				Title: "the repository's certificate bears the short name",
				Note:  "Qlik issues it for the name given at installation. Connecting by the full name fails even with root.pem loaded.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.ShortNameCertificate = true }),
		},
		{
			Fault: Fault{
				ID: "query-dropped", Step: "site", Check: "site.repository", Cause: "site.query-dropped",
				Title: "a box removes the query from calls to the repository",
				Note:  "The XSRF key travels twice, in query and header. Without its twin: 403, a possible XSRF discovered.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.DropQuery = true }),
		},
		{
			Fault: Fault{
				ID: "front-unknown-host", Step: "site", Check: "site.front", Cause: "site.front-unknown-host",
				Title: "Qlik does not know the name it is called by",
				Note:  "The styled page with status 400: the http request header is incorrect. An alias nobody listed, or a box that rewrites Host.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.WrongHostPage = true }),
		},
		{
			Fault: Fault{
				ID: "virtual-proxy-unlinked", Step: "site", Check: "site.front", Cause: "site.virtual-proxy-unlinked",
				Title: "the virtual proxy is not linked to the central proxy",
				Note:  "Looks complete in the console and answers nowhere, with the same page as an unknown host.",
			},
			set: inQlik(func(s *qlik.State) { s.Unlink("", contoso.QlikNode) }),
		},
		{
			Fault: Fault{
				ID: "front-certificate", Step: "site", Check: "site.front", Cause: "site.front-name",
				Title: "Qlik's front shows the certificate that its installer made",
				Note:  "Without a thumbprint in the proxy's settings browsers get a warning, and connectors that validate certificates get nothing.",
			},
			set: inQlik(func(s *qlik.State) { s.SetProxy("", "sslBrowserCertificateThumbprint", "") }),
		},
		{
			Fault: Fault{
				ID: "second-node-down", Step: "site", Check: "site.services", Cause: "site.service-down",
				Title: "a second node's proxy is not heard of any more",
				Note:  "Every other sign-in fails, and the next one works: users call it random.",
			},
			set: withSecondNode(func(s *qlik.State) { s.SetKerberos("", true); s.Faults.SilentProxy = secondNode }),
		},
		{
			Fault: Fault{
				ID: "qlik-licence-expired", Step: "site", Check: "site.qlik-licence", Cause: "site.qlik-licence-invalid",
				Title: "Qlik's licence has expired",
				Note:  "The hub still opens. Apps do not, from inside or outside.",
			},
			set: inQlik(func(s *qlik.State) {
				s.License.Set("isExpired", true)
				s.License.Set("expiredReason", "The license has expired")
			}),
		},
	}
}

// withSecondNode adds a proxy node and then changes the site.
func withSecondNode(change func(*qlik.State)) func(*Lab) error {
	return inQlik(func(s *qlik.State) {
		if s.Node(secondNode) == nil {
			s.AddNode(secondNode)
			s.Link("", secondNode)
		}
		change(s)
	})
}

// oldRelease installs one that signs in on a second port.
func oldRelease(l *Lab) error {
	const label = "February 2018"
	r, ok := qlik.ReleaseByLabel(label)
	if !ok {
		return fmt.Errorf("there is no release %q", label)
	}
	return inQlik(func(s *qlik.State) { s.Release = r })(l)
}

// qlikPathTraps break what stands between a page and the engine.
func qlikPathTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "no-engine-nodes", Step: "verify", Check: "verify.websocket-inside", Cause: "verify.no-engine-nodes",
				Title: "the virtual proxy names no engine",
				Note:  "A new virtual proxy starts with an empty load balancing list: pages open, sockets get 500.",
			},
			set: inQlik(func(s *qlik.State) { s.SetEngineNodes("") }),
		},
		{
			Fault: Fault{
				ID: "session-limit", Step: "verify", Check: "verify.websocket-inside", Cause: "verify.session-limit",
				Title: "the test user has too many sessions",
				Note:  "Five at a time. Test loops and forgotten browsers use them up; half an hour of silence frees them.",
			},
			set: inQlik(func(s *qlik.State) { s.SessionLimit = 0 }),
		},
		{
			Fault: Fault{
				ID: "no-licence", Step: "verify", Check: "verify.licence", Cause: "verify.no-licence",
				Title: "the test user has no access type in Qlik's licence",
				Note:  "Everything on the way is right: Qlik asks about the licence only after network, allow list and sign-in.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.NoLicence = true }),
		},
		{
			Fault: Fault{
				ID: "socket-cookie-lost", Step: "verify", Check: "verify.websocket-inside", Cause: "verify.must-authenticate",
				Title: "the session cookie does not come along with WebSockets",
				Note:  "The page is signed in and its socket is not: SameSite, Secure, the path of the cookie, or a box that strips it. The engine asks to sign in.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.DropSocketCookie = true }),
		},
		{
			Fault: Fault{
				ID: "others-turned-away", Step: "verify", Check: "verify.logs", Cause: "verify.turned-away", Warning: true,
				Title: "a colleague's page is refused by Qlik, the test user's is not",
				Note:  "Somebody opens Qlik by a name of last year that nobody listed. Everything is green here; only the proxy's log knows.",
			},
			after: signedOn,
			set:   (*Lab).formerName,
		},
	}
}

// formerName is a name that Qlik was once opened by, and some still use.
const formerName = "https://bi.contoso.test"

// formerName opens a WebSocket as the browser of somebody does who opened Qlik
// by that name.
func (l *Lab) formerName() error {
	d := websocket.Dialer{
		TLSClientConfig: &tls.Config{RootCAs: l.front().Pool(), ServerName: contoso.QlikHost, MinVersion: tls.VersionTLS12},
		NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, l.qlik.FrontAddr())
		},
	}
	path := "/app/engineData"
	if l.form.prefix != "" {
		path = "/" + l.form.prefix + path
	}
	c, resp, err := d.DialContext(l.life, "wss://"+contoso.QlikHost+path, http.Header{"Origin": {formerName}}) //nolint:bodyclose // it is a buffer; the connection is closed by the library
	switch {
	case err == nil:
		_ = c.Close()
		return errors.New("the page by the former name was let in")
	case resp == nil:
		return fmt.Errorf("opening a page by the former name: %w", err)
	}
	return nil // refused, as it should be, and logged
}
