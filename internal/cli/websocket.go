package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/kerberos"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
	"sensegate/steps"
)

// Bounds of what a tester asks of somebody's server.
const (
	manyCalls   = 1000
	manySockets = 500
	longHold    = 2 * time.Hour
)

type socketOptions struct {
	from    source
	sides   []string
	against string
	calls   int
	sockets int
	hold    time.Duration
	every   time.Duration
	format  string
	output  string
	logs    string
	upload  bool
	yes     bool
}

func (p *program) websocketCommand() *cobra.Command {
	var o socketOptions
	cmd := &cobra.Command{
		Use:   "websocket",
		Short: "Test the WebSocket to Qlik's engine, inside and outside side by side",
		Long: `Goes link by link from the name to an answering engine: name, connection,
encryption, page, session, upgrade, greeting, calls. Does so on the LAN (on a
session that the site's certificate or a Kerberos ticket opens) and through
application proxy (as the test user), and at another address to compare with.
What stands in the way is named with its cause. With --hold it keeps several
sockets open on one session, one in use and the others silent, and tells which
are cut and when. It replaces the tester page that is uploaded to Qlik.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.upload {
				return p.uploadPage(cmd.Context(), o.from, o.yes)
			}
			return p.websocket(cmd.Context(), o)
		},
	}
	sourceFlags(cmd, &o.from)
	f := cmd.Flags()
	f.StringArrayVar(&o.sides, "side", nil, "test this `SIDE` only: inside or outside")
	f.StringVar(&o.against, "against", "", "compare with this `URL` of a Qlik site that is known to work")
	f.IntVar(&o.calls, "calls", 10, "this many timed calls to the engine on each side")
	f.IntVar(&o.sockets, "sockets", 4, "with --hold: this many sockets on one session, one in use, the others silent")
	f.DurationVar(&o.hold, "hold", 0, "hold the sockets for so long, such as 5m")
	f.DurationVar(&o.every, "every", 2*time.Second, "with --hold: pause between the calls of the socket in use")
	f.StringVar(&o.logs, "logs", "", "search this `FILE` or folder of the Qlik proxy's logs too; on the Qlik host its own without being told")
	f.BoolVar(&o.upload, "upload-page", false, "instead: put the tester page for browsers into Qlik's content library; with --yes")
	f.BoolVar(&o.yes, "yes", false, "with --upload-page: do it")
	f.StringVar(&o.format, "format", "text", "text or json")
	f.StringVar(&o.output, "output", "", "write the result to this `FILE`")
	return cmd
}

func (o socketOptions) check() error {
	switch {
	case o.format != "text" && o.format != "json":
		return usage("--format %q is not one of text, json", o.format)
	case o.calls < 0 || o.calls > manyCalls:
		return usage("--calls %d is not between 0 and %d", o.calls, manyCalls)
	case o.sockets < 1 || o.sockets > manySockets:
		return usage("--sockets %d is not between 1 and %d", o.sockets, manySockets)
	case o.hold < 0 || o.hold > longHold:
		return usage("--hold %s is not between 0 and %s", o.hold, longHold)
	case o.every < 20*time.Millisecond:
		return usage("--every %s is shorter than 20ms", o.every)
	}
	for _, s := range o.sides {
		if s != "inside" && s != "outside" {
			return usage("--side %q is not one of inside, outside", s)
		}
	}
	if o.against != "" {
		if err := site.CheckURL(o.against); err != nil {
			return usage("--against: %w", err)
		}
	}
	return o.from.check()
}

// socketSide is one way to the engine, and what was met on it.
type socketSide struct {
	Name  string            `json:"name"`
	URL   string            `json:"url"`
	Chain fact.SocketChain  `json:"chain"`
	Study *fact.SocketStudy `json:"study,omitempty"`
	// Err is why it could not be tried.
	Err string `json:"error,omitempty"`
	// Cause names what stands in the way; `explain` tells more.
	Cause checks.CauseID `json:"cause,omitempty"`

	open  func(context.Context) (netprobe.OpenOptions, func(), error)
	alone bool // nobody signs in there: the upgrade is what counts
}

func (p *program) websocket(ctx context.Context, o socketOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	out, err := p.output(o.output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	at, err := p.open(ctx, o.from, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	dialer, err := netprobe.New(at.site)
	if err != nil {
		return fmt.Errorf("preparing connections: %w", err)
	}
	sides, done, err := o.ways(at, dialer)
	if err != nil {
		return err
	}
	defer done()
	engine := netprobe.NewEngine(dialer)
	for i := range sides {
		sides[i].try(ctx, engine, o, at.site)
		sides[i].label(at.site, p.Clock)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("testing the WebSocket: %w", err)
		}
	}
	logs, err := o.findings()
	if err != nil {
		return err
	}
	causes, err := steps.Causes()
	if err != nil {
		return fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	text := socketText(at.site, sides, causes) + logText(logs)
	if o.format == "json" {
		raw, err := json.MarshalIndent(map[string]any{
			"schema": "sensegate/websocket/v1", "site": at.site.Name, "simulated": at.site.Simulated, "sides": sides, "logs": logs,
		}, "", "  ")
		if err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
		text = string(raw) + "\n"
	}
	if _, err := out.to.WriteString(text); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return socketVerdict(sides)
}

// findings are what the proxy's own logs say: those that were named, or the
// host's own where this is the Qlik host.
func (o socketOptions) findings() ([]fact.LogFinding, error) {
	found, err := proxyLogs{}.files(o.logs, time.Time{})
	if err != nil && o.logs != "" {
		return nil, usage("--logs %q: %w", o.logs, err)
	}
	return found.Findings, nil
}

// ways are the sides that were asked for, with what opens a session on each.
func (o socketOptions) ways(at *opened, dialer *netprobe.Dialer) (sides []socketSide, done func(), err error) {
	s := at.site
	done = func() {}
	want := func(name string) bool { return len(o.sides) == 0 || o.sides[0] == name || len(o.sides) > 1 }
	if want("inside") {
		sides = append(sides, socketSide{Name: "inside", URL: s.Publish.InternalURL, open: inside(s, dialer, at.opener)})
	}
	if want("outside") {
		signIn := graph.SignInOptions{Prompt: at.opener.prompt, Headless: at.opener.headless, Folder: at.opener.folder}
		cloud, err := graph.NewClient(s, dialer, signIn)
		if err != nil {
			return nil, done, fmt.Errorf("preparing the sign-in to Entra: %w", err)
		}
		web, err := graph.NewOutside(s, dialer, signIn, scopeOf(s, cloud))
		if err != nil {
			cloud.Close()
			return nil, done, fmt.Errorf("preparing the way in from outside: %w", err)
		}
		done = func() { web.Close(); cloud.Close() }
		sides = append(sides, socketSide{Name: "outside", URL: s.Publish.ExternalURL, open: func(ctx context.Context) (netprobe.OpenOptions, func(), error) {
			jar, header, _, err := web.Session(ctx, s.Publish.ExternalURL)
			return netprobe.OpenOptions{URL: s.Publish.ExternalURL, Prefix: s.Qlik.Prefix, Jar: jar, Header: header}, endOutside(s, dialer, at.opener, jar), err //nolint:contextcheck // sessions are ended even after an interruption
		}})
	}
	if o.against != "" {
		sides = append(sides, socketSide{Name: "compared", URL: o.against, alone: true, open: func(context.Context) (netprobe.OpenOptions, func(), error) {
			jar, err := cookiejar.New(nil)
			return netprobe.OpenOptions{URL: o.against, Prefix: prefixOf(o.against), Jar: jar}, func() {}, err //nolint:wrapcheck // it never fails
		}})
	}
	return sides, done, nil
}

// inside opens a session with the site's certificate, which separates the
// WebSocket from Kerberos; where there is no certificate, with a ticket. Such a
// session ends by itself.
func inside(s site.Site, dialer *netprobe.Dialer, o opener) func(context.Context) (netprobe.OpenOptions, func(), error) {
	return func(ctx context.Context) (netprobe.OpenOptions, func(), error) {
		if s.Qlik.Certificate == "" {
			jar, err := kerberos.New(s, dialer, o.secrets).Session(ctx, s.Publish.InternalURL, s.Qlik.Prefix, s.SPN())
			if err != nil {
				return netprobe.OpenOptions{}, nil, fmt.Errorf("opening a session with Kerberos: %w", err)
			}
			return netprobe.OpenOptions{URL: s.Publish.InternalURL, Prefix: s.Qlik.Prefix, Jar: jar}, func() {}, nil
		}
		repository, err := qlik.NewClientWith(s, dialer, o.qlikPassword)
		if err != nil {
			return netprobe.OpenOptions{}, nil, fmt.Errorf("preparing the repository: %w", err)
		}
		jar, leave, err := qlik.NewDoor(repository, dialer, s).Session(ctx, s.Publish.InternalURL, s.Qlik.Prefix)
		if err != nil {
			repository.Close()
			return netprobe.OpenOptions{}, nil, fmt.Errorf("opening a session with the site's certificate: %w", err)
		}
		return netprobe.OpenOptions{URL: s.Publish.InternalURL, Prefix: s.Qlik.Prefix, Jar: jar}, func() { leave(); repository.Close() }, nil
	}
}

// endOutside ends the session at Qlik that came through application proxy.
func endOutside(s site.Site, dialer *netprobe.Dialer, o opener, jar http.CookieJar) func() {
	return func() {
		repository, err := qlik.NewClientWith(s, dialer, o.qlikPassword)
		if err != nil || jar == nil {
			return // it ends by itself
		}
		defer repository.Close()
		qlik.NewDoor(repository, dialer, s).Leave(jar, s.Publish.ExternalURL, s.Qlik.Prefix)
	}
}

// prefixOf is what stands before the hub in a URL's path.
func prefixOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	prefix, _, _ := strings.Cut(strings.Trim(u.Path, "/")+"/", "hub/")
	return strings.Trim(prefix, "/")
}

func (w *socketSide) try(ctx context.Context, engine *netprobe.Engine, o socketOptions, s site.Site) {
	options, leave, err := w.open(ctx)
	if err != nil {
		w.Err = netprobe.Clean(err.Error())
		if w.Name == "inside" {
			// Why there is no session may show before one is needed.
			w.Chain, _ = engine.Chain(ctx, netprobe.OpenOptions{URL: w.URL, Prefix: s.Qlik.Prefix, PageOnly: true}, 0) // what it cannot try is told already
		}
		return
	}
	defer leave()
	if w.Chain, err = engine.Chain(ctx, options, o.calls); err != nil {
		w.Err = netprobe.Clean(err.Error())
		return
	}
	if n := len(w.Chain.Stages); w.alone && n > 0 && w.Chain.Probe.Status == http.StatusForbidden {
		// Without a session there is no token: that Qlik itself refuses shows
		// that the way carries upgrades.
		w.Chain.Stages[n-1].OK, w.Chain.Stages[n-1].Text = true, "Qlik refuses a stranger with 403: the way carries upgrades"
	}
	if w.Name == "inside" && w.Chain.Probe.Status > 0 {
		w.Chain.Origins = engine.Origins(ctx, options, []string{
			"https://" + s.InternalHost(), "https://" + s.ExternalHost(), "", netprobe.NotListed,
		})
	}
	if o.hold <= 0 || w.Chain.Probe.EngineVersion == "" {
		return
	}
	study, err := engine.Study(ctx, netprobe.StudyOptions{OpenOptions: options, Active: 1, Silent: o.sockets - 1, Hold: o.hold, Every: o.every})
	if err != nil {
		w.Err = netprobe.Clean(err.Error())
	}
	w.Study = &study
}

// good says that the way led to an answering engine and stayed open.
func (w *socketSide) good() bool {
	if w.alone && (w.Chain.Probe.Upgraded || w.Chain.Probe.Status == http.StatusForbidden) {
		return true
	}
	if w.Err != "" || w.Chain.Probe.EngineVersion == "" {
		return false
	}
	if w.Study == nil {
		return true
	}
	for _, l := range w.Study.Lives {
		if l.Cut {
			return false
		}
	}
	return len(w.Study.Refused) == 0
}

func socketVerdict(sides []socketSide) error {
	for i := range sides {
		if !sides[i].good() {
			return &exitError{code: exitFailed}
		}
	}
	return nil
}
